"""How suppliers' credit notes are shown, entered, used and found."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.costing.pages.books import books
from loomline.domains.payables import commands, models, queries
from loomline.domains.payables.models import SupplierCreditState
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


def what_is_left(ctx: Ctx, record: models.SupplierCredit) -> list[dict[str, Any]]:
    """What to do with what has settled nothing yet, or why it was sent back."""
    if record.state == SupplierCreditState.REJECTED:
        return [_callout("bad", _t("Rejected."), record.rejected_reason)]
    if record.state == SupplierCreditState.REVERSED:
        return [_callout("bad", _t("Reversed."), record.reversed_reason)]
    if not record.open_amount:
        return []
    owed = queries.open_invoices(supplier_id=record.supplier_id, currency=record.currency)
    there = ", ".join(f"{one} ({draw_text.money(one.open_amount, one.currency)})" for one in owed[:3])
    left = draw_text.money(record.open_amount, record.currency)
    text = (
        _t("{left} can be used for {invoices}.").format(left=left, invoices=there)
        if there
        else _t("{left} can be used for the next invoice, or taken when it is paid.").format(left=left)
    )
    return [_callout("info", _t("Open."), text)]


def _callout(tone: str, title: str, text: str) -> dict[str, Any]:
    return {"tone": tone, "title": title, "text": text, "action": None}


def off_receipts(ctx: Ctx, record: models.SupplierCredit) -> dict[str, Any] | None:
    """Which received goods it takes off the bills."""
    parts = queries.allocations_of_credit(credit=record).select_related(
        "billed__receipt_line__receipt", "billed__receipt_line__item__unit"
    )
    cells = [
        [
            Cell(text=part.line.description, strong=True),
            Cell(text=str(line.receipt), url=registry.url(line.receipt)),
            Cell(kind="quantity", value=part.quantity, unit=line.item.unit.code),
            Cell(kind="money", value=part.billed.price, unit=record.currency),
            Cell(text=_t("sent back") if part.is_returned else _t("may be billed again")),
        ]
        for part in parts
        for line in [part.billed.receipt_line]
    ]
    if not cells:
        return None
    heads = [_t("Line"), _t("Receipt"), _t("Quantity"), _t("Agreed price"), _t("Goods")]
    return plain_table(_t("Receipts"), heads, cells, slots=("a1", "a2", "b1", "b2", "hide"))


def posted(ctx: Ctx, record: models.SupplierCredit) -> dict[str, Any] | None:
    """What the credit note has posted."""
    return books(ctx, models.SupplierCredit._meta.label_lower, [record.pk])


class SupplierCredit(Resource):
    """What suppliers give back: entered, posted, used for what we owe them."""

    model = models.SupplierCredit
    menu = "Finance", needs("payables.supplierinvoice")
    order = 32
    icon = "receipt-2"
    columns = (
        "number",
        "supplier",
        "their_number",
        "state",
        "total",
        Column("open_amount", label=_("Open"), kind="money", currency="currency"),
        "issued_on",
        Column("reason", wrap=True),
    )
    filters = (
        "state",
        "supplier",
        "issued_on",
        "booked_on",
        "total",
        "currency",
        "owner",
        "lines.item",
        "lines.invoice_line.invoice",
    )
    search = "number", "their_number", "supplier.name", "reason"
    form = (
        "supplier",
        "their_number",
        "issued_on",
        "booked_on",
        "reason",
        "currency",
        "total",
        "note",
        Lines(
            "lines",
            "invoice_line",
            "kind",
            "receipt_line",
            "item",
            "description",
            "quantity",
            "price",
            "tax_rate",
        ),
    )
    views = (
        Table(),
        Board(by="state", sum="total", title="their_number", party="supplier", date="issued_on"),
        Calendar("issued_on"),
        Chart(Sum("total"), by="month of issued_on"),
        Chart(Sum("net"), by="supplier", label=_("By supplier")),
    )
    saved = {
        _("To post"): "state=entered&sort=issued_on",
        _("Open credit"): "state=open&sort=issued_on",
        _("Used up"): "state=used",
    }
    head = (
        "supplier",
        "their_number",
        "total",
        Column("open_amount", label=_("Open"), kind="money", currency="currency"),
        "issued_on",
    )
    detail = (
        Callouts(what_is_left),
        LinesPanel(
            "lines",
            Column("description", sub="item.sku"),
            Column("invoice_line.invoice", label=_("Supplier invoice")),
            "kind",
            Column("quantity", unit="item.unit"),
            Column("price", currency="credit.currency"),
            Column("amount", currency="credit.currency"),
            Column("receipt_line.receipt", label=_("Sent back")),
            title=_("Lines"),
            totals=("net", "tax", "total"),
        ),
        LinesPanel(
            "applications",
            "at",
            "invoice",
            Column("amount", currency="credit.currency"),
            title=_("Used for"),
        ),
        Panel("loom/panels/table.html", read=off_receipts, title=_("Receipts"), name="receipts"),
        Panel("loom/panels/table.html", read=posted, title=_("Books"), name="books"),
        Facts(
            "booked_on",
            "applied",
            "reason",
            "rejected_reason",
            "reversed_reason",
            "posted_by",
            "posted_at",
            "note",
            "owner",
        ),
        Changes(),
        Timeline(),
    )
    key = "number"
    joins = ("supplier",)
    access = own("owner") | party("supplier") | everyone()
    create = commands.enter_supplier_credit
    delete = False
    actions = (
        "post_supplier_credit",
        "apply_supplier_credit",
        "take_back_credit",
        "reverse_supplier_credit",
        "reject_supplier_credit",
    )
    empty = _(
        "No supplier credit notes yet. Enter what a supplier gives back: for goods sent back, a price that"
        " was too high, or on its own."
    )


class SupplierCreditLine(Resource):
    """What suppliers have given back, item by item."""

    model = models.SupplierCreditLine
    menu = None
    icon = "list-check"
    columns = (
        "credit",
        Column("description", sub="item.sku"),
        "kind",
        Column("quantity", unit="item.unit"),
        "price",
        "amount",
        "invoice_line",
        "receipt_line",
    )
    filters = "credit", "credit.supplier", "credit.state", "kind", "item", "invoice_line.invoice"
    search = "description", "item.sku", "credit.their_number"
    key = "pk"
    joins = "item.unit", "credit", "invoice_line", "receipt_line"
    access = through("credit", models.SupplierCredit)
    create = False
    edit = False
    delete = False
    empty = _("No lines yet. They stand on supplier credit notes.")


class CreditAllocation(Resource):
    """Which received goods credit notes took off which bills."""

    model = models.CreditAllocation
    menu = None
    icon = "link"
    columns = "line", "billed", "quantity", "is_returned"
    filters = "line.credit", "line.credit.supplier", "billed.receipt_line", "is_returned"
    search = "line.description", "line.credit.their_number"
    key = "pk"
    joins = "line", "billed"
    access = through("line", models.SupplierCreditLine)
    empty = _("Nothing was taken off a bill yet. Credit notes do so when they are posted.")


class CreditApplication(Resource):
    """Which credit note settles which supplier invoice, and by how much."""

    model = models.CreditApplication
    menu = None
    icon = "link"
    columns = "at", "credit", "invoice", Column("amount", currency="credit.currency")
    filters = "credit", "invoice", "credit.supplier", "at"
    search = "credit.number", "credit.their_number", "invoice.number"
    key = "pk"
    joins = "credit", "invoice"
    access = through("credit", models.SupplierCredit)
    empty = _("Nothing was settled yet. Credit notes settle supplier invoices here, row by row.")
