"""The purchase order as the supplier gets it: a PDF in the supplier's language."""

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
from django.utils.translation import ngettext

from loomline.domains.parties import queries as parties
from loomline.domains.procurement.models import Purchase, PurchaseLine, PurchaseState
from loomline.domains.sites.models import Site
from loomline.kernel.context import Ctx
from loomline.kernel.money import minor_unit
from loomline.surface import draw_text, registry
from loomline.surface.page import ctx_of, record_of, staff

TEMPLATES = Path(__file__).parent / "templates" / "procurement"
JOINS = ("supplier", "contact", "buyer", "site")
Data = dict[str, Any]


@lru_cache(maxsize=1)
def fonts() -> Any:
    """The fonts that come with the typesetter, so that letters look the same on every machine."""
    return import_module("typst").Fonts(include_system_fonts=False)


def purchase_letter(ctx: Ctx, *, purchase: Purchase) -> bytes:
    """A purchase order as it stands, in the supplier's language."""
    with translation.override(purchase.supplier.language or ctx.company.language or "en"):
        data = purchase_data(ctx, purchase)
    # The data are values and never markup: whatever a supplier is called, it is set as it is written.
    # The typesetter is large and most processes never write a letter: it is loaded with the first one.
    made: bytes = import_module("typst").compile(
        str(TEMPLATES / "purchase.typ"),
        root=str(TEMPLATES),
        font_paths=fonts(),
        sys_inputs={"data": json.dumps(data)},
    )
    return made


def purchase_data(ctx: Ctx, purchase: Purchase) -> Data:
    """What a purchase order says, as plain values."""
    lines = list(purchase.lines.select_related("item__unit", "unit").order_by("position", "pk"))
    return {
        "lang": (translation.get_language() or "en")[:2],
        "title": _("Purchase order") if purchase.state != PurchaseState.DRAFT else _("Purchase order, draft"),
        "number": purchase.number,
        "company": _company(ctx),
        "recipient": _recipient(purchase),
        "facts": [{"label": label, "value": value} for label, value in _facts(ctx, purchase) if value],
        "opening": _("Please deliver to {address}:").format(address=_place(purchase.site, ctx))
        if purchase.site
        else _("Please deliver:"),
        "rows": [_row(line, purchase.currency) for line in lines],
        "total": draw_text.money(purchase.total, purchase.currency),
        "closing": [part for part in _closing(purchase) if part],
        "words": {
            "item": _("Item"), "day": _("Wanted"), "quantity": _("Quantity"), "price": _("Price"),
            "discount": _("Discount"), "amount": _("Amount"), "total": _("Total without tax"),
        },
    }  # fmt: skip


def _company(ctx: Ctx) -> Mapping[str, str]:
    company = ctx.company
    address = [part.strip() for part in company.address.splitlines() if part.strip()]
    vat = _("VAT {number}").format(number=company.vat_number) if company.vat_number else ""
    return {
        "name": company.name,
        "contact": company.email,
        "sender": " · ".join([company.name, *address]),
        "footer": " · ".join(part for part in (company.name, *address, vat, company.email) if part),
    }


def _recipient(purchase: Purchase) -> list[str]:
    address = parties.main_address(party=purchase.supplier, purpose="billing")
    contact = [purchase.contact.name] if purchase.contact else []
    return [
        purchase.supplier.legal_name or purchase.supplier.name,
        *contact,
        *(address.lines if address else []),
    ]


def _facts(ctx: Ctx, purchase: Purchase) -> list[tuple[str, str]]:
    return [
        (_("Date"), day(purchase.ordered_on or ctx.today)),
        (_("Revision"), str(purchase.revision) if purchase.revision > 1 else ""),
        (_("Your reference"), purchase.supplier_reference),
        (_("Wanted on"), day(purchase.requested_on)),
        (_("Delivery terms"), purchase.delivery_terms),
        (_("Your contact"), str(purchase.buyer or "")),
    ]


def _place(site: Site, ctx: Ctx) -> str:
    town = f"{site.postcode} {site.city}".strip()
    owner = ctx.company.name if site.is_ours else ""
    return ", ".join(part for part in (owner, site.name, site.line1, town, site.country) if part)


def _closing(purchase: Purchase) -> list[str]:
    days = purchase.payment_days
    return [
        purchase.note,
        ngettext(
            "We pay within {n} day of your invoice.", "We pay within {n} days of your invoice.", days
        ).format(n=days),
        _(
            "Please confirm this order with your delivery days, and put our number {number} on every paper."
        ).format(number=purchase.number),
    ]


def _row(line: PurchaseLine, currency: str) -> Data:
    unit = line.unit or line.item.unit
    theirs = _("your {sku}").format(sku=line.supplier_sku) if line.supplier_sku else ""
    each = line.price * line.quantity / line.entered_quantity
    return {
        "position": str(line.position),
        "name": line.description or line.item.name,
        "detail": " · ".join(part for part in (line.item.sku, theirs) if part),
        "day": day(line.requested_on, short=True),
        "quantity": draw_text.number(line.entered_quantity, decimals=None),
        "unit": unit.code,
        "price": price(each, currency),
        "discount": f"−{format_decimal(line.discount * 100, '#,##0.##', locale=draw_text.here())} %"
        if line.discount
        else "",
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


@staff
def purchase_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A purchase order, written as it stands."""
    ctx = ctx_of(request)
    resource = registry.of(Purchase)
    assert resource is not None
    purchase = record_of(resource, ctx, pk, JOINS)
    answer = HttpResponse(purchase_letter(ctx, purchase=purchase), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{purchase.number}.pdf"'
    return answer


urlpatterns = [path("procurement/purchases/<int:pk>/order.pdf", purchase_page)]
