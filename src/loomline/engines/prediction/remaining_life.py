"""How long a machine still runs: boosted trees on windows of its sensors, learned from units run to failure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.prediction import boosting, calibration, intervals, measures, windows
from loomline.engines.prediction.boosting import Boosting, Shape
from loomline.engines.prediction.calibration import Calibration
from loomline.engines.prediction.guard import LeftOut
from loomline.engines.prediction.intervals import Interval
from loomline.engines.prediction.reasons import Reason
from loomline.engines.prediction.sequences import Sequences
from loomline.engines.prediction.windows import Scaling
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

LEAST_UNITS = 20
WINDOW = 30
CMAPSS_CAP = 125.0
CAP_SHARE = 0.6
FOLDS = 3
BAGS = 2
FEW = 3
# Rows of one unit say almost the same: leaves are kept large and columns few.
SHAPE = Shape(leaves=16, least=100, pace=0.05, columns=0.4, rows=0.7, ridge=10.0)


@dataclass(frozen=True)
class Life:
    """What is said of one unit: its age, remaining life with bounds, and the chance to fail within a horizon."""

    unit: str
    age: float
    remaining: float
    low: float
    high: float
    fails: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class LifeModel:
    """A trained model with all it states about itself; plain data.

    `cap` is the most that is ever said, in cycles. `rmse`, `mae` and `covered` are out of fold, over every
    cycle of units that the model had not seen. `alarm` maps (horizon - remaining) to a chance.
    """

    sensors: tuple[str, ...]
    settings: tuple[str, ...]
    scaling: Scaling
    window: int
    cap: float
    horizon: float
    trees: Boosting
    interval: Interval
    alarm: Calibration
    rounds: int
    units: int
    cycles: int
    rmse: float
    mae: float
    covered: float
    left_out: tuple[LeftOut, ...]
    seed: int

    def remaining(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Remaining cycles of rows of features, from 0 to the cap, shape (rows,)."""
        return np.clip(self.trees.raw(matrix), 0.0, self.cap)

    def lives(self, sequences: Sequences) -> list[Life]:
        """What is said of each unit at its last cycle; other sensors than in learning are refused."""
        self._refuse_others(sequences)
        rows = sequences.last_rows
        matrix = windows.features(sequences, self.scaling, self.window)[rows]
        said = self.remaining(matrix)
        low, high = self.interval.around(said)
        fails = self.alarm.probability(_alarm_score(self.horizon, said))
        why = self._reasons(matrix, sequences)
        return [
            Life(unit, float(age), float(s), float(lo), float(hi), float(f), tuple(reasons))
            for unit, age, s, lo, hi, f, reasons in zip(
                sequences.units,
                sequences.lives(),
                said,
                np.clip(low, 0.0, None),
                np.maximum(np.clip(high, 0.0, None), said),
                fails,
                why,
                strict=True,
            )
        ]

    def _reasons(self, matrix: NDArray[np.float64], sequences: Sequences) -> list[list[Reason]]:
        owner = windows.names(self.sensors, self.scaling)
        parts = self.trees.contributions(matrix)[:, :-1]
        sources = list(dict.fromkeys(owner))
        summed = np.zeros((len(sources), len(matrix)))
        np.add.at(summed, [sources.index(name) for name in owner], parts.T)
        found = []
        for at, adds in enumerate(summed.T):
            best = np.argsort(-np.abs(adds), kind="stable")[:FEW]
            last = sequences.last_rows[at]
            shown = []
            for place in best.tolist():
                name = sources[place]
                value = (
                    sequences.cycle[last]
                    if name == "age" and name not in self.sensors
                    else sequences.readings[last, self.sensors.index(name)]
                )
                shown.append(Reason(name, f"{value:.6g}", float(adds[place])))
            found.append(shown)
        return found

    def _refuse_others(self, sequences: Sequences) -> None:
        if (sequences.sensors, sequences.setting_names) != (self.sensors, self.settings):
            raise BadInput(
                f"The sensors are {', '.join(sequences.sensors)}; the model knows {', '.join(self.sensors)}.",
                remedy="Send the same columns as in learning, in the same order.",
                file=sequences.file,
                row=1,
            )


