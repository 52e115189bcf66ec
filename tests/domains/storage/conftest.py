"""What the tests of storage stand on."""

from __future__ import annotations

import pytest

from tests.domains.inventory.mill import Mill, make_mill


@pytest.fixture
def mill(db: None) -> Mill:
    return make_mill()
