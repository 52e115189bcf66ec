"""The clock of a promise, told from its log, and the measures of a desk."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from loomline.engines.bad_input import BadInput
from loomline.engines.service_time import measures
from loomline.engines.service_time.calendar import ALWAYS, Calendar, week
from loomline.engines.service_time.clock import Pause, ServiceClock
from loomline.engines.service_time.measures import Case
from loomline.engines.service_time.sla import State, Tick, Turn, read

HOUR = timedelta(hours=1)
DESK = ServiceClock(
    Calendar("Europe/Berlin", week("Mon-Fri 09:00-12:00 13:00-17:00"), frozenset({date(2026, 4, 3)}))
)
NEVER_CLOSED = ServiceClock(Calendar("UTC", ALWAYS))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time of the last week of March 2026 in Berlin; 32 is the first of April."""
    return datetime(2026, 3, 1, hour, minute, tzinfo=ZoneInfo("Europe/Berlin")) + timedelta(days=day - 1)


STARTED = Tick(at(27, 16, 30), Turn.STARTED, 8 * HOUR, DESK)
PAUSED = Tick(at(30, 10), Turn.PAUSED, cause="waits for the customer")
RESUMED = Tick(at(30, 15), Turn.RESUMED)


def test_a_running_clock_knows_when_it_is_due_and_when_it_warns() -> None:
    found = read([STARTED], now=at(30, 10))
    assert (found.state, found.elapsed, found.remaining) == (State.RUNNING, 1.5 * HOUR, 6.5 * HOUR)
    assert found.due == at(31, 9, 30)
    assert found.warnings == ((0.5, at(30, 13, 30)), (0.75, at(30, 15, 30)), (0.9, at(30, 16, 42)))


def test_a_pause_stops_the_clock_and_is_measured() -> None:
    found = read([STARTED, PAUSED], now=at(30, 14))
    assert (found.state, found.elapsed, found.paused, found.due) == (
        State.PAUSED,
        1.5 * HOUR,
        3 * HOUR,
        None,
    )
    found = read([STARTED, PAUSED, RESUMED], now=at(30, 16))
    assert (found.state, found.elapsed, found.paused) == (State.RUNNING, 2.5 * HOUR, 4 * HOUR)
    assert found.due == datetime(2026, 3, 31, 12, 30, tzinfo=UTC)


def test_a_promise_met_at_the_very_due_time_is_kept_and_a_minute_later_is_breached() -> None:
    kept = read([STARTED, Tick(at(31, 9, 30), Turn.MET)], now=at(40, 9))
    late = read([STARTED, Tick(at(31, 9, 31), Turn.MET)], now=at(40, 9))
    assert (kept.state, kept.breached_at, kept.elapsed) == (State.MET, None, 8 * HOUR)
    assert (late.state, late.breached_at) == (State.BREACHED, at(31, 9, 30))
    assert late.remaining == timedelta(minutes=-1)


def test_a_clock_that_runs_over_its_due_time_is_breached() -> None:
    found = read([STARTED], now=at(31, 10))
    assert (found.state, found.breached_at, found.remaining) == (State.BREACHED, at(31, 9, 30), -HOUR / 2)


def test_a_new_priority_keeps_what_has_elapsed_and_what_was_paused() -> None:
    urgent = Tick(at(30, 16), Turn.CHANGED, 3 * HOUR, cause="priority high")
    found = read([STARTED, PAUSED, RESUMED, urgent], now=at(30, 16))
    assert (found.elapsed, found.paused, found.remaining) == (2.5 * HOUR, 4 * HOUR, HOUR / 2)
    assert found.due == at(30, 16, 30)


def test_a_new_calendar_counts_from_the_change_on() -> None:
    change = Tick(at(30, 10), Turn.CHANGED, clock=NEVER_CLOSED, cause="premium contract")
    found = read([STARTED, change], now=at(30, 12))
    assert (found.elapsed, found.due) == (3.5 * HOUR, at(30, 16, 30))


def test_a_change_that_leaves_nothing_is_due_when_it_is_made() -> None:
    change = Tick(at(30, 10), Turn.CHANGED, HOUR)
    found = read([STARTED, change], now=at(30, 12))
    assert (found.state, found.due) == (State.BREACHED, at(30, 10))


def test_a_change_after_the_breach_does_not_move_the_breach_forward() -> None:
    change = Tick(at(31, 15), Turn.CHANGED, 4 * HOUR)
    found = read([STARTED, change], now=at(31, 16))
    assert found.breached_at == at(31, 9, 30)


