"""The letters of sales as PDF: the quote a customer decides on, the confirmation they rely on."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loomline.domains.parties.models import Address, Party
from loomline.domains.privacy import queries as privacy
from loomline.domains.sales.models import Order, OrderLine, Quote, QuoteLine, Totals
from loomline.domains.sales.models.totals import rounded
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, paper, registry
from loomline.surface.page import ctx_of, record_of, staff
from loomline.surface.paper import Data, day, less, price

TEMPLATES = Path(__file__).parents[1] / "templates" / "sales"


def quote_letter(ctx: Ctx, *, quote: Quote) -> bytes:
    """A quote as the customer gets it, in the customer's language."""
    with paper.in_language(quote.customer.language, ctx.company.language):
        return paper.typeset(TEMPLATES / "quote.typ", quote_data(ctx, quote))


def confirmation_letter(ctx: Ctx, *, order: Order) -> bytes:
    """An order as we have promised it, in the customer's language."""
    with paper.in_language(order.customer.language, ctx.company.language):
        return paper.typeset(TEMPLATES / "confirmation.typ", confirmation_data(ctx, order))


def quote_data(ctx: Ctx, quote: Quote) -> Data:
    """What a quote says, as plain values."""
    lines = list(quote.lines.select_related("item__unit", "unit").order_by("position", "pk"))
    firm = [line for line in lines if line.is_firm]
    facts = [
        (_("Date"), day(quote.quoted_on)),
        (_("Valid until"), day(quote.valid_until)),
        (_("Your reference"), quote.customer_reference),
        (_("Deliverable"), day(quote.promised_on) if quote.promised_on else ""),
        (_("Your contact"), str(quote.owner or "")),
    ]
    closing = [
        quote.note,
        _("Prices hold until {day}. Delivery days hold if we have your answer by then.").format(
            day=day(quote.valid_until)
        ),
    ]
    recipient = [quote.customer.name, *_person(quote.contact), *_address(quote.ship_to)]
    head = paper.letter(ctx.company, recipient=recipient, facts=facts, closing=closing)
    return {
        **head,
        **_sums(quote, firm, quote.freight),
        "title": _("Quote"),
        "number": quote.number,
        "opening": head["look"].get("opening") or _("Thank you for your enquiry. We are glad to offer:"),
        "rows": [_row(line, quote.currency) for line in firm],
        "options": [_row(line, quote.currency) for line in lines if line.is_optional],
        "alternatives": [_instead(line, quote.currency) for line in lines if line.alternative_of],
    }


def _instead(line: QuoteLine, currency: str) -> Data:
    """An alternative, and which line it may stand in for."""
    row = _row(line, currency)
    said = _("Instead of line {position}").format(position=line.alternative_of)
    return {**row, "detail": " · ".join(part for part in (said, row["detail"]) if part)}


def confirmation_data(ctx: Ctx, order: Order) -> Data:
    """What an order confirmation says, as plain values."""
    lines = list(order.lines.select_related("item__unit", "unit").order_by("position", "pk"))
    facts = [
        (_("Date"), day((order.confirmed_at or ctx.now).astimezone(ctx.company.zone).date())),
        (_("Your reference"), order.customer_reference),
        (_("Delivery"), day(order.promised_on) if order.promised_on else ""),
        (_("Carrier"), str(order.carrier or "")),
        (_("Your contact"), str(order.owner or "")),
        (_("Revision"), str(order.revision) if order.revision > 1 else ""),
    ]
    goes_to = ", ".join([order.ship_name, *order.ship_address.splitlines()]) if order.ship_address else ""
    closing = [
        order.note,
        _("We deliver to: {address}.").format(address=goes_to) if goes_to else "",
        ngettext(
            "Payment within {n} day of invoice.", "Payment within {n} days of invoice.", order.payment_days
        ).format(n=order.payment_days),
        _("Please tell us at once if anything differs from what you have ordered."),
    ]
    recipient = [order.customer.name, *_person(order.contact), *order.ship_address.splitlines()]
    opening = (
        _("Thank you for your order. We will deliver as follows:")
        if order.confirmed_at
        else _("This is how we have noted your order. It is not confirmed yet.")
    )
    return {
        **paper.letter(ctx.company, recipient=recipient, facts=facts, closing=closing),
        **_sums(order, lines, order.freight),
        "title": _("Order confirmation") if order.confirmed_at else _("Order draft"),
        "number": order.number,
        "opening": opening,
        "rows": [_row(line, order.currency) for line in lines],
        "options": [],
        "alternatives": [],
    }


def _words(currency: str) -> dict[str, str]:
    """What the templates print of themselves."""
    return paper.words(
        currency,
        place=_("Place and day"),
        name=_("Name in capitals"),
        sign=_("Signature"),
        options=_("On request, not in the total"),
        alternatives=_("Alternatives, instead of the line named"),
        accept=_("We order as offered above:"),
    )


def _sums(document: Quote | Order, lines: Sequence[QuoteLine | OrderLine], freight: Decimal) -> Data:
    """Goods, freight and tax for each rate, as they add up to the total."""
    currency = document.currency
    totals = Totals.of([(line.amount, line.tax_rate) for line in lines], currency=currency, freight=freight)
    rows = [(_("Goods"), totals.net - rounded(freight, currency))] if freight or totals.tax else []
    rows += [(_("Freight"), freight)] if freight else []
    rows += paper.taxes([(group.rate, group.base, group.tax) for group in totals.groups], currency)
    return {
        "words": _words(currency),
        "sums": paper.amounts(rows, currency),
        "total": draw_text.money(totals.total, currency),
    }


def _row(line: QuoteLine | OrderLine, currency: str) -> Data:
    item = line.item
    details = [item.sku, item.variant]
    if line.unit_id != item.unit_id:
        details.append(f"{draw_text.number(line.entered_quantity)} {line.unit.code}")
    return {
        "position": str(line.position),
        "name": line.description or item.name,
        "detail": " · ".join(part for part in details if part),
        "day": day(line.promised_on, short=True) if line.promised_on else "",
        "quantity": draw_text.number(line.quantity, decimals=None),
        "unit": item.unit.code,
        "price": price(line.price, currency),
        "discount": less(line.discount),
        "amount": price(line.amount, currency),
    }


def _person(contact: Party | None) -> list[str]:
    return [contact.name] if contact is not None else []


def _address(address: Address | None) -> list[str]:
    return address.lines if address is not None else []


@staff
def quote_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A quote, written as it stands."""
    ctx = ctx_of(request)
    quote = record_of(_resource(Quote), ctx, pk, ("customer", "contact", "owner", "ship_to"))
    privacy.refuse_paper(ctx, quote)
    return paper.answer(quote_letter(ctx, quote=quote), quote.number)


@staff
def confirmation_page(request: HttpRequest, pk: int) -> HttpResponse:
    """An order confirmation, written as things stand."""
    ctx = ctx_of(request)
    order = record_of(_resource(Order), ctx, pk, ("customer", "contact", "owner", "carrier"))
    privacy.refuse_paper(ctx, order)
    return paper.answer(confirmation_letter(ctx, order=order), order.number)


def _resource(model: Any) -> Any:
    found = registry.of(model)
    assert found is not None
    return found


urlpatterns = [
    path("sales/quotes/<int:pk>/quote.pdf", quote_page),
    path("sales/orders/<int:pk>/confirmation.pdf", confirmation_page),
]
