"""Months and quarters, by names that stand in addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.utils.dates import MONTHS

NAMED = re.compile(r"^(\d{4})-(?:Q([1-4])|(\d{2}))$")


def month_after(day: date, months: int = 1) -> date:
    """The first day of the month so many months after the one of a day."""
    n = day.year * 12 + day.month - 1 + months
    return date(n // 12, n % 12 + 1, 1)


@dataclass(frozen=True)
class Period:
    """[starts_on, ends_on): a month or a quarter."""

    starts_on: date
    months: int

    @property
    def ends_on(self) -> date:
        """The first day that is no longer in it."""
        return month_after(self.starts_on, self.months)

    @property
    def name(self) -> str:
        """As addresses call it: 2026-Q4, 2026-11."""
        if self.months == 3:
            return f"{self.starts_on.year}-Q{(self.starts_on.month + 2) // 3}"
        return f"{self.starts_on:%Y-%m}"

    @property
    def label(self) -> str:
        """As people call it."""
        if self.months == 3:
            return f"Q{(self.starts_on.month + 2) // 3} {self.starts_on.year}"
        return f"{MONTHS[self.starts_on.month]} {self.starts_on.year}"

    def moved(self, by: int) -> Period:
        """The period so many periods later, or earlier."""
        return Period(month_after(self.starts_on, by * self.months), self.months)


def this_quarter(today: date) -> Period:
    """The quarter of a day."""
    return Period(date(today.year, (today.month - 1) // 3 * 3 + 1, 1), 3)


def period_named(name: str, *, today: date) -> Period:
    """The period of this name; this quarter when the name says nothing."""
    found = NAMED.match(name)
    if found is None or not 1900 < int(found[1]) < 9000:
        return this_quarter(today)
    year = int(found[1])
    if found[2]:
        return Period(date(year, int(found[2]) * 3 - 2, 1), 3)
    month = int(found[3])
    return Period(date(year, month, 1), 1) if 1 <= month <= 12 else this_quarter(today)
