"""The return note as PDF: the customer lays it into the parcel."""

from __future__ import annotations

from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _

from loomline.domains.parties.models.fields import countries
from loomline.domains.returns.models import GoodsReturn, ReturnLine, ReturnState
from loomline.domains.sites.models import Site
from loomline.engines.gs1 import code_128
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, paper, registry
from loomline.surface.page import ctx_of, record_of, staff
from loomline.surface.paper import Data, day

TEMPLATE = Path(__file__).parent / "templates" / "returns" / "return-note.typ"
NO_NOTE = (ReturnState.REQUESTED, ReturnState.REFUSED, ReturnState.CALLED_OFF)


def return_note(ctx: Ctx, *, goods_return: GoodsReturn) -> bytes:
    """The note in the customer's language, with the number to scan when the parcel comes."""
    if goods_return.state in NO_NOTE:
        raise Http404
    with paper.in_language(goods_return.customer.language, ctx.company.language):
        return paper.typeset(TEMPLATE, note_data(ctx, goods_return))


def note_data(ctx: Ctx, goods_return: GoodsReturn) -> Data:
    """What a return note says, as plain values."""
    order = goods_return.order
    facts = [
        (_("Date"), day(goods_return.requested_on)),
        (_("Order"), str(order.number)),
        (_("Your reference"), order.customer_reference),
        (_("Shipment"), str(goods_return.shipment or "")),
        (_("Reason"), goods_return.reason.name),
    ]
    closing = [_("Thank you. We look at the goods as soon as they are here and let you know.")]
    recipient = [order.ship_name or goods_return.customer.name, *order.ship_address.splitlines()]
    rows = goods_return.lines.select_related("item__unit", "lot").order_by("position", "pk")
    return {
        **paper.letter(ctx.company, recipient=recipient, facts=facts, closing=closing),
        "title": _("Return note"),
        "number": str(goods_return.number),
        "opening": _("Please lay this page into the parcel, so that we know whose goods they are."),
        "bars": code_128(str(goods_return.number)),
        "rows": [_row(row) for row in rows],
        "goes_to": _goes_to(ctx, goods_return.site),
        "words": {"item": _("Item"), "quantity": _("Quantity"), "goes_to": _("Please send it to")},
    }


def _row(row: ReturnLine) -> Data:
    details = [row.item.sku, row.item.variant, _("Lot {lot}").format(lot=row.lot) if row.lot else ""]
    return {
        "position": str(row.position),
        "name": row.item.name,
        "detail": " · ".join(part for part in details if part),
        "quantity": draw_text.number(row.quantity, decimals=None),
        "unit": row.item.unit.code,
    }


def _goes_to(ctx: Ctx, site: Site) -> list[str]:
    place = [site.line1, f"{site.postcode} {site.city}".strip(), str(countries().get(site.country, ""))]
    return [part for part in (ctx.company.name, site.name, *place) if part]


@staff
def note_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The note of a return, written as it stands."""
    ctx = ctx_of(request)
    resource = registry.of(GoodsReturn)
    assert resource is not None
    found = record_of(resource, ctx, pk, ("customer", "order", "shipment", "reason", "site"))
    return paper.answer(return_note(ctx, goods_return=found), f"{found.number}-return-note")


urlpatterns = [path("returns/<int:pk>/return-note.pdf", note_page)]
