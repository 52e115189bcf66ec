"""Linear models with a ridge: logistic for outcomes, least squares for numbers; strong on small data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loomline.engines.heavy import heavy
from loomline.engines.prediction.features import Features
from loomline.engines.watch import Stopped, Watch

if TYPE_CHECKING:
    import numpy as np
    import scipy.linalg as linalg
    from numpy.typing import NDArray
else:
    np = heavy("numpy")
    linalg = heavy("scipy.linalg")

HINGES = (0.25, 0.5, 0.75)
MANY_VALUES = 8
STEPS = 30
WATCH = Watch()


@dataclass(frozen=True)
class Spread:
    """How one number feature becomes columns: clipped, centred, with hinges, and a sign for empty."""

    at: int
    low: float
    high: float
    middle: float
    mean: float
    deviation: float
    knots: tuple[float, ...]
    may_be_empty: bool

    def columns(self, matrix: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        """The design columns of this feature."""
        raw = matrix[:, self.at]
        empty = raw != raw
        kept = np.clip(np.where(empty, self.middle, raw), self.low, self.high)
        made = [(kept - self.mean) / self.deviation]
        made += [np.maximum(kept - knot, 0.0) / self.deviation for knot in self.knots]
        return [*made, empty.astype(float)] if self.may_be_empty else made


@dataclass(frozen=True)
class Design:
    """How the feature matrix becomes the columns of a linear model: one per level, several per number."""

    spreads: tuple[Spread, ...]
    levels: tuple[tuple[int, int], ...]

    def columns(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shape (rows, columns); numbers beyond what was seen in learning are clipped."""
        made = [column for spread in self.spreads for column in spread.columns(matrix)]
        for at, count in self.levels:
            made += [(matrix[:, at] == level).astype(float) for level in range(count)]
        return np.column_stack(made) if made else np.zeros((len(matrix), 0))

    def features(self) -> NDArray[np.int64]:
        """Per design column, the feature that it comes from."""
        owner = [s.at for s in self.spreads for _ in range(1 + len(s.knots) + s.may_be_empty)]
        return np.array(owner + [at for at, count in self.levels for _ in range(count)], dtype=np.int64)


def design(features: Features, matrix: NDArray[np.float64], *, with_hinges: bool = True) -> Design:
    """The design of these features, from the rows that are learned from."""
    spreads, levels = [], []
    for at, feature in enumerate(features.each):
        if feature.make == "levels":
            levels.append((at, feature.levels))
            continue
        found = _spread(at, matrix[:, at], with_hinges)
        if found:
            spreads.append(found)
    return Design(tuple(spreads), tuple(levels))


@dataclass(frozen=True)
class Linear:
    """A fitted linear model: raw = constant + columns · weights; `means` are those of the learning rows."""

    design: Design
    weights: NDArray[np.float64]
    constant: float
    means: NDArray[np.float64]

    def raw(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-odds or numbers, shape (rows,)."""
        return self.constant + self.design.columns(matrix) @ self.weights

    def contributions(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """What each feature adds to the mean case, shape (rows, features + 1); the last is the constant."""
        parts = (self.design.columns(matrix) - self.means) * self.weights
        found = np.zeros((matrix.shape[1] + 1, len(matrix)))
        np.add.at(found, self.design.features(), parts.T)
        found[-1] = self.constant + float(self.means @ self.weights)
        return found.T

    def stored(self) -> dict[str, Any]:
        """As plain values for JSON."""
        return {
            "spreads": [vars(spread) for spread in self.design.spreads],
            "levels": [list(pair) for pair in self.design.levels],
            "weights": self.weights.tolist(),
            "constant": self.constant,
            "means": self.means.tolist(),
        }

    @staticmethod
    def restored(stored: dict[str, Any]) -> Linear:
        """From plain values."""
        spreads = tuple(Spread(**{**one, "knots": tuple(one["knots"])}) for one in stored["spreads"])
        levels = tuple((int(at), int(count)) for at, count in stored["levels"])
        weights, means = np.array(stored["weights"], dtype=float), np.array(stored["means"], dtype=float)
        return Linear(Design(spreads, levels), weights, float(stored["constant"]), means)


def logistic(
    made: Design,
    matrix: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    ridge: float,
    watch: Watch = WATCH,
) -> Linear:
    """Logistic regression, penalty ridge/2 · |weights|², by Newton's method; y is 0 or 1."""
    columns = made.columns(matrix)
    means = columns.mean(axis=0)
    centred = columns - means
    weights, constant = np.zeros(columns.shape[1]), _log_odds(float(y.mean()))
    penalty = ridge * np.eye(columns.shape[1])
    for _ in range(STEPS):
        if watch.is_stopped():
            raise Stopped
        p = sigmoid(constant + centred @ weights)
        pull = np.maximum(p * (1 - p), 1e-9)
        slope = centred.T @ (y - p) - ridge * weights
        weighted = centred * pull[:, None]
        curve = centred.T @ weighted + penalty
        cross = weighted.sum(axis=0)
        total = float(pull.sum())
        curve -= np.outer(cross, cross) / total
        rise = float((y - p).sum())
        step = linalg.solve(curve, slope - cross * rise / total, assume_a="pos")
        move = (rise - float(cross @ step)) / total
        # A long Newton step on separated classes is cut, else the exponent overflows.
        cut = min(1.0, 5.0 / max(float(np.abs(centred @ step + move).max()), 1e-12))
        weights, constant = weights + cut * step, constant + cut * move
        if float(np.abs(step).max(initial=0.0)) < 1e-6:
            break
    return Linear(made, weights, constant - float(means @ weights), means)


def least_squares(
    made: Design, matrix: NDArray[np.float64], y: NDArray[np.float64], *, ridge: float
) -> Linear:
    """Linear regression with the penalty ridge · |weights|²."""
    columns = made.columns(matrix)
    means = columns.mean(axis=0)
    centred = columns - means
    curve = centred.T @ centred + ridge * np.eye(columns.shape[1])
    weights = linalg.solve(curve, centred.T @ (y - y.mean()), assume_a="pos")
    return Linear(made, weights, float(y.mean()) - float(means @ weights), means)


def sigmoid(raw: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probability of log-odds."""
    return 1 / (1 + np.exp(-np.clip(raw, -500, 500)))


def _log_odds(p: float) -> float:
    return float(np.log(p / (1 - p))) if 0 < p < 1 else 0.0


def _spread(at: int, raw: NDArray[np.float64], with_hinges: bool) -> Spread | None:
    filled = raw[np.isfinite(raw)]
    if not len(filled) or filled.min() == filled.max():
        return None
    low, high = (float(edge) for edge in np.quantile(filled, (0.001, 0.999)))
    if low == high:
        low, high = float(filled.min()), float(filled.max())
    middle = float(np.median(filled))
    kept = np.clip(np.where(np.isfinite(raw), raw, middle), low, high)
    deviation = float(kept.std()) or 1.0
    distinct = np.unique(filled)
    # A number with few values bends at each of them, a rich one at its quartiles.
    bends = distinct if len(distinct) <= MANY_VALUES else np.unique(np.quantile(filled, HINGES))
    knots = bends if with_hinges else bends[:0]
    inside = tuple(float(knot) for knot in knots if low < knot < high)
    may_be_empty = len(filled) < len(raw)
    return Spread(at, low, high, middle, float(kept.mean()), deviation, inside, may_be_empty)
