"""A company that sells, its people, and a rule to start from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.urls import get_resolver

from loomline.domains.accounts.models import User
from loomline.domains.automation import commands as automation
from loomline.domains.automation.models import Rule
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import reference
from loomline.domains.pipeline.models import Opportunity, Stage
from loomline.kernel.context import Ctx
from tests.domains.automation.desk import begin_reading, set_next_step

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True, scope="session")
def _loaded() -> None:
    get_resolver().url_patterns  # noqa: B018


@pytest.fixture
def ctx(admin: User) -> Ctx:
    made = Ctx.new(actor=admin, via="page", now=NOW)
    reference.load(made)
    begin_reading(made)
    return made


@pytest.fixture
def shop(ctx: Ctx) -> Party:
    return parties.open_party(ctx, name="Nord Living", roles=["prospect"])


@pytest.fixture
def stage(ctx: Ctx) -> Callable[[str], Stage]:
    return lambda name: Stage.objects.get(name=name)


@pytest.fixture
def deal(ctx: Ctx, shop: Party) -> Callable[..., Opportunity]:
    """Open an opportunity worth 30,000 EUR, or as said."""

    def make(**given: Any) -> Opportunity:
        values: dict[str, Any] = {"name": "Autumn range", "party": shop, "amount": Decimal(30_000)}
        return pipeline.open_opportunity(given.pop("ctx", ctx), **{**values, **given})

    return make


@pytest.fixture
def rule(ctx: Ctx) -> Callable[..., Rule]:
    """A draft: when a deal moves to Negotiating and is worth more than 20,000, set its next step."""

    def make(*, by: Ctx | None = None, name: str = "Large deals", active: bool = False, **given: Any) -> Rule:
        definition = {
            "trigger": "event",
            "event": "pipeline.StageMoved",
            "entity": "pipeline.opportunity",
            "condition": 'event.to_stage == "Negotiating" && record.amount > 20000',
            "actions": [set_next_step()],
        } | given
        made = automation.add_rule(by or ctx, name=name, definition=definition)
        return automation.activate_rule(by or ctx, rule=made) if active else made

    return make
