"""Discrete-time hazards by boosted trees: a case counts once per interval it lived in (Allison 1982)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.prediction import boosting
from loomline.engines.prediction.boosting import Boosting, Shape
from loomline.engines.prediction.linear import sigmoid

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

INTERVALS = 20
MOST_PERIODS = 400_000
SHAPE = Shape(leaves=6, least=40)


@dataclass(frozen=True)
class Hazard:
    """Fitted trees for the chance of the event within an interval, given none before.

    `edges` (m + 1,) bound the intervals, from 0; the last feature of the trees is the interval's number.
    """

    edges: NDArray[np.float64]
    trees: Boosting

    def chances(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """The chance per interval, shape (rows, intervals)."""
        count = len(self.edges) - 1
        rows = np.repeat(np.arange(len(matrix)), count)
        periods = np.tile(np.arange(count, dtype=float), len(matrix))
        raw = self.trees.raw(np.column_stack([matrix[rows], periods]))
        return np.clip(sigmoid(raw), 1e-9, 1 - 1e-9).reshape(len(matrix), count)

    def risk(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Higher for more hazard over all intervals, shape (rows,)."""
        return np.log(-np.log1p(-self.chances(matrix)).sum(axis=1))

    def survival(self, matrix: NDArray[np.float64], when: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shape (rows, times); within an interval, and after the last one, the hazard is even."""
        rate = -np.log1p(-self.chances(matrix)) / np.diff(self.edges)
        total = np.concatenate([np.zeros((len(matrix), 1)), np.cumsum(rate * np.diff(self.edges), axis=1)], 1)
        place = np.clip(np.searchsorted(self.edges, when, side="right") - 1, 0, rate.shape[1] - 1)
        return np.exp(-(total[:, place] + rate[:, place] * (when - self.edges[place])))

    def contributions(self, matrix: NDArray[np.float64], ages: NDArray[np.float64]) -> NDArray[np.float64]:
        """TreeSHAP of the log-odds in the interval of each row's age, shape (rows, features + 1)."""
        period = np.clip(np.searchsorted(self.edges, ages, side="right") - 1, 0, len(self.edges) - 2)
        found = self.trees.contributions(np.column_stack([matrix, period.astype(float)]))
        return np.column_stack([found[:, :-2], found[:, -2] + found[:, -1]])


def edges_of(duration: NDArray[np.float64], event: NDArray[np.float64]) -> NDArray[np.float64]:
    """Interval bounds with about equally many events each."""
    count = max(2, min(INTERVALS, MOST_PERIODS // max(len(duration), 1), int(event.sum()) // 10))
    inner = np.quantile(duration[event == 1], np.linspace(0, 1, count + 1)[1:-1])
    last = float(duration.max())
    return np.unique(np.concatenate([[0.0], inner[(inner > 0) & (inner < last)], [last]]))


def periods(
    matrix: NDArray[np.float64],
    duration: NDArray[np.float64],
    event: NDArray[np.float64],
    edges: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """One row per case and interval it was at risk in, with the interval's number; did the event come.

    A censored case does not count in the interval in which it was lost before its half.
    """
    last = np.clip(np.searchsorted(edges, duration, side="left") - 1, 0, len(edges) - 2)
    middle = (edges[last] + edges[last + 1]) / 2
    lived = np.where((event == 1) | (duration >= middle), last + 1, last)
    rows = np.repeat(np.arange(len(matrix)), lived)
    number = np.arange(len(rows)) - np.repeat(np.cumsum(lived) - lived, lived)
    came = (event[rows] == 1) & (number == last[rows])
    return np.column_stack([matrix[rows], number.astype(float)]), came.astype(float)


def rounds_of(
    folds: Sequence[
        tuple[
            tuple[NDArray[np.float64], NDArray[np.float64]],
            tuple[NDArray[np.float64], NDArray[np.float64]],
        ]
    ],
    categorical: Sequence[int],
    *,
    seed: int,
    tick: Callable[[float], None],
) -> int:
    """The best number of rounds over folds of (periods to fit on, periods to check on)."""
    curves = []
    for (matrix, came), check in folds:
        curves.append(
            boosting.curve(
                matrix,
                came,
                check,
                shape=SHAPE,
                objective="binary",
                categorical=categorical,
                seed=seed,
                tick=tick,
            )
        )
    return boosting.best_rounds(curves)


def fit(
    matrix: NDArray[np.float64],
    duration: NDArray[np.float64],
    event: NDArray[np.float64],
    *,
    edges: NDArray[np.float64],
    rounds: int,
    categorical: Sequence[int],
    seed: int,
    tick: Callable[[float], None],
) -> Hazard:
    """Trees of a fixed number of rounds on the feature matrix (n, features)."""
    rows, came = periods(matrix, duration, event, edges)
    trees = boosting.fit(
        rows,
        came,
        shape=SHAPE,
        objective="binary",
        rounds=rounds,
        categorical=categorical,
        seeds=[seed],
        tick=tick,
    )
    return Hazard(edges, trees)
