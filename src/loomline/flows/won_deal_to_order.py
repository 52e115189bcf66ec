"""A deal is won by a quote or an order; one that was won on a word alone gets its order as a draft."""

from __future__ import annotations

from django.utils.translation import gettext as _

from loomline.domains.pipeline import ports as pipeline
from loomline.domains.pipeline.events import OpportunityWon
from loomline.domains.pipeline.models import Opportunity
from loomline.domains.sales import commands as sales
from loomline.domains.sales import queries
from loomline.domains.sales.commands import LineDraft
from loomline.kernel.context import Ctx
from loomline.kernel.event import on
from loomline.kernel.port import fill


@fill(pipeline.evidence_of)
def evidence_of(ctx: Ctx, *, opportunity: Opportunity) -> str:
    """The accepted quote, or the order sent without one; an order that was cancelled proves nothing."""
    order = queries.bought_through(opportunity_id=opportunity.pk)
    if order is None:
        return ""
    if order.quote is not None:
        return _("Quote {number}").format(number=order.quote.number)
    return _("Order {number}").format(number=order.number)


@on(OpportunityWon)
def opportunity_won(ctx: Ctx, event: OpportunityWon) -> None:
    """What the deal counts becomes an order to be confirmed, unless a quote or an order proved the win."""
    if event.evidence:
        return
    deal = Opportunity.objects.select_related("party", "contact", "owner", "team").get(
        pk=event.opportunity_id
    )
    lines = list(deal.lines.select_related("item__unit").order_by("position", "pk"))
    if not lines:
        return
    sales.open_order(
        ctx,
        customer=deal.party,
        contact=deal.contact,
        opportunity=deal,
        currency=deal.currency,
        owner=deal.owner,
        team=deal.team,
        lines=[
            LineDraft(item=line.item, quantity=line.quantity, price=line.price, wanted_on=line.wanted_on)
            for line in lines
        ],
    )
