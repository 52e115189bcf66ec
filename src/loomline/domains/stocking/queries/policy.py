"""The policy of one place from its facts, with every number that the explanation needs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Any

from loomline.domains.stocking.models import AdviceState, Measure, Method, Movement, StockingRule
from loomline.domains.stocking.queries.facts import Facts
from loomline.domains.supplyplan.models import LotRule
from loomline.engines.forecast.profile import profile
from loomline.engines.heavy import heavy
from loomline.engines.stocking.buffers import Buffer, buffer
from loomline.engines.stocking.classes import excess
from loomline.engines.stocking.item_policy import Item, ItemPlan, Kind, Shape, demand_over, plan_item
from loomline.engines.stocking.order_point import fill_rate
from loomline.kernel.quantity import PLACES

if TYPE_CHECKING:
    import numpy as np
else:
    np = heavy("numpy")

ZERO = Decimal(0)
CENT, MILL, SHARE = Decimal("0.01"), Decimal("0.001"), Decimal("0.0001")
WEEKS_OF_YEAR = 52
# A lot of so many weeks where nobody knows what an item costs; the books write no lower cost than this.
WEEKS_WITHOUT_COST, LEAST_COST = 4, float(PLACES)
# A two-bin Kanban suits what comes again within a week; a buffer what many things are made of.
KANBAN_WEEKS, BUFFER_WEEKS, BUFFER_PARENTS = 1.0, 2.0, 3
# Differences below this share change nothing worth a click.
ALIKE = 0.1
SEED = 20261123
KIND_OF: dict[Method, Kind] = {Method.RS: "RS", Method.RSS: "sS", Method.SS: "sS"}
# Lead time factors by weeks, and variability factors by class, of demand-driven buffers.
LEAD_FACTORS = ((1.0, 0.7), (4.0, 0.5), (math.inf, 0.3))
VARIES = {"X": 0.3, "Y": 0.5, "Z": 0.8}


@dataclass(frozen=True, kw_only=True)
class Advice:
    """A recommendation to be; the names are those of the row."""

    item_id: int
    site_id: int
    state: str
    method: str
    worth: str
    variation: str
    movement: str
    pattern: str = ""
    is_planned: bool = False
    is_dead: bool = False
    weeks: int = 0
    mean: Decimal = ZERO
    deviation: Decimal = ZERO
    lead_weeks: Decimal = ZERO
    lead_deviation: Decimal = ZERO
    unit_cost: Decimal = ZERO
    target: Decimal | None = None
    safety_stock: Decimal = ZERO
    reorder_level: Decimal = ZERO
    order_quantity: Decimal = ZERO
    order_up_to: Decimal | None = None
    interval_days: int | None = None
    cycle_service: Decimal | None = None
    fill_rate: Decimal | None = None
    safety_now: Decimal = ZERO
    level_now: Decimal = ZERO
    quantity_now: Decimal = ZERO
    on_hand: Decimal = ZERO
    value_now: Decimal = ZERO
    value_then: Decimal = ZERO
    difference: Decimal = ZERO
    excess: Decimal = ZERO
    excess_value: Decimal = ZERO
    last_on: date | None = None
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kinds:
    """The classes of one place."""

    worth: str
    variation: str
    movement: str


def mean_of(demand: Sequence[float]) -> float:
    """Demand of a week on average."""
    return math.fsum(demand) / len(demand) if demand else 0.0


def deviation_of(demand: Sequence[float]) -> float:
    """By how much weeks differ."""
    if len(demand) < 2:
        return 0.0
    mean = mean_of(demand)
    return math.sqrt(math.fsum((one - mean) ** 2 for one in demand) / (len(demand) - 1))


class PlacePolicy:
    """The policy of one place, reckoned from its facts."""

    def __init__(self, facts: Facts, kinds: Kinds, rule: StockingRule, today: date) -> None:
        self.facts, self.kinds, self.rule, self.today = facts, kinds, rule, today
        self.planning = facts.planning
        self.mean, self.deviation = mean_of(facts.demand), deviation_of(facts.demand)
        self.pattern = profile(np.asarray(facts.demand, dtype=float)).kind if facts.demand else "empty"
        self.is_intermittent = self.pattern in ("intermittent", "lumpy")
        self.target = float(rule.target(kinds.worth))
        self.review = float(rule.review_weeks)
        self.figures: dict[str, Any] = {}

    def row(self) -> Advice:
        """The whole recommendation."""
        made = self._none() if self.mean <= 0 else self._planned()
        return self._valued(self._common(made))

    def _none(self) -> Advice:
        return self._blank(Method.NONE)

    def _blank(self, method: Method) -> Advice:
        item, site = self.facts.place
        return Advice(
            item_id=item,
            site_id=site,
            state=AdviceState.OPEN.value,
            method=method.value,
            worth=self.kinds.worth,
            variation=self.kinds.variation,
            movement=self.kinds.movement,
        )

    def _planned(self) -> Advice:
        method = self._method()
        if method == Method.BUFFER:
            return self._buffer()
        quantity, why = self._quantity()
        interval = self._interval(method, quantity)
        item = self._item(method, quantity, interval)
        by_cycle = plan_item(replace(item, service="cycle"))
        by_fill = plan_item(replace(item, service="fill"))
        plan = by_cycle if self.rule.measure == Measure.CYCLE else by_fill
        ahead = demand_over(item, item.lead_time + (0.0 if method == Method.SQ else item.interval))
        self.figures |= {
            "shape": item.shape,
            "lead_demand": ahead.mean,
            "spread": ahead.sd,
            "safety_cycle": max(by_cycle.safety_stock, 0.0),
            "safety_fill": max(by_fill.safety_stock, 0.0),
            "z": by_cycle.safety_stock / ahead.sd if ahead.sd else 0.0,
            "covered": item.lead_time + (0.0 if method == Method.SQ else item.interval),
            "interval": interval,
            "lot": why,
        }
        if method == Method.KANBAN:
            return self._kanban(plan, quantity)
        return self._from_plan(method, plan, quantity, interval)

    def _method(self) -> Method:
        """What fits: the pattern first, then how it is supplied, then what it is worth."""
        lead, planning = self.facts.lead.weeks, self.planning
        if self.is_intermittent:
            return Method.RSS
        is_steady = self.kinds.variation == "X"
        if is_steady and lead <= KANBAN_WEEKS and planning.multiple > 0 and self.kinds.movement == "F":
            return Method.KANBAN
        if self.facts.parents >= BUFFER_PARENTS and lead >= BUFFER_WEEKS and self.kinds.movement == "F":
            return Method.BUFFER
        if self.kinds.variation == "Z":
            return Method.SS
        return Method.RS if self.kinds.worth == "C" else Method.SQ

    def _item(self, method: Method, quantity: float, interval: float) -> Item:
        shape: Shape = "simulated" if self.is_intermittent else "gamma" if method == Method.SS else "normal"
        kind = KIND_OF.get(method, "sQ")
        return Item(
            "",
            self.mean,
            self.deviation,
            self.facts.lead.weeks,
            self.facts.lead.deviation,
            interval if kind != "sQ" else 0.0,
            target=self.target,
            kind=kind,
            shape=shape,
            quantity=quantity,
            history=self.facts.demand if self.is_intermittent else (),
            seed=SEED,
        )

    def _quantity(self) -> tuple[float, str]:
        """The economic quantity, at the best price where prices go by quantity, as it can be ordered."""
        cost, planning = self.facts.unit_cost, self.planning
        setup = float(self.rule.setup_cost if planning.kind == "make" else self.rule.order_cost)
        rate = float(self.rule.holding_rate) / WEEKS_OF_YEAR
        self.figures |= {"setup": setup, "rate": float(self.rule.holding_rate), "tiers": self.facts.tiers}
        limits = {"least": float(planning.minimum), "multiple": float(planning.multiple)}
        if cost < LEAST_COST:
            lot, why = self.mean * WEEKS_WITHOUT_COST, "weeks"
        else:
            plan = plan_item(self._lot(setup, cost * rate, rate))
            lot, why = plan.quantity or self.mean, "breaks" if self.facts.tiers else "economic"
        most = self.mean * self.rule.excess_weeks
        self.figures |= {"economic": lot, "most": most if lot > most else 0.0, **limits}
        # A lot that lasts longer would be excess on the day it comes.
        made = max(min(lot, most), limits["least"])
        if planning.maximum is not None:
            made = min(made, float(planning.maximum))
        if limits["multiple"]:
            made = math.ceil(made / limits["multiple"] - 1e-9) * limits["multiple"]
        return float(self._up(made)), why

    def _lot(self, setup: float, holding: float, rate: float) -> Item:
        breaks = tuple(start for start, _price in self.facts.tiers)
        prices = tuple(price for _start, price in self.facts.tiers)
        if breaks and breaks[0] != 0:
            breaks, prices = (0.0, *breaks), (self.facts.unit_cost, *prices)
        return Item(
            "",
            self.mean,
            self.deviation,
            self.facts.lead.weeks,
            setup=setup,
            holding=None if breaks else holding,
            holding_rate=rate if breaks else 0.0,
            kind="Q",
            breaks=breaks,
            prices=prices,
        )

    def _interval(self, method: Method, quantity: float) -> float:
        """Weeks between reviews: the house's, or the rhythm that the lot gives."""
        if method == Method.RS:
            return max(self.review, float(round(quantity / self.mean)))
        return self.review

    def _from_plan(self, method: Method, plan: ItemPlan, quantity: float, interval: float) -> Advice:
        safety = self._up(max(plan.safety_stock, 0.0))
        up_to = None
        level = self._up(max(plan.reorder_point or 0.0, 0.0))
        if plan.order_up_to is not None:
            up_to = self._up(plan.order_up_to)
            if method == Method.RS:
                level = self._up(max(plan.order_up_to - self.mean * interval, 0.0))
                quantity = self.mean * interval
        return replace(
            self._blank(method),
            target=_share(self.target),
            safety_stock=safety,
            reorder_level=level,
            order_quantity=self._up(quantity),
            order_up_to=up_to,
            interval_days=None if method == Method.SQ else round(interval * 7),
            cycle_service=_share(plan.cycle_service),
            fill_rate=_share(plan.fill_rate),
        )

    def _kanban(self, plan: ItemPlan, quantity: float) -> Advice:
        """Bins of one lot: an order for each that is empty, and enough full ones for the lead time."""
        bin_ = float(self.planning.multiple)
        level = max(plan.reorder_point or 0.0, 0.0)
        cards = math.ceil(level / bin_ - 1e-9) + 1
        self.figures |= {"bin": bin_, "cards": cards, "level": level}
        ahead = demand_over(self._item(Method.SQ, bin_, 0.0), self.facts.lead.weeks)
        held = bin_ * (cards - 1)
        return replace(
            self._blank(Method.KANBAN),
            target=_share(self.target),
            safety_stock=self._up(max(held - ahead.mean, 0.0)),
            reorder_level=self._up(held),
            order_quantity=self._up(bin_),
            order_up_to=self._up(held + bin_),
            cycle_service=_share(ahead.cover(held)),
            fill_rate=_share(fill_rate(ahead, held, bin_)),
        )

    def _buffer(self) -> Advice:
        """Red, yellow and green for what many things are made of."""
        quantity, why = self._quantity()
        days = self.facts.lead.weeks * 7
        factor = next(share for weeks, share in LEAD_FACTORS if self.facts.lead.weeks <= weeks)
        zones: Buffer = buffer(
            daily_usage=self.mean / 7,
            lead_time=days,
            lead_time_factor=factor,
            variability_factor=VARIES[self.kinds.variation],
            least_order=quantity,
        )
        item = self._item(Method.SQ, quantity, 0.0)
        ahead = demand_over(item, item.lead_time)
        self.figures |= {
            "shape": "normal",
            "lead_demand": ahead.mean,
            "spread": ahead.sd,
            "lot": why,
            "lead_factor": factor,
            "variability_factor": VARIES[self.kinds.variation],
            "red": zones.red,
            "red_base": zones.red_base,
            "yellow": zones.yellow,
            "green": zones.green,
        }
        return replace(
            self._blank(Method.BUFFER),
            target=_share(self.target),
            safety_stock=self._up(zones.red),
            reorder_level=self._up(zones.top_of_yellow),
            order_quantity=self._up(zones.green),
            order_up_to=self._up(zones.top_of_green),
            cycle_service=_share(ahead.cover(zones.top_of_yellow)),
            fill_rate=_share(fill_rate(ahead, zones.top_of_yellow, zones.green)),
        )

    def _common(self, made: Advice) -> Advice:
        lead = self.facts.lead
        self.figures |= {"lead_source": lead.source, "lead_count": lead.count}
        if self.facts.is_planned:
            # The plan nets known demand over the lead time itself; an order point would count it twice.
            made = replace(made, is_planned=True)
        return replace(
            made,
            pattern=self.pattern,
            weeks=len(self.facts.demand),
            mean=_amount(self.mean),
            deviation=_amount(self.deviation),
            lead_weeks=Decimal(repr(lead.weeks)).quantize(MILL),
            lead_deviation=Decimal(repr(lead.deviation)).quantize(MILL),
            unit_cost=_amount(self.facts.unit_cost),
            safety_now=self.planning.safety_stock,
            level_now=self.planning.reorder_level,
            quantity_now=self._lot_now(),
            on_hand=self.planning.on_hand,
            last_on=self.facts.last_on,
        )

    def _lot_now(self) -> Decimal:
        """What the present policy orders at once: what it says, or a week's demand."""
        planning, week = self.planning, _amount(self.mean)
        if planning.rule == LotRule.PERIOD:
            week = (week * planning.period_days / 7).quantize(PLACES)
        return planning.lot(week) if self.mean > 0 else ZERO

    def _valued(self, made: Advice) -> Advice:
        """What both policies hold on average, what is too much of it, and whether all is well already."""
        cost = made.unit_cost
        lead_demand = _amount(self.mean * self.facts.lead.weeks)
        level_now = made.level_now if made.is_planned else max(made.level_now - lead_demand, ZERO)
        held_now = max(made.safety_now, level_now)
        now = ((held_now + made.quantity_now / 2) * cost).quantize(CENT)
        then = ((made.safety_stock + made.order_quantity / 2) * cost).quantize(CENT)
        over = excess([float(max(made.on_hand, ZERO))], [self.mean], cover=float(self.rule.excess_weeks))[0]
        dead = made.movement == Movement.N and made.on_hand > 0
        beyond = made.on_hand if dead else min(_amount(float(over)), max(made.on_hand, ZERO))
        self.figures["held_now"] = float(held_now)
        made = replace(
            made,
            value_now=now,
            value_then=then,
            difference=then - now,
            is_dead=dead,
            excess=beyond,
            excess_value=(beyond * cost).quantize(CENT),
            figures=self.figures,
        )
        return replace(made, state=AdviceState.FITS.value) if _fits(made) else made

    def _up(self, amount: float) -> Decimal:
        """Rounded up to what can be counted."""
        step = Decimal(1).scaleb(-self.facts.places)
        exact = Decimal(repr(float(amount))).quantize(PLACES)
        return exact.quantize(step, ROUND_CEILING)


def _fits(made: Advice) -> bool:
    """True where the present policy is about what would be recommended."""
    if made.method == Method.NONE:
        return made.safety_now == made.level_now == ZERO
    pairs = [(made.safety_stock, made.safety_now), (made.order_quantity, made.quantity_now)]
    if not made.is_planned:
        pairs.append((made.reorder_level, made.level_now))
    return all(abs(then - now) <= ALIKE * float(max(then, now)) for then, now in pairs)


def _amount(value: float) -> Decimal:
    return Decimal(repr(float(value))).quantize(PLACES)


def _share(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(float(min(max(value, 0.0), 1.0)))).quantize(SHARE)
