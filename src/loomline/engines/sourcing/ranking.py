"""Alternatives ranked by closeness to the ideal, and how far weights may move before the winner changes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray
else:
    np = heavy("numpy")


@dataclass(frozen=True)
class Ranking:
    """Closeness of each alternative, shape (m,), and `order`: the alternatives from best to worst.

    `stays[k]` is the range of the weight of criterion k, shape (n, 2), in which the winner stays first while
    the other weights keep their proportions. `wins` is the share of all possible weights by which each
    alternative would win, shape (m,).
    """

    closeness: NDArray[np.float64]
    order: NDArray[np.int64]
    stays: NDArray[np.float64]
    wins: NDArray[np.float64]

    @property
    def winner(self) -> int:
        """The best alternative."""
        return int(self.order[0])


def rank(
    scores: ArrayLike, *, weights: ArrayLike, is_benefit: ArrayLike, draws: int = 10_000, seed: int = 0
) -> Ranking:
    """TOPSIS with vector normalisation (Hwang and Yoon, 1981).

    `scores` has a row per alternative and a column per criterion, shape (m, n); `weights` (n,) of 0 or more
    are scaled to add up to 1; `is_benefit` (n,) is False where less is better. `draws` weights are drawn
    evenly from all possible ones for `wins` (SMAA; Lahdelma, Hokkanen and Salminen, 1998). Raises BadInput
    for numbers that are missing or shapes that do not match.
    """
    table, given = np.asarray(scores, dtype=float), np.asarray(weights, dtype=float)
    benefit = np.asarray(is_benefit, dtype=bool)
    _check(table, given, benefit)
    given = given / given.sum()
    length = np.sqrt((table**2).sum(axis=0))
    normal = table / np.where(length > 0, length, 1.0)
    best = np.where(benefit, normal.max(axis=0), normal.min(axis=0))
    worst = np.where(benefit, normal.min(axis=0), normal.max(axis=0))
    far, near = (normal - best) ** 2, (normal - worst) ** 2
    closeness = _closeness(far, near, given)
    order = np.lexsort((np.arange(len(table)), -closeness.round(12)))
    drawn = np.random.default_rng(seed).dirichlet(np.ones(len(given)), size=draws)
    first = np.bincount(_closeness(far, near, drawn.T).argmax(axis=0), minlength=len(table))
    return Ranking(closeness, order, _ranges(far, near, given, int(order[0])), first / max(draws, 1))


def _closeness(
    far: NDArray[np.float64], near: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Distance from the worst over the sum of both; 1 where all are alike."""
    to_best, to_worst = np.sqrt(far @ weights**2), np.sqrt(near @ weights**2)
    total = to_best + to_worst
    return np.where(total > 0, to_worst / np.where(total > 0, total, 1.0), 1.0)


def _ranges(
    far: NDArray[np.float64], near: NDArray[np.float64], weights: NDArray[np.float64], winner: int
) -> NDArray[np.float64]:
    """With weight t on criterion k and the others in proportion, squared distances are t² a + (1 - t)² b.

    The winner beats another where the cross product of such distances is positive: a quadratic in
    (t / (1 - t))², so that the range ends at its nearest roots.
    """
    made = np.empty((len(weights), 2))
    for k, weight in enumerate(weights):
        if weight >= 1:
            made[k] = (math.nan, 1.0)
            continue
        rest = np.where(np.arange(len(weights)) == k, 0.0, weights / (1 - weight)) ** 2
        own = np.stack((far[:, k], far @ rest, near[:, k], near @ rest))
        now = (weight / (1 - weight)) ** 2
        low, high = 0.0, math.inf
        for other in range(far.shape[0]):
            if other != winner:
                for root in _roots(own[:, winner], own[:, other]):
                    low, high = (max(low, root), high) if root <= now else (low, min(high, root))
        made[k] = _weight(low), _weight(high)
    return made


def _roots(one: NDArray[np.float64], other: NDArray[np.float64]) -> list[float]:
    """Where the order of two alternatives changes, as values of (t / (1 - t))²."""
    far_a, far_b, near_a, near_b = one
    other_far_a, other_far_b, other_near_a, other_near_b = other
    square = near_a * other_far_a - other_near_a * far_a
    plain = near_a * other_far_b + near_b * other_far_a - other_near_a * far_b - other_near_b * far_a
    free = near_b * other_far_b - other_near_b * far_b
    found = np.roots(np.trim_zeros(np.array([square, plain, free]), "f"))
    real = [float(root.real) for root in np.atleast_1d(found) if abs(root.imag) < 1e-12 and root.real > 0]
    # A double root touches zero without a change of order.
    return real if len(set(real)) == len(real) else []


def _weight(x: float) -> float:
    return 1.0 if math.isinf(x) else math.sqrt(x) / (1 + math.sqrt(x))


def _check(table: NDArray[np.float64], weights: NDArray[np.float64], benefit: NDArray[np.bool_]) -> None:
    if (
        table.ndim != 2
        or not table.size
        or weights.shape != (table.shape[1],)
        or benefit.shape != weights.shape
    ):
        raise BadInput(
            f"Scores {table.shape}, weights {weights.shape} and directions {benefit.shape} do not fit.",
            remedy="Give a column of scores, a weight and a direction per criterion.",
        )
    wrong = ~np.isfinite(table)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise BadInput("The score is missing.", remedy="Fill it in.", position=int(row), column=str(column))
    if not np.isfinite(weights).all() or (weights < 0).any() or weights.sum() <= 0:
        raise BadInput(
            "The weights are not numbers of 0 or more with one above 0.",
            remedy="Correct them.",
            column="weight",
        )
