"""What is really ordered flows back to the deal that was won by it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import ports
from loomline.domains.pipeline.models import Opportunity, OpportunityState
from loomline.domains.sales.events import OrderAmended, OrderCancelled, OrderConfirmed
from loomline.domains.sales.models import Order, OrderState, Quote, QuoteState
from loomline.kernel.context import Ctx
from loomline.kernel.event import on
from loomline.kernel.money import Money
from loomline.kernel.port import fill


@on(OrderConfirmed)
def order_confirmed(ctx: Ctx, event: OrderConfirmed) -> None:
    """A deal won on a word has its evidence now, and what was agreed in the end."""
    _follow(ctx, event.opportunity_id, _("order {number} confirmed").format(number=event.number))


@on(OrderAmended)
def order_amended(ctx: Ctx, event: OrderAmended) -> None:
    """More or less is bought than was won."""
    _follow(ctx, event.opportunity_id, _("order {number} amended").format(number=event.number))


@on(OrderCancelled)
def order_cancelled(ctx: Ctx, event: OrderCancelled) -> None:
    """What is cancelled was not sold."""
    _follow(ctx, event.opportunity_id, _("order {number} cancelled").format(number=event.number))


@fill(ports.quotes_sent)
def quotes_sent(ctx: Ctx, *, opportunity: Opportunity) -> int:
    """The quotes that the customer has seen."""
    rows = Quote.objects.filter(opportunity=opportunity)
    return rows.filter(state__in=(QuoteState.SENT, QuoteState.ACCEPTED)).count()


def _follow(ctx: Ctx, opportunity_id: int | None, cause: str) -> None:
    deal = Opportunity.objects.filter(pk=opportunity_id).first() if opportunity_id else None
    if deal is None or deal.state != OpportunityState.WON:
        return
    rows = Order.objects.filter(opportunity=deal).exclude(state=OrderState.CANCELLED)
    orders = list(rows.select_related("quote").order_by("pk"))
    sold = [Money(order.net, order.currency) for order in orders]
    evidence = _evidence(orders[0]) if orders else ""
    pipeline.follow_orders(ctx, opportunity=deal, sold=sold, evidence=evidence, cause=cause)


def _evidence(order: Order) -> str:
    if order.quote is not None:
        return _("Quote {number}").format(number=order.quote.number)
    return _("Order {number}").format(number=order.number)
