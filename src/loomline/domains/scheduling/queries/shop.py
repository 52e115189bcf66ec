"""The facts as the engine takes them, and its answer as places of operations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from loomline.domains.manufacturing.models import StageState
from loomline.domains.scheduling.queries.facts import Facts, Step
from loomline.domains.scheduling.queries.hours import Lane
from loomline.engines.scheduling.problem import (
    Goals,
    Job,
    LastPlan,
    Link,
    Machine,
    Mode,
    Operation,
    Placed,
    Problem,
    Schedule,
)

GOALS: Goals = ({"tardiness": 1}, {"setup": 1}, {"makespan": 1})


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an operation is: on which lane, from when to when, set-up apart."""

    lane: Lane
    start: int
    end: int


@dataclass
class Plan:
    """What holds before anything else is placed: operations that stay, and how far others are held."""

    fixed: dict[int, Spot] = field(default_factory=dict)
    # Pins that cannot be kept to the minute: not before it, and on the same machine.
    soft: dict[int, Spot] = field(default_factory=dict)


def settle(facts: Facts, *, moved: Mapping[int, Spot] | None = None, firm_pins: bool = True) -> Plan:
    """Work that runs, what starts within the limit, and pins, as far as all of it still can be."""
    plan = Plan()
    taken: dict[Lane, list[tuple[int, int]]] = defaultdict(list)
    _settle_running(facts, plan, taken)
    for pk, spot in (moved or {}).items():
        plan.fixed[pk] = spot
        taken[spot.lane].append((spot.start, spot.end))
    kept = [step for step in facts.steps.values() if step.kept is not None and step.pk not in plan.fixed]
    for step in sorted(kept, key=lambda s: (spot_of(facts, s).start, s.stage.position, s.pk)):
        spot = spot_of(facts, step)
        is_near, is_pinned = spot.start < facts.limit(step), _is_pinned(step)
        if not (is_near or is_pinned) or not _still_fits(facts, step, spot, taken[spot.lane]):
            continue
        waits = [one for one in before(facts, step) if not _ends_in_time(one, step, spot, plan)]
        if not waits:
            plan.fixed[step.pk] = spot
            taken[spot.lane].append((spot.start, spot.end))
        elif is_pinned and all(one.pk not in plan.fixed for one in waits):
            if firm_pins and not is_near:
                plan.fixed[step.pk] = spot
                taken[spot.lane].append((spot.start, spot.end))
            else:
                plan.soft[step.pk] = spot
    return plan


def _is_pinned(step: Step) -> bool:
    return step.kept is not None and step.kept.pinned_by_id is not None


def spot_of(facts: Facts, step: Step) -> Spot:
    """Where an operation is kept."""
    assert step.kept is not None
    lanes = step.lanes
    lane = next((one for one in lanes if one.machine == step.kept.machine), lanes[0])
    return Spot(lane, facts.minute(step.kept.starts_at), facts.minute(step.kept.ends_at))


def _settle_running(facts: Facts, plan: Plan, taken: dict[Lane, list[tuple[int, int]]]) -> None:
    """What runs goes on where it is; more of it than machines stands behind the other."""
    running = [step for step in facts.steps.values() if step.runs]
    for step in sorted(running, key=lambda s: (s.stage.started_at or facts.origin, s.pk)):
        if step.until is not None:
            plan.fixed[step.pk] = Spot(step.lanes[0], 0, step.until)
            continue
        kept = spot_of(facts, step).lane if step.kept is not None else None
        free, _other, _machine, lane = min(
            ((_free(taken[lane]), lane != kept, lane.machine, lane) for lane in step.lanes),
            key=lambda found: found[:3],
        )
        span = facts.hours[lane].fit(free, step.minutes)
        if span is not None:
            plan.fixed[step.pk] = Spot(lane, *span)
            if lane.centre_id is not None:
                taken[lane].append(span)


def _free(taken: Iterable[tuple[int, int]]) -> int:
    """The minute from which nothing is on a machine any more."""
    return max((end for _start, end in taken), default=0)


def _still_fits(facts: Facts, step: Step, spot: Spot, taken: Iterable[tuple[int, int]]) -> bool:
    """True where the hours, the material and the machine allow it as it stands."""
    if step.kept is None or (step.kept.centre_id or None) != spot.lane.centre_id:
        return False
    if spot.lane.machine != step.kept.machine or spot.start < max(step.ready, 0):
        return False
    if facts.hours[spot.lane].fit(spot.start, step.minutes) != (spot.start, spot.end):
        return False
    is_free = all(end <= spot.start or start >= spot.end for start, end in taken)
    return is_free or spot.lane.centre_id is None


