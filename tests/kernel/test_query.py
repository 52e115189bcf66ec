"""Pages by key: the same rows in the same order, however they are found; counts that say what they are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db.models import QuerySet

from loomline.domains.accounts.models import User
from loomline.domains.parties import commands as parties
from loomline.domains.parties.commands import PartyDraft
from loomline.domains.parties.models import Party
from loomline.kernel import query
from loomline.kernel.context import Ctx
from loomline.kernel.query import Count, Estimate, Sort

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def rows(db: None) -> QuerySet[Party]:
    """Twelve parties; every third has no code, and names occur twice."""
    admin = User.objects.create(email="ada@example.org", name="Ada Boss", is_superuser=True)
    drafts = [PartyDraft(name=f"Party {n // 2}", code=None if n % 3 == 0 else f"C{n:02d}") for n in range(12)]
    parties.open_parties(Ctx.new(actor=admin, via="page", now=NOW), drafts=drafts)
    return Party.objects.all()


def walked(rows: QuerySet[Party], sort: Sort, *, are_few: bool) -> list[list[int]]:
    """The keys of all pages, forwards and then back."""
    pages, after = [], ""
    while True:
        page = query.page(rows, sort=sort, size=5, after=after, are_few=are_few)
        pages.append([row.pk for row in page.rows])
        if not page.after:
            break
        after = page.after
    back = query.page(rows, sort=sort, size=5, before=page.before, are_few=are_few)
    return [*pages, [row.pk for row in back.rows]]


@pytest.mark.parametrize(
    "sort", [Sort("pk"), Sort("sort_name"), Sort("sort_name", descending=True), Sort("code")]
)
def test_few_rows_come_in_the_order_in_which_many_come(rows: QuerySet[Party], sort: Sort) -> None:
    assert walked(rows, sort, are_few=True) == walked(rows, sort, are_few=False)


def test_what_is_counted_cheaply_is_counted_exactly(rows: QuerySet[Party]) -> None:
    assert query.count(rows, query.estimate(rows)) == Count(12, True)


def test_what_is_dear_to_count_is_estimated_and_says_so(rows: QuerySet[Party]) -> None:
    assert query.count(rows, Estimate(rows=70_000, cost=query.DEAR + 1)) == Count(70_000, False)


def test_what_is_expected_many_times_over_is_not_counted(
    rows: QuerySet[Party], django_assert_num_queries: Any
) -> None:
    most = query.FAR * query.EXACT
    assert query.count(rows, Estimate(rows=most - 1, cost=100)) == Count(12, True)
    with django_assert_num_queries(0):
        assert query.count(rows, Estimate(rows=most, cost=100)) == Count(most, False)


def test_many_keys_travel_as_one_array(rows: QuerySet[Party]) -> None:
    keys = list(rows.values_list("pk", flat=True))
    absent = [keys[-1] + n for n in range(1, 30)]
    sql, given = rows.filter(pk__in=[*keys, *absent]).order_by("pk").values("pk").query.sql_with_params()
    assert sql.count("%s") == len(given) == 1
    assert list(rows.filter(pk__in=[*keys, *absent]).order_by("pk").values_list("pk", flat=True)) == keys
    assert list(rows.filter(owner__in=[*absent]).values_list("pk", flat=True)) == []
    assert rows.filter(pk__in=[*map(str, keys), *map(str, absent)]).count() == 12


def test_nothing_is_expected_of_no_rows(rows: QuerySet[Party], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert query.estimate(rows.none()) == Estimate(0, 0)
