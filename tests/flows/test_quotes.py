"""Sales asks before it sends, and what it sends becomes a paper, a page and a mail."""

from __future__ import annotations

from decimal import Decimal

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from loomline.domains.accounts.models import Role, User
from loomline.domains.quoting.models import ApprovalPolicy, ApprovalStep, Measure, OfferLink, SentPaper
from loomline.domains.sales import commands as sales
from loomline.domains.sales.commands import QuoteLineDraft
from loomline.domains.sales.models import Quote
from loomline.flows.quote_to_customer import quote_sent
from loomline.kernel import event
from loomline.kernel.command import inside
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from tests.domains.sales.shop import make_ctx, make_world


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def quote(ctx: Ctx) -> Quote:
    world = make_world(ctx)
    line = QuoteLineDraft(item=world.sweater, quantity=Decimal(1), discount=Decimal("0.3"))
    return sales.write_quote(ctx, customer=world.shop, lines=[line])


def test_a_policy_holds_what_sales_would_send(ctx: Ctx, quote: Quote) -> None:
    policy = ApprovalPolicy.objects.create(name="Discounts", measure=Measure.DISCOUNT)
    boss, seller = Role.objects.create(name="Boss"), Role.objects.create(name="Seller")
    ApprovalStep.objects.create(policy=policy, level=1, threshold=Decimal("0.2"), role=boss)
    seller.grants.create(permission="sales.*", level=5)
    sam = User.objects.create(email="sam@example.org", name="Sam")
    sam.role_places.create(role=seller)

    with pytest.raises(sales.QuoteHeld):
        sales.send_quote(Ctx.new(actor=sam, via="page", now=ctx.now), quote=quote)


def test_a_quote_that_was_sent_gets_its_paper_and_page_from_the_worker(ctx: Ctx, quote: Quote) -> None:
    sales.send_quote(ctx, quote=quote)
    assert not SentPaper.objects.exists()
    [waiting] = ProcrastinateJob.objects.filter(
        task_name="kernel.hear", args__handler="loomline.flows.quote_to_customer.quote_sent"
    )

    told = StoredEvent.objects.get(pk=waiting.args["event_id"])
    for _time in range(2):
        heard = event.revive(told.name, told.payload)
        inside(ctx, name="quote_sent", work=lambda inner, heard=heard: quote_sent(inner, heard))
    assert SentPaper.objects.get().quote == quote
    assert OfferLink.objects.get().quote == quote
    assert StoredEvent.objects.filter(name="quoting.OfferShared").count() == 1
