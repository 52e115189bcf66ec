"""The customer's yes becomes an order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test.utils import CaptureQueriesContext

from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import OpportunityState
from loomline.domains.sales import commands as sales
from loomline.domains.sales.commands import QuoteLineDraft
from loomline.domains.sales.models import Order, OrderState, Quote, QuoteState
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent
from tests.domains.sales.shop import NOW, TODAY, World


def test_an_accepted_quote_is_an_order_with_the_same_lines(ctx: Ctx, quote: Callable[..., Quote]) -> None:
    made = quote(freight=Decimal("12.50"), note="Deliver to the ramp")
    order = sales.accept_quote(ctx, quote=made, accepted_by="Ines Brandt", customer_reference="PO 4711")

    made.refresh_from_db()
    assert (made.state, made.accepted_by, made.decided_at) == (QuoteState.ACCEPTED, "Ines Brandt", NOW)
    assert (order.state, order.total, order.freight) == (
        OrderState.DRAFT,
        Decimal("860.50"),
        Decimal("12.50"),
    )
    assert (order.customer_reference, order.note, order.payment_days) == (
        "PO 4711",
        "Deliver to the ramp",
        45,
    )
    assert (order.ship_address, order.site_id) == ("Kaistrasse 4\n20457 Hamburg\nGermany", made.site_id)
    columns = ("position", "item", "quantity", "price", "discount", "amount", "unit")
    assert list(order.lines.values_list(*columns)) == list(made.lines.values_list(*columns))
    assert [line.quote_line_id for line in order.lines.all()] == [line.pk for line in made.lines.all()]
    told = StoredEvent.objects.get(name="sales.QuoteAccepted")
    assert told.sentence == f"Quote {made.number} accepted by Ines Brandt: order {order.number}"


def test_the_opportunity_is_won_in_the_same_transaction_with_what_was_really_sold(
    ctx: Ctx, quote: Callable[..., Quote], world: World
) -> None:
    deal = pipeline.open_opportunity(ctx, name="Autumn", party=world.shop, amount=Decimal(1000))
    made = quote(opportunity=deal)
    order = sales.accept_quote(ctx, quote=made)

    deal.refresh_from_db()
    assert (deal.state, deal.evidence) == (OpportunityState.WON, f"Quote {made.number}")
    assert (deal.amount, deal.closed_at) == (Decimal(848), NOW)
    assert order.opportunity_id == deal.pk
    names = StoredEvent.objects.filter(activity=Activity.objects.latest("id")).values_list("name", flat=True)
    assert sorted(names) == ["pipeline.OpportunityWon", "sales.QuoteAccepted"]


def test_options_are_taken_only_when_named(ctx: Ctx, quote: Callable[..., Quote], world: World) -> None:
    lines = (
        QuoteLineDraft(item=world.sweater, quantity=Decimal(10)),
        QuoteLineDraft(item=world.fitting, quantity=Decimal(1), is_optional=True),
    )
    plain, chosen = quote(*lines), quote(*lines)

    assert sales.accept_quote(ctx, quote=plain).total == Decimal(450)
    option = chosen.lines.get(is_optional=True)
    assert sales.accept_quote(ctx, quote=chosen, options=[option]).total == Decimal(570)


def test_an_expired_quote_is_refused_even_before_the_nightly_job(
    ctx: Ctx, quote: Callable[..., Quote]
) -> None:
    made = quote()

    with pytest.raises(sales.QuoteOver, match="was valid until 23 Dec 2026"):
        sales.accept_quote(ctx.at(NOW + timedelta(days=31)), quote=made)
    made.refresh_from_db()
    assert made.state == QuoteState.SENT
    assert not Order.objects.exists()


def test_a_superseded_quote_names_the_version_to_accept(ctx: Ctx, quote: Callable[..., Quote]) -> None:
    old = quote()
    new = sales.send_quote(ctx, quote=sales.revise_quote(ctx, quote=old))

    with pytest.raises(sales.QuoteSuperseded, match=f"was replaced by {new.number}"):
        sales.accept_quote(ctx, quote=old)
    assert not Order.objects.exists()
    assert sales.accept_quote(ctx, quote=new).quote == new


@pytest.mark.parametrize("state", ["draft", "declined", "accepted"])
def test_other_quotes_are_refused_too(ctx: Ctx, quote: Callable[..., Quote], state: str) -> None:
    made = quote(sent=state != "draft")
    if state == "declined":
        sales.decline_quote(ctx, quote=made, reason="No budget")
    if state == "accepted":
        sales.accept_quote(ctx, quote=made)
    before = Order.objects.count()

    with pytest.raises(sales.QuoteNotSent if state == "draft" else sales.QuoteDecided):
        sales.accept_quote(ctx, quote=made)
    assert Order.objects.count() == before


def test_accepting_five_lines_takes_few_statements(
    ctx: Ctx, quote: Callable[..., Quote], world: World, statements: Callable[[str], CaptureQueriesContext]
) -> None:
    five = [QuoteLineDraft(item=world.sweater, quantity=Decimal(n)) for n in range(1, 6)]
    deal = pipeline.open_opportunity(ctx, name="Autumn", party=world.shop)
    made, with_deal = quote(*five), quote(*five, opportunity=deal)

    with statements("accept_quote, 5 lines") as seen:
        order = sales.accept_quote(ctx, quote=made)
    # Savepoint, activity, quote with lines, order, lines, quote, events, release.
    assert len(seen) == 8
    assert order.total == Decimal(675)
    with statements("accept_quote, 5 lines and an opportunity") as seen:
        sales.accept_quote(ctx, quote=with_deal)
    assert len(seen) == 9
    assert order.ordered_on == TODAY
