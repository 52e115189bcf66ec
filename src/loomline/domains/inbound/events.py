"""What suppliers announce."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

NOTICE = {
    "notice_id": "inbound.shippingnotice",
    "purchase_id": "procurement.purchase",
    "supplier_id": "parties.party",
    "item_ids": "catalog.item",
}


@dataclass(frozen=True, kw_only=True)
class OfNotice:
    """What every event of a shipping notice names."""

    notice_id: int
    purchase_id: int
    supplier_id: int
    item_ids: tuple[int, ...]
    line_ids: tuple[int, ...]
    number: str
    purchase: str
    supplier: str


@dataclass(frozen=True, kw_only=True)
class GoodsAnnounced(OfNotice, Event, about=NOTICE, icon="truck", tone="info"):
    """A supplier says what is on its way, and when it will be here."""

    says = _("{supplier} announced {goods} of {purchase} for {expected_on} ({number})")
    goods: str
    expected_on: date


@dataclass(frozen=True, kw_only=True)
class AnnouncedArrived(OfNotice, Event, about=NOTICE, icon="truck-delivery", tone="ok"):
    """What was announced is here."""

    says = _("{number} of {supplier} arrived for {purchase}")


@dataclass(frozen=True, kw_only=True)
class NoticeWithdrawn(OfNotice, Event, about=NOTICE, icon="circle-x", tone="warn"):
    """What was announced does not come as it was announced."""

    says = _("{number} of {supplier} for {purchase} withdrawn: {reason}")
    reason: str


@dataclass(frozen=True, kw_only=True)
class NoticeReopened(OfNotice, Event, about=NOTICE, icon="rotate-clockwise", tone="warn"):
    """The receipt of what was announced was a mistake: it is still on its way."""

    says = _("{number} of {supplier} for {purchase} is on its way after all: {reason}")
    reason: str
