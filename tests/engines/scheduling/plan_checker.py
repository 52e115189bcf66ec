"""Checks a schedule against its problem minute by minute; shares nothing with the engine but its words."""

from __future__ import annotations

from collections import Counter

from loomline.engines.scheduling.calendar import Calendar
from loomline.engines.scheduling.problem import (
    Job,
    Machine,
    Mode,
    Operation,
    Operator,
    Placed,
    Problem,
    Schedule,
)


def is_open(calendar: Calendar | None, minute: int) -> bool:
    """Whether work can go on from this minute to the next."""
    if calendar is None:
        return True
    if any(first <= minute < last for first, last in calendar.closed):
        return False
    at = minute if calendar.period is None else minute % calendar.period
    return any(first <= at < last for first, last in calendar.open)


def faults(problem: Problem, schedule: Schedule) -> list[str]:
    """Everything that is wrong, in words; deadlines and stability included."""
    at = {placed.operation: placed for placed in schedule.placed}
    wrong: list[str] = []
    for job in problem.jobs:
        for operation in job.operations:
            if operation.name not in at:
                return [f"{operation.name} is missing"]
            wrong += _operation_faults(problem, job, operation, at[operation.name])
        if job.in_sequence:
            for a, b in zip(job.operations, job.operations[1:], strict=False):
                if at[b.name].start < at[a.name].end:
                    wrong.append(f"{b.name} starts before {a.name} ends")
        end = max(at[o.name].end for o in job.operations)
        if job.deadline is not None and end > job.deadline:
            wrong.append(f"{job.name} misses its deadline")
    return wrong + _link_faults(problem, at) + _load_faults(problem, schedule) + _last_faults(problem, at)


def _operation_faults(problem: Problem, job: Job, operation: Operation, placed: Placed) -> list[str]:
    if operation.name in problem.last.frozen:
        last = next(each for each in problem.last.placed if each.operation == operation.name)
        same = (placed.start, placed.end, placed.machine) == (last.start, last.end, last.machine)
        return [] if same else [f"{operation.name} is frozen and has moved"]
    wrong = []
    if placed.start < max(job.release, operation.ready):
        wrong.append(f"{operation.name} starts before it can")
    if not any(_is_done_by(problem, operation, mode, placed) for mode in operation.modes):
        wrong.append(f"{operation.name} is not done in any of its modes")
    for machine in problem.machines:
        if machine.name == placed.machine and placed.start < machine.free_from:
            wrong.append(f"{operation.name} starts before {machine.name} is free")
    return wrong


def _is_done_by(problem: Problem, operation: Operation, mode: Mode, placed: Placed) -> bool:
    if mode.machine != placed.machine or dict(placed.tools) != {t: n for t, n in mode.tools.items() if n}:
        return False
    people = [operator for operator in problem.operators if operator.name in placed.operators]
    if len(people) != sum(mode.skills.values()) or not _can(people, Counter(mode.skills)):
        return False
    names = {placed.machine, *placed.operators, *placed.tools}
    everything = (*problem.machines, *problem.operators, *problem.tools)
    calendars = [each.calendar for each in everything if each.name in names]
    worked = [m for m in range(placed.start, placed.end) if all(is_open(c, m) for c in calendars)]
    if operation.may_pause and worked:
        begins_and_ends_at_work = worked[0] == placed.start and worked[-1] == placed.end - 1
        return len(worked) == mode.duration and begins_and_ends_at_work
    return len(worked) == mode.duration == placed.end - placed.start


def _can(people: list[Operator], wanted: Counter[str]) -> bool:
    """Whether each person can be given one of the wanted skills."""
    if not people:
        return sum(wanted.values()) == 0
    one, rest = people[0], people[1:]
    return any(_can(rest, wanted - Counter([skill])) for skill in one.skills if wanted[skill] > 0)


def _link_faults(problem: Problem, at: dict[str, Placed]) -> list[str]:
    wrong = []
    for link in problem.links:
        first, second = link.kind.split("-")
        lag = getattr(at[link.after], second) - getattr(at[link.before], first)
        if lag < link.lag or (link.most_lag is not None and lag > link.most_lag):
            wrong.append(f"{link.after} follows {link.before} after {lag}")
    return wrong


def _load_faults(problem: Problem, schedule: Schedule) -> list[str]:
    loads: Counter[tuple[str, int]] = Counter()
    for placed in schedule.placed:
        held = Counter({name: 1 for name in (placed.machine, *placed.operators) if name is not None})
        held.update(placed.tools)
        for minute in range(placed.start, placed.end):
            loads.update({(name, minute): units for name, units in held.items()})
    limits = {each.name: each.units for each in (*problem.machines, *problem.tools)}
    limits |= {operator.name: 1 for operator in problem.operators}
    wrong = []
    for (name, minute), load in loads.items():
        limit = limits[name]
        if limit is not None and load > limit:
            wrong.append(f"{name} is held {load} times at {minute}")
    return wrong + [
        fault for machine in problem.machines for fault in _setup_faults(problem, machine, schedule)
    ]


def _setup_faults(problem: Problem, machine: Machine, schedule: Schedule) -> list[str]:
    families = {o.name: o.family for job in problem.jobs for o in job.operations}
    own = sorted((p.start, p.end, p.operation) for p in schedule.placed if p.machine == machine.name)
    wrong, free, state = [], machine.free_from, machine.state
    for start, end, name in own if machine.setups else []:
        needed = machine.setups.get((state, families[name]), 0)
        there = sum(is_open(machine.calendar, minute) for minute in range(free, start))
        if there < needed and name not in problem.last.frozen:
            wrong.append(f"{name} starts after {there} of {needed} minutes of set-up")
        free, state = end, families[name]
    return wrong


def _last_faults(problem: Problem, at: dict[str, Placed]) -> list[str]:
    last = problem.last
    moved = sum(
        abs(at[p.operation].start - p.start) > last.tolerance or at[p.operation].machine != p.machine
        for p in last.placed
        if p.operation in at
    )
    return [f"{moved} have moved"] if last.most_moved is not None and moved > last.most_moved else []


def measures(problem: Problem, schedule: Schedule) -> dict[str, int]:
    """Makespan, weighted tardiness, late jobs, weighted flow."""
    at = {placed.operation: placed.end for placed in schedule.placed}
    ends = [max(at[o.name] for o in job.operations) for job in problem.jobs]
    late = [
        max(end - job.due, 0) if job.due is not None else 0
        for job, end in zip(problem.jobs, ends, strict=True)
    ]
    return {
        "makespan": max(ends),
        "tardiness": sum(job.weight * by for job, by in zip(problem.jobs, late, strict=True)),
        "late": sum(by > 0 for by in late),
        "flow": sum(job.weight * end for job, end in zip(problem.jobs, ends, strict=True)),
    }
