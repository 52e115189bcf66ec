"""One order for one season or period: as much as the costs of too much and too little say."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from loomline.engines.bad_input import BadInput
from loomline.engines.stocking import amounts
from loomline.engines.stocking.demand import Demand, Normal


@dataclass(frozen=True)
class Newsvendor:
    """A stock level and what it costs per period; `profit` where prices were given."""

    level: float
    cost: float
    critical_ratio: float
    cycle_service: float
    fill_rate: float
    profit: float | None = None


def newsvendor(demand: Demand, *, holding: float, shortage: float, level: float | None = None) -> Newsvendor:
    """The level of least expected cost, or the cost of a given one (Arrow, Harris and Marschak, 1951).

    `holding` is paid per unit left over, `shortage` per unit short. For discrete demand the level is the
    least one that covers the critical ratio shortage / (shortage + holding).
    """
    amounts.positive(holding=holding, shortage=shortage)
    ratio = shortage / (shortage + holding)
    held = demand.quantile(ratio) if level is None else level
    amounts.finite(level=held)
    short = demand.shortage(held)
    cost = holding * demand.surplus(held) + shortage * short
    filled = 1.0 if demand.mean <= 0 else 1 - short / demand.mean
    return Newsvendor(held, cost, ratio, demand.cover(held), filled)


def newsvendor_profit(
    demand: Demand,
    *,
    revenue: float,
    purchase: float,
    salvage: float = 0.0,
    goodwill: float = 0.0,
    level: float | None = None,
) -> Newsvendor:
    """The level of most expected profit, for prices per unit; `goodwill` is lost with each unit short."""
    if not revenue + goodwill > purchase > salvage:
        raise BadInput(
            f"Revenue {revenue:g}, purchase {purchase:g} and salvage {salvage:g} leave nothing to weigh.",
            remedy="Revenue must exceed purchase, and purchase salvage.",
            column="revenue, purchase, salvage",
        )
    made = newsvendor(demand, holding=purchase - salvage, shortage=revenue + goodwill - purchase, level=level)
    profit = (revenue - purchase) * demand.mean - made.cost
    return Newsvendor(made.level, made.cost, made.critical_ratio, made.cycle_service, made.fill_rate, profit)


@dataclass(frozen=True)
class Myopic:
    """One period of many, where stock left over saves the next period's purchase (Veinott, 1965).

    Costs per unit; `discount` is what money of the next period is worth now, above 0 and at most 1.
    """

    demand: Normal
    holding: float
    shortage: float
    purchase: float
    next_purchase: float
    discount: float = 1.0

    def level(self) -> float:
        """The order-up-to level of least cost."""
        ratio = (self.shortage - self.purchase + self.discount * self.next_purchase) / (
            self.shortage + self.holding
        )
        amounts.share(critical_ratio=ratio)
        return self.demand.quantile(ratio)

    def cost(self, level: float) -> float:
        """Expected cost of one period: purchase, holding, shortage, less what is left over is worth."""
        left = self.demand.surplus(level)
        short = self.demand.shortage(level)
        bought = self.purchase * level - self.discount * self.next_purchase * (level - self.demand.mean)
        return bought + self.holding * left + self.shortage * short

    def level_of_cost(self, cost: float, *, side: Literal["below", "above"]) -> float:
        """The level below or above the best one that costs so much."""
        best = self.level()
        if cost < self.cost(best):
            raise BadInput(
                f"The least cost is {self.cost(best):g}, more than {cost:g}.",
                remedy="Ask for a higher cost.",
                column="cost",
            )
        step = (self.demand.sd or 1.0) * (-1 if side == "below" else 1)
        far = best + step
        while self.cost(far) < cost:
            step *= 2
            far = best + step
        near = best
        while abs(far - near) > 1e-13 * max(1.0, abs(far)) and math.nextafter(near, far) != far:
            middle = (near + far) / 2
            near, far = (middle, far) if self.cost(middle) < cost else (near, middle)
        return (near + far) / 2
