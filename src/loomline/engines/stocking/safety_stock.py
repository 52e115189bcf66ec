"""Safety stock for a service target when demand and lead time vary."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from loomline.engines.stocking import amounts
from loomline.engines.stocking.demand import Demand, Gamma, Normal
from loomline.engines.stocking.order_point import fill_rate, reorder_point_for_fill_rate


@dataclass(frozen=True)
class SafetyStock:
    """Safety stock in units and the reorder point that contains it, with both services it gives."""

    safety_stock: float
    reorder_point: float
    lead_time_demand: float
    lead_time_sd: float
    cycle_service: float
    fill_rate: float | None


def lead_time_demand(
    *,
    mean: float,
    sd: float,
    lead_time: float,
    lead_time_sd: float = 0.0,
    interval: float = 0.0,
    shape: Literal["normal", "gamma"] = "normal",
) -> Demand:
    """Demand over lead time and review interval, both in periods: variance (L + R) sd² + mean² sd_L².

    Periods are independent of each other and of the lead time (Hadley and Whitin, 1963). `gamma` keeps
    demand above 0 and suits coefficients of variation above about 0.5.
    """
    amounts.not_negative(mean=mean, sd=sd, lead_time=lead_time, lead_time_sd=lead_time_sd, interval=interval)
    ahead = lead_time + interval
    total, spread = mean * ahead, math.sqrt(ahead * sd**2 + (mean * lead_time_sd) ** 2)
    if shape == "gamma" and total > 0 and spread > 0:
        return Gamma.of(total, spread)
    return Normal(total, spread)


def for_cycle_service(demand: Demand, target: float, *, quantity: float | None = None) -> SafetyStock:
    """Type 1: no shortage in this share of the replenishment cycles. `demand` is over the lead time."""
    amounts.share(cycle_service=target)
    return _stock(demand, demand.quantile(target), quantity)


def for_fill_rate(demand: Demand, target: float, *, quantity: float) -> SafetyStock:
    """Type 2: this share of demand is met from the shelf, with orders of `quantity` (loss function).

    May be below 0: a large order quantity alone can serve more than the target.
    """
    return _stock(demand, reorder_point_for_fill_rate(demand, quantity, target), quantity)


def _stock(demand: Demand, level: float, quantity: float | None) -> SafetyStock:
    filled = None if quantity is None else fill_rate(demand, level, quantity)
    return SafetyStock(level - demand.mean, level, demand.mean, demand.sd, demand.cover(level), filled)
