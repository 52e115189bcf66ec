"""What planning tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

OF_QUOTE = {"quote_id": "sales.quote", "customer_id": "parties.party"}


@dataclass(frozen=True, kw_only=True)
class GoodsHeld(Event, about=OF_QUOTE, icon="lock", tone="info"):
    """Goods are kept for an offer until a day, and taken for everybody else."""

    says: ClassVar[str | Promise] = _("Goods held for quote {number} until {until}: {lines} of {of} lines")

    quote_id: int
    customer_id: int
    number: str
    until: date
    lines: int
    of: int


@dataclass(frozen=True, kw_only=True)
class HoldEnded(Event, about=OF_QUOTE, icon="lock-open"):
    """What was held for an offer is free for others, while the offer stands."""

    says: ClassVar[str | Promise] = _("Goods are no longer held for quote {number}")

    quote_id: int
    customer_id: int
    number: str


@dataclass(frozen=True, kw_only=True)
class SupplyPlanned(
    Event,
    about={
        "order_id": "sales.order",
        "customer_id": "parties.party",
        "work_ids": "manufacturing.workorder",
        "purchase_ids": "procurement.purchase",
    },
    icon="timeline",
    tone="info",
):
    """What an order needs is reserved, being made or on order."""

    says: ClassVar[str | Promise] = _(
        "Supply of {number} planned: {works} work orders, {purchases} purchase orders"
    )

    order_id: int
    customer_id: int
    number: str
    work_ids: tuple[int, ...]
    purchase_ids: tuple[int, ...]
    works: int
    purchases: int
