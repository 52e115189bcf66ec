"""A schedule at once: priority rules on everything that limits the floor."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from loomline.engines.scheduling.calendar import ENDLESS, Span
from loomline.engines.scheduling.compiled import Compiled, Pool, Task, TaskMode
from loomline.engines.scheduling.problem import Link

Key = Callable[[int, int], float]
# Dispatching this many tasks by one rule takes a tenth of a second or so; more rules for less work.
WORK_AT_ONCE = 1200
RETRIES = 40


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


def rules(compiled: Compiled) -> dict[str, Key]:
    """The priority rules by name; the least value goes first. `key(task, start)`."""
    jobs, tasks = compiled.problem.jobs, compiled.tasks
    rest = _remaining(compiled)
    shortest = [min((mode.duration for mode in task.modes), default=0) for task in tasks]
    mean = max(sum(shortest) / max(len(shortest), 1), 1e-9)
    far = compiled.horizon

    def due(t: int) -> int:
        job = jobs[tasks[t].job]
        given = [when for when in (job.due, job.deadline) if when is not None]
        return min(given, default=far)

    def tardiness_cost(t: int, start: int) -> float:
        slack = max(due(t) - start - rest[t], 0)
        weight = jobs[tasks[t].job].weight
        return -weight / max(shortest[t], 1) * math.exp(-min(slack / (2.5 * mean), 500))

    def as_last(t: int, start: int) -> float:
        last = tasks[t].last
        return last.start if last is not None else due(t) - rest[t]

    made: dict[str, Key] = {
        "EDD": lambda t, start: due(t),
        "ATC": tardiness_cost,
        "MWKR": lambda t, start: -rest[t],
        "slack": lambda t, start: due(t) - start - rest[t],
        "WSPT": lambda t, start: shortest[t] / max(jobs[tasks[t].job].weight, 1e-6),
        "SPT": lambda t, start: shortest[t],
        "FIFO": lambda t, start: tasks[t].earliest,
    }
    return {"last plan": as_last, **made} if compiled.problem.last.placed else made


def _remaining(compiled: Compiled) -> list[int]:
    """The longest chain of shortest durations from each task on."""
    after: list[list[int]] = [[] for _ in compiled.tasks]
    for a, b, _ in compiled.links:
        after[a].append(b)
    rest = [0] * len(compiled.tasks)
    for t in reversed(_topological(compiled)):
        own = min((mode.duration for mode in compiled.tasks[t].modes), default=0)
        rest[t] = own + max((rest[b] for b in after[t]), default=0)
    return rest


def _topological(compiled: Compiled) -> list[int]:
    waits = [0] * len(compiled.tasks)
    after: list[list[int]] = [[] for _ in compiled.tasks]
    for a, b, _ in compiled.links:
        waits[b] += 1
        after[a].append(b)
    order = [t for t, count in enumerate(waits) if count == 0]
    for t in order:
        for b in after[t]:
            waits[b] -= 1
            if waits[b] == 0:
                order.append(b)
    return order


def dispatch(compiled: Compiled, key: Key) -> Dispatched:
    """Place all tasks by the rule; where a longest lag is broken, begin the earlier task later.

    Active schedules after Giffler and Thompson (1960), for any resources: of the tasks that could come
    next, those compete that could start before the first of them would end and want the same resource.
    """
    later = dict[int, int]()
    for _ in range(RETRIES):
        floor = _Floor(compiled, key, later)
        made = floor.run()
        broken = _broken_lag(compiled, made)
        if made.stuck or broken is None:
            return made
        task, start = broken
        if compiled.tasks[task].fixed is not None:
            return Dispatched(made.spans, made.modes, "a lag to or from a frozen operation is broken")
        later[task] = start
    return Dispatched(made.spans, made.modes, "the rules find no place within the longest lags")


def _broken_lag(compiled: Compiled, made: Dispatched) -> tuple[int, int] | None:
    """A task that must start later, and when, so that one longest lag holds."""
    if made.stuck:
        return None
    for a, b, link in compiled.links:
        least = _at(made.spans[a], link, 0) + link.lag
        if compiled.tasks[b].fixed is not None and _at(made.spans[b], link, 1) < least:
            # Only a frozen task can be too early; nothing here can move the one before it forward.
            return b, least
        if link.most_lag is not None:
            over = _at(made.spans[b], link, 1) - _at(made.spans[a], link, 0) - link.most_lag
            if over > 0:
                return a, made.spans[a][0] + over
    return None


def _at(span: Span, link: Link, side: int) -> int:
    return span[0] if link.kind.split("-")[side] == "start" else span[1]


class _Floor:
    """The state of one dispatching run."""

    def __init__(self, compiled: Compiled, key: Key, later: Mapping[int, int]) -> None:
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
        self.units: list[list[Unit]] = []
        for pool in compiled.pools:
            machine = pool.machine
            free, family = (machine.free_from, machine.state) if machine else (0, "")
            self.units.append([Unit(free, family) for _ in range(pool.units or 0)])
        self.coming: list[int] = []
        self.options: dict[int, tuple[int, int, int] | None] = {}

    def run(self) -> Dispatched:
        tasks = self.tasks
        for t in sorted(range(len(tasks)), key=lambda t: tasks[t].fixed or (0, 0)):
            if tasks[t].fixed is not None and (why := self._block(t)):
                return self._stuck(why)
        for t in [t for t, count in enumerate(self.waits) if count == 0]:
            self._open(t)
        while self.coming:
            t = self._next()
            option = self.options[t]
            if option is None:
                return self._stuck(f"{tasks[t].operation.name} finds no place")
            self._place(t, *option)
        every = range(len(tasks))
        return Dispatched(tuple(self.spans[t] for t in every), tuple(self.modes[t] for t in every))

    def _stuck(self, why: str) -> Dispatched:
        return Dispatched((), (), why)

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
            clear = [u for u in self.units[p] if all(b[1] <= start or b[0] >= end for b in u.blocks)]
            if len(clear) < n:
                return f"{task.operation.name} is frozen where {self.compiled.pools[p].name} is taken"
            for unit in clear[:n]:
                unit.blocks.append((start, end, task.operation.family))
                unit.blocks.sort()
        return ""

    def _open(self, t: int) -> None:
        """All that t waits for is placed."""
        if t in self.spans:
            self._done(t)
        else:
            self.coming.append(t)
            self.options[t] = self._option(t)

    def _done(self, t: int) -> None:
        for b in self.after[t]:
            self.waits[b] -= 1
            if self.waits[b] == 0:
                self._open(b)

    def _next(self) -> int:
        """The task to place now."""
        ends = [(option[2], t) for t in self.coming if (option := self.options[t]) is not None]
        if len(ends) < len(self.coming):
            return next(t for t in self.coming if self.options[t] is None)
        end, first = min(ends)
        wanted = {p for p, _ in self._mode(first).needs}
        rivals = [first]
        for t in self.coming:
            option = self.options[t]
            if t == first or option is None or option[1] >= end:
                continue
            if any(p in wanted for p, _ in self._mode(t).needs):
                rivals.append(t)
        return min(rivals, key=lambda t: (self.key(t, (self.options[t] or (0, 0, 0))[1]), t))

    def _mode(self, t: int) -> TaskMode:
        option = self.options[t]
        return self.tasks[t].modes[option[0] if option is not None else 0]

    def _option(self, t: int) -> tuple[int, int, int] | None:
        """(mode, start, end) that ends t first; None when it fits nowhere."""
        task = self.tasks[t]
        earliest = max([task.earliest, self.later.get(t, 0)])
        by_end = 0
        for a, link in self.before[t]:
            least = _at(self.spans[a], link, 0) + link.lag
            if link.kind.endswith("-start"):
                earliest = max(earliest, least)
            else:
                by_end = max(by_end, least)
        best: tuple[int, int, int, int] | None = None
        keep = task.last.machine if task.last is not None else None
        for m, mode in enumerate(task.modes):
            begin = max(earliest, by_end - mode.duration)
            span = self._fit(task, mode, begin, by_end)
            if span is not None:
                other = keep is not None and keep != self._machine_name(mode)
                option = (span[1], int(other), span[0], m)
                best = option if best is None or option < best else best
        return None if best is None else (best[3], best[2], best[0])

    def _machine_name(self, mode: TaskMode) -> str | None:
        return self.compiled.pools[mode.machine].name if mode.machine >= 0 else None

    def _fit(self, task: Task, mode: TaskMode, begin: int, by_end: int) -> Span | None:
        """The first span from `begin` on at which all that the mode needs is open and free."""
        while True:
            span = mode.windows.fit(begin, mode.duration, task.operation.may_pause)
            if span is None or span[1] > self.compiled.horizon:
                return None
            if span[1] < by_end:
                begin = span[0] + 1 if task.operation.may_pause else span[0] + by_end - span[1]
                continue
            start = span[0]
            for p, n in mode.needs:
                start = max(start, self._free(p, n, task.operation.family, span))
            if start == span[0]:
                return span
            if start >= ENDLESS:
                return None
            begin = start

    def _free(self, p: int, n: int, family: str, span: Span) -> int:
        """From when on n units of the pool could do it; the start of the span when they can then."""
        if self.compiled.pools[p].units is None:
            return span[0]
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

    def _place(self, t: int, mode: int, start: int, end: int) -> None:
        task = self.tasks[t]
        self.spans[t], self.modes[t] = (start, end), mode
        self.coming.remove(t)
        touched = {p for p, _ in task.modes[mode].needs}
        for p, n in task.modes[mode].needs:
            fit = [
                u
                for u in self.units[p]
                if self._unit_free(p, u, task.operation.family, (start, end)) <= start
            ]
            for unit in sorted(fit, key=lambda unit: -unit.free)[:n]:
                unit.free, unit.family = end, task.operation.family
        for other in self.coming:
            if any(p in touched for mode_ in self.tasks[other].modes for p, _ in mode_.needs):
                self.options[other] = self._option(other)
        self._done(t)
