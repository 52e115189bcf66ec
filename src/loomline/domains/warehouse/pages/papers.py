"""The papers of a shipment: pick list, packing list, delivery note and package labels, as PDF."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from stdnum import ean

from loomline.domains.parties.models.fields import countries
from loomline.domains.warehouse import queries
from loomline.domains.warehouse.models import Package, Shipment, ShipmentLine
from loomline.engines.gs1 import Element, code_128, gs1_128, in_words
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.surface import paper, registry
from loomline.surface.page import ctx_of, record_of, staff
from loomline.surface.paper import Data, day

TEMPLATES = Path(__file__).parent.parent / "templates" / "warehouse"


@staff
def paper_page(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One paper of a shipment, written as things stand now."""
    if name not in PAPERS:
        raise Http404
    ctx = ctx_of(request)
    resource = registry.of(Shipment)
    assert resource is not None
    shipment = record_of(resource, ctx, pk, ("order", "customer", "site", "carrier"))
    title, build, for_customer = PAPERS[name]
    with paper.in_language(shipment.customer.language if for_customer else "", ctx.company.language):
        data = {**_head(ctx, shipment, str(title())), **build(shipment)}
        body = paper.typeset(TEMPLATES / f"{name}.typ", data)
    return paper.answer(body, f"{shipment.number}-{name}")


def _head(ctx: Ctx, shipment: Shipment, title: str) -> Data:
    return {
        "lang": paper.language(),
        "title": title,
        "number": shipment.number,
        "order": shipment.order.number,
        "reference": shipment.order.customer_reference or "–",
        "carrier": _carrier(shipment),
        "ship_to": [shipment.ship_name, *shipment.ship_address.splitlines()],
        "words": _words(),
        "sums": [],
        "note": shipment.note,
        **_sender(ctx, shipment),
        **_facts(ctx, shipment),
    }


def _sender(ctx: Ctx, shipment: Shipment) -> Data:
    site = shipment.site
    place = _lines(site.line1, f"{site.postcode} {site.city}", countries().get(site.country, ""))
    return {
        "company": paper.sender(ctx.company),
        "ship_from": [ctx.company.name, site.name, *place],
    }


def _facts(ctx: Ctx, shipment: Shipment) -> Data:
    facts = [
        (_("Order"), shipment.order.number),
        (_("Your reference"), shipment.order.customer_reference),
        (_("Date"), day((shipment.shipped_at or ctx.now).astimezone(ctx.company.zone).date())),
        (_("Carrier"), _carrier(shipment)),
        (_("Tracking number"), shipment.tracking),
        (_("Expected"), day(shipment.expected_on)),
    ]
    return {"facts": paper.pairs(facts)}


def _carrier(shipment: Shipment) -> str:
    return str(shipment.carrier or shipment.get_mode_display())


def _words() -> dict[str, str]:
    return {
        "ship_to": _("Ship to"),
        "ship_from": _("From"),
        "sku": _("Item number"),
        "item": _("Item"),
        "lot": _("Lot"),
        "best_before": _("Best before"),
        "quantity": _("Quantity"),
        "position": _("Line"),
        "ordered": _("Ordered"),
        "delivered": _("In this delivery"),
        "open": _("Still to come"),
        "note": _("Note"),
        "day": _("Day"),
        "received": _("Received complete and undamaged:"),
        "name": _("Name in capitals"),
        "place": _("Place"),
        "signature": _("Signature"),
        "taken": _("Taken"),
        "order": _("Order"),
        "reference": _("Your reference"),
        "shipment": _("Shipment"),
        "carrier": _("Carrier"),
        "package": _("Package"),
        "weight": _("Weight"),
        "more": _("and more, see the packing list"),
    }


def _lines(*parts: str) -> list[str]:
    return [part.strip() for part in parts if part.strip()]


def _row(line: ShipmentLine, quantity: Any) -> Data:
    lot = line.lot
    name = f"{line.item.name} ({line.item.variant})" if line.item.variant else line.item.name
    return {
        "sku": line.item.sku,
        "item": name,
        "lot": str(lot or ""),
        "best_before": day(lot.expires_on) if lot else "",
        "quantity": plain(quantity),
        "unit": line.item.unit.code,
        "place": line.location.path,
    }


