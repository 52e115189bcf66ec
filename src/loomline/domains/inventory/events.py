"""What happened to lots and stock outside the flow of orders."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

LOT = {"lot_id": "inventory.lot", "item_id": "catalog.item"}
PLACE = {**LOT, "location_ids": "sites.location"}


@dataclass(frozen=True, kw_only=True)
class LotOpened(Event, about={**LOT, "supplier_id": "parties.party"}, icon="barcode", tone="info"):
    """A lot began."""

    lot_id: int
    item_id: int
    supplier_id: int | None
    number: str
    item: str
    supplier_lot: str
    says: ClassVar = _("Lot {number} of {item} opened {supplier_lot}")


@dataclass(frozen=True, kw_only=True)
class LotHeld(Event, about={**LOT, "supplier_id": "parties.party"}, icon="lock", tone="hold"):
    """A lot may not be used until somebody decides."""

    lot_id: int
    item_id: int
    supplier_id: int | None
    number: str
    item: str
    on_hand: Decimal
    reserved: Decimal
    unit: str
    reason: str
    says: ClassVar = _(
        "Lot {number} of {item} is on hold: {reason} ({on_hand} {unit} in stock, {reserved} reserved)"
    )


@dataclass(frozen=True, kw_only=True)
class LotReleased(Event, about={**LOT, "supplier_id": "parties.party"}, icon="lock-open", tone="ok"):
    """A lot may be used again."""

    lot_id: int
    item_id: int
    supplier_id: int | None
    number: str
    item: str
    reason: str
    says: ClassVar = _("Lot {number} of {item} may be used again: {reason}")


@dataclass(frozen=True, kw_only=True)
class LotBlocked(Event, about={**LOT, "supplier_id": "parties.party"}, icon="circle-x", tone="bad"):
    """A lot will not be used any more; what was reserved of it is wanted elsewhere now."""

    lot_id: int
    item_id: int
    supplier_id: int | None
    number: str
    item: str
    on_hand: Decimal
    freed: Decimal
    unit: str
    reason: str
    says: ClassVar = _(
        "Lot {number} of {item} is blocked: {reason} ({on_hand} {unit} in stock, {freed} no longer reserved)"
    )


@dataclass(frozen=True, kw_only=True)
class StockCounted(Event, about=PLACE, icon="clipboard-check", tone="warn"):
    """A count found other quantities than the books had."""

    lot_id: int | None
    item_id: int
    location_ids: tuple[int, ...]
    item: str
    location: str
    lot: str
    counted: Decimal
    difference: Decimal
    unit: str
    reason: str
    says: ClassVar = _(
        "Counted {counted} {unit} of {item} {lot} at {location}, {difference} against the books: {reason}"
    )


@dataclass(frozen=True, kw_only=True)
class StockListed(
    Event, about={"item_ids": "catalog.item", "location_ids": "sites.location"}, icon="clipboard-check"
):
    """Many places were counted at once."""

    item_ids: tuple[int, ...]
    location_ids: tuple[int, ...]
    places: int
    differences: int
    reason: str
    says: ClassVar = _("Counted {places} places, {differences} differed from the books: {reason}")


@dataclass(frozen=True, kw_only=True)
class StockTransferred(Event, about=PLACE, icon="arrows-exchange", tone="info"):
    """Stock was put somewhere else."""

    lot_id: int | None
    item_id: int
    location_ids: tuple[int, ...]
    item: str
    lot: str
    quantity: Decimal
    unit: str
    source: str
    destination: str
    says: ClassVar = _("{quantity} {unit} of {item} {lot} moved from {source} to {destination}")


@dataclass(frozen=True, kw_only=True)
class MovesReversed(
    Event, about={"item_ids": "catalog.item", "lot_ids": "inventory.lot"}, icon="arrow-back-up", tone="warn"
):
    """Entries of the stock ledger were taken back by opposite ones."""

    item_ids: tuple[int, ...]
    lot_ids: tuple[int, ...]
    moves: int
    reason: str
    says: ClassVar = _("{moves} stock moves reversed: {reason}")


@dataclass(frozen=True, kw_only=True)
class ReservationsFreed(
    Event, about={"item_ids": "catalog.item", "lot_ids": "inventory.lot"}, icon="lock-open", tone="warn"
):
    """Stock that was promised is no longer kept for those it was promised to."""

    item_ids: tuple[int, ...]
    lot_ids: tuple[int, ...]
    origin_kinds: tuple[str, ...]
    origin_ids: tuple[int, ...]
    reservations: int
    reason: str
    says: ClassVar = _("{reservations} reservations were freed: {reason}")

    def subjects(self) -> set[tuple[str, int]]:
        """The items and lots, and each record that the stock was kept for."""
        return super().subjects() | set(zip(self.origin_kinds, self.origin_ids, strict=True))


@dataclass(frozen=True, kw_only=True)
class LotsBlocked(
    Event, about={"lot_ids": "inventory.lot", "item_ids": "catalog.item"}, icon="circle-x", tone="bad"
):
    """Many lots will not be used any more; what was reserved of them is wanted elsewhere now."""

    lot_ids: tuple[int, ...]
    item_ids: tuple[int, ...]
    lots: int
    reason: str
    says: ClassVar = _("{lots} lots blocked: {reason}")


@dataclass(frozen=True, kw_only=True)
class StockTakenOver(
    Event, about={**PLACE, "owner_id": "parties.party"}, icon="heart-handshake", tone="info"
):
    """Goods that another owner kept with us are ours now."""

    lot_id: int | None
    item_id: int
    owner_id: int
    location_ids: tuple[int, ...]
    item: str
    lot: str
    quantity: Decimal
    unit: str
    owner: str
    move_id: int = 0
    says: ClassVar = _("{quantity} {unit} of {item} {lot} taken over from {owner}")


UNIT = {"unit_id": "inventory.handlingunit"}
GOODS = {"item_ids": "catalog.item", "lot_ids": "inventory.lot"}


@dataclass(frozen=True, kw_only=True)
class UnitOpened(Event, about=UNIT, icon="package", tone="info"):
    """A handling unit began."""

    unit_id: int
    sscc: str
    kind: str
    location: str
    says: ClassVar = _("{kind} {sscc} opened at {location}")


@dataclass(frozen=True, kw_only=True)
class UnitFilled(Event, about={**UNIT, **GOODS}, icon="package", tone="info"):
    """Goods were put into a handling unit."""

    unit_id: int
    sscc: str
    item_ids: tuple[int, ...]
    lot_ids: tuple[int, ...]
    goods: int
    says: ClassVar = _("{goods} quantities put into handling unit {sscc}")


@dataclass(frozen=True, kw_only=True)
class UnitNested(Event, about={**UNIT, "within_id": "inventory.handlingunit"}, icon="stack-2", tone="info"):
    """A handling unit was put into another one."""

    unit_id: int
    sscc: str
    within_id: int
    within: str
    says: ClassVar = _("Handling unit {sscc} put into {within}")


@dataclass(frozen=True, kw_only=True)
class UnitLifted(Event, about=UNIT, icon="arrow-up", tone="info"):
    """A handling unit was taken out of the one it lay in."""

    unit_id: int
    sscc: str
    location: str
    says: ClassVar = _("Handling unit {sscc} stands by itself at {location}")


@dataclass(frozen=True, kw_only=True)
class UnitMoved(
    Event, about={**UNIT, **GOODS, "location_ids": "sites.location"}, icon="arrows-exchange", tone="info"
):
    """A handling unit was moved with all that is in it."""

    unit_id: int
    sscc: str
    item_ids: tuple[int, ...]
    lot_ids: tuple[int, ...]
    location_ids: tuple[int, ...]
    source: str
    destination: str
    says: ClassVar = _("Handling unit {sscc} moved from {source} to {destination}")
