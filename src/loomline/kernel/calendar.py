"""Working days: which days a site, supplier or carrier works, and what lies n of them away."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

HORIZON = 3660


class NoWorkingDay(ValueError):
    """The calendar has no working day within ten years of the day asked for."""


@dataclass(frozen=True)
class WorkCalendar:
    """Weekdays worked (Monday is 0), days off in spite of that, and days worked in spite of that."""

    weekdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    closed: frozenset[date] = field(default_factory=frozenset)
    opened: frozenset[date] = field(default_factory=frozenset)

    def works(self, day: date) -> bool:
        """True when work is done on this day."""
        return day in self.opened or (day.weekday() in self.weekdays and day not in self.closed)

    def on_or_after(self, day: date) -> date:
        """The first working day that is not before this day."""
        return self._seek(day, 1)

    def on_or_before(self, day: date) -> date:
        """The last working day that is not after this day."""
        return self._seek(day, -1)

    def add(self, day: date, days: int) -> date:
        """The day that lies this many working days after (or, negative, before) a day.

        Zero moves to the next working day when the day itself is none.
        """
        step = -1 if days < 0 else 1
        day = self._seek(day, step)
        for _ in range(abs(days)):
            day = self._seek(day + timedelta(days=step), step)
        return day

    def between(self, start: date, end: date) -> int:
        """Working days in [start, end), negative when end lies before start."""
        if end < start:
            return -self.between(end, start)
        return sum(self.works(start + timedelta(days=n)) for n in range((end - start).days))

    def _seek(self, day: date, step: int) -> date:
        candidate, move = day, timedelta(days=step)
        for _ in range(HORIZON):
            if self.works(candidate):
                return candidate
            candidate += move
        raise NoWorkingDay(f"No working day within ten years of {day}: check the calendar's weekdays.")
