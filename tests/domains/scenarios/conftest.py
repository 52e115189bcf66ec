"""The sweater of merino with a planner who tries things."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from loomline.domains.scenarios import commands, queries
from loomline.domains.scenarios.models import Outcome, Scenario
from loomline.kernel.context import Ctx
from tests.domains.bills.knit import make_ctx, make_knit
from tests.domains.supplyplan.conftest import _Made, stock_the_world


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def works(ctx: Ctx) -> Any:
    return stock_the_world(make_knit(ctx, _Made))


@pytest.fixture
def scenario(ctx: Ctx) -> Scenario:
    return commands.open_scenario(ctx, name="What if", purpose="To see it")


def plan(ctx: Ctx, scenario: Scenario) -> tuple[Outcome, Outcome]:
    """Plan it; the figures of the live plan and its own."""
    planned = queries.plan_scenario(ctx, scenario=scenario)
    commands.keep_outcome(ctx, scenario=scenario, planned=planned)
    scenario.refresh_from_db()
    return Outcome.objects.get(scenario__isnull=True), Outcome.objects.get(scenario=scenario)


def on(month: int, day: int) -> date:
    return date(2026 if month > 10 else 2027, month, day)


def d(text: str) -> Decimal:
    return Decimal(text)
