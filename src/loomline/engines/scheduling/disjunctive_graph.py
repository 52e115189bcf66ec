"""The disjunctive graph of a shop schedule, with heads and tails that follow each move.

After Roy and Sussmann (1964). Each operation has at most two predecessors, the one of its job and the one
of its machine; a topological order is kept, so a move renews only what stands behind it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise

from loomline.engines.scheduling.shop import Shop, ShopSchedule


class Graph:
    """A complete selection: the sequence of each machine, and what follows from it.

    `ends[i]` is the earliest end of operation i (longest path to and with i), `tails[i]` the longest path
    from the start of i to the end of all. Index n (one past the last operation) is the dummy with zeros,
    so that "no predecessor" needs no test.
    """

    __slots__ = (
        "ends", "job_after", "job_before", "machine", "machine_after", "machine_before", "makespan", "order",
        "place", "sequences", "shop", "tails", "time", "way",
    )  # fmt: skip

    def __init__(self, shop: Shop, way: Sequence[int], order: Sequence[int]) -> None:
        """The schedule that starts operations as early as `order` allows.

        `order` is any list of all operations that respects the jobs; on each machine it is the sequence.
        """
        n = shop.operations
        self.shop, self.way, self.order = shop, list(way), list(order)
        chosen = [shop.ways[i][way[i]] for i in range(n)]
        self.machine = [machine for machine, _ in chosen]
        self.time = [duration for _, duration in chosen] + [0]
        self.job_before, self.job_after = [n] * (n + 1), [n] * (n + 1)
        for span in shop.jobs:
            for i in span[1:]:
                self.job_before[i], self.job_after[i - 1] = i - 1, i
        self.sequences: list[list[int]] = [[] for _ in range(shop.machines)]
        for i in self.order:
            self.sequences[self.machine[i]].append(i)
        self.machine_before, self.machine_after = [n] * (n + 1), [n] * (n + 1)
        for sequence in self.sequences:
            for before, after in pairwise(sequence):
                self.machine_before[after], self.machine_after[before] = before, after
        self.place = [0] * n
        for at, i in enumerate(self.order):
            self.place[i] = at
        self.ends, self.tails = [0] * (n + 1), [0] * (n + 1)
        self._renew_ends(0)
        self._renew_tails(n - 1)
        self.makespan = max(self.ends)

    def schedule(self) -> ShopSchedule:
        """The schedule as it stands, every operation as early as possible."""
        start = tuple(self.ends[i] - self.time[i] for i in range(self.shop.operations))
        return ShopSchedule(tuple(self.way), start, self.makespan)

    def move(self, i: int, way: int, at: int) -> bool:
        """Put operation i on the machine of this way, at this index of its sequence without i.

        False, and nothing is changed, when that closes a cycle.
        """
        old_way, old_at = self.way[i], self.sequences[self.machine[i]].index(i)
        before, after = self.machine_before[i], self.machine_after[i]
        self._relocate(i, way, at)
        first = self._reorder(i)
        if first < 0:
            self._relocate(i, old_way, old_at)
            return False
        place, n = self.place, self.shop.operations
        new_before, new_after = self.machine_before[i], self.machine_after[i]
        self._renew_ends(min([place[i]] + [place[x] for x in (after, new_after) if x < n]))
        self._renew_tails(max([place[i]] + [place[x] for x in (before, new_before) if x < n]))
        self.makespan = max(self.ends)
        return True

    def critical_path(self, chance: random.Random) -> list[int]:
        """One longest path; where there are several, chance decides."""
        ends, tails, time, n = self.ends, self.tails, self.time, self.shop.operations
        longest = self.makespan
        here = [s[0] for s in self.sequences if s and tails[s[0]] == longest and ends[s[0]] == time[s[0]]]
        if not here:
            here = [i for i in range(n) if tails[i] == longest and ends[i] == time[i]]
        i = here[0] if len(here) == 1 else chance.choice(here)
        path = [i]
        while True:
            left, end = tails[i] - time[i], ends[i]
            a, b = self.job_after[i], self.machine_after[i]
            a_fits = a < n and tails[a] == left and ends[a] - time[a] == end
            b_fits = b < n and tails[b] == left and ends[b] - time[b] == end
            if a_fits and b_fits:
                i = a if chance.random() < 0.5 else b
            elif a_fits or b_fits:
                i = a if a_fits else b
            else:
                return path
            path.append(i)

    def blocks(self, path: list[int]) -> list[list[int]]:
        """The path cut where the machine changes."""
        machine, made = self.machine, [[path[0]]]
        for i in path[1:]:
            if machine[i] == machine[made[-1][-1]]:
                made[-1].append(i)
            else:
                made.append([i])
        return made

    def _relocate(self, i: int, way: int, at: int) -> None:
        before, after = self.machine_before[i], self.machine_after[i]
        self.machine_after[before], self.machine_before[after] = after, before
        self.sequences[self.machine[i]].remove(i)
        self.way[i] = way
        self.machine[i], self.time[i] = self.shop.ways[i][way]
        sequence, n = self.sequences[self.machine[i]], self.shop.operations
        before = sequence[at - 1] if at else n
        after = sequence[at] if at < len(sequence) else n
        sequence.insert(at, i)
        self.machine_before[i], self.machine_after[i] = before, after
        self.machine_after[before], self.machine_before[after] = i, i
        # The dummy was written to as well; it has no neighbours.
        self.machine_before[n] = self.machine_after[n] = n

    def _reorder(self, i: int) -> int:
        """Make the order topological again after i was relocated; -1 when there is a cycle."""
        place, n = self.place, self.shop.operations
        before, after = self.machine_before[i], self.machine_after[i]
        if before < n and place[before] > place[i]:
            return self._push(i, before)
        if after < n and place[after] < place[i]:
            return self._pull(i, after)
        return 0

    def _push(self, i: int, last: int) -> int:
        """Move i, with all that must follow it, behind `last` in the order."""
        low, high = self.place[i], self.place[last]
        job_before, machine_before = self.job_before, self.machine_before
        late, early, late_ones = [i], [], {i}
        for x in self.order[low + 1 : high + 1]:
            if job_before[x] in late_ones or machine_before[x] in late_ones:
                late_ones.add(x)
                late.append(x)
            else:
                early.append(x)
        if last in late_ones:
            return -1
        return self._put(low, early + late)

    def _pull(self, i: int, first: int) -> int:
        """Move i, with all that must precede it, in front of `first` in the order."""
        low, high = self.place[first], self.place[i]
        job_after, machine_after = self.job_after, self.machine_after
        early, late, early_ones = [i], [], {i}
        for x in reversed(self.order[low:high]):
            if job_after[x] in early_ones or machine_after[x] in early_ones:
                early_ones.add(x)
                early.append(x)
            else:
                late.append(x)
        if first in early_ones:
            return -1
        return self._put(low, early[::-1] + late[::-1])

    def _put(self, low: int, part: list[int]) -> int:
        self.order[low : low + len(part)] = part
        place = self.place
        for at, x in enumerate(part, low):
            place[x] = at
        return low

    def _renew_ends(self, low: int) -> None:
        ends, time, job_before, machine_before = self.ends, self.time, self.job_before, self.machine_before
        for i in self.order[low:]:
            a, b = ends[job_before[i]], ends[machine_before[i]]
            ends[i] = (a if a > b else b) + time[i]

    def _renew_tails(self, high: int) -> None:
        tails, time, job_after, machine_after = self.tails, self.time, self.job_after, self.machine_after
        for i in self.order[high::-1]:
            a, b = tails[job_after[i]], tails[machine_after[i]]
            tails[i] = (a if a > b else b) + time[i]
