"""Judge a plan by its events alone: clocks, windows, loads, breaks; nothing of the engine's arithmetic."""

from __future__ import annotations

import math
from itertools import pairwise, takewhile

from loomline.engines.routing.plan import Plan, Tour
from loomline.engines.routing.problem import Call, DrivingRules, Problem, Shipment, Stop
from loomline.engines.routing.timetable import Event

EPSILON = 1e-3


def judge(problem: Problem, plan: Plan) -> list[str]:
    """Everything that is wrong with the plan."""
    faults: list[str] = []
    served: list[tuple[str, str]] = []
    for tour in plan.tours:
        _judge_clock(problem, tour, faults)
        _judge_load(problem, tour, faults)
        _judge_driver(problem, tour, faults)
        _judge_eligible(problem, tour, faults)
        served += [
            (event.kind, event.name) for event in tour.events if event.kind in ("stop", "pick-up", "drop")
        ]
    faults += [f"{visit} twice" for visit in set(served) if served.count(visit) > 1]
    names = {name for _, name in served} | {name for tour in plan.tours for name in tour.done}
    left = {one.name for one in plan.unserved}
    every = {wish.name for wish in (*problem.stops, *problem.shipments)}
    if names & left or names | left != every:
        faults.append(f"neither served nor unserved, or both: {every - names - left} {names & left}")
    return faults


def _call(problem: Problem, event: Event) -> Call:
    if event.kind == "stop":
        return next(stop.call for stop in problem.stops if stop.name == event.name)
    one = next(one for one in problem.shipments if one.name == event.name)
    return one.pick_up if event.kind == "pick-up" else one.drop


def _judge_clock(problem: Problem, tour: Tour, faults: list[str]) -> None:
    vehicle = tour.vehicle
    metres = 0.0
    before = tour.events[0]
    pauses = 0.0
    for event in tour.events[1:]:
        if event.kind == "break":
            pauses += event.ends - event.begins
            continue
        way = (vehicle.profile, before.place, event.place)
        metres += float(problem.travel.metres[way])
        if event.begins - before.ends < float(problem.travel.seconds[way]) + pauses - EPSILON:
            faults.append(f"{vehicle.name} is too fast to {event.name}")
        if event.kind in ("stop", "pick-up", "drop"):
            call = _call(problem, event)
            windows = call.windows or ((-math.inf, math.inf),)
            if not any(early - EPSILON <= event.begins <= late + EPSILON for early, late in windows):
                faults.append(f"{event.name} is served outside its windows")
            if event.ends - event.begins < call.service - EPSILON:
                faults.append(f"{event.name} is served too briefly")
        before, pauses = event, 0.0
    start, end = tour.events[0].begins, tour.events[-1].ends
    began = vehicle.under_way.started_at if vehicle.under_way else start
    done = vehicle.under_way.distance if vehicle.under_way else 0.0
    if start < vehicle.shift[0] - EPSILON or end > vehicle.shift[1] + EPSILON:
        faults.append(f"{vehicle.name} leaves its shift")
    if end - began > vehicle.max_duration + EPSILON or metres + done > vehicle.max_distance + EPSILON:
        faults.append(f"{vehicle.name} goes too long or too far")
    if abs(metres - tour.timetable.metres) > EPSILON:
        faults.append(f"{vehicle.name} miscounts its metres")


def _judge_load(problem: Problem, tour: Tour, faults: list[str]) -> None:
    events = [event for event in tour.events if event.kind != "break"]
    for dimension, room in enumerate(tour.vehicle.capacity):
        load = 0.0
        for i, event in enumerate(events):
            if event.kind in ("start", "reload"):
                trip = takewhile(lambda later: later.kind not in ("reload", "end"), events[i + 1 :])
                load = sum(_delivered(problem, later, dimension) for later in trip)
                if event.kind == "start" and tour.vehicle.under_way:
                    load += _part(tour.vehicle.under_way.aboard, dimension)
            load += _taken(problem, event, dimension) - _delivered(problem, event, dimension)
            if load > room + EPSILON:
                faults.append(f"{tour.vehicle.name} carries {load} of {room} after {event.name}")


