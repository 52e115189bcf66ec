"""A win is proved by a quote or an order; one on a word alone gets its order as a draft, and only one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Opportunity, OpportunityState
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Order, OrderState, Quote
from tests.domains.warehouse.dock import Dock

Deal = Callable[..., Opportunity]


def test_a_deal_won_on_a_word_becomes_an_order_to_be_confirmed(dock: Dock, deal: Deal) -> None:
    made = deal((dock.sweater, 40, date(2026, 12, 18)), (dock.label, 100, None))
    pipeline.win_opportunity(dock.ctx, opportunity=made, reason="shaken on at the fair")

    order = Order.objects.get()
    assert (order.state, order.opportunity, order.customer) == (OrderState.DRAFT, made, dock.customer)
    assert list(order.lines.order_by("position").values_list("item", "quantity", "price", "wanted_on")) == [
        (dock.sweater.pk, Decimal(40), Decimal(45), date(2026, 12, 18)),
        (dock.label.pk, Decimal(100), Decimal(45), None),
    ]
    assert (order.net, order.owner) == (Decimal(6300), dock.ctx.actor)


def test_an_order_that_was_opened_already_is_evidence_and_no_second_one_comes(dock: Dock, deal: Deal) -> None:
    made = deal((dock.sweater, 40, None))
    line = sales.LineDraft(item=dock.sweater, quantity=Decimal(38), price=Decimal(45))
    order = sales.open_order(dock.ctx, customer=dock.customer, opportunity=made, lines=[line])

    won = pipeline.win_opportunity(dock.ctx, opportunity=made)

    assert (won.state, won.evidence) == (OpportunityState.WON, f"Order {order.number}")
    assert list(Order.objects.all()) == [order]


def test_an_accepted_quote_wins_its_deal_with_one_order(dock: Dock, deal: Deal) -> None:
    made = deal((dock.sweater, 40, None))
    quote = accepted(dock, made)

    made.refresh_from_db()
    assert (made.state, made.evidence) == (OpportunityState.WON, f"Quote {quote.number}")
    assert Order.objects.get().quote == quote

    pipeline.reopen_opportunity(dock.ctx, opportunity=made, reason="a slip of the mouse")
    again = pipeline.win_opportunity(dock.ctx, opportunity=made)
    assert (again.evidence, Order.objects.count()) == (f"Quote {quote.number}", 1)


def test_a_cancelled_order_proves_nothing(dock: Dock, deal: Deal) -> None:
    made = deal()
    accepted(dock, made)
    sales.cancel_order(dock.ctx, order=Order.objects.get(), reason="the shop closed")
    pipeline.reopen_opportunity(dock.ctx, opportunity=made, reason="they think again")

    with pytest.raises(pipeline.EvidenceMissing, match="no accepted quote and no order"):
        pipeline.win_opportunity(dock.ctx, opportunity=made)
    made.refresh_from_db()
    assert made.state == OpportunityState.OPEN


def test_a_deal_that_counts_nothing_gets_no_order(dock: Dock, deal: Deal) -> None:
    pipeline.win_opportunity(dock.ctx, opportunity=deal(), reason="shaken on at the fair")
    assert not Order.objects.exists()


def accepted(dock: Dock, deal: Opportunity) -> Quote:
    """A quote of this deal that the customer has accepted."""
    line = sales.QuoteLineDraft(item=dock.sweater, quantity=Decimal(40), price=Decimal(45))
    quote = sales.write_quote(dock.ctx, customer=dock.customer, opportunity=deal, lines=[line])
    sales.send_quote(dock.ctx, quote=quote)
    sales.accept_quote(dock.ctx, quote=quote)
    return quote
