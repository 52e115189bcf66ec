"""The policy of one item from its demand, lead time, costs and service target, with its reasons."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from loomline.engines.bad_input import BadInput
from loomline.engines.stocking import amounts
from loomline.engines.stocking.counts import NegativeBinomial, Poisson
from loomline.engines.stocking.demand import Demand, Gamma, Lognormal, Normal
from loomline.engines.stocking.economic_order import (
    economic_order_quantity,
    with_backorders,
    with_price_breaks,
)
from loomline.engines.stocking.lead_time_demand import simulated_demand
from loomline.engines.stocking.newsvendor import newsvendor
from loomline.engines.stocking.order_point import Review, best_order_point, best_reorder_point, fill_rate
from loomline.engines.stocking.order_up_to import PeriodicReview, best_order_up_to
from loomline.engines.stocking.safety_stock import for_cycle_service, for_fill_rate

Shape = Literal["normal", "gamma", "lognormal", "poisson", "negative-binomial", "simulated"]
Kind = Literal["sQ", "sS", "RS", "newsvendor", "Q"]
SHAPES: tuple[Shape, ...] = ("normal", "gamma", "lognormal", "poisson", "negative-binomial", "simulated")
KINDS: tuple[Kind, ...] = ("sQ", "sS", "RS", "newsvendor", "Q")
PIECES = ("poisson", "negative-binomial")
MOST_UNITS = 200


@dataclass(frozen=True)
class Item:
    """What is known of an item. Demand and costs are per period, times in periods.

    Service is asked for by a `target` (of cycles or of demand filled) or by a `shortage` cost, exactly one of
    them; kind "Q" takes demand as known and needs neither. `quantity` fixes the order quantity; `least` and
    `multiple` round it. `interval` is the review interval, 0 for watching all the time. `history` (demand per
    period) serves the shape "simulated".
    """

    name: str
    mean: float
    sd: float
    lead_time: float
    lead_time_sd: float = 0.0
    interval: float = 0.0
    setup: float | None = None
    holding: float | None = None
    holding_rate: float = 0.0
    shortage: float | None = None
    target: float | None = None
    service: Literal["cycle", "fill"] = "cycle"
    kind: Kind = "sQ"
    shape: Shape = "normal"
    quantity: float | None = None
    least: float = 0.0
    multiple: float = 0.0
    breaks: tuple[float, ...] = ()
    prices: tuple[float, ...] = ()
    discount: Literal["all-units", "incremental"] = "all-units"
    history: tuple[float, ...] = ()
    seed: int = 0


@dataclass(frozen=True)
class ItemPlan:
    """What to do with an item; None for what the policy does not have. `cost` is per period."""

    name: str
    kind: Kind
    quantity: float | None
    reorder_point: float | None
    order_up_to: float | None
    safety_stock: float
    cycle_service: float
    fill_rate: float | None
    cost: float | None
    why: str


def plan_item(item: Item) -> ItemPlan:
    """Choose the numbers of the item's policy.

    Raises BadInput, naming the column, where a number that the policy needs is missing or impossible.
    """
    amounts.positive(mean=item.mean)
    amounts.not_negative(
        sd=item.sd, lead_time=item.lead_time, lead_time_sd=item.lead_time_sd, interval=item.interval
    )
    if item.quantity is not None:
        amounts.positive(quantity=item.quantity)
    if item.kind != "Q" and (item.target is None) == (item.shortage is None):
        raise BadInput(
            "The item needs a service target or a shortage cost, and not both.",
            remedy="Fill one of the two columns.",
            column="target, shortage",
        )
    plans: dict[Kind, Callable[[Item], ItemPlan]] = {
        "sQ": _order_point,
        "sS": _order_up_to,
        "RS": _base_stock,
        "newsvendor": _one_season,
        "Q": _known_demand,
    }
    return plans[item.kind](item)


def demand_over(item: Item, periods: float) -> Demand:
    """Demand of so many periods, with the lead time's variance."""
    mean = item.mean * periods
    sd = math.sqrt(periods * item.sd**2 + (item.mean * item.lead_time_sd) ** 2)
    if mean == 0:
        return Normal(0.0, sd)
    if item.shape == "simulated":
        return _simulated(item, periods)
    if item.shape == "poisson":
        if not item.lead_time_sd:
            return Poisson(mean)
        sd = math.sqrt(mean + (item.mean * item.lead_time_sd) ** 2)
        return NegativeBinomial.of(mean, sd)
    if item.shape == "negative-binomial":
        return NegativeBinomial.of(mean, sd)
    if sd == 0 or item.shape == "normal":
        return Normal(mean, sd)
    return Gamma.of(mean, sd) if item.shape == "gamma" else Lognormal.of(mean, sd)


