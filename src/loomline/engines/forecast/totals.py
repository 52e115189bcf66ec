"""Forecasts of a panel and of all its sums, made to add up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.forecast.cleansing import Cleansed
from loomline.engines.forecast.forecasting import Forecast, Settings, forecast
from loomline.engines.forecast.hierarchy import Hierarchy
from loomline.engines.forecast.panel import Panel
from loomline.engines.forecast.reconciliation import reconcile, round_to_sums
from loomline.engines.heavy import heavy
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    np = heavy("numpy")


def forecast_totals(
    bottom: Forecast, hierarchy: Hierarchy, *, whole: bool = False, watch: Watch | None = None
) -> Forecast:
    """The forecast of all nodes, sums first, from that of the bottom series.

    Sums are forecast by themselves and reconciled with the bottom by weighted least squares, each node
    trusted by the width of its interval. Means add up exactly, also in whole units; quantiles move with
    their mean. Raises BadInput when series do not end in the same period.
    """
    above = len(hierarchy.names) - hierarchy.bottom
    upper = forecast(_summed(bottom, hierarchy, above), _plain(bottom.settings), watch)
    base = np.concatenate([upper.mean, bottom.mean])
    quantiles = np.concatenate([upper.quantiles, bottom.quantiles], axis=1)
    width = (
        (quantiles[-1] - quantiles[0]).mean(axis=1) if len(quantiles) > 1 else hierarchy.matrix().sum(axis=1)
    )
    negatives = bool((bottom.mean < 0).any())
    lower = reconcile(base, hierarchy, "wls", variance=width**2, negatives=negatives)
    if whole:
        lower = round_to_sums(lower, hierarchy).astype(float)
    mean = hierarchy.sums(lower)
    moved = quantiles + (mean - base)[None]
    moved = moved if negatives else np.maximum(moved, 0.0)
    panel = replace(
        bottom.panel,
        ids=hierarchy.names,
        values=(*upper.panel.values, *bottom.panel.values),
        starts=np.concatenate([upper.panel.starts, bottom.panel.starts]),
        regressors={},
    )
    return Forecast(
        panel,
        bottom.settings,
        mean,
        moved,
        (*upper.profiles, *bottom.profiles),
        (*upper.methods, *bottom.methods),
        (*bottom.qualities, *(replace(one, group="sums") for one in upper.qualities)),
        (*upper.past, *bottom.past),
        above,
    )


def in_whole_units(made: Forecast) -> Forecast:
    """The forecast with means in whole units whose total is that of the means, rounded."""
    one = Hierarchy(made.panel.ids, tuple((at,) for at in range(len(made.mean))), (), len(made.mean))
    mean = round_to_sums(made.mean, one).astype(float)
    return replace(made, mean=mean)


def _plain(settings: Settings) -> Settings:
    return replace(settings, stockouts=(), groups=())


def _summed(bottom: Forecast, hierarchy: Hierarchy, above: int) -> Panel:
    """The histories of the sums; a series has no demand before its first period."""
    panel = bottom.panel
    ends = panel.future(1)[:, 0]
    if (ends != ends[0]).any():
        at = int(np.argmax(ends != ends[0]))
        raise BadInput(
            f"The series {panel.ids[at]} does not end in the same period as {panel.ids[0]}.",
            remedy="Let all series that are summed up end together; an empty y will do.",
            position=at,
        )
    past: tuple[Cleansed, ...] = bottom.past
    longest = max(len(one.values) for one in past)
    table = np.zeros((len(past), longest))
    for at, one in enumerate(past):
        table[at, longest - len(one.values) :] = one.values
    first = panel.starts[int(np.argmax([len(one.values) for one in past]))]
    values = tuple(table[list(members)].sum(axis=0) for members in hierarchy.members[:above])
    starts = np.full(above, first)
    return Panel(hierarchy.names[:above], values, starts, panel.frequency)
