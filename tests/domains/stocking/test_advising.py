"""A policy from facts: the golden values of the specification, and one place of every kind."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.domains.stocking.models import Measure, Method, StockingRule
from loomline.domains.stocking.queries import Advice, Facts, History, Lead, advise
from loomline.domains.supplyplan.models import OrderKind
from loomline.domains.supplyplan.queries.plant import Planning

D = Decimal
TODAY = date(2026, 11, 23)


def facts(*demand: float, lead: Lead, cost: float = 1.0, site: int = 1, **given: Any) -> Facts:
    planning = Planning((1, site), OrderKind.BUY, **given.pop("planning", {}))
    plain: dict[str, Any] = {
        "last_on": TODAY if any(demand) else None,
        "arrived_on": None,
        "places": 4,
        "is_planned": False,
        "parents": 0,
    }
    return Facts(planning, tuple(demand), lead=lead, unit_cost=cost, **{**plain, **given})


def around(mean: float, deviation: float, weeks: int = 52) -> list[float]:
    """Weeks with exactly this mean and deviation."""
    step = deviation * math.sqrt((weeks - 1) / weeks)
    return [mean + (step if n % 2 else -step) for n in range(weeks)]


def one(given: Facts, **rule: Any) -> Advice:
    history = History(TODAY, TODAY, [given])
    [row] = advise(history, rule=StockingRule(**rule), currency="EUR", today=TODAY).rows
    return row


def test_safety_stock_for_cycle_service_is_that_of_the_specification() -> None:
    row = one(facts(*around(100, 20), lead=Lead(9.0, 2.0, "seen", 5)), target_a=D("0.95"))
    assert (row.method, row.worth, row.variation, row.movement) == (Method.SQ, "A", "X", "F")
    assert row.figures["safety_cycle"] == pytest.approx(343.4555, abs=5e-5)
    assert row.figures["lead_demand"] + row.figures["safety_cycle"] == pytest.approx(1243.4555, abs=5e-5)
    assert row.figures["spread"] == pytest.approx(math.sqrt(9 * 20**2 + 100**2 * 2**2))
    assert (row.safety_stock, row.reorder_level) == (D("343.4556"), D("1243.4556"))
    assert row.cycle_service == D("0.9500")


def test_the_order_quantity_is_that_of_the_specification() -> None:
    rule = {"order_cost": D(8), "holding_rate": D("0.25")}
    row = one(facts(*[25.0] * 52, lead=Lead(1.0), cost=0.9), **rule)
    assert row.figures["economic"] == pytest.approx(304.0467800264, abs=1e-9)
    assert row.order_quantity == D("304.0468")
    in_boxes = replace(facts(*[25.0] * 52, lead=Lead(1.0), cost=0.9, planning={"multiple": D(50)}), places=0)
    assert one(in_boxes, **rule).order_quantity == D(50 if one(in_boxes, **rule).method == "kanban" else 350)


def test_price_breaks_move_the_lot_to_the_break_that_pays() -> None:
    tiers = ((0.0, 10.0), (500.0, 9.0), (5000.0, 8.99))
    row = one(facts(*around(20, 4), lead=Lead(4.0), cost=10, tiers=tiers), order_cost=D(8))
    assert row.figures["lot"] == "breaks"
    assert row.order_quantity == D(500)


def test_the_fill_rate_needs_less_than_cycles_where_lots_are_large() -> None:
    given = facts(*around(100, 20), lead=Lead(9.0, 2.0), cost=0.01)
    cycles = one(given)
    filled = one(given, measure=Measure.FILL)
    assert cycles.safety_stock > filled.safety_stock
    assert filled.fill_rate == pytest.approx(D("0.98"), abs=D("0.0001"))
    assert filled.figures["safety_cycle"] == cycles.figures["safety_cycle"]


def test_what_sells_now_and_then_is_simulated_and_reviewed() -> None:
    weeks = [0.0, 0, 0, 6, 0, 0, 0, 0, 0, 2, 0, 0, 22, 0, 0, 0] * 3
    row = one(facts(*weeks, lead=Lead(3.0), places=0))
    assert (row.method, row.pattern, row.figures["shape"]) == (Method.RSS, "lumpy", "simulated")
    assert row.interval_days == 7
    assert row.cycle_service is not None
    assert row.cycle_service >= D("0.98")
    assert row.order_up_to == row.reorder_level + row.order_quantity
    assert one(facts(*weeks, lead=Lead(3.0), places=0)) == row


def test_bins_buffers_rhythms_and_gamma_stand_where_they_fit() -> None:
    steady, wild = around(100, 10), around(100, 70)
    kanban = one(facts(*steady, lead=Lead(0.8, 0.1), planning={"multiple": D(60)}, places=0))
    assert (kanban.method, kanban.figures["cards"], kanban.order_quantity) == (Method.KANBAN, 3, D(60))
    assert kanban.reorder_level == D(120)
    buffer = one(facts(*steady, lead=Lead(4.0), parents=3, cost=50))
    assert buffer.method == Method.BUFFER
    assert (buffer.figures["yellow"], buffer.figures["red_base"]) == pytest.approx((400, 200))
    assert (buffer.safety_stock, buffer.reorder_level) == (D(260), D(660))
    assert one(facts(*wild[:-1], 900, lead=Lead(2.0))).method == Method.SS
    much, little = facts(*steady, lead=Lead(2.0), cost=99), facts(*steady, lead=Lead(2.0), cost=0.01, site=2)
    history = History(TODAY, TODAY, [much, little])
    rows = advise(history, rule=StockingRule(), currency="EUR", today=TODAY).rows
    assert [(row.worth, row.method) for row in rows] == [("A", Method.SQ), ("C", Method.RS)]
    assert rows[1].interval_days is not None
    assert rows[1].order_quantity == D(100) * rows[1].interval_days / 7


def test_dead_and_excess_stock_are_told_apart() -> None:
    lying = facts(
        lead=Lead(1.0), cost=3, arrived_on=date(2026, 1, 5), planning={"on_hand": D(40), "safety_stock": D(5)}
    )
    dead = one(lying)
    assert (dead.method, dead.is_dead, dead.excess, dead.excess_value) == (Method.NONE, True, D(40), D(120))
    assert dead.state == "open"
    fresh = one(replace(lying, arrived_on=date(2026, 11, 2)))
    assert (fresh.is_dead, fresh.excess) == (False, D(40))
    much = one(facts(*around(10, 2), lead=Lead(1.0), cost=3, planning={"on_hand": D(300)}), excess_weeks=26)
    assert (much.is_dead, much.excess, much.excess_value) == (False, D(40), D(120))


def test_a_policy_that_fits_is_left_alone() -> None:
    given = facts(*around(100, 20), lead=Lead(2.0, 0.2), cost=5)
    row = one(given)
    planning = {
        "safety_stock": row.safety_stock,
        "reorder_level": row.reorder_level,
        "minimum": row.order_quantity,
    }
    kept = one(replace(given, planning=Planning((1, 1), OrderKind.BUY, **planning)))
    assert (row.state, kept.state) == ("open", "fits")
    assert kept.difference == pytest.approx(D(0), abs=D("0.02"))


@settings(max_examples=40, deadline=None)
@given(
    demand=st.lists(st.integers(0, 60), min_size=1, max_size=40),
    lead=st.floats(0.2, 12),
    spread=st.floats(0, 3),
    cost=st.floats(0, 500),
)
def test_no_place_is_told_nonsense(demand: list[int], lead: float, spread: float, cost: float) -> None:
    row = one(facts(*map(float, demand), lead=Lead(lead, spread), cost=cost, places=0))
    assert min(row.safety_stock, row.reorder_level, row.order_quantity, row.value_then) >= 0
    assert (row.method == Method.NONE) == (sum(demand) == 0)
    if row.method != Method.NONE:
        assert row.order_quantity > 0
        assert row.cycle_service is not None
        assert 0 <= row.cycle_service <= 1
