"""The slack of a stage is what brute force says: so many days later, and not one more, keep the promise."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.domains.bills.queries import Step, forward
from loomline.domains.manufacturing.models import WorkLine, WorkOrder, WorkStage
from loomline.domains.planning.models import ORDER_LINE, PURCHASE_LINE, WORK_LINE, WORK_ORDER, Peg
from loomline.domains.procurement.models import Purchase, PurchaseLine
from loomline.domains.sales.models import Order, OrderLine
from loomline.domains.tracing.queries import play
from loomline.domains.tracing.queries.history import Book, Names
from loomline.kernel.calendar import WorkCalendar

TODAY = date(2026, 11, 23)
FAR = 60
STAGE = st.tuples(st.integers(1, 4), st.integers(0, 2), st.integers(0, 4))


def steps(stages: list[WorkStage], calendar: WorkCalendar) -> list[Step]:
    return [
        Step(
            days=stage.days,
            calendar=calendar,
            move_days=stage.move_days,
            not_before=stage.planned_start,
            reported_end=stage.reported_end,
        )
        for stage in stages
    ]


def run(stages: list[WorkStage], arrives: date, calendar: WorkCalendar) -> date:
    """Let the stages run when the material arrives; returns when they end."""
    slots = forward(steps(stages, calendar), start=arrives, today=TODAY)
    for stage, slot in zip(stages, slots, strict=True):
        stage.expected_start, stage.expected_end = slot.start, slot.end
    return slots[-1].end


def book_of(
    stages: list[WorkStage], arrives: date, promised: date, calendar: WorkCalendar
) -> tuple[Book, OrderLine]:
    order = Order(pk=1)
    line = OrderLine(pk=1, order=order, promised_on=promised, expected_on=promised)
    bought = PurchaseLine(pk=5, quantity=1, received=0, rejected=0, expected_on=arrives)
    bought.purchase = Purchase(pk=6)
    made = WorkLine(pk=3, work=WorkOrder(pk=2))
    pegs: dict[str, Any] = {"item_id": 1, "quantity": 1}
    rows = Peg(demand_kind=ORDER_LINE, demand_id=1, supply_kind=WORK_LINE, supply_id=3, **pegs)
    material = Peg(demand_kind=WORK_ORDER, demand_id=2, supply_kind=PURCHASE_LINE, supply_id=5, **pegs)
    book = Book(
        at=None,
        day=TODAY,
        lines={1: line},
        pegs=defaultdict(list, {1: [rows]}),
        material_pegs=defaultdict(list, {2: [material]}),
        work_lines={3: made},
        stages=defaultdict(list, {2: stages}),
        purchase_lines={5: bought},
        names=Names({}, {}, {}, {}, {}, {}, {None: calendar}),
    )
    return book, line


@settings(max_examples=40, deadline=None)
@given(
    chain=st.lists(STAGE, min_size=1, max_size=4),
    arrives=st.integers(0, 10),
    promised=st.integers(0, 45),
    closed=st.frozensets(st.integers(0, 40), max_size=6),
)
def test_slack_is_what_brute_force_says(
    chain: list[tuple[int, int, int]], arrives: int, promised: int, closed: frozenset[int]
) -> None:
    calendar = WorkCalendar(closed=frozenset(TODAY + timedelta(days=n) for n in closed))
    here, due = TODAY + timedelta(days=arrives), TODAY + timedelta(days=promised)
    here = calendar.on_or_after(here)
    stages, floor = [], TODAY
    for n, (days, move, wait) in enumerate(chain):
        floor = calendar.add(floor, wait)
        stages.append(
            WorkStage(pk=n + 10, work_id=2, days=days, move_days=move, planned_start=floor, state="waiting")
        )
    ready = run(stages, here, calendar)
    book, line = book_of(stages, here, due, calendar)

    found = play.plays_of(book, line)

    goal = play.ready_by(book, line)
    assert goal is not None
    assert play.ready_on(book, line) == ready
    for key, ends in [("purchase-5", here), *((f"stage-{one.pk}", one.expected_end) for one in stages)]:
        assert ends is not None
        if ready <= goal:
            later = [n for n in range(FAR) if _late(stages, key, here, ends, n, calendar) <= goal]
            assert (key, found[key].slack) == (key, max(later))
        else:
            assert min(one.slack for one in found.values() if one.slack is not None) < 0
        assert found[key].is_critical == (_late(stages, key, here, ends, 1, calendar) > ready)
    run(stages, here, calendar)
    assert found["shipment"].slack == calendar.between(calendar.add(ready, 2), due)


def _late(
    stages: list[WorkStage], key: str, here: date, ends: date, days: int, calendar: WorkCalendar
) -> date:
    """When all is ready if one of them comes so many working days later."""
    day = calendar.add(ends, days)
    if key == "purchase-5":
        return run(stages, day, calendar)
    for stage in stages:
        stage.reported_end = day if key == f"stage-{stage.pk}" and days else None
    ready = run(stages, here, calendar)
    for stage in stages:
        stage.reported_end = None
    return ready
