"""Working days, days off and public holidays."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from loomline.domains.sites import commands as sites
from loomline.domains.sites import queries, reference
from loomline.domains.sites.models import Calendar, CalendarDay
from loomline.kernel import edit
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.refusal import Refused

write_calendar = edit.plain_commands(Calendar)["save"]
FRIDAY = date(2026, 11, 27)
MONDAY = date(2026, 11, 30)


@pytest.fixture
def usual(ctx: Ctx) -> Calendar:
    reference.load(ctx)
    return Calendar.objects.get(is_default=True)


def test_monday_to_friday_are_worked_unless_said_otherwise(usual: Calendar) -> None:
    assert (usual.name, usual.weekdays) == ("Monday to Friday", [0, 1, 2, 3, 4])
    assert queries.work_calendar().add(FRIDAY, 1) == MONDAY


def test_days_off_are_skipped(ctx: Ctx, usual: Calendar) -> None:
    closed = sites.close_days(ctx, calendar=usual, first=MONDAY, last=date(2026, 12, 2), name="Stocktaking")

    assert closed == 3
    assert queries.work_calendar().add(FRIDAY, 1) == date(2026, 12, 3)
    assert StoredEvent.objects.latest("id").sentence == "Days off added (3): 30 Nov to 2 Dec"


def test_a_saturday_can_be_worked_and_taken_back(ctx: Ctx, usual: Calendar) -> None:
    saturday = date(2026, 11, 28)
    sites.open_days(ctx, calendar=usual, first=saturday)
    assert queries.work_calendar().add(FRIDAY, 1) == saturday

    sites.close_days(ctx, calendar=usual, first=saturday)
    assert queries.work_calendar().add(FRIDAY, 1) == MONDAY
    assert CalendarDay.objects.count() == 1


def test_days_that_are_there_already_are_refused(ctx: Ctx, usual: Calendar) -> None:
    sites.close_days(ctx, calendar=usual, first=MONDAY)
    with pytest.raises(sites.NoDays, match="Name at least one day that the calendar does not have yet"):
        sites.close_days(ctx, calendar=usual, first=MONDAY)
    with pytest.raises(sites.NoDays):
        sites.close_days(ctx, calendar=usual, first=MONDAY, last=FRIDAY)
    assert CalendarDay.objects.count() == 1


def test_public_holidays_of_a_country_are_closed(ctx: Ctx, usual: Calendar) -> None:
    sites.add_holidays(ctx, calendar=usual, country="pt", first_year=2026, years=1)

    day = CalendarDay.objects.get(on=date(2026, 12, 8))
    assert (day.is_open, day.name) == (False, "Immaculate Conception")
    # 1 December is a Tuesday and a holiday in Portugal.
    assert queries.work_calendar().add(MONDAY, 1) == date(2026, 12, 2)


def test_a_country_without_a_list_is_refused(ctx: Ctx, usual: Calendar) -> None:
    with pytest.raises(sites.NoSuchHolidays, match="No public holidays are known for XX"):
        sites.add_holidays(ctx, calendar=usual, country="XX")
    assert not CalendarDay.objects.exists()


def test_sites_work_by_their_own_calendars(ctx: Ctx, usual: Calendar, django_assert_num_queries: Any) -> None:
    six = Calendar.objects.create(name="Six days", weekdays=[0, 1, 2, 3, 4, 5])
    porto = sites.open_site(ctx, code="OPO", name="Porto", calendar=six)
    lisbon = sites.open_site(ctx, code="LIS", name="Lisbon")
    sites.close_days(ctx, calendar=usual, first=MONDAY)

    with django_assert_num_queries(1):
        found = queries.work_calendars(sites=[porto, lisbon])
    assert found[porto.pk].add(FRIDAY, 1) == date(2026, 11, 28)
    assert found[lisbon.pk].add(FRIDAY, 1) == date(2026, 12, 1)
    assert queries.work_calendar(lisbon) == found[None]


@pytest.mark.parametrize(
    ("weekdays", "sentence"), [([], "weekdays: This field cannot be blank"), ([7], "7 is not a valid choice")]
)
def test_a_calendar_has_at_least_one_weekday(
    ctx: Ctx, usual: Calendar, weekdays: list[int], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        write_calendar(ctx, record=usual, values={"weekdays": weekdays})
    usual.refresh_from_db()
    assert usual.weekdays == [0, 1, 2, 3, 4]
