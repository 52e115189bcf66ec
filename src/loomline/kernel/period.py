"""Half-open stretches of days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, order=True)
class Period:
    """The days from start up to, not including, end; an end of None is open."""

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"A period cannot end on {self.end} before it starts on {self.start}.")

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, other: Period) -> bool:
        """True when at least one day lies in both."""
        later = max(self.start, other.start)
        return later in self and later in other

    def weeks(self) -> Iterator[Period]:
        """The Monday-to-Monday weeks that this period touches; needs an end."""
        if self.end is None:
            raise ValueError("An open period has no last week.")
        monday = self.start - timedelta(days=self.start.weekday())
        while monday < self.end:
            yield Period(monday, monday + timedelta(days=7))
            monday += timedelta(days=7)
