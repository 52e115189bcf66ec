"""Our database engine writes the statements that Django would write."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.backends.postgresql.compiler import SQLCompiler as Djangos
from django.db.models import Count, Exists, F, Model, OuterRef, QuerySet, Sum, Value
from django.db.models.functions import Lower

from loomline.app.postgres.compiler import SQLCompiler as Ours
from loomline.domains.accounts.models import User
from loomline.domains.catalog.models import Item
from loomline.domains.sales.models import Order, OrderLine

MODELS = [model for model in apps.get_models() if model._meta.managed]


def written(kind: Any, rows: QuerySet[Any, Any]) -> tuple[Any, dict[int, Any]]:
    """The statement, and what converts the values of its columns."""
    compiler = kind(rows.query.clone(), connection, "default")
    statement = compiler.as_sql()
    found = compiler.get_converters([column[0] for column in compiler.select])
    return statement, {place: converters for place, (converters, _what) in found.items()}


def test_the_engine_is_ours() -> None:
    assert type(Order.objects.all().query.get_compiler("default")) is Ours


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_rows_of_every_model_are_read_as_django_reads_them(model: type[Model]) -> None:
    rows = model._default_manager.all()
    joined = [f.name for f in model._meta.fields if f.is_relation]

    for asked in (rows, rows.select_related(*joined), rows.order_by("-pk", *joined)[:5]):
        assert written(Ours, asked) == written(Djangos, asked)


lines = OrderLine.objects.all()
orders = Order.objects.all()
REMARKABLE: dict[str, QuerySet[Any, Any]] = {
    "by a name": orders.annotate(worth=Sum("lines__quantity")).order_by("-worth", "number"),
    "by an expression of a name": orders.annotate(many=Count("lines")).order_by(F("many").desc(), "pk"),
    "by a function": orders.select_related("customer").order_by(Lower("customer__name"), F("pk").asc()),
    "by a constant": orders.order_by(Value("x"), "pk"),
    "values": lines.values("item", "order__number").annotate(all=Sum("quantity")).order_by("item", "all"),
    "other names": lines.values(what=F("item__name")).order_by("what").distinct(),
    "distinct": lines.distinct().order_by("order__number", "position"),
    "distinct on": lines.order_by("order", "position").distinct("order"),
    "together": orders.values("pk").union(lines.values("pk")).order_by("pk"),
    "inside": orders.filter(pk__in=lines.filter(item__in=Item.objects.filter(sku="A").order_by("name"))),
    "beside": orders.filter(Exists(lines.filter(order=OuterRef("pk")).order_by("position"))),
    "turned": orders.order_by("customer__name", "-pk").reverse(),
    "locked": lines.select_related("order").select_for_update(of=("self", "order")).order_by("pk"),
    "by itself": User.objects.filter(owned_parties__owner__email="a").order_by("email"),
    "in part": lines.only("position", "order__number").select_related("order"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("rows", REMARKABLE.values(), ids=REMARKABLE)
def test_remarkable_statements_are_written_as_django_writes_them(rows: QuerySet[Any, Any]) -> None:
    assert written(Ours, rows) == written(Djangos, rows)
