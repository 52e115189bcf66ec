"""Working time, against K10 of the specification and against a count of minutes on the wall clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.service_time.calendar import (
    ALWAYS,
    Calendar,
    Opening,
    day,
    days_between,
    week,
)
from loomline.engines.service_time.clock import Pause, ServiceClock

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
ZONES = [
    "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca",
    "Pacific/Apia", "America/St_Johns", "America/Santiago", "Asia/Tehran",
]  # fmt: skip
DESK = Calendar(
    "Europe/Berlin", week("Mon-Fri 09:00-12:00 13:00-17:00"), closed=frozenset({date(2026, 4, 3)})
)


@pytest.fixture(scope="module")
def desk() -> ServiceClock:
    """The desk of K10."""
    return ServiceClock(DESK)


def berlin(year: int, month: int, day: int, hour: int = 0, minute: int = 0, *, fold: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN, fold=fold)


def open_minute(calendar: Calendar, at: datetime) -> bool:
    """Looks at the wall clock of one minute and at nothing else."""
    wall = at.astimezone(ZoneInfo(calendar.zone))
    today = wall.date()
    if today in calendar.special:
        openings = calendar.special[today]
    elif today in calendar.closed:
        openings = ()
    else:
        openings = calendar.week[wall.weekday()]
    minute = wall.hour * 60 + wall.minute
    return any(opening.start <= minute < opening.end for opening in openings)


def counted(calendar: Calendar, start: datetime, minutes: int, pauses: list[Pause]) -> int:
    """The open minutes outside the pauses, one by one."""
    count = 0
    for n in range(minutes):
        at = start + n * MINUTE
        paused = any(p.start <= at and (p.end is None or at < p.end) for p in pauses)
        count += open_minute(calendar, at) and not paused
    return count


@st.composite
def days(draw: st.DrawFn) -> tuple[Opening, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    return tuple(Opening(a * 15, b * 15) for a, b in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn, around: date) -> Calendar:
    names = st.dates(around - timedelta(days=3), around + timedelta(days=8))
    openings = tuple(draw(days()) for _ in range(7))
    if not any(openings):
        openings = (*openings[:6], (Opening(540, 1020),))
    return Calendar(
        draw(st.sampled_from(ZONES)),
        openings,
        closed=draw(st.frozensets(names, max_size=2)),
        special=draw(st.dictionaries(names, days(), max_size=2)),
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[Calendar, datetime, int, list[Pause]]:
    # Days on which one zone or another changes its clocks, and New Year.
    around = draw(
        st.sampled_from(
            [
                date(2026, 3, 28),
                date(2026, 10, 24),
                date(2026, 3, 7),
                date(2026, 10, 31),
                date(2026, 4, 4),
                date(2026, 10, 3),
                date(2026, 2, 14),
                date(2026, 9, 5),
                date(2025, 12, 30),
                date(2011, 12, 29),
            ]
        )
    )
    start = datetime(around.year, around.month, around.day, tzinfo=UTC) + MINUTE * draw(
        st.integers(-600, 2900)
    )
    pauses = [
        Pause(start + begin * MINUTE, start + (begin + length) * MINUTE)
        for begin, length in draw(
            st.lists(st.tuples(st.integers(-100, 3000), st.integers(0, 1500)), max_size=3)
        )
    ]
    return draw(calendars(around)), start, draw(st.integers(0, 4000)), pauses


@settings(max_examples=70, deadline=None)
@given(cases())
def test_the_working_time_is_the_count_of_open_minutes(
    case: tuple[Calendar, datetime, int, list[Pause]],
) -> None:
    calendar, start, minutes, pauses = case
    clock = ServiceClock(calendar)
    worked = clock.between(start, start + minutes * MINUTE, pauses)
    assert worked == counted(calendar, start, minutes, pauses) * MINUTE
    assert clock.between(start + minutes * MINUTE, start, pauses) == -worked
    assert clock.is_open(start) == open_minute(calendar, start)


@settings(max_examples=40, deadline=None)
@given(cases(), st.integers(1, 1500))
def test_the_due_time_is_the_end_of_the_last_open_minute_that_is_needed(
    case: tuple[Calendar, datetime, int, list[Pause]], needed: int
) -> None:
    calendar, start, _minutes, pauses = case
    due = ServiceClock(calendar).due(start, needed * MINUTE, pauses)
    assert due is not None
    if due - start > timedelta(days=12):
        return
    minutes = round((due - start) / MINUTE)
    assert counted(calendar, start, minutes, pauses) == needed
    assert counted(calendar, start, minutes - 1, pauses) == needed - 1


@settings(max_examples=80, deadline=None)
@given(cases(), st.integers(1, 10**11))
def test_adding_and_measuring_are_the_inverse_of_each_other(
    case: tuple[Calendar, datetime, int, list[Pause]], micros: int
) -> None:
    calendar, start, _minutes, _pauses = case
    clock, work = ServiceClock(calendar), timedelta(microseconds=micros)
    later, earlier = clock.add(start, work), clock.add(start, -work)
    tiny = timedelta(microseconds=1)
    assert clock.between(start, later) == work == clock.between(earlier, start)
    # The first such instant, and the last such instant: the edge itself is worked.
    assert clock.between(start, later - tiny) == work - tiny
    assert clock.between(earlier + tiny, start) == work - tiny


def test_eight_hours_from_friday_afternoon_cross_the_change_to_summer_time(desk: ServiceClock) -> None:
    due = desk.add(berlin(2026, 3, 27, 16, 30), timedelta(hours=8))
    assert due == datetime(2026, 3, 31, 7, 30, tzinfo=UTC) == berlin(2026, 3, 31, 9, 30)


def test_a_pause_of_four_working_hours_moves_the_due_time_by_four_working_hours(desk: ServiceClock) -> None:
    pause = Pause(berlin(2026, 3, 30, 10), berlin(2026, 3, 30, 15))
    due = desk.due(berlin(2026, 3, 27, 16, 30), timedelta(hours=8), [pause])
    assert due == datetime(2026, 3, 31, 12, 30, tzinfo=UTC) == berlin(2026, 3, 31, 14, 30)


def test_a_holiday_is_skipped(desk: ServiceClock) -> None:
    assert desk.add(berlin(2026, 4, 2, 16), timedelta(hours=4)) == datetime(2026, 4, 6, 10, tzinfo=UTC)


def test_work_that_ends_with_an_opening_is_due_at_its_end_and_not_at_the_next_start(
    desk: ServiceClock,
) -> None:
    assert desk.add(berlin(2026, 3, 27, 16), timedelta(hours=1)) == berlin(2026, 3, 27, 17)
    assert desk.add(berlin(2026, 3, 30, 10), timedelta(hours=-1)) == berlin(2026, 3, 30, 9)


def test_nothing_to_add_is_the_start_itself_even_outside_the_hours(desk: ServiceClock) -> None:
    sunday = berlin(2026, 3, 29, 20)
    assert desk.add(sunday, timedelta(0)) == sunday == desk.due(sunday, timedelta(0))


def test_a_pause_without_end_leaves_no_due_time_unless_the_work_is_over_before_it(
    desk: ServiceClock,
) -> None:
    start, pause = berlin(2026, 3, 30, 9), Pause(berlin(2026, 3, 30, 11))
    assert desk.due(start, timedelta(hours=3), [pause]) is None
    assert desk.due(start, timedelta(hours=2), [pause]) == berlin(2026, 3, 30, 11)


def test_a_night_shift_loses_an_hour_in_spring_and_gains_one_in_autumn() -> None:
    night = ServiceClock(Calendar("Europe/Berlin", week("Sat 22:00-06:00")))
    assert night.between(berlin(2026, 3, 28, 12), berlin(2026, 3, 29, 12)) == timedelta(hours=7)
    assert night.between(berlin(2026, 10, 24, 12), berlin(2026, 10, 25, 12)) == timedelta(hours=9)
    assert night.between(berlin(2026, 5, 2, 12), berlin(2026, 5, 3, 12)) == timedelta(hours=8)


def test_an_opening_within_the_repeated_hour_counts_twice_and_within_the_lost_hour_never() -> None:
    clock = ServiceClock(Calendar("Europe/Berlin", week("Sun 02:15-02:45")))
    half = timedelta(minutes=30)
    assert clock.between(berlin(2026, 10, 25), berlin(2026, 10, 26)) == 2 * half
    assert clock.between(berlin(2026, 3, 29), berlin(2026, 3, 30)) == timedelta(0)
    assert clock.is_open(berlin(2026, 10, 25, 2, 20))
    assert clock.is_open(berlin(2026, 10, 25, 2, 20, fold=1))


def test_a_clock_that_never_closes_counts_all_time() -> None:
    clock = ServiceClock(Calendar("Pacific/Apia", ALWAYS))
    # Samoa left out 30 December 2011.
    start, end = datetime(2011, 12, 1, tzinfo=UTC), datetime(2013, 2, 1, tzinfo=UTC)
    assert clock.between(start, end) == end - start
    assert clock.add(start, end - start) == end


def test_a_special_day_beats_a_closed_one() -> None:
    eve = date(2026, 12, 24)
    calendar = Calendar("UTC", week("Mon-Fri 08:00-16:00"), frozenset({eve}), {eve: day("08:00-12:00")})
    clock = ServiceClock(calendar)
    noon = datetime(2026, 12, 24, 23, tzinfo=UTC)
    assert clock.between(datetime(2026, 12, 24, tzinfo=UTC), noon) == timedelta(hours=4)


def test_years_ahead_are_reached(desk: ServiceClock) -> None:
    """Thirty years of weeks of 35 hours, less the one holiday."""
    start = berlin(2026, 1, 5, 9)
    due = desk.add(start, timedelta(hours=35 * 52 * 30 - 7))
    assert due == berlin(2026, 1, 5, 9) + timedelta(weeks=52 * 30) - timedelta(hours=64)


def test_a_calendar_that_ends_is_refused_instead_of_searched_for_ever() -> None:
    only = Calendar("UTC", ((),) * 7, special={date(2026, 5, 4): day("09:00-17:00")})
    clock = ServiceClock(only)
    assert clock.add(datetime(2026, 5, 1, tzinfo=UTC), timedelta(hours=8)).hour == 17
    with pytest.raises(BadInput, match="not open for 20 years"):
        clock.add(datetime(2026, 5, 1, tzinfo=UTC), timedelta(hours=9))
    with pytest.raises(BadInput, match="not open for 20 years"):
        clock.add(datetime(2026, 5, 1, tzinfo=UTC), timedelta(hours=-1))


def test_words_name_the_hours_of_a_week() -> None:
    made = week("Mon-Thu,Sat 09:00-12:00 13:00-17:00; Fri 22:00-02:00")
    assert made[0] == made[3] == made[5][1:] == (Opening(540, 720), Opening(780, 1020))
    assert made[4] == (Opening(1320, 1440),)
    assert made[5][0] == Opening(0, 120)
    assert made[6] == ()


def test_a_closed_week_is_written_as_its_first_and_last_day() -> None:
    assert list(days_between(date(2026, 12, 30), date(2027, 1, 1))) == [
        date(2026, 12, 30),
        date(2026, 12, 31),
        date(2027, 1, 1),
    ]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Calendar("Mars/Base", ALWAYS), "no time zone"),
        (lambda: Calendar("../etc/passwd", ALWAYS), "no time zone"),
        (lambda: Calendar("UTC", ((),) * 7), "never open"),
        (lambda: Calendar("UTC", ALWAYS[:5]), "has 5 days"),
        (lambda: Calendar("UTC", week("Mon 09:00-12:00 11:00-13:00")), "mon overlap"),
        (lambda: week("Mon-Frei 09:00-12:00"), "no day of the week"),
        (lambda: week("Mon 9-12"), "no stretch of hours"),
        (lambda: week("Mon 09:00-12:75"), "no time of day"),
        (lambda: week("Mon"), "names no hours"),
        (lambda: day("17:00-09:00"), "impossible"),
        (lambda: Pause(berlin(2026, 1, 2), berlin(2026, 1, 1)), "before it starts"),
        (
            lambda: ServiceClock(DESK).is_open(datetime.fromisoformat("2026-01-01T09:00")),
            "does not say its time zone",
        ),
        (lambda: ServiceClock(DESK).due(berlin(2026, 1, 1), -MINUTE), "negative"),
        (lambda: ServiceClock(DESK).is_open(datetime(1, 1, 1, tzinfo=UTC)), "Nobody serves"),
    ],
)
def test_what_cannot_be_worked_with_is_refused(make: Callable[[], object], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        make()
