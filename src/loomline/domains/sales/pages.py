"""The letters of sales as PDF: the quote a customer decides on, the confirmation they rely on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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
from django.utils.translation import ngettext

from loomline.domains.parties.models import Address, Party
from loomline.domains.sales.models import Order, OrderLine, Quote, QuoteLine, Totals
from loomline.domains.sales.models.totals import rounded
from loomline.kernel.company import Company
from loomline.kernel.context import Ctx
from loomline.kernel.money import minor_unit
from loomline.surface import draw_text, registry
from loomline.surface.page import ctx_of, record_of, staff

TEMPLATES = Path(__file__).parent / "templates" / "sales"
Data = dict[str, Any]


@lru_cache(maxsize=1)
def fonts() -> Any:
    """The fonts that come with the typesetter, so that letters look the same on every machine."""
    return import_module("typst").Fonts(include_system_fonts=False)


def typeset(template: str, data: Mapping[str, Any]) -> bytes:
    """A PDF from a template of this domain; the data are values and never markup."""
    # The typesetter is large and most processes never write a letter: it is loaded with the first one.
    made: bytes = import_module("typst").compile(
        str(TEMPLATES / template),
        root=str(TEMPLATES),
        font_paths=fonts(),
        sys_inputs={"data": json.dumps(data)},
    )
    return made


def quote_letter(ctx: Ctx, *, quote: Quote) -> bytes:
    """A quote as the customer gets it, in the customer's language."""
    with translation.override(quote.customer.language or ctx.company.language or "en"):
        return typeset("quote.typ", quote_data(ctx, quote))


def confirmation_letter(ctx: Ctx, *, order: Order) -> bytes:
    """An order as we have promised it, in the customer's language."""
    with translation.override(order.customer.language or ctx.company.language or "en"):
        return typeset("confirmation.typ", confirmation_data(ctx, order))


def quote_data(ctx: Ctx, quote: Quote) -> Data:
    """What a quote says, as plain values."""
    lines = list(quote.lines.select_related("item__unit", "unit").order_by("position", "pk"))
    firm = [line for line in lines if not line.is_optional]
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
    return {
        **_letter(ctx.company, recipient, facts, closing),
        **_sums(quote, firm, quote.freight),
        "title": _("Quote"),
        "number": quote.number,
        "opening": _("Thank you for your enquiry. We are glad to offer:"),
        "rows": [_row(line, quote.currency) for line in firm],
        "options": [_row(line, quote.currency) for line in lines if line.is_optional],
    }


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
        **_letter(ctx.company, recipient, facts, closing),
        **_sums(order, lines, order.freight),
        "title": _("Order confirmation") if order.confirmed_at else _("Order draft"),
        "number": order.number,
        "opening": opening,
        "rows": [_row(line, order.currency) for line in lines],
        "options": [],
    }


def _letter(
    company: Company, recipient: Sequence[str], facts: Sequence[tuple[str, str]], closing: Sequence[str]
) -> Data:
    """What every letter has: who writes to whom, and the words that its template prints."""
    address = [part.strip() for part in company.address.splitlines() if part.strip()]
    vat = _("VAT {number}").format(number=company.vat_number) if company.vat_number else ""
    return {
        "lang": (translation.get_language() or "en")[:2],
        "company": {
            "name": company.name,
            "contact": company.email,
            "sender": " · ".join([company.name, *address]),
            "footer": " · ".join(part for part in (company.name, *address, vat, company.email) if part),
        },
        "recipient": [part for part in recipient if part],
        "facts": [{"label": label, "value": value} for label, value in facts if value],
        "closing": [part for part in closing if part],
    }


def _words(currency: str) -> dict[str, str]:
    """What the templates print of themselves."""
    return {
        "item": _("Item"),
        "day": _("Delivery"),
        "quantity": _("Quantity"),
        "price": _("Price"),
        "discount": _("Discount"),
        "amount": _("Amount, {currency}").format(currency=currency),
        "total": _("Total"),
        "place": _("Place and day"),
        "name": _("Name in capitals"),
        "sign": _("Signature"),
        "options": _("On request, not in the total"),
        "accept": _("We order as offered above:"),
    }


def _sums(document: Quote | Order, lines: Sequence[QuoteLine | OrderLine], freight: Decimal) -> Data:
    """Goods, freight and tax for each rate, as they add up to the total."""
    currency = document.currency
    totals = Totals.of([(line.amount, line.tax_rate) for line in lines], currency=currency, freight=freight)
    rows = [(_("Goods"), totals.net - rounded(freight, currency))] if freight or totals.tax else []
    rows += [(_("Freight"), freight)] if freight else []
    rows += [
        (
            _("VAT {rate} on {base}").format(
                rate=percent(group.rate), base=draw_text.money(group.base, currency)
            ),
            group.tax,
        )
        for group in totals.groups
        if group.rate
    ]
    return {
        "words": _words(currency),
        "sums": [{"label": label, "value": draw_text.money(amount, currency)} for label, amount in rows],
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
        "discount": f"−{percent(line.discount)}" if line.discount else "",
        "amount": price(line.amount, currency),
    }


def day(value: date | None, *, short: bool = False) -> str:
    """A day as letters write it."""
    return str(format_date(value, "medium" if short else "long", locale=draw_text.here())) if value else ""


def price(amount: Decimal, currency: str) -> str:
    """An amount with at least the currency's decimals and no more than it has itself."""
    places = max(-int(minor_unit(currency).as_tuple().exponent), 0)
    pattern = "#,##0" + ("." + "0" * places + "#" * (6 - places) if places else "")
    return str(format_decimal(amount, pattern, locale=draw_text.here()))


def percent(share: Decimal) -> str:
    """A share with the decimals that it has."""
    return f"{format_decimal(share * 100, '#,##0.##', locale=draw_text.here())} %"


def _person(contact: Party | None) -> list[str]:
    return [contact.name] if contact is not None else []


def _address(address: Address | None) -> list[str]:
    return address.lines if address is not None else []


@staff
def quote_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A quote, written as it stands."""
    ctx = ctx_of(request)
    quote = record_of(_resource(Quote), ctx, pk, ("customer", "contact", "owner", "ship_to"))
    return _answer(quote_letter(ctx, quote=quote), f"{quote.number}.pdf")


@staff
def confirmation_page(request: HttpRequest, pk: int) -> HttpResponse:
    """An order confirmation, written as things stand."""
    ctx = ctx_of(request)
    order = record_of(_resource(Order), ctx, pk, ("customer", "contact", "owner", "carrier"))
    return _answer(confirmation_letter(ctx, order=order), f"{order.number}.pdf")


def _resource(model: Any) -> Any:
    found = registry.of(model)
    assert found is not None
    return found


def _answer(body: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(body, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


urlpatterns = [
    path("sales/quotes/<int:pk>/quote.pdf", quote_page),
    path("sales/orders/<int:pk>/confirmation.pdf", confirmation_page),
]
