"""What happened to recalls and their notices."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

RECALL = {"recall_id": "recalls.recall", "lot_ids": "inventory.lot"}
NOTICE = {
    "recall_id": "recalls.recall",
    "notice_id": "recalls.notice",
    "customer_id": "parties.party",
    "item_id": "catalog.item",
}


@dataclass(frozen=True, kw_only=True)
class RecallOpened(Event, about=RECALL, icon="alert-triangle", tone="warn"):
    """Lots were traced to see what a recall would reach."""

    says = _("Recall {number} traced: {title}, {lots} lots and {customers} customers")
    recall_id: int
    number: str
    title: str
    lot_ids: tuple[int, ...]
    lots: int
    customers: int


@dataclass(frozen=True, kw_only=True)
class RecallStarted(Event, about=RECALL, icon="speakerphone", tone="bad"):
    """Goods are being called back: what is left is blocked, who has the rest is told."""

    says = _("Recall {number} started: {blocked} lots blocked, {notices} notices drafted")
    recall_id: int
    number: str
    lot_ids: tuple[int, ...]
    blocked: int
    notices: int


@dataclass(frozen=True, kw_only=True)
class NoticeSent(Event, about=NOTICE, icon="send", tone="info"):
    """A customer was told."""

    says = _("Recall {number}: {customer} was told at {address}")
    recall_id: int
    notice_id: int
    customer_id: int
    item_id: int
    number: str
    customer: str
    address: str


@dataclass(frozen=True, kw_only=True)
class CustomerReached(Event, about=NOTICE, icon="phone", tone="info"):
    """A customer is known to know."""

    says = _("Recall {number}: {customer} was reached {note}")
    recall_id: int
    notice_id: int
    customer_id: int
    item_id: int
    number: str
    customer: str
    note: str


@dataclass(frozen=True, kw_only=True)
class NoticeAnswered(Event, about=NOTICE, icon="check", tone="ok"):
    """A customer said what became of the goods."""

    says = _(
        "Recall {number}: of {delivered} {unit}, {customer} returned {returned} and destroyed {destroyed}"
    )
    recall_id: int
    notice_id: int
    customer_id: int
    item_id: int
    number: str
    customer: str
    delivered: Decimal
    returned: Decimal
    destroyed: Decimal
    unit: str


@dataclass(frozen=True, kw_only=True)
class RecallClosed(Event, about=RECALL, icon="shield-check", tone="ok"):
    """The recall is over."""

    says = _("Recall {number} closed: {outcome}")
    recall_id: int
    number: str
    lot_ids: tuple[int, ...]
    outcome: str


@dataclass(frozen=True, kw_only=True)
class RecallCancelled(Event, about=RECALL, icon="x", tone="muted"):
    """Nothing has to come back."""

    says = _("Recall {number} cancelled: {reason}")
    recall_id: int
    number: str
    lot_ids: tuple[int, ...]
    reason: str
