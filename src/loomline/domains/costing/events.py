"""What happened to the cost of goods."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

LANDED = {"landed_id": "costing.landedcost", "item_ids": "catalog.item"}


@dataclass(frozen=True, kw_only=True)
class LandedCostPosted(
    Event,
    about={**LANDED, "lot_ids": "inventory.lot", "supplier_id": "parties.party"},
    icon="truck-delivery",
    tone="info",
):
    """A charge was split over goods."""

    landed_id: int
    supplier_id: int | None
    item_ids: tuple[int, ...]
    lot_ids: tuple[int, ...]
    number: str
    # The charge: freight, duty, insurance.
    charge: str
    amount: Decimal
    currency: str
    receipts: int
    basis: str
    says: ClassVar = _("{number}: {charge} of {amount} {currency} split over {receipts} receipts by {basis}")


@dataclass(frozen=True, kw_only=True)
class LandedCostReversed(Event, about=LANDED, icon="arrow-back-up", tone="warn"):
    """A charge was taken off goods again."""

    landed_id: int
    item_ids: tuple[int, ...]
    number: str
    charge: str
    amount: Decimal
    currency: str
    reason: str
    says: ClassVar = _("{number}: {charge} of {amount} {currency} taken back: {reason}")


@dataclass(frozen=True, kw_only=True)
class StockRevalued(Event, about={"item_id": "catalog.item"}, icon="scale", tone="warn"):
    """What is on hand of an item is worth more or less."""

    item_id: int
    item: str
    unit_cost: Decimal
    difference: Decimal
    currency: str
    unit: str
    reason: str
    says: ClassVar = _(
        "{item} is worth {unit_cost} {currency} a {unit} now ({difference} {currency} in all): {reason}"
    )


@dataclass(frozen=True, kw_only=True)
class MethodChanged(Event, about={"item_id": "catalog.item"}, icon="calculator", tone="info"):
    """An item is valued in another way from now on."""

    item_id: int
    item: str
    was: str
    method: str
    says: ClassVar = _("{item} is valued by {method} from now on, no longer by {was}")


@dataclass(frozen=True, kw_only=True)
class WorkSettled(Event, about={"item_ids": "catalog.item"}, icon="calculator", tone="info"):
    """What was left in finished work went to what it had made."""

    item_ids: tuple[int, ...]
    work_kind: str
    work_id: int
    put_in: Decimal
    difference: Decimal
    currency: str
    says: ClassVar = _(
        "Finished work settled at {put_in} {currency}: {difference} {currency} to what it made"
    )

    def subjects(self) -> set[tuple[str, int]]:
        """The work as well, whatever kind of record it is."""
        return super().subjects() | {(self.work_kind, self.work_id)}
