"""From lots to everything made of them and back: the sets that a plain walk over all pairs finds."""

from __future__ import annotations

import random
from itertools import pairwise

from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing import queries as manufacturing
from loomline.domains.recalls import queries
from tests.domains.recalls.conftest import Chain
from tests.domains.warehouse.dock import Dock


def lots(dock: Dock, count: int) -> list[Lot]:
    return [dock.mill.lot(f"G-{n}", item=dock.sweater) for n in range(count)]


def test_the_lots_of_six_levels_are_those_that_the_plain_walk_finds(dock: Dock, chain: Chain) -> None:
    chance = random.Random(7)
    rows = _levels(lots(dock, 42), 7)
    for below, above in pairwise(rows):
        for made in above:
            chain.made(chance.sample(below, 2), [made], back=[chance.choice(below)])

    for lot in (rows[0][0], rows[2][1], rows[6][0]):
        forward = {kin.lot_id: kin.level for kin in manufacturing.genealogy_forward(lot=lot)}
        assert queries.reach(lot_ids=[lot.pk]) == {lot.pk: 0} | forward
        back = {kin.lot_id: kin.level for kin in manufacturing.genealogy_back(lot=lot)}
        assert queries.came_from(lot_ids=[lot.pk]) == {lot.pk: 0} | back


def test_what_came_back_unused_is_no_relation(dock: Dock, chain: Chain) -> None:
    used, unused, made = lots(dock, 3)
    chain.made([used], [made], back=[unused])
    assert queries.reach(lot_ids=[unused.pk]) == {unused.pk: 0}
    assert queries.came_from(lot_ids=[made.pk]) == {made.pk: 0, used.pk: 1}


def test_a_circle_ends(dock: Dock, chain: Chain) -> None:
    first, second = lots(dock, 2)
    chain.made([first], [second])
    chain.made([second], [first])
    assert queries.reach(lot_ids=[first.pk]) == {first.pk: 0, second.pk: 1}


def _levels(found: list[Lot], count: int) -> list[list[Lot]]:
    size = len(found) // count
    return [found[n * size : (n + 1) * size] for n in range(count)]
