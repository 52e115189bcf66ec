"""What sales tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.kernel.event import Event

QUOTE = {
    "quote_id": "sales.quote",
    "customer_id": "parties.party",
    "contact_id": "parties.party",
    "opportunity_id": "pipeline.opportunity",
}
ORDER = {
    "order_id": "sales.order",
    "customer_id": "parties.party",
    "contact_id": "parties.party",
    "opportunity_id": "pipeline.opportunity",
    "item_ids": "catalog.item",
}


# What was promised by line: its key, the day, the method and the limit.
Days = tuple[tuple[int, str, str, str], ...]


@dataclass(frozen=True, kw_only=True)
class OfQuote:
    """What every event of a quote names."""

    quote_id: int
    number: str
    customer_id: int
    contact_id: int | None = None
    opportunity_id: int | None = None
    # True where goods were held for it until now.
    is_held: bool = False


@dataclass(frozen=True, kw_only=True)
class QuoteWritten(OfQuote, Event, about=QUOTE, icon="file-text"):
    """An offer is being prepared."""

    says = _("Quote {number} written: {total} {currency}, valid until {valid_until}")
    total: Decimal
    currency: str
    valid_until: date


@dataclass(frozen=True, kw_only=True)
class QuoteChanged(OfQuote, Event, about=QUOTE, icon="pencil"):
    """An offer that nobody has seen yet was changed."""

    says = _("Quote {number} changed: {total} {currency}")
    total: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class QuoteRevised(OfQuote, Event, about={**QUOTE, "former_id": "sales.quote"}, icon="versions", tone="info"):
    """A new version takes the place of an offer."""

    says = _("Quote {former} replaced by {number}")
    former_id: int
    former: str
    version: int


@dataclass(frozen=True, kw_only=True)
class QuoteSent(OfQuote, Event, about=QUOTE, icon="send", tone="info"):
    """The customer has the offer."""

    says = _("Quote {number} sent: {total} {currency}, valid until {valid_until}")
    total: Decimal
    currency: str
    valid_until: date
    days: Days = ()


@dataclass(frozen=True, kw_only=True)
class QuoteAccepted(OfQuote, Event, about={**QUOTE, "order_id": "sales.order"}, icon="signature", tone="ok"):
    """The customer said yes to the offer as it stood."""

    says = _("Quote {number} accepted{by}: order {order}")
    order_id: int
    order: str
    by: str = ""
    total: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class QuoteDeclined(OfQuote, Event, about=QUOTE, icon="circle-x", tone="bad"):
    """The customer said no to the offer."""

    says = _("Quote {number} declined: {reason}")
    reason: str


@dataclass(frozen=True, kw_only=True)
class QuoteExpired(OfQuote, Event, about=QUOTE, icon="hourglass", tone="warn"):
    """The offer ended without an answer."""

    says = _("Quote {number} expired on {valid_until}")
    valid_until: date


@dataclass(frozen=True, kw_only=True)
class OfOrder:
    """What every event of an order names."""

    order_id: int
    number: str
    customer_id: int
    contact_id: int | None = None
    opportunity_id: int | None = None
    item_ids: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OrderOpened(OfOrder, Event, about=ORDER, icon="shopping-cart", tone="info"):
    """A customer wants to buy; nothing is promised yet."""

    says = _("Order {number} opened: {total} {currency}")
    total: Decimal
    currency: str
    wanted_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class OrderConfirmed(OfOrder, Event, about=ORDER, icon="circle-check", tone="ok"):
    """The goods are promised for a day."""

    says = _("Order {number} confirmed, promised for {promised_on}")
    promised_on: date
    wanted_on: date | None = None
    total: Decimal
    currency: str
    days: Days = ()
    direct_lines: tuple[int, ...] = ()
    held_quote_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class OrderAmended(OfOrder, Event, about=ORDER, icon="versions", tone="info"):
    """A promised order changed, and this is the difference."""

    says = _("Order {number} amended, revision {revision}: {difference}")
    revision: int
    difference: str
    reason: str = ""
    lines_added: tuple[int, ...] = ()
    lines_changed: tuple[int, ...] = ()
    lines_removed: tuple[int, ...] = ()
    total_before: Decimal
    total: Decimal
    currency: str
    days: Days = ()


@dataclass(frozen=True, kw_only=True)
class DeliveryMoved(OfOrder, Event, about=ORDER, icon="calendar-event", tone="warn"):
    """The goods are expected on another day than yesterday's plan said."""

    says = _("Delivery of {number} moved {by}: {cause}")
    days: int
    by: str
    cause: str
    expected_on: date
    promised_on: date | None
    tone: str


@dataclass(frozen=True, kw_only=True)
class DeliveryUnknown(OfOrder, Event, about=ORDER, icon="calendar-event", tone="bad"):
    """Goods that were promised are lost, and nobody knows when others can be there."""

    says = _("Delivery of {number} has no date any more: {cause}")
    cause: str
    promised_on: date | None


@dataclass(frozen=True, kw_only=True)
class OrderPartShipped(OfOrder, Event, about=ORDER, icon="truck-delivery", tone="accent"):
    """A part of the goods is on its way."""

    says = _("Part of order {number} shipped: {quantity} of {ordered}")
    quantity: Decimal
    ordered: Decimal


@dataclass(frozen=True, kw_only=True)
class OrderShipped(OfOrder, Event, about=ORDER, icon="truck-delivery", tone="ok"):
    """The last of the goods is on its way."""

    says = _("Order {number} shipped {punctually}")
    shipped_on: date
    promised_on: date | None
    days_late: int
    punctually: str


@dataclass(frozen=True, kw_only=True)
class DeliveryTakenBack(OfOrder, Event, about=ORDER, icon="arrow-back-up", tone="warn"):
    """Goods that counted as delivered are not with the customer."""

    says = _("{quantity} of order {number} count as not delivered: {reason}")
    quantity: Decimal
    reason: str


@dataclass(frozen=True, kw_only=True)
class OrderClosed(OfOrder, Event, about=ORDER, icon="archive"):
    """Nothing more will happen with the order."""

    says = _("Order {number} closed{note}")
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(OfOrder, Event, about=ORDER, icon="circle-x", tone="bad"):
    """The order will not be delivered; whatever was kept for it is free again."""

    says = _("Order {number} cancelled: {reason}")
    reason: str
    line_ids: tuple[int, ...] = ()
    held_quote_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class OrderTakenOver(OfOrder, Event, about=ORDER, icon="shopping-cart", tone="info"):
    """An order that another system kept so far; it stands in the timeline at the moment it was placed."""

    says = _("Order {number} placed {day}{shipped}")
    day: str
    shipped: str
    happened_at: datetime
