"""A query that is composed once answers like the queryset it was made of, each time with its own values."""

from __future__ import annotations

import pytest
from django.db.models import Count, QuerySet, TextField

from loomline.kernel.actor import system_actor
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from loomline.kernel.prepared import AnyOf, Given, prepared


@prepared
def _facts() -> QuerySet[StoredEvent]:
    rows = StoredEvent.objects.filter(AnyOf("name", "names", TextField()), activity=Given("activity"))
    return rows.select_related("activity").order_by("pk")


@prepared
def _how_many() -> QuerySet[StoredEvent, tuple[str, int]]:
    rows = StoredEvent.objects.filter(AnyOf("name", "names", TextField())).order_by("name")
    return rows.values_list("name").annotate(n=Count("pk"))


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
