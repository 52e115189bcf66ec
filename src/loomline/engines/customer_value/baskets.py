"""What is bought together: support, confidence and lift of pairs (Agrawal, Imielinski and Swami 1993)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray
    from scipy import sparse, special
else:
    np = heavy("numpy")
    pd = heavy("pandas")
    sparse = heavy("scipy.sparse")
    special = heavy("scipy.special")

BLOCK = 512
QUIET = Watch()


@dataclass(frozen=True)
class Pairs:
    """Rules "who buys the first buys the second", one entry a rule, by lift, then by names; shape (n,).

    `first` and `second` are positions in `items`; `together` counts the baskets with both. `support` is
    their part of all baskets, `confidence` their part of the baskets with the first, `lift` how much more
    often they come together than if they had nothing to do with each other, and `chance` the probability
    that so many come together by chance (one-sided, hypergeometric: Fisher's exact test).
    """

    items: Sequence[str]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    together: NDArray[np.int64]
    support: NDArray[np.float64]
    confidence: NDArray[np.float64]
    lift: NDArray[np.float64]
    chance: NDArray[np.float64]
    baskets: int

    def __len__(self) -> int:
        return len(self.first)


def pairs(
    baskets: Sequence[object],
    items: Sequence[str],
    *,
    fewest: int = 5,
    least_support: float = 0.0,
    least_confidence: float = 0.0,
    least_lift: float = 1.0,
    watch: Watch = QUIET,
) -> Pairs:
    """Rules from lines of baskets: two sequences of the same length, the basket and the item of each line.

    An item counts once in a basket. Rules from fewer than `fewest` baskets with both items are left out.
    The matrix of baskets and items is sparse, and its square is made in blocks, so that items in thousands
    and baskets in millions fit. Raises BadInput for empty input and thresholds that cannot be.
    """
    _check(baskets, items, fewest, least_support, least_confidence)
    rows, kinds = pd.factorize(pd.Series(list(baskets), dtype=object))
    columns, names = pd.factorize(pd.Series(list(items), dtype=object), sort=True)
    shape = (len(kinds), len(names))
    has = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)
    has.data[:] = 1.0
    count = shape[0]
    single = np.asarray(has.sum(axis=0)).ravel()
    least = max(fewest, int(np.ceil(least_support * count - 1e-9)))
    first, second, together = _together(has, single, least, watch)
    lift = together * count / (single[first] * single[second])
    confidence = together / single[first]
    kept = np.flatnonzero((lift >= least_lift) & (confidence >= least_confidence))
    order = kept[np.lexsort((second[kept], first[kept], -np.round(lift[kept], 12)))]
    first, second, together = first[order], second[order], together[order]
    watch.at(0.95, "weighing chance")
    return Pairs(
        [str(name) for name in names], first, second, together.astype(np.int64), together / count,
        confidence[order], lift[order], _chance(together, single[first], single[second], count), count,
    )  # fmt: skip


def _together(
    has: sparse.csr_array, single: NDArray[np.float64], least: int, watch: Watch
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Both directions of each pair that is often enough together."""
    often = np.flatnonzero(single >= least)
    kept = sparse.csc_array(has)[:, often]
    turned = sparse.csr_array(kept.T)
    found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]] = []
    for start in range(0, len(often), BLOCK):
        watch.at(0.9 * start / len(often), "counting pairs")
        block = sparse.coo_array(turned[start : start + BLOCK] @ kept)
        enough = (block.data >= least) & (block.row + start != block.col)
        found.append((often[block.row[enough] + start], often[block.col[enough]], block.data[enough]))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    first, second, together = (np.concatenate(part) for part in zip(*found, strict=True))
    return first.astype(np.int64), second.astype(np.int64), together


def _chance(
    together: NDArray[np.float64], first: NDArray[np.float64], second: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """P(at least so many together) when `first` and `second` baskets are drawn at random.

    The tail of the hypergeometric distribution, summed downwards in steps of its ratio until it is spent.
    """

    def log_choose(n: NDArray[np.float64], k: NDArray[np.float64]) -> NDArray[np.float64]:
        return special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)

    others = count - first
    start = log_choose(first, together) + log_choose(others, second - together)
    start = start - log_choose(np.full(len(first), float(count)), second)
    term, tail, k = np.ones(len(first)), np.ones(len(first)), together.copy()
    for _step in range(int(np.minimum(first, second).max(initial=0))):
        ratio = (first - k) * (second - k) / ((k + 1) * np.maximum(others - second + k + 1, 1.0))
        term = term * np.maximum(ratio, 0.0)
        tail += term
        k += 1
        if float((term / tail).max(initial=0.0)) < 1e-12:
            break
    return np.minimum(np.exp(start) * tail, 1.0)


def _check(
    baskets: Sequence[object], items: Sequence[str], fewest: int, support: float, confidence: float
) -> None:
    if len(baskets) != len(items):
        raise BadInput("Baskets and items differ in number.", remedy="Give the basket of each item.")
    if not len(items):
        raise BadInput("There are no baskets.", remedy="Give some.")
    if fewest < 1 or not 0 <= support <= 1 or not 0 <= confidence <= 1:
        raise BadInput("The thresholds cannot be.", remedy="Ask for 1 basket or more and shares from 0 to 1.")
    for at, item in enumerate(items):
        if not isinstance(item, str) or not item:
            raise BadInput("An item has no name.", remedy="Name it or leave the line out.", position=at)
