"""Rolling origins: what each member would have said, had it been asked in the past."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from loomline.engines.forecast.local import Members

    Floats = NDArray[np.float64]
else:
    np = heavy("numpy")


@dataclass(frozen=True)
class Trial:
    """The past as members saw it.

    `forecasts` [series, origin, member, horizon], `actual` [series, origin, horizon], `spread` and `level`
    [series, origin] are NaN where a series has no such origin or no such period. Origin 0 is the latest one.
    """

    names: tuple[str, ...]
    forecasts: Floats
    actual: Floats
    spread: Floats
    level: Floats

    def combined(self, weights: Floats) -> Floats:
        """The forecasts [series, origin, horizon] of the weights [series, member]."""
        made: Floats = np.einsum("ij,iojh->ioh", weights, self.forecasts)
        return made


def origin_cuts(lengths: Sequence[int], horizon: int, count: int, least: int) -> NDArray[np.int64]:
    """How many periods to cut off each series for each origin [series, count]; 0 where there is no origin.

    The first cut is the horizon and further ones are up to a horizon apart, as many as leave `least` periods
    or more; a series too short for that has one origin with as many periods as it can spare.
    """
    length = np.asarray(lengths, dtype=np.int64)
    room = length - least - horizon
    step = np.clip(room // max(count - 1, 1), 1, horizon)
    further = step[:, None] * np.arange(count)[None]
    cuts = np.where(further <= np.maximum(room, 0)[:, None], horizon + further, 0)
    short = room < 0
    cuts[short] = 0
    spare = np.minimum(length - np.maximum(np.minimum(least, length // 2 + 1), 3), horizon)
    cuts[short, 0] = np.maximum(spare[short], 0)
    return cuts


def replay(
    values: Sequence[Floats],
    cuts: NDArray[np.int64],
    horizon: int,
    ask: Callable[[list[Floats], int], Members],
) -> Trial:
    """Ask the members at every origin: `ask(past, origin)` gets the cut series that have this origin."""
    count, origins = cuts.shape
    actual = np.full((count, origins, horizon), np.nan)
    spread, level = np.full((count, origins), np.nan), np.full((count, origins), np.nan)
    forecasts: Floats | None = None
    names: tuple[str, ...] = ()
    for origin in range(origins):
        rows = [int(at) for at in np.nonzero(cuts[:, origin])[0]]
        if not rows:
            continue
        past = [values[at][: len(values[at]) - cuts[at, origin]] for at in rows]
        said = ask(past, origin)
        if forecasts is None:
            names = said.names
            forecasts = np.full((count, origins, len(names), horizon), np.nan)
        forecasts[rows, origin] = said.forecasts
        spread[rows, origin], level[rows, origin] = said.spread, said.level
        for at in rows:
            cut = int(cuts[at, origin])
            truth = values[at][len(values[at]) - cut :][:horizon]
            actual[at, origin, : len(truth)] = truth
    if forecasts is None:
        forecasts = np.zeros((count, origins, 0, horizon))
    return Trial(names, forecasts, actual, spread, level)
