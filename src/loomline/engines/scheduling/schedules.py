"""From spans and modes to a schedule with names, measures and broken promises."""

from __future__ import annotations

from collections.abc import Sequence

from loomline.engines.scheduling.calendar import Span
from loomline.engines.scheduling.compiled import Compiled, TaskMode
from loomline.engines.scheduling.problem import Measure, Placed, Schedule


def make_schedule(compiled: Compiled, spans: Sequence[Span], modes: Sequence[int], source: str) -> Schedule:
    """Name who does what, and measure it."""
    people = _people(compiled, spans, modes)
    placed = []
    for t, task in enumerate(compiled.tasks):
        mode = task.modes[modes[t]]
        tools = {
            compiled.pools[p].name: n
            for p, n in mode.needs
            if not compiled.pools[p].names and compiled.pools[p].machine is None
        }
        machine = compiled.pools[mode.machine].name if mode.machine >= 0 else None
        start, end = spans[t]
        placed.append(Placed(task.operation.name, start, end, machine, people[t], tools))
    scores = _scores(compiled, spans, modes, placed)
    return Schedule(tuple(placed), scores, source, _broken(compiled, spans, scores))


def _people(compiled: Compiled, spans: Sequence[Span], modes: Sequence[int]) -> list[tuple[str, ...]]:
    """Who of each crew: whoever did it in the last plan, or else the first who is free.

    The crew is large enough at any time, so going by the starts there is always somebody.
    """
    named: list[list[str]] = [[] for _ in compiled.tasks]
    busy: dict[str, int] = {}
    for t in sorted(range(len(spans)), key=lambda t: (spans[t], t)):
        task = compiled.tasks[t]
        start, end = spans[t]
        before = task.last.operators if task.last is not None else ()
        for p, n in task.modes[modes[t]].needs:
            free = [name for name in compiled.pools[p].names if busy.get(name, 0) <= start]
            free.sort(key=lambda name: name not in before)
            for name in free[:n]:
                busy[name] = max(end, busy.get(name, 0))
                named[t].append(name)
    return [tuple(names) for names in named]


def _scores(
    compiled: Compiled, spans: Sequence[Span], modes: Sequence[int], placed: Sequence[Placed]
) -> dict[Measure, int]:
    ends = job_ends(compiled, spans)
    jobs = compiled.problem.jobs
    late = [max(end - job.due, 0) if job.due is not None else 0 for job, end in zip(jobs, ends, strict=True)]
    chosen = [task.modes[m] for task, m in zip(compiled.tasks, modes, strict=True)]
    return {
        "makespan": max(ends, default=0),
        "tardiness": sum(job.weight * by for job, by in zip(jobs, late, strict=True)),
        "late": sum(by > 0 for by in late),
        "flow": sum(job.weight * end for job, end in zip(jobs, ends, strict=True)),
        "setup": _setup_time(compiled, spans, chosen),
        "moved": sum(has_moved(compiled, t, each) for t, each in enumerate(placed)),
    }


def job_ends(compiled: Compiled, spans: Sequence[Span]) -> list[int]:
    """When the last operation of each job ends."""
    ends = [0] * len(compiled.problem.jobs)
    for task, (_, end) in zip(compiled.tasks, spans, strict=True):
        ends[task.job] = max(ends[task.job], end)
    return ends


def has_moved(compiled: Compiled, t: int, placed: Placed) -> bool:
    """Whether the operation is not where the last plan had it."""
    last = compiled.tasks[t].last
    if last is None:
        return False
    away = abs(placed.start - last.start) > compiled.problem.last.tolerance
    return away or placed.machine != last.machine


def _setup_time(compiled: Compiled, spans: Sequence[Span], chosen: Sequence[TaskMode]) -> int:
    total = 0
    for p, pool in enumerate(compiled.pools):
        if pool.machine is None or not pool.machine.setups:
            continue
        state = pool.machine.state
        for _, t in sorted((spans[t], t) for t, mode in enumerate(chosen) if mode.machine == p):
            family = compiled.tasks[t].operation.family
            total += pool.machine.setups.get((state, family), 0)
            state = family
    return total


def _broken(compiled: Compiled, spans: Sequence[Span], scores: dict[Measure, int]) -> tuple[str, ...]:
    made = [
        f"Job {job.name} ends at {end}, after its deadline {job.deadline}."
        for job, end in zip(compiled.problem.jobs, job_ends(compiled, spans), strict=True)
        if job.deadline is not None and end > job.deadline
    ]
    most = compiled.problem.last.most_moved
    if most is not None and scores["moved"] > most:
        made.append(f"{scores['moved']} operations move, and only {most} may.")
    return tuple(made)
