"""Who acts in these tests, when, and with what."""

from __future__ import annotations

import pytest

from loomline.domains.catalog import reference
from loomline.kernel.context import Ctx


@pytest.fixture
def units(ctx: Ctx) -> None:
    reference.load(ctx)
