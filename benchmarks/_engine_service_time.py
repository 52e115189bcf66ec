"""Working time: the vectors of the specification, a count of minutes beside it, and answers a second."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks._table import Row
from loomline.engines.service_time.calendar import Calendar, week
from loomline.engines.service_time.clock import Pause, ServiceClock

ENGINE = "service_time"
BERLIN = ZoneInfo("Europe/Berlin")
HOURS = week("Mon-Fri 09:00-12:00 13:00-17:00")
CALENDAR = Calendar("Europe/Berlin", HOURS, frozenset({date(2026, 4, 3)}))
MINUTE = timedelta(minutes=1)
ANSWERS = 50_000


def measure(budget: float, data: Path, tell: Callable[[str], None]) -> list[Row]:
    """All of it takes a few seconds; the data are not needed."""
    tell("vectors")
    clock = ServiceClock(CALENDAR)
    rows = [_vectors(clock)]
    tell("against a count of minutes")
    rows += _counted(clock, min(budget / 2, 20.0))
    tell("pace")
    return [*rows, _pace(clock), _laid_out()]


def _vectors(clock: ServiceClock) -> Row:
    """K10: across the change to summer time, with a pause, across a holiday."""
    friday = datetime(2026, 3, 27, 16, 30, tzinfo=BERLIN)
    pause = Pause(datetime(2026, 3, 30, 10, tzinfo=BERLIN), datetime(2026, 3, 30, 15, tzinfo=BERLIN))
    eight, four = timedelta(hours=8), timedelta(hours=4)
    found = [
        (clock.due(friday, eight), datetime(2026, 3, 31, 7, 30, tzinfo=UTC)),
        (clock.due(friday, eight, [pause]), datetime(2026, 3, 31, 12, 30, tzinfo=UTC)),
        (clock.due(datetime(2026, 4, 2, 16, tzinfo=BERLIN), four), datetime(2026, 4, 6, 10, tzinfo=UTC)),
    ]
    off = sum(abs((due - expected) / MINUTE) if due else 1e9 for due, expected in found)
    return Row(ENGINE, "K10 of the specification, three vectors", "minutes off", off, aim=0.0)


def _counted(clock: ServiceClock, seconds: float) -> list[Row]:
    """Random spans of up to 30 days, each minute looked at on the wall clock."""
    chance, begin = random.Random(20261122), time.monotonic()
    spans = 0
    wrong = 0.0
    ours = counting = 0.0
    while spans < 20 or (time.monotonic() - begin < seconds and spans < 300):
        start = datetime(2026, 1, 1, tzinfo=UTC) + chance.randrange(500_000) * MINUTE
        minutes = chance.randrange(43_200)
        at = time.process_time()
        worked = clock.between(start, start + minutes * MINUTE)
        ours, at = ours + time.process_time() - at, time.process_time()
        count = sum(_is_open(start + n * MINUTE) for n in range(minutes))
        counting += time.process_time() - at
        wrong += abs(worked / MINUTE - count)
        spans += 1
    case = f"{spans} random spans of up to 30 days"
    return [
        Row(ENGINE, case, "minutes off", wrong, peer=0.0, peer_name="count of minutes", aim=0.0),
        Row(ENGINE, case, "µs an answer", 1e6 * ours / spans, peer=1e6 * counting / spans,
            peer_name="count of minutes", note="processor time"),
    ]  # fmt: skip


def _is_open(at: datetime) -> bool:
    wall = at.astimezone(BERLIN)
    minute = wall.hour * 60 + wall.minute
    is_day = wall.weekday() < 5 and wall.date() != date(2026, 4, 3)
    return is_day and (540 <= minute < 720 or 780 <= minute < 1020)


def _pace(clock: ServiceClock) -> Row:
    chance = random.Random(1)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    asked = [
        (start + chance.randrange(500_000) * MINUTE, chance.randrange(10_000) * MINUTE)
        for _ in range(ANSWERS)
    ]
    begin = time.process_time()
    for at, allowance in asked:
        clock.due(at, allowance)
    return Row(ENGINE, f"{ANSWERS:,} due times of one calendar", "µs a due time",
               1e6 * (time.process_time() - begin) / ANSWERS, aim=100.0, note="processor time")  # fmt: skip


def _laid_out() -> Row:
    """The first question to a calendar lays out a year of it."""
    start, rounds = datetime(2026, 6, 1, tzinfo=UTC), 50
    begin = time.process_time()
    for _round in range(rounds):
        ServiceClock(CALENDAR).due(start, timedelta(hours=8))
    return Row(ENGINE, "a new calendar", "ms to the first answer",
               1e3 * (time.process_time() - begin) / rounds, aim=20.0, note="processor time")  # fmt: skip
