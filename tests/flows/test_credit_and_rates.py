"""What is invoiced and not paid counts to the limit; foreign deals are worth what the newest rate says."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from loomline.domains.finance import commands as finance
from loomline.domains.ledger import commands as ledger
from loomline.domains.parties import commands as parties
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import ports as pipeline_ports
from loomline.domains.pipeline import queries as pipeline_queries
from loomline.domains.pipeline.models import Opportunity
from loomline.domains.sales import commands as sales
from loomline.domains.sales import queries
from loomline.domains.sales.models import Order
from loomline.domains.warehouse import commands as warehouse
from loomline.kernel.money import Money
from tests.domains.warehouse.dock import Dock


def test_unpaid_invoices_count_to_the_credit_limit(dock: Dock) -> None:
    parties.set_customer_terms(dock.ctx, party=dock.customer, payment_days=30, credit_limit=Decimal(1000))
    invoice = finance.invoice_order(dock.ctx, order=shipped(dock, "20"))
    assert owed(dock) == Money(Decimal(900), "EUR")

    with pytest.raises(sales.CreditExceeded) as warned:
        dock.order((dock.label, "3"))
    assert str(warned.value) == "Nord Living would owe 1,035.00 EUR, over the limit of 1,000.00 EUR."

    finance.take_payment(dock.ctx, customer=dock.customer, amount=Decimal(400), invoices=[invoice])
    assert owed(dock) == Money(Decimal(500), "EUR")
    assert dock.order((dock.label, "3")).state == "confirmed"
    assert owed(dock) == Money(Decimal(635), "EUR")


def test_what_is_shipped_and_not_invoiced_is_counted_once(dock: Dock) -> None:
    order = shipped(dock, "20")
    assert owed(dock) == Money(Decimal(900), "EUR")
    finance.invoice_order(dock.ctx, order=order)
    assert owed(dock) == Money(Decimal(900), "EUR")


def test_exchange_rates_answer_for_deals_and_for_limits(dock: Dock) -> None:
    yesterday = dock.ctx.today - timedelta(days=1)
    ledger.record_rates(dock.ctx, rates={"NOK": Decimal("0.0700")}, on=yesterday)
    ledger.record_rates(dock.ctx, rates={"NOK": Decimal("0.0850")})
    rates = pipeline_ports.exchange_rates(currencies=["NOK", "EUR", "JPY"], into="EUR", on=dock.ctx.today)
    assert rates == {"NOK": Decimal("0.085"), "EUR": Decimal(1)}

    pipeline.open_opportunity(
        dock.ctx, name="Oslo shops", party=dock.customer, amount=Decimal(20_000), currency="NOK"
    )
    figures = pipeline_queries.open_worth(dock.ctx, rows=Opportunity.objects.all())
    assert figures is not None
    assert figures.amount == Money(Decimal(1700), "EUR")
    assert queries.converted(dock.ctx, amount=Decimal(1000), currency="NOK", into="EUR") == Money(
        Decimal(85), "EUR"
    )


def owed(dock: Dock) -> Money:
    """What the customer would owe if everything ordered were delivered today."""
    return queries.exposure(dock.ctx, customer_id=dock.customer.pk, currency="EUR")


def shipped(dock: Dock, pieces: str) -> Order:
    """An order of that many labels at 45 euros, which have left."""
    shipment = warehouse.ship_shipment(dock.ctx, shipment=dock.shipment((dock.label, pieces)))
    return Order.objects.get(pk=shipment.order_id)
