"""A floor that everything is placed on."""

from __future__ import annotations

import pytest

from loomline.kernel.context import Ctx
from tests.domains.bills.knit import make_ctx
from tests.domains.scheduling.floor import Floor


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def floor(ctx: Ctx) -> Floor:
    return Floor(ctx)
