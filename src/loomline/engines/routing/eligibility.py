"""Which vehicle may serve what, and why nobody can serve a stop."""

from __future__ import annotations

from loomline.engines.routing.problem import Problem, Shipment, Stop, Vehicle
from loomline.engines.routing.timetable import Fault, Timetable, Visit, timetable

Wish = Stop | Shipment


def every_wish(problem: Problem) -> list[Wish]:
    """Stops and shipments, in the order of the problem."""
    return [*problem.stops, *problem.shipments]


def wishes(problem: Problem) -> list[Wish]:
    """Stops and shipments that are still to be served, in the order of the problem."""
    done = {name for vehicle in problem.vehicles if vehicle.under_way for name in vehicle.under_way.done}
    return [wish for wish in every_wish(problem) if wish.name not in done]


def visits_of(wish: Wish) -> list[Visit]:
    """The visits that serve it, in their order."""
    if isinstance(wish, Stop):
        return [Visit("stop", wish)]
    return [Visit("pick-up", wish), Visit("drop", wish)]


def fault_of(problem: Problem, vehicle: Vehicle, wish: Wish) -> Fault | None:
    """Why this vehicle cannot serve it even with nothing else to do; None when it can."""
    if wish.vehicle is not None and wish.vehicle != vehicle.name:
        return Fault("skill", f"It is locked to {wish.vehicle}.")
    first_of = next((other.name for other in problem.vehicles if wish.name in other.order), None)
    if first_of is not None and first_of != vehicle.name:
        return Fault("skill", f"It is locked into the order of {first_of}.")
    if missing := wish.skills - vehicle.skills:
        return Fault("skill", f"It lacks {', '.join(sorted(missing))}.")
    if vehicle.under_way is not None and _brings(wish) and wish.vehicle is None and first_of is None:
        return Fault("load", "It has left its depot; goods that are not aboard cannot be given to it.")
    return _alone(problem, vehicle, wish)


def nobody(problem: Problem, wish: Wish) -> Fault | None:
    """Why no vehicle can serve it: the fault of the vehicle that comes closest; None when one can."""
    faults = []
    for vehicle in problem.vehicles:
        fault = fault_of(problem, vehicle, wish)
        if fault is None:
            return None
        faults.append((_RANK.index(fault.rule), vehicle.name, fault))
    _, name, closest = max(faults, key=lambda one: one[0])
    whom = name if len(faults) == 1 else f"None of {len(faults)} vehicles can; the nearest, {name}"
    return Fault(closest.rule, f"{whom}: {closest.says}")


# The further down a fault stands, the closer the vehicle was to serving.
_RANK = ("skill", "order", "load", "range", "driving", "break", "shift", "window")


def _brings(wish: Wish) -> bool:
    return isinstance(wish, Stop) and any(part > 0 for part in wish.deliver)


def _alone(problem: Problem, vehicle: Vehicle, wish: Wish) -> Fault | None:
    found: Timetable | Fault = timetable(problem, vehicle, visits_of(wish))
    return found if isinstance(found, Fault) else None
