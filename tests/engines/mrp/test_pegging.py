"""Pegs, explanations, messages and the impact of delays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from loomline.engines.bad_input import BadInput
from loomline.engines.mrp.calendars import Calendar
from loomline.engines.mrp.explanation import explain
from loomline.engines.mrp.grid import Grid, grid_for
from loomline.engines.mrp.impact import delays_of_receipts, impact
from loomline.engines.mrp.messages import Action, action_messages, describe
from loomline.engines.mrp.netting import Netting
from loomline.engines.mrp.pegging import Need, Pegging, Supply
from loomline.engines.mrp.plan_pegs import cone, peg
from loomline.engines.mrp.plant import Bills, Demands, Items, Kind, Plant, Receipts, Substitutes
from tests.engines.mrp.random_plants import plants
from tests.engines.mrp.test_netting import netted, one_item, worked_example

DAY, WEEK = 86_400, 7 * 86_400


def run(plant: Plant) -> Netting:
    """A run over twenty days."""
    netting = Netting(plant, Grid(DAY, 20))
    netting.run()
    return netting


@given(plants())
@settings(max_examples=20, deadline=None)
def test_every_requirement_is_pegged_in_full_and_no_supply_twice(plant: Plant) -> None:
    pegging, _ = peg(run(plant))
    given_out = np.bincount(pegging.supply, pegging.quantity, minlength=len(pegging.supplies.item))
    assert (given_out <= pegging.supplies.quantity + 1e-5).all()
    assert pegging.shortage().max(initial=0) < 1e-5
    assert (pegging.supplies.item[pegging.supply] == pegging.requirements.item[pegging.need]).all()


@given(plants())
@settings(max_examples=20, deadline=None)
def test_planned_orders_serve_no_requirement_that_is_earlier(plant: Plant) -> None:
    pegging, orders = peg(run(plant))
    planned = pegging.supplies.kind[pegging.supply] == Supply.ORDER
    need = orders.need[pegging.supplies.ref[pegging.supply[planned]]]
    at = np.clip(pegging.requirements.at[pegging.need[planned]], 0, 19 * DAY)
    later = pegging.requirements.kind[pegging.need[planned]] == Need.SAFETY
    assert (later | (need <= at // DAY * DAY)).all()


@given(plants())
@settings(max_examples=20, deadline=None)
def test_pegs_lead_up_and_down_through_the_same_quantities(plant: Plant) -> None:
    pegging, _ = peg(run(plant))
    for need in np.flatnonzero(pegging.requirements.kind == Need.DEMAND).tolist():
        for supply, units in pegging.supplies_of(need).items():
            assert pegging.demands_of(supply)[need] == pytest.approx(units, rel=1e-6, abs=1e-6)


@given(plants())
@settings(max_examples=20, deadline=None)
def test_the_pegs_of_a_cone_are_those_of_the_whole(plant: Plant) -> None:
    netting = run(plant)
    whole, _ = peg(netting)
    part, _ = peg(netting, cone(netting, np.array([0]), down=True, up=False))

    def pegs(pegging: Pegging) -> list[tuple[int, int, float]]:
        inside = pegging.requirements.item[pegging.need] == 0
        return sorted(
            (int(pegging.supplies.kind[s]), int(pegging.requirements.ref[n]), round(float(q), 5))
            for s, n, q in zip(
                pegging.supply[inside], pegging.need[inside], pegging.quantity[inside], strict=True
            )
            if pegging.requirements.kind[n] == Need.DEMAND
        )

    assert pegs(part) == pegs(whole)


def test_an_order_says_why_so_much_why_then_and_for_whom() -> None:
    netting = netted(worked_example(), bucket_days=7)
    pegging, orders = peg(netting)
    row = int(np.flatnonzero(orders.quantity == 300)[0])
    said = explain(netting, pegging, orders, row)
    assert said.quantity == (
        "300 because 290 are missing after stock and receipts (240 for B on 2026-02-09, "
        "50 for A on 2026-02-09), and 10 more by the lot rule: lot for lot, multiples of 50 "
        "(10 of them for later needs)."
    )
    assert said.date == "Needed 2026-02-09, started 2026-02-02 (7 days of lead time)."
    assert said.whom == "For D8 (40 A on 2026-03-02: 250), D6 (60 A on 2026-02-16: 50)."


def test_a_substitute_is_pegged_to_what_it_stands_in_for() -> None:
    plant = Plant(
        Items.of(names=["X", "Y"], on_hand=[0, 30]),
        demands=Demands.of(names=["D"], item=[0], quantity=[10], at=[3 * DAY]),
        substitutes=Substitutes.of(item=[0], by=[1], ratio=[2]),
    )
    pegging, orders = peg(netted(plant))
    assert len(orders) == 0
    units = {Supply(int(pegging.supplies.kind[row])): units for row, units in pegging.supplies_of(0).items()}
    assert units == {Supply.SUBSTITUTE: 10, Supply.STOCK: 20}


def test_a_co_product_leads_to_the_order_that_yields_it() -> None:
    plant = Plant(
        Items.of(names=["A", "whey", "milk"]),
        Bills.of(parent=[0, 0], component=[1, 2], quantity=[2, 5], is_output=[1, 0]),
        Demands.of(names=["D", "W"], item=[0, 1], quantity=[10, 20], at=[3 * DAY, 5 * DAY]),
    )
    pegging, _ = peg(netted(plant))
    whey = int(np.flatnonzero(pegging.requirements.item == 1)[0])
    assert 2 in {int(pegging.supplies.item[row]) for row in pegging.supplies_of(whey)}


def receiving(*receipts: tuple[float, int], need: int = 5, frozen: bool = False) -> Netting:
    """One need of ten on a day; receipts of a quantity on a day."""
    made = Receipts.of(
        names=[f"R{n}" for n in range(len(receipts))],
        item=[0] * len(receipts),
        quantity=[quantity for quantity, _ in receipts],
        at=[day * DAY for _, day in receipts],
        is_frozen=frozen,
    )
    return netted(one_item({need: 10}, lead_days=2).with_(receipts=made))


def said(netting: Netting) -> list[tuple[str, int | None, int, float]]:
    """Action, receipt, new day and quantity of the messages."""
    _, orders = peg(netting)
    found = action_messages(netting, orders)
    return [(m.action.value, m.receipt, m.to // DAY, m.quantity) for m in found]


def test_a_receipt_that_is_wanted_earlier_is_expedited() -> None:
    assert said(receiving((10, 9))) == [("expedite", 0, 5, 10)]


def test_a_receipt_that_is_wanted_later_is_deferred() -> None:
    assert said(receiving((10, 2))) == [("defer", 0, 5, 10)]


def test_a_receipt_that_nothing_needs_is_cancelled_and_the_rest_decreased() -> None:
    assert said(receiving((12, 5), (7, 6))) == [("decrease", 0, 5, 10), ("cancel", 1, 6, 0)]


def test_a_frozen_receipt_gets_no_message() -> None:
    assert said(receiving((10, 2), frozen=True)) == []


def test_an_order_is_released_when_its_start_is_near() -> None:
    assert said(receiving()) == [("release", None, 3, 10)]


def test_an_overdue_start_asks_to_increase_what_is_on_its_way() -> None:
    netting = receiving((4, 1), need=1)
    assert said(netting) == [("release late", None, 0, 6), ("increase", 0, 1, 10)]
    _, orders = peg(netting)
    late, more = action_messages(netting, orders)
    assert describe(netting, orders, late) == "Release 6 of X now: its start is overdue by 1 days."
    assert "Increase R0 (X) to 10" in describe(netting, orders, more)


def test_what_has_no_source_is_told() -> None:
    netting = netted(one_item({5: 10}, kind=Kind.NONE))
    assert [m.action for m in action_messages(netting, peg(netting)[1])] == [Action.NO_SOURCE]


def chain() -> Plant:
    """C arrives on day 5 and is made into A from day 8 to day 10; D wants 10 A on day 12 by safety time."""
    return Plant(
        Items.of(names=["A", "C"], lead_days=[2, 30], safety_days=[2, 0]),
        Bills.of(parent=[0], component=[1]),
        Demands.of(names=["D", "E"], item=[0, 0], quantity=[10, 3], at=[12 * DAY, 30 * DAY]),
        Receipts.of(names=["R"], item=[1], quantity=[13], at=[5 * DAY], is_frozen=[True]),
    )


def hit_by(days: int, plant: Plant) -> dict[str, tuple[float, list[float]]]:
    """Which demand moves by how many days, and the days of the causes."""
    pegging, _ = peg(netted(plant))
    found = impact(plant, pegging, delays_of_receipts(pegging, {0: 5 * DAY + days * DAY}))
    return {
        str(plant.demands.names[hit.demand]): (hit.days, [cause.days for cause in hit.causes])
        for hit in found
    }


def test_a_delay_within_the_slack_hits_nobody() -> None:
    assert hit_by(5, chain()) == {}


def test_a_longer_delay_hits_by_what_the_slack_does_not_take() -> None:
    assert hit_by(6, chain()) == {"D": (1, [6, -3, -2])}


def test_a_delay_over_days_without_work_says_so() -> None:
    workdays = [(day * DAY, (day + 1) * DAY) for day in range(-28, 70) if day % 7 < 5]
    plant = chain().with_(
        calendars=(Calendar.of("week", workdays),),
        items=Items.of(names=["A", "C"], lead_days=[2, 30]),
        demands=Demands.of(names=["D"], item=[0], quantity=[10], at=[11 * DAY]),
    )
    # A starts on Wednesday (9), ends on Friday (11). Two days later it starts on Friday, ends on Tuesday.
    found = hit_by(6, plant)
    assert found == {"D": (4, [6, -4, 2])}


@given(plants())
@settings(max_examples=25, deadline=None)
def test_causes_of_a_delay_add_up_and_hit_only_who_is_pegged(plant: Plant) -> None:
    pegging, _ = peg(run(plant))
    rows = np.flatnonzero(pegging.supplies.kind != Supply.STOCK).tolist()[:3]
    delays = {row: int(pegging.supplies.at[row]) + 6 * DAY for row in rows}
    reached = {need for row in rows for need in pegging.demands_of(row)}
    for hit in impact(plant, pegging, delays):
        assert hit.need in reached
        assert sum(cause.seconds for cause in hit.causes) == hit.after - hit.before > 0


@given(plants())
@settings(max_examples=25, deadline=None)
def test_a_delay_hits_exactly_whom_a_walk_over_all_pegs_finds(plant: Plant) -> None:
    pegging, _ = peg(run(plant))
    rows = np.flatnonzero(pegging.supplies.kind == Supply.RECEIPT).tolist()
    delays = {row: int(pegging.supplies.at[row]) + 4 * DAY for row in rows}
    assert {hit.need: hit.after for hit in impact(plant, pegging, delays)} == walked(pegging, delays)


def walked(pegging: Pegging, delays: dict[int, int]) -> dict[int, int]:
    """The same by repeating until nothing moves: {requirement row of a demand: when it is served}."""
    supplies, needs = pegging.supplies, pegging.requirements
    at = [delays.get(row, int(time)) for row, time in enumerate(supplies.at.tolist())]
    while True:
        again = at.copy()
        for supply, need in zip(pegging.supply.tolist(), pegging.need.tolist(), strict=True):
            if needs.kind[need] == Need.COMPONENT and at[supply] > supplies.at[supply]:
                late = at[supply] - int(needs.at[need])
                taker = int(needs.ref[need])
                again[taker] = max(again[taker], int(supplies.at[taker]) + max(late, 0))
        if again == at:
            break
        at = again
    hits = {}
    for need in np.flatnonzero(needs.kind == Need.DEMAND).tolist():
        mine = pegging.supply[pegging.need == need].tolist()
        before = max([int(needs.at[need]), *(int(supplies.at[row]) for row in mine)])
        after = max([before, *(at[row] for row in mine)])
        if after > before:
            hits[need] = after
    return hits


def test_a_delay_of_an_unknown_receipt_is_refused() -> None:
    pegging, _ = peg(netted(chain()))
    with pytest.raises(BadInput, match="Receipt 7 is in no pegging"):
        delays_of_receipts(pegging, {7: DAY})


def test_the_grid_reaches_to_the_last_date() -> None:
    assert grid_for(chain()).count == 31
