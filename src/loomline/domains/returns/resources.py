"""How returns, their lines, findings and reasons are shown, and where other pages lead to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.costing.pages.books import books
from loomline.domains.inventory.models import Lot
from loomline.domains.returns import models, queries
from loomline.domains.returns.models import ReturnState as S
from loomline.domains.sales.models import Order
from loomline.domains.warehouse.models import Shipment
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import TABLE, plain_table
from loomline.surface.resource import (
    Board,
    Callouts,
    Changes,
    Chart,
    Column,
    Count,
    Facts,
    LinesPanel,
    Panel,
    Related,
    Resource,
    Sum,
    Table,
    Timeline,
    Tracker,
    everyone,
    needs,
    own,
    party,
    team,
    territory,
    through,
)

WITH_US = (S.APPROVED, S.RECEIVED, S.INSPECTED, S.SETTLED, S.CLOSED)
GRADES = {"as_new": "ok", "worn": "info", "damaged": "warn", "faulty": "bad"}


def warranty(rows: Sequence[models.ReturnLine]) -> Mapping[int, str]:
    """Whether we answer for a line, and until when; the day of the request counts."""
    return {row.pk: _warranty(row) for row in rows}


def _warranty(row: models.ReturnLine) -> str:
    holds = row.is_in_warranty(row.goods_return.requested_on)
    if holds is None:
        return _t("No warranty")
    said = _t("Inside warranty until {day}") if holds else _t("Outside warranty since {day}")
    return said.format(day=draw_text.day(row.warranty_until))


def grade_tone(record: models.Finding) -> str:
    """The worse, the redder."""
    return GRADES.get(record.grade, "muted")


def what_waits(ctx: Ctx, record: models.GoodsReturn) -> list[dict[str, Any]]:
    """What is to be done next, or why nothing is."""
    said = {
        S.REQUESTED: ("warn", _t("The customer waits for our answer.")),
        S.APPROVED: ("info", _t("The goods are on their way to us.")),
        S.RECEIVED: ("warn", _t("The goods wait to be inspected.")),
        S.INSPECTED: ("warn", _t("The customer waits for the settlement.")),
        S.REFUSED: ("bad", _t("Refused.")),
        S.CALLED_OFF: ("info", _t("Called off.")),
    }
    if record.state not in said:
        return []
    tone, title = said[S(record.state)]
    return [{"tone": tone, "title": title, "text": record.answer or record.words, "action": None}]


def steps(ctx: Ctx, record: models.GoodsReturn) -> list[dict[str, Any]]:
    """Requested, approved, received, inspected, settled."""
    if record.state in (S.REFUSED, S.CALLED_OFF):
        return []
    order = [S.REQUESTED, S.APPROVED, S.RECEIVED, S.INSPECTED, S.SETTLED]
    at = len(order) if record.state == S.CLOSED else order.index(S(record.state))
    icons = ["inbox", "circle-check", "truck-return", "checkup-list", "coin"]
    moments = [record.approved_at, record.received_at, record.inspected_at, record.settled_at]
    zone = ctx.company.zone
    days = [record.requested_on, *(moment.astimezone(zone).date() if moment else None for moment in moments)]
    return [
        {
            "title": state.label,
            "icon": icon,
            "date": draw_text.day(day) if day and n <= at else "",
            "state": "done" if n < at or record.state == S.SETTLED else "now" if n == at else "",
        }
        for n, (state, icon, day) in enumerate(zip(order, icons, days, strict=True))
    ]


def what_it_costs(ctx: Ctx, record: models.GoodsReturn) -> dict[str, Any] | None:
    """Scrapped goods, credit notes and the way back, in our own currency."""
    if "cost" in access.closed_of(ctx, models.GoodsReturn):
        return None
    found = queries.costs(ctx, goods_return=record)
    if not found.total and record.state not in (S.SETTLED, S.CLOSED):
        return None
    scrapped = _t("Scrapped goods, not in the books yet") if found.is_estimate else _t("Scrapped goods")
    rows = [
        (scrapped, found.scrapped),
        (_t("Credit notes without tax"), found.credited),
        (_t("Freight"), found.freight),
        (_t("Cost of this return"), found.total),
    ]
    cells = [
        (Cell(text=label), Cell(kind="money", value=value, unit=ctx.company.currency, decimals=2))
        for label, value in rows
    ]
    sub = ""
    if found.without:
        sub = _t("Without {currencies}: there is no rate.").format(currencies=", ".join(found.without))
    return plain_table(_t("What it costs"), (_t("For"), _t("Amount")), cells, sub=sub, slots=("a1", "a2"))


def posted(ctx: Ctx, record: models.GoodsReturn) -> dict[str, Any] | None:
    """What the goods have posted, coming back and being scrapped."""
    return books(ctx, queries.ORIGIN, [record.pk])


def papers(ctx: Ctx, record: models.GoodsReturn) -> dict[str, Any] | None:
    """The note that the customer lays into the parcel."""
    if record.state not in WITH_US:
        return None
    file: dict[str, Any] = {
        "name": _t("Return note"),
        "icon": "file-text",
        "url": f"/returns/{record.pk}/return-note.pdf",
        "size": "PDF",
        "at": record.approved_at,
        "by": ctx.company.name,
        "actions": [],
    }
    return {"files": [file], "empty": ""}


def to_receive(ctx: Ctx, record: models.GoodsReturn) -> dict[str, Any]:
    """Receiving opens with all that is awaited."""
    rows = [row for row in record.lines.order_by("position") if row.to_receive > 0]
    return {"lines": [{"line": row.pk, "quantity": plain(row.to_receive)} for row in rows]}


def to_inspect(ctx: Ctx, record: models.GoodsReturn) -> dict[str, Any]:
    """Inspecting opens with all that is here, as if it were as new."""
    rows = [row for row in record.lines.order_by("position") if row.to_inspect > 0]
    usual = {"grade": models.Grade.AS_NEW.value, "disposition": models.Disposition.RESTOCK.value}
    return {"lines": [{"line": row.pk, "quantity": plain(row.to_inspect), **usual} for row in rows]}


def to_settle(ctx: Ctx, record: models.GoodsReturn) -> dict[str, Any]:
    """Settling opens with a credit for every finding that has none."""
    credit = models.Settlement.CREDIT.value
    rows = record.findings.filter(settlement="").order_by("pk")
    return {"lines": [{"finding": row.pk, "settlement": credit} for row in rows]}


class GoodsReturn(Resource):
    """What customers send back: asked for, approved, received, inspected, settled."""

    model = models.GoodsReturn
    slug = "returns"
    menu = "Orders", needs("sales.order")
    order = 45
    icon = "truck-return"
    columns = (
        "number",
        Column("customer", sub="order.number"),
        "state",
        "reason",
        "requested_on",
        "received_at",
        "site",
        "owner",
        "cost",
    )
    filters = (
        "state",
        "customer",
        "order",
        "shipment",
        "reason",
        "site",
        "owner",
        "requested_on",
        "received_at",
        "settled_at",
        "lines.item",
        "lines.lot",
    )
    search = "number", "customer.name", "order.number"
    form = "reason", "words", "owner", "freight", "note"
    views = (
        Table(),
        Board(by="state", title="number", party="customer", chip="reason", hide=("closed", "called_off")),
        Chart(Count(), by="month of requested_on", split="reason"),
        Chart(Sum("cost"), by="reason", label=_("Cost by reason")),
    )
    saved = {
        _("To answer"): "state=requested&sort=requested_on",
        _("On the way"): "state=approved&sort=requested_on",
        _("To inspect"): "state=received&sort=received_at",
        _("To settle"): "state=inspected",
    }
    head = "customer", "order", "shipment", "reason", "owner"
    detail = (
        Callouts(what_waits),
        Tracker(steps),
        LinesPanel(
            "lines",
            Column("item", sub="item.sku"),
            "lot",
            Column("quantity", unit="item.unit"),
            Column("received", unit="item.unit"),
            Column("warranty", read=warranty, label=_("Warranty"), wrap=True),
            title=_("Lines"),
        ),
        LinesPanel(
            "findings",
            Column("line.item", label=_("Item")),
            Column("quantity", unit="line.item.unit"),
            Column("grade", kind="badge", tone=grade_tone),
            "disposition",
            "note",
            "settlement",
            Column("replaced_by.order", label=_("Replaced by")),
            title=_("Findings"),
        ),
        LinesPanel(
            "credits",
            Column("credit_line.invoice", label=_("Credit note")),
            Column("credit_line.item", label=_("Item")),
            Column("quantity", unit="credit_line.item.unit"),
            title=_("Credit notes"),
        ),
        Panel(TABLE, read=what_it_costs, title=_("What it costs"), name="costs"),
        Panel("loom/panels/documents.html", read=papers, title=_("Papers"), name="papers", place="side"),
        Facts(
            "site", "words", "answer", "freight", "requested_on", "approved_at", "closed_at", "note",
        ),
        Panel(TABLE, read=posted, title=_("Books"), name="books"),
        Changes(),
        Timeline(),
    )  # fmt: skip
    key = "number"
    joins = "customer", "order"
    access = (
        own("owner")
        | team("order.team")
        | territory("customer.territory_place.territory")
        | party("customer")
        | everyone()
    )
    create = False
    delete = False
    actions = (
        "approve_return",
        "receive_return",
        "inspect_return",
        "settle_return",
        "close_return",
        "refuse_return",
    )
    prefill = {"receive_return": to_receive, "inspect_return": to_inspect, "settle_return": to_settle}
    empty = _(
        "Nothing has come back yet. Open a return from a delivered order or a shipment,"
        " or let customers ask for one in the portal."
    )


class ReturnLine(Resource):
    """What comes back, item by item and lot by lot."""

    model = models.ReturnLine
    menu = None
    icon = "list-check"
    columns = (
        "goods_return",
        Column("goods_return.customer", label=_("Customer")),
        Column("item", sub="item.sku"),
        "lot",
        Column("quantity", unit="item.unit"),
        Column("received", unit="item.unit"),
        Column("inspected", unit="item.unit"),
        Column("goods_return.state", label=_("State")),
        "warranty_until",
    )
    filters = (
        "goods_return",
        "goods_return.state",
        "goods_return.customer",
        "goods_return.reason",
        "item",
        "lot",
        "order_line",
        "warranty_until",
    )
    search = "goods_return.number", "item.name", "item.sku", "lot.number"
    detail = (
        Facts(
            "goods_return", "order_line", "item", "lot", "quantity", "received", "inspected",
            "delivered_on", "warranty_until", place="tab",
        ),
        Changes(),
        Timeline(),
    )  # fmt: skip
    key = "pk"
    joins = "item.unit", "goods_return.customer", "lot"
    access = through("goods_return", models.GoodsReturn)
    create = False
    edit = False
    delete = False
    empty = _("Nothing has come back yet. The lines of every return will stand here.")


class Finding(Resource):
    """What was found of goods that came back, where they went, and what the customer got."""

    model = models.Finding
    menu = "Orders", needs("returns.goodsreturn")
    order = 46
    secondary = True
    icon = "checkup-list"
    columns = (
        "goods_return",
        Column("line.item", label=_("Item")),
        Column("line.lot", label=_("Lot")),
        Column("quantity", unit="line.item.unit"),
        Column("grade", kind="badge", tone=grade_tone),
        "disposition",
        "settlement",
        "note",
        "inspected_at",
        "inspected_by",
    )
    filters = (
        "grade",
        "disposition",
        "settlement",
        "goods_return",
        "goods_return.customer",
        "goods_return.reason",
        "line.item",
        "line.lot",
        "inspected_at",
    )
    search = "goods_return.number", "line.item.name", "note"
    views = Table(), Chart(Count(), by="month of inspected_at", split="disposition")
    saved = {_("To settle"): "settlement.empty=true", _("In repair"): "disposition=repair"}
    detail = (
        Facts(
            "goods_return", "line", "quantity", "grade", "disposition", "note", "settlement", "replaced_by",
            "inspected_at", "inspected_by", place="tab",
        ),
        Changes(),
        Timeline(),
    )  # fmt: skip
    key = "pk"
    joins = "line.item.unit", "goods_return"
    access = through("goods_return", models.GoodsReturn)
    create = False
    edit = False
    delete = False
    empty = _("Nothing was inspected yet. Inspecting a return writes what was found.")


class ReturnReason(Resource):
    """Why customers send goods back, and for how long we answer for it."""

    model = models.ReturnReason
    menu = "Settings"
    order = 66
    icon = "message-2"
    columns = "name", "for_customers", "warranty_months", "is_active"
    filters = "for_customers", "is_active"
    search = ("name",)
    form = "name", "for_customers", "warranty_months", "is_active"
    detail = (
        Facts("name", "for_customers", "warranty_months", "is_active", place="tab"),
        Changes(),
        Timeline(),
    )
    sort = "name"
    key = "name"
    empty = _("No reasons yet. Write down why customers send goods back; they choose from this list.")


LISTED = "number", "state", "reason", "requested_on", "received_at"
registry.contribute(Order, Related("goods_returns", *LISTED, title=_("Returns")), after="invoices")
registry.contribute(Shipment, Related("goods_returns", *LISTED, title=_("Returns")), after="packages")
registry.contribute(
    Lot,
    Related("return_lines", "goods_return", "quantity", "received", "inspected", title=_("Returns")),
    after="stock_moves",
)
