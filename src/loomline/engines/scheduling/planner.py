"""An answer at once by dispatching rules, then better ones from CP-SAT until time is up."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from loomline.engines.scheduling.calendar import Span
from loomline.engines.scheduling.compiled import Compiled, Pool, compile_problem
from loomline.engines.scheduling.conflicts import explain_compiled, impossible
from loomline.engines.scheduling.dispatching import at_once, dispatch, makespan_bound, rules
from loomline.engines.scheduling.floor import Key
from loomline.engines.scheduling.model import Model, latest
from loomline.engines.scheduling.problem import USUAL, Goals, Measure, Problem, Schedule
from loomline.engines.scheduling.schedules import make_schedule
from loomline.engines.scheduling.shop import Shop, ShopSchedule, from_routes
from loomline.engines.scheduling.shop_solver import solve_shop
from loomline.engines.scheduling.solver_run import Effort, run
from loomline.engines.scheduling.validation import validate
from loomline.engines.watch import Watch

# A model with more arcs of set-ups takes longer to build than a person waits for "stop".
MOST_ARCS = 60_000
Found = Callable[[Schedule], None]


@dataclass(frozen=True)
class Answer:
    """The best schedule, or None with the reasons.

    `bounds` has one figure per goal that was worked on: no schedule that is as good in the goals before is
    below it. `is_optimal` when all goals are proven. `reasons` say in words which wishes clash, when no
    schedule keeps all of them; the schedule then breaks some.
    """

    schedule: Schedule | None
    bounds: tuple[float, ...] = ()
    is_optimal: bool = False
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A schedule with the spans and modes that it was made from."""

    schedule: Schedule
    spans: tuple[Span, ...]
    modes: tuple[int, ...]


def first_plan(problem: Problem, goals: Goals = USUAL) -> Answer:
    """The best schedule of the dispatching rules, in a fraction of a second.

    Rules: earliest due date, apparent tardiness cost (Vepsalainen and Morton, 1987), most work remaining,
    least slack, weighted shortest time, shortest time, first in; with a last plan also its order. All of
    them where there is little to do, fewer where there is much; `plan` tries the others. Raises BadInput.
    """
    validate(problem)
    compiled = compile_problem(problem)
    reasons = impossible(compiled)
    if reasons:
        return Answer(None, reasons=reasons)
    draft, stuck = _first(compiled, goals, at_once(compiled, goals))
    if draft is None:
        draft, stuck = _first(compiled, goals, list(rules(compiled).items()))
    return Answer(None, reasons=(stuck,)) if draft is None else Answer(draft.schedule)


def plan(
    problem: Problem,
    goals: Goals = USUAL,
    *,
    effort: Effort | None = None,
    watch: Watch | None = None,
    found: Found = lambda _: None,
) -> Answer:
    """The first plan, improved by CP-SAT; each better schedule goes to `found` as soon as it is there.

    The goals are minimised one after the other, what is reached being kept. Where no schedule keeps every
    deadline, lag and frozen operation, the reasons are looked for. Stops within a second when the watch
    is stopped, with the best so far. Raises BadInput.
    """
    validate(problem)
    compiled = compile_problem(problem)
    reasons = impossible(compiled)
    if reasons:
        return Answer(None, reasons=reasons)
    return _Improving(compiled, goals, effort or Effort(10.0), watch or Watch(), found).run()


def follow_last(problem: Problem) -> Answer:
    """The order of the last plan and nothing else: what cannot stay where it was is pushed to the right.

    For an answer to one move: give each other operation its old start as `ready`, and none comes earlier.
    """
    validate(problem)
    compiled = compile_problem(problem)
    reasons = impossible(compiled)
    if reasons:
        return Answer(None, reasons=reasons)
    known = rules(compiled)
    draft, stuck = _first(compiled, USUAL, [(name, known[name]) for name in ("last plan",) if name in known])
    return Answer(None, reasons=(stuck,)) if draft is None else Answer(draft.schedule)


def _first(compiled: Compiled, goals: Goals, chosen: list[tuple[str, Key]]) -> tuple[Draft | None, str]:
    """The best of the rules, or what they got stuck at."""
    best: Draft | None = None
    stuck = ""
    for name, key in chosen:
        made = dispatch(compiled, key)
        if made.stuck:
            stuck = f"The rules found no schedule: {made.stuck}."
            continue
        schedule = make_schedule(compiled, made.spans, made.modes, name)
        if best is None or schedule.score(goals) < best.schedule.score(goals):
            best = Draft(schedule, made.spans, made.modes)
    return best, stuck


def _arcs(compiled: Compiled) -> int:
    """How many pairs of operations could follow each other on machines with set-ups."""
    total = 0
    for p, pool in enumerate(compiled.pools):
        if pool.machine is not None and pool.machine.setups:
            total += sum(any(p in mode.pools for mode in task.modes) for task in compiled.tasks) ** 2
    return total


def as_shop(compiled: Compiled, goals: Goals) -> Shop | None:
    """The problem as a shop when it is no more than that, and the makespan the only goal."""
    problem = compiled.problem
    plain_jobs = all(
        job.in_sequence and not job.release and job.deadline is None and job.operations
        for job in problem.jobs
    )
    machines = {p for p, pool in enumerate(compiled.pools) if pool.machine is not None and _is_plain(pool)}
    plain_tasks = all(
        not task.earliest and mode.machine in machines and len(mode.needs) == 1
        for task in compiled.tasks
        for mode in task.modes
    )
    only_makespan = len(goals) == 1 and set(goals[0]) == {"makespan"}
    if problem.links or problem.last.placed or not (plain_jobs and plain_tasks and only_makespan):
        return None
    routes: list[list[list[tuple[int, int]]]] = [[] for _ in problem.jobs]
    for task in compiled.tasks:
        routes[task.job].append([(mode.machine, mode.duration) for mode in task.modes])
    return from_routes("plan", routes)


