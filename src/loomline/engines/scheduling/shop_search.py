"""Searching a shop without end: tabu searches from a pool of good schedules that are crossed."""

from __future__ import annotations

import random
from collections.abc import Sequence

from loomline.engines.scheduling.disjunctive_graph import Graph
from loomline.engines.scheduling.shop import ShopSchedule
from loomline.engines.scheduling.shop_dispatching import order_of
from loomline.engines.scheduling.tabu_search import Solution, TabuSearch

POOL = 6
STALL = 4000


def search(tabu: TabuSearch, starts: Sequence[ShopSchedule], *, stall: int = STALL) -> None:
    """Search from these schedules on until the bound is reached or the tabu search is told to end.

    The same seed makes the same moves however long they take, so with `most_moves` the result does not
    depend on the clock. Pool and crossing after Peng, Lü and Cheng (2015); a crossing orders all operations
    by a mix of their places in two schedules, which keeps every job in its order and needs no repair.
    """
    shop, chance = tabu.shop, tabu.chance
    pool: list[Solution] = []
    for first in starts:
        if tabu.is_finished():
            return
        _keep(pool, tabu.run(Graph(shop, first.way, order_of(shop, first)), stall))
    while not tabu.is_finished():
        one, other = chance.sample(pool, 2) if len(pool) > 1 else (pool[0], pool[0])
        graph = Graph(shop, *_cross(one, other, chance))
        tabu.shake(graph, 5 + chance.randrange(10))
        _keep(pool, tabu.run(graph, stall))


def _cross(one: Solution, other: Solution, chance: random.Random) -> tuple[list[int], list[int]]:
    """A schedule between two: ways by lot, the order by the mixed places."""
    share = chance.uniform(0.3, 0.7)
    way = [a if chance.random() < share else b for a, b in zip(one[1], other[1], strict=True)]
    key = [0.0] * len(way)
    for at, i in enumerate(one[2]):
        key[i] += at * share
    for at, i in enumerate(other[2]):
        key[i] += at * (1 - share)
    return way, sorted(range(len(way)), key=lambda i: (key[i], i))


def _keep(pool: list[Solution], made: Solution) -> None:
    """Put the solution into the pool unless its like is there; the worst leaves when it is full."""
    if any(made[0] == other[0] and made[1:] == other[1:] for other in pool):
        return
    pool.append(made)
    pool.sort(key=lambda solution: solution[0])
    del pool[POOL:]
