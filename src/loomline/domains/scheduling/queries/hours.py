"""Working time of one machine as the engine counts it: open spans in whole minutes from a moment on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from loomline.domains.workcentres.queries import Span
from loomline.engines.scheduling.calendar import Calendar, Windows
from loomline.kernel.calendar import WorkCalendar


@dataclass(frozen=True, slots=True)
class Lane:
    """One machine of a work centre; without one, the days of a site on which any number runs side by side."""

    centre_id: int | None
    machine: int
    site_id: int = 0

    @property
    def key(self) -> str:
        """Its name for the engine."""
        return f"s{self.site_id}" if self.centre_id is None else f"c{self.centre_id}m{self.machine}"


@dataclass(frozen=True)
class Hours:
    """When a lane is open."""

    calendar: Calendar
    windows: Windows

    def fit(self, earliest: int, minutes: int) -> tuple[int, int] | None:
        """The first start from a minute on, and the end, resting over what is closed."""
        return self.windows.fit(max(earliest, 0), minutes, True)

    def opens(self, minute: int) -> int | None:
        """The first open minute from here on."""
        found = self.windows.fit(max(minute, 0), 1, True)
        return None if found is None else found[0]

    def worked(self, minute: int) -> int:
        """The open minutes before this one."""
        at = bisect_right(self.windows.starts, minute) - 1
        if at < 0:
            return 0
        first, last = self.windows.spans[at]
        return self.windows.worked_before[at] + min(minute, last) - first

    def back(self, end: int, minutes: int) -> int:
        """The latest minute from which so many open minutes lie before an end; the beginning if none does."""
        left = minutes
        for first, last in reversed(self.windows.spans):
            if first >= end or not left:
                continue
            there = min(last, end) - first
            if there >= left:
                return min(last, end) - left
            left -= there
        return end if not minutes else self.windows.spans[0][0] if self.windows.spans else end


def hours_of(spans: Sequence[tuple[int, int]]) -> Hours:
    """Hours from open spans, joined."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        elif first < last:
            joined.append((first, last))
    calendar = Calendar(tuple(joined))
    return Hours(calendar, Windows(tuple(joined)))


def lane_windows(spans: Sequence[Span], machine: int, origin: datetime) -> Hours:
    """The hours of one of several machines; those with the highest numbers stand first.

    Breaks are taken in the middle of a span: nobody says when, and so the span holds what it can do.
    """
    found: list[tuple[int, int]] = []
    for span in spans:
        if span.machines < machine:
            continue
        first, last = _minute(origin, span.start), _minute(origin, span.end)
        rest = round((1 - span.share) * Decimal(last - first))
        pause = first + (last - first - rest) // 2
        pieces = [(first, pause), (pause + rest, last)] if rest else [(first, last)]
        found += [(max(a, 0), b) for a, b in pieces if b > max(a, 0)]
    return hours_of(found)


def day_windows(calendar: WorkCalendar, zone: ZoneInfo, first: date, last: date, origin: datetime) -> Hours:
    """Whole working days of a site."""
    found = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        if calendar.works(day):
            begin = _minute(origin, datetime.combine(day, time.min, zone))
            end = _minute(origin, datetime.combine(day + timedelta(days=1), time.min, zone))
            if end > 0:
                found.append((max(begin, 0), end))
    return hours_of(found)


def _minute(origin: datetime, at: datetime) -> int:
    return int((at - origin).total_seconds() // 60)
