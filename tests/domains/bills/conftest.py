"""A style with its bill and route."""

from __future__ import annotations

import pytest

from loomline.kernel.context import Ctx
from tests.domains.bills.knit import Knit, make_ctx, make_knit


@pytest.fixture
def ctx(db: None) -> Ctx:
    return make_ctx()


@pytest.fixture
def world(ctx: Ctx) -> Knit:
    return make_knit(ctx, Knit)
