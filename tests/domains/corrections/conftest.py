"""What the tests of corrections stand on: the mill of inventory, and a lot of yarn in it."""

from __future__ import annotations

import pytest

from loomline.domains.inventory.models import Lot
from tests.domains.inventory.mill import Mill, make_mill


@pytest.fixture
def mill(db: None) -> Mill:
    return make_mill()


@pytest.fixture
def lot(mill: Mill) -> Lot:
    made = mill.lot("L-3381")
    mill.receive("120.5", lot=made)
    return made
