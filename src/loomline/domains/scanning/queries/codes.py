"""What a scanned code says, and which records it names among those that the person may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.counting.models import CountSheet
from loomline.domains.inbound.models import ShippingNotice
from loomline.domains.inventory.models import HandlingUnit, Lot
from loomline.domains.manufacturing.models import WorkOrder
from loomline.domains.procurement.models import Purchase
from loomline.domains.sites.models import Location
from loomline.domains.warehouse.models import Package, Shipment
from loomline.engines import gs1
from loomline.engines.bad_input import BadInput
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused

LONGEST, MOST = 200, 10
GTINS, SSCC = (8, 12, 13, 14), 18
# An element string that names goods or a pallet has an identifier and 14 digits at the least.
SHORTEST = 16
NUMBERED: tuple[type[Model], ...] = (Purchase, ShippingNotice, Shipment, WorkOrder, CountSheet)
WITH: dict[type[Model], tuple[str, ...]] = {
    Item: ("unit",),
    Lot: ("item__unit",),
    Purchase: ("supplier", "site"),
    ShippingNotice: ("supplier", "purchase__site"),
    Shipment: ("customer", "site"),
    WorkOrder: ("item", "style"),
    CountSheet: ("site",),
    HandlingUnit: ("location__site",),
    Package: ("shipment__customer",),
    Location: ("site",),
}


class Unreadable(Refused):
    """A label that contradicts itself."""

    says = _("This label cannot be read. {fault}")
    status = 422


@dataclass(frozen=True, slots=True)
class Code:
    """What was scanned, and what it says by itself where it is an element string."""

    text: str
    gtin: str = ""
    sku: str = ""
    lot: str = ""
    sscc: str = ""
    expires_on: date | None = None
    quantity: Decimal | None = None

    @property
    def is_label(self) -> bool:
        """True for an element string, which says of each number what it is."""
        return bool(self.gtin or self.sku or self.lot or self.sscc)

    @property
    def spellings(self) -> list[str]:
        """The text as it was sent and in capitals: scanners are set to either."""
        return sorted({self.text, self.text.upper()})


def read_code(text: str, *, on: date) -> Code:
    """Take a code apart; a plain number stays one. Element strings show by their marks, or fit as a whole."""
    text = text.replace("\x00", "").strip()[:LONGEST]
    if gs1.is_marked(text):
        try:
            return _label(text, on)
        except BadInput as fault:
            raise Unreadable(fault=str(fault)) from fault
    if len(text) >= SHORTEST and text.startswith(("00", "01", "02")) and text[:SHORTEST].isdecimal():
        return _fitting(text, on) or Code(text)
    return Code(text)


def named(ctx: Ctx, *, code: Code) -> list[Any]:
    """The records that a code names."""
    if not code.text:
        return []
    if not code.is_label:
        found = [*_items(ctx, code), *_lots(ctx, code), *_units(ctx, code.text), *_places(ctx, code)]
        return found + [row for model in NUMBERED for row in _numbered(ctx, model, code)]
    if code.sscc:
        return _units(ctx, code.sscc)
    return (code.lot and _lots(ctx, code)) or _items(ctx, code)


def items_named(ctx: Ctx, *, code: Code) -> QuerySet[Item]:
    """The items that a code names, by their own number or by a GTIN of theirs or of their packs."""
    numbers = [code.gtin] if code.gtin else [] if code.is_label else [code.text]
    known = Q()
    for number in numbers:
        if number.isdecimal() and number.isascii():
            spelled = [number.lstrip("0").zfill(n) for n in GTINS if len(number.lstrip("0")) <= n]
            known |= Q(gtin__in=spelled) | Q(packs__gtin__in=spelled)
    if code.sku or not code.is_label:
        known |= Q(sku__in=[code.sku, code.sku.upper()] if code.sku else code.spellings)
    rows = access.visible(ctx, Item)
    return rows.filter(known).select_related("unit").distinct() if known else rows.none()


def lots_named(ctx: Ctx, *, code: Code) -> QuerySet[Lot]:
    """The lots and serial numbers that a code names, by our number or by their supplier's."""
    number = code.lot or ("" if code.is_label else code.text)
    rows = access.visible(ctx, Lot).select_related("item__unit")
    if not number:
        return rows.none()
    rows = rows.filter(Q(number__iexact=number) | Q(supplier_lot__in=[number, number.upper()]))
    if code.gtin or code.sku:
        rows = rows.filter(item__in=items_named(ctx, code=code))
    return rows


def places_named(ctx: Ctx, *, code: Code) -> QuerySet[Location]:
    """The places that a code names, by their path or by their own code, which sites may share."""
    rows = access.visible(ctx, Location).filter(site__isnull=False, is_active=True)
    rows = rows.filter(Q(path__in=code.spellings) | Q(code__in=code.spellings))
    return rows.select_related("site").order_by("path")


def _items(ctx: Ctx, code: Code) -> list[Any]:
    return list(items_named(ctx, code=code)[:MOST])


def _lots(ctx: Ctx, code: Code) -> list[Any]:
    return list(lots_named(ctx, code=code).order_by("-pk")[:MOST])


def _units(ctx: Ctx, number: str) -> list[Any]:
    if len(number) != SSCC:
        return []
    units = access.visible(ctx, HandlingUnit).filter(sscc=number).select_related(*WITH[HandlingUnit])
    packages = access.visible(ctx, Package).filter(sscc=number).select_related(*WITH[Package])
    return [*units, *packages]


def _places(ctx: Ctx, code: Code) -> list[Any]:
    return list(places_named(ctx, code=code)[:MOST])


def _numbered(ctx: Ctx, model: type[Model], code: Code) -> list[Any]:
    rows = access.visible(ctx, model).filter(number__in=code.spellings)
    return list(rows.select_related(*WITH[model])[:MOST])


def _fitting(text: str, on: date) -> Code | None:
    """A number as an element string, where it fits as a whole."""
    try:
        found = _label(text, on)
    except BadInput:
        return None
    return found if found.gtin or found.sscc else None


def _label(text: str, on: date) -> Code:
    elements = gs1.read(text)
    said = {element.ai: element.data for element in elements}
    count = said.get("37") or said.get("30") or ""
    weight = next((kg for element in elements if (kg := gs1.weight_kg(element)) is not None), None)
    day = said.get("17") or said.get("15")
    return Code(
        text,
        gtin=said.get("01") or said.get("02", ""),
        sku=said.get("240") or said.get("241", ""),
        lot=said.get("21") or said.get("10", ""),
        sscc=said.get("00", ""),
        expires_on=gs1.day_of(day, near=on) if day else None,
        quantity=Decimal(count) if count.isdecimal() else weight,
    )
