"""What the tests of the warehouse stand on."""

from __future__ import annotations

import pytest

from tests.domains.warehouse.dock import Dock, make_dock


@pytest.fixture
def dock(db: None) -> Dock:
    return make_dock()
