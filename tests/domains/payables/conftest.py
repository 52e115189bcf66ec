"""A company that buys, with nobody above it who answers."""

from __future__ import annotations

import pytest

from loomline.domains.pipeline import ports as pipeline_ports
from loomline.domains.sales import ports
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
