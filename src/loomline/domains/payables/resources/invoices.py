"""How supplier invoices are shown, moved, found and exported."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.payables import commands, models
from loomline.domains.payables.models import SupplierInvoiceState
from loomline.kernel.context import Ctx
from loomline.surface import draw_text
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
    """What is asked above what came, and what is due."""
    found = []
    over = [line for line in record.lines.order_by("position") if line.difference > 0]
    if over and record.state == SupplierInvoiceState.MATCHED:
        amount = draw_text.money(sum(line.difference for line in over), record.currency)
        title = _t("{amount} more than was received.").format(amount=amount)
        text = ", ".join(line.description for line in over)
        found.append({"tone": "warn", "title": title, "text": text, "action": None})
    if record.open_amount and record.due_on < ctx.today:
        title, text = _t("Overdue."), _t("It was due on {day}.").format(day=draw_text.day(record.due_on))
        found.append({"tone": "bad", "title": title, "text": text, "action": None})
    return found


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
    filters = "state", "supplier", "purchase", "issued_on", "due_on", "paid_on", "total", "currency", "owner"
    search = "number", "their_number", "supplier.name", "purchase.number"
    form = (
        "supplier",
        "their_number",
        "purchase",
        "issued_on",
        "due_on",
        "currency",
        "total",
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
        _("To approve"): "state=matched&sort=due_on",
        _("To pay"): "state=approved&sort=due_on",
        _("Due this week"): "state=entered,matched,approved&due_on=next_7_days&sort=due_on",
    }
    head = "supplier", "their_number", "total", "due_on", "purchase"
    detail = (
        Callouts(supplier_decisions),
        LinesPanel(
            "lines",
            Column("description", sub="item.sku"),
            Column("quantity", unit="item.unit"),
            Column("received", unit="item.unit", label=_("To bill")),
            Column("price", currency="invoice.currency"),
            Column("agreed_price", currency="invoice.currency"),
            Column("amount", currency="invoice.currency"),
            Column("difference", currency="invoice.currency"),
            title=_("Lines"),
            totals=("net", "tax", "total"),
        ),
        Facts("issued_on", "approved_by", "approved_at", "paid_on", "reason", "note", "owner"),
        Changes(),
        Timeline(),
    )
    key = "number"
    joins = "supplier", "purchase"
    access = own("owner") | party("supplier") | everyone()
    create = commands.enter_supplier_invoice
    actions = (
        "match_supplier_invoice",
        "approve_supplier_invoice",
        "pay_supplier_invoice",
        "reject_supplier_invoice",
    )
    empty = _("No supplier invoices yet. Enter what a supplier asks for; it is compared with what came.")


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
        "difference",
    )
    filters = "invoice", "invoice.supplier", "invoice.state", "item"
    search = "description", "item.sku", "invoice.their_number"
    key = "pk"
    joins = "item.unit", "invoice"
    access = through("invoice", models.SupplierInvoice)
    create = False
    edit = False
    delete = False
    empty = _("No lines yet. They stand on supplier invoices.")
