"""One order of five lines, from the customer's yes to the invoice, with all flows and ports in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
import sqlparse
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loomline.domains.finance import commands as finance
from loomline.domains.finance.models import Invoice, InvoiceState
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Reservation, StockMove
from loomline.domains.parties import commands as parties
from loomline.domains.planning import commands as planning
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import OrderLine, OrderState, Quote
from loomline.domains.warehouse import commands as warehouse
from loomline.kernel.audit import Change
from tests.domains.warehouse.dock import Dock, make_dock

LINES = 5
CEILING = 57
# What opens and ends transactions is not counted: here the commands run inside the transaction of the test.
CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


@dataclass
class Chain:
    """The commands of the chain as the buttons of the pages call them, and the statements that they send."""

    dock: Dock
    sent: dict[str, list[str]] = field(default_factory=dict)

    def run(self, quote: Quote) -> Invoice:
        """Carry a quote through to its invoice."""
        ctx = self.dock.ctx
        with self.counted("accept"):
            order = sales.accept_quote(ctx, quote=quote)
        with self.counted("confirm"):
            order = sales.confirm_order(ctx, order=order)
        with self.counted("reserve"):
            order = planning.plan_supply(ctx, order=order)
        with self.counted("pick"):
            shipment = warehouse.pick_order(ctx, order=order)
        with self.counted("pack"):
            shipment = warehouse.pack_shipment(ctx, shipment=shipment)
        with self.counted("ship"):
            shipment = warehouse.ship_shipment(ctx, shipment=shipment)
        with self.counted("invoice"):
            return finance.invoice_order(ctx, order=order)

    @contextmanager
    def counted(self, step: str) -> Iterator[None]:
        """Everything that is sent meanwhile: audit and events too, and two statements sent at once as two."""
        with CaptureQueriesContext(connection) as seen:
            yield
        texts = [text for query in seen for text in sqlparse.split(query["sql"])]
        self.sent[step] = [text for text in texts if not text.startswith(CONTROL)]

    @property
    def counts(self) -> dict[str, int]:
        return {step: len(texts) for step, texts in self.sent.items()}


@pytest.fixture
def dock(db: None) -> Dock:
    return make_dock()


@pytest.fixture
def quote(dock: Dock) -> Callable[[], Quote]:
    """A quote over five items in stock, in the hands of a customer with a credit limit."""
    parties.set_customer_terms(dock.ctx, party=dock.customer, credit_limit=Decimal(80_000))
    items = dock.many_items(LINES)

    def send() -> Quote:
        lines = [sales.QuoteLineDraft(item=item, quantity=Decimal(10), price=Decimal(45)) for item in items]
        written = sales.write_quote(dock.ctx, customer=dock.customer, lines=lines, site=dock.mill.site)
        return sales.send_quote(dock.ctx, quote=written)

    return send


def test_five_lines_go_from_yes_to_invoice_in_few_statements(dock: Dock, quote: Callable[[], Quote]) -> None:
    # The first order fills what a process keeps in memory; every later one costs what the second costs.
    Chain(dock).run(quote())
    chain = Chain(dock)
    chain.run(quote())

    assert sum(chain.counts.values()) <= CEILING, chain.counts


def test_five_lines_end_shipped_and_invoiced_with_books_that_agree(
    dock: Dock, quote: Callable[[], Quote]
) -> None:
    invoice = Chain(dock).run(quote())

    assert (invoice.state, invoice.total) == (InvoiceState.POSTED, Decimal(2250))
    assert invoice.order is not None
    assert invoice.order.state == OrderState.SHIPPED
    rows = OrderLine.objects.filter(order=invoice.order).values_list("shipped", "invoiced")
    assert list(rows) == [(Decimal(10), Decimal(10))] * LINES
    assert StockMove.objects.filter(destination=dock.mill.customer).count() == LINES
    assert not Reservation.objects.exists()
    assert stock.compare_balances() == []
    assert not Change.objects.filter(activity__isnull=True, kind__startswith="sales_").exists()
