"""The best (s, S) of every period until an end: seasons, phase-outs, contracts that run out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.stocking import amounts
from loomline.engines.stocking.counts import whole_masses
from loomline.engines.stocking.demand import Demand, Normal
from loomline.engines.stocking.newsvendor import Myopic
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

MOST_STATES = 200_000
TAIL = 1e-10


@dataclass(frozen=True)
class Horizon:
    """Demand in whole units for each period to come, and the costs; orders arrive at once.

    `purchase` is the price of a unit, `final_holding` and `final_shortage` what a unit left or owed at the
    very end costs; `discount` is what money of the next period is worth now.
    """

    demands: Sequence[Demand]
    holding: float
    shortage: float
    final_holding: float
    final_shortage: float
    purchase: float
    setup: float
    discount: float = 1.0

    def __post_init__(self) -> None:
        if not self.demands or not 0 < self.discount <= 1:
            raise BadInput("There is no period, or the discount is not in (0, 1].", remedy="Correct it.")
        amounts.positive(holding=self.holding, shortage=self.shortage)
        amounts.not_negative(final_shortage=self.final_shortage, purchase=self.purchase, setup=self.setup)
        amounts.finite(final_holding=self.final_holding)


@dataclass(frozen=True)
class HorizonPolicy:
    """For each period: at or below the reorder point, order up to the level. `cost` starts from `stock`."""

    reorder_points: tuple[int, ...]
    order_up_to: tuple[int, ...]
    cost: float


def best_horizon_policy(horizon: Horizon, *, stock: int = 0, watch: Watch | None = None) -> HorizonPolicy:
    """Dynamic programming backwards over whole stock levels (Scarf, 1960: (s, S) is optimal)."""
    watch = watch or Watch()
    masses = [whole_masses(demand, tail=TAIL) for demand in horizon.demands]
    longest = max(map(len, masses))
    low, high = min(-longest, stock - 1), max(_reach(horizon, longest), stock + 1)
    if high - low > MOST_STATES:
        raise BadInput(
            f"There are {high - low} stock levels.", remedy="Count in larger units.", column="demand"
        )
    levels = np.arange(low, high + 1)
    worth = horizon.final_holding * np.maximum(levels, 0) + horizon.final_shortage * np.maximum(-levels, 0)
    points, targets = [], []
    for period in range(len(masses) - 1, -1, -1):
        watch.at(1 - (period + 1) / len(masses), f"period {period + 1}")
        costs = horizon.purchase * levels + _expected(horizon, levels, worth, masses[period])
        best = int(np.argmin(costs))
        orders = costs[: best + 1] > horizon.setup + costs[best]
        # Without a set-up cost s and S are the same.
        below = int(np.argmin(orders)) - 1 if not orders.all() else best
        points.append(int(levels[below]) if horizon.setup else int(levels[best]))
        targets.append(int(levels[best]))
        ordering = levels <= levels[below]
        worth = np.where(ordering, horizon.setup + costs[best], costs) - horizon.purchase * levels
    return HorizonPolicy(tuple(points[::-1]), tuple(targets[::-1]), float(worth[stock - low]))


def myopic_bounds(horizon: Horizon) -> tuple[float, float, float, float]:
    """Bounds of the first period's S (low, high) and s (low, high), for normal demand (Zipkin, 2000)."""
    demand = horizon.demands[0]
    one = Myopic(
        Normal(demand.mean, demand.sd),
        horizon.holding,
        horizon.shortage,
        horizon.purchase,
        horizon.purchase,
        horizon.discount,
    )
    best = one.level()
    least = one.cost(best)
    highest = one.level_of_cost(least + horizon.discount * horizon.setup, side="above")
    lowest = one.level_of_cost(least + horizon.setup, side="below")
    nearest = one.level_of_cost(least + (1 - horizon.discount) * horizon.setup, side="below")
    return best, highest, lowest, nearest


def _reach(horizon: Horizon, longest: int) -> int:
    """More than anyone would stock: all demand to come, or what a set-up is worth carrying."""
    mean = sum(demand.mean for demand in horizon.demands)
    spread = math.sqrt(sum(demand.sd**2 for demand in horizon.demands))
    return math.ceil(max(mean + 8 * spread, longest))


def _expected(
    horizon: Horizon, levels: NDArray[np.int64], worth: NDArray[np.float64], masses: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Cost of the period and of all later ones, by the level after ordering."""
    rates = horizon.holding * np.maximum(levels, 0) + horizon.shortage * np.maximum(-levels, 0)
    after = rates + horizon.discount * worth
    # Far below all reorder points every cost is straight.
    pad = after[0] + (after[0] - after[1]) * np.arange(len(masses) - 1, 0, -1)
    return np.convolve(np.concatenate((pad, after)), masses, mode="valid")
