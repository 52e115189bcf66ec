"""A problem in the numbers that dispatching and the constraint model share."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise, product

from loomline.engines.bad_input import BadInput
from loomline.engines.scheduling.calendar import ALWAYS, Calendar, Span, Windows, windows_of
from loomline.engines.scheduling.problem import (
    Job,
    Link,
    Machine,
    Mode,
    Operation,
    Operator,
    Placed,
    Problem,
    Tool,
)

# So many combinations of operators are looked at for one operation.
MOST_MODES = 400
Needs = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Pool:
    """Equal units that are held by one operation at a time; `names` are those of operators.

    `units` is None where there is no limit. `machine` is set for machines.
    """

    name: str
    units: int | None
    windows: Windows
    names: tuple[str, ...] = ()
    machine: Machine | None = None


@dataclass(frozen=True)
class TaskMode:
    """A mode with its operators chosen: (pool, units) it holds, and when all of them are open."""

    machine: int
    duration: int
    needs: Needs
    windows: Windows

    @cached_property
    def pools(self) -> frozenset[int]:
        """The pools it holds anything of."""
        return frozenset(p for p, _ in self.needs)


@dataclass(frozen=True)
class Task:
    """An operation, numbered; `fixed` is its span when it is frozen."""

    operation: Operation
    job: int
    modes: tuple[TaskMode, ...]
    earliest: int
    fixed: Span | None
    last: Placed | None
    impossible: tuple[str, ...]


@dataclass(frozen=True)
class Compiled:
    """The problem as numbers: tasks, pools, links between tasks (before, after, link)."""

    problem: Problem
    tasks: tuple[Task, ...]
    pools: tuple[Pool, ...]
    links: tuple[tuple[int, int, Link], ...]
    horizon: int


def compile_problem(problem: Problem) -> Compiled:
    """Number everything, choose operators into modes, cut the calendars into windows."""
    horizon = _horizon(problem)
    pools = _pools(problem, horizon)
    compiler = _Compiler(problem, pools)
    tasks: list[Task] = []
    number: dict[str, int] = {}
    links: list[Link] = list(problem.links)
    for j, job in enumerate(problem.jobs):
        for operation in job.operations:
            number[operation.name] = len(tasks)
            tasks.append(compiler.task(j, operation))
        if job.in_sequence:
            links += [Link(a.name, b.name) for a, b in pairwise(job.operations)]
    numbered = tuple((number[link.before], number[link.after], link) for link in links)
    return Compiled(problem, tuple(tasks), tuple(pools), numbered, horizon)


def _horizon(problem: Problem) -> int:
    """A time by which everything could be done one after the other, breaks included."""
    work = sum(max(mode.duration for mode in o.modes) for job in problem.jobs for o in job.operations)
    count = sum(len(job.operations) for job in problem.jobs)
    setup = max((time for machine in problem.machines for time in machine.setups.values()), default=0)
    work += count * setup + sum(max(link.lag, 0) for link in problem.links)
    begins = [operation.ready for job in problem.jobs for operation in job.operations]
    begins += [job.release for job in problem.jobs] + [machine.free_from for machine in problem.machines]
    begins += [placed.end for placed in problem.last.placed]
    stretch, longest = 1.0, 0
    resources: list[Machine | Operator | Tool] = [*problem.machines, *problem.operators, *problem.tools]
    for calendar in (resource.calendar for resource in resources):
        if calendar is not None and calendar.period is not None:
            is_open = sum(last - first for first, last in calendar.spans(calendar.period)) or 1
            stretch = max(stretch, calendar.period / is_open)
            longest = max([longest, calendar.period, *(last for _, last in calendar.closed)])
        elif calendar is not None:
            longest = max([longest, *(last for _, last in calendar.open)])
    # Shifts of machine and operator may overlap little: twice the stretch, and some whole periods.
    return max(begins, default=0) + math.ceil(2 * stretch * work) + 3 * longest + 1


def _pools(problem: Problem, until: int) -> list[Pool]:
    """Machines, crews of equal operators, tools; those of the same calendar share its windows."""
    known: dict[Calendar | None, Windows] = {}

    def windows(calendar: Calendar | None) -> Windows:
        if calendar not in known:
            known[calendar] = windows_of(calendar, until)
        return known[calendar]

    pools = [Pool(m.name, m.units, windows(m.calendar), (), m) for m in problem.machines]
    frozen = {name for p in problem.last.placed if p.operation in problem.last.frozen for name in p.operators}
    crews: dict[object, list[Operator]] = {}
    for operator in problem.operators:
        alone = operator.name if operator.name in frozen else ""
        crews.setdefault((operator.skills, operator.calendar, alone), []).append(operator)
    for crew in crews.values():
        names = tuple(operator.name for operator in crew)
        pools.append(Pool(f"crew {names[0]}", len(crew), windows(crew[0].calendar), names))
    pools += [Pool(t.name, t.units, windows(t.calendar)) for t in problem.tools]
    return pools


class _Compiler:
    """Makes the tasks; what many tasks have in common is made once."""

    def __init__(self, problem: Problem, pools: list[Pool]) -> None:
        self.problem, self.pools = problem, pools
        self.index = {pool.name: p for p, pool in enumerate(pools)}
        self.skill_of = {operator.name: operator.skills for operator in problem.operators}
        self.last = {placed.operation: placed for placed in problem.last.placed}
        self.crews: dict[tuple[tuple[str, int], ...], list[dict[int, int]]] = {}
        self.windows: dict[frozenset[int], Windows] = {}

    def task(self, j: int, operation: Operation) -> Task:
        """The operation with all its modes."""
        job, last = self.problem.jobs[j], self.last.get(operation.name)
        frozen = last if operation.name in self.problem.last.frozen else None
        why: list[str] = []
        modes: list[TaskMode] = []
        for mode in operation.modes:
            crews = self._crews(mode.skills)
            for made in (self._mode(mode, crew) for crew in crews):
                if frozen is not None and not _is_as_last(self.pools, made, mode.machine, frozen):
                    continue
                reason = "" if frozen is not None else _obstacle(operation, job, made, self.pools)
                if reason:
                    why.append(reason)
                else:
                    modes.append(made)
            if not crews:
                why.append(_missing(self.problem, mode.skills))
        if len(modes) > MOST_MODES:
            raise BadInput(
                f"There are {len(modes)} ways to man operation {operation.name}.",
                remedy="Give operators of the same skills the same calendar, or ask for fewer at once.",
                column="skills",
            )
        fixed = (frozen.start, frozen.end) if frozen is not None else None
        earliest = max(job.release, operation.ready)
        return Task(operation, j, tuple(modes), earliest, fixed, last, tuple(dict.fromkeys(why)))

    def _mode(self, mode: Mode, crew: Mapping[int, int]) -> TaskMode:
        needs = dict(crew)
        if mode.machine is not None:
            needs[self.index[mode.machine]] = 1
        for tool, units in mode.tools.items():
            needs[self.index[tool]] = units
        needs = {p: n for p, n in needs.items() if n}
        machine = self.index[mode.machine] if mode.machine is not None else -1
        return TaskMode(machine, mode.duration, tuple(sorted(needs.items())), self._common(needs))

    def _common(self, needs: Iterable[int]) -> Windows:
        parts = {id(self.pools[p].windows): self.pools[p].windows for p in needs}
        key = frozenset(parts)
        if key not in self.windows:
            windows = ALWAYS
            for part in parts.values():
                windows = windows.common(part)
            self.windows[key] = windows
        return self.windows[key]

    def _crews(self, skills: Mapping[str, int]) -> list[dict[int, int]]:
        key = tuple(sorted(skills.items()))
        if key not in self.crews:
            self.crews[key] = list(self._drawn(skills))
        return self.crews[key]

    def _drawn(self, skills: Mapping[str, int]) -> Iterator[dict[int, int]]:
        """Every way to draw the wanted operators from the crews, as {pool: how many}."""
        choices = []
        for skill, count in skills.items():
            able = [p for p, pool in enumerate(self.pools) if self._can(pool, skill)]
            choices.append(list(islice(_draws(able, count, self.pools), MOST_MODES + 1)))
        seen = set()
        for draw in product(*choices):
            total: dict[int, int] = {}
            for part in draw:
                for p, n in part:
                    total[p] = total.get(p, 0) + n
            key = tuple(sorted(total.items()))
            if key not in seen and all(n <= len(self.pools[p].names) for p, n in key):
                seen.add(key)
                yield total
                if len(seen) > MOST_MODES:
                    return

    def _can(self, pool: Pool, skill: str) -> bool:
        return bool(pool.names) and skill in self.skill_of[pool.names[0]]


def _draws(able: list[int], count: int, pools: list[Pool]) -> Iterator[Needs]:
    """Every way to draw `count` units from these pools."""
    if count == 0:
        yield ()
    elif able:
        first, rest = able[0], able[1:]
        for n in range(min(count, len(pools[first].names)), -1, -1):
            for others in _draws(rest, count - n, pools):
                yield ((first, n), *others) if n else others


def _is_as_last(pools: list[Pool], made: TaskMode, machine: str | None, last: Placed) -> bool:
    people = {pools[p].names[0] for p, _ in made.needs if pools[p].names}
    return machine == last.machine and (not last.operators or people == set(last.operators))


def _missing(problem: Problem, skills: Mapping[str, int]) -> str:
    for skill, count in skills.items():
        able = [operator.name for operator in problem.operators if skill in operator.skills]
        if len(able) < count:
            there = f"only {', '.join(able)} can" if able else "nobody can"
            return f"it needs {count} with the skill {skill}, and {there}"
    return f"the skills {', '.join(skills)} together need more operators than there are"


def _obstacle(operation: Operation, job: Job, mode: TaskMode, pools: list[Pool]) -> str:
    """Why this mode can never be used, in words; empty when it can."""
    for p, n in mode.needs:
        units = pools[p].units
        if units is not None and n > units:
            return f"it needs {n} of {pools[p].name}, and there are {units}"
    names = " and ".join(", ".join(pools[p].names) or pools[p].name for p, _ in mode.needs)
    earliest = max(job.release, operation.ready)
    fit = mode.windows.fit(earliest, mode.duration, operation.may_pause)
    if fit is None:
        rest = "" if operation.may_pause else " without a pause"
        return f"{names} are never open for {mode.duration}{rest} from {earliest} on"
    if job.deadline is not None and fit[1] > job.deadline:
        return f"on {names} it ends at {fit[1]} at the earliest, after the deadline {job.deadline}"
    return ""
