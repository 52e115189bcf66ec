"""What becomes of a quote reaches the goods that are held for it."""

from __future__ import annotations

from loomline.domains.planning import commands as planning
from loomline.domains.sales.events import (
    OrderCancelled,
    OrderConfirmed,
    QuoteAccepted,
    QuoteDeclined,
    QuoteExpired,
    QuoteRevised,
)
from loomline.domains.sales.models import Order
from loomline.kernel.context import Ctx
from loomline.kernel.event import on


@on(QuoteAccepted)
def quote_accepted(ctx: Ctx, event: QuoteAccepted) -> None:
    """What the customer bought is kept for the order that is opened with it."""
    if event.is_held:
        planning.keep_hold(ctx, order=Order.objects.get(pk=event.order_id))


@on(OrderConfirmed)
def order_confirmed(ctx: Ctx, event: OrderConfirmed) -> None:
    """The order is promised: what was held is reserved for its lines. Others ask nothing here."""
    if event.held_quote_id is not None:
        planning.turn_hold(ctx, order=Order.objects.get(pk=event.order_id))


@on(OrderCancelled)
def order_cancelled(ctx: Ctx, event: OrderCancelled) -> None:
    """An order that is given up before it was promised leaves the goods of its quote to others."""
    if event.held_quote_id is not None:
        planning.let_go(ctx, quote_ids=[event.held_quote_id])


@on(QuoteRevised)
def quote_revised(ctx: Ctx, event: QuoteRevised) -> None:
    """A new version is another offer; whoever sends it says whether goods are held for it."""
    if event.is_held:
        planning.let_go(ctx, quote_ids=[event.former_id])


@on(QuoteDeclined)
def quote_declined(ctx: Ctx, event: QuoteDeclined) -> None:
    """The customer does not want the goods."""
    if event.is_held:
        planning.let_go(ctx, quote_ids=[event.quote_id])


@on(QuoteExpired)
def quote_expired(ctx: Ctx, event: QuoteExpired) -> None:
    """An offer that is over holds nothing."""
    if event.is_held:
        planning.let_go(ctx, quote_ids=[event.quote_id])
