"""Who is outside, and what they may see."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Model, QuerySet

from loomline.domains.accounts.models.roles import OWN_ACCOUNT
from loomline.domains.finance.models import Invoice, InvoiceState
from loomline.domains.inbound.models import ShippingNotice
from loomline.domains.procurement.models import Purchase, PurchaseState
from loomline.domains.returns.commands.opening import DELIVERED
from loomline.domains.returns.models import GoodsReturn
from loomline.domains.sales.models import Order, OrderState, Quote, QuoteState
from loomline.domains.sourcing.models import Award, Invitation, InvitationState, RfqState
from loomline.domains.warehouse.models import Shipment, ShipmentState
from loomline.kernel import access
from loomline.kernel.access import Level
from loomline.kernel.context import Ctx

OPEN_ORDERS = (OrderState.DRAFT, OrderState.CONFIRMED, OrderState.PART_SHIPPED)


def is_outside(user: Any) -> bool:
    """True for people of a customer or supplier: all their rights end at their own company's records."""
    if not getattr(user, "is_authenticated", False) or user.is_superuser or user.is_system:
        return False
    # What everybody may do for themselves says nothing about where they belong.
    rights = {name: level for name, level in user.grants().items() if name not in OWN_ACCOUNT}
    trades = any(name.startswith(("sales.", "procurement.", "sourcing.")) for name in rights)
    return trades and max(rights.values()) == Level.PARTY


def sells_to_us(user: Any) -> bool:
    """True for people of a supplier: they are asked for offers and deliver."""
    return any(name.startswith(("procurement.", "sourcing.")) for name in user.grants())


def buys_from_us(user: Any) -> bool:
    """True for people of a customer."""
    return any(name.startswith("sales.") for name in user.grants())


def invitations(ctx: Ctx) -> QuerySet[Invitation]:
    """What they were asked to offer."""
    return _seen(ctx, Invitation).select_related("rfq", "supplier")


def waiting_invitations(ctx: Ctx) -> QuerySet[Invitation]:
    """Requests that wait for their answer, the one that ends first in front."""
    rows = invitations(ctx).filter(state=InvitationState.INVITED, rfq__state=RfqState.ASKED)
    return rows.order_by(F("rfq__answer_by").asc(nulls_last=True), "pk")


def purchases(ctx: Ctx) -> QuerySet[Purchase]:
    """What was ordered from them; drafts are nobody's business outside."""
    return _seen(ctx, Purchase).exclude(ordered_on=None).exclude(state=PurchaseState.DRAFT)


def notices(ctx: Ctx) -> QuerySet[ShippingNotice]:
    """What they have announced."""
    return _seen(ctx, ShippingNotice)


def unconfirmed_purchases(ctx: Ctx) -> QuerySet[Purchase]:
    """Orders that wait for their word, the oldest in front."""
    return purchases(ctx).filter(state=PurchaseState.SENT).order_by("ordered_on", "pk")


def awarded_to(*, invitation: Invitation) -> list[Award]:
    """What one invitation has won."""
    return list(Award.objects.filter(invitation=invitation).select_related("line__item__unit"))


def quotes(ctx: Ctx) -> QuerySet[Quote]:
    """What was offered to them; drafts are nobody's business outside."""
    return _seen(ctx, Quote).exclude(state=QuoteState.DRAFT).select_related("customer", "owner")


def orders(ctx: Ctx) -> QuerySet[Order]:
    """What they have bought."""
    return _seen(ctx, Order).exclude(state=OrderState.CANCELLED, confirmed_at=None).select_related("customer")


def shipments(ctx: Ctx) -> QuerySet[Shipment]:
    """What is on its way to them."""
    rows = _seen(ctx, Shipment).exclude(state=ShipmentState.CANCELLED)
    return rows.select_related("order", "carrier")


def invoices(ctx: Ctx) -> QuerySet[Invoice]:
    """What they were asked to pay."""
    return _seen(ctx, Invoice).exclude(state=InvoiceState.DRAFT).select_related("customer", "order")


def returns(ctx: Ctx) -> QuerySet[GoodsReturn]:
    """What they send back, or want to."""
    return _seen(ctx, GoodsReturn).select_related("customer", "order", "reason")


def may_send_back(ctx: Ctx, order: Order) -> bool:
    """True when they have goods of an order, and may ask us to take some back."""
    return order.state in DELIVERED and access.may(ctx, "returns.ask_for_return")


def _seen(ctx: Ctx, model: type[Model]) -> QuerySet[Any]:
    if not access.may(ctx, access.view_permission(model)):
        return model._default_manager.none()
    return access.visible(ctx, model)


def waiting_quotes(ctx: Ctx) -> QuerySet[Quote]:
    """Offers that wait for their answer, the one that ends first in front."""
    rows = quotes(ctx).filter(state=QuoteState.SENT, valid_until__gte=ctx.today)
    return rows.order_by("valid_until", "pk")


def open_orders(ctx: Ctx) -> QuerySet[Order]:
    """Orders that have not arrived whole, the next one in front."""
    return orders(ctx).filter(state__in=OPEN_ORDERS).order_by(F("expected_on").asc(nulls_last=True), "pk")


def open_invoices(ctx: Ctx) -> QuerySet[Invoice]:
    """What is still to be paid, the first due in front."""
    return invoices(ctx).filter(state=InvoiceState.POSTED).order_by("due_on", "pk")
