"""What a day of a work centre holds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from loomline.domains.sites import commands as sites
from loomline.domains.sites.models import Calendar, Site
from loomline.domains.workcentres import commands as centres
from loomline.domains.workcentres import queries
from loomline.domains.workcentres.models import Shift, Window, WorkCentre
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent

MONDAY, FRIDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 27), date(2026, 11, 29)


def _at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def _hours(centre: WorkCentre, first: date = MONDAY, last: date = SUNDAY) -> dict[int, Decimal]:
    found = queries.capacity(centres=[centre], first=first, last=last)[centre.pk]
    return {day.day: minutes / 60 for day, minutes in found.items()}


def test_two_machines_in_one_shift_without_its_break(line: WorkCentre) -> None:
    assert _hours(line) == {day: Decimal(15) for day in (23, 24, 25, 26, 27)}
    assert queries.weekly_minutes(centres=[line]) == {line.pk: 75 * 60}
    assert queries.usual_day(centres=[line]) == {line.pk: Decimal("720.00")}


def test_planned_downtime_takes_its_machines_out(ctx: Ctx, line: WorkCentre) -> None:
    centres.plan_downtime(
        ctx, centre=line, starts_at=_at(24, 10), ends_at=_at(24, 12), machines=1, reason="belt"
    )
    centres.plan_downtime(ctx, centre=line, starts_at=_at(25, 0), ends_at=_at(27, 0), reason="move")
    # Two of sixteen machine hours, of which 15 are work: 15 - 2 x 15/16.
    assert _hours(line) == {23: Decimal(15), 24: Decimal("13.125"), 27: Decimal(15)}
    assert StoredEvent.objects.filter(name="workcentres.DowntimePlanned").first() is not None


def test_two_machines_cannot_stand_more_than_twice(ctx: Ctx, line: WorkCentre) -> None:
    for reason in ("belt", "printer"):
        centres.plan_downtime(ctx, centre=line, starts_at=_at(24, 6), ends_at=_at(24, 14), reason=reason)
    assert 24 not in _hours(line)


def test_overtime_counts_in_full(ctx: Ctx, line: WorkCentre) -> None:
    window = centres.plan_overtime(ctx, centre=line, starts_at=_at(28, 8), ends_at=_at(28, 12), machines=1)
    assert _hours(line)[28] == 4
    centres.call_off_window(ctx, window=window)
    assert 28 not in _hours(line)
    assert not Window.objects.exists()


def test_a_day_off_of_the_site_is_a_day_off_of_its_centres(ctx: Ctx, home: Site, line: WorkCentre) -> None:
    centres.set_shifts(
        ctx,
        centre=line,
        shifts=[centres.ShiftDraft(name="Late", starts="14:00", ends="22:00", weekdays=[0, 5])],
    )
    assert _hours(line) == {23: Decimal(16), 28: Decimal(16)}
    sites.close_days(ctx, calendar=Calendar.objects.get(is_default=True), first=MONDAY, name="Fair")
    assert _hours(line) == {28: Decimal(16)}


def test_a_night_shift_runs_past_midnight_and_through_the_change_of_clocks(ctx: Ctx, home: Site) -> None:
    night = centres.open_centre(
        ctx,
        code="NIGHT",
        name="Night",
        site=home,
        shifts=[centres.ShiftDraft(name="Night", starts="22:00", ends="06:00", weekdays=[5, 6])],
    )
    # The night to 25 October 2026 has nine hours.
    assert _hours(night, date(2026, 10, 24), date(2026, 10, 25)) == {24: Decimal(9), 25: Decimal(8)}


def test_hours_up_to_a_moment(line: WorkCentre) -> None:
    found = queries.capacity(centres=[line], first=MONDAY, last=MONDAY, until=_at(23, 10))
    assert found[line.pk] == {MONDAY: Decimal("450.00")}


def test_hours_that_cannot_be_read_are_refused(ctx: Ctx, home: Site) -> None:
    wrong = centres.ShiftDraft(name="Odd", starts="6", ends="14:00")
    with pytest.raises(centres.HoursUnclear, match="Odd: write its hours as in 06:00"):
        centres.open_centre(ctx, code="X", name="X", site=home, shifts=[wrong])
    assert not WorkCentre.objects.exists()
    assert not Shift.objects.exists()


def test_a_code_is_used_once(ctx: Ctx, home: Site, line: WorkCentre) -> None:
    with pytest.raises(centres.CentreCodeTaken, match="The code PACK is taken by Packing line"):
        centres.open_centre(ctx, code="PACK", name="Other", site=home)


def test_downtime_ends_after_it_begins_and_has_a_reason(ctx: Ctx, line: WorkCentre) -> None:
    with pytest.raises(centres.EndBeforeStart):
        centres.plan_downtime(ctx, centre=line, starts_at=_at(24, 9), ends_at=_at(24, 9), reason="belt")
    with pytest.raises(centres.DowntimeWithoutReason, match="Say why Packing line stands"):
        centres.plan_downtime(ctx, centre=line, starts_at=_at(24, 9), ends_at=_at(24, 10), reason=" ")
    assert not Window.objects.exists()