def before(facts: Facts, step: Step) -> list[Step]:
    """The stages that one follows: the one before, and where that runs already, those before it."""
    found = []
    earlier = [one for one in facts.works[step.stage.work_id] if one.stage.position < step.stage.position]
    for one in reversed(earlier):
        found.append(one)
        if not one.runs:
            break
    return found


def overlaps(step: Step) -> bool:
    """True where somebody let it begin while the stage before it still runs."""
    return step.stage.state == StageState.READY


def _ends_in_time(one: Step, step: Step, spot: Spot, plan: Plan) -> bool:
    fixed = plan.fixed.get(one.pk)
    if fixed is None:
        return False
    return fixed.end <= spot.end if overlaps(step) else fixed.end + step.lag <= spot.start


def problem_of(facts: Facts, plan: Plan, *, hold: bool = False) -> Problem:
    """The problem with what is kept as its last plan; held, nothing moves forward or to another machine."""
    families: dict[int, dict[str, int]] = defaultdict(dict)
    for step in facts.steps.values():
        if step.centre is not None:
            families[step.centre.pk][step.family] = step.setup_standard
    placed = [
        Placed(_name(pk), spot.start, spot.end, spot.lane.key) for pk, spot in _known(facts, plan).items()
    ]
    return Problem(
        jobs=tuple(_job(facts, plan, work, steps, hold) for work, steps in facts.works.items()),
        machines=tuple(_machine(facts, lane, families) for lane in facts.hours),
        links=tuple(_links(facts)),
        last=LastPlan(placed=tuple(placed), frozen=frozenset(_name(pk) for pk in plan.fixed)),
    )


def _known(facts: Facts, plan: Plan) -> dict[int, Spot]:
    kept = {pk: spot_of(facts, step) for pk, step in facts.steps.items() if step.kept is not None}
    return {**kept, **plan.fixed}


def _job(facts: Facts, plan: Plan, work: int, steps: list[Step], hold: bool) -> Job:
    due = facts.dues.get(work)
    return Job(
        f"w{work}",
        tuple(_operation(facts, plan, step, hold) for step in steps),
        due=due,
        weight=weight_of(steps[0]),
        in_sequence=False,
    )


def weight_of(step: Step) -> int:
    """What a minute late costs: 1 at priority 100, 6 at the usual 50, 11 at 0."""
    return 1 + (100 - min(step.stage.work.priority, 100)) // 10


def _operation(facts: Facts, plan: Plan, step: Step, hold: bool) -> Operation:
    lanes, ready = step.lanes, max(step.ready, 0)
    fixed, soft = plan.fixed.get(step.pk), plan.soft.get(step.pk)
    if fixed is not None:
        lanes = [fixed.lane]
    elif soft is not None:
        lanes, ready = [soft.lane], max(ready, soft.start)
    elif hold and step.kept is not None:
        spot = spot_of(facts, step)
        lanes, ready = [spot.lane], max(ready, spot.start)
    modes = tuple(Mode(lane.key, step.minutes) for lane in lanes)
    return Operation(_name(step.pk), modes, family=step.family, ready=ready, may_pause=True)


def _machine(facts: Facts, lane: Lane, families: Mapping[int, Mapping[str, int]]) -> Machine:
    calendar = facts.hours[lane].calendar
    if lane.centre_id is None:
        return Machine(lane.key, calendar, units=None)
    known = families[lane.centre_id]
    setups = {(a, b): known[b] for a in ("", *known) for b in known if a != b and known[b]}
    return Machine(lane.key, calendar, setups=setups)


def _links(facts: Facts) -> Iterable[Link]:
    for steps in facts.works.values():
        for step in steps:
            if step.runs:
                continue
            for one in before(facts, step):
                if overlaps(step):
                    yield Link(_name(one.pk), _name(step.pk), kind="end-end")
                else:
                    yield Link(_name(one.pk), _name(step.pk), lag=step.lag)


def _name(pk: int) -> str:
    return f"o{pk}"


def spots_of(facts: Facts, schedule: Schedule) -> dict[int, Spot]:
    """The places that a schedule of the engine means."""
    lanes = {lane.key: lane for lane in facts.hours}
    return {
        int(one.operation[1:]): Spot(lanes[one.machine or ""], one.start, one.end) for one in schedule.placed
    }
