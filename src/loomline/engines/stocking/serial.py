"""Echelon base-stock levels of stages in a row, with random demand and backorders at the last one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.stocking import amounts
from loomline.engines.stocking.demand import Demand
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy import signal
else:
    np, signal = heavy("numpy"), heavy("scipy.signal")

REACH = 9.0
STEPS_PER_SD = 64
MOST_STEPS = 400_000


@dataclass(frozen=True)
class Row:
    """Stages in a row, the one that serves customers first.

    `echelon_holding[j]` is the value that stage j adds, per unit and period; `lead_times[j]` what it waits
    for its supplier, in periods; `shortage` the cost of a unit and period owed to customers; `demand` is that
    of one period. Costs are charged on echelon stock, so that they hold what is on its way as well.
    """

    echelon_holding: Sequence[float]
    lead_times: Sequence[float]
    shortage: float
    demand: Demand

    def __post_init__(self) -> None:
        if not self.lead_times or len(self.lead_times) != len(self.echelon_holding):
            raise BadInput(
                f"There are {len(self.echelon_holding)} holding costs and {len(self.lead_times)} lead times.",
                remedy="Give each stage both.",
            )
        amounts.positive(shortage=self.shortage)
        for at, (holding, lead) in enumerate(zip(self.echelon_holding, self.lead_times, strict=True)):
            amounts.positive(**{f"holding of stage {at + 1}": holding})
            amounts.not_negative(**{f"lead time of stage {at + 1}": lead})


@dataclass(frozen=True)
class EchelonLevels:
    """Echelon base-stock levels in the order of the row, and the expected cost per period."""

    levels: tuple[float, ...]
    cost: float

    @property
    def local_levels(self) -> tuple[float, ...]:
        """The base stock of each stage by itself: the difference of echelon levels, none below 0."""
        low = [min(self.levels[at:]) for at in range(len(self.levels))]
        return tuple(here - before for here, before in zip(low, [0.0, *low], strict=False))


def best_echelon_levels(row: Row, watch: Watch | None = None) -> EchelonLevels:
    """The optimum (Clark and Scarf, 1960, by the recursion of Chen and Zheng, 1994).

    Exact for demand in whole units; continuous demand is followed on a grid of 1/64 standard deviation.
    """
    return _Recursion(row, watch or Watch()).run(None)


def echelon_cost(row: Row, levels: Sequence[float], watch: Watch | None = None) -> float:
    """The expected cost per period of given echelon levels, the last stage's first."""
    if len(levels) != len(row.lead_times):
        raise BadInput(f"There are {len(levels)} levels.", remedy="Give one per stage.", column="levels")
    return _Recursion(row, watch or Watch()).run(levels).cost


def newsvendor_levels(row: Row) -> tuple[float, ...]:
    """Echelon levels as means of two newsvendors per stage (Shang and Song, 2003): close, at once."""
    made, lead = [], 0.0
    whole = sum(row.echelon_holding)
    for at, own in enumerate(row.lead_times):
        lead += own
        above = row.shortage + sum(row.echelon_holding[at + 1 :])
        low, high = above / (row.shortage + whole), above / (above + row.echelon_holding[at])
        ahead = row.demand.over(lead)
        made.append((ahead.quantile(low) + ahead.quantile(high)) / 2)
    return tuple(made)


class _Recursion:
    """Costs as functions of the echelon position, on a grid, straight beyond its ends."""

    def __init__(self, row: Row, watch: Watch) -> None:
        self.row, self.watch = row, watch
        total = row.demand.over(max(sum(row.lead_times), 1e-9))
        self.step = (
            1.0
            if row.demand.is_discrete
            else row.demand.sd
            * math.sqrt(min([lead for lead in row.lead_times if lead > 0], default=1.0))
            / STEPS_PER_SD
        )
        low = -REACH * total.sd - 1
        high = max(total.mean + REACH * total.sd, total.quantile(0.999999)) + 1
        if self.step <= 0 or (high - low) / self.step > MOST_STEPS:
            raise BadInput(
                f"The levels reach from {low:g} to {high:g} units.",
                remedy="Give demand a deviation, or count in larger units.",
                column="demand",
            )
        first, last = math.floor(low / self.step), math.ceil(high / self.step)
        self.grid: NDArray[np.floating] = np.arange(first, last + 1) * self.step

    def run(self, given: Sequence[float] | None) -> EchelonLevels:
        whole = self.row.shortage + sum(self.row.echelon_holding)
        below: NDArray[np.floating] = whole * np.maximum(-self.grid, 0.0)
        levels, cost = [], 0.0
        for at, (holding, lead) in enumerate(zip(self.row.echelon_holding, self.row.lead_times, strict=True)):
            self.watch.at(at / len(self.row.lead_times), f"stage {at + 1}")
            costs = self._after(holding * self.grid + below, lead)
            level, cost = self._lowest(costs) if given is None else self._at(costs, given[at])
            levels.append(level)
            below = np.where(self.grid <= level, costs, cost)
        return EchelonLevels(tuple(levels), cost)

    def _after(self, costs: NDArray[np.floating], lead: float) -> NDArray[np.floating]:
        """Expected costs a lead time later: exact for costs that are straight between grid points."""
        if lead == 0:
            return costs
        ahead = self.row.demand.over(lead)
        first = math.floor(
            min(ahead.mean - REACH * ahead.sd, 0 if ahead.is_discrete else math.inf) / self.step
        )
        last = math.ceil((max(ahead.mean + REACH * ahead.sd, ahead.quantile(1 - 1e-12))) / self.step)
        short = np.array([ahead.shortage(k * self.step) for k in range(first - 1, last + 2)])
        weights = np.diff(short, 2) / self.step
        weights /= weights.sum()
        left = costs[0] + (costs[1] - costs[0]) * np.arange(-max(last, 0), 0)
        right = costs[-1] + (costs[-1] - costs[-2]) * np.arange(1, max(-first, 0) + 1)
        wide = np.concatenate((left, costs, right))
        made = signal.fftconvolve(wide, weights)
        start = len(left) - first
        return np.asarray(made[start : start + len(costs)])

    def _lowest(self, costs: NDArray[np.floating]) -> tuple[float, float]:
        """The lowest point, between grid points by a parabola where demand is continuous."""
        at = int(np.argmin(costs))
        if self.row.demand.is_discrete or not 0 < at < len(costs) - 1:
            return float(self.grid[at]), float(costs[at])
        before, here, after = (float(c) for c in costs[at - 1 : at + 2])
        bend = before - 2 * here + after
        shift = (before - after) / (2 * bend) if bend > 0 else 0.0
        return float(self.grid[at]) + shift * self.step, here - (before - after) * shift / 4

    def _at(self, costs: NDArray[np.floating], level: float) -> tuple[float, float]:
        """The costs at a level; the grid is straight beyond its ends."""
        slopes = (costs[1] - costs[0]) / self.step, (costs[-1] - costs[-2]) / self.step
        beyond = slopes[0] * min(level - self.grid[0], 0) + slopes[1] * max(level - self.grid[-1], 0)
        return level, float(np.interp(level, self.grid, costs)) + float(beyond)