def learn(
    sequences: Sequences,
    watch: Watch,
    *,
    cap: float | None = None,
    window: int = WINDOW,
    horizon: float | None = None,
    seed: int = 1,
) -> LifeModel:
    """Learn from units that all ran to failure: their last cycle is the failure.

    The remaining life is capped (piecewise-linear target, Heimes 2008): at 125 for C-MAPSS files, as its
    literature does, otherwise at CAP_SHARE of the median life. Raises BadInput below LEAST_UNITS units.
    """
    if len(sequences.units) < LEAST_UNITS:
        raise BadInput(
            f"{len(sequences.units)} units ran to failure; at least {LEAST_UNITS} are needed.",
            remedy="Collect more histories first.",
            file=sequences.file,
        )
    lives = sequences.lives()
    cap = cap or (CMAPSS_CAP if sequences.is_cmapss else CAP_SHARE * float(np.median(lives)))
    horizon = horizon or cap / 4
    y = np.minimum(lives[sequences.unit] - sequences.cycle, cap)
    watch.at(0.02, "windows")
    scaled = windows.scaling(sequences)
    matrix = windows.features(sequences, scaled, window)
    fold = (np.random.default_rng(seed).permutation(len(sequences.units)) % FOLDS)[sequences.unit]
    rounds, said = _out_of_fold(matrix, y, fold, seed, watch.part(0.05, 0.7))
    said = np.clip(said, 0.0, cap)
    trees = boosting.fit(
        matrix,
        y,
        shape=SHAPE,
        objective="regression",
        rounds=rounds,
        categorical=(),
        seeds=[seed + at for at in range(BAGS)],
        tick=lambda done: watch.at(0.7 + 0.3 * done, "fitting"),
    )
    bounds = intervals.fit(y, said)
    low, high = bounds.around(said)
    return LifeModel(
        sensors=sequences.sensors,
        settings=sequences.setting_names,
        scaling=scaled,
        window=window,
        cap=cap,
        horizon=horizon,
        trees=trees,
        interval=bounds,
        alarm=calibration.platt(_alarm_score(horizon, said), (y <= horizon).astype(float)),
        rounds=rounds,
        units=len(sequences.units),
        cycles=len(y),
        rmse=measures.rmse(y, said),
        mae=measures.mae(y, said),
        covered=float(np.mean((y >= low) & (y <= high))),
        left_out=sequences.left_out + _still(sequences, scaled),
        seed=seed,
    )


def _out_of_fold(
    matrix: NDArray[np.float64], y: NDArray[np.float64], fold: NDArray[np.int64], seed: int, watch: Watch
) -> tuple[int, NDArray[np.float64]]:
    """The best number of rounds over folds of units, and what is said of the units left out."""
    curves = []
    for at in range(FOLDS):
        rest, rows = fold != at, fold == at
        curves.append(
            boosting.curve(
                matrix[rest],
                y[rest],
                (matrix[rows], y[rows]),
                shape=SHAPE,
                objective="regression",
                categorical=(),
                seed=seed,
                tick=_ticker(watch, at),
            )
        )
    rounds = boosting.best_rounds(curves)
    said = np.zeros(len(y))
    for at, one in enumerate(curves):
        said[fold == at] = one.at(min(rounds, len(one.loss)))
    return rounds, said


def _ticker(watch: Watch, fold: int) -> Callable[[float], None]:
    return lambda done: watch.at((fold + done) / FOLDS, "comparing")


def _alarm_score(horizon: float, said: NDArray[np.float64]) -> NDArray[np.float64]:
    return (horizon - said) / max(horizon, 1.0) * 4


def _still(sequences: Sequences, scaled: Scaling) -> tuple[LeftOut, ...]:
    return tuple(
        LeftOut(name, "does not move") for at, name in enumerate(sequences.sensors) if at not in scaled.kept
    )
