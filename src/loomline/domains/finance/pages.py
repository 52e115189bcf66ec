"""Invoices and credit notes as PDF."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext as _

from loomline.domains.finance.models import Invoice, InvoiceKind, InvoiceLine, InvoiceState
from loomline.domains.sales.models import Totals
from loomline.kernel.company import Company
from loomline.kernel.context import Ctx
from loomline.kernel.money import minor_unit
from loomline.surface import draw_text, registry
from loomline.surface.page import ctx_of, record_of, staff

# Letters share the paper of sales, so the typesetter may read the templates of both.
ROOT = Path(__file__).parents[1]
TEMPLATE = Path(__file__).parent / "templates" / "finance" / "invoice.typ"
Data = dict[str, Any]


@lru_cache(maxsize=1)
def fonts() -> Any:
    """The fonts that come with the typesetter, so that invoices look the same on every machine."""
    return import_module("typst").Fonts(include_system_fonts=False)


def typeset(data: Mapping[str, Any]) -> bytes:
    """A PDF from the invoice's template; the data are values and never markup."""
    # The typesetter is large and most processes never write a letter: it is loaded with the first one.
    made: bytes = import_module("typst").compile(
        str(TEMPLATE), root=str(ROOT), font_paths=fonts(), sys_inputs={"data": json.dumps(data)}
    )
    return made


def invoice_letter(ctx: Ctx, *, invoice: Invoice) -> bytes:
    """An invoice or credit note as the customer gets it, in the customer's language."""
    with translation.override(invoice.customer.language or ctx.company.language or "en"):
        return typeset(invoice_data(ctx, invoice))


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
    return {
        "lang": (translation.get_language() or "en")[:2],
        "company": _company(ctx.company),
        "recipient": invoice.bill_to.splitlines() or [invoice.customer.name],
        "facts": [{"label": label, "value": value} for label, value in facts if value],
        "number": str(invoice),
        "words": _words(invoice.currency),
        **_sums(invoice, lines),
        **_said(invoice),
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


def _company(company: Company) -> dict[str, str]:
    address = [part.strip() for part in company.address.splitlines() if part.strip()]
    vat = _("VAT {number}").format(number=company.vat_number) if company.vat_number else ""
    return {
        "name": company.name,
        "contact": company.email,
        "sender": " · ".join([company.name, *address]),
        "footer": " · ".join(part for part in (company.name, *address, vat, company.email) if part),
    }


def _words(currency: str) -> dict[str, str]:
    """What the template prints of itself."""
    return {
        "item": _("Item"),
        "day": _("Delivery"),
        "quantity": _("Quantity"),
        "price": _("Price"),
        "discount": _("Discount"),
        "amount": _("Amount, {currency}").format(currency=currency),
        "total": _("Total"),
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
    for group in totals.groups:
        if group.rate:
            words = _("VAT {rate} on {base}")
            base = draw_text.money(group.base, currency)
            rows.append((words.format(rate=percent(group.rate), base=base), group.tax))
    settled = [(_("Paid"), -invoice.paid), (_("Credited"), -invoice.credited)]
    rest = [(label, amount) for label, amount in settled if amount]
    rest += [(_("Open"), invoice.open_amount)] if rest else []
    return {
        "sums": [{"label": label, "value": draw_text.money(amount, currency)} for label, amount in rows],
        "total": draw_text.money(invoice.total, currency),
        "rest": [{"label": label, "value": draw_text.money(amount, currency)} for label, amount in rest],
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
        "discount": f"−{percent(line.discount)}" if line.discount else "",
        "amount": price(line.amount, currency),
    }


def day(value: date | None) -> str:
    """A day as letters write it."""
    return str(format_date(value, "long", locale=draw_text.here())) if value else ""


def price(amount: Decimal, currency: str) -> str:
    """An amount with at least the currency's decimals and no more than it has itself."""
    places = max(-int(minor_unit(currency).as_tuple().exponent), 0)
    pattern = "#,##0" + ("." + "0" * places + "#" * (6 - places) if places else "")
    return str(format_decimal(amount, pattern, locale=draw_text.here()))


def percent(share: Decimal) -> str:
    """A share with the decimals that it has."""
    return f"{format_decimal(share * 100, '#,##0.##', locale=draw_text.here())} %"


@staff
def invoice_page(request: HttpRequest, pk: int) -> HttpResponse:
    """An invoice, written as it stands."""
    ctx = ctx_of(request)
    resource = registry.of(Invoice)
    assert resource is not None
    invoice = record_of(resource, ctx, pk, ("customer", "order", "credits"))
    answer = HttpResponse(invoice_letter(ctx, invoice=invoice), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{invoice}.pdf"'
    return answer


urlpatterns = [path("finance/invoices/<int:pk>/invoice.pdf", invoice_page)]
