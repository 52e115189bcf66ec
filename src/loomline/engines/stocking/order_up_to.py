"""Order up to S when the position is at or below s at a review: exact, by approximation, and with s = S."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.stocking import amounts
from loomline.engines.stocking.counts import whole_masses
from loomline.engines.stocking.demand import Demand

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy import special
else:
    np, special = heavy("numpy"), heavy("scipy.special")


@dataclass(frozen=True)
class OrderUpTo:
    """An (s, S) policy, its cost per period, and the share of demand that it serves from the shelf."""

    reorder_point: float
    order_up_to: float
    cost: float
    fill_rate: float = math.nan


@dataclass(frozen=True)
class PeriodicReview:
    """Demand in whole units per period, reviewed each period; shortages are backordered.

    An order placed at a review is there `lead_time` reviews later (0 or more, whole), before that period's
    demand. `setup` is paid per order, `holding` and `shortage` per unit at the end of each period. Continuous
    demand is rounded to whole units: choose the unit so that its mean is some tens or hundreds.
    """

    demand: Demand
    lead_time: int
    setup: float
    holding: float
    shortage: float

    def __post_init__(self) -> None:
        amounts.positive(holding=self.holding, shortage=self.shortage)
        amounts.not_negative(setup=self.setup)
        if self.lead_time != int(self.lead_time) or self.lead_time < 0:
            raise BadInput(
                f"The lead time is {self.lead_time:g} reviews.",
                remedy="Give 0, 1, 2, ...",
                column="lead_time",
            )


def best_order_up_to(review: PeriodicReview) -> OrderUpTo:
    """The (s, S) of least long-run cost (Zheng and Federgruen, 1991): exact for whole-unit demand."""
    table = _Table(review)
    best = table.best_position()
    low, high = best - 1, best
    while table.cost(low, high) > table.rate_at(low):
        low -= 1
    cost, end = table.cost(low, high), high + 1
    while table.rate_at(end) <= cost:
        if table.cost(low, end) < cost:
            high = end
            while table.cost(low, high) <= table.rate_at(low + 1) and low + 1 < high:
                low += 1
            cost = table.cost(low, high)
        end += 1
    return OrderUpTo(low, high, cost, table.fill_rate(low, high))


def order_up_to_cost(review: PeriodicReview, reorder_point: int, order_up_to: int) -> float:
    """Long-run cost per period of a given (s, S), s < S."""
    if not order_up_to > reorder_point:
        raise BadInput(
            f"S {order_up_to} is not above s {reorder_point}.",
            remedy="Order up to more than the reorder point.",
        )
    return _Table(review).cost(reorder_point, order_up_to)


def power_approximation(review: PeriodicReview) -> OrderUpTo:
    """(s, S) from three moments without a search (Ehrhardt and Mosier, 1984); needs setup above 0.

    Its cost is left out (NaN): ask `order_up_to_cost` with rounded levels.
    """
    amounts.positive(setup=review.setup, sd=review.demand.sd, mean=review.demand.mean)
    mean, ahead = review.demand.mean, review.lead_time + 1
    sd = review.demand.sd * math.sqrt(ahead)
    width = 1.30 * mean**0.494 * (review.setup / review.holding) ** 0.506 * (1 + (sd / mean) ** 2) ** 0.116
    z = math.sqrt(width * review.holding / (sd * review.shortage))
    low = 0.973 * mean * ahead + sd * (0.183 / z + 1.063 - 2.192 * z)
    if width / mean > 1.5:
        return OrderUpTo(low, low + width, math.nan)
    ratio = review.shortage / (review.shortage + review.holding)
    plain = mean * ahead + float(special.ndtri(ratio)) * sd
    return OrderUpTo(min(low, plain), min(low + width, plain), math.nan)


@dataclass(frozen=True)
class BaseStock:
    """An (R, S) policy: every R periods order up to S."""

    order_up_to: float
    cost: float
    cycle_service: float
    fill_rate: float


def base_stock(
    demand: Demand, *, lead_time: float, interval: float = 1.0, holding: float, shortage: float
) -> BaseStock:
    """Order up to the critical quantile of demand over lead time and review interval.

    `demand` is per period, `lead_time` and `interval` in periods. Costs are charged once per interval on
    what is left over or owed at its end; `cost` is per interval.
    """
    amounts.positive(interval=interval, holding=holding, shortage=shortage)
    amounts.not_negative(lead_time=lead_time)
    ahead = demand.over(lead_time + interval)
    level = ahead.quantile(shortage / (shortage + holding))
    short = ahead.shortage(level)
    cost = holding * ahead.surplus(level) + shortage * short
    return BaseStock(
        level, cost, ahead.cover(level), base_stock_fill_rate(demand, level, lead_time, interval)
    )


def base_stock_fill_rate(demand: Demand, level: float, lead_time: float, interval: float = 1.0) -> float:
    """The share of demand met from the shelf when ordering up to this level every interval."""
    before = demand.over(lead_time).shortage(level) if lead_time > 0 else max(-level, 0.0)
    short = demand.over(lead_time + interval).shortage(level) - before
    return min(max(1 - short / (demand.mean * interval), 0.0), 1.0)


class _Table:
    """One-period costs by position and the renewal mass of demand, grown as far as they are asked for."""

    def __init__(self, review: PeriodicReview) -> None:
        self.review = review
        self.masses = whole_masses(review.demand)
        if self.masses[0] >= 1:
            raise BadInput("There is no demand.", remedy="Leave the item out.", column="demand")
        ahead, before = self.masses, np.ones(1)
        for _ in range(review.lead_time):
            ahead, before = np.convolve(ahead, self.masses), ahead
        grown = np.cumsum(ahead)
        self.mean = float(ahead @ np.arange(len(ahead)))
        # E[(y - X)+] for y = 0, 1, ...: the sum of the distribution below y.
        self.surplus: NDArray[np.float64] = np.concatenate(([0.0], np.cumsum(grown)))
        self.renewals = np.array([1 / (1 - self.masses[0])])
        self.grown = grown
        self.surplus_before = np.concatenate(([0.0], np.cumsum(np.cumsum(before))))

    def best_position(self) -> int:
        ratio = self.review.shortage / (self.review.shortage + self.review.holding)
        return int(np.searchsorted(self.grown, ratio - 1e-15))

    def rate_at(self, position: int) -> float:
        return float(self._rates(position, position)[0])

    def cost(self, low: int, high: int) -> float:
        renewals = self._renewals(high - low)
        rates = self._rates(low + 1, high)[::-1]
        return float((self.review.setup + renewals @ rates) / renewals.sum())

    def fill_rate(self, low: int, high: int) -> float:
        """One less what falls short in the period a lead time after a review, over its demand."""
        renewals = self._renewals(high - low)
        at = np.arange(high, low, -1)
        own = float(self.masses @ np.arange(len(self.masses)))
        # E[(X - y)+] = E[(y - X)+] - y + E[X], with and without the last period's demand.
        short = _at(self.surplus, at) - _at(self.surplus_before, at) + own
        return min(max(1 - float(renewals @ short / renewals.sum()) / own, 0.0), 1.0)

    def _rates(self, low: int, high: int) -> NDArray[np.float64]:
        at = np.arange(low, high + 1)
        left = _at(self.surplus, at)
        return self.review.holding * left + self.review.shortage * (left - at + self.mean)

    def _renewals(self, length: int) -> NDArray[np.float64]:
        have = len(self.renewals)
        if length > have:
            made = np.zeros(max(length, 2 * have))
            made[:have] = self.renewals
            start = 1 - self.masses[0]
            for j in range(have, len(made)):
                far = min(j, len(self.masses) - 1)
                made[j] = self.masses[1 : far + 1] @ made[j - far : j][::-1] / start
            self.renewals = made
        return self.renewals[:length]


def _at(surplus: NDArray[np.float64], at: NDArray[np.int64]) -> NDArray[np.float64]:
    """Expected surplus at these positions; beyond the table it grows by one each."""
    last = len(surplus) - 1
    return np.asarray(surplus[np.clip(at, 0, last)] + np.maximum(at - last, 0))
