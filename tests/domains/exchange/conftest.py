"""Public files of other systems, found through LOOMLINE_TEST_DATA."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.catalog import reference as catalog
from loomline.domains.sites import reference as sites
from loomline.kernel.context import Ctx


@pytest.fixture
def ctx(db: None) -> Ctx:
    admin = User.objects.create(email="ada@example.org", name="Ada Boss", is_superuser=True)
    made = Ctx.new(actor=admin, via="cli", now=datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    catalog.load(made)
    sites.load(made)
    return made


@pytest.fixture
def client(ctx: Ctx) -> Client:
    """The administrator's browser."""
    made = Client()
    made.force_login(ctx.actor)
    return made
