"""Rules do not go in circles, do not run away, and keep their times."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loomline.engines.rules.limits import free_at, is_quiet, objection, room
from loomline.engines.rules.schedule import Schedule

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LISBON, BERLIN = ZoneInfo("Europe/Lisbon"), ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


def test_a_rule_does_not_follow_itself_nor_a_long_row_of_others() -> None:
    assert objection(7, []) == ""
    assert objection(7, [8, 9]) == ""
    assert objection(7, [8, 7]) == "itself"
    assert objection(7, [1, 2, 3, 4, 5]) == "too deep"


def test_the_rate_leaves_room_for_the_rest() -> None:
    assert (room(498, 500, 10), room(500, 500, 10), room(600, 500, 10), room(0, None, 10)) == (2, 0, 0, 10)


def test_the_next_one_is_free_when_the_oldest_leaves_the_window() -> None:
    taken = [NOW - timedelta(minutes=m) for m in (90, 50, 40, 10)]

    assert free_at(taken, 4, HOUR, now=NOW) == NOW
    assert free_at(taken, 3, HOUR, now=NOW) == NOW + timedelta(minutes=10)
    assert free_at(taken, 2, HOUR, now=NOW) == NOW + timedelta(minutes=20)


@given(st.lists(st.integers(0, 59), max_size=30), st.integers(1, 10))
def test_at_the_free_moment_there_is_room(minutes: list[int], most: int) -> None:
    taken = [NOW - timedelta(minutes=m) for m in minutes]
    free = free_at(taken, most, HOUR, now=NOW)

    assert len([at for at in taken if at > free - HOUR]) < most or free == NOW
    assert NOW <= free <= NOW + HOUR


def test_a_record_is_left_alone_for_its_days() -> None:
    last = NOW - timedelta(days=3)

    assert is_quiet(last, 4, now=NOW)
    assert not is_quiet(last, 3, now=NOW)
    assert not is_quiet(None, 3, now=NOW)
    assert not is_quiet(last, None, now=NOW)


@pytest.mark.parametrize(
    ("schedule", "after", "due"),
    [
        (Schedule("hour"), "2026-11-23T09:00+00:00", "2026-11-23T10:00+00:00"),
        (Schedule("day", time(6)), "2026-11-23T09:00+00:00", "2026-11-24T06:00+00:00"),
        (Schedule("day", time(10)), "2026-11-23T09:00+00:00", "2026-11-23T10:00+00:00"),
        (Schedule("week", time(6), (1, 5)), "2026-11-23T09:00+00:00", "2026-11-27T06:00+00:00"),
        (Schedule("month", time(6), (31,)), "2026-11-23T09:00+00:00", "2026-11-30T06:00+00:00"),
        (Schedule("month", time(6), (1,)), "2026-11-23T09:00+00:00", "2026-12-01T06:00+00:00"),
    ],
)
def test_the_next_time(schedule: Schedule, after: str, due: str) -> None:
    assert schedule.after(datetime.fromisoformat(after), LISBON) == datetime.fromisoformat(due)


def test_six_in_the_morning_is_six_in_summer_and_in_winter() -> None:
    daily = Schedule("day", time(6))

    assert daily.after(datetime(2026, 10, 24, 6, tzinfo=UTC), BERLIN) == datetime(2026, 10, 25, 5, tzinfo=UTC)
    assert daily.after(datetime(2026, 3, 28, 6, tzinfo=UTC), BERLIN) == datetime(2026, 3, 29, 4, tzinfo=UTC)


def test_a_time_that_the_clock_jumps_over_comes_once() -> None:
    night = Schedule("day", time(2, 30))
    first = night.after(datetime(2026, 3, 28, 12, tzinfo=UTC), BERLIN)

    assert first == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert night.after(first, BERLIN) == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)


def test_what_was_missed_is_made_up_once() -> None:
    daily = Schedule("day", time(6))

    assert daily.due(NOW - timedelta(days=400), NOW, LISBON) == datetime(2026, 11, 23, 6, tzinfo=UTC)
    assert daily.due(datetime(2026, 11, 23, 6, tzinfo=UTC), NOW, LISBON) is None
    monthly = Schedule("month", time(6), (1,))
    assert monthly.due(NOW - timedelta(days=90), NOW, LISBON) == datetime(2026, 11, 1, 6, tzinfo=UTC)


@pytest.mark.parametrize("days", [(), (0,), (8,)])
def test_a_schedule_without_sense_is_refused(days: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="day"):
        Schedule("week", days=days)
