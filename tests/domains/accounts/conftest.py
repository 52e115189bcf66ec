"""People to test with: an administrator, a colleague without roles, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from loomline.domains.accounts import commands
from loomline.domains.accounts.models import Role, User
from loomline.kernel.context import Ctx

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PASSWORD = "undyed cloth, one thread"


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create(email="ada@example.org", name="Ada Boss", is_superuser=True)


@pytest.fixture
def ctx(admin: User) -> Ctx:
    return Ctx.new(actor=admin, via="page", now=NOW)


@pytest.fixture
def mei(ctx: Ctx) -> User:
    """A colleague who has joined and has no role."""
    return commands.add_person(ctx, email="mei@example.org", name="Mei Lin", password=SecretStr(PASSWORD))


@pytest.fixture
def as_(ctx: Ctx) -> Callable[[User], Ctx]:
    """The same context with another person, fresh from the database as a request has them."""
    return lambda user: replace(ctx, actor=User.objects.get(pk=user.pk))


@pytest.fixture
def role(ctx: Ctx) -> Callable[..., Role]:
    """Make a role: role("Clerk", {"accounts.view": "all"})."""
    return lambda name, grants=None: commands.add_role(ctx, name=name, grants=grants or {})


def secret(text: str) -> SecretStr:
    return SecretStr(text)