def _is_plain(pool: Pool) -> bool:
    machine = pool.machine
    return (
        machine is not None
        and pool.units == 1
        and pool.windows.is_endless
        and not machine.setups
        and not machine.free_from
    )


class _Improving:
    """One run of `plan`."""

    def __init__(self, compiled: Compiled, goals: Goals, effort: Effort, watch: Watch, found: Found) -> None:
        self.compiled, self.goals, self.effort = compiled, goals, effort
        self.watch, self.found = watch, found
        self.began = time.monotonic()
        self.draft: Draft | None = None
        self.bounds: list[float] = []

    def run(self) -> Answer:
        quick = at_once(self.compiled, self.goals)
        draft, stuck = _first(self.compiled, self.goals, quick)
        self._offer(draft)
        tried = {name for name, _ in quick}
        for name, key in rules(self.compiled).items():
            if name not in tried and not self.watch.is_stopped():
                self._offer(_first(self.compiled, self.goals, [(name, key)])[0])
        shop = as_shop(self.compiled, self.goals) if self.effort.work is None else None
        if shop is not None:
            return self._searched(shop)
        if self.draft is not None and _arcs(self.compiled) > MOST_ARCS:
            return self._answer()
        return self._solved(stuck)

    def _searched(self, shop: Shop) -> Answer:
        """A mere shop is left to the tabu search, which is better at it."""

        def found(made: ShopSchedule) -> None:
            ways = (shop.ways[i][w] for i, w in enumerate(made.way))
            spans = [(start, start + time_) for start, (_, time_) in zip(made.start, ways, strict=True)]
            self._offer(self._draft(spans, list(made.way), "search"))

        answer = solve_shop(
            shop,
            seconds=self._left(),
            seed=self.effort.seed,
            workers=min(self.effort.workers, 2),
            watch=self.watch,
            found=found,
        )
        return self._answer(bounds=(float(answer.lower_bound),), is_optimal=answer.is_optimal)

    def _solved(self, stuck: str) -> Answer:
        proven = 0
        for at in range(len(self.goals)):
            if self._left() <= 0 or self.watch.is_stopped():
                break
            status = self._minimise(at)
            if status == "infeasible":
                why = explain_compiled(self.compiled.problem, self.watch, max(self._left(), 2.0))
                return self._answer(reasons=why)
            proven += status == "optimal"
            if self.draft is None:
                break
        return self._answer(
            bounds=tuple(self.bounds),
            is_optimal=proven == len(self.goals),
            reasons=() if self.draft is not None else (stuck,),
        )

    def _left(self) -> float:
        return self.effort.seconds - (time.monotonic() - self.began)

    def _draft(self, spans: list[Span], modes: list[int], source: str = "CP-SAT") -> Draft:
        return Draft(make_schedule(self.compiled, spans, modes, source), tuple(spans), tuple(modes))

    def _offer(self, draft: Draft | None) -> None:
        if draft is None:
            return
        known = self.draft
        if known is None or draft.schedule.score(self.goals) < known.schedule.score(self.goals):
            self.draft = draft
            self.found(draft.schedule)

    def _answer(self, **more: Any) -> Answer:
        return Answer(self.draft.schedule if self.draft is not None else None, **more)

    def _minimise(self, at: int) -> str:
        """Work on one goal; the goals before stay as good as they are."""
        draft = self.draft
        best = draft.schedule if draft is not None else None
        horizon = self.compiled.horizon if best is None else latest(self.compiled, best.scores["makespan"])
        model = Model(self.compiled, horizon)
        expressions = [
            sum(weight * model.expression(measure) for measure, weight in goal.items())
            for goal in self.goals[: at + 1]
        ]
        reached = best.score(self.goals)[1:] if best is not None else ()
        if draft is not None and best is not None and not best.broken:
            for expression, value in zip(expressions[:-1], reached, strict=False):
                model.model.add(expression <= value)
            model.hint(draft.spans, draft.modes)
        model.model.minimize(expressions[-1])
        goals_left = len(self.goals) - at
        share = 0.6 if goals_left > 1 else 1.0
        effort = Effort(self._left() * share, self.effort.workers, self.effort.seed, self.effort.work)
        outcome = run(
            model.model,
            effort,
            is_stopped=self._is_stopped,
            found=lambda value: self._offer(self._draft(*model.spans(value))),
        )
        if outcome.status in ("optimal", "feasible"):
            self._offer(self._draft(*model.spans(outcome.value)))
        self.bounds.append(max(outcome.bound, self._least(self.goals[at])))
        return self._judged(outcome.status, best)

    def _least(self, goal: Mapping[Measure, int]) -> float:
        """A bound of the goal that needs no solver."""
        frozen = any(task.fixed is not None for task in self.compiled.tasks)
        if frozen or any(weight < 0 for weight in goal.values()):
            return float("-inf")
        return float(goal.get("makespan", 0) * makespan_bound(self.compiled))

    def _judged(self, status: str, known: Schedule | None) -> str:
        """Infeasible with a sound schedule in hand cannot be: the horizon or the clock was too short."""
        if status == "infeasible" and known is not None and not known.broken:
            return "unknown"
        return status

    def _is_stopped(self) -> bool:
        share = (time.monotonic() - self.began) / max(self.effort.seconds, 1e-9)
        best = self.draft.schedule if self.draft is not None else None
        says = "" if best is None else ", ".join(f"{m} {best.scores[m]}" for goal in self.goals for m in goal)
        self.watch.tell(min(max(share, 0.0), 1.0), says)
        return self.watch.is_stopped()
