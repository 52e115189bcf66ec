"""First schedules of a shop in milliseconds, by dispatching rules."""

from __future__ import annotations

import random
from collections.abc import Callable

from loomline.engines.scheduling.shop import Shop, ShopSchedule

Rule = Callable[[int, int], float]


def dispatch(shop: Shop, seed: int = 0) -> ShopSchedule:
    """The best of the active schedules by most work remaining, shortest and longest time, and chance."""
    return min((each for _, each in dispatched(shop, seed)), key=lambda made: made.makespan)


def dispatched(shop: Shop, seed: int = 0) -> list[tuple[str, ShopSchedule]]:
    """One active schedule per rule, with the name of the rule."""
    chance = random.Random(seed)
    rest = remaining(shop)
    rules: dict[str, Rule] = {
        "MWKR": lambda i, time: -rest[i],
        "SPT": lambda i, time: time,
        "LPT": lambda i, time: -time,
        "SPT/MWKR": lambda i, time: time / max(rest[i], 1),
        "random": lambda i, time: chance.random(),
    }
    return [(name, active(shop, rule)) for name, rule in rules.items()]


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
    coming = [span[0] for span in shop.jobs if span]
    way, start = [0] * shop.operations, [0] * shop.operations
    while coming:
        options = [_earliest_end(shop, i, ready[shop.job_of[i]], free) for i in coming]
        end, _, machine, _ = min(options)
        _, at = min(
            (rule(coming[at], shop.ways[coming[at]][option[3]][1]), at)
            for at, option in enumerate(options)
            if option[2] == machine and (option[1] < end or option[0] == end)
        )
        i, (finish, begin, machine, chosen) = coming[at], options[at]
        way[i], start[i] = chosen, begin
        free[machine] = ready[shop.job_of[i]] = finish
        if i + 1 in shop.jobs[shop.job_of[i]]:
            coming[at] = i + 1
        else:
            coming.pop(at)
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
