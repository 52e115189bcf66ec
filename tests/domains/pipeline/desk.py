"""Who sells in these tests, and when."""

from __future__ import annotations

from datetime import UTC, date, datetime

from loomline.domains.accounts.models import User
from loomline.kernel.context import Ctx

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def make_ctx() -> Ctx:
    """The administrator on a Monday morning."""
    admin = User.objects.create(email="ada@example.org", name="Ada Boss", is_superuser=True)
    return Ctx.new(actor=admin, via="page", now=NOW)
