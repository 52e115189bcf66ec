"""A quote that was sent becomes a paper that never changes, a page of the customer's own, and a mail."""

from __future__ import annotations

from loomline.domains.quoting import commands as quoting
from loomline.domains.sales.events import QuoteSent
from loomline.domains.sales.models import Quote, QuoteState
from loomline.kernel.context import Ctx
from loomline.kernel.event import on


@on(QuoteSent, later=True)
def quote_sent(ctx: Ctx, event: QuoteSent) -> None:
    """Set the letter, open the page and mail both; whoever sends a quote does not wait for it."""
    joins = ("customer", "contact", "owner", "ship_to")
    quote = Quote.objects.select_related(*joins).get(pk=event.quote_id)
    if quote.state == QuoteState.SENT:
        quoting.hand_over(ctx, quote=quote)
