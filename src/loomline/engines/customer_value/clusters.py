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
    from sklearn import cluster, metrics
else:
    np = heavy("numpy")
    cluster = heavy("sklearn.cluster")
    metrics = heavy("sklearn.metrics")

SAMPLE = 3000
MOST_FITTED = 50_000
STARTS = 10
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
    mean 0 and deviation 1. For each k, k-means (Lloyd 1982, seeded as k-means++) from ten starts, on at most
    50,000 customers, to whose centres all others then go; the k with the best mean silhouette (Rousseeuw
    1987, of at most 3,000 customers) is chosen. The same seed gives the same groups. Raises BadInput for
    fewer than three different customers and for values that are not finite, or negative in a skewed measure.
    """
    points = _scaled(measures, skewed)
    different = len(np.unique(points, axis=0))
    tried = sorted({k for k in ks if 2 <= k < different})
    if not tried:
        raise BadInput(
            f"{different} different customers cannot be grouped.",
            remedy="Give more customers, and a k of 2 or more that is smaller than their number.",
        )
    mixed = np.random.default_rng(seed).permutation(len(points))
    fitted, chosen = points[np.sort(mixed[:MOST_FITTED])], np.sort(mixed[:SAMPLE])
    silhouettes: dict[int, float] = {}
    labels: dict[int, NDArray[np.int64]] = {}
    for at, k in enumerate(tried):
        part = watch.part(at / len(tried), (at + 1) / len(tried))
        labels[k] = _fitted(fitted, k, seed, part).predict(points).astype(np.int64)
        seen = len(np.unique(labels[k][chosen]))
        silhouettes[k] = (
            float(metrics.silhouette_score(points[chosen], labels[k][chosen])) if seen > 1 else -1.0
        )
    best = max(tried, key=lambda k: (round(silhouettes[k], 9), -k))
    return _described(measures, labels[best], silhouettes)


def _fitted(points: NDArray[np.float64], k: int, seed: int, watch: Watch) -> cluster.KMeans:
    """The best of the starts, one after the other so that the run can be stopped between them."""
    best = None
    for start in range(STARTS):
        watch.at(start / STARTS, f"{k} groups")
        found = cluster.KMeans(n_clusters=k, n_init=1, random_state=seed + start).fit(points)
        if best is None or found.inertia_ < best.inertia_:
            best = found
    return best


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
    sizes = np.bincount(labels)
    middle = np.array([np.median(table[labels == group], axis=0) for group in range(len(sizes))])
    order = np.lexsort((*middle.T[::-1], -sizes))
    place = np.empty(len(sizes), dtype=np.int64)
    place[order] = np.arange(len(sizes))
    centres = np.array([table[labels == group].mean(axis=0) for group in order])
    return Clusters(tuple(measures), place[labels], sizes[order], centres, middle[order], silhouettes)
