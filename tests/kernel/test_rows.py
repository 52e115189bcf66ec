"""Many rows changed at once, each to values of its own."""

from __future__ import annotations

import pytest
from django.db import DataError, connection
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext

from loomline.domains.sites.models import Calendar

pytestmark = pytest.mark.django_db


@pytest.fixture
def calendars(db: None) -> list[Calendar]:
    return [Calendar.objects.create(name=f"C{n}") for n in range(3)]


def shown() -> list[tuple[str, str, list[int]]]:
    return list(Calendar.objects.order_by("pk").values_list("name", "country", "weekdays"))


def test_each_row_gets_its_own_values_in_one_statement(calendars: list[Calendar]) -> None:
    for calendar, country in zip(calendars[:2], ("PT", "NO"), strict=True):
        calendar.country, calendar.name = country, f"{country} works"

    with CaptureQueriesContext(connection) as seen:
        changed = Calendar.objects.bulk_update(calendars[:2], ["name", "country"])

    assert (changed, len(seen)) == (2, 1)
    assert [row[:2] for row in shown()] == [("PT works", "PT"), ("NO works", "NO"), ("C2", "")]


def test_rows_go_in_parts_when_there_are_many(calendars: list[Calendar]) -> None:
    for calendar in calendars:
        calendar.country = "PT"
    with CaptureQueriesContext(connection) as seen:
        assert Calendar.objects.bulk_update(calendars, ["country"], batch_size=2) == 3
    assert len(seen) == 2


def test_a_text_that_is_too_long_is_refused_and_not_cut(calendars: list[Calendar]) -> None:
    calendars[0].name = "x" * 81
    with pytest.raises(DataError, match="too long"):
        Calendar.objects.bulk_update(calendars, ["name"])


def test_lists_and_expressions_are_written_too(calendars: list[Calendar]) -> None:
    calendars[0].weekdays = [0, 1]
    calendars[1].weekdays = [5]
    Calendar.objects.bulk_update(calendars[:2], ["weekdays"])
    for calendar in calendars:
        calendar.name = Concat(F("name"), Value("!"))  # type: ignore[assignment]
    Calendar.objects.bulk_update(calendars, ["name"])

    assert [(name, days) for name, _country, days in shown()] == [
        ("C0!", [0, 1]),
        ("C1!", [5]),
        ("C2!", [0, 1, 2, 3, 4]),
    ]


def test_a_row_that_was_never_written_is_refused(calendars: list[Calendar]) -> None:
    with pytest.raises(ValueError, match="primary key"):
        Calendar.objects.bulk_update([*calendars, Calendar(name="new")], ["name"])
