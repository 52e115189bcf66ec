"""How invoices, payments and rates are shown, moved, found and exported."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loomline.domains.costing.pages.books import books
from loomline.domains.finance import commands, models
from loomline.domains.finance.models import InvoiceState
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


def decisions(ctx: Ctx, record: models.Invoice) -> list[dict[str, Any]]:
    """Money that should have come."""
    days = record.days_overdue(ctx.today)
    if record.state != InvoiceState.POSTED or not days:
        return []
    text = _t("{open} were due on {day}.").format(
        open=draw_text.money(record.open_amount, record.currency), day=draw_text.day(record.due_on)
    )
    title = ngettext("{n} day overdue.", "{n} days overdue.", days).format(n=days)
    return [{"tone": "bad" if days > 30 else "warn", "title": title, "text": text, "action": None}]


def steps(ctx: Ctx, record: models.Invoice) -> list[dict[str, Any]]:
    """Drafted, posted, due, paid."""
    if record.state == InvoiceState.CREDITED:
        return []
    is_paid = record.state == InvoiceState.PAID
    is_posted = record.state != InvoiceState.DRAFT
    is_late = record.days_overdue(ctx.today) > 0
    waiting = "late" if is_late else "now"
    marks = [
        (_t("Drafted"), "pencil", None, "done" if is_posted else "now"),
        (_t("Posted"), "file-invoice", record.issued_on, "done" if is_posted else ""),
        (_t("Due"), "calendar-event", record.due_on, "done" if is_paid else waiting if is_posted else ""),
        (_t("Paid"), "coin", record.paid_on, "done" if is_paid else ""),
    ]
    return [
        {"title": title, "icon": icon, "date": draw_text.day(day) if day else "", "state": state}
        for title, icon, day, state in marks
    ]


def papers(ctx: Ctx, record: models.Invoice) -> dict[str, Any]:
    """The invoice as the customer gets it."""
    file = {
        "name": str(record),
        "icon": "file-invoice",
        "url": f"/finance/invoices/{record.pk}/invoice.pdf",
        "size": "PDF",
        "at": record.posted_at or ctx.now,
        "by": ctx.company.name,
        "actions": [],
    }
    return {"files": [file], "empty": ""}


def posted(ctx: Ctx, record: models.Invoice) -> dict[str, Any] | None:
    """What an invoice or credit note has posted."""
    return books(ctx, models.Invoice._meta.label_lower, [record.pk])


def banked(ctx: Ctx, record: models.Payment) -> dict[str, Any] | None:
    """What a payment has posted."""
    return books(ctx, models.Payment._meta.label_lower, [record.pk])


class Invoice(Resource):
    """What customers owe us, and what was taken back."""

    model = models.Invoice
    menu = "Finance", needs("parties.party")
    order = 10
    icon = "file-invoice"
    columns = (
        "number",
        "customer",
        "kind",
        "state",
        "total",
        Column("open_amount", label=_("Open"), kind="money", currency="currency"),
        "issued_on",
        "due_on",
        "paid_on",
        "order",
    )
    filters = (
        "state",
        "kind",
        "customer",
        "order",
        "owner",
        "team",
        "issued_on",
        "due_on",
        "paid_on",
        "total",
        "currency",
        "lines.item",
    )
    search = "number", "customer.name", "customer_reference", "order.number"
    form = (
        "customer",
        "due_on",
        "currency",
        "customer_reference",
        "note",
        Lines("lines", "item", "description", "quantity", "price", "discount", "tax_rate"),
    )
    views = (
        Table(),
        Board(by="state", sum="total", title="number", party="customer", date="due_on"),
        Calendar("due_on", "paid_on"),
        Chart(Sum("net"), by="month of issued_on"),
        Chart(Sum("net"), by="customer", label=_("By customer")),
    )
    saved = {
        _("Open"): "state=posted&kind=invoice&sort=due_on",
        _("Overdue"): "state=posted&kind=invoice&due_on.before=today&sort=due_on",
        _("Drafts"): "state=draft",
        _("Paid"): "state=paid",
        _("Credit notes"): "kind=credit_note",
    }
    head = (
        "customer",
        "total",
        Column("open_amount", label=_("Open"), kind="money", currency="currency"),
        "due_on",
        "order",
    )
    detail = (
        Callouts(decisions),
        Tracker(steps),
        LinesPanel(
            "lines",
            Column("description", sub="item.sku"),
            Column("quantity", unit="item.unit"),
            Column("price", currency="invoice.currency"),
            Column("discount", kind="percent"),
            Column("tax_rate", kind="percent"),
            Column("amount", currency="invoice.currency"),
            title=_("Lines"),
            totals=("net", "freight", "tax", "total"),
        ),
        LinesPanel(
            "allocations", "at", "payment", Column("amount", currency="invoice.currency"), title=_("Payments")
        ),
        Related("credit_notes", title=_("Credit notes")),
        Panel("loom/panels/table.html", read=posted, title=_("Books"), name="books"),
        Panel("loom/panels/documents.html", read=papers, title=_("Papers"), name="papers", place="side"),
        Facts(
            "customer_reference",
            "issued_on",
            "paid",
            "credited",
            "paid_on",
            "credits",
            "reason",
            "bill_to",
            "note",
            "owner",
            "team",
        ),
        Changes(),
        Timeline(),
    )
    key = "pk"
    joins = "customer", "order"
    access = (
        own("owner")
        | team("team")
        | territory("customer.territory_place.territory")
        | party("customer")
        | everyone()
    )
    create = commands.write_invoice
    actions = "post_invoice", "credit_invoice"
    empty = _("No invoices yet. Ship an order and invoice it, or write an invoice that follows no order.")


class InvoiceLine(Resource):
    """What customers were asked money for, item by item."""

    model = models.InvoiceLine
    menu = None
    icon = "list-check"
    columns = (
        "invoice",
        Column("description", sub="item.sku"),
        Column("quantity", unit="item.unit"),
        "price",
        "amount",
    )
    filters = "invoice", "invoice.customer", "invoice.state", "item"
    search = "description", "item.sku", "invoice.number"
    key = "pk"
    joins = "item.unit", "invoice"
    access = through("invoice", models.Invoice)
    create = False
    edit = False
    delete = False
    empty = _("No invoice lines yet. They stand on their invoices.")


class Payment(Resource):
    """Money that customers have paid, and what it settles."""

    model = models.Payment
    menu = "Finance", needs("parties.party")
    order = 20
    icon = "wallet"
    columns = (
        "number",
        "customer",
        "state",
        "amount",
        Column("unallocated", label=_("Left over"), kind="money", currency="currency"),
        "received_on",
        "method",
        "reference",
    )
    filters = "state", "customer", "received_on", "method", "amount", "currency"
    search = "number", "customer.name", "reference"
    form = "customer", "amount", "currency", "received_on", "method", "reference", "note"
    views = Table(), Calendar("received_on"), Chart(Sum("amount"), by="month of received_on")
    head = "customer", "amount", "received_on", "method"
    detail = (
        LinesPanel(
            "allocations", "at", "invoice", Column("amount", currency="payment.currency"), title=_("Settles")
        ),
        Panel("loom/panels/table.html", read=banked, title=_("Books"), name="books"),
        Facts("allocated", "reference", "note"),
        Changes(),
        Timeline(),
    )
    key = "number"
    joins = ("customer",)
    access = party("customer") | everyone()
    create = commands.take_payment
    delete = False
    actions = "allocate_payment", "reverse_payment"
    empty = _("No payments yet. Note what a customer has paid; it settles the longest due invoices first.")


class PaymentAllocation(Resource):
    """Which payment settles which invoice, and by how much."""

    model = models.PaymentAllocation
    menu = None
    icon = "link"
    columns = "at", "payment", "invoice", Column("amount", currency="payment.currency")
    filters = "payment", "invoice", "payment.customer", "at"
    search = "payment.number", "invoice.number"
    key = "pk"
    joins = "payment", "invoice"
    access = through("payment", models.Payment)
    empty = _("Nothing was settled yet. Payments settle invoices here, row by row.")
