"""Chains, their stages and links, and where their safety stock is best held."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.stocking import models
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import draw_text
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action
from loomline.surface.plain_table import TABLE, plain_table
from loomline.surface.resource import (
    Callouts,
    Changes,
    Column,
    Count,
    Facts,
    Panel,
    Related,
    Resource,
    Timeline,
    everyone,
)

PLACE = "stocking.keep_placing"
SHOWN = 200


def how_it_stands(ctx: Ctx, record: models.Chain) -> list[dict[str, Any]]:
    """Placed or not, proven or not, with the button that places."""
    may = access.may(ctx, PLACE)
    url = f"/stocking/chains/{record.pk}/place/"
    button = (
        action(_t("Place safety stock"), url, icon="refresh", method="post", kind="primary") if may else None
    )
    if record.placed_at is None:
        text = _t("Place it, and every stage knows what to promise and what to hold.")
        return [{"tone": "info", "title": _t("No safety stock is placed."), "text": text, "action": button}]
    text = _t("{stock} units in all, {cost} in a period. Placed {at}.").format(
        stock=draw_text.number(record.stock, decimals=1),
        cost=draw_text.number(record.cost, decimals=4),
        at=draw_text.moment(record.placed_at),
    )
    if record.is_proven:
        return [{"tone": "ok", "title": _t("No other placing is cheaper."), "text": text, "action": button}]
    left = _t("No placing costs less than {bound}.").format(bound=draw_text.number(record.bound, decimals=4))
    return [
        {
            "tone": "warn",
            "title": _t("The best found in a minute."),
            "text": f"{text} {left}",
            "action": button,
        }
    ]


def placed(ctx: Ctx, record: models.Chain) -> dict[str, Any] | None:
    """What each stage promises, waits for and holds."""
    rows = list(record.stages.filter(net_time__isnull=False).order_by("pk")[:SHOWN])
    if not rows:
        return None
    cells = [
        (
            Cell(
                text=str(row),
                url=f"/stocking/stages/{row.pk}/",
                sub="" if row.site_id else row.code,
                strong=True,
            ),
            Cell(text=draw_text.number(row.inbound_time)),
            Cell(text=draw_text.number(row.time)),
            Cell(text=draw_text.number(row.service_time)),
            Cell(text=draw_text.number(row.net_time), tone="ok" if not row.net_time else ""),
            Cell(text=draw_text.number(row.safety_stock, decimals=1), strong=bool(row.safety_stock)),
            Cell(text=draw_text.number(row.cost, decimals=4)),
        )
        for row in rows
    ]
    heads = (
        *(_t("Stage"), _t("Waits for"), _t("Takes"), _t("Promises"), _t("Stock lasts")),
        *(_t("Safety stock"), _t("Cost")),
    )
    sub = _t("Stock lasts = waits for + takes − promises")
    slots = ("a1", "b1", "hide", "b2", "c1", "a2", "c2")
    made = plain_table(_t("Placing"), heads, cells, slots=slots, sub=sub)
    for column in made["table"]["columns"][1:]:
        column["align"] = "end"
    return made


class Chain(Resource):
    """Networks in which safety stock is placed where it serves customers at least cost."""

    model = models.Chain
    menu = "Plan"
    order = 34
    secondary = True
    icon = "hierarchy-3"
    slug = "chains"
    columns = (
        Column("name", strong=True),
        Count("stages"),
        "placed_at",
        "stock",
        "cost",
    )
    filters = "name", "placed_at"
    search = ("name", "note")
    form = "name", "note"
    head = "placed_at", "stock", "cost", "bound"
    detail = (
        Callouts(how_it_stands),
        Panel(TABLE, read=placed, title=_("Placing"), name="placing"),
        Related(
            "stages",
            "code",
            "name",
            "time",
            "holding",
            "promise",
            "mean",
            "deviation",
            title=_("Stages"),
            create=True,
            sort="pk",
        ),
        Facts("note"),
        Changes(),
        Timeline(),
    )
    sort = "name"
    key = "name"
    access = everyone()
    actions = ("take_over_placing",)
    empty = _("No chains yet. Lay one out on the page of an item, or bring stages and links in by a file.")


class ChainStage(Resource):
    """Places and steps of chains; a file of them can be brought in."""

    model = models.ChainStage
    menu = None
    icon = "point"
    slug = "stages"
    columns = (
        Column("code", strong=True),
        "name",
        "chain",
        "time",
        "holding",
        "promise",
        "mean",
        "deviation",
        "service_time",
        "net_time",
        "safety_stock",
        "cost",
    )
    filters = "chain", "item", "site", "net_time", "safety_stock"
    search = "code", "name"
    form = (
        *("chain", "code", "name", "item", "site", "time", "holding", "inbound", "promise"),
        *("mean", "deviation", "factor"),
    )
    head = "chain", "service_time", "net_time", "safety_stock"
    detail = (
        Related("links_in", "supplier", "units", title=_("Supplied by"), create=True),
        Related("links_out", "customer", "units", title=_("Supplies"), create=True),
        Facts(
            *("item", "site", "time", "holding", "inbound", "promise", "mean", "deviation", "factor"),
            *("inbound_time", "base_stock", "cost"),
        ),
        Changes(),
        Timeline(),
    )
    joins = ("chain",)
    sort = "pk"
    key = "code"
    access = everyone()
    empty = _("No stages yet. They come with a chain that is laid out, or by a file.")


class ChainLink(Resource):
    """Which stage of a chain supplies which."""

    model = models.ChainLink
    menu = None
    icon = "link"
    slug = "links"
    columns = "supplier", "customer", "units"
    filters = "supplier", "customer"
    search = "supplier.code", "customer.code"
    form = "supplier", "customer", "units"
    joins = "supplier", "customer"
    sort = "pk"
    key = "pk"
    access = everyone()
    empty = _("No links yet. They join the stages of a chain.")
