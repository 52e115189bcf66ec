"""What contracts tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

ABOUT = {"contract_id": "contracts.contract", "supplier_id": "parties.party"}


@dataclass(frozen=True, kw_only=True)
class OfContract:
    """What every event of a contract names."""

    contract_id: int
    supplier_id: int
    number: str
    supplier: str


@dataclass(frozen=True, kw_only=True)
class ContractActivated(OfContract, Event, about=ABOUT, icon="circle-check", tone="ok"):
    """From now on its prices hold."""

    says = _("Contract {number} with {supplier} holds from {starts_on} to {ends_on}")
    starts_on: date
    ends_on: date


@dataclass(frozen=True, kw_only=True)
class ContractRenewed(OfContract, Event, about=ABOUT, icon="refresh", tone="info"):
    """It holds for longer."""

    says = _("Contract {number} with {supplier} renewed until {ends_on}")
    ends_on: date


@dataclass(frozen=True, kw_only=True)
class ContractEnded(OfContract, Event, about=ABOUT, icon="archive"):
    """Its prices do not hold any more."""

    says = _("Contract {number} with {supplier} ended: {reason}")
    reason: str


@dataclass(frozen=True, kw_only=True)
class ContractCancelled(OfContract, Event, about=ABOUT, icon="circle-x", tone="bad"):
    """The draft was given up."""

    says = _("Contract {number} with {supplier} cancelled: {reason}")
    reason: str


@dataclass(frozen=True, kw_only=True)
class PricesAgreed(OfContract, Event, about={**ABOUT, "item_ids": "catalog.item"}, icon="tag", tone="info"):
    """Prices of a contract were written."""

    says = _("Contract {number} with {supplier}: prices for {goods}")
    item_ids: tuple[int, ...]
    goods: str


@dataclass(frozen=True, kw_only=True)
class CalledOff(
    OfContract,
    Event,
    about={**ABOUT, "item_ids": "catalog.item", "purchase_id": "procurement.purchase"},
    icon="truck-delivery",
    tone="info",
):
    """A part of what was agreed is asked for."""

    says = _("Contract {number} with {supplier}: {goods} called off by {order}")
    item_ids: tuple[int, ...]
    purchase_id: int
    order: str
    goods: str


@dataclass(frozen=True, kw_only=True)
class DuesReckoned(OfContract, Event, about=ABOUT, icon="calculator", tone="info"):
    """Rebates and penalties were reckoned from what happened."""

    says = _("Contract {number} with {supplier}: {total} {currency} owed in all")
    dues: int
    total: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class DuesSettled(OfContract, Event, about=ABOUT, icon="circle-check", tone="ok"):
    """The supplier has paid or credited it."""

    says = _("Contract {number} with {supplier}: {amount} {currency} settled, {reference}")
    amount: Decimal
    currency: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class DuesWaived(OfContract, Event, about=ABOUT, icon="heart-handshake", tone="warn"):
    """We do without it."""

    says = _("Contract {number} with {supplier}: {amount} {currency} waived, {reason}")
    amount: Decimal
    currency: str
    reason: str
