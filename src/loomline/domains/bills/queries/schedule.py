"""When the stages of a chain run: forward from a start, backward from a due day. Pure; no database.

A stage that takes n working days from day S occupies S and the n - 1 working days after it; the next stage
can begin on the day after its last one, and later by the days the goods are on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from loomline.kernel.calendar import WorkCalendar

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Step:
    """What the schedule needs to know of one stage."""

    days: int
    calendar: WorkCalendar
    move_days: int = 0
    not_before: date | None = None
    started_on: date | None = None
    ended_on: date | None = None
    reported_end: date | None = None
    # Days from the last day of the one before to its first, where a schedule puts it closer than usual.
    gap: int | None = None


@dataclass(frozen=True)
class Slot:
    """The first and the last day of a stage, and the first day the next one can use what it gives."""

    start: date
    end: date
    free: date


def working_days(*, days: int, per_day: Decimal | None, quantity: Decimal) -> int:
    """The working days a stage takes for a quantity: its fixed days and one for every day's capacity."""
    if not per_day:
        return days
    return days + int((quantity / per_day).to_integral_value(ROUND_CEILING))


def forward(steps: Sequence[Step], *, start: date, today: date | None = None) -> list[Slot]:
    """The earliest slots of a chain whose materials are ready on a day.

    With `today`, nothing that is still to happen is placed in the past.
    """
    slots: list[Slot] = []
    free = start
    for step in steps:
        if slots and step.gap is not None:
            free = min(free, slots[-1].end + step.gap * DAY)
        slot = _earliest(step, free=free, today=today)
        slots.append(slot)
        free = slot.free
    return slots


def backward(steps: Sequence[Step], *, due: date) -> list[Slot]:
    """The latest slots of a chain that still end on or before its due day."""
    slots: list[Slot] = []
    limit = due
    for number in range(len(steps) - 1, -1, -1):
        step = steps[number]
        end = step.calendar.on_or_before(limit)
        begin = step.calendar.add(end, 1 - step.days) if step.days > 1 else end
        slots.append(Slot(begin, end, usable_on(step, end)))
        if number:
            limit = _latest_end(steps[number - 1], before=begin)
            if step.gap is not None:
                limit = max(limit, begin - step.gap * DAY)
    return slots[::-1]


def slack(steps: Sequence[Step], *, start: date, due: date) -> list[int]:
    """Working days each stage may start later without missing the due day; negative where it is missed."""
    slots = zip(steps, forward(steps, start=start), backward(steps, due=due), strict=True)
    return [step.calendar.between(early.start, late.start) for step, early, late in slots]


def _earliest(step: Step, *, free: date, today: date | None) -> Slot:
    floor = max(day for day in (free, today, step.not_before) if day is not None)
    begin = step.started_on or step.calendar.on_or_after(floor)
    if step.ended_on is not None:
        begin = min(begin, step.ended_on)
        return Slot(begin, step.ended_on, usable_on(step, step.ended_on))
    end = step.calendar.add(begin, max(step.days - 1, 0))
    if step.reported_end is not None:
        # Whoever has begun knows better than our arithmetic; before that, the later of the two holds.
        end = max(begin, step.reported_end) if step.started_on else max(end, step.reported_end)
    if today is not None and end < today:
        end = step.calendar.on_or_after(today)
    return Slot(begin, end, usable_on(step, end))


def usable_on(step: Step, end: date) -> date:
    """The first day on which the next stage can use what one gives that ends on a day."""
    free = end if step.days == 0 else end + DAY
    return step.calendar.add(free, step.move_days) if step.move_days else free


def _latest_end(step: Step, *, before: date) -> date:
    free = step.calendar.add(before, -step.move_days) if step.move_days else before
    return free if step.days == 0 else free - DAY
