"""Sales alone: every port gives its own answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loomline.domains.pipeline import ports as pipeline_ports
from loomline.domains.sales import commands as sales
from loomline.domains.sales import ports
from loomline.domains.sales.models import Order, Quote
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
def order(ctx: Ctx, world: World) -> Callable[..., Order]:
    """Open an order for 10 sweaters and 20 scarves, or for the lines given."""

    def make(*lines: sales.LineDraft, confirmed: bool = False, **kwargs: object) -> Order:
        drafts = lines or (
            sales.LineDraft(item=world.sweater, quantity=Decimal(10)),
            sales.LineDraft(item=world.scarf, quantity=Decimal(20)),
        )
        made = sales.open_order(ctx, customer=world.shop, lines=drafts, **kwargs)
        return sales.confirm_order(ctx, order=made) if confirmed else made

    return make


@pytest.fixture
def quote(ctx: Ctx, world: World) -> Callable[..., Quote]:
    """Write a quote for 10 sweaters and 20 scarves, or for the lines given, and send it."""

    def make(*lines: sales.QuoteLineDraft, sent: bool = True, **kwargs: object) -> Quote:
        drafts = lines or (
            sales.QuoteLineDraft(item=world.sweater, quantity=Decimal(10)),
            sales.QuoteLineDraft(item=world.scarf, quantity=Decimal(20)),
        )
        made = sales.write_quote(ctx, customer=world.shop, lines=drafts, **kwargs)
        return sales.send_quote(ctx, quote=made) if sent else made

    return make


@pytest.fixture
def statements(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[str], CaptureQueriesContext]]:
    """Count statements: `with statements("confirm_order") as seen`; where they go is printed with -s."""
    seen: list[tuple[str, CaptureQueriesContext]] = []

    def count(name: str) -> CaptureQueriesContext:
        seen.append((name, CaptureQueriesContext(connection)))
        return seen[-1][1]

    yield count
    for name, captured in seen:
        print(f"\n{name}: {len(captured)} statements")
        for query in captured.captured_queries:
            print("   ", query["sql"][:150].replace("\n", " "))
