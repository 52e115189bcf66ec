"""A schedule at once: priority rules on everything that limits the floor."""

from __future__ import annotations

import math

from loomline.engines.scheduling.compiled import Compiled
from loomline.engines.scheduling.floor import Dispatched, Floor, Key, edge
from loomline.engines.scheduling.problem import Goals

# Placing tasks with this many modes in all takes less than a tenth of a second; more rules for less work.
WORK_AT_ONCE = 2000
BY_DUE = ("last plan", "ATC", "slack", "EDD", "WSPT", "MWKR", "SPT", "FIFO")
BY_SPAN = ("last plan", "MWKR", "SPT", "ATC", "FIFO", "slack", "EDD", "WSPT")
RETRIES = 40


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


def at_once(compiled: Compiled, goals: Goals) -> list[tuple[str, Key]]:
    """The rules for an answer at once: as many as there is time for, the likely best for the goals first."""
    known = rules(compiled)
    order = BY_DUE if {"tardiness", "late"} & set(goals[0] if goals else ()) else BY_SPAN
    work = sum(len(task.modes) for task in compiled.tasks)
    return [(name, known[name]) for name in order if name in known][: max(1, WORK_AT_ONCE // max(work, 1))]


def _remaining(compiled: Compiled) -> list[int]:
    """The longest chain of shortest durations from each task on."""
    after: list[list[tuple[int, int]]] = [[] for _ in compiled.tasks]
    for a, b, link in compiled.links:
        # Only what follows an end adds to the chain; an overlap may shorten it.
        if link.kind == "end-start":
            after[a].append((b, max(link.lag, 0)))
    rest = [0] * len(compiled.tasks)
    for t in reversed(_topological(compiled)):
        own = min((mode.duration for mode in compiled.tasks[t].modes), default=0)
        rest[t] = own + max((lag + rest[b] for b, lag in after[t]), default=0)
    return rest


def makespan_bound(compiled: Compiled) -> int:
    """What no makespan is below: the longest chain, and the work of each pool spread over its units."""
    tasks = compiled.tasks
    bound = max([0, *(t.earliest + rest for t, rest in zip(tasks, _remaining(compiled), strict=True))])
    for p, pool in enumerate(compiled.pools):
        least = (min((m.duration * dict(m.needs).get(p, 0) for m in t.modes), default=0) for t in tasks)
        if pool.units:
            bound = max(bound, -(-sum(least) // pool.units))
    return bound


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
        made = Floor(compiled, key, later).run()
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
        least = edge(made.spans[a], link, 0) + link.lag
        if compiled.tasks[b].fixed is not None and edge(made.spans[b], link, 1) < least:
            # Only a frozen task can be too early; nothing here can move the one before it forward.
            return b, least
        if link.most_lag is not None:
            over = edge(made.spans[b], link, 1) - edge(made.spans[a], link, 0) - link.most_lag
            if over > 0:
                return a, made.spans[a][0] + over
    return None
