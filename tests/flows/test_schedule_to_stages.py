"""The days of the schedule are those of the stages, of the promise that stands on them, and of the page.

It is Monday, 23 November 2026, nine o'clock; people work from eight to four. Goods are two days on the way.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.manufacturing.models import WorkOrder, WorkStage
from loomline.domains.parties import commands as parties
from loomline.domains.planning.models import ORDER_LINE, WORK_LINE, Peg
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import OrderLine, OrderState
from loomline.domains.scheduling import commands
from loomline.domains.tracing import queries as tracing
from loomline.kernel import edit
from loomline.kernel.audit import Activity
from loomline.kernel.event import StoredEvent
from tests.domains.bills.knit import make_ctx
from tests.domains.scheduling.floor import Floor, at

D = Decimal
Days = list[tuple[int, int, int, int]]


@pytest.fixture
def floor(db: None) -> Floor:
    floor = Floor(make_ctx())
    floor.limit(0)
    return floor


def promised(floor: Floor, work: WorkOrder, on: date, expected: date | None = None) -> OrderLine:
    """An order that stands on a work order, promised for a day and expected then or on another."""
    customer = parties.open_party(floor.ctx, name=f"Customer of {work}", roles=["customer"])
    line = sales.LineDraft(item=work.item, quantity=work.quantity, price=D(9))
    order = sales.open_order(floor.ctx, customer=customer, lines=[line], site=floor.home)
    type(order).objects.filter(pk=order.pk).update(
        state=OrderState.CONFIRMED, confirmed_at=floor.ctx.now, promised_on=on, expected_on=expected or on
    )
    OrderLine.objects.filter(order=order).update(promised_on=on, expected_on=expected or on)
    made = order.lines.get()
    Peg.objects.create(
        demand_kind=ORDER_LINE, demand_id=made.pk, supply_kind=WORK_LINE,
        supply_id=work.lines.get().pk, item=work.item, quantity=work.quantity,
    )  # fmt: skip
    return made


def days(work: WorkOrder) -> Days:
    """Planned and expected first and last days of its stages, in November."""
    names = "planned_start", "planned_end", "expected_start", "expected_end"
    return [
        tuple(getattr(stage, name).day for name in names)
        for stage in WorkStage.objects.filter(work=work).order_by("position")
    ]


def told(name: str) -> int:
    return StoredEvent.objects.filter(name=name).count()


def test_stages_run_on_the_days_of_the_schedule_and_only_lines_that_move_are_told(floor: Floor) -> None:
    """Hats until half past twelve and packed by half past one; caps until tomorrow morning."""
    hats, caps = floor.work(floor.hat, 60, due=23), floor.work(floor.cap, 100, due=24)
    alone = floor.work(floor.scarf, 60, ready=27)
    assert days(hats) == days(caps) == [(23, 23, 23, 23), (24, 24, 24, 24)]
    # By the days of their routes the hats come a day late.
    first = promised(floor, hats, date(2026, 11, 25), expected=date(2026, 11, 26))
    second = promised(floor, caps, date(2026, 11, 27))

    floor.schedule()

    assert days(hats) == [(23, 23, 23, 23), (23, 23, 23, 23)]
    assert days(caps) == [(23, 24, 23, 24), (24, 24, 24, 24)]
    hats.refresh_from_db()
    caps.refresh_from_db()
    assert (hats.expected_on, caps.expected_on) == (date(2026, 11, 23), date(2026, 11, 24))
    for line in (first, second):
        line.refresh_from_db()
    # Two working days on the way: the hats come in time after all, and nobody is told of the caps.
    assert (first.expected_on, second.expected_on) == (date(2026, 11, 25), date(2026, 11, 27))
    assert told("manufacturing.WorkMoved") == 2
    assert alone.stages.get(position=1).planned_start == date(2026, 11, 27)

    # Nothing has changed since: nobody is told anything.
    floor.schedule()
    assert told("manufacturing.WorkMoved") == 2
    assert days(hats) == [(23, 23, 23, 23), (23, 23, 23, 23)]

    # The thread counts back from the promise by the same days: sewn and packed on one day.
    thread = tracing.thread_of(first, today=floor.ctx.today)
    assert thread is not None
    made = [one for one in thread.stretches if one.name in ("Sewing", "Packing")]
    today = date(2026, 11, 23)
    assert [(one.play.projected_on, one.play.latest_on, one.play.slack) for one in made] == [
        (today, today, 0),
        (today, today, 0),
    ]


def test_a_move_by_hand_moves_the_days_and_its_undo_takes_them_back(floor: Floor) -> None:
    hats, caps = floor.work(floor.hat, 60, due=23), floor.work(floor.cap, 100, due=24)
    floor.schedule()
    line = promised(floor, hats, date(2026, 11, 25))
    before, moved = (days(hats), days(caps)), told("manufacturing.WorkMoved")

    commands.move_operation(floor.ctx, operation=floor.of(hats), starts_at=at(26, 11))

    assert days(hats) == [(26, 26, 26, 26), (26, 26, 26, 26)]
    line.refresh_from_db()
    assert line.expected_on == date(2026, 11, 30)
    assert told("manufacturing.WorkMoved") == moved + 1
    edit.undo(floor.ctx, activity=Activity.objects.filter(verb=commands.move_operation.name).latest("pk"))
    assert (days(hats), days(caps)) == before
    line.refresh_from_db()
    assert line.expected_on == date(2026, 11, 25)


def test_scheduling_is_undone_with_the_days_it_wrote(floor: Floor) -> None:
    hats = floor.work(floor.hat, 60, due=23)
    before = days(hats)
    floor.schedule()
    assert days(hats) != before
    edit.undo(floor.ctx, activity=Activity.objects.filter(verb=commands.schedule_now.name).latest("pk"))
    assert days(hats) == before
    assert not hats.stages.filter(scheduled_days__isnull=False).exists()
