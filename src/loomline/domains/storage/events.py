"""What happened to places, and to goods on their way between sites."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

TRANSFER = {
    "transfer_id": "storage.transfer",
    "site_ids": "sites.site",
    "item_ids": "catalog.item",
    "lot_ids": "inventory.lot",
}


@dataclass(frozen=True, kw_only=True)
class BinsSet(Event, about={"location_ids": "sites.location"}, icon="packages", tone="info"):
    """Somebody said what places hold."""

    location_ids: tuple[int, ...]
    place: str
    count: int
    says: ClassVar = _("{count} places at {place} were given their room")


@dataclass(frozen=True, kw_only=True)
class GoodsPutAway(
    Event,
    about={"item_ids": "catalog.item", "lot_ids": "inventory.lot", "location_ids": "sites.location"},
    icon="stack-2",
    tone="info",
):
    """Goods were put where the rules send them."""

    item_ids: tuple[int, ...]
    lot_ids: tuple[int, ...]
    location_ids: tuple[int, ...]
    places: str
    left: int
    says: ClassVar = _("Put away to {places}; {left} quantities found no place")


@dataclass(frozen=True, kw_only=True)
class OfTransfer:
    """What every event of a transfer names."""

    transfer_id: int
    number: str
    site_ids: tuple[int, ...]
    source: str
    destination: str
    item_ids: tuple[int, ...] = ()
    lot_ids: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TransferOpened(OfTransfer, Event, about=TRANSFER, icon="clipboard-list", tone="info"):
    """Goods are to go from one site to another."""

    says: ClassVar = _("Transfer {number} from {source} to {destination} drafted: {lines} lines")
    lines: int


@dataclass(frozen=True, kw_only=True)
class TransferReleased(OfTransfer, Event, about=TRANSFER, icon="clipboard-check", tone="info"):
    """The goods are reserved and can be taken."""

    says: ClassVar = _("Transfer {number} from {source} to {destination} released; {short} lines are short")
    short: int


@dataclass(frozen=True, kw_only=True)
class TransferShipped(OfTransfer, Event, about=TRANSFER, icon="truck", tone="accent"):
    """The goods left and are in transit."""

    says: ClassVar = _("Transfer {number} left {source} for {destination}, expected {expected_on}")
    expected_on: date | None


@dataclass(frozen=True, kw_only=True)
class TransferReceived(OfTransfer, Event, about=TRANSFER, icon="truck-delivery", tone="ok"):
    """Goods arrived."""

    says: ClassVar = _("Transfer {number} from {source} arrived at {destination}; {missing} still in transit")
    missing: Decimal


@dataclass(frozen=True, kw_only=True)
class TransferClosed(OfTransfer, Event, about=TRANSFER, icon="circle-x", tone="warn"):
    """What did not arrive is given up."""

    says: ClassVar = _("Transfer {number} closed short, {missing} did not arrive: {reason}")
    missing: Decimal
    reason: str


@dataclass(frozen=True, kw_only=True)
class TransferCancelled(OfTransfer, Event, about=TRANSFER, icon="circle-x", tone="bad"):
    """The goods stay where they are."""

    says: ClassVar = _("Transfer {number} cancelled: {reason}")
    reason: str