def order_quantity(item: Item) -> tuple[float, str]:
    """The order quantity with its reason: as given, by price breaks, or the economic one; then rounded."""
    if item.quantity is not None:
        made, why = item.quantity, f"Q {item.quantity:g} is given"
    else:
        setup, holding = _need(item.setup, "setup"), item.holding
        if item.breaks:
            best = with_price_breaks(
                setup=setup,
                demand=item.mean,
                breaks=item.breaks,
                prices=item.prices,
                holding=holding or 0.0,
                holding_rate=item.holding_rate,
                kind=item.discount,
            )
            made, why = best.quantity, f"Q {best.quantity:.4g} is best at the price of {best.unit_cost:g}"
        else:
            made = economic_order_quantity(
                setup=setup, holding=_need(holding, "holding"), demand=item.mean
            ).quantity
            why = f"Q {made:.4g} is the economic order quantity"
    return _rounded(made, item, why)


def _order_point(item: Item) -> ItemPlan:
    ahead = demand_over(item, item.lead_time + item.interval)
    if item.shortage is not None and item.quantity is None and not item.breaks:
        best = best_order_point(_review(item, ahead))
        quantity, why = _rounded(best.quantity, item, f"Q {best.quantity:.4g} is best together with s")
    else:
        quantity, why = order_quantity(item)
    level, reason = _level(item, ahead, quantity)
    cost = None
    if item.shortage is not None and item.holding is not None:
        cost = _review(item, ahead).cost(level, quantity)
    elif item.holding is not None:
        cost = (item.setup or 0.0) * item.mean / quantity + item.holding * (
            quantity / 2 + level - ahead.mean + ahead.shortage(level)
        )
    return ItemPlan(
        item.name,
        "sQ",
        quantity,
        level,
        None,
        level - ahead.mean,
        ahead.cover(level),
        fill_rate(ahead, level, quantity),
        cost,
        f"{why}; {reason}.",
    )


def _order_up_to(item: Item) -> ItemPlan:
    interval = item.interval or 1.0
    ahead = demand_over(item, item.lead_time + interval)
    if item.shortage is None:
        quantity, why = order_quantity(item)
        level, reason = _level(item, ahead, quantity)
        cost, filled = None, fill_rate(ahead, level, quantity)
    else:
        unit = max(1.0, item.mean * interval / MOST_UNITS)
        found = best_order_up_to(_in_units(item, interval, unit))
        level, quantity = found.reorder_point * unit, (found.order_up_to - found.reorder_point) * unit
        cost, why, filled = found.cost / interval, "s and S cost least together", found.fill_rate
        reason = f"counted in units of {unit:g}" if unit > 1 else "exact for whole units"
    return ItemPlan(
        item.name,
        "sS",
        quantity,
        level,
        level + quantity,
        level - ahead.mean,
        ahead.cover(level),
        filled,
        cost,
        f"{why}; {reason}.",
    )


def _base_stock(item: Item) -> ItemPlan:
    interval = item.interval or 1.0
    ahead = demand_over(item, item.lead_time + interval)
    before = demand_over(item, item.lead_time) if item.lead_time else Normal(0.0, 0.0)

    def filled(level: float) -> float:
        short = ahead.shortage(level) - before.shortage(level)
        return min(max(1 - short / (item.mean * interval), 0.0), 1.0)

    if item.target is not None and item.service == "fill":
        level = _least_level(filled, item.target, ahead)
        reason = f"S fills {item.target:.4g} of demand from the shelf"
    else:
        level, reason = _level(item, ahead, item.mean * interval)
    cost = None
    if item.shortage is not None and item.holding is not None:
        cost = (item.holding * ahead.surplus(level) + item.shortage * ahead.shortage(level)) / interval
        cost += (item.setup or 0.0) / interval
    return ItemPlan(
        item.name,
        "RS",
        None,
        None,
        level,
        level - ahead.mean,
        ahead.cover(level),
        filled(level),
        cost,
        f"S covers lead time and interval; {reason}.",
    )


