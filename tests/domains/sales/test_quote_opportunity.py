"""A deal writes its quote."""

from __future__ import annotations

from decimal import Decimal

import pytest

from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import reference
from loomline.domains.pipeline.commands import OpportunityLineDraft
from loomline.domains.pipeline.models import Opportunity
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Quote, QuoteState
from loomline.kernel.context import Ctx
from tests.domains.sales.shop import World


@pytest.fixture
def deal(ctx: Ctx, world: World) -> Opportunity:
    reference.load(ctx)
    lines = [
        OpportunityLineDraft(item=world.sweater, quantity=Decimal(10), price=world.sweater.list_price),
        OpportunityLineDraft(item=world.scarf, quantity=Decimal(20), price=Decimal("17.50")),
    ]
    return pipeline.open_opportunity(ctx, name="Autumn range", party=world.shop, lines=lines)


def test_the_quote_holds_what_the_deal_counts(ctx: Ctx, world: World, deal: Opportunity) -> None:
    made = sales.quote_opportunity(ctx, opportunity=deal)

    assert (made.state, made.opportunity, made.customer) == (QuoteState.DRAFT, deal, world.shop)
    assert [(line.item, line.quantity) for line in made.lines.order_by("position")] == [
        (world.sweater, Decimal(10)),
        (world.scarf, Decimal(20)),
    ]


def test_a_price_of_the_deal_holds_and_the_usual_one_is_left_to_the_lists(
    ctx: Ctx, world: World, deal: Opportunity
) -> None:
    listed = sales.write_quote(
        ctx,
        customer=world.shop,
        lines=[sales.QuoteLineDraft(item=world.sweater, quantity=Decimal(10))],
    )

    made = sales.quote_opportunity(ctx, opportunity=deal)

    prices = [line.price for line in made.lines.order_by("position")]
    assert prices == [listed.lines.get().price, Decimal("17.50")]


def test_a_deal_that_is_lost_is_not_offered(ctx: Ctx, deal: Opportunity) -> None:
    pipeline.lose_opportunity(ctx, opportunity=deal, reason="Price")
    deal.refresh_from_db()

    with pytest.raises(sales.DealSettled, match="is lost"):
        sales.quote_opportunity(ctx, opportunity=deal)
    assert not Quote.objects.exists()
