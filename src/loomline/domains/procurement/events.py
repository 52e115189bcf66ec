"""What procurement tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

PURCHASE = {"purchase_id": "procurement.purchase", "supplier_id": "parties.party"}
GOODS = {**PURCHASE, "item_ids": "catalog.item"}
LOTS = {**GOODS, "receipt_id": "procurement.receipt", "lot_ids": "inventory.lot"}


@dataclass(frozen=True, kw_only=True)
class PurchaseOpened(Event, about=GOODS, icon="shopping-cart", tone="muted"):
    """A purchase order was drafted."""

    says: ClassVar[str | Promise] = _(
        "Purchase order {number} to {supplier} drafted: {lines} lines, {total} {currency}"
    )

    purchase_id: int
    supplier_id: int
    item_ids: tuple[int, ...]
    number: str
    supplier: str
    lines: int
    total: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class PurchaseAmended(Event, about=GOODS, icon="edit", tone="warn"):
    """What was ordered changed after it was sent; the supplier must be told."""

    says: ClassVar[str | Promise] = _("Purchase order {number}, revision {revision}: {difference}")

    purchase_id: int
    supplier_id: int
    item_ids: tuple[int, ...]
    number: str
    supplier: str
    revision: int
    difference: str
    total_before: Decimal
    total: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class PurchaseSent(Event, about=GOODS, icon="send", tone="info"):
    """The supplier was asked to deliver."""

    says: ClassVar[str | Promise] = _(
        "Purchase order {number} sent to {supplier} for {total} {currency}, expected {expected_on}"
    )

    purchase_id: int
    supplier_id: int
    item_ids: tuple[int, ...]
    number: str
    supplier: str
    total: Decimal
    currency: str
    expected_on: date | None


@dataclass(frozen=True, kw_only=True)
class PurchaseConfirmed(Event, about=GOODS, icon="circle-check", tone="ok"):
    """The supplier said when the goods will come."""

    says: ClassVar[str | Promise] = _(
        "{supplier} confirmed {number} for {confirmed_on}, expected {expected_on}"
    )

    purchase_id: int
    supplier_id: int
    item_ids: tuple[int, ...]
    line_ids: tuple[int, ...]
    number: str
    supplier: str
    confirmed_on: date
    was_on: date | None
    expected_on: date
    days: int
    tone: str = "ok"


@dataclass(frozen=True, kw_only=True)
class PurchaseAnswered(Event, about=GOODS, icon="list-check", tone="info"):
    """The supplier said line by line what it accepts."""

    says: ClassVar[str | Promise] = _("{supplier} answered {number}: {differences}")

    purchase_id: int
    supplier_id: int
    item_ids: tuple[int, ...]
    number: str
    supplier: str
    differences: str
    tone: str = "info"


@dataclass(frozen=True, kw_only=True)
class LineClosed(Event, about=GOODS, icon="archive", tone="muted"):
    """Nothing more is awaited of one line."""

    says: ClassVar[str | Promise] = _("{number} from {supplier}: {goods} given up, {reason}")

    purchase_id: int
    supplier_id: int
    item_ids: tuple[int, ...]
    line_ids: tuple[int, ...]
    number: str
    supplier: str
    goods: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PurchaseDelayed(Event, about=GOODS, icon="clock", tone="warn"):
    """Goods will come later than we believed."""

    says: ClassVar[str | Promise] = _(
        "{number} from {supplier} moved {by}, from {was_on} to {expected_on}: {reason}"
    )

    purchase_id: int
    supplier_id: int
    item_ids: tuple[int, ...]
    line_ids: tuple[int, ...]
    number: str
    supplier: str
    was_on: date
    expected_on: date
    days: int
    by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class GoodsReceived(Event, about=LOTS, icon="truck-delivery", tone="ok"):
    """Goods arrived and what was good of them is in stock."""

    says: ClassVar[str | Promise] = _("{goods} received from {supplier} on {number} ({receipt})")

    receipt_id: int
    purchase_id: int
    supplier_id: int
    item_ids: tuple[int, ...]
    lot_ids: tuple[int, ...]
    line_ids: tuple[int, ...]
    site_id: int
    number: str
    receipt: str
    supplier: str
    goods: str
    days_late: int


@dataclass(frozen=True, kw_only=True)
class DeliveredDirectly(
    Event,
    about={**GOODS, "receipt_id": "procurement.receipt", "customer_id": "parties.party"},
    icon="truck-delivery",
    tone="ok",
):
    """A supplier brought goods straight to a customer; our stock never held them."""

    says: ClassVar[str | Promise] = _(
        "{supplier} delivered {goods} of {number} straight to {customer}{tracked}"
    )

    receipt_id: int
    purchase_id: int
    supplier_id: int
    customer_id: int
    item_ids: tuple[int, ...]
    line_ids: tuple[int, ...]
    number: str
    receipt: str
    supplier: str
    customer: str
    goods: str
    tracked: str
    delivered_on: date
    days_late: int


@dataclass(frozen=True, kw_only=True)
class GoodsRejected(Event, about=LOTS, icon="circle-x", tone="bad"):
    """Goods that arrived were refused; the supplier owes them still."""

    says: ClassVar[str | Promise] = _("{goods} of {number} from {supplier} rejected: {reason}")

    purchase_id: int
    receipt_id: int | None
    supplier_id: int
    item_ids: tuple[int, ...]
    lot_ids: tuple[int, ...]
    line_ids: tuple[int, ...]
    number: str
    supplier: str
    goods: str
    quantity: Decimal
    reason: str


@dataclass(frozen=True, kw_only=True)
class GoodsReturned(Event, about=LOTS, icon="truck-return", tone="warn"):
    """Rejected goods went back to the supplier."""

    says: ClassVar[str | Promise] = _("{goods} of {number} sent back to {supplier}")

    purchase_id: int
    receipt_id: int | None
    supplier_id: int
    item_ids: tuple[int, ...]
    lot_ids: tuple[int, ...]
    number: str
    supplier: str
    goods: str


@dataclass(frozen=True, kw_only=True)
class ReceiptReversed(Event, about=LOTS, icon="arrow-back-up", tone="warn"):
    """A receipt was entered by mistake and taken back."""

    says: ClassVar[str | Promise] = _("Receipt {receipt} of {number} reversed: {reason}")

    receipt_id: int
    purchase_id: int
    supplier_id: int
    item_ids: tuple[int, ...]
    lot_ids: tuple[int, ...]
    line_ids: tuple[int, ...]
    number: str
    supplier: str
    receipt: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PurchaseCompleted(Event, about=PURCHASE, icon="packages", tone="ok"):
    """Everything ordered has arrived."""

    says: ClassVar[str | Promise] = _("Everything of {number} from {supplier} has arrived")

    purchase_id: int
    supplier_id: int
    number: str
    supplier: str


@dataclass(frozen=True, kw_only=True)
class PurchaseReopened(Event, about=PURCHASE, icon="rotate-clockwise", tone="warn"):
    """Goods of a finished purchase order are awaited again."""

    says: ClassVar[str | Promise] = _("{number} from {supplier} is open again: {reason}")

    purchase_id: int
    supplier_id: int
    number: str
    supplier: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PurchaseClosed(Event, about=GOODS, icon="archive", tone="muted"):
    """Nothing more is awaited; what was missing is given up."""

    says: ClassVar[str | Promise] = _("{number} from {supplier} closed, {missing}")

    purchase_id: int
    supplier_id: int
    item_ids: tuple[int, ...]
    line_ids: tuple[int, ...]
    number: str
    supplier: str
    missing: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PurchaseCancelled(Event, about=GOODS, icon="circle-x", tone="bad"):
    """What was ordered is not wanted any more."""

    says: ClassVar[str | Promise] = _("{number} to {supplier} cancelled: {reason}")

    purchase_id: int
    supplier_id: int
    item_ids: tuple[int, ...]
    line_ids: tuple[int, ...]
    number: str
    supplier: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class SupplyAgreed(
    Event,
    about={"supplier_id": "parties.party", "item_ids": "catalog.item"},
    icon="heart-handshake",
    tone="info",
):
    """Terms were agreed at which a supplier sells items."""

    says: ClassVar[str | Promise] = _("Terms with {supplier} for {goods}")

    supplier_id: int
    item_ids: tuple[int, ...]
    supplier: str
    goods: str


@dataclass(frozen=True, kw_only=True)
class PurchasesTakenOver(Event, about={"supplier_ids": "parties.party"}, icon="file-import", tone="info"):
    """Purchase orders were brought over from another system."""

    says: ClassVar[str | Promise] = _("{purchases} purchase orders taken over from another system")

    supplier_ids: tuple[int, ...]
    purchases: int
