"""History as demand would have been: gaps filled, stock-outs and freak values taken out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.forecast.profile import filled, is_seasonal
from loomline.engines.forecast.seasonal import Season, find_season, no_season
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    np = heavy("numpy")

# A run of zeros that one series in a hundred would show is no demand that was low by chance.
CHANCE = 0.01
FAR = 8.0


@dataclass(frozen=True)
class Cleansed:
    """The history [periods] without gaps, and which periods were found to be stock-outs or outliers."""

    values: Floats
    stockouts: NDArray[np.bool_]
    outliers: NDArray[np.bool_]


def cleanse(
    values: Floats,
    seasons: tuple[int, ...] = (),
    *,
    out_of_stock: NDArray[np.bool_] | None = None,
    search: bool = True,
) -> Cleansed:
    """Fill gaps (NaN), replace stock-outs and tame outliers of a series [periods] with steady demand.

    `out_of_stock` marks periods that are known to have been sold out: what was sold then is the least that
    was asked for. Without `search` nothing else is taken for a stock-out or an outlier.
    """
    nothing = np.zeros(len(values), dtype=bool)
    marked = nothing if out_of_stock is None else out_of_stock
    stockouts = marked | (empty_shelves(values, seasons) if search else nothing)
    known = np.where(stockouts, np.nan, values)
    if np.isnan(known).all():
        return Cleansed(filled(values), marked, nothing)
    made = _filled_by_season(known, seasons)
    made = np.where(stockouts & ~np.isnan(values), np.maximum(made, np.nan_to_num(values)), made)
    far, bounds = freak_values(made, seasons) if search else (nothing, made)
    return Cleansed(np.where(far, bounds, made), stockouts, far & ~np.isnan(values))


def empty_shelves(values: Floats, seasons: tuple[int, ...] = ()) -> NDArray[np.bool_]:
    """Runs of zeros between demand that are too long to be chance, and that no season explains.

    The chance of a zero is estimated from the zeros outside long runs. What is still zero at the end is left:
    it may be the new truth.
    """
    found = np.zeros(len(values), dtype=bool)
    zero = values == 0
    share = (zero.sum() + 1) / (len(values) + 2)
    if not zero.any() or share > 0.5 or np.nanmin(values) < 0:
        return found
    edges = np.flatnonzero(np.diff(np.r_[False, zero, False]))
    runs = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    for start, end in runs:
        others = (zero.sum() - (end - start) + 1) / (len(values) - (end - start) + 2)
        chance = others ** (end - start) * len(values)
        if start > 0 and end < len(values) and chance < CHANCE:
            found[start:end] = not _recurs(zero, start, end, seasons)
    return found


def _recurs(mark: NDArray[np.bool_], start: int, end: int, seasons: tuple[int, ...]) -> bool:
    """Is the same mark found one season earlier or later?"""
    for season in seasons:
        for shift in (-season, season):
            low, high = start + shift - 1, end + shift + 1
            if low >= 0 and high <= len(mark) and mark[low:high].any():
                return True
    return False


def freak_values(values: Floats, seasons: tuple[int, ...] = ()) -> tuple[NDArray[np.bool_], Floats]:
    """Lone values far off their neighbours and their season, and what to put in their place [periods].

    Far is eight robust standard deviations of the distance to the running median. A value that has a like one
    a season away is left. Of the last two values, which may be the new truth, only the very last is judged,
    and only when it is half of the least or twice the most there ever was: a period that is not over yet, or
    a slip of the pen.
    """
    none = np.zeros(len(values), dtype=bool)
    if len(values) < 12:
        return none, values
    season = _season_of(values, seasons)
    plain = season.taken_out(values)
    padded = np.pad(plain, 3, mode="reflect")
    middle = np.median(np.lib.stride_tricks.sliding_window_view(padded, 7), axis=1)
    away = plain - middle
    spread = 1.4826 * float(np.median(np.abs(away)))
    spread = max(spread, 0.3 * float(np.abs(away).mean()))
    if spread <= 0:
        return none, values
    far = np.abs(away) > FAR * spread
    far[-2] = False
    far[-1] &= bool(seasons) and _unheard_of(values)
    alone = far & ~np.r_[far[1:], False] & ~np.r_[False, far[:-1]]
    for at in np.flatnonzero(alone).tolist():
        alone[at] = not _recurs(far & (np.sign(away) == np.sign(away[at])), at, at + 1, seasons)
    bounds = middle + np.clip(away, -3 * spread, 3 * spread)
    return alone, season.put_back(bounds, 0)


def _unheard_of(values: Floats) -> bool:
    """Is the last value less than half of the least before it, or more than twice the most?"""
    before, last = values[:-1], float(values[-1])
    low, high = float(before.min()), float(before.max())
    return low > 0 and not 0.5 * low <= last <= 2 * high


def _filled_by_season(values: Floats, seasons: tuple[int, ...]) -> Floats:
    """Gaps drawn from neighbour to neighbour after the season was taken out."""
    gap = np.isnan(values)
    made = filled(values)
    # What fills a gap bends the season that is found, less each time.
    for _ in range(3 if gap.any() else 0):
        season = _season_of(made, seasons)
        plain = np.where(gap, np.nan, season.taken_out(made))
        made = np.where(gap, season.put_back(filled(plain), 0), values)
    return made


def _season_of(values: Floats, seasons: tuple[int, ...]) -> Season:
    period = next((m for m in sorted(seasons, reverse=True) if is_seasonal(values, m)), 1)
    return find_season(values, period, by_factor=bool(values.min() > 0)) if period > 1 else no_season()
