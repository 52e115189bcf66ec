"""The certificate of analysis of a lot: a PDF in the language of whoever it is for."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation import ngettext as _n

from loomline.domains.inventory.models import Lot
from loomline.domains.quality import queries
from loomline.domains.quality.models import Check
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from loomline.surface import paper, registry
from loomline.surface.page import ctx_of, need, record_of, staff
from loomline.surface.paper import Data, day

TEMPLATE = Path(__file__).parent / "templates" / "quality" / "certificate.typ"
VIEW = access.view_permission(Check)


class NotConforming(Refused):
    """Only what was inspected and found good is certified."""

    says = gettext_lazy("Lot {lot} has no inspections that are all good: there is nothing to certify.")


def certificate(ctx: Ctx, *, lot: Lot) -> bytes:
    """The certificate of analysis of a lot that was inspected and is good."""
    results = queries.results_of(lot=lot)
    if not queries.is_conforming(results):
        raise NotConforming(lot=lot)
    with paper.in_language(ctx.company.language):
        return paper.typeset(TEMPLATE, certificate_data(ctx, lot, results))


def certificate_data(ctx: Ctx, lot: Lot, results: list[queries.Result]) -> Data:
    """What a certificate says, as plain values."""
    facts = [
        (_("Date"), day(ctx.today)),
        (_("Item"), lot.item.sku),
        (_("Lot"), str(lot)),
        (_("Supplier's lot"), lot.supplier_lot),
        (_("Made on"), day(lot.made_on)),
        (_("Best before"), day(lot.expires_on)),
    ]
    said = _n("{n} characteristic was inspected.", "{n} characteristics were inspected.", len(results))
    closing = (
        _("The goods of this lot were inspected as stated and released; what did not conform is named above.")
        if queries.is_conceded(results)
        else _("The goods of this lot were inspected as stated, and conform.")
    )
    return {
        **paper.letter(ctx.company, recipient=[lot.item.name], facts=facts, closing=[]),
        "title": _("Certificate of analysis"),
        "number": str(lot),
        "opening": said.format(n=len(results)),
        "closing": [closing],
        "rows": [
            {
                "characteristic": one.characteristic,
                "method": one.method,
                "wanted": one.wanted,
                "found": one.found,
                "verdict": one.verdict,
            }
            for one in results
        ],
        "words": {
            "characteristic": _("Characteristic"),
            "wanted": _("Wanted"),
            "found": _("Found"),
            "verdict": _("Result"),
            "declared": _("For quality assurance"),
            "place": _("Place and date"),
            "name": _("Name"),
            "sign": _("Signature"),
        },
    }


@staff
def certificate_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The certificate of a lot."""
    ctx = ctx_of(request)
    resource = registry.of(Lot)
    assert resource is not None
    need(access.may(ctx, VIEW), _("see this page"), VIEW)
    lot = record_of(resource, ctx, pk, ("item",))
    return paper.answer(certificate(ctx, lot=lot), f"certificate-{lot}")


urlpatterns = [path("quality/lots/<int:pk>/certificate.pdf", certificate_page)]