def _least_level(filled: Callable[[float], float], target: float, ahead: Demand) -> float:
    """The least level that fills the target, in whole units where demand is."""
    amounts.share(target=target)
    low, high = 0.0, ahead.mean + ahead.sd + 1
    while filled(high) < target:
        high *= 2
    least = 1.0 if ahead.is_discrete else 1e-10 * high
    if ahead.is_discrete:
        high = math.ceil(high)
    while high - low > least:
        middle = (low + high) / 2 if not ahead.is_discrete else float((low + high) // 2)
        low, high = (low, middle) if filled(middle) >= target else (middle, high)
    return high


def _one_season(item: Item) -> ItemPlan:
    demand = demand_over(item, 1.0)
    if item.target is not None:
        level = demand.quantile(item.target)
        cost, reason = None, f"it covers demand with {item.target:.4g}"
    else:
        made = newsvendor(
            demand, holding=_need(item.holding, "holding"), shortage=_need(item.shortage, "shortage")
        )
        level, cost = made.level, made.cost
        reason = f"the critical ratio is {made.critical_ratio:.4f}"
    filled = 1 - demand.shortage(level) / demand.mean
    return ItemPlan(
        item.name, "newsvendor", level, None, level, level - demand.mean, demand.cover(level), filled, cost,
        f"One order of {level:.4g}; {reason}.",
    )  # fmt: skip


def _known_demand(item: Item) -> ItemPlan:
    """The order quantity alone: the economic one, with planned backorders where a shortage has a cost."""
    late = 0.0
    if item.shortage is not None and item.quantity is None and not item.breaks:
        setup, holding = _need(item.setup, "setup"), _need(item.holding, "holding")
        best = with_backorders(setup=setup, holding=holding, shortage=item.shortage, demand=item.mean)
        late = best.backordered
        quantity, why = _rounded(best.quantity, item, f"Q {best.quantity:.4g} lets {late:.1%} of demand wait")
    else:
        quantity, why = order_quantity(item)
    cost = None
    if item.setup and item.holding and not item.breaks:
        rate = item.holding * (1 - late)
        cost = economic_order_quantity(
            setup=item.setup, holding=rate, demand=item.mean, quantity=quantity
        ).cost
    point = item.mean * item.lead_time - late * quantity
    return ItemPlan(
        item.name, "Q", quantity, point, None, -late * quantity, 0.0 if late else 1.0, 1 - late, cost,
        f"{why}; demand is taken as known.",
    )  # fmt: skip


def _level(item: Item, ahead: Demand, quantity: float) -> tuple[float, str]:
    """The reorder point for the target or the shortage cost, with its reason."""
    letter = "S" if item.kind == "RS" else "s"
    if item.target is not None:
        amounts.share(target=item.target)
        if item.service == "fill":
            made = for_fill_rate(ahead, item.target, quantity=quantity)
            return made.reorder_point, f"{letter} fills {item.target:.4g} of demand from the shelf"
        made = for_cycle_service(ahead, item.target)
        return made.reorder_point, f"{letter} covers {item.target:.4g} of the cycles"
    shortage, holding = _need(item.shortage, "shortage"), _need(item.holding, "holding")
    if item.kind == "sQ":
        return best_reorder_point(_review(item, ahead), quantity), "s is best for Q"
    ratio = shortage / (shortage + holding)
    return ahead.quantile(ratio), f"the critical ratio is {ratio:.4f}"


def _review(item: Item, ahead: Demand) -> Review:
    return Review(
        ahead,
        item.mean,
        item.setup or 0.0,
        _need(item.holding, "holding"),
        _need(item.shortage, "shortage"),
    )


def _in_units(item: Item, interval: float, unit: float) -> PeriodicReview:
    if item.lead_time_sd:
        raise BadInput(
            "An (s, S) policy by costs needs a fixed lead time.",
            remedy="Leave lead_time_sd empty, or give a target instead of the shortage cost.",
            column="lead_time_sd",
        )
    lead = item.lead_time / interval
    if lead != int(lead):
        raise BadInput(
            f"The lead time is {lead:g} review intervals.",
            remedy="Make it a whole number.",
            column="lead_time",
        )
    mean, sd = item.mean * interval / unit, item.sd * math.sqrt(interval) / unit
    if unit > 1 and item.shape in ("poisson", "negative-binomial"):
        demand: Demand = Normal(
            mean, (math.sqrt(item.mean * interval) / unit if item.shape == "poisson" else sd)
        )
    else:
        demand = demand_over(
            Item(item.name, mean, sd, 0.0, shape=item.shape, history=item.history, seed=item.seed), 1.0
        )
    return PeriodicReview(
        demand,
        int(lead),
        _need(item.setup, "setup"),
        _need(item.holding, "holding") * unit * interval,
        _need(item.shortage, "shortage") * unit * interval,
    )


def _simulated(item: Item, periods: float) -> Demand:
    if not item.history:
        raise BadInput("Simulated demand needs a history.", remedy="Give --history.", column="distribution")
    return simulated_demand(item.history, _lead_times(item, periods), seed=item.seed)


def _lead_times(item: Item, periods: float) -> Sequence[int]:
    """Whole lead times of this mean and about the item's deviation, as equally likely draws."""
    if not item.lead_time_sd:
        low = math.floor(periods)
        part = round((periods - low) * 20)
        return [low] * (20 - part) + [low + 1] * part
    spread = Normal(periods, item.lead_time_sd)
    return [max(0, round(spread.quantile((n + 0.5) / 200))) for n in range(200)]


def _rounded(quantity: float, item: Item, why: str) -> tuple[float, str]:
    made = max(quantity, item.least)
    if item.shape in PIECES:
        made = float(math.ceil(made - 1e-9))
    if item.multiple:
        made = math.ceil(made / item.multiple - 1e-9) * item.multiple
    return made, why if made == quantity else f"{why}, rounded up to {made:g}"


def _need(number: float | None, name: str) -> float:
    if number is None:
        raise BadInput(f"This policy needs {name}.", remedy="Fill the column.", column=name)
    return number
