"""What sourcing tells. A fact that names one supplier is about that supplier alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

RFQ = {"rfq_id": "sourcing.rfq"}
INVITATION = {"invitation_id": "sourcing.invitation", "supplier_id": "parties.party", **RFQ}


@dataclass(frozen=True, kw_only=True)
class RfqOpened(Event, about=RFQ, icon="file-text", tone="muted"):
    """A request for quotation was drafted."""

    says: ClassVar[str | Promise] = _("{number} drafted: {title} (items: {lines})")

    rfq_id: int
    number: str
    title: str
    lines: int


@dataclass(frozen=True, kw_only=True)
class SupplierAsked(Event, about=INVITATION, icon="send", tone="info"):
    """A supplier was asked for a quotation."""

    says: ClassVar[str | Promise] = _("{supplier} asked for a quotation: {number}, {title}")

    invitation_id: int
    supplier_id: int
    rfq_id: int
    supplier: str
    number: str
    title: str
    answer_by: date | None


@dataclass(frozen=True, kw_only=True)
class InvitationAnswered(Event, about=INVITATION, icon="circle-check", tone="ok"):
    """A supplier made its offer."""

    says: ClassVar[str | Promise] = _(
        "{supplier} answered {number} (items: {bids}), valid until {valid_until}"
    )

    invitation_id: int
    supplier_id: int
    rfq_id: int
    supplier: str
    number: str
    bids: int
    valid_until: date


@dataclass(frozen=True, kw_only=True)
class InvitationDeclined(Event, about=INVITATION, icon="circle-x", tone="warn"):
    """A supplier will not offer."""

    says: ClassVar[str | Promise] = _("{supplier} makes no offer for {number}: {reason}")

    invitation_id: int
    supplier_id: int
    rfq_id: int
    supplier: str
    number: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CriteriaWeighed(Event, about=RFQ, icon="adjustments-horizontal", tone="info"):
    """It was said what matters how much."""

    says: ClassVar[str | Promise] = _("{number} is decided by {criteria}")

    rfq_id: int
    number: str
    criteria: str


@dataclass(frozen=True, kw_only=True)
class RfqAwarded(Event, about={**RFQ, "decision_id": "sourcing.decision"}, icon="circle-check", tone="ok"):
    """It was decided who supplies."""

    says: ClassVar[str | Promise] = _(
        "{number} awarded to {suppliers} for {cost} {currency} landed: {reason}"
    )

    rfq_id: int
    decision_id: int
    number: str
    suppliers: str
    cost: Decimal
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RfqCancelled(Event, about=RFQ, icon="circle-x", tone="bad"):
    """Nothing will be bought on this request."""

    says: ClassVar[str | Promise] = _("{number} cancelled: {reason}")

    rfq_id: int
    number: str
    reason: str
