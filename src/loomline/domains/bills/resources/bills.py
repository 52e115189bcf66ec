"""Bills of materials and routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.bills import commands, models, queries
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import plain_table
from loomline.surface.resource import (
    Changes,
    Column,
    Count,
    Facts,
    Lines,
    LinesPanel,
    Panel,
    Resource,
    Timeline,
    everyone,
    needs,
)

LINE = (
    *("component", "component_style", "quantity", "scrap", "stage_position", "colours", "sizes"),
    "backflush",
)
MINUTES = ("setup_minutes", "run_minutes", "queue_minutes", "move_minutes")
STAGE = (
    *("name", "kind", "days", "partner", "site", "per_day", "move_days", "rate"),
    *("item", "unit", "factor", "position", "centre", *MINUTES),
)


def names(bills: Sequence[models.Bill]) -> Mapping[int, str]:
    """What each bill makes, and its version."""
    return {bill.pk: str(bill) for bill in bills}


def exploded(ctx: Ctx, bill: models.Bill) -> dict[str, Any] | None:
    """All levels of the bill, for one of what it makes (of a style: its first variant)."""
    item = bill.item or (bill.style.items.order_by("pk").first() if bill.style else None)
    found = queries.explode(item=item, on=ctx.today) if item is not None else []
    heads = ((_t("Material"), ""), (_t("Quantity"), "end"), (_t("Standard cost"), "end"))
    columns = [{"label": head, "align": align, "hidden_label": False, "slot": ""} for head, align in heads]
    rows = [
        {
            "depth": row.level - 1,
            "css": "",
            "cells": [
                Cell(
                    kind="item",
                    text=row.name,
                    sub=row.sku,
                    url=registry.url_of_kind("catalog.item", row.item_id),
                ),
                Cell(kind="quantity", text=str(row.quantity)),
                Cell(kind="money", value=row.quantity.amount * row.unit_cost, unit=ctx.company.currency),
            ],
        }
        for row in found
    ]
    sub = _t("for one {item}").format(item=item) if item is not None else ""
    return (
        {"table": {"label": _t("All levels"), "columns": columns, "rows": rows}, "sub": sub} if rows else None
    )


def cost_of(ctx: Ctx, bill: models.Bill) -> dict[str, Any] | None:
    """What one of it costs: materials, and what partners charge."""
    item = bill.item or (bill.style.items.order_by("pk").first() if bill.style else None)
    if item is None:
        return None
    cost, currency = queries.standard_cost(item=item, on=ctx.today), ctx.company.currency
    parts = ((_t("Materials"), cost.material), (_t("Work"), cost.work), (_t("Together"), cost.total))
    facts = [
        {"label": label, "name": label, "cell": Cell(kind="money", value=amount, unit=currency)}
        for label, amount in parts
    ]
    return {"facts": facts, "look": "dl", "health": None}


def as_it_is(ctx: Ctx, bill: models.Bill) -> dict[str, Any]:
    """A new version opens with the materials and stages of this one, from today."""
    lines = [
        {
            **_given(line, LINE),
            "by_size": [f"{size} {quantity}" for size, quantity in line.by_size.items()],
            "alternates": [f"{one.item.sku} {one.factor.normalize():f}" for one in line.alternates.all()],
        }
        for line in bill.lines.order_by("position").prefetch_related("alternates__item")
    ]
    stages = [_given(stage, STAGE) for stage in bill.stages.order_by("position")]
    beside = [_given(one, ("item", "quantity", "kind")) for one in bill.co_products.order_by("position")]
    return {"valid_from": ctx.today, "lines": lines, "stages": stages, "co_products": beside}


def alternates(ctx: Ctx, bill: models.Bill) -> dict[str, Any] | None:
    """What may stand in for the materials, in the order in which it is tried."""
    lines = {line.pk: line for line in bill.lines.select_related("component", "component_style")}
    found = queries.stand_ins(line_ids=lines)
    rows = [
        [
            Cell(text=str(lines[pk])),
            Cell(
                kind="item", text=one.name, sub=one.sku, url=registry.url_of_kind("catalog.item", one.item_id)
            ),
            Cell(kind="quantity", value=one.factor, unit=one.unit),
        ]
        for pk, stand_ins in found.items()
        for one in stand_ins
    ]
    heads = (_t("Material"), _t("Instead"), _t("For one"))
    return plain_table(_t("Alternates"), heads, rows) if rows else None


def _given(row: Any, names: Sequence[str]) -> dict[str, Any]:
    found = {name: getattr(row, row._meta.get_field(name).attname) for name in names}
    return {name: f"{v.normalize():f}" if isinstance(v, Decimal) else v for name, v in found.items()}


class Bill(Resource):
    """What goes into an item or a style, and the stages it goes through at our partners."""

    model = models.Bill
    menu = "Make", needs("catalog.item")
    order = 30
    icon = "list-tree"
    columns = (
        Column("makes", read=names, label=_("Makes")),
        "item",
        "style",
        "version",
        "is_active",
        "batch",
        Count("lines", as_="line_count", label=_("Materials")),
        Count("stages", as_="stage_count", label=_("Stages")),
    )
    filters = "item", "style", "is_active", "version"
    search = "item.name", "item.sku", "style.name", "style.code"
    form = (
        "item",
        "style",
        "batch",
        "note",
        Lines("lines", *LINE),
        Lines(
            "stages",
            *("name", "kind", "days", "partner", "site", "move_days", "item", "factor", "rate"),
            *("centre", *MINUTES),
        ),
        Lines("co_products", "item", "quantity", "kind"),
    )
    saved = {_("In use"): "is_active=true", _("Of styles"): "is_active=true&style.empty=false"}
    head = "item", "style", "version", "batch", "is_active"
    detail = (
        LinesPanel(
            "lines",
            "component",
            "component_style",
            "quantity",
            "scrap",
            "stage_position",
            "colours",
            "sizes",
            "by_size",
            "backflush",
        ),
        LinesPanel("co_products", "item", "kind", "quantity", title=_("Comes out beside it")),
        LinesPanel(
            "stages",
            "position",
            "name",
            "kind",
            "partner",
            "site",
            "days",
            "move_days",
            "per_day",
            "centre",
            *MINUTES,
            "item",
            "rate",
            title=_("Route"),
        ),
        Panel("loom/panels/tree.html", read=exploded, title=_("All levels"), name="levels"),
        Panel(
            "loom/panels/table.html", read=alternates, title=_("Alternates"), name="alternates", tab="levels"
        ),
        Changes(),
        Panel("loom/panels/facts.html", read=cost_of, title=_("Standard cost"), name="cost", place="side"),
        Facts("item", "style", "version", "batch", "note"),
        Timeline(),
    )
    joins = "item", "style"
    key = "pk"
    access = everyone()
    create = commands.add_bill
    edit = False
    actions = "revise_bill", "retire_bill"
    prefill = {"revise_bill": as_it_is}
    empty = _(
        "No bills yet. Say what goes into an item or a style; one bill serves all its colours and sizes."
    )
