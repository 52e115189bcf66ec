"""When a rule that follows the clock is due, in the company's own time."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

EVERY = ("hour", "day", "week", "month")


@dataclass(frozen=True)
class Schedule:
    """Every hour; every day, week or month at a time of day.

    `days` are weekdays (Monday is 1) of a weekly schedule, or days of the month of a monthly one; a day
    that a month does not have is its last one.
    """

    every: str
    at: time = time(6)
    days: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        limits = {"week": 7, "month": 31}
        if self.every not in EVERY:
            raise ValueError(f"{self.every} is none of {', '.join(EVERY)}")
        if self.every in limits and not self.days:
            raise ValueError("a weekly or monthly schedule needs its days")
        if any(not 1 <= day <= limits.get(self.every, 31) for day in self.days):
            raise ValueError("there is no such day")

    def after(self, moment: datetime, zone: tzinfo) -> datetime:
        """The first time that is due later than a moment."""
        if self.every == "hour":
            start = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
            return start + timedelta(hours=1)
        day = moment.astimezone(zone).date()
        while True:
            if self._falls_on(day):
                due = _instant(day, self.at, zone)
                if due > moment:
                    return due
            day += timedelta(days=1)

    def due(self, since: datetime, until: datetime, zone: tzinfo) -> datetime | None:
        """The last time that fell due after one moment and not after another; what was missed is one."""
        last = None
        for moment in self._between(since, until, zone):
            last = moment
        return last

    def _between(self, since: datetime, until: datetime, zone: tzinfo) -> Iterator[datetime]:
        # Somebody who was away for a year is owed one run, not hundreds: the last stretch is enough.
        moment = max(since, until - timedelta(days=40 if self.every == "month" else 9))
        while (moment := self.after(moment, zone)) <= until:
            yield moment

    def _falls_on(self, day: date) -> bool:
        if self.every == "week":
            return day.isoweekday() in self.days
        if self.every == "month":
            last = calendar.monthrange(day.year, day.month)[1]
            return day.day in {min(wanted, last) for wanted in self.days}
        return True


def _instant(day: date, at: time, zone: tzinfo) -> datetime:
    """The moment of a time of day; one that the clock jumps over in spring comes an hour later."""
    local = datetime.combine(day, at, zone)
    return local.astimezone(UTC).astimezone(zone)
