"""What happened to goods on their way to a customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

SHIPMENT = {
    "shipment_id": "warehouse.shipment",
    "order_id": "sales.order",
    "customer_id": "parties.party",
    "carrier_id": "parties.party",
    "item_ids": "catalog.item",
    "lot_ids": "inventory.lot",
}


@dataclass(frozen=True, kw_only=True)
class OfShipment:
    """What every event of a shipment names."""

    shipment_id: int
    number: str
    order_id: int
    order: str
    customer_id: int
    carrier_id: int | None = None
    item_ids: tuple[int, ...] = ()
    lot_ids: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PickListWritten(OfShipment, Event, about=SHIPMENT, icon="clipboard-list", tone="info"):
    """Goods of an order are being taken from their places."""

    says = _("Pick list {number} written for order {order}: {lines} lines at {site}")
    lines: int
    site: str


@dataclass(frozen=True, kw_only=True)
class PickedShort(OfShipment, Event, about=SHIPMENT, icon="alert-triangle", tone="warn"):
    """A place held less than the books said."""

    says = _(
        "{missing} {unit} of {item} were not at {location}; {replaced} taken elsewhere, {short} still missing"
    )
    item: str
    unit: str
    location: str
    missing: Decimal
    replaced: Decimal
    short: Decimal
    location_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ShipmentPacked(OfShipment, Event, about=SHIPMENT, icon="package", tone="info"):
    """The goods are in packages and can leave."""

    says = _("Shipment {number} of order {order} packed: packages {packages}, {weight_kg} kg")
    packages: int
    weight_kg: Decimal


@dataclass(frozen=True, kw_only=True)
class ShipmentUnpacked(OfShipment, Event, about=SHIPMENT, icon="arrow-back-up", tone="warn"):
    """The packages were opened again."""

    says = _("Shipment {number} of order {order} unpacked: {reason}")
    reason: str


@dataclass(frozen=True, kw_only=True)
class ShipmentLeft(OfShipment, Event, about=SHIPMENT, icon="truck", tone="accent"):
    """Goods are on their way to the customer and no longer in stock."""

    says = _("Shipment {number} of order {order} left {site}, expected {expected_on}")
    site: str
    expected_on: date | None
    quantities: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class ShipmentSeen(OfShipment, Event, about=SHIPMENT, icon="map-pin", tone="info"):
    """Somebody told where the goods are."""

    says = _("Shipment {number} seen at {place}")
    place: str


@dataclass(frozen=True, kw_only=True)
class ShipmentDelayed(OfShipment, Event, about=SHIPMENT, icon="calendar-event", tone="warn"):
    """The goods will arrive on another day than was expected."""

    says = _("Shipment {number} of order {order} is now expected {expected_on} instead of {before}: {reason}")
    order_line_ids: tuple[int, ...] = ()
    days: int
    before: date
    expected_on: date
    reason: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class ShipmentDelivered(OfShipment, Event, about=SHIPMENT, icon="circle-check", tone="ok"):
    """The customer has the goods."""

    says = _("Shipment {number} of order {order} delivered {punctually}")
    delivered_on: date
    promised_on: date | None
    days_late: int
    punctually: str
    received_by: str = ""


@dataclass(frozen=True, kw_only=True)
class ShipmentCancelled(OfShipment, Event, about=SHIPMENT, icon="circle-x", tone="bad"):
    """The goods stay; they are still reserved for their order."""

    says = _("Shipment {number} of order {order} cancelled: {reason}")
    reason: str
