"""The purchase order as the supplier gets it: a PDF in the supplier's language."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loomline.domains.parties import queries as parties
from loomline.domains.privacy import queries as privacy
from loomline.domains.procurement.models import Purchase, PurchaseLine, PurchaseState
from loomline.domains.sites.models import Site
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, paper, registry
from loomline.surface.page import ctx_of, record_of, staff
from loomline.surface.paper import Data, day, less, price

TEMPLATE = Path(__file__).parent / "templates" / "procurement" / "purchase.typ"
JOINS = ("supplier", "contact", "buyer", "site")


def purchase_letter(ctx: Ctx, *, purchase: Purchase) -> bytes:
    """A purchase order as it stands, in the supplier's language."""
    with paper.in_language(purchase.supplier.language, ctx.company.language):
        return paper.typeset(TEMPLATE, purchase_data(ctx, purchase))


def purchase_data(ctx: Ctx, purchase: Purchase) -> Data:
    """What a purchase order says, as plain values."""
    lines = list(purchase.lines.select_related("item__unit", "unit").order_by("position", "pk"))
    return {
        **paper.letter(
            ctx.company,
            recipient=_recipient(purchase),
            facts=_facts(ctx, purchase),
            closing=_closing(purchase),
        ),
        "title": _("Purchase order") if purchase.state != PurchaseState.DRAFT else _("Purchase order, draft"),
        "number": purchase.number,
        "opening": _opening(ctx, purchase),
        "rows": [_row(line, purchase.currency) for line in lines],
        "sums": [],
        "total": draw_text.money(purchase.total, purchase.currency),
        "words": paper.words(
            purchase.currency, day=_("Wanted"), amount=_("Amount"), total=_("Total without tax")
        ),
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


def _opening(ctx: Ctx, purchase: Purchase) -> str:
    """Where the goods go: to a site of ours, or straight to a customer."""
    if purchase.is_direct:
        address = ", ".join([purchase.ship_name, *purchase.ship_address.splitlines()])
        return _("Please deliver straight to our customer, {address}:").format(address=address)
    if purchase.site is None:
        return _("Please deliver:")
    return _("Please deliver to {address}:").format(address=_place(purchase.site, ctx))


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
        "discount": less(line.discount),
        "amount": price(line.amount, currency),
    }


@staff
def purchase_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A purchase order, written as it stands."""
    ctx = ctx_of(request)
    resource = registry.of(Purchase)
    assert resource is not None
    purchase = record_of(resource, ctx, pk, JOINS)
    privacy.refuse_paper(ctx, purchase)
    return paper.answer(purchase_letter(ctx, purchase=purchase), purchase.number)


urlpatterns = [path("procurement/purchases/<int:pk>/order.pdf", purchase_page)]
