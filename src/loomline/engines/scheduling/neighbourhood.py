"""The moves that can shorten a shop schedule: along critical blocks, and to other machines."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from loomline.engines.scheduling.disjunctive_graph import Graph

# Moves within a critical block start or end this near its ends; longer reaches rarely pay their cost.
REACH = 10


class Move(NamedTuple):
    """Operation i goes to the machine of `way`, at index `at` of its sequence without i.

    `estimate` is a bound of the longest path through what is moved; `passed` are the operations that i
    passes on its own machine, and `forward` says in which direction.
    """

    estimate: int
    i: int
    way: int
    at: int
    passed: list[int]
    forward: bool


def block_moves(graph: Graph, path: list[int]) -> Iterator[Move]:
    """Moves within critical blocks that cannot close a cycle.

    N6 of Balas and Vazacopoulos (1998), with the inner moves of Zhang et al. (2007): an operation goes
    behind the last or before the first of its block, and the first or last goes inside. Nothing is won at
    the start of the first block and at the end of the last one.
    """
    blocks = graph.blocks(path)
    for at, block in enumerate(blocks):
        if len(block) > 1:
            base = graph.sequences[graph.machine[block[0]]].index(block[0])
            if at < len(blocks) - 1:
                yield from _forward_moves(graph, block, base)
            if at:
                yield from _backward_moves(graph, block, base)


def _forward_moves(graph: Graph, block: list[int], base: int) -> Iterator[Move]:
    last = len(block) - 1
    pairs = [(a, last) for a in range(max(0, last - REACH), last)]
    pairs += [(0, b) for b in range(1, min(last, REACH + 1))]
    tails, job_after, n = graph.tails, graph.job_after, graph.shop.operations
    for a, b in pairs:
        u, v = block[a], block[b]
        follower = job_after[u]
        if follower == n or tails[v] >= tails[follower]:
            passed = block[a + 1 : b + 1]
            yield Move(_forward(graph, u, passed), u, graph.way[u], base + b, passed, True)


def _backward_moves(graph: Graph, block: list[int], base: int) -> Iterator[Move]:
    last = len(block) - 1
    pairs = [(0, b) for b in range(1, min(last, REACH) + 1)]
    pairs += [(a, last) for a in range(max(1, last - REACH), last)]
    ends, job_before, n = graph.ends, graph.job_before, graph.shop.operations
    for a, b in pairs:
        u, v = block[a], block[b]
        leader = job_before[v]
        if leader == n or ends[u] >= ends[leader]:
            passed = block[a:b]
            yield Move(_backward(graph, v, passed), v, graph.way[v], base + a, passed, False)


def _forward(graph: Graph, u: int, passed: list[int]) -> int:
    """The longest path through u and the passed ones when u goes behind them (Balas, Vazacopoulos)."""
    ends, tails, time = graph.ends, graph.tails, graph.time
    job_before, job_after = graph.job_before, graph.job_after
    end = ends[graph.machine_before[u]]
    heads = []
    for x in passed:
        a = ends[job_before[x]]
        if a > end:
            end = a
        heads.append(end)
        end += time[x]
    a = ends[job_before[u]]
    head = a if a > end else end
    a, b = tails[job_after[u]], tails[graph.machine_after[passed[-1]]]
    tail = (a if a > b else b) + time[u]
    longest = head + tail
    for at in range(len(passed) - 1, -1, -1):
        x = passed[at]
        a = tails[job_after[x]]
        if a > tail:
            tail = a
        tail += time[x]
        if heads[at] + tail > longest:
            longest = heads[at] + tail
    return longest


def _backward(graph: Graph, v: int, passed: list[int]) -> int:
    """The longest path through v and the passed ones when v goes before them."""
    ends, tails, time = graph.ends, graph.tails, graph.time
    job_before, job_after = graph.job_before, graph.job_after
    tail = tails[graph.machine_after[v]]
    rest = []
    for x in reversed(passed):
        a = tails[job_after[x]]
        if a > tail:
            tail = a
        tail += time[x]
        rest.append(tail)
    a = tails[job_after[v]]
    tail = (a if a > tail else tail) + time[v]
    a, b = ends[job_before[v]], ends[graph.machine_before[passed[0]]]
    end = a if a > b else b
    longest = end + tail
    end += time[v]
    for x in passed:
        a = ends[job_before[x]]
        if a > end:
            end = a
        tail = rest.pop()
        if end + tail > longest:
            longest = end + tail
        end += time[x]
    return longest


def machine_moves(graph: Graph, path: list[int]) -> Iterator[Move]:
    """Moves of critical operations to their other machines, at the best place there.

    Mastrolilli and Gambardella (2000): between the operations that end after i could start and those
    whose tails reach beyond that of i; the places that could close a cycle are left out.
    """
    for i in path:
        ways = graph.shop.ways[i]
        if len(ways) > 1:
            for way, (machine, time) in enumerate(ways):
                if way != graph.way[i] and machine != graph.machine[i]:
                    estimate, at = _best_place(graph, i, machine, time)
                    if at >= 0:
                        yield Move(estimate, i, way, at, [], True)


def _best_place(graph: Graph, i: int, machine: int, time: int) -> tuple[int, int]:
    sequence, ends, tails = graph.sequences[machine], graph.ends, graph.tails
    head, tail = ends[graph.job_before[i]], tails[graph.job_after[i]]
    if not sequence:
        return head + time + tail, 0
    low, high = _feasible_places(graph, i, sequence)
    if low > high:
        return 0, -1
    late = bisect_right(sequence, head, key=ends.__getitem__)
    early = bisect_left(sequence, -tail, key=lambda x: -tails[x])
    if early <= late:
        at = min(max(early, low), high)
        return (head + time + tail if at <= late else _through(graph, sequence, at, head, tail) + time), at
    best, best_at = -1, -1
    for at in range(max(low, late), min(high, early) + 1):
        estimate = _through(graph, sequence, at, head, tail) + time
        if best_at < 0 or estimate < best:
            best, best_at = estimate, at
    return best, best_at


def _feasible_places(graph: Graph, i: int, sequence: list[int]) -> tuple[int, int]:
    """First and last index of the sequence where i fits without a cycle."""
    ends, tails, n = graph.ends, graph.tails, graph.shop.operations
    before, after = graph.job_before[i], graph.job_after[i]
    low, high = 0, len(sequence)
    if before < n:
        # Whoever ends after the job's predecessor starts cannot lead to it.
        low = bisect_right(sequence, ends[before] - graph.time[before], key=ends.__getitem__)
    if after < n:
        starts_end = tails[after] - graph.time[after]
        high = bisect_left(sequence, -starts_end, key=lambda x: -tails[x])
    return low, high


def _through(graph: Graph, sequence: list[int], at: int, head: int, tail: int) -> int:
    if at:
        head = max(head, graph.ends[sequence[at - 1]])
    if at < len(sequence):
        tail = max(tail, graph.tails[sequence[at]])
    return head + tail
