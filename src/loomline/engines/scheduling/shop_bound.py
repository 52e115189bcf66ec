"""Lower bounds of the makespan of a shop that cost milliseconds."""

from __future__ import annotations

from heapq import heappop, heappush

from loomline.engines.scheduling.shop import Shop


def lower_bound(shop: Shop) -> int:
    """The largest of: longest job, one-machine bound of each machine, total work over all machines.

    The one-machine bound is Jackson's preemptive schedule (Carlier, 1982) of the operations that can run
    nowhere else, with the heads and tails of their jobs at the shortest times.
    """
    heads, tails = [0] * shop.operations, [0] * shop.operations
    times = [min((duration for _, duration in ways), default=0) for ways in shop.ways]
    bound = 0
    for span in shop.jobs:
        passed = 0
        for i in span:
            heads[i] = passed
            passed += times[i]
        for i in span:
            tails[i] = passed - heads[i] - times[i]
        bound = max(bound, passed)
    tied: dict[int, list[int]] = {}
    for i, ways in enumerate(shop.ways):
        machines = {machine for machine, _ in ways}
        if len(machines) == 1:
            tied.setdefault(machines.pop(), []).append(i)
    for members in tied.values():
        bound = max(bound, preemptive([(heads[i], times[i], tails[i]) for i in members]))
    return max(bound, -(-sum(times) // max(shop.machines, 1)))


def preemptive(tasks: list[tuple[int, int, int]]) -> int:
    """The end of the best preemptive one-machine schedule of (head, time, tail) tasks."""
    coming = sorted(tasks)
    waiting: list[tuple[int, int]] = []
    now = at = end = 0
    while at < len(coming) or waiting:
        if not waiting:
            now = max(now, coming[at][0])
        while at < len(coming) and coming[at][0] <= now:
            _, time, tail = coming[at]
            heappush(waiting, (-tail, time))
            end = max(end, now + time + tail)
            at += 1
        tail, time = heappop(waiting)
        until = min(now + time, coming[at][0]) if at < len(coming) else now + time
        if until - now < time:
            heappush(waiting, (tail, time - (until - now)))
        else:
            end = max(end, until - tail)
        now = until
    return end
