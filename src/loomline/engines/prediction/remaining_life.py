"""How long a machine still runs: trees and a network on windows of its sensors, from units run to failure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.prediction import boosting, calibration, intervals, measures, network, windows
from loomline.engines.prediction.boosting import Boosting, Shape
from loomline.engines.prediction.calibration import Calibration
from loomline.engines.prediction.guard import LeftOut
from loomline.engines.prediction.intervals import Interval
from loomline.engines.prediction.network import Network
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
NETWORKS = 2
FEW = 3
# Rows of one unit say almost the same: leaves are kept large and columns few.
SHAPE = Shape(leaves=16, least=60, pace=0.1, columns=0.3, rows=0.4, ridge=10.0)
SHARES = tuple(at / 10 for at in range(11))


@dataclass(frozen=True)
class Life:
    """What is said of one unit: age, remaining life with bounds, the chance to fail within a horizon."""

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
    cycle of units that the model had not seen. `alarm` maps (horizon - remaining) to a chance;
    `share` is the weight of the networks' mean beside the trees.
    """

    sensors: tuple[str, ...]
    settings: tuple[str, ...]
    scaling: Scaling
    window: int
    cap: float
    horizon: float
    trees: Boosting
    networks: tuple[Network, ...]
    share: float
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
        nets = np.mean([one.raw(matrix) for one in self.networks], axis=0)
        blend = self.share * nets + (1 - self.share) * self.trees.raw(matrix)
        return np.clip(blend, 0.0, self.cap)

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
                np.minimum(np.clip(low, 0.0, None), said),
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
    rounds, share, said = _out_of_fold(matrix, y, fold, cap, seed, watch.part(0.05, 0.7))
    said = np.clip(said, 0.0, cap)
    trees = boosting.fit(
        matrix,
        y,
        shape=SHAPE,
        objective="regression",
        rounds=rounds,
        categorical=(),
        seeds=[seed + at for at in range(BAGS)],
        tick=lambda done: watch.at(0.7 + 0.2 * done, "fitting trees"),
    )
    nets = _networks(matrix, y, cap, seed, lambda done: watch.at(0.9 + 0.1 * done, "fitting networks"))
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
        networks=nets,
        share=share,
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
    matrix: NDArray[np.float64],
    y: NDArray[np.float64],
    fold: NDArray[np.int64],
    cap: float,
    seed: int,
    watch: Watch,
) -> tuple[int, float, NDArray[np.float64]]:
    """The best number of rounds and share of the network over folds of units, and what is said there."""
    curves, nets = [], np.zeros(len(y))
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
                tick=_ticker(watch, at, 0.0),
            )
        )
        net = _networks(matrix[rest], y[rest], cap, seed, _ticker(watch, at, 0.5))
        nets[rows] = np.mean([one.raw(matrix[rows]) for one in net], axis=0)
    rounds = boosting.best_rounds(curves)
    trees = np.zeros(len(y))
    for at, one in enumerate(curves):
        trees[fold == at] = one.at(min(rounds, len(one.loss)))
    share = min(SHARES, key=lambda one: measures.rmse(y, one * nets + (1 - one) * trees))
    return rounds, share, share * nets + (1 - share) * trees


def _networks(
    matrix: NDArray[np.float64],
    y: NDArray[np.float64],
    cap: float,
    seed: int,
    tick: Callable[[float], None],
) -> tuple[Network, ...]:
    def part(at: int) -> Callable[[float], None]:
        return lambda done: tick((at + done) / NETWORKS)

    return tuple(network.fit(matrix, y, scale=cap, seed=seed + at, tick=part(at)) for at in range(NETWORKS))


def _ticker(watch: Watch, fold: int, start: float) -> Callable[[float], None]:
    return lambda done: watch.at((fold + start + done / 2) / FOLDS, "comparing")


def _alarm_score(horizon: float, said: NDArray[np.float64]) -> NDArray[np.float64]:
    return (horizon - said) / max(horizon, 1.0) * 4


def _still(sequences: Sequences, scaled: Scaling) -> tuple[LeftOut, ...]:
    return tuple(
        LeftOut(name, "does not move") for at, name in enumerate(sequences.sensors) if at not in scaled.kept
    )
