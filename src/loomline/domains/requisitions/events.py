"""What requisitions tell."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

ABOUT = {"requisition_id": "requisitions.requisition"}
GOODS = {**ABOUT, "item_ids": "catalog.item"}


@dataclass(frozen=True, kw_only=True)
class OfRequisition:
    """What every event of a requisition names."""

    requisition_id: int
    number: str


@dataclass(frozen=True, kw_only=True)
class RequisitionOpened(OfRequisition, Event, about=GOODS, icon="clipboard-list"):
    """Somebody needs something bought."""

    says = _("Requisition {number} written: {title}")
    title: str
    item_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class RequisitionSubmitted(OfRequisition, Event, about=ABOUT, icon="send", tone="hold"):
    """What is needed waits for a yes."""

    says = _("{number} submitted for {total} {currency}")
    total: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class RequisitionApproved(OfRequisition, Event, about=GOODS, icon="circle-check", tone="ok"):
    """What is needed may be ordered."""

    says = _("{number} approved for {total} {currency}")
    item_ids: tuple[int, ...]
    total: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class RequisitionRefused(OfRequisition, Event, about=ABOUT, icon="circle-x", tone="bad"):
    """What is asked for is not to be bought so."""

    says = _("{number} not approved: {reason}")
    reason: str


@dataclass(frozen=True, kw_only=True)
class RequisitionTakenBack(OfRequisition, Event, about=ABOUT, icon="arrow-back-up"):
    """The requisition is a draft again."""

    says = _("{number} taken back")


@dataclass(frozen=True, kw_only=True)
class RequisitionOrdered(
    OfRequisition,
    Event,
    about={**GOODS, "purchase_ids": "procurement.purchase"},
    icon="shopping-cart",
    tone="ok",
):
    """Purchase orders were drafted for it."""

    says = _("{number} ordered: {orders}")
    item_ids: tuple[int, ...]
    purchase_ids: tuple[int, ...]
    orders: str


@dataclass(frozen=True, kw_only=True)
class RequisitionCancelled(OfRequisition, Event, about=ABOUT, icon="circle-x", tone="bad"):
    """What was asked for is not needed any more."""

    says = _("{number} cancelled: {reason}")
    reason: str
