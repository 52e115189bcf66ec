"""A query that is composed once answers like the queryset it was made of, each time with its own values."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Count, Model, QuerySet, TextField
from pytest_django import DjangoAssertNumQueries

from loomline.kernel.actor import system_actor
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.prepared import MANY, AnyOf, Given, fetch, prepared


@prepared
def _facts() -> QuerySet[StoredEvent]:
    rows = StoredEvent.objects.filter(AnyOf("name", "names", TextField()), activity=Given("activity"))
    return rows.select_related("activity").order_by("pk")


@prepared
def _how_many() -> QuerySet[StoredEvent, tuple[str, int]]:
    rows = StoredEvent.objects.filter(AnyOf("name", "names", TextField())).order_by("name")
    return rows.values_list("name").annotate(n=Count("pk"))


@prepared
def _names() -> QuerySet[StoredEvent]:
    return StoredEvent.objects.filter(activity=Given("activity")).only("name")


@pytest.fixture
def ctx(db: None) -> Ctx:
    return Ctx.new(actor=system_actor("Teller"), via="job")


def _tell(ctx: Ctx, *names: str) -> Activity:
    activity = Activity.objects.create(at=ctx.now, actor=ctx.actor, verb="kernel.test", via="job")
    for name in names:
        StoredEvent.objects.create(at=ctx.now, name=name, payload={"n": 1}, activity=activity)
    return activity


def test_each_call_answers_for_its_own_values(ctx: Ctx) -> None:
    first, second = _tell(ctx, "a", "b"), _tell(ctx, "a")

    assert [row.name for row in _facts(names=["a", "b"], activity=first.pk)] == ["a", "b"]
    assert [row.name for row in _facts(names=["a", "b"], activity=second.pk)] == ["a"]
    assert _facts(names=[], activity=second.pk) == []


def test_rows_that_point_at_one_record_share_it(ctx: Ctx) -> None:
    activity = _tell(ctx, "a", "b")

    one, other = _facts(names=["a", "b"], activity=activity.pk)

    assert one.activity is other.activity
    assert (one.activity, one.payload) == (activity, {"n": 1})


def test_values_come_as_plain_rows(ctx: Ctx) -> None:
    _tell(ctx, "a", "a", "b")

    assert _how_many(names=["a", "b", "c"]) == [("a", 2), ("b", 1)]


def test_a_record_is_what_the_queryset_would_have_made(ctx: Ctx) -> None:
    activity = _tell(ctx, "a")
    (ours,) = _facts(names=["a"], activity=activity.pk)
    django = StoredEvent.objects.select_related("activity").get()

    for one, other in ((ours, django), (ours.activity, django.activity)):
        assert _columns(one) == _columns(other)
        assert (one._state.adding, one._state.db) == (other._state.adding, other._state.db)


def test_a_column_that_was_not_read_is_asked_for_when_it_is_used(
    ctx: Ctx, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    activity = _tell(ctx, "a")
    (row,) = _names(activity=activity.pk)

    with django_assert_num_queries(0):
        assert (row.name, row.get_deferred_fields()) == ("a", {"at", "payload", "activity_id", "about"})
    with django_assert_num_queries(1):
        assert row.payload == {"n": 1}


def test_after_an_answer_of_many_rows_the_next_is_its_own(db: None) -> None:
    assert len(fetch("SELECT n FROM generate_series(1, %s) AS n", [MANY + 1])) == MANY + 1
    assert fetch("SELECT %s::int", [7]) == [(7,)]


def _columns(record: Model) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name != "_state"}
