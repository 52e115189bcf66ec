"""A planner's problem as PyVRP's problem data, with room for the rules that PyVRP does not know."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from loomline.engines.heavy import heavy
from loomline.engines.routing.eligibility import Wish, every_wish
from loomline.engines.routing.problem import Call, Load, Problem, Shipment, Stop, Vehicle
from loomline.engines.routing.timetable import Visit

if TYPE_CHECKING:
    import numpy as np
    import pyvrp
    from numpy.typing import NDArray
else:
    np = heavy("numpy")
    pyvrp = heavy("pyvrp")

MONEY = 1_000_000
FINE = 1000
HORIZON = 100_000_000
# Metres and seconds of a way that a vehicle may not take: beyond any horizon, far from overflowing.
FORBIDDEN = 1_000_000_000
UNLIMITED = 1 << 50
RELOADS = (1 << 64) - 1
MUST = 10.0


@dataclass(frozen=True)
class PlanningModel:
    """The data, the wish of each client and shipment, and the vehicles of each type."""

    data: pyvrp.ProblemData
    problem: Problem
    clients: tuple[Stop, ...]
    shipments: tuple[Shipment, ...]
    vehicles: tuple[tuple[Vehicle, ...], ...]
    depots: tuple[str, ...]

    def visits(self, solution: pyvrp.Solution) -> dict[str, list[Visit]]:
        """The visits of each vehicle that the solution uses, by its name."""
        free = [list(alike) for alike in self.vehicles]
        made: dict[str, list[Visit]] = {}
        for route in solution.routes():
            vehicle = free[route.vehicle_type()].pop(0)
            made[vehicle.name] = [self._visit(activity) for activity in list(route)[1:-1]]
        return made

    def _visit(self, activity: pyvrp.Activity) -> Visit:
        if activity.is_client():
            return Visit("stop", self.clients[activity.idx])
        if activity.is_depot():
            return Visit("reload", depot=self.problem.depot(self.depots[activity.idx]))
        return Visit("pick-up" if activity.is_pickup() else "drop", self.shipments[activity.idx])


def model(
    problem: Problem, wanted: Sequence[Wish], allowed: dict[str, frozenset[str]], *, roomy: bool
) -> PlanningModel:
    """Build the data; `allowed` names what each vehicle may serve.

    PyVRP knows no breaks. `roomy` stretches the driving time of vehicles that owe breaks by the share that
    the breaks take, and shortens their shift by their fixed breaks.
    """
    places = _Places(problem, wanted)
    stops = [wish for wish in wanted if isinstance(wish, Stop)]
    shipments = [wish for wish in wanted if isinstance(wish, Shipment)]
    must = _must(problem)
    fine = _fine(problem, wanted)
    clients, of_client, groups = _clients(problem, stops, places, must, fine)
    types, alike, profiles = _vehicle_types(problem, allowed, places, fine, roomy)
    metres, seconds = _matrices(problem, profiles, places, allowed, roomy)
    data = pyvrp.ProblemData(
        [pyvrp.Location(0, 0) for _ in places.rows],
        clients,
        places.depots,
        types,
        metres,
        seconds,
        groups,
        [_shipment(problem, one, places, must, fine) for one in shipments],
    )
    names = tuple(depot.name for depot in problem.depots for _ in range(2))
    return PlanningModel(data, problem, tuple(of_client), tuple(shipments), alike, names)


class _Places:
    """The locations: each depot twice (for starts, and for reloads that take time), then the visits."""

    def __init__(self, problem: Problem, wanted: Sequence[Wish]) -> None:
        self.rows: list[int] = []
        self.depots: list[pyvrp.Depot] = []
        self.start_of: dict[str, int] = {}
        self.visit_of: dict[tuple[str, str], int] = {}
        for depot in problem.depots:
            for service in (0.0, depot.service):
                span = (_early(depot.opens), _late(depot.closes))
                self.depots.append(pyvrp.Depot(self._add(depot.place), *span, math.ceil(service)))
        for vehicle in problem.vehicles:
            if vehicle.under_way is not None or vehicle.order:
                start = vehicle.under_way.place if vehicle.under_way else problem.depot(vehicle.start).place
                self.start_of[vehicle.name] = len(self.depots)
                self.depots.append(pyvrp.Depot(self._add(start)))
        for wish in wanted:
            if isinstance(wish, Stop):
                self.visit_of[wish.name, ""] = self._add(wish.call.place)
            else:
                self.visit_of[wish.name, "pick-up"] = self._add(wish.pick_up.place)
                self.visit_of[wish.name, "drop"] = self._add(wish.drop.place)

    def _add(self, place: int) -> int:
        self.rows.append(place)
        return len(self.rows) - 1


def _early(time: float) -> int:
    return math.ceil(max(time, 0.0))


def _late(time: float) -> int:
    return HORIZON if time > HORIZON else math.floor(time)


def _fine(problem: Problem, wanted: Sequence[Wish]) -> int:
    loads = [vehicle.capacity for vehicle in problem.vehicles]
    loads += [load for wish in wanted for load in _loads(wish)]
    return 1 if all(part == round(part) for load in loads for part in load) else FINE


def _loads(wish: Wish) -> tuple[Load, ...]:
    return (wish.deliver, wish.pick_up) if isinstance(wish, Stop) else (wish.amount,)


def _whole(load: Load, width: int, fine: int) -> list[int]:
    return [math.ceil(part * fine - 1e-6) for part in (*load, *(0.0,) * (width - len(load)))]


def _must(problem: Problem) -> float:
    """Worth more than any tour for one stop can cost: what must be served is served when it can be."""
    longest, slowest = float(problem.travel.metres.max()), float(problem.travel.seconds.max())
    dearest = max(
        vehicle.fixed_cost
        + 2 * (longest / 1000 * vehicle.cost_per_km + slowest / 3600 * vehicle.cost_per_hour)
        for vehicle in problem.vehicles
    )
    prizes = [wish.prize or 0.0 for wish in every_wish(problem)]
    return MUST * (dearest + max(prizes, default=0.0)) + 1.0


def _clients(
    problem: Problem, stops: Sequence[Stop], places: _Places, must: float, fine: int
) -> tuple[list[pyvrp.Client], list[Stop], list[pyvrp.ClientGroup]]:
    """One client a window; the clients of a stop with several windows exclude each other."""
    clients: list[pyvrp.Client] = []
    of_client: list[Stop] = []
    groups: list[pyvrp.ClientGroup] = []
    for stop in stops:
        windows = stop.call.windows or ((0.0, math.inf),)
        group = len(groups) if len(windows) > 1 else None
        if group is not None:
            groups.append(pyvrp.ClientGroup(list(range(len(clients), len(clients) + len(windows))), False))
        for early, late in windows:
            of_client.append(stop)
            clients.append(
                pyvrp.Client(
                    places.visit_of[stop.name, ""],
                    _whole(stop.deliver, problem.dimensions, fine),
                    _whole(stop.pick_up, problem.dimensions, fine),
                    math.ceil(stop.call.service),
                    _early(early),
                    max(_late(late), _early(early)),
                    _early(stop.ready_at),
                    round((must if stop.prize is None else stop.prize) * MONEY),
                    False,
                    group,
                )
            )
    return clients, of_client, groups


def _shipment(problem: Problem, one: Shipment, places: _Places, must: float, fine: int) -> pyvrp.Shipment:
    return pyvrp.Shipment(
        places.visit_of[one.name, "pick-up"],
        places.visit_of[one.name, "drop"],
        *_hull(one.pick_up),
        *_hull(one.drop),
        _whole(one.amount, problem.dimensions, fine),
        round((must if one.prize is None else one.prize) * MONEY),
        False,
    )


def _hull(call: Call) -> tuple[int, int, int]:
    """From the first window to the last one: PyVRP knows one window for each end of a shipment."""
    early = min((span[0] for span in call.windows), default=0.0)
    late = max((span[1] for span in call.windows), default=math.inf)
    return _early(early), max(_late(late), _early(early)), math.ceil(call.service)


def _vehicle_types(
    problem: Problem, allowed: dict[str, frozenset[str]], places: _Places, fine: int, roomy: bool
) -> tuple[list[pyvrp.VehicleType], tuple[tuple[Vehicle, ...], ...], list[Vehicle]]:
    same: dict[tuple[Vehicle, frozenset[str]], list[Vehicle]] = {}
    for vehicle in problem.vehicles:
        name = vehicle.name if vehicle.name in places.start_of else ""
        same.setdefault((replace(vehicle, name=name), allowed[vehicle.name]), []).append(vehicle)
    names = [depot.name for depot in problem.depots]
    types = []
    for profile, alike in enumerate(same.values()):
        vehicle = alike[0]
        home, last = 2 * names.index(vehicle.start), 2 * names.index(vehicle.end or vehicle.start)
        early, late, longest = _shift(vehicle, roomy)
        under = vehicle.under_way
        aboard = under.aboard if under else ()
        room = [*(math.floor(part * fine + 1e-6) for part in vehicle.capacity)]
        types.append(
            pyvrp.VehicleType(
                len(alike),
                room + [UNLIMITED] * (problem.dimensions - len(room)),
                places.start_of.get(vehicle.name, home),
                last,
                round(vehicle.fixed_cost * MONEY) if under is None else 0,
                early,
                late,
                longest,
                _late(vehicle.max_distance - (under.distance if under else 0.0)),
                round(vehicle.cost_per_km * MONEY / 1000),
                round(vehicle.cost_per_hour * MONEY / 3600),
                profile,
                initial_load=_whole(aboard, problem.dimensions, fine),
                reload_depots=[2 * names.index(name) + 1 for name in vehicle.reload_at],
                max_reloads=RELOADS if vehicle.max_reloads is None else vehicle.max_reloads,
            )
        )
    return types, tuple(tuple(alike) for alike in same.values()), [alike[0] for alike in same.values()]


def _shift(vehicle: Vehicle, roomy: bool) -> tuple[int, int, int]:
    """Earliest start, latest end, longest duration."""
    under = vehicle.under_way
    begins = under.free_at if under else vehicle.shift[0]
    longest = min(vehicle.max_duration, vehicle.rules.max_spread if vehicle.rules else math.inf)
    pauses = sum(one.duration for one in vehicle.breaks if one.latest >= begins) if roomy else 0.0
    used = under.free_at - under.started_at if under else 0.0
    late = max(_late(vehicle.shift[1] - pauses), _early(begins))
    return _early(begins), late, max(_late(longest - pauses - used), 0)


def _matrices(
    problem: Problem,
    profiles: Sequence[Vehicle],
    places: _Places,
    allowed: dict[str, frozenset[str]],
    roomy: bool,
) -> tuple[Any, Any]:
    metres: list[Any] = []
    seconds: list[Any] = []
    rows = np.array(places.rows)
    for vehicle in profiles:
        rules = vehicle.rules
        stretch = 1.0 + rules.pause / rules.before_break if roomy and rules is not None else 1.0
        shut = _shut(vehicle, places, allowed[vehicle.name])
        for made, source, factor in (
            (metres, problem.travel.metres[vehicle.profile], 1.0),
            (seconds, problem.travel.seconds[vehicle.profile], stretch),
        ):
            matrix = np.ceil(source[np.ix_(rows, rows)] * factor - 1e-6).astype(np.int64)
            matrix[shut] = FORBIDDEN
            np.fill_diagonal(matrix, 0)
            made.append(matrix)
    return metres, seconds


def _shut(vehicle: Vehicle, places: _Places, allowed: frozenset[str]) -> NDArray[np.bool_]:
    """The ways that the vehicle may not take: to what it may not serve, and out of its locked order."""
    size = len(places.rows)
    shut = np.zeros((size, size), dtype=bool)
    closed = [at for (name, _), at in places.visit_of.items() if name not in allowed]
    shut[:, closed] = shut[closed, :] = True
    if vehicle.order:
        start = places.depots[places.start_of[vehicle.name]].location
        chain = [start, *(places.visit_of[name, ""] for name in vehicle.order)]
        for before, after in pairwise(chain):
            shut[before, :] = shut[:, after] = True
        for before, after in pairwise(chain):
            shut[before, after] = False
    return shut
