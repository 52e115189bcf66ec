"""An answer at once by dispatching rules, then better ones from CP-SAT until time is up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from loomline.engines.scheduling.calendar import Span
from loomline.engines.scheduling.compiled import Compiled, compile_problem
from loomline.engines.scheduling.conflicts import explain_compiled, impossible
from loomline.engines.scheduling.dispatching import WORK_AT_ONCE, dispatch, rules
from loomline.engines.scheduling.model import Model, latest
from loomline.engines.scheduling.problem import USUAL, Goals, Problem, Schedule
from loomline.engines.scheduling.schedules import make_schedule
from loomline.engines.scheduling.solver_run import Effort, run
from loomline.engines.scheduling.validation import validate
from loomline.engines.watch import Watch

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
    them where there is little to do, fewer where there is much. Raises BadInput.
    """
    validate(problem)
    compiled = compile_problem(problem)
    reasons = impossible(compiled)
    if reasons:
        return Answer(None, reasons=reasons)
    draft, stuck = _first(compiled, goals)
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


def _first(compiled: Compiled, goals: Goals) -> tuple[Draft | None, str]:
    """The best of the rules, or what they got stuck at."""
    chosen = list(rules(compiled).items())
    at_once = max(2, WORK_AT_ONCE // max(len(compiled.tasks), 1))
    best: Draft | None = None
    stuck = ""
    for name, key in chosen[:at_once]:
        made = dispatch(compiled, key)
        if made.stuck:
            stuck = f"The rules found no schedule: {made.stuck}."
            continue
        schedule = make_schedule(compiled, made.spans, made.modes, name)
        if best is None or schedule.score(goals) < best.schedule.score(goals):
            best = Draft(schedule, made.spans, made.modes)
    return best, stuck


class _Improving:
    """One run of `plan`."""

    def __init__(self, compiled: Compiled, goals: Goals, effort: Effort, watch: Watch, found: Found) -> None:
        self.compiled, self.goals, self.effort = compiled, goals, effort
        self.watch, self.found = watch, found
        self.began = time.monotonic()
        self.draft: Draft | None = None
        self.bounds: list[float] = []

    def run(self) -> Answer:
        draft, stuck = _first(self.compiled, self.goals)
        self._offer(draft)
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

    def _draft(self, spans: list[Span], modes: list[int]) -> Draft:
        return Draft(make_schedule(self.compiled, spans, modes, "CP-SAT"), tuple(spans), tuple(modes))

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
        self.bounds.append(outcome.bound)
        return self._judged(outcome.status, best)

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
