"""Why there is no schedule: a smallest set of wishes that clash, in words."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from loomline.engines.scheduling.compiled import Compiled, compile_problem
from loomline.engines.scheduling.dispatching import dispatch, rules
from loomline.engines.scheduling.model import Model
from loomline.engines.scheduling.problem import Job, Link, Mode, Operation, Problem
from loomline.engines.scheduling.schedules import make_schedule
from loomline.engines.scheduling.solver_run import Effort, run
from loomline.engines.scheduling.validation import validate
from loomline.engines.watch import Watch


@dataclass(frozen=True)
class Wish:
    """Something that could be given up, in words; `without` is the problem that has given it up."""

    says: str
    without: Callable[[Problem], Problem]


def explain(problem: Problem, *, watch: Watch | None = None, seconds: float = 20.0) -> tuple[str, ...]:
    """The wishes that clash, one sentence each; empty when there is a schedule or nothing is proven.

    Giving up any one of them helps with this clash (there may be others). The set is found by QuickXplain
    (Junker, 2004); each of its steps is a proof by CP-SAT. What a step cannot prove in time stays in the
    set, so the set may then be larger than need be but it does clash.
    """
    validate(problem)
    return impossible(compile_problem(problem)) or explain_compiled(problem, watch or Watch(), seconds)


def impossible(compiled: Compiled) -> tuple[str, ...]:
    """Operations that cannot be done at all, whatever the others do."""
    return tuple(
        f"Operation {task.operation.name} of job {compiled.problem.jobs[task.job].name} cannot be done: "
        + ("; ".join(task.impossible) or "where it is frozen it has no mode")
        + "."
        for task in compiled.tasks
        if not task.modes
    )


def explain_compiled(problem: Problem, watch: Watch, seconds: float) -> tuple[str, ...]:
    """The same for a problem that is known to be sound."""
    wishes = wishes_of(problem)
    search = _Search(problem, wishes, watch, time.monotonic() + seconds)
    if not search.clash(wishes):
        return ()
    if search.clash([]):
        return ("Even without deadlines, calendars, frozen operations and capacities there is no schedule.",)
    return tuple(wish.says for wish in search.smallest([], wishes, is_new=False))


def wishes_of(problem: Problem) -> list[Wish]:
    """All that could be given up; what a planner would give up last comes first."""
    made = [*_calendars(problem), *_capacities(problem)]
    for job in problem.jobs:
        made += _job_wishes(job)
    made += [_prompt(link) for link in problem.links if link.most_lag is not None]
    last = problem.last
    for placed in last.placed:
        if placed.operation in last.frozen:
            where = f" on {placed.machine}" if placed.machine else ""
            says = f"{placed.operation} is frozen{where} from {placed.start} to {placed.end}."
            made.append(Wish(says, partial(_thawed, name=placed.operation)))
    if last.most_moved is not None:
        says = f"At most {last.most_moved} operations move away from the last plan."
        made.append(Wish(says, lambda p: replace(p, last=replace(p.last, most_moved=None))))
    return made


def _prompt(link: Link) -> Wish:
    def without(problem: Problem) -> Problem:
        links = (replace(each, most_lag=None) if each == link else each for each in problem.links)
        return replace(problem, links=tuple(links))

    return Wish(f"{link.after} follows {link.before} within {link.most_lag}.", without)


def _calendars(problem: Problem) -> list[Wish]:
    made = []
    for kind in ("machines", "operators", "tools"):
        for resource in getattr(problem, kind):
            if resource.calendar is not None:
                says = f"{resource.name} works only in its open times."
                made.append(Wish(says, _changed(kind, resource.name, calendar=None)))
    return made


def _capacities(problem: Problem) -> list[Wish]:
    made = []
    for machine in problem.machines:
        if machine.units is not None:
            amount = "one operation" if machine.units == 1 else f"{machine.units} operations"
            says = f"{machine.name} does {amount} at a time" + (", with set-ups." if machine.setups else ".")
            made.append(Wish(says, _changed("machines", machine.name, units=None, setups={})))
        if machine.free_from:
            says = f"{machine.name} is free from {machine.free_from} on."
            made.append(Wish(says, _changed("machines", machine.name, free_from=0)))
    for tool in problem.tools:
        if tool.units is not None:
            says = f"Of {tool.name} there {'is' if tool.units == 1 else 'are'} {tool.units}."
            made.append(Wish(says, _changed("tools", tool.name, units=None)))
    skills = {s for job in problem.jobs for o in job.operations for mode in o.modes for s in mode.skills}
    for skill in sorted(skills):
        able = [operator.name for operator in problem.operators if skill in operator.skills]
        says = f"Only {', '.join(able)} can do {skill}." if able else f"Nobody can do {skill}."
        made.append(Wish(says, partial(_without_skill, skill=skill)))
    return made


def _job_wishes(job: Job) -> list[Wish]:
    made = []
    if job.release:
        says = f"Job {job.name} is released at {job.release}."
        made.append(Wish(says, lambda p: _with_job(p, job.name, release=0)))
    for operation in job.operations:
        if operation.ready:
            says = f"The material of {operation.name} is ready at {operation.ready}."
            made.append(Wish(says, partial(_ready_at_once, job=job.name, name=operation.name)))
    if job.deadline is not None:
        says = f"Job {job.name} must be finished by {job.deadline}."
        made.append(Wish(says, lambda p: _with_job(p, job.name, deadline=None)))
    return made


def _changed(kind: str, name: str, **changes: Any) -> Callable[[Problem], Problem]:
    def without(problem: Problem) -> Problem:
        kept = tuple(replace(r, **changes) if r.name == name else r for r in getattr(problem, kind))
        fields: dict[str, Any] = {kind: kept}
        return replace(problem, **fields)

    return without


def _with_job(problem: Problem, name: str, **changes: Any) -> Problem:
    jobs = (replace(job, **changes) if job.name == name else job for job in problem.jobs)
    return replace(problem, jobs=tuple(jobs))


def _ready_at_once(problem: Problem, job: str, name: str) -> Problem:
    own = next(each for each in problem.jobs if each.name == job)
    operations = (replace(o, ready=0) if o.name == name else o for o in own.operations)
    return _with_job(problem, job, operations=tuple(operations))


def _without_skill(problem: Problem, skill: str) -> Problem:
    def mode(each: Mode) -> Mode:
        return replace(each, skills={s: n for s, n in each.skills.items() if s != skill})

    def operation(each: Operation) -> Operation:
        return replace(each, modes=tuple(map(mode, each.modes)))

    jobs = (replace(job, operations=tuple(map(operation, job.operations))) for job in problem.jobs)
    return replace(problem, jobs=tuple(jobs))


def _thawed(problem: Problem, name: str) -> Problem:
    return replace(problem, last=replace(problem.last, frozen=problem.last.frozen - {name}))


class _Search:
    """QuickXplain over wishes; each check asks whether keeping these wishes is impossible."""

    def __init__(self, problem: Problem, wishes: Sequence[Wish], watch: Watch, until: float) -> None:
        self.problem, self.wishes, self.watch, self.until = problem, wishes, watch, until

    def smallest(self, kept: list[Wish], open_: list[Wish], *, is_new: bool) -> list[Wish]:
        """A smallest part of `open_` that clashes together with `kept`."""
        if is_new and self.clash(kept):
            return []
        if len(open_) == 1:
            return open_
        half = len(open_) // 2
        first, second = open_[:half], open_[half:]
        found = self.smallest([*kept, *first], second, is_new=bool(first))
        return self.smallest([*kept, *found], first, is_new=bool(found)) + found

    def clash(self, kept: Sequence[Wish]) -> bool:
        """Whether it is proven that no schedule keeps these wishes, all others given up."""
        left = self.until - time.monotonic()
        if left <= 0 or self.watch.is_stopped():
            return False
        self.watch.tell(0.99, "looking for what clashes")
        keeps = {id(wish) for wish in kept}
        problem = self.problem
        for wish in self.wishes:
            if id(wish) not in keeps:
                problem = wish.without(problem)
        compiled = compile_problem(problem)
        if impossible(compiled):
            return True
        for name in ("EDD", "MWKR"):
            made = dispatch(compiled, rules(compiled)[name])
            if not made.stuck and not make_schedule(compiled, made.spans, made.modes, name).broken:
                return False
        model = Model(compiled, compiled.horizon).model
        effort = Effort(min(left, max(left / 4, 1.0)))
        return run(model, effort, is_stopped=self.watch.is_stopped).status == "infeasible"
