"""First schedules of a shop in milliseconds, by dispatching rules."""

from __future__ import annotations

import random
from collections.abc import Callable

from loomline.engines.scheduling.shop import Shop, ShopSchedule

Rule = Callable[[int, int], float]


def dispatched(shop: Shop, seed: int = 0) -> list[ShopSchedule]:
    """One active schedule per rule (work remaining, shortest, longest, ratio, lot), the best first."""
    chance = random.Random(seed)
    rest = remaining(shop)
    rules: tuple[Rule, ...] = (
        lambda i, time: -rest[i],
        lambda i, time: time,
        lambda i, time: -time,
        lambda i, time: time / max(rest[i], 1),
        lambda i, time: chance.random(),
    )
    return sorted((active(shop, rule) for rule in rules), key=lambda made: made.makespan)


def remaining(shop: Shop) -> list[int]:
    """The shortest time from the start of each operation to the end of its job."""
    rest = [0] * shop.operations
    for span in shop.jobs:
        total = 0
        for i in reversed(span):
            total += min(duration for _, duration in shop.ways[i])
            rest[i] = total
    return rest


def active(shop: Shop, rule: Rule) -> ShopSchedule:
    """An active schedule (Giffler and Thompson, 1960); the least value of the rule goes first.

    Where an operation has several ways it takes the one that ends it earliest.
    """
    free, ready = [0] * shop.machines, [0] * len(shop.jobs)
    users = [{machine for machine, _ in ways} for ways in shop.ways]
    way, start = [0] * shop.operations, [0] * shop.operations
    coming = {span[0]: _earliest_end(shop, span[0], 0, free) for span in shop.jobs if span}
    while coming:
        end, _, machine, _ = min(coming.values())
        _, i = min(
            (rule(i, shop.ways[i][option[3]][1]), i)
            for i, option in coming.items()
            if option[2] == machine and (option[1] < end or option[0] == end)
        )
        finish, start[i], machine, way[i] = coming.pop(i)
        job = shop.job_of[i]
        free[machine] = ready[job] = finish
        if i + 1 in shop.jobs[job]:
            coming[i + 1] = _earliest_end(shop, i + 1, finish, free)
        for other in coming:
            if machine in users[other]:
                coming[other] = _earliest_end(shop, other, ready[shop.job_of[other]], free)
    return ShopSchedule(tuple(way), tuple(start), max([*free, 0]))


def _earliest_end(shop: Shop, i: int, ready: int, free: list[int]) -> tuple[int, int, int, int]:
    """End, start, machine and way that end operation i first."""
    best: tuple[int, int, int, int] | None = None
    for chosen, (machine, duration) in enumerate(shop.ways[i]):
        begin = max(ready, free[machine])
        option = (begin + duration, begin, machine, chosen)
        if best is None or option < best:
            best = option
    assert best is not None
    return best


def order_of(shop: Shop, made: ShopSchedule) -> list[int]:
    """All operations by their start, jobs in their order: a topological order of the schedule."""

    def key(i: int) -> tuple[int, int, int]:
        return made.start[i], made.start[i] + shop.ways[i][made.way[i]][1], i

    return sorted(range(shop.operations), key=key)
