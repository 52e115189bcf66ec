"""Who acts in these tests, and when."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from loomline.domains.accounts.models import User
from loomline.domains.parties import commands as parties
from loomline.domains.parties.models import Party
from loomline.kernel.context import Ctx

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create(email="ada@example.org", name="Ada Boss", is_superuser=True)


@pytest.fixture
def ctx(admin: User) -> Ctx:
    return Ctx.new(actor=admin, via="page", now=NOW)


@pytest.fixture
def shop(ctx: Ctx) -> Party:
    return parties.open_party(ctx, name="Nord Living", roles=["customer"], email="hello@nord.example")


@pytest.fixture
def anna(ctx: Ctx) -> Party:
    return parties.open_party(ctx, name="Anna Åberg", kind="person", email="anna@nord.example")
