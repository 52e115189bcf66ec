"""What returns tell."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

RETURN = {
    "goods_return_id": "returns.goodsreturn",
    "order_id": "sales.order",
    "customer_id": "parties.party",
    "shipment_id": "warehouse.shipment",
    "lot_ids": "inventory.lot",
    "item_ids": "catalog.item",
}


@dataclass(frozen=True, kw_only=True)
class OfReturn:
    """What every event of a return names."""

    goods_return_id: int
    number: str
    order_id: int
    order: str
    customer_id: int
    shipment_id: int | None = None
    lot_ids: tuple[int, ...] = ()
    item_ids: tuple[int, ...] = ()
    goods: str = ""


@dataclass(frozen=True, kw_only=True)
class ReturnRequested(OfReturn, Event, about=RETURN, icon="truck-return", tone="info"):
    """A customer wants to send goods back."""

    says = _("Return {number} of order {order} requested: {goods}, {reason}")
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReturnApproved(OfReturn, Event, about=RETURN, icon="circle-check", tone="info"):
    """The customer may send the goods."""

    says = _("Return {number} approved: {goods}")


@dataclass(frozen=True, kw_only=True)
class ReturnRefused(OfReturn, Event, about=RETURN, icon="circle-x", tone="bad"):
    """We do not take the goods back."""

    says = _("Return {number} refused: {reason}")
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReturnCalledOff(OfReturn, Event, about=RETURN, icon="x", tone="muted"):
    """The goods do not come back after all."""

    says = _("Return {number} called off: {reason}")
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReturnReceived(OfReturn, Event, about=RETURN, icon="truck-return", tone="accent"):
    """Goods of a return are here."""

    says = _("Return {number}: {goods} received")


@dataclass(frozen=True, kw_only=True)
class ReturnInspected(OfReturn, Event, about=RETURN, icon="checkup-list", tone="info"):
    """It is known how good the goods are, and they went where they belong."""

    says = _("Return {number} inspected: {goods}")


@dataclass(frozen=True, kw_only=True)
class ReturnSettled(
    OfReturn,
    Event,
    about={**RETURN, "credit_note_ids": "finance.invoice", "replacement_id": "sales.order"},
    icon="coin",
    tone="ok",
):
    """The customer has what is due for the goods."""

    says = _("Return {number} settled: {outcome}")
    outcome: str
    credit_note_ids: tuple[int, ...] = ()
    replacement_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReturnClosed(OfReturn, Event, about=RETURN, icon="archive", tone="muted"):
    """Nothing is left to do about a return."""

    says = _("Return {number} closed; it cost {cost} {currency}")
    cost: Decimal
    currency: str
