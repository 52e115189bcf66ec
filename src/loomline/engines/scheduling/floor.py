"""One dispatching run: what each machine, operator and tool is busy with, and which task comes next."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush

from loomline.engines.scheduling.calendar import ENDLESS, Span
from loomline.engines.scheduling.compiled import Compiled, Pool, Task, TaskMode
from loomline.engines.scheduling.problem import Link

Key = Callable[[int, int], float]
Option = tuple[int, int, int]


@dataclass(frozen=True)
class Dispatched:
    """Start, end and mode of every task, or why one could not be placed."""

    spans: tuple[Span, ...]
    modes: tuple[int, ...]
    stuck: str = ""


@dataclass
class Unit:
    """One unit of a pool: free from when, set up for what, and the frozen blocks on it."""

    free: int
    family: str
    blocks: list[tuple[int, int, str]] = field(default_factory=list)


def edge(span: Span, link: Link, side: int) -> int:
    """The end of the span that the link is measured from (side 0) or to (side 1)."""
    return span[0] if link.kind.split("-")[side] == "start" else span[1]


class Floor:
    """The state of one run.

    `free` has the times from which on the units of a plain pool are free, in order; pools with set-ups or
    frozen blocks have `units` instead. What is free only grows, so the options of waiting tasks are lower
    bounds: they are looked at again only when a task is about to be chosen.
    """

    def __init__(self, compiled: Compiled, key: Key, later: Mapping[int, int]) -> None:
        """The empty floor; `later` are tasks that must not start before a time."""
        self.compiled, self.key, self.later = compiled, key, later
        self.tasks = compiled.tasks
        self.spans: dict[int, Span] = {}
        self.modes: dict[int, int] = {}
        self.before: list[list[tuple[int, Link]]] = [[] for _ in self.tasks]
        self.after: list[list[int]] = [[] for _ in self.tasks]
        self.waits = [0] * len(self.tasks)
        for a, b, link in compiled.links:
            self.before[b].append((a, link))
            self.after[a].append(b)
            self.waits[b] += 1
        self.units: dict[int, list[Unit]] = {}
        self.free: list[list[int]] = []
        for p, pool in enumerate(compiled.pools):
            machine = pool.machine
            begin = machine.free_from if machine is not None else 0
            self.free.append([begin] * (pool.units or 0))
            if machine is not None and machine.setups:
                self.units[p] = [Unit(begin, machine.state) for _ in range(pool.units or 0)]
        self.coming: dict[int, Option | None] = {}
        self.stale: dict[int, int] = {}
        self.heap: list[tuple[int, int]] = []

    def run(self) -> Dispatched:
        """Place all tasks."""
        tasks = self.tasks
        for t in sorted(range(len(tasks)), key=lambda t: tasks[t].fixed or (0, 0)):
            if tasks[t].fixed is not None and (why := self._block(t)):
                return Dispatched((), (), why)
        for t in [t for t, count in enumerate(self.waits) if count == 0]:
            self._open(t)
        while self.coming:
            t = self._next()
            option = self.coming[t]
            if option is None:
                return Dispatched((), (), f"{tasks[t].operation.name} finds no place")
            self._place(t, *option)
        every = range(len(tasks))
        return Dispatched(tuple(self.spans[t] for t in every), tuple(self.modes[t] for t in every))

    def _block(self, t: int) -> str:
        """Keep the units of a frozen task free for it."""
        task = self.tasks[t]
        if task.fixed is None or not task.modes:
            return f"{task.operation.name} cannot be done as it is frozen"
        start, end = task.fixed
        self.spans[t], self.modes[t] = task.fixed, 0
        for p, n in task.modes[0].needs:
            if self.compiled.pools[p].units is None:
                continue
            units = self.units.setdefault(p, [Unit(free, "") for free in self.free[p]])
            clear = [u for u in units if all(b[1] <= start or b[0] >= end for b in u.blocks)]
            if len(clear) < n:
                return f"{task.operation.name} is frozen where {self.compiled.pools[p].name} is taken"
            for unit in clear[:n]:
                insort(unit.blocks, (start, end, task.operation.family))
        return ""

    def _open(self, t: int) -> None:
        """All that t waits for is placed."""
        if t in self.spans:
            self._done(t)
        else:
            self._look(t)

    def _done(self, t: int) -> None:
        for b in self.after[t]:
            self.waits[b] -= 1
            if self.waits[b] == 0:
                self._open(b)

    def _look(self, t: int) -> None:
        """Find the option of t as things are now."""
        option = self._option(t)
        self.coming[t], self.stale[t] = option, len(self.spans)
        heappush(self.heap, (option[2] if option is not None else ENDLESS, t))

    def _is_fresh(self, t: int) -> bool:
        return self.stale[t] == len(self.spans)

    def _next(self) -> int:
        """The task to place now: the first by the rule among those that compete with the first to end."""
        end, first = self._first_to_end()
        if self.coming[first] is None:
            return first
        rivals = self._rivals(first, end)
        while True:
            t = min(rivals, key=lambda t: (self.key(t, self._start(t)), t))
            if self._is_fresh(t):
                return t
            self._look(t)
            option = self.coming[t]
            if option is None or option[1] >= end:
                rivals.remove(t)

    def _first_to_end(self) -> tuple[int, int]:
        while True:
            end, t = heappop(self.heap)
            option = self.coming.get(t)
            if t not in self.coming or (option is not None and option[2] != end):
                continue
            if self._is_fresh(t):
                heappush(self.heap, (end, t))
                return end, t
            self._look(t)

    def _rivals(self, first: int, end: int) -> list[int]:
        wanted = self._pools_of(first)
        return [
            t
            for t, option in self.coming.items()
            if t == first
            or (option is not None and option[1] < end and not wanted.isdisjoint(self._pools_of(t)))
        ]

    def _pools_of(self, t: int) -> frozenset[int]:
        option = self.coming[t]
        return self.tasks[t].modes[option[0] if option is not None else 0].pools

    def _start(self, t: int) -> int:
        option = self.coming[t]
        return option[1] if option is not None else ENDLESS

    def _option(self, t: int) -> Option | None:
        """(mode, start, end) that ends t first; None when it fits nowhere."""
        task = self.tasks[t]
        earliest, by_end = max(task.earliest, self.later.get(t, 0)), 0
        for a, link in self.before[t]:
            least = edge(self.spans[a], link, 0) + link.lag
            if link.kind.endswith("-start"):
                earliest = max(earliest, least)
            else:
                by_end = max(by_end, least)
        best: tuple[int, bool, int, int] | None = None
        keep = task.last.machine if task.last is not None else None
        for m, mode in enumerate(task.modes):
            begin = max(earliest, by_end - mode.duration)
            if best is not None and begin + mode.duration > best[0]:
                continue
            span = self._fit(task, mode, begin, by_end)
            if span is not None:
                option = (span[1], keep is not None and keep != self._machine(mode), span[0], m)
                best = option if best is None or option < best else best
        return None if best is None else (best[3], best[2], best[0])

    def _machine(self, mode: TaskMode) -> str | None:
        return self.compiled.pools[mode.machine].name if mode.machine >= 0 else None

    def _fit(self, task: Task, mode: TaskMode, begin: int, by_end: int) -> Span | None:
        """The first span from `begin` on at which all that the mode needs is open and free."""
        slow: list[tuple[int, int]] = []
        for p, n in mode.needs:
            if p in self.units:
                slow.append((p, n))
            elif self.free[p] and self.free[p][n - 1] > begin:
                begin = self.free[p][n - 1]
        may_pause = task.operation.may_pause
        while True:
            span = mode.windows.fit(begin, mode.duration, may_pause)
            if span is None or span[1] > self.compiled.horizon:
                return None
            begin = span[0]
            if span[1] < by_end:
                begin += 1 if may_pause else by_end - span[1]
                continue
            for p, n in slow:
                begin = max(begin, self._free_for(p, n, task.operation.family, span))
            if begin == span[0]:
                return span
            if begin >= ENDLESS:
                return None

    def _free_for(self, p: int, n: int, family: str, span: Span) -> int:
        """From when on n units of the pool could do it; the start of the span when they can then."""
        times = sorted(self._unit_free(p, unit, family, span) for unit in self.units[p])
        return times[n - 1] if n <= len(times) else ENDLESS

    def _unit_free(self, p: int, unit: Unit, family: str, span: Span) -> int:
        pool = self.compiled.pools[p]
        before, state = unit.free, unit.family
        for first, last, frozen in unit.blocks:
            if last <= span[0] and last >= before:
                before, state = last, frozen
            elif last > span[0]:
                if self._set_up(pool, span[1], family, frozen) > first:
                    return max(last, span[0] + 1)
                break
        return max(self._set_up(pool, before, state, family), span[0])

    def _set_up(self, pool: Pool, at: int, before: str, after: str) -> int:
        """When the set-up that begins at this time is done."""
        setup = pool.machine.setups.get((before, after), 0) if pool.machine is not None else 0
        if not setup:
            return at
        fit = pool.windows.fit(at, setup, may_pause=True)
        return fit[1] if fit is not None else ENDLESS

    def _place(self, t: int, m: int, start: int, end: int) -> None:
        task = self.tasks[t]
        self.spans[t], self.modes[t] = (start, end), m
        del self.coming[t]
        family = task.operation.family
        for p, n in task.modes[m].needs:
            if p in self.units:
                units = [u for u in self.units[p] if self._unit_free(p, u, family, (start, end)) <= start]
                for unit in sorted(units, key=lambda unit: -unit.free)[:n]:
                    unit.free, unit.family = end, family
            elif self.free[p]:
                at = bisect_right(self.free[p], start)
                del self.free[p][at - n : at]
                for _ in range(n):
                    insort(self.free[p], end)
        self._done(t)
