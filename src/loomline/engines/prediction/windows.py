"""Features of sensor sequences: level, trend and spread over windows, less the operating regime."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loomline.engines.heavy import heavy
from loomline.engines.prediction.sequences import Sequences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

SHORT, MIDDLE, START = 5, 15, 10
MOST_REGIMES = 40
GAP = 0.03
# Steps of a setting are regimes only when the sensors follow them.
EXPLAINS = 0.5
LEAST_SHARE = 0.005
FLAT = 1e-9
STUCK = 0.95
# What each feature is, in the order of the columns, per sensor.
PARTS = ("now", "recent mean", "mean", "trend", "spread", "change since the start")


@dataclass(frozen=True)
class Scaling:
    """How readings become comparable: by regime (nearest of `centres`), less the mean, over the deviation.

    `centres` (regimes, settings) are over `spans` (settings,); `means` and `deviations` (regimes, kept)
    belong to the `kept` sensors (positions), which are those that move within a regime.
    """

    centres: NDArray[np.float64]
    spans: NDArray[np.float64]
    kept: tuple[int, ...]
    means: NDArray[np.float64]
    deviations: NDArray[np.float64]

    def regime(self, settings: NDArray[np.float64]) -> NDArray[np.int64]:
        """The regime of each row, shape (rows,)."""
        if len(self.centres) == 1:
            return np.zeros(len(settings), dtype=np.int64)
        known = np.where(np.isfinite(settings), settings, np.nanmedian(settings, axis=0)) / self.spans
        gaps = [((known - centre / self.spans) ** 2).sum(axis=1) for centre in self.centres]
        return np.argmin(np.column_stack(gaps), axis=1)

    def scaled(self, sequences: Sequences) -> NDArray[np.float64]:
        """The kept sensors, shape (rows, kept), gaps filled with the last value of the unit."""
        regime = self.regime(sequences.settings)
        raw = sequences.readings[:, list(self.kept)]
        made = (raw - self.means[regime]) / self.deviations[regime]
        return np.clip(_carried(made, sequences.unit), -10.0, 10.0)

    def stored(self) -> dict[str, Any]:
        """As plain values for JSON."""
        return {
            "centres": self.centres.tolist(),
            "spans": self.spans.tolist(),
            "kept": list(self.kept),
            "means": self.means.tolist(),
            "deviations": self.deviations.tolist(),
        }

    @staticmethod
    def restored(stored: dict[str, Any]) -> Scaling:
        """From plain values."""
        return Scaling(
            centres=np.array(stored["centres"], dtype=float).reshape(len(stored["centres"]), -1),
            spans=np.array(stored["spans"], dtype=float),
            kept=tuple(stored["kept"]),
            means=np.array(stored["means"], dtype=float),
            deviations=np.array(stored["deviations"], dtype=float),
        )


def scaling(sequences: Sequences) -> Scaling:
    """Find the operating regimes and how the sensors lie and move in each."""
    regime, centres, spans = _regimes(sequences.settings)
    if len(centres) > 1 and _explained(sequences.readings, regime) < EXPLAINS:
        regime, centres, spans = _regimes(np.zeros((len(regime), 0)))
    means, deviations = [], []
    for at in range(len(centres)):
        rows = sequences.readings[regime == at]
        means.append(_mean(rows))
        deviations.append(np.sqrt(_mean((rows - means[-1]) ** 2)))
    level, moves = np.array(means), np.array(deviations)
    alive = (moves > FLAT * (1 + np.abs(level))).all(axis=0) & ~_stuck(sequences.readings, regime)
    kept = np.flatnonzero(alive)
    return Scaling(centres, spans, tuple(kept.tolist()), level[:, kept], np.maximum(moves[:, kept], 1e-300))


def features(sequences: Sequences, made: Scaling, window: int) -> NDArray[np.float64]:
    """Shape (rows, kept x PARTS + 1), each row from its own and earlier cycles only; the last is age."""
    scaled = made.scaled(sequences)
    parts = []
    ends = sequences.last_rows + 1
    for start, end in zip(np.concatenate([[0], ends[:-1]]).tolist(), ends.tolist(), strict=True):
        parts.append(_of_unit(scaled[start:end], window))
    return np.column_stack([np.concatenate(parts), sequences.cycle])


def names(sensors: Sequence[str], made: Scaling) -> list[str]:
    """The sensor (or age) that each feature is from."""
    return [sensors[at] for _ in PARTS for at in made.kept] + ["age"]


def _of_unit(x: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    t = np.arange(len(x))
    sums, squares, products = _running(x), _running(x**2), _running(x * t[:, None])

    def mean(total: NDArray[np.float64], size: int) -> NDArray[np.float64]:
        low = np.maximum(t + 1 - size, 0)
        return (total[t + 1] - total[low]) / (t + 1 - low)[:, None]

    low = np.maximum(t + 1 - window, 0)
    count = (t + 1 - low).astype(float)
    level = mean(sums, window)
    spread = np.sqrt(np.maximum(mean(squares, window) - level**2, 0.0))
    around = (products[t + 1] - products[low]) - ((low + t) / 2)[:, None] * (sums[t + 1] - sums[low])
    trend = around / np.maximum((count**3 - count) / 12, 1.0)[:, None] * window
    trend = np.where(count[:, None] >= SHORT, trend, 0.0)
    first = np.minimum(t + 1, START)
    change = mean(sums, START) - sums[first] / first[:, None]
    return np.hstack([mean(sums, SHORT), mean(sums, MIDDLE), level, trend, spread, change])


def _running(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([np.zeros((1, x.shape[1])), np.cumsum(x, axis=0)])


def _mean(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    filled = np.isfinite(rows)
    return np.where(filled, rows, 0.0).sum(axis=0) / np.maximum(filled.sum(axis=0), 1)


def _carried(x: NDArray[np.float64], unit: NDArray[np.int64]) -> NDArray[np.float64]:
    """Empty readings get the last one of the unit, or 0 (the mean) before the first."""
    filled = np.isfinite(x)
    if filled.all():
        return x
    at = np.where(filled, np.arange(len(x))[:, None], -1)
    last = np.maximum.accumulate(at, axis=0)
    same = (last >= 0) & (unit[np.maximum(last, 0)] == unit[:, None])
    return np.where(same, np.take_along_axis(x, np.maximum(last, 0), axis=0), 0.0)


def _regimes(
    settings: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """The regime of each row, the centres of the regimes and the spans of the settings.

    A setting has steps when wide gaps part its values; regimes are the combinations of steps that occur.
    Without steps there is one regime.
    """
    rows = len(settings)
    one = (np.zeros(rows, dtype=np.int64), np.zeros((1, settings.shape[1])), np.ones(settings.shape[1]))
    if not settings.shape[1]:
        return one
    filled = np.where(np.isfinite(settings), settings, np.nanmedian(settings, axis=0))
    spans = np.maximum(filled.max(axis=0) - filled.min(axis=0), 1e-12)
    steps = np.column_stack([_steps(filled[:, at]) for at in range(filled.shape[1])])
    _, regime = np.unique(steps, axis=0, return_inverse=True)
    regime = np.asarray(regime).reshape(-1)
    sizes = np.bincount(regime)
    if not 1 < len(sizes) <= MOST_REGIMES:
        return one
    big = np.flatnonzero(sizes >= max(LEAST_SHARE * rows, 20))
    if len(big) < 2:
        return one
    centres = np.array([filled[regime == at].mean(axis=0) for at in big])
    found = Scaling(centres, spans, (), np.zeros((len(big), 0)), np.zeros((len(big), 0)))
    return found.regime(filled), centres, spans


def _stuck(readings: NDArray[np.float64], regime: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Sensors that show one value of their regime nearly always; what they say beside it is noise."""
    usual = np.zeros(readings.shape[1])
    for at in np.unique(regime):
        for place, column in enumerate(readings[regime == at].T):
            filled = column[np.isfinite(column)]
            usual[place] += np.unique(filled, return_counts=True)[1].max(initial=0)
    return usual >= STUCK * np.maximum(np.isfinite(readings).sum(axis=0), 1)


def _explained(readings: NDArray[np.float64], regime: NDArray[np.int64]) -> float:
    """The median over the sensors that move of the share of their variance that lies between regimes."""
    shares = []
    for column in readings.T:
        filled = np.isfinite(column)
        x, group = column[filled], regime[filled]
        spread = float(((x - x.mean()) ** 2).sum()) if len(x) else 0.0
        if spread > 0:
            count = np.maximum(np.bincount(group), 1)
            means = np.bincount(group, weights=x) / count
            shares.append(float((count * (means - x.mean()) ** 2)[np.bincount(group) > 0].sum()) / spread)
    return float(np.median(shares)) if shares else 0.0


def _steps(values: NDArray[np.float64]) -> NDArray[np.int64]:
    ordered = np.sort(values)
    span = ordered[-1] - ordered[0]
    if span <= 0:
        return np.zeros(len(values), dtype=np.int64)
    wide = np.flatnonzero(np.diff(ordered) > GAP * span)
    cuts = (ordered[wide] + ordered[wide + 1]) / 2
    return np.searchsorted(cuts, values)
