"""The economic order quantity and its kin: steady known demand, a cost per order, a cost of holding."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from loomline.engines.bad_input import BadInput
from loomline.engines.stocking import amounts


@dataclass(frozen=True)
class Order:
    """An order quantity and its cost per time; `backordered` is the share of demand served late.

    `tier` counts the price from 0 and `unit_cost` is what a unit costs on average, where prices matter;
    the cost then includes the purchase.
    """

    quantity: float
    cost: float
    backordered: float = 0.0
    tier: int | None = None
    unit_cost: float | None = None


def economic_order_quantity(
    *, setup: float, holding: float, demand: float, quantity: float | None = None
) -> Order:
    """The quantity of least set-up and holding cost (Harris, 1913), or the cost of a given one.

    `demand` in units per time, `holding` per unit and time, `setup` per order.
    """
    amounts.positive(setup=setup, holding=holding, demand=demand)
    made = math.sqrt(2 * setup * demand / holding) if quantity is None else quantity
    amounts.positive(quantity=made)
    return Order(made, setup * demand / made + holding * made / 2)


def with_backorders(
    *, setup: float, holding: float, shortage: float, demand: float, quantity: float | None = None
) -> Order:
    """Customers wait at a cost of `shortage` per unit and time (planned backorders)."""
    amounts.positive(setup=setup, holding=holding, shortage=shortage, demand=demand)
    late = holding / (holding + shortage)
    made = economic_order_quantity(
        setup=setup, holding=holding * (1 - late), demand=demand, quantity=quantity
    )
    return Order(made.quantity, made.cost, late)


def production_quantity(
    *, setup: float, holding: float, demand: float, production: float, quantity: float | None = None
) -> Order:
    """Goods come at a finite rate of `production` units per time (Taft, 1918)."""
    amounts.positive(setup=setup, holding=holding, demand=demand, production=production)
    if production <= demand:
        raise BadInput(
            f"Production {production:g} does not exceed demand {demand:g}.",
            remedy="Give the rate while it runs, above demand.",
            column="production",
        )
    idle = 1 - demand / production
    return economic_order_quantity(setup=setup, holding=holding * idle, demand=demand, quantity=quantity)


def with_price_breaks(
    *,
    setup: float,
    demand: float,
    breaks: Sequence[float],
    prices: Sequence[float],
    holding: float = 0.0,
    holding_rate: float = 0.0,
    kind: Literal["all-units", "incremental"] = "all-units",
) -> Order:
    """The best quantity when price depends on it (Hadley and Whitin, 1963).

    `breaks` begin with 0 and rise; from each on, its price holds for all units or for those above it
    (incremental). Holding costs `holding` plus `holding_rate` times the price paid per unit and time. The
    cost includes the purchase.
    """
    amounts.positive(setup=setup, demand=demand, holding=holding + holding_rate)
    amounts.not_negative(holding=holding, holding_rate=holding_rate)
    _check_breaks(breaks, prices)
    ends = [*breaks[1:], math.inf]
    found = []
    for tier, (low, high) in enumerate(zip(breaks, ends, strict=True)):
        before = _already_paid(breaks, prices, tier) if kind == "incremental" else 0.0
        rate = holding + holding_rate * prices[tier]
        amounts.positive(holding=rate)
        free = math.sqrt(2 * (setup + before) * demand / rate)
        made = min(max(free, low), high)
        # At the upper end the next price holds: that quantity is weighed with the next tier.
        if 0 < made < high:
            found.append(_priced(made, tier, before, setup, demand, prices[tier], holding, holding_rate))
    return min(found, key=lambda order: (order.cost, order.quantity))


def _priced(
    quantity: float,
    tier: int,
    before: float,
    setup: float,
    demand: float,
    price: float,
    holding: float,
    holding_rate: float,
) -> Order:
    paid = price + before / quantity
    held = (holding + holding_rate * paid) * quantity / 2
    return Order(quantity, setup * demand / quantity + held + paid * demand, tier=tier, unit_cost=paid)


def _already_paid(breaks: Sequence[float], prices: Sequence[float], tier: int) -> float:
    """What the units below a tier's break cost more than its own price."""
    return sum((prices[n] - prices[n + 1]) * breaks[n + 1] for n in range(tier))


def _check_breaks(breaks: Sequence[float], prices: Sequence[float]) -> None:
    if not breaks or len(breaks) != len(prices) or breaks[0] != 0:
        raise BadInput(
            "Each break needs a price and the first break is 0.",
            remedy="Write breaks 0, 400, 800 beside prices 0.75, 0.72, 0.68.",
            column="breaks",
        )
    for at, (before, after) in enumerate(itertools.pairwise(breaks), start=1):
        if not after > before:
            raise BadInput(
                f"Break {after:g} comes after {before:g}.",
                remedy="Sort them, each once.",
                column="breaks",
                position=at,
            )
    for at, price in enumerate(prices):
        if not (math.isfinite(price) and price >= 0):
            raise BadInput(
                f"{price:g} is no price.", remedy="Give a number of 0 or more.", column="prices", position=at
            )
