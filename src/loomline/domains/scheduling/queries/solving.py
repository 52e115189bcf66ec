"""Asking the engine: a schedule at once, room for a move, and anything better than what is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from loomline.domains.scheduling.queries.facts import Facts, Step
from loomline.domains.scheduling.queries.figures import Figures, figures, setups
from loomline.domains.scheduling.queries.shop import (
    GOALS,
    Plan,
    Spot,
    before,
    overlaps,
    problem_of,
    settle,
    spot_of,
    spots_of,
)
from loomline.engines.scheduling import planner
from loomline.engines.scheduling.problem import Problem, Schedule
from loomline.engines.scheduling.solver_run import Effort
from loomline.engines.watch import Watch


@dataclass(frozen=True)
class Placed:
    """Places for everything, with what they stand on; without places, why there are none."""

    facts: Facts
    plan: Plan
    spots: Mapping[int, Spot]
    before: Figures | None
    reasons: tuple[str, ...] = ()

    @property
    def after(self) -> Figures:
        """What these places are worth."""
        return figures(self.facts, self.spots)


def kept_spots(facts: Facts) -> dict[int, Spot]:
    """Where everything that was placed and is still open stands."""
    return {pk: spot_of(facts, step) for pk, step in facts.steps.items() if step.kept is not None}


def place_at_once(facts: Facts) -> Placed:
    """A feasible schedule by dispatching rules, in a fraction of a second."""
    kept = kept_spots(facts)
    known = figures(facts, kept) if kept else None
    if not facts.steps:
        return Placed(facts, Plan(), {}, known)
    found = Placed(facts, Plan(), {}, known)
    # Pins behind work that still moves are kept where there is a way; otherwise they are as near as can be.
    for firm in (True, False):
        plan = settle(facts, firm_pins=firm)
        answer = planner.first_plan(problem_of(facts, plan), GOALS)
        if answer.schedule is not None:
            return Placed(facts, plan, spots_of(facts, answer.schedule), known)
        found = Placed(facts, plan, {}, known, answer.reasons)
    return found


def make_room(facts: Facts, *, moved: Mapping[int, Spot]) -> Placed:
    """Everything where it is, except for what these operations push to the right."""
    known = figures(facts, kept_spots(facts))
    found = Placed(facts, Plan(), {}, known)
    for firm in (True, False):
        plan = settle(facts, moved=moved, firm_pins=firm)
        answer = planner.follow_last(problem_of(facts, plan, hold=True))
        if answer.schedule is not None:
            return Placed(facts, plan, spots_of(facts, answer.schedule), known)
        found = Placed(facts, plan, {}, known, answer.reasons)
    return found


def improve(
    facts: Facts, *, effort: Effort, watch: Watch, found: Callable[[Figures], None] = lambda _: None
) -> Placed | None:
    """Something better than what is kept, as good as it gets in the time; None where there is nothing."""
    if not facts.steps:
        return None
    kept = kept_spots(facts)
    known = figures(facts, kept)
    best: list[Mapping[int, Spot]] = []

    def offered(schedule: Schedule) -> None:
        spots = spots_of(facts, schedule)
        worth = figures(facts, spots)
        if worth.score < (figures(facts, best[-1]).score if best else known.score):
            best.append(spots)
            found(worth)

    plan = settle(facts)
    answer = planner.plan(problem_of(facts, plan), GOALS, effort=effort, watch=watch, found=offered)
    if answer.schedule is not None:
        offered(answer.schedule)
    return Placed(facts, plan, best[-1], known) if best else None


def is_sound(facts: Facts, spots: Mapping[int, Spot]) -> bool:
    """True where all of it can be done like this: nothing is missing, too early, closed or in the way."""
    if set(spots) != set(facts.steps):
        return False
    fixed = settle(facts).fixed
    if any(spots[pk] != spot for pk, spot in fixed.items()):
        return False
    free = (facts.steps[pk] for pk in spots if pk not in fixed)
    return all(_fits(facts, step, spots) for step in free) and _is_apart(facts, spots, fixed)


def _fits(facts: Facts, step: Step, spots: Mapping[int, Spot]) -> bool:
    spot = spots[step.pk]
    if spot.start < max(step.ready, 0) or spot.lane not in step.lanes:
        return False
    if facts.hours[spot.lane].fit(spot.start, step.minutes) != (spot.start, spot.end):
        return False
    return all(
        spots[one.pk].end <= spot.end if overlaps(step) else spots[one.pk].end + step.lag <= spot.start
        for one in before(facts, step)
    )


def _is_apart(facts: Facts, spots: Mapping[int, Spot], fixed: Mapping[int, Spot]) -> bool:
    for pk, (minutes, last) in setups(facts, spots).items():
        spot, hours = spots[pk], facts.hours[spots[pk].lane]
        free = spots[last].end if last is not None else 0
        is_ready = pk in fixed or hours.worked(spot.start) - hours.worked(free) >= minutes
        if free > spot.start or not is_ready:
            return False
    return True


def problem_kept(facts: Facts) -> tuple[Problem, Schedule]:
    """What is kept as the engine sees it, for whoever wants to check it independently."""
    kept = kept_spots(facts)
    plan = settle(facts)
    problem = problem_of(facts, plan)
    return problem, Schedule(problem.last.placed, {}, "kept" if kept else "nothing")
