"""Sites and calendars as people meet them."""

from __future__ import annotations

import pytest
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.sites import commands as sites
from loomline.domains.sites import reference
from loomline.domains.sites.models import Calendar, CalendarDay, Location, Site
from loomline.kernel.context import Ctx


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def test_the_form_opens_a_site(page: Client) -> None:
    sent = {"code": "LIS", "name": "Lisbon", "city": "Lisboa", "country": "pt", "timezone": "Europe/Lisbon"}
    answer = page.post("/sites/sites/new/", sent)

    site = Site.objects.get()
    assert (answer.status_code, site.country, site.timezone) == (302, "PT", "Europe/Lisbon")
    assert "LIS/STORE" in page.get(f"/sites/sites/{site.pk}/").content.decode()


def test_a_wrong_time_zone_is_refused_by_the_form(page: Client) -> None:
    answer = page.post("/sites/sites/new/", {"code": "LIS", "name": "Lisbon", "timezone": "Lisbon"})
    assert answer.status_code == 422
    assert "Lisbon is no time zone. Write it like Europe/Lisbon." in answer.content.decode()
    assert not Site.objects.exists()


def test_a_location_is_added_from_the_dialog(ctx: Ctx, page: Client) -> None:
    site = sites.open_site(ctx, code="LIS", name="Lisbon")
    page.post(f"/sites/sites/do/add_location/?ids={site.pk}", {"code": "A-01", "kind": "storage"})
    assert Location.objects.filter(path="LIS/A-01", name="A-01").count() == 1


def test_holidays_are_added_from_the_page_of_a_calendar(ctx: Ctx, page: Client) -> None:
    reference.load(ctx)
    usual = Calendar.objects.get()
    sent = {"country": "PT", "first_year": "2026", "years": "1"}
    page.post(f"/sites/calendars/do/add_holidays/?ids={usual.pk}", sent)

    assert CalendarDay.objects.filter(name="Christmas Day", on="2026-12-25").count() == 1
    assert "Christmas Day" in page.get(f"/sites/calendars/{usual.pk}/").content.decode()


def test_the_form_of_a_calendar_takes_weekdays(page: Client) -> None:
    page.post("/sites/calendars/new/", {"name": "Six days", "weekdays": "0,1,2,3,4,5"})
    assert Calendar.objects.get().weekdays == [0, 1, 2, 3, 4, 5]
