"""How promises are shown."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.promises import models, queries
from loomline.domains.promises.models import PromiseStatus
from loomline.kernel.context import Ctx
from loomline.surface import draw_text
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import TABLE, plain_table
from loomline.surface.resource import (
    Calendar,
    Callouts,
    Changes,
    Chart,
    Column,
    Count,
    Facts,
    Panel,
    Resource,
    Table,
    everyone,
    needs,
    own,
    territory,
)


def tone_of(record: Any) -> str:
    """The colour of its state."""
    return str(record.tone)


def how_it_stands(ctx: Ctx, record: models.Promise) -> list[dict[str, Any]]:
    """Whether it was kept, and by how much not."""
    days = (record.kept_on - record.due_on).days if record.kept_on else (ctx.today - record.due_on).days
    if record.status != PromiseStatus.BROKEN or days <= 0:
        return []
    text = _t("There on {day}.").format(day=draw_text.day(record.kept_on)) if record.kept_on else ""
    title = _t("Broken by {n} days.").format(n=days)
    return [{"tone": "bad", "title": title, "text": text or _t("Not there yet."), "action": None}]


def promised_before(ctx: Ctx, record: models.Promise) -> dict[str, Any] | None:
    """All days that were given for the same thing, the first one first."""
    rows = queries.chain(promise=record)
    if len(rows) < 2:
        return None
    heads = _t("Given in"), _t("Due"), _t("Given"), _t("Given by"), _t("State")
    cells = [
        (
            Cell(text=row.document, url=f"{Promise.path()}{row.pk}/"),
            Cell(kind="date", value=row.due_on),
            Cell(kind="moment", value=row.made_at),
            Cell(text=str(row.made_by)),
            Cell(kind="badge", text=str(PromiseStatus(row.status).label), tone=row.tone),
        )
        for row in rows
    ]
    return plain_table(_t("Promised for the same"), heads, cells, slots=("a1", "b1", "b2", "hide", "a2"))


class Promise(Resource):
    """Every day given to a customer, and whether it was kept."""

    model = models.Promise
    menu = "Orders", needs("sales.order")
    order = 35
    icon = "clipboard-check"
    slug = "promises"
    columns = (
        Column("document", sub="item"),
        Column("customer"),
        Column("status", kind="badge", tone=tone_of),
        "due_on",
        Column("kept_on", against="due_on"),
        Column("quantity", unit="item.unit"),
        "method",
        "made_by",
        "made_at",
    )
    filters = (
        "status",
        "customer",
        "made_by",
        "due_on",
        "kept_on",
        "made_at",
        "item",
        "item.style",
        "kind",
        "method",
        "binds",
        "first",
        "document",
    )
    search = "document", "customer.name", "item.name"
    views = (
        Table(),
        Calendar("due_on", "kept_on"),
        Chart(Count(), by="month of due_on", split="status"),
    )
    saved = {
        _("Open"): "status=open&sort=due_on",
        _("Broken"): "status=broken&sort=-due_on",
        _("Due this week"): "status=open&due_on=this_week&sort=due_on",
        _("Promised again"): "status=superseded&binds=true",
        _("Given by me"): "made_by=me&status=open,kept,broken",
    }
    head = "customer", "item", "due_on", Column("kept_on", against="due_on"), "made_by"
    detail = (
        Callouts(how_it_stands),
        Panel(TABLE, read=promised_before, title=_("Promised for the same"), name="chain"),
        Facts(
            "document",
            Column("quantity", unit="item.unit"),
            "kind",
            "made_at",
            "method",
            Column("limit", wrap=True),
            "binds",
            "first",
            "superseded_by",
            "withdrawn_on",
            "reason",
            place="tab",
        ),
        Changes(),
    )
    sort = "-due_on"
    key = "pk"
    joins = "customer", "item.unit", "made_by"
    access = own("made_by") | territory("customer.territory_place.territory") | everyone()
    create = False
    edit = False
    delete = False
    empty = _(
        "Nothing is promised yet. Send a quote or confirm an order; its days stand here a minute later."
    )
