"""A packing line of our own with two shifts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from loomline.domains.sites import commands as sites
from loomline.domains.sites import reference
from loomline.domains.sites.models import Site
from loomline.domains.workcentres import commands as centres
from loomline.domains.workcentres.models import WorkCentre
from loomline.kernel.context import Ctx


@pytest.fixture
def home(ctx: Ctx) -> Site:
    reference.load(ctx)
    return sites.open_site(ctx, code="PORTO", name="Porto works", timezone="Europe/Lisbon")


@pytest.fixture
def line(ctx: Ctx, home: Site) -> WorkCentre:
    """Two machines, 06:00 to 14:00 with half an hour of break, Monday to Friday."""
    return centres.open_centre(
        ctx,
        code="PACK",
        name="Packing line",
        site=home,
        machines=2,
        efficiency=Decimal("0.8"),
        machine_rate=Decimal(18),
        shifts=[centres.ShiftDraft(name="Early", starts="06:00", ends="14:00", break_minutes=30)],
    )
