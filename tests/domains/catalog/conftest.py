"""Who acts in these tests, when, and with what."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from loomline.domains.accounts.models import User
from loomline.domains.catalog import reference
from loomline.kernel.context import Ctx

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create(email="ada@example.org", name="Ada Boss", is_superuser=True)


@pytest.fixture
def ctx(admin: User) -> Ctx:
    return Ctx.new(actor=admin, via="page", now=NOW)


@pytest.fixture
def units(ctx: Ctx) -> None:
    reference.load(ctx)
