"""Stretches of days that move with the calendar: "this week", "next 45 days"."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

Span = tuple[date | None, date | None]
ROLLING = re.compile(r"^(next|last)_([1-9]\d{0,3})_days$")
# Lists show these as choices; any other number of days can be written into the address.
OFFERED = (7, 30, 45, 90, 180, 365)
USUAL = "last_180_days"


def span(word: str, today: date) -> Span:
    """The days of a named stretch as [start, end); None on a side is open. Unknown words raise ValueError."""
    if word in FIXED:
        return FIXED[word][1](today)
    found = ROLLING.match(word)
    if found is None:
        raise ValueError(word)
    days = timedelta(days=int(found[2]))
    if found[1] == "next":
        return today, today + days + timedelta(days=1)
    return today - days, today + timedelta(days=1)


def words(word: str) -> str:
    """How a reader reads the name of a stretch."""
    if word in FIXED:
        return str(FIXED[word][0])
    found = ROLLING.match(word)
    if found is None:
        return word
    days = int(found[2])
    if found[1] == "next":
        return ngettext("next %(n)s day", "next %(n)s days", days) % {"n": days}
    return ngettext("last %(n)s day", "last %(n)s days", days) % {"n": days}


def offered() -> list[tuple[str, str]]:
    """The stretches a person chooses from, with their words."""
    rolling = [f"{way}_{n}_days" for way in ("next", "last") for n in OFFERED]
    return [(word, words(word)) for word in (*FIXED, *rolling)]


def _week(today: date, shift: int) -> Span:
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=shift)
    return monday, monday + timedelta(days=7)


def _months(today: date, *, length: int, shift: int) -> Span:
    """The block of `length` months (1, 3 or 12) that today lies in, moved by `shift` blocks."""
    index = today.year * 12 + today.month - 1
    first = (index // length + shift) * length
    return _first_of(first), _first_of(first + length)


def _first_of(index: int) -> date:
    return date(min(max(index // 12, 1), 9999), index % 12 + 1, 1)


def _day(today: date, shift: int) -> Span:
    day = today + timedelta(days=shift)
    return day, day + timedelta(days=1)


FIXED: dict[str, tuple[object, Callable[[date], Span]]] = {
    "today": (_("today"), lambda t: _day(t, 0)),
    "yesterday": (_("yesterday"), lambda t: _day(t, -1)),
    "tomorrow": (_("tomorrow"), lambda t: _day(t, 1)),
    "past": (_("before today"), lambda t: (None, t)),
    "future": (_("after today"), lambda t: (t + timedelta(days=1), None)),
    "this_week": (_("this week"), lambda t: _week(t, 0)),
    "last_week": (_("last week"), lambda t: _week(t, -1)),
    "next_week": (_("next week"), lambda t: _week(t, 1)),
    "this_month": (_("this month"), lambda t: _months(t, length=1, shift=0)),
    "last_month": (_("last month"), lambda t: _months(t, length=1, shift=-1)),
    "next_month": (_("next month"), lambda t: _months(t, length=1, shift=1)),
    "this_quarter": (_("this quarter"), lambda t: _months(t, length=3, shift=0)),
    "last_quarter": (_("last quarter"), lambda t: _months(t, length=3, shift=-1)),
    "next_quarter": (_("next quarter"), lambda t: _months(t, length=3, shift=1)),
    "this_year": (_("this year"), lambda t: _months(t, length=12, shift=0)),
    "last_year": (_("last year"), lambda t: _months(t, length=12, shift=-1)),
    "next_year": (_("next year"), lambda t: _months(t, length=12, shift=1)),
}
