"""What the tests of costing stand on."""

from __future__ import annotations

import pytest

from tests.domains.costing.store import Store, make_store


@pytest.fixture
def store(db: None) -> Store:
    return make_store()
