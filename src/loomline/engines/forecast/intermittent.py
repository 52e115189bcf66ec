"""Mean demand of series with many periods without any: Croston, SBA, TSB, ADIDA, IMAPA and plain smoothing.

Every function takes a table [series, periods] whose rows end with the last period and begin with NaN where a
series is shorter than the longest, and gives the demand per period that is expected from then on [series].
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    np = heavy("numpy")

AGGREGATES = (0.1, 0.2, 0.3)


def aligned(values: Sequence[Floats]) -> Floats:
    """Series [periods] as one table that ends with their last periods, NaN before their first."""
    width = max(len(one) for one in values)
    table = np.full((len(values), width), np.nan)
    for at, one in enumerate(values):
        table[at, width - len(one) :] = one
    return table


def smoothed_mean(table: Floats, alpha: float) -> Floats:
    """Simple exponential smoothing from the first value on."""
    return _smoothed(table, alpha)


def croston(table: Floats, alpha: float = 0.1) -> Floats:
    """Smoothed size over smoothed interval (Croston 1972); 0 where there never was demand."""
    size, interval = _size_and_interval(table, alpha)
    return np.where(interval > 0, size / np.where(interval > 0, interval, 1), 0.0)


def sba(table: Floats, alpha: float = 0.1) -> Floats:
    """Croston without its bias (Syntetos and Boylan 2005)."""
    return (1 - alpha / 2) * croston(table, alpha)


def tsb(table: Floats, alpha: float = 0.1, beta: float = 0.1) -> Floats:
    """Smoothed size times probability, so that dying items die (Teunter, Syntetos and Babai 2011)."""
    size, _interval = _size_and_interval(table, alpha)
    probability = _smoothed(np.where(np.isnan(table), np.nan, (table != 0).astype(float)), beta)
    return size * probability


def adida(table: Floats) -> Floats:
    """Smoothing of sums over as many periods as a demand interval is long (Nikolopoulos and others 2011)."""
    span = _intervals(table)
    made = np.zeros(len(table))
    for width in np.unique(span):
        rows = span == width
        made[rows] = _aggregated(table[rows], int(width))
    return made


def imapa(table: Floats) -> Floats:
    """The mean of such sums over all spans up to the demand interval (Petropoulos and Kourentzes 2015)."""
    span = _intervals(table)
    made, count = np.zeros(len(table)), np.zeros(len(table))
    for width in range(1, int(span.max(initial=1)) + 1):
        rows = span >= width
        made[rows] += _aggregated(table[rows], width)
        count[rows] += 1
    return made / np.maximum(count, 1)


def _smoothed(table: Floats, alpha: float) -> Floats:
    """The last level of simple smoothing along each row; NaN are passed over."""
    level = np.full(len(table), np.nan)
    for now in table.T:
        seen = ~np.isnan(now)
        moved = np.where(np.isnan(level), now, level + alpha * (now - level))
        level = np.where(seen, moved, level)
    return np.nan_to_num(level)


def _size_and_interval(table: Floats, alpha: float) -> tuple[Floats, Floats]:
    count = len(table)
    size, interval, since = np.zeros(count), np.zeros(count), np.zeros(count)
    for now in table.T:
        since += ~np.isnan(now)
        hit = np.nan_to_num(now) != 0
        first = hit & (interval == 0)
        again = hit & ~first
        size = np.where(first, now, np.where(again, size + alpha * (now - size), size))
        interval = np.where(first, since, np.where(again, interval + alpha * (since - interval), interval))
        since = np.where(hit, 0.0, since)
    return size, interval


def _intervals(table: Floats) -> NDArray[np.int64]:
    """The mean demand interval of each row in whole periods, from one to a third of the row."""
    known = (~np.isnan(table)).sum(axis=1)
    hits = (np.nan_to_num(table) != 0).sum(axis=1)
    span = np.round(known / np.maximum(hits, 1)).astype(np.int64)
    return np.clip(span, 1, np.maximum(known // 3, 1))


def _aggregated(table: Floats, width: int) -> Floats:
    """Demand per period by smoothing the sums over `width` periods with the best of a few weights."""
    whole = table.shape[1] // width
    sums = table[:, table.shape[1] - whole * width :].reshape(len(table), whole, width).sum(axis=2)
    level = np.full((len(table), len(AGGREGATES)), np.nan)
    squares = np.zeros_like(level)
    alpha = np.array(AGGREGATES)
    for now in sums.T:
        seen = ~np.isnan(now)[:, None]
        error = now[:, None] - level
        squares += np.nan_to_num(error) ** 2
        level = np.where(seen, np.where(np.isnan(level), now[:, None], level + alpha * error), level)
    best = squares.argmin(axis=1)
    made: Floats = np.nan_to_num(level[np.arange(len(table)), best]) / width
    return made
