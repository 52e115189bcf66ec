"""What is really ordered flows back to the deal that was won by it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import ports
from loomline.domains.pipeline.models import Opportunity, OpportunityState
from loomline.domains.sales import commands as sales
from loomline.domains.sales.commands import LineDraft
from loomline.domains.sales.models import Order
from tests.domains.warehouse.dock import Dock
from tests.flows.conftest import told

Deal = Callable[..., Opportunity]


def ordered(dock: Dock, deal: Opportunity, quantity: int) -> Order:
    """A confirmed order of sweaters at 45 euros through a deal."""
    line = LineDraft(item=dock.sweater, quantity=Decimal(quantity), price=Decimal(45))
    order = sales.open_order(dock.ctx, customer=dock.customer, opportunity=deal, lines=[line])
    return sales.confirm_order(dock.ctx, order=order)


def now(deal: Opportunity) -> tuple[Decimal, str]:
    found = Opportunity.objects.get(pk=deal.pk)
    return found.amount, found.evidence


def test_a_cancelled_order_takes_its_amount_out_of_the_deal(dock: Dock, deal: Deal) -> None:
    made = deal((dock.sweater, 40, None))
    first, second = ordered(dock, made, 30), ordered(dock, made, 10)
    pipeline.win_opportunity(dock.ctx, opportunity=made)
    sales.cancel_order(dock.ctx, order=second, reason="double")
    assert now(made) == (first.net, f"Order {first.number}")

    sales.cancel_order(dock.ctx, order=first, reason="no budget")
    assert now(made) == (Decimal(0), "")
    assert told("pipeline.OpportunityFollowed")[-1].endswith(f"order {first.number} cancelled")
    assert Opportunity.objects.get().state == OpportunityState.WON


def test_a_deal_won_on_a_word_gets_its_evidence_when_the_order_is_confirmed(dock: Dock, deal: Deal) -> None:
    made = deal((dock.sweater, 40, None))
    pipeline.win_opportunity(dock.ctx, opportunity=made, reason="shaken on at the fair")
    order = sales.confirm_order(dock.ctx, order=Order.objects.get())

    assert now(made) == (order.net, f"Order {order.number}")


def test_an_open_deal_is_not_touched_by_its_orders(dock: Dock, deal: Deal) -> None:
    made = deal((dock.sweater, 40, None))
    sales.cancel_order(dock.ctx, order=ordered(dock, made, 10), reason="x")

    assert now(made) == (Decimal(1800), "")


def test_quotes_that_were_sent_count_for_exit_rules(dock: Dock, deal: Deal) -> None:
    made = deal((dock.sweater, 40, None))
    line = sales.QuoteLineDraft(item=dock.sweater, quantity=Decimal(4), price=Decimal(45))
    quote = sales.write_quote(dock.ctx, customer=dock.customer, opportunity=made, lines=[line])
    assert ports.quotes_sent(dock.ctx, opportunity=made) == 0
    sales.send_quote(dock.ctx, quote=quote)
    assert ports.quotes_sent(dock.ctx, opportunity=made) == 1
