"""When service is given: the hours of the week, closed days and special days of one time zone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from loomline.engines.bad_input import BadInput

DAY_MINUTES = 24 * 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


@dataclass(frozen=True, order=True)
class Opening:
    """Service from minute `start` to before minute `end` of a day (0 to 1440) by the clock on the wall."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= DAY_MINUTES:
            raise BadInput(
                f"An opening from minute {self.start} to {self.end} is impossible.",
                remedy="It starts at 0 or later, ends at 1440 or earlier, and is longer than nothing.",
            )


Day = tuple[Opening, ...]
CLOSED: Day = ()


@dataclass(frozen=True)
class Calendar:
    """The openings of Monday (0) to Sunday (6), the days without any, and the days with others.

    `zone` is a name of the IANA time zone database; wall clock and days are those of this zone, also across
    the changes to and from daylight saving time. `special` beats `closed`, which beats `week`.
    Raises BadInput for an unknown zone, a week that has not seven days, and openings that overlap.
    """

    zone: str
    week: tuple[Day, ...]
    closed: frozenset[date] = frozenset()
    special: Mapping[date, Day] = field(default_factory=dict)

    def __post_init__(self) -> None:
        zone_of(self.zone)
        if len(self.week) != 7:
            raise BadInput(
                f"The week has {len(self.week)} days.", remedy="Give the openings of Monday to Sunday."
            )
        for name, openings in zip(WEEKDAYS, self.week, strict=True):
            _check(name, openings)
        for day, openings in self.special.items():
            _check(day.isoformat(), openings)
        if not any(self.week) and not any(self.special.values()):
            raise BadInput("The calendar is never open.", remedy="Give it at least one opening.")

    def on(self, day: date) -> Day:
        """The openings of one day, in order."""
        special = self.special.get(day)
        if special is not None:
            return special
        return CLOSED if day in self.closed else self.week[day.weekday()]


def week(text: str) -> tuple[Day, ...]:
    """The openings of the week from words: `Mon-Fri 09:00-12:00 13:00-17:00; Sat 10:00-14:00`.

    Hours that end before they start run into the next day: `Fri 22:00-06:00` is open on Friday evening and
    on Saturday morning; a closed day cuts them at midnight. Days that are not named have none.
    """
    days: list[list[Opening]] = [[] for _ in WEEKDAYS]
    for part in filter(None, (part.strip() for part in text.split(";"))):
        named, _, hours = part.partition(" ")
        numbers = _weekdays(named)
        if not hours.strip():
            raise BadInput(f'"{part}" names no hours.', remedy="Write it as Mon-Fri 09:00-17:00.")
        for start, end in map(_hours, hours.replace(",", " ").split()):
            for number in numbers:
                _add(days, number, start, end)
    return tuple(tuple(sorted(openings)) for openings in days)


def day(text: str) -> Day:
    """The openings of one day from words: `09:00-12:00 13:00-15:00`; an empty text is a closed day."""
    made = sorted(Opening(*_hours(part)) for part in text.replace(",", " ").split())
    _check(text, tuple(made))
    return tuple(made)


ALWAYS: tuple[Day, ...] = ((Opening(0, DAY_MINUTES),),) * 7


def zone_of(name: str) -> ZoneInfo:
    """The time zone of this name, refused when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise BadInput(
            f'There is no time zone "{name}".', remedy="Write it as Europe/Berlin or UTC."
        ) from fault


def aware(at: datetime, what: str = "The time") -> datetime:
    """The same instant, refused when it does not say its time zone."""
    if at.utcoffset() is None:
        raise BadInput(
            f"{what} {at.isoformat()} does not say its time zone.", remedy="Add one, for example UTC."
        )
    return at


def days_between(first: date, last: date) -> Iterable[date]:
    """Every day from the first to the last, both included: to write down a closed week."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _check(name: str, openings: Day) -> None:
    for before, after in pairwise(openings):
        if after.start < before.end:
            raise BadInput(
                f"The openings of {name} overlap or are out of order: {_words(before)} and {_words(after)}.",
                remedy="Put them in order and join the ones that overlap.",
            )


def _words(opening: Opening) -> str:
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (opening.start, opening.end))


def _weekdays(named: str) -> list[int]:
    found: list[int] = []
    for part in named.lower().split(","):
        first, _, last = part.partition("-")
        if first not in WEEKDAYS or (last and last not in WEEKDAYS):
            raise BadInput(
                f'"{named}" is no day of the week.', remedy="Write Mon, Tue, Wed, Thu, Fri, Sat or Sun."
            )
        begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        found += [(begin + n) % 7 for n in range((end - begin) % 7 + 1)]
    return found


def _hours(text: str) -> tuple[int, int]:
    found = HOURS.fullmatch(text)
    if found is None:
        raise BadInput(f'"{text}" is no stretch of hours.', remedy="Write it as 09:00-17:00.")
    hour, minute, last_hour, last_minute = map(int, found.groups())
    if minute > 59 or last_minute > 59 or hour > 24 or last_hour > 24:
        raise BadInput(f'"{text}" is no time of day.', remedy="Hours go to 24:00, minutes to 59.")
    return hour * 60 + minute, last_hour * 60 + last_minute


def _add(days: list[list[Opening]], number: int, start: int, end: int) -> None:
    if end > start:
        days[number].append(Opening(start, end))
        return
    days[number].append(Opening(start, DAY_MINUTES))
    if end:
        days[(number + 1) % 7].append(Opening(0, end))
