"""How many minutes each work centre has, day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise

from loomline.domains.sites import queries as sites
from loomline.domains.workcentres.models import Shift, Window, WindowKind, WorkCentre
from loomline.kernel.calendar import WorkCalendar

CENT = Decimal("0.01")
Days = Mapping[date, Decimal]


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which machines of a centre work; `share` of it is work, the rest are breaks."""

    start: datetime
    end: datetime
    machines: int
    share: Decimal

    def minutes(self, *, until: datetime | None = None) -> Decimal:
        """Machine minutes of work in it, up to a moment if one is given."""
        end = self.end if until is None else min(self.end, until)
        return _minutes(self.start, end) * self.machines * self.share


def capacity(
    *, centres: Iterable[WorkCentre], first: date, last: date, until: datetime | None = None
) -> dict[int, Days]:
    """The machine minutes of each work centre on each day from the first to the last. Three statements.

    With `until`, what lies after that moment does not count. Days on which nothing is done are left out.
    """
    found: dict[int, Days] = {}
    for pk, days in spans(centres=centres, first=first, last=last).items():
        worked = {day: sum((s.minutes(until=until) for s in rows), Decimal(0)) for day, rows in days.items()}
        found[pk] = {day: minutes.quantize(CENT) for day, minutes in worked.items() if minutes > 0}
    return found


def spans(*, centres: Iterable[WorkCentre], first: date, last: date) -> dict[int, dict[date, list[Span]]]:
    """When each work centre works, as shifts, downtime, overtime and the calendar of its site have it."""
    wanted = list(centres)
    ids = [centre.pk for centre in wanted]
    shifts: dict[int, list[Shift]] = defaultdict(list)
    for shift in Shift.objects.filter(centre__in=ids):
        shifts[shift.centre_id].append(shift)
    windows: dict[int, list[Window]] = defaultdict(list)
    lower, upper = _midnight(first) - timedelta(days=2), _midnight(last) + timedelta(days=3)
    for window in Window.objects.filter(centre__in=ids, ends_at__gt=lower, starts_at__lt=upper):
        windows[window.centre_id].append(window)
    calendars = sites.work_calendars(sites=[centre.site for centre in wanted])
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return {
        centre.pk: _spans(centre, days, shifts[centre.pk], windows[centre.pk], calendars[centre.site_id])
        for centre in wanted
    }


def effective(centre: WorkCentre, minutes: Decimal) -> Decimal:
    """The standard minutes of work that machine minutes of a centre make."""
    return (minutes * centre.efficiency).quantize(CENT)


def shift_minutes(shift: Shift) -> int:
    """The minutes of one shift of one machine, without its breaks."""
    return max(_gross(shift) - shift.break_minutes, 0)


def weekly_minutes(*, centres: Iterable[WorkCentre]) -> dict[int, int]:
    """The machine minutes of an ordinary week of each centre. Costs one statement."""
    wanted = {centre.pk: centre for centre in centres}
    found = dict.fromkeys(wanted, 0)
    for shift in Shift.objects.filter(centre__in=list(wanted)):
        machines = wanted[shift.centre_id].machines
        found[shift.centre_id] += shift_minutes(shift) * len(set(shift.weekdays)) * machines
    return found


def usual_day(*, centres: Iterable[WorkCentre]) -> dict[int, Decimal]:
    """The standard minutes of an ordinary working day of each centre; 0 without shifts. One statement."""
    wanted = {centre.pk: centre for centre in centres}
    weekly: dict[int, int] = dict.fromkeys(wanted, 0)
    weekdays: dict[int, set[int]] = defaultdict(set)
    for shift in Shift.objects.filter(centre__in=list(wanted)):
        weekly[shift.centre_id] += shift_minutes(shift) * len(set(shift.weekdays))
        weekdays[shift.centre_id] |= set(shift.weekdays)
    return {
        pk: effective(centre, Decimal(weekly[pk]) * centre.machines / max(len(weekdays[pk]), 1))
        for pk, centre in wanted.items()
    }


def _spans(
    centre: WorkCentre,
    days: Sequence[date],
    shifts: Sequence[Shift],
    windows: Sequence[Window],
    calendar: WorkCalendar,
) -> dict[date, list[Span]]:
    found: dict[date, list[Span]] = {day: [] for day in days}
    down = [window for window in windows if window.kind == WindowKind.DOWNTIME]
    for day in days:
        for shift in shifts:
            if day.weekday() in shift.weekdays and day not in calendar.closed:
                found[day] += _without(centre, _of_shift(centre, shift, day), down)
    for window in windows:
        day = window.starts_at.astimezone(centre.site.zone).date()
        if window.kind == WindowKind.OVERTIME and day in found:
            found[day].append(Span(window.starts_at, window.ends_at, _machines(centre, window), Decimal(1)))
    return found


def _of_shift(centre: WorkCentre, shift: Shift, day: date) -> Span:
    ends_on = day if shift.ends > shift.starts else day + timedelta(days=1)
    start, end = _at(centre, day, shift.starts), _at(centre, ends_on, shift.ends)
    gross = _minutes(start, end)
    share = max(gross - shift.break_minutes, Decimal(0)) / gross if gross else Decimal(0)
    return Span(start, end, centre.machines, share)


def _without(centre: WorkCentre, span: Span, down: Iterable[Window]) -> list[Span]:
    """What is left of a shift: cut at every beginning and end of a downtime, with the machines that run."""
    inside = [w for w in down if w.starts_at < span.end and w.ends_at > span.start]
    edges = {span.start, span.end}
    for window in inside:
        edges |= {max(window.starts_at, span.start), min(window.ends_at, span.end)}
    ordered, found = sorted(edges), []
    for start, end in pairwise(ordered):
        out = sum(_machines(centre, w) for w in inside if w.starts_at <= start and w.ends_at >= end)
        left = span.machines - out
        if left > 0:
            found.append(Span(start, end, left, span.share))
    return found


def _machines(centre: WorkCentre, window: Window) -> int:
    return centre.machines if window.machines is None else min(window.machines, centre.machines)


def _at(centre: WorkCentre, day: date, clock: str) -> datetime:
    """An hour at the centre; subtraction is right across a change of clocks because it is kept in UTC."""
    hour, minute = clock.split(":")
    return datetime.combine(day, time(int(hour), int(minute)), centre.site.zone).astimezone(UTC)


def _gross(shift: Shift) -> int:
    start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in (shift.starts, shift.ends))
    return end - start if end > start else end - start + 24 * 60


def _minutes(start: datetime, end: datetime) -> Decimal:
    return Decimal(max((end - start).total_seconds(), 0)) / 60


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
