"""Labels for items, lots, places and handling units: as PDF, and as ZPL for label printers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _

from loomline.domains.catalog.models import Item, Tracking
from loomline.domains.inventory import queries as inventory
from loomline.domains.inventory.models import HandlingUnit, Lot
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import Location
from loomline.engines.gs1 import Element, Label, code_128, goods, gs1_128, in_words, zpl
from loomline.kernel.quantity import plain
from loomline.surface import paper, registry
from loomline.surface.page import ctx_of, record_of, staff

TEMPLATE = Path(__file__).parent / "templates" / "storage" / "labels.typ"
MOST_COPIES, MOST_PLACES, SHOWN = 500, 500, 3


@staff
def labels_page(request: HttpRequest, kind: str, pk: int, form: str) -> HttpResponse:
    """The labels of one record: `?copies=` of each."""
    if kind not in KINDS or form not in ("pdf", "zpl"):
        raise Http404
    ctx = ctx_of(request)
    model, build = KINDS[kind]
    resource = registry.of(model)
    assert resource is not None
    record = record_of(resource, ctx, pk)
    asked = request.GET.get("copies", "1")
    copies = min(max(int(asked), 1), MOST_COPIES) if asked.isdecimal() else 1
    with paper.in_language("", ctx.company.language):
        labels = [replace(label, copies=copies) for label in build(record)]
        if form == "zpl":
            answer = HttpResponse(zpl(labels), content_type="application/zpl; charset=utf-8")
            answer["Content-Disposition"] = f'attachment; filename="{kind}-{pk}.zpl"'
            return answer
        drawn = [_drawn(label) for label in labels for _n in range(label.copies)]
        data = {"lang": paper.language(), "title": _("Labels"), "company": ctx.company.name, "labels": drawn}
        return paper.answer(paper.typeset(TEMPLATE, data), f"{kind}-{pk}")


def of_item(item: Item) -> list[Label]:
    """What the item is, without a lot."""
    elements = goods(gtin=item.gtin, sku=item.sku)
    return [Label(head=item.name, lines=_said(item.sku, item.variant), elements=elements, data=item.sku)]


def of_lot(lot: Lot) -> list[Label]:
    """What the lot is, whether it is one piece, and until when it keeps."""
    item = lot.item
    is_piece = item.tracking == Tracking.SERIAL
    elements = goods(
        gtin=item.gtin,
        sku=item.sku,
        lot="" if is_piece else lot.number,
        serial=lot.number if is_piece else "",
        best_before=lot.expires_on,
    )
    known = _("Serial number {number}") if is_piece else _("Lot {number}")
    best = _("Best before {day}").format(day=paper.day(lot.expires_on)) if lot.expires_on else ""
    lines = _said(item.sku, item.variant, known.format(number=lot.number), best)
    return [Label(head=item.name, lines=lines, elements=elements, data=lot.number)]


def of_location(place: Location) -> list[Label]:
    """A place, or each of the places within it."""
    within = sites.within(location=place).filter(is_active=True).exclude(pk=place.pk).order_by("path")
    places = list(within[:MOST_PLACES]) or [place]
    return [Label(head=one.path, lines=_said(one.name), data=one.path) for one in places]


def of_unit(unit: HandlingUnit) -> list[Label]:
    """A pallet or carton by its SSCC, with what is in it."""
    rows = list(inventory.contents_of(unit=unit)[: SHOWN + 1])
    lines = [
        " ".join(_said(f"{plain(row.on_hand)} {row.item.unit}", row.item.name, str(row.lot or "")))
        for row in rows[:SHOWN]
    ]
    more = [_("and more")] if len(rows) > SHOWN else []
    weight = [f"{plain(unit.weight_kg)} kg"] if unit.weight_kg else []
    head = f"{unit.get_kind_display()} {unit.sscc[-7:]}"
    return [Label(head=head, lines=[*lines, *more, *weight], elements=[Element("00", unit.sscc)])]


def _said(*parts: str) -> list[str]:
    return [part for part in parts if part]


def _drawn(label: Label) -> dict[str, Any]:
    return {
        "head": label.head,
        "lines": list(label.lines),
        "bars": gs1_128(label.elements) if label.elements else code_128(label.data),
        "text": in_words(label.elements) if label.elements else label.data,
    }


KINDS: dict[str, tuple[type[Model], Callable[[Any], list[Label]]]] = {
    "items": (Item, of_item),
    "lots": (Lot, of_lot),
    "locations": (Location, of_location),
    "units": (HandlingUnit, of_unit),
}

urlpatterns = [path("storage/labels/<str:kind>/<int:pk>.<str:form>", labels_page)]
