"""How supplier invoices are shown, moved, found and exported."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.costing.pages.books import books
from loomline.domains.payables import commands, models, queries
from loomline.domains.payables.models import POSTED, SupplierInvoiceState
from loomline.domains.payables.resources.consumption import consigned
from loomline.domains.payables.resources.credited import credit_callouts, credited, left_to_credit
from loomline.kernel.command import Command
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import plain_table
from loomline.surface.resource import (
    Board,
    Calendar,
    Callouts,
    Changes,
    Chart,
    Column,
    Facts,
    Lines,
    LinesPanel,
    Panel,
    Resource,
    Sum,
    Table,
    Timeline,
    everyone,
    needs,
    own,
    party,
    through,
)


def supplier_decisions(ctx: Ctx, record: models.SupplierInvoice) -> list[dict[str, Any]]:
    """Why it is held or was let go, what is due, and what is saved by paying now."""
    found = []
    if record.state == SupplierInvoiceState.HELD:
        found.append(_callout("hold", _t("Held."), record.hold_reason))
    elif record.release_reason:
        title = _t("Released by {name}.").format(name=record.released_by)
        found.append(_callout("info", title, record.release_reason))
    if record.open_amount and record.due_on < ctx.today:
        text = _t("It was due on {day}.").format(day=draw_text.day(record.due_on))
        found.append(_callout("bad", _t("Overdue."), text))
    saved = record.discount_on(ctx.today)
    if record.open_amount and saved:
        text = _t("{amount} less when it is paid by {day}.").format(
            amount=draw_text.money(saved, record.currency), day=draw_text.day(record.discount_until)
        )
        found.append(_callout("info", _t("Early-payment discount."), text))
    return [*found, *credit_callouts(ctx, record)]


def _callout(tone: str, title: str, text: str) -> dict[str, Any]:
    return {"tone": tone, "title": title, "text": text, "action": None}


def receipts_of(ctx: Ctx, record: models.SupplierInvoice) -> dict[str, Any] | None:
    """Which receipts its lines are for, and how much of each."""
    parts = list(queries.allocations_of(invoice=record))
    if not parts:
        return None
    cells = [
        [
            Cell(text=part.line.description, strong=True),
            Cell(text=str(part.receipt_line.receipt), url=registry.url(part.receipt_line.receipt)),
            Cell(kind="quantity", value=part.quantity, unit=part.receipt_line.item.unit.code),
            Cell(kind="money", value=part.price, unit=record.currency),
            Cell(text=_t("by hand") if part.is_manual else _t("oldest first")),
        ]
        for part in parts
    ]
    heads = [_t("Line"), _t("Receipt"), _t("Quantity"), _t("Agreed price"), _t("Allocated")]
    return plain_table(_t("Receipts"), heads, cells, slots=("a1", "a2", "b1", "b2", "hide"))


def posted(ctx: Ctx, record: models.SupplierInvoice) -> dict[str, Any] | None:
    """What the bill and its payment have posted."""
    return books(ctx, models.SupplierInvoice._meta.label_lower, [record.pk])


class SupplierInvoice(Resource):
    """What suppliers ask of us: entered, matched with what came, approved, paid."""

    model = models.SupplierInvoice
    menu = "Finance", needs("parties.party")
    order = 30
    icon = "file-import"
    columns = (
        "number",
        "supplier",
        "their_number",
        "state",
        "total",
        "issued_on",
        "due_on",
        "purchase",
        "approved_by",
    )
    filters = (
        "state",
        "supplier",
        "purchase",
        "issued_on",
        "due_on",
        "paid_on",
        "total",
        "currency",
        "owner",
        "discount_until",
    )
    search = "number", "their_number", "supplier.name", "purchase.number"
    form = (
        "supplier",
        "their_number",
        "purchase",
        "issued_on",
        "due_on",
        "currency",
        "total",
        "discount_rate",
        "discount_until",
        "note",
        Lines("lines", "purchase_line", "item", "description", "quantity", "price", "tax_rate"),
    )
    views = (
        Table(),
        Board(by="state", sum="total", title="their_number", party="supplier", date="due_on"),
        Calendar("due_on"),
        Chart(Sum("total"), by="month of due_on"),
    )
    saved = {
        _("To match"): "state=entered&sort=due_on",
        _("Held"): "state=held&sort=due_on",
        _("To approve"): "state=matched&sort=due_on",
        _("To pay"): "state=approved&sort=due_on",
        _("Discount this week"): "state=approved&discount_until=next_7_days&sort=discount_until",
        _("Due this week"): "state=entered,held,matched,approved&due_on=next_7_days&sort=due_on",
    }
    head = (
        "supplier",
        "their_number",
        "total",
        Column("open_amount", label=_("Open"), kind="money", currency="currency"),
        "due_on",
        "purchase",
    )
    detail = (
        Callouts(supplier_decisions),
        LinesPanel(
            "lines",
            Column("description", sub="item.sku"),
            Column("quantity", unit="item.unit"),
            Column("received", unit="item.unit", label=_("Received")),
            Column("price", currency="invoice.currency"),
            Column("agreed_price", currency="invoice.currency"),
            Column("amount", currency="invoice.currency"),
            Column("quantity_variance", currency="invoice.currency"),
            Column("price_variance", currency="invoice.currency"),
            "match",
            Column("says", wrap=True),
            title=_("Lines"),
            totals=("net", "tax", "total"),
        ),
        Panel("loom/panels/table.html", read=receipts_of, title=_("Receipts"), name="receipts"),
        Panel("loom/panels/table.html", read=consigned, title=_("Consigned goods"), name="consigned"),
        Panel("loom/panels/table.html", read=credited, title=_("Credit notes"), name="credits"),
        LinesPanel(
            "applications",
            "at",
            Column("credit", label=_("Credit note")),
            Column("amount", currency="invoice.currency"),
            title=_("Settled by credit"),
        ),
        Panel("loom/panels/table.html", read=posted, title=_("Books"), name="books"),
        Facts(
            "issued_on",
            "credited",
            "discount_rate",
            "discount_until",
            "discount_taken",
            "approved_by",
            "approved_at",
            "paid_on",
            "hold_reason",
            "release_reason",
            "released_by",
            "reason",
            "note",
            "owner",
        ),
        Changes(),
        Timeline(),
    )
    key = "number"
    joins = "supplier", "purchase"
    access = own("owner") | party("supplier") | everyone()
    create = commands.enter_supplier_invoice
    actions = (
        "match_supplier_invoice",
        "release_supplier_invoice",
        "approve_supplier_invoice",
        "pay_supplier_invoice",
        "credit_supplier_invoice",
        "hold_supplier_invoice",
        "reject_supplier_invoice",
    )
    prefill = {"credit_supplier_invoice": left_to_credit}
    empty = _("No supplier invoices yet. Enter what a supplier asks for; it is compared with what came.")

    @classmethod
    def open_commands(cls, ctx: Ctx, record: models.SupplierInvoice) -> list[Command[Any, Any]]:
        """Only what was posted is credited."""
        found = super().open_commands(ctx, record)
        return [c for c in found if c is not commands.credit_supplier_invoice or record.state in POSTED]


class SupplierInvoiceLine(Resource):
    """What suppliers have billed, item by item."""

    model = models.SupplierInvoiceLine
    menu = None
    icon = "list-check"
    columns = (
        "invoice",
        Column("description", sub="item.sku"),
        Column("quantity", unit="item.unit"),
        Column("received", unit="item.unit"),
        "price",
        "amount",
        "match",
        "quantity_variance",
        "price_variance",
        Column("says", wrap=True),
    )
    filters = "invoice", "invoice.supplier", "invoice.state", "item", "match"
    search = "description", "item.sku", "invoice.their_number"
    key = "pk"
    joins = "item.unit", "invoice"
    access = through("invoice", models.SupplierInvoice)
    create = False
    edit = False
    delete = False
    actions = ("allocate_bill_line",)
    empty = _("No lines yet. They stand on supplier invoices.")
