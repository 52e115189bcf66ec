"""Invoices and credit notes as PDF."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _

from loomline.domains.finance import queries
from loomline.domains.finance.models import Invoice, InvoiceKind, InvoiceLine, InvoiceState
from loomline.domains.privacy import queries as privacy
from loomline.domains.sales.models import Totals
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, paper, registry
from loomline.surface.page import ctx_of, record_of, staff
from loomline.surface.paper import Data, day, less, price

TEMPLATE = Path(__file__).parent / "templates" / "finance" / "invoice.typ"


def invoice_letter(ctx: Ctx, *, invoice: Invoice) -> bytes:
    """An invoice or credit note as the customer gets it, in the customer's language."""
    with paper.in_language(invoice.customer.language, ctx.company.language):
        return paper.typeset(TEMPLATE, invoice_data(ctx, invoice))


def invoice_data(ctx: Ctx, invoice: Invoice) -> Data:
    """What an invoice says, as plain values."""
    lines = list(invoice.lines.select_related("item__unit").order_by("position", "pk"))
    facts = [
        (_("Date"), day(invoice.issued_on)),
        (_("Due"), day(invoice.due_on) if invoice.kind == InvoiceKind.INVOICE else ""),
        (_("Order"), str(invoice.order or "")),
        (_("Invoice"), str(invoice.credits or "")),
        (_("Your reference"), invoice.customer_reference),
        (_("Your VAT number"), invoice.customer.vat_number),
    ]
    said = _said(invoice)
    if queries.is_reverse_charge(ctx, invoice=invoice):
        said["closing"] = [*said["closing"], _("Reverse charge: the recipient accounts for the tax.")]
    recipient = invoice.bill_to.splitlines() or [invoice.customer.name]
    return {
        **said,
        **paper.letter(ctx.company, recipient=recipient, facts=facts, closing=said["closing"]),
        **_sums(invoice, lines),
        "number": str(invoice),
        "words": paper.words(invoice.currency),
        "rows": [_row(line, invoice.currency) for line in lines],
    }


def _said(invoice: Invoice) -> Data:
    """Title, opening and closing words."""
    if invoice.kind == InvoiceKind.CREDIT_NOTE:
        reason = _("Reason: {reason}").format(reason=invoice.reason)
        opening = _("We take back from invoice {number}:").format(number=invoice.credits)
        return {"title": _("Credit note"), "opening": opening, "closing": [reason]}
    if invoice.state == InvoiceState.DRAFT:
        return {
            "title": _("Invoice"),
            "opening": _("A draft: nothing is asked for yet."),
            "closing": [invoice.note],
        }
    asked = _("Please pay {amount} by {day} and name {number} as the reference.").format(
        amount=draw_text.money(invoice.open_amount, invoice.currency), day=day(invoice.due_on), number=invoice
    )
    thanks = _("Paid in full. Thank you.")
    return {
        "title": _("Invoice"),
        "opening": _("For what we have delivered we ask for:"),
        "closing": [part for part in (invoice.note, asked if invoice.open_amount else thanks) if part],
    }


def _sums(invoice: Invoice, lines: list[InvoiceLine]) -> Data:
    """Goods, freight and tax for each rate, as they add up to the total; then what is settled."""
    currency = invoice.currency
    totals = Totals.of(
        [(line.amount, line.tax_rate) for line in lines], currency=currency, freight=invoice.freight
    )
    goods = invoice.net - invoice.freight
    rows = [(_("Goods"), goods)] if invoice.freight or invoice.tax else []
    rows += [(_("Freight"), invoice.freight)] if invoice.freight else []
    rows += paper.taxes([(group.rate, group.base, group.tax) for group in totals.groups], currency)
    settled = [(_("Paid"), -invoice.paid), (_("Credited"), -invoice.credited)]
    rest = [(label, amount) for label, amount in settled if amount]
    rest += [(_("Open"), invoice.open_amount)] if rest else []
    return {
        "sums": paper.amounts(rows, currency),
        "total": draw_text.money(invoice.total, currency),
        "rest": paper.amounts(rest, currency),
    }


def _row(line: InvoiceLine, currency: str) -> Data:
    item = line.item
    details = [item.sku, item.variant] if item is not None else []
    return {
        "position": str(line.position),
        "name": line.description or (item.name if item is not None else ""),
        "detail": " · ".join(part for part in details if part),
        "day": "",
        "quantity": draw_text.number(line.quantity),
        "unit": item.unit.code if item is not None else "",
        "price": price(line.price, currency),
        "discount": less(line.discount),
        "amount": price(line.amount, currency),
    }


@staff
def invoice_page(request: HttpRequest, pk: int) -> HttpResponse:
    """An invoice, written as it stands."""
    ctx = ctx_of(request)
    resource = registry.of(Invoice)
    assert resource is not None
    invoice = record_of(resource, ctx, pk, ("customer", "order", "credits"))
    privacy.refuse_paper(ctx, invoice)
    return paper.answer(invoice_letter(ctx, invoice=invoice), str(invoice))


urlpatterns = [path("finance/invoices/<int:pk>/invoice.pdf", invoice_page)]
