"""Working calendars from rows of weekdays and dates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.mrp.calendars import DAY, Calendar

if TYPE_CHECKING:
    import numpy as np

    from loomline.engines.columns import Columns
else:
    np = heavy("numpy")

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
Shift = tuple[int, int]
Week = dict[int, list[Shift]]


def calendars_of(
    rows: Columns | None, start: np.datetime64, first: int, last: int
) -> tuple[tuple[Calendar, ...], dict[str, int]]:
    """The calendars of a file, worked out for the days from `first` to `last` around the start.

    Number 0 is "always". A row with a date replaces the shifts of that day; without hours it is closed.
    """
    made = [Calendar.always()]
    numbers = {"always": 0, "": 0}
    if rows is None:
        return tuple(made), numbers
    rows.need("calendar", "day")
    weeks, dates = _shifts(rows)
    for name in dict.fromkeys(rows.texts("calendar")):
        numbers[name] = len(made)
        made.append(_worked_out(name, weeks.get(name, {}), dates.get(name, {}), start, first, last, rows))
    return tuple(made), numbers


def _shifts(rows: Columns) -> tuple[dict[str, Week], dict[str, dict[np.datetime64, list[Shift]]]]:
    weeks: dict[str, Week] = {}
    dates: dict[str, dict[np.datetime64, list[Shift]]] = {}
    empty = [""] * rows.rows
    begins, ends = rows.cells.get("start", empty), rows.cells.get("end", empty)
    for at, (name, day) in enumerate(zip(rows.texts("calendar"), rows.texts("day"), strict=True)):
        shift = _shift(rows, at, begins[at], ends[at])
        if day[:3].lower() in WEEKDAYS:
            weekday = WEEKDAYS.index(day[:3].lower())
            shifts = weeks.setdefault(name, {}).setdefault(weekday, [])
            # A weekday without hours is worked around the clock; a date without hours is closed.
            shifts.append(shift or (0, DAY))
            continue
        try:
            date = np.datetime64(day, "D")
        except ValueError:
            rows.refuse("day", at, f'"{day}" is no day.', "Write Mon to Sun, or a date as 2026-12-24.")
        shifts = dates.setdefault(name, {}).setdefault(date, [])
        if shift:
            shifts.append(shift)
    return weeks, dates


def _shift(rows: Columns, at: int, begin: str, end: str) -> Shift | None:
    if not begin and not end:
        return None
    shift = _clock(rows, at, "start", begin), _clock(rows, at, "end", end)
    if shift[1] <= shift[0]:
        rows.refuse(
            "end", at, f"{end} is not after {begin}.", "Write a shift over midnight as two rows, to 24:00."
        )
    return shift


def _clock(rows: Columns, at: int, column: str, text: str) -> int:
    found = CLOCK.fullmatch(text)
    seconds = int(found[1]) * 3600 + int(found[2]) * 60 if found else -1
    if not 0 <= seconds <= DAY:
        rows.refuse(column, at, f'"{text}" is no time of day.', "Write it as 06:00; the end may be 24:00.")
    return seconds


def _worked_out(
    name: str,
    week: Week,
    dates: dict[np.datetime64, list[Shift]],
    start: np.datetime64,
    first: int,
    last: int,
    rows: Columns,
) -> Calendar:
    midnight = start.astype("datetime64[D]")
    offset = int((midnight.astype("datetime64[s]") - start).astype(np.int64))
    intervals: list[tuple[int, int]] = []
    for day in range(first, last + 1):
        date = midnight + np.timedelta64(day, "D")
        # 1970-01-01 was a Thursday.
        shifts = dates.get(date, week.get((int(date.astype(np.int64)) + 3) % 7, []))
        intervals += [(offset + day * DAY + a, offset + day * DAY + b) for a, b in sorted(shifts)]
    row = rows.texts("calendar").index(name)
    if not intervals:
        rows.refuse("calendar", row, f"{name} never works.", "Give it a weekday or a date with hours.")
    before = None
    for interval in intervals:
        if before and interval[0] < before[1]:
            rows.refuse("start", row, f"Two shifts of {name} overlap.", "Correct the hours.")
        before = interval
    return Calendar.of(name, intervals, offset)
