"""Order Q units whenever the position falls to r: the best pair, the best r for a Q, and approximations."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.stocking import amounts
from loomline.engines.stocking.demand import Demand
from loomline.engines.stocking.economic_order import economic_order_quantity, with_backorders

if TYPE_CHECKING:
    from scipy import optimize
else:
    optimize = heavy("scipy.optimize")


@dataclass(frozen=True)
class OrderPoint:
    """An (r, Q) policy: order `quantity` when the position falls to `reorder_point` or below."""

    reorder_point: float
    quantity: float
    cost: float
    fill_rate: float
    cycle_service: float
    on_hand: float
    backorders: float


@dataclass(frozen=True)
class Review:
    """The costs and the lead-time demand of an item under continuous review; shortages are backordered.

    `rate` is demand per time; `setup` is paid per order, `holding` and `shortage` per unit and time.
    `lead_time_demand` is demand during one lead time; the position is reviewed at each demand.
    """

    lead_time_demand: Demand
    rate: float
    setup: float
    holding: float
    shortage: float

    def __post_init__(self) -> None:
        amounts.positive(demand=self.rate, holding=self.holding, shortage=self.shortage)
        amounts.not_negative(setup=self.setup)

    def rate_at(self, position: float) -> float:
        """The holding and shortage cost per time that a position leads to one lead time later."""
        short = self.lead_time_demand.shortage(position)
        return self.holding * (position - self.lead_time_demand.mean + short) + self.shortage * short

    def cost(self, reorder_point: float, quantity: float) -> float:
        """Cost per time of a policy; exact when demand comes in single units (or continuously)."""
        return (self.setup * self.rate + self._area(reorder_point, quantity)) / quantity

    def policy(self, reorder_point: float, quantity: float) -> OrderPoint:
        """The policy with everything that follows from it."""
        amounts.positive(quantity=quantity)
        demand = self.lead_time_demand
        owed = backorders(demand, reorder_point, quantity)
        step = 1.0 if demand.is_discrete else 0.0
        on_hand = reorder_point + (quantity + step) / 2 - demand.mean + owed
        return OrderPoint(
            reorder_point,
            quantity,
            self.cost(reorder_point, quantity),
            fill_rate(demand, reorder_point, quantity),
            demand.cover(reorder_point),
            on_hand,
            owed,
        )

    def _area(self, start: float, width: float) -> float:
        demand, end = self.lead_time_demand, start + width
        step = 1.0 if demand.is_discrete else 0.0
        short = demand.second_shortage(start) - demand.second_shortage(end)
        position = width * (start + (width + step) / 2 - demand.mean)
        return self.holding * position + (self.holding + self.shortage) * short


def best_order_point(review: Review) -> OrderPoint:
    """The (r, Q) of least cost: Federgruen and Zheng (1992) in whole units, Zheng (1992) otherwise."""
    if review.lead_time_demand.is_discrete:
        return _best_in_units(review)
    least = with_backorders(
        setup=max(review.setup, 1e-12),
        holding=review.holding,
        shortage=review.shortage,
        demand=review.rate,
    ).quantity
    fixed = review.setup * review.rate

    def excess(quantity: float) -> float:
        start = best_reorder_point(review, quantity)
        return quantity * review.rate_at(start) - review._area(start, quantity) - fixed

    most = 2 * least
    while excess(most) < 0:
        most *= 2
    quantity = _root(excess, least, most) if excess(least) < 0 else least
    return review.policy(best_reorder_point(review, quantity), quantity)


def best_reorder_point(review: Review, quantity: float) -> float:
    """The reorder point of least cost for a given order quantity."""
    amounts.positive(quantity=quantity)
    best = _best_position(review)
    if review.lead_time_demand.is_discrete:
        start, end = best - 1.0, best
        while end - start < quantity:
            start, end = _widened(review, start, end)
        return start

    def gap(start: float) -> float:
        return review.rate_at(start) - review.rate_at(start + quantity)

    return _root(gap, best - quantity, best)


def order_point_by_backorder_quantity(review: Review) -> OrderPoint:
    """Q by the economic order quantity with backorders, r the best for it (Zheng, 1992)."""
    quantity = with_backorders(
        setup=review.setup, holding=review.holding, shortage=review.shortage, demand=review.rate
    ).quantity
    return review.policy(best_reorder_point(review, quantity), quantity)


def order_point_by_safety_stock(review: Review) -> OrderPoint:
    """Q by the economic order quantity, r as if it were a newsvendor's level: simple, a little high."""
    quantity = economic_order_quantity(
        setup=review.setup, holding=review.holding, demand=review.rate
    ).quantity
    return review.policy(_best_position(review), quantity)


def fill_rate(demand: Demand, reorder_point: float, quantity: float) -> float:
    """The share of demand met from the shelf, for lead-time demand: 1 - (n(r) - n(r + Q)) / Q."""
    short = demand.shortage(reorder_point) - demand.shortage(reorder_point + quantity)
    return min(max(1 - short / quantity, 0.0), 1.0)


def backorders(demand: Demand, reorder_point: float, quantity: float) -> float:
    """Units owed on average at any time."""
    end = reorder_point + quantity
    return max(demand.second_shortage(reorder_point) - demand.second_shortage(end), 0.0) / quantity


def reorder_point_for_fill_rate(demand: Demand, quantity: float, target: float) -> float:
    """The least r at which lead-time demand is met from the shelf to this share (type 2 service)."""
    amounts.positive(quantity=quantity)
    amounts.share(fill_rate=target)

    def lacking(level: float) -> float:
        return fill_rate(demand, level, quantity) - target

    step = max(demand.sd, quantity, 1.0)
    high = demand.mean + step
    while lacking(high) < 0:
        high += step
        step *= 2
    # An order of Q serves at best a share of demand while r is so low that all of it is owed already.
    low = min(demand.mean, high) - quantity - max(demand.sd, 1.0)
    while lacking(low) >= 0:
        low -= quantity + max(demand.sd, 1.0)
    if not demand.is_discrete:
        return _root(lacking, low, high)
    return _least_whole(lacking, math.floor(low), math.ceil(high))


def _best_in_units(review: Review) -> OrderPoint:
    best = _best_position(review)
    start, end = best - 1.0, best
    total = review.setup * review.rate + review.rate_at(best)
    while True:
        lower, upper = review.rate_at(start), review.rate_at(end + 1)
        if total / (end - start) <= min(lower, upper):
            return review.policy(start, end - start)
        total += min(lower, upper)
        start, end = (start - 1, end) if lower <= upper else (start, end + 1)


def _widened(review: Review, start: float, end: float) -> tuple[float, float]:
    if review.rate_at(start) <= review.rate_at(end + 1):
        return start - 1, end
    return start, end + 1


def _best_position(review: Review) -> float:
    return review.lead_time_demand.quantile(review.shortage / (review.shortage + review.holding))


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    return float(optimize.brentq(function, low, high, xtol=1e-12, rtol=1e-14, maxiter=500))


def _least_whole(function: Callable[[float], float], low: int, high: int) -> float:
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if function(middle) >= -1e-12 else (middle, high)
    return float(high)
