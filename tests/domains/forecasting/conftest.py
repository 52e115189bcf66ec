"""A pipeline with its usual stages, a prospect, and people who sell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from loomline.domains.accounts.models import Team, User
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import reference
from loomline.domains.pipeline.models import Opportunity
from loomline.kernel.context import Ctx
from tests.domains.pipeline.desk import make_ctx

IN_PERIOD = date(2026, 12, 10)


@pytest.fixture
def ctx(db: None) -> Ctx:
    made = make_ctx()
    reference.load(made)
    return made


@pytest.fixture
def shop(ctx: Ctx) -> Party:
    return parties.open_party(ctx, name="Nord Living", roles=["prospect"])


@pytest.fixture
def lea(ctx: Ctx) -> User:
    made: User = User.objects.create(email="lea@example.org", name="Lea")
    return made


@pytest.fixture
def north(ctx: Ctx) -> Team:
    made: Team = Team.objects.create(name="North")
    return made


@pytest.fixture
def deal(ctx: Ctx, shop: Party) -> Callable[..., Opportunity]:
    """An opportunity worth 100 EUR that closes on 10 December, or as said."""

    def make(**given: object) -> Opportunity:
        at = given.pop("at", ctx)
        values = {"name": "Autumn", "party": shop, "amount": Decimal(100), "closes_on": IN_PERIOD}
        return pipeline.open_opportunity(at, **{**values, **given})

    return make
