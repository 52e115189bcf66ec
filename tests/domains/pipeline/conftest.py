"""A pipeline with its usual stages, and a prospect."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog import reference as units
from loomline.domains.catalog.models import Item
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import ports, reference
from loomline.domains.pipeline.models import Opportunity, Stage
from loomline.kernel import event
from loomline.kernel.context import Ctx
from tests.domains.pipeline.desk import make_ctx


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody above answers the ports or hears the events."""
    for port in (ports.exchange_rates, ports.deliveries, ports.evidence_of):
        monkeypatch.setattr(port, "filled", None)
    monkeypatch.setattr(event, "handlers", event.handlers.__class__(list))
    monkeypatch.setattr(event, "later_handlers", event.later_handlers.__class__(list))


@pytest.fixture
def ctx(db: None) -> Ctx:
    made = make_ctx()
    reference.load(made)
    return made


@pytest.fixture
def shop(ctx: Ctx) -> Party:
    return parties.open_party(ctx, name="Nord Living", roles=["prospect"])


@pytest.fixture
def sweater(ctx: Ctx) -> Item:
    units.load(ctx)
    return catalog.add_item(ctx, sku="FJ-PIN-M", name="Fjord pine M", list_price=Decimal(45))


@pytest.fixture
def stage(ctx: Ctx) -> Callable[[str], Stage]:
    return lambda name: Stage.objects.get(name=name)


@pytest.fixture
def deal(ctx: Ctx, shop: Party) -> Callable[..., Opportunity]:
    """Open an opportunity worth 100,000 EUR, or as said."""

    def make(**given: object) -> Opportunity:
        values: dict[str, object] = {"name": "Autumn range", "party": shop, "amount": Decimal(100_000)}
        return pipeline.open_opportunity(given.pop("ctx", ctx), **{**values, **given})

    return make