def test_an_easier_target_takes_a_breach_back() -> None:
    change = Tick(at(31, 15), Turn.CHANGED, 20 * HOUR, cause="wrong contract at first")
    found = read([STARTED, change], now=at(31, 16))
    assert (found.state, found.breached_at) == (State.RUNNING, None)


def test_what_lies_in_the_future_of_the_log_is_not_known_yet() -> None:
    assert read([STARTED, PAUSED, RESUMED], now=at(30, 14)).state is State.PAUSED


@pytest.mark.parametrize(
    ("ticks", "says"),
    [
        ([], "does not begin with a start"),
        ([PAUSED], "does not begin with a start"),
        ([STARTED, RESUMED], "position 1: The clock is resumed but was not paused"),
        ([STARTED, PAUSED, PAUSED], "position 2: The clock is paused twice"),
        ([STARTED, RESUMED, PAUSED], "position 1"),
        ([STARTED, STARTED], "started twice"),
        ([STARTED, Tick(at(26, 9), Turn.PAUSED)], "before the one above"),
        ([STARTED, Tick(at(30, 9), Turn.MET), PAUSED], "after the promise was met"),
        ([Tick(at(27, 9), Turn.STARTED)], "needs an allowance"),
        ([STARTED, Tick(at(30, 9), Turn.CHANGED)], "needs an allowance or a clock"),
        ([Tick(at(27, 9), Turn.STARTED, -HOUR, DESK)], "negative"),
    ],
)
def test_a_log_that_cannot_have_happened_is_refused(ticks: list[Tick], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read(ticks, now=at(40, 9))


def test_times_are_told_in_working_time_and_in_time_that_passed() -> None:
    cases = [
        Case(at(30, 9), at(30, 10), at(30, 14)),
        Case(at(30, 11), at(30, 14), at(31, 9), pauses=(Pause(at(30, 14), at(30, 16)),)),
        Case(at(30, 16), at(31, 10)),
        Case(at(31, 9)),
    ]
    found = measures.first_response(DESK, cases)
    assert found is not None
    assert (found.count, found.business_median, found.elapsed_p90) == (3, 2 * HOUR, 18 * HOUR)
    assert found.business_mean == 5 * HOUR / 3
    solved = measures.resolution(DESK, cases)
    assert solved is not None
    assert (solved.count, solved.business_median, solved.business_p90) == (2, 3 * HOUR, 4 * HOUR)
    assert measures.resolution(DESK, []) is None
    waits = measures.next_response(DESK, [(at(30, 9), at(30, 11)), (at(30, 16), None)])
    assert waits is not None
    assert (waits.count, waits.business_mean) == (1, 2 * HOUR)


def test_only_cases_whose_window_is_over_are_judged() -> None:
    now = at(31, 17)
    cases = [
        Case(at(10, 9), solved_at=at(10, 12), contacts=1),
        Case(at(10, 9), solved_at=at(11, 12), contacts=2),
        Case(at(10, 9), solved_at=at(11, 12), contacts=1, reopened_at=(at(15, 9),)),
        Case(at(10, 9), solved_at=at(11, 12), contacts=1, reopened_at=(at(25, 9),)),
        Case(at(30, 9), solved_at=at(30, 12), contacts=1),
    ]
    found = measures.first_contact_resolution(cases, now=now)
    assert (found.part, found.of, found.share) == (2, 4, 0.5)
    assert measures.reopen_rate(cases, now=now).share == 0.25
    assert measures.reopen_rate([], now=now).share is None


def test_attainment_leaves_out_what_is_not_decided() -> None:
    late = [STARTED, Tick(at(31, 9, 31), Turn.MET)]
    kept = [STARTED, Tick(at(31, 9, 30), Turn.MET)]
    logs = [kept, kept, late, [STARTED, PAUSED]]
    assert measures.attainment(read(log, now=at(31, 12)) for log in logs).share == pytest.approx(2 / 3)


def test_a_session_is_deflected_when_an_article_was_read_and_no_case_followed_within_a_day() -> None:
    sessions = [(at(9, 9), True), (at(12, 9), True), (at(14, 9), False)]
    assert measures.deflection(sessions, [at(12, 20), at(10, 10)]) == measures.Rate(1, 3)


def test_a_case_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(BadInput, match="position 0: A case ends before"):
        measures.resolution(DESK, [Case(at(30, 9), solved_at=at(29, 9))])
