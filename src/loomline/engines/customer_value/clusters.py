"""Customers who are alike: k-means on their measures, with the number of groups chosen by silhouette."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

SAMPLE = 3000
MOST_FITTED = 50_000
STARTS = 10
ROUNDS = 300
QUIET = Watch()


@dataclass(frozen=True)
class Clusters:
    """`labels` of shape (n,) from 0, the largest group first; `silhouettes` of every k that was tried.

    `centres` and `medians` have shape (k, m): of the measures as they were given, in the order of `names`.
    """

    names: tuple[str, ...]
    labels: NDArray[np.int64]
    sizes: NDArray[np.int64]
    centres: NDArray[np.float64]
    medians: NDArray[np.float64]
    silhouettes: Mapping[int, float]

    @property
    def k(self) -> int:
        """The number of groups."""
        return len(self.sizes)


def clusters(
    measures: Mapping[str, NDArray[np.float64]],
    *,
    ks: Sequence[int] = tuple(range(2, 11)),
    skewed: Sequence[str] = (),
    seed: int = 0,
    watch: Watch = QUIET,
) -> Clusters:
    """Groups of customers by measures, each an array of shape (n,).

    Measures named in `skewed` (money, counts, days) are taken as log(1 + value); all are then brought to
    mean 0 and deviation 1. For each k, k-means (Lloyd 1982) from ten starts of k-means++ (Arthur and
    Vassilvitskii 2007) on at most 50,000 customers, to whose centres all others then go; the k with the best
    mean silhouette (Rousseeuw 1987, of at most 3,000 customers) is chosen. The same seed gives the same
    groups. Raises BadInput for fewer than three different customers and for values that are not finite, or
    negative in a skewed measure.
    """
    points = _scaled(measures, skewed)
    different = len(np.unique(points, axis=0))
    tried = sorted({k for k in ks if 2 <= k < different})
    if not tried:
        raise BadInput(
            f"{different} different customers cannot be grouped.",
            remedy="Give more customers, and a k of 2 or more that is smaller than their number.",
        )
    chance = np.random.default_rng(seed)
    mixed = chance.permutation(len(points))
    fitted, chosen = points[np.sort(mixed[:MOST_FITTED])], np.sort(mixed[:SAMPLE])
    apart = np.sqrt(_squares(points[chosen], points[chosen]))
    silhouettes: dict[int, float] = {}
    labels: dict[int, NDArray[np.int64]] = {}
    for at, k in enumerate(tried):
        part = watch.part(at / len(tried), (at + 1) / len(tried))
        centres = _fitted(fitted, k, chance, part)
        labels[k] = _nearest(points, centres)[0]
        silhouettes[k] = silhouette(apart, labels[k][chosen])
    best = max(tried, key=lambda k: (round(silhouettes[k], 9), -k))
    return _described(measures, labels[best], silhouettes)


def silhouette(apart: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """The mean silhouette of points with these distances (n, n) and labels (n,); -1 when all are alike.

    A point that is alone in its group has silhouette 0.
    """
    groups, label = np.unique(labels, return_inverse=True)
    if len(groups) < 2:
        return -1.0
    member = np.eye(len(groups))[label]
    size = member.sum(axis=0)
    to_group = apart @ member
    own = to_group[np.arange(len(label)), label] / np.maximum(size[label] - 1, 1)
    others = np.where(member > 0, np.inf, to_group / size).min(axis=1)
    widest = np.maximum(own, others)
    each = np.divide(others - own, widest, out=np.zeros(len(own)), where=widest > 0)
    return float(np.where(size[label] > 1, each, 0.0).mean())


def _fitted(
    points: NDArray[np.float64], k: int, chance: np.random.Generator, watch: Watch
) -> NDArray[np.float64]:
    """The centres of the best of the starts."""
    best, least = points[:k], float("inf")
    for start in range(STARTS):
        watch.at(start / STARTS, f"{k} groups")
        centres = _spread(points, k, chance)
        for _round in range(ROUNDS):
            watch.at(start / STARTS, f"{k} groups")
            label, inertia = _nearest(points, centres)
            size = np.bincount(label, minlength=k)
            sums = np.column_stack([np.bincount(label, weights=c, minlength=k) for c in points.T])
            moved = np.where(size[:, None] > 0, sums / np.maximum(size, 1)[:, None], centres)
            if np.array_equal(moved, centres):
                break
            centres = moved
        if inertia < least:
            best, least = centres, inertia
    return best


def _spread(points: NDArray[np.float64], k: int, chance: np.random.Generator) -> NDArray[np.float64]:
    """Centres to start from, each drawn with the square of its distance to those before (k-means++)."""
    chosen = [int(chance.integers(len(points)))]
    away = _squares(points, points[chosen])[:, 0]
    for _centre in range(1, k):
        whole = np.cumsum(away)
        # Rounding may put the draw at the very end.
        drawn = int(np.searchsorted(whole, chance.random() * whole[-1], side="right"))
        chosen.append(min(drawn, len(points) - 1))
        away = np.minimum(away, _squares(points, points[chosen[-1:]])[:, 0])
    return points[chosen]


def _nearest(points: NDArray[np.float64], centres: NDArray[np.float64]) -> tuple[NDArray[np.int64], float]:
    """The nearest centre of each point, and the sum of the squared distances to them."""
    away = _squares(points, centres)
    label = away.argmin(axis=1)
    return label.astype(np.int64), float(away[np.arange(len(label)), label].sum())


def _squares(points: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared distances, shape (n, k)."""
    whole = np.zeros((len(points), len(centres)))
    for mine, theirs in zip(points.T, centres.T, strict=True):
        whole += (mine[:, None] - theirs[None, :]) ** 2
    return whole


def _scaled(measures: Mapping[str, NDArray[np.float64]], skewed: Sequence[str]) -> NDArray[np.float64]:
    if not measures or len({len(values) for values in measures.values()}) != 1:
        raise BadInput("The measures differ in length.", remedy="Give one value per customer in each.")
    columns = []
    for name, values in measures.items():
        wrong = ~np.isfinite(values) | ((values < 0) if name in skewed else False)
        if wrong.any():
            raise BadInput(
                f"{name} has a value that cannot be.", remedy="Correct it or leave the customer out.",
                position=int(np.argmax(wrong)),
            )  # fmt: skip
        column = np.log1p(values) if name in skewed else values.astype(np.float64)
        spread = column.std()
        columns.append((column - column.mean()) / spread if spread > 0 else np.zeros(len(column)))
    return np.column_stack(columns)


def _described(
    measures: Mapping[str, NDArray[np.float64]], labels: NDArray[np.int64], silhouettes: Mapping[int, float]
) -> Clusters:
    table = np.column_stack([values.astype(np.float64) for values in measures.values()])
    labels = np.unique(labels, return_inverse=True)[1]
    sizes = np.bincount(labels)
    middle = np.array([np.median(table[labels == group], axis=0) for group in range(len(sizes))])
    order = np.lexsort((*middle.T[::-1], -sizes))
    place = np.empty(len(sizes), dtype=np.int64)
    place[order] = np.arange(len(sizes))
    centres = np.array([table[labels == group].mean(axis=0) for group in order])
    return Clusters(tuple(measures), place[labels], sizes[order], centres, middle[order], silhouettes)