def _part(load: tuple[float, ...], dimension: int) -> float:
    return load[dimension] if len(load) > dimension else 0.0


def _delivered(problem: Problem, event: Event, dimension: int) -> float:
    return sum(
        _part(s.deliver, dimension) for s in problem.stops if (event.kind, event.name) == ("stop", s.name)
    )


def _taken(problem: Problem, event: Event, dimension: int) -> float:
    """Onto the vehicle on its way; the drop of a shipment counts below zero."""
    made = sum(
        _part(s.pick_up, dimension) for s in problem.stops if (event.kind, event.name) == ("stop", s.name)
    )
    sign = {"pick-up": 1, "drop": -1}.get(event.kind, 0)
    return made + sign * sum(
        _part(one.amount, dimension) for one in problem.shipments if one.name == event.name
    )


def _judge_driver(problem: Problem, tour: Tour, faults: list[str]) -> None:
    vehicle = tour.vehicle
    start, end = tour.events[0].begins, tour.events[-1].ends
    breaks = [(event.begins, event.ends) for event in tour.events if event.kind == "break"]
    for due in vehicle.breaks:
        kept = any(
            due.earliest - EPSILON <= begins <= due.latest + EPSILON
            and ends - begins >= due.duration - EPSILON
            for begins, ends in breaks
        )
        if start <= due.latest < end - EPSILON and not kept:
            faults.append(f"{vehicle.name} misses a break")
    if vehicle.rules is not None:
        _judge_wheel(problem, tour, vehicle.rules, breaks, faults)


def _judge_wheel(
    problem: Problem, tour: Tour, rules: DrivingRules, breaks: list[tuple[float, float]], faults: list[str]
) -> None:
    under = tour.vehicle.under_way
    since, driven, half = (under.since_break, under.driven, False) if under else (0.0, 0.0, False)
    for before, after in pairwise(event for event in tour.events if event.kind != "break"):
        left = float(problem.travel.seconds[tour.vehicle.profile, before.place, after.place])
        now = before.ends
        inside = [
            span for span in breaks if before.ends - EPSILON <= span[0] and span[1] <= after.begins + EPSILON
        ]
        for begins, ends in [*inside, (math.inf, math.inf)]:
            part = min(left, begins - now)
            left, since, driven, now = left - part, since + part, driven + part, ends
            if since > rules.before_break + EPSILON:
                faults.append(f"{tour.vehicle.name} drives {since} s without a break")
            length = ends - begins if math.isfinite(ends) else 0.0
            if length >= rules.pause - EPSILON or (half and length >= rules.second_part - EPSILON):
                since, half = 0.0, False
            half = half or length >= rules.first_part - EPSILON
            half = half and since > 0
    start, end = tour.events[0].begins, tour.events[-1].ends
    began = under.started_at if under else start
    if driven > rules.max_driving + EPSILON or end - began > rules.max_spread + EPSILON:
        faults.append(f"{tour.vehicle.name} drives {driven} s in {end - began} s")


def _judge_eligible(problem: Problem, tour: Tour, faults: list[str]) -> None:
    wishes: dict[str, Stop | Shipment] = {wish.name: wish for wish in (*problem.stops, *problem.shipments)}
    visited = [event.name for event in tour.events if event.kind in ("stop", "pick-up", "drop")]
    for name in visited:
        wish = wishes[name]
        if wish.skills - tour.vehicle.skills or wish.vehicle not in (None, tour.vehicle.name):
            faults.append(f"{tour.vehicle.name} may not serve {name}")
    if tuple(visited[: len(tour.vehicle.order)]) != tour.vehicle.order[: len(visited)]:
        faults.append(f"{tour.vehicle.name} leaves its locked order")
