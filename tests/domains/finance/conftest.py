"""A shop that owes us money."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loomline.domains.finance import commands as finance
from loomline.domains.finance.models import Invoice
from loomline.domains.pipeline import ports as pipeline_ports
from loomline.domains.sales import commands as sales
from loomline.domains.sales import ports
from loomline.domains.sales.models import Order
from loomline.kernel import event
from loomline.kernel.context import Ctx
from tests.domains.sales.shop import World, make_ctx, make_world

PORTS = (
    ports.promise_dates,
    ports.receivables,
    ports.tax_rates,
    pipeline_ports.exchange_rates,
    pipeline_ports.deliveries,
)


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody above answers the ports or hears the events."""
    for port in PORTS:
        monkeypatch.setattr(port, "filled", None)
    monkeypatch.setattr(event, "handlers", event.handlers.__class__(list))
    monkeypatch.setattr(event, "later_handlers", event.later_handlers.__class__(list))


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def world(ctx: Ctx) -> World:
    return make_world(ctx)


@pytest.fixture
def shipped(ctx: Ctx, world: World) -> Callable[..., Order]:
    """A confirmed order of which everything, or the quantities given by position, has left."""

    def make(*lines: sales.LineDraft, parts: dict[int, str] | None = None, **kwargs: object) -> Order:
        drafts = lines or (
            sales.LineDraft(item=world.sweater, quantity=Decimal(10), tax_rate=Decimal("0.23")),
            sales.LineDraft(item=world.scarf, quantity=Decimal(20), tax_rate=Decimal("0.23")),
        )
        made = sales.open_order(ctx, customer=world.shop, lines=drafts, **kwargs)
        sales.confirm_order(ctx, order=made)
        rows = made.lines.order_by("position")
        left = {
            row.pk: row.quantity if parts is None else Decimal(parts[row.position])
            for row in rows
            if parts is None or row.position in parts
        }
        sales.record_shipped(ctx, shipped=left)
        return Order.objects.get(pk=made.pk)

    return make


@pytest.fixture
def invoice(ctx: Ctx, shipped: Callable[..., Order]) -> Callable[..., Invoice]:
    """A posted invoice over 1,043.04 EUR, due on 7 January."""
    return lambda *lines, **kwargs: finance.invoice_order(ctx, order=shipped(*lines, **kwargs))


@pytest.fixture
def statements() -> Iterator[Callable[[str], CaptureQueriesContext]]:
    """Count statements; where they go is printed when a test fails or runs with -s."""
    seen: list[tuple[str, CaptureQueriesContext]] = []

    def count(name: str) -> CaptureQueriesContext:
        seen.append((name, CaptureQueriesContext(connection)))
        return seen[-1][1]

    yield count
    for name, captured in seen:
        print(f"\n{name}: {len(captured)} statements")
        for query in captured.captured_queries:
            print("   ", query["sql"][:150].replace("\n", " "))
