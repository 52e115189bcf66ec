"""New and short series by analogue: the level is their own, the shape of the months to come is borrowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    np = heavy("numpy")


@dataclass(frozen=True)
class Analogues:
    """Series that are known well enough: their past, their forecasts [series, horizon], and their groups."""

    values: Sequence[Floats]
    forecasts: Floats
    spread: Floats
    groups: Sequence[str]


@dataclass(frozen=True)
class ByAnalogue:
    """Forecasts [horizon] of a new series, the error to reckon with, and how many analogues it had."""

    mean: Floats
    spread: float
    analogues: int


def forecast_new(values: Floats, group: str, known: Analogues, horizon: int) -> ByAnalogue:
    """Forecast a series [periods] of few values or none.

    Analogues are the well-known series of the same group, or all of them when the group has fewer than three.
    Their forecasts relative to their means over the same latest periods give the shape; the level is the mean
    of the new series, or the median of theirs when it has no value yet (structured analogy, Green and
    Armstrong 2007).
    """
    seen = values[~np.isnan(values)]
    rows = [at for at, one in enumerate(known.groups) if one == group]
    if len(rows) < 3:
        rows = list(range(len(known.groups)))
    back = max(1, len(values))
    level = np.array([float(np.mean(known.values[at][-back:])) for at in rows])
    usable = level > 0
    if not usable.any():
        return _alone(seen, horizon)
    own = float(seen.mean()) if len(seen) else float(np.median(level[usable]))
    shape = known.forecasts[rows][usable] / level[usable][:, None]
    relative = float(np.median(known.spread[rows][usable] / level[usable]))
    middle = np.clip(np.median(shape, axis=0), 0.2, 5.0)
    trust = 1.5 if len(seen) else 3.0
    return ByAnalogue(own * middle, max(trust * relative * abs(own), 1e-9), int(usable.sum()))


def _alone(seen: Floats, horizon: int) -> ByAnalogue:
    """Without analogues the mean of what there is must do."""
    level = float(seen.mean()) if len(seen) else 0.0
    spread = float(seen.std(ddof=1)) if len(seen) > 2 else 0.0
    return ByAnalogue(np.full(horizon, level), max(spread, 0.3 * abs(level), 1e-9), 0)
