"""What a process does beside its work."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from loomline.app import processes


@pytest.fixture
def collector() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_is_loaded_is_not_looked_through_again(collector: None) -> None:
    loaded = len(gc.get_objects())
    processes.settle()
    assert gc.get_freeze_count() > loaded // 2
    assert len(gc.get_objects()) < loaded // 2
    assert gc.get_threshold()[0] == processes.YOUNG
