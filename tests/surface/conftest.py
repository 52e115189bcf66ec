"""A person with every right, a colleague with some, and a browser for each."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from loomline.domains.accounts.models import Grant, Role, RoleHolder, Team, TeamMember, User
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog import reference as units
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline import reference as stages
from loomline.domains.pipeline.models import Opportunity
from loomline.kernel.context import Ctx

HTMX = {"HX-Request": "true"}
SCRIPT = {"HX-Request": "true", "Accept": "application/json, text/html"}


@pytest.fixture(autouse=True, scope="session")
def _addresses() -> None:
    get_resolver().url_patterns  # noqa: B018


Employ = Callable[..., tuple[User, Client]]


@pytest.fixture
def employ(db: None) -> Employ:
    """Somebody with these grants, {permission: level}, in a team if one is named."""

    def made(name: str, team: str = "", **grants: int) -> tuple[User, Client]:
        user = User.objects.create(email=f"{name.lower()}@example.org", name=name)
        role = Role.objects.create(name=f"Role of {name}")
        for permission, level in grants.items():
            Grant.objects.create(role=role, permission=permission.replace("__", "."), level=level)
        RoleHolder.objects.create(user=user, role=role)
        if team:
            TeamMember.objects.create(user=user, team=Team.objects.get_or_create(name=team)[0])
        client = Client()
        client.force_login(user)
        return user, client

    return made


@pytest.fixture
def shop(ctx: Ctx) -> Party:
    return parties.open_party(ctx, name="Nord Living", roles=["customer"])


@pytest.fixture
def deals(ctx: Ctx, shop: Party) -> list[Opportunity]:
    """Three open deals of 10, 20 and 30 thousand in the default pipeline."""
    units.load(ctx)
    stages.load(ctx)
    return [
        pipeline.open_opportunity(ctx, name=f"Deal {n}", party=shop, amount=Decimal(n * 10_000))
        for n in (1, 2, 3)
    ]


@pytest.fixture
def sweater(ctx: Ctx) -> Any:
    units.load(ctx)
    return catalog.add_item(ctx, sku="FJ-M", name="Fjord M", list_price=Decimal(45))


def toast(answer: Any) -> dict[str, Any]:
    """What an answer says at the edge of the screen."""
    return json.loads(answer.headers["HX-Trigger"])["toast"]


def names(answer: Any) -> list[str]:
    """The first cells of a list page's rows."""
    return [row["label"] for row in answer.context["list"]["rows"]]
