"""From a deal to the offer."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.pipeline.models import Opportunity, OpportunityLine, OpportunityState
from loomline.domains.sales.commands.drafts import QuoteLineDraft
from loomline.domains.sales.commands.quotes import write_quote
from loomline.domains.sales.models import Quote
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused


class DealSettled(Refused):
    """What is won or lost is not offered again."""

    says = _("Opportunity {number} is {state}. Reopen it, then write the quote.")


@command(label=_("Write quote"), icon="file-text", states=(OpportunityState.OPEN,))
def quote_opportunity(ctx: Ctx, *, opportunity: Opportunity) -> Quote:
    """Offer what the deal counts: a draft with its lines, priced and with the day of delivery."""
    if opportunity.state != OpportunityState.OPEN:
        raise DealSettled(number=opportunity.number, state=opportunity.state.label.lower())

    rows = opportunity.lines.select_related("item__unit").order_by("position", "pk")
    return write_quote(
        ctx,
        customer=opportunity.party,
        contact=opportunity.contact,
        opportunity=opportunity,
        currency=opportunity.currency,
        owner=opportunity.owner,
        team=opportunity.team,
        wanted_on=min((row.wanted_on for row in rows if row.wanted_on), default=None),
        lines=[
            QuoteLineDraft(
                item=row.item,
                quantity=row.quantity,
                price=_agreed(ctx, row, opportunity.currency),
                wanted_on=row.wanted_on,
            )
            for row in rows
        ],
    )


def _agreed(ctx: Ctx, line: OpportunityLine, currency: str) -> Decimal | None:
    """A price that was written into the deal; what is only the item's own is left to the lists, which know
    the customer and the quantity.
    """
    is_usual = currency == ctx.company.currency and line.price == line.item.list_price
    return None if is_usual or not line.price else line.price
