"""When stages run: exact days, and what holds for any chain."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.domains.bills.queries.schedule import Slot, Step, backward, forward, slack, working_days
from loomline.kernel.calendar import WorkCalendar

WEEK = WorkCalendar()
MONDAY = date(2026, 11, 23)

days = st.integers(0, 400).map(lambda n: MONDAY + timedelta(days=n))
calendars = st.builds(
    WorkCalendar,
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    closed=st.frozensets(days, max_size=12),
    opened=st.frozensets(days, max_size=4),
)
steps = st.builds(Step, days=st.integers(0, 12), calendar=calendars, move_days=st.integers(0, 3))
chains = st.lists(steps, min_size=1, max_size=6)


def test_stages_follow_each_other_on_working_days() -> None:
    found = forward([Step(3, WEEK, move_days=1), Step(6, WEEK), Step(1, WEEK)], start=MONDAY)

    assert [(slot.start, slot.end) for slot in found] == [
        (date(2026, 11, 23), date(2026, 11, 25)),  # Monday to Wednesday, Thursday on the way
        (date(2026, 11, 27), date(2026, 12, 4)),  # Friday to Friday, the weekend between
        (date(2026, 12, 7), date(2026, 12, 7)),
    ]


def test_each_stage_follows_the_calendar_of_its_own_place() -> None:
    holiday = WorkCalendar(closed=frozenset({date(2026, 12, 1), date(2026, 12, 8)}))

    found = forward([Step(5, WEEK), Step(5, holiday)], start=MONDAY)

    assert (found[1].start, found[1].end) == (date(2026, 11, 30), date(2026, 12, 7))


def test_a_check_that_takes_no_day_holds_nothing_up() -> None:
    found = forward([Step(2, WEEK), Step(0, WEEK), Step(1, WEEK)], start=MONDAY)
    assert [slot.start for slot in found] == [MONDAY, date(2026, 11, 25), date(2026, 11, 25)]


def test_backward_ends_on_the_due_day() -> None:
    found = backward([Step(3, WEEK, move_days=1), Step(6, WEEK), Step(1, WEEK)], due=date(2026, 12, 7))
    assert [(slot.start, slot.end) for slot in found] == [
        (date(2026, 11, 23), date(2026, 11, 25)),
        (date(2026, 11, 27), date(2026, 12, 4)),
        (date(2026, 12, 7), date(2026, 12, 7)),
    ]


def test_what_has_begun_is_believed_and_nothing_open_lies_in_the_past() -> None:
    started = Step(3, WEEK, started_on=MONDAY)
    found = forward([started, Step(2, WEEK)], start=MONDAY, today=date(2026, 12, 2))
    assert found[0] == Slot(MONDAY, date(2026, 12, 2), date(2026, 12, 3))

    ended = Step(3, WEEK, started_on=MONDAY, ended_on=date(2026, 11, 27))
    found = forward([ended, Step(2, WEEK)], start=MONDAY, today=date(2026, 11, 27))
    assert found[1].start == date(2026, 11, 30)


def test_a_reported_end_moves_what_follows_and_an_earlier_one_holds_only_once_begun() -> None:
    later = Step(3, WEEK, reported_end=date(2026, 12, 1))
    assert [slot.end for slot in forward([later, Step(2, WEEK)], start=MONDAY)] == [
        date(2026, 12, 1),
        date(2026, 12, 3),
    ]
    earlier = Step(5, WEEK, reported_end=date(2026, 11, 24))
    assert forward([earlier], start=MONDAY)[0].end == date(2026, 11, 27)
    begun = Step(5, WEEK, reported_end=date(2026, 11, 24), started_on=MONDAY)
    assert forward([begun], start=MONDAY)[0].end == date(2026, 11, 24)


def test_slack_is_what_a_stage_may_slip() -> None:
    chain = [Step(3, WEEK), Step(2, WEEK)]  # Monday to Wednesday, Thursday and Friday
    assert slack(chain, start=MONDAY, due=date(2026, 12, 1)) == [2, 2]  # the weekend does not count
    assert slack(chain, start=MONDAY, due=date(2026, 11, 26)) == [-1, -1]


@pytest.mark.parametrize(("quantity", "expected"), [("1", 3), ("200", 3), ("201", 4), ("1200", 8)])
def test_capacity_adds_a_day_for_every_days_worth(quantity: str, expected: int) -> None:
    assert working_days(days=2, per_day=Decimal(200), quantity=Decimal(quantity)) == expected
    assert working_days(days=2, per_day=None, quantity=Decimal(quantity)) == 2


@settings(max_examples=150, deadline=None)
@given(chain=chains, start=days)
def test_every_stage_has_its_working_days_and_waits_for_the_one_before(
    chain: list[Step], start: date
) -> None:
    found = forward(chain, start=start)

    free = start
    for step, slot in zip(chain, found, strict=True):
        assert step.calendar.works(slot.start)
        assert step.calendar.works(slot.end)
        assert slot.start == step.calendar.on_or_after(free)
        assert step.calendar.between(slot.start, slot.end + timedelta(days=1)) == max(step.days, 1)
        free = slot.free


@settings(max_examples=150, deadline=None)
@given(chain=chains, start=days, late=st.integers(0, 20))
def test_later_materials_never_make_anything_earlier(chain: list[Step], start: date, late: int) -> None:
    before, after = forward(chain, start=start), forward(chain, start=start + timedelta(days=late))
    assert all(old.start <= new.start and old.end <= new.end for old, new in zip(before, after, strict=True))


@settings(max_examples=150, deadline=None)
@given(chain=chains, start=days, at=st.integers(0, 5), late=st.integers(1, 20))
def test_a_delay_moves_nothing_before_it_and_nothing_forward(
    chain: list[Step], start: date, at: int, late: int
) -> None:
    at %= len(chain)
    before = forward(chain, start=start)
    ends = before[at].end + timedelta(days=late)
    slow = [
        Step(s.days, s.calendar, s.move_days, reported_end=ends if n == at else None)
        for n, s in enumerate(chain)
    ]

    after = forward(slow, start=start)

    assert after[:at] == before[:at]
    assert after[at].end == ends
    assert all(old.end <= new.end for old, new in zip(before[at:], after[at:], strict=True))


@settings(max_examples=150, deadline=None)
@given(chain=chains, start=days)
def test_the_latest_plan_for_the_earliest_end_starts_no_earlier_and_still_meets_it(
    chain: list[Step], start: date
) -> None:
    due = forward(chain, start=start)[-1].end

    latest = backward(chain, due=due)

    assert latest[-1].end == due
    assert latest[0].start >= chain[0].calendar.on_or_after(start)
    assert forward(chain, start=latest[0].start)[-1].end <= due