def _packages(shipment: Shipment) -> list[Data]:
    """The packages with what is in them; a shipment that is not packed yet is shown as one."""
    lines = {line.pk: line for line in queries.lines_of(shipment_ids=[shipment.pk])}
    made = queries.packages_of(shipment=shipment)
    found = []
    for package in made:
        contents = list(package.contents.all())
        rows = [_row(lines[content.line_id], content.quantity) for content in contents]
        found.append(_package(package, len(made), rows, contents))
    listed = any(package["rows"] for package in found)
    if not listed:
        everything = [_row(line, line.quantity) for line in lines.values()]
        title = _("All packages together") if made else _("Not packed yet")
        found.append({"title": title, "sscc": "", "weight": "", "rows": everything})
    return found


def _package(package: Package, count: int, rows: list[Data], contents: Sequence[Any]) -> Data:
    sscc, content = [Element("00", package.sscc)], _content_code(contents)
    return {
        "title": _("Package {n} of {count}").format(n=package.position, count=count),
        "sscc": package.sscc,
        "weight": f"{plain(package.weight_kg)} kg" if package.weight_kg else "",
        "rows": rows,
        "bars": gs1_128(sscc),
        "text": in_words(sscc),
        "content_bars": gs1_128(content) if content else "",
        "content_text": in_words(content),
    }


def _content_code(contents: Sequence[Any]) -> list[Element]:
    """What is in a package, to scan: only when it is whole pieces of one item with a GTIN, of one lot."""
    goods = {(content.line.item.gtin, str(content.line.lot or "")) for content in contents}
    count = sum(content.quantity for content in contents)
    if len(goods) != 1 or count != int(count) or not 0 < count < 10**8:
        return []
    [(gtin, lot)] = goods
    if not gtin or not ean.is_valid(gtin.zfill(14)) or len(lot) > 20 or not lot.isascii():
        return []
    what = [Element("02", gtin.zfill(14)), Element("37", str(int(count)))]
    return [*what, Element("10", lot)] if lot else what


def packing_list(shipment: Shipment) -> Data:
    """What is in which package."""
    packages = _packages(shipment)
    sums = [(_("Packages"), str(shipment.packages.count()))]
    if shipment.weight_kg:
        sums.append((_("Weight"), f"{plain(shipment.weight_kg)} kg"))
    return {"packages": packages, "sums": paper.pairs(sums)}


def labels(shipment: Shipment) -> Data:
    """A label for each package."""
    if shipment.packed_at is None:
        raise Http404
    return {"packages": [package for package in _packages(shipment) if package["sscc"]]}


def pick_list(shipment: Shipment) -> Data:
    """What to take where, in the order of a walk past the places."""
    lines = queries.pick_round(shipment=shipment)
    return {
        "barcode": code_128(str(shipment.number)),
        "rows": [_row(line, line.quantity) for line in lines],
        "sums": [
            {"label": _("Lines"), "value": str(len(lines))},
            {"label": _("To leave on"), "value": day(shipment.planned_on) or "–"},
        ],
    }


def delivery_note(shipment: Shipment) -> Data:
    """What this delivery brings of what was ordered."""
    by_order_line: dict[int, list[ShipmentLine]] = defaultdict(list)
    for line in queries.lines_of(shipment_ids=[shipment.pk]):
        by_order_line[line.order_line_id].append(line)
    has_left = shipment.shipped_at is not None
    rows = []
    for ordered in shipment.order.lines.filter(pk__in=by_order_line).order_by("position", "pk"):
        lines = by_order_line[ordered.pk]
        here = sum((line.quantity for line in lines), Decimal(0))
        lots = ", ".join(f"{line.lot}: {plain(line.quantity)}" for line in lines if line.lot)
        rest = ordered.open_quantity - (0 if has_left else here)
        rows.append(
            {
                **_row(lines[0], here),
                "position": str(ordered.position),
                "ordered": plain(ordered.quantity),
                "delivered": plain(here),
                "open": plain(rest),
                "lots": _("Lot {lots}").format(lots=lots) if lots else "",
            }
        )
    return {"rows": rows}


PAPERS: dict[str, tuple[Callable[[], str], Callable[[Shipment], Data], bool]] = {
    "pick-list": (lambda: _("Pick list"), pick_list, False),
    "packing-list": (lambda: _("Packing list"), packing_list, True),
    "delivery-note": (lambda: _("Delivery note"), delivery_note, True),
    "labels": (lambda: _("Package labels"), labels, True),
}

urlpatterns = [path("warehouse/shipments/<int:pk>/<str:name>.pdf", paper_page)]
