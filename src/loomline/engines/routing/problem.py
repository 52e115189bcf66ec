"""What a planner knows before the tours are made: stops, shipments, depots, vehicles, ways between places.

Lengths are in metres, times in seconds (instants count from any midnight), loads in any unit per dimension,
money in one currency. Places are rows of the travel matrices.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

HOUR = 3600.0
Span = tuple[float, float]
Load = tuple[float, ...]


@dataclass(frozen=True)
class Call:
    """Where and when one visit may begin, and how long it takes; no windows means any time."""

    place: int
    service: float = 0.0
    windows: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Stop:
    """A visit that brings goods from a depot (`deliver`), takes goods to one (`pick_up`), or just a service.

    With a `prize` the stop may be left out when serving it costs more; without one it must be served.
    `ready_at` is when its goods can leave the depot. `vehicle` locks it to that vehicle.
    """

    name: str
    call: Call
    deliver: Load = ()
    pick_up: Load = ()
    ready_at: float = 0.0
    prize: float | None = None
    skills: frozenset[str] = frozenset()
    vehicle: str | None = None


@dataclass(frozen=True)
class Shipment:
    """Goods from one place to another, on one vehicle, not through a depot."""

    name: str
    pick_up: Call
    drop: Call
    amount: Load = ()
    prize: float | None = None
    skills: frozenset[str] = frozenset()
    vehicle: str | None = None


@dataclass(frozen=True)
class Depot:
    """Where vehicles start, end and reload; `service` is the time of one reload."""

    name: str
    place: int
    opens: float = 0.0
    closes: float = math.inf
    service: float = 0.0


@dataclass(frozen=True)
class DrivingRules:
    """Limits on driving in one shift; the defaults are Articles 6 to 8 of Regulation (EC) 561/2006.

    After `before_break` of driving a break of `pause` is due; it may be split into `first_part` and then
    `second_part` when `may_split`. The shift ends `max_spread` after it began (24 h less 11 h of rest).
    """

    before_break: float = 4.5 * HOUR
    pause: float = 0.75 * HOUR
    max_driving: float = 9 * HOUR
    max_spread: float = 13 * HOUR
    may_split: bool = True
    first_part: float = 0.25 * HOUR
    second_part: float = 0.5 * HOUR


@dataclass(frozen=True)
class Break:
    """A pause begun from `earliest` to `latest`, unless the tour is over by then or starts later."""

    earliest: float
    latest: float
    duration: float


@dataclass(frozen=True)
class UnderWay:
    """Where a vehicle is during the day: free at `place` from `free_at`, after the stops `done`.

    `started_at` is when its shift began; `driven` and `since_break` are seconds at the wheel today and since
    the last full break, `distance` the metres of today; `aboard` is the load that was picked up.
    """

    place: int
    free_at: float
    done: tuple[str, ...] = ()
    started_at: float = 0.0
    driven: float = 0.0
    since_break: float = 0.0
    distance: float = 0.0
    aboard: Load = ()


@dataclass(frozen=True)
class Vehicle:
    """One vehicle with its driver for one shift; `order` names the stops that it visits first, in this order.

    `co2e_per_km` is kg empty, `co2e_per_km_full` kg with the first load dimension full.
    """

    name: str
    start: str
    end: str | None = None
    capacity: Load = ()
    shift: Span = (0.0, math.inf)
    max_duration: float = math.inf
    max_distance: float = math.inf
    fixed_cost: float = 0.0
    cost_per_km: float = 1.0
    cost_per_hour: float = 0.0
    skills: frozenset[str] = frozenset()
    reload_at: tuple[str, ...] = ()
    max_reloads: int | None = None
    profile: int = 0
    rules: DrivingRules | None = None
    breaks: tuple[Break, ...] = ()
    co2e_per_km: float = 0.0
    co2e_per_km_full: float | None = None
    order: tuple[str, ...] = ()
    under_way: UnderWay | None = None


@dataclass(frozen=True)
class Travel:
    """Metres and seconds between all places, each (profiles, n, n): a profile is a kind of vehicle."""

    metres: NDArray[np.float64]
    seconds: NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """Everything that tours are made from; `check` refuses what contradicts itself."""

    stops: tuple[Stop, ...]
    depots: tuple[Depot, ...]
    vehicles: tuple[Vehicle, ...]
    travel: Travel
    shipments: tuple[Shipment, ...] = ()
    dimensions: int = field(default=1)

    def depot(self, name: str) -> Depot:
        """The depot of this name."""
        return next(depot for depot in self.depots if depot.name == name)


def check(problem: Problem) -> None:
    """Raise BadInput (table, position, column) for the first contradiction found."""
    if not problem.vehicles or not problem.depots:
        raise BadInput("There are no vehicles or no depots.", remedy="Add one of each at least.")
    _check_travel(problem.travel)
    for table, rows in (
        ("stops", [stop.name for stop in problem.stops] + [one.name for one in problem.shipments]),
        ("depots", [depot.name for depot in problem.depots]),
        ("vehicles", [vehicle.name for vehicle in problem.vehicles]),
    ):
        for at, name in enumerate(rows):
            if name in rows[:at]:
                raise _refusal(table, at, "name", f"{name} is there twice.", "Give each its own name.")
    for at, stop in enumerate(problem.stops):
        _check_call(problem, "stops", at, stop.call)
        _check_wish(problem, "stops", at, stop)
    for at, one in enumerate(problem.shipments):
        _check_call(problem, "shipments", at, one.pick_up)
        _check_call(problem, "shipments", at, one.drop)
        _check_wish(problem, "shipments", at, one)
    for at, depot in enumerate(problem.depots):
        if depot.opens > depot.closes:
            raise _refusal("depots", at, "opens", "It closes before it opens.", "Correct the times.")
        _check_place(problem, "depots", at, depot.place)
    for at, vehicle in enumerate(problem.vehicles):
        _check_vehicle(problem, at, vehicle)


def _refusal(table: str, at: int, column: str, says: str, remedy: str) -> BadInput:
    return BadInput(says, remedy=remedy, file=table, position=at, column=column)


def _check_travel(travel: Travel) -> None:
    for name, made in (("metres", travel.metres), ("seconds", travel.seconds)):
        if made.ndim != 3 or made.shape[1] != made.shape[2] or made.shape != travel.metres.shape:
            raise BadInput(
                f"The travel {name} are not (profiles, n, n).", remedy="Give one matrix a profile."
            )
        if not np.isfinite(made).all() or (made < 0).any():
            at = np.argwhere(~np.isfinite(made) | (made < 0))[0]
            raise BadInput(
                f"The travel {name} from place {at[1]} to {at[2]} are {made[tuple(at)]:g}.",
                remedy="Give a finite figure of 0 or more.",
                position=int(at[1]),
            )


def _check_place(problem: Problem, table: str, at: int, place: int) -> None:
    places = problem.travel.metres.shape[1]
    if not 0 <= place < places:
        raise _refusal(table, at, "place", f"There is no place {place}.", f"Use 0 to {places - 1}.")


def _check_call(problem: Problem, table: str, at: int, call: Call) -> None:
    _check_place(problem, table, at, call.place)
    if not (call.service >= 0 and math.isfinite(call.service)):
        raise _refusal(table, at, "service", f"{call.service:g} is no time.", "Write seconds, 0 or more.")
    for early, late in call.windows:
        if math.isnan(early) or math.isnan(late) or early > late:
            says = f"The window {early:g} to {late:g} ends before it begins."
            raise _refusal(table, at, "windows", says, "Correct the window.")


def _check_wish(problem: Problem, table: str, at: int, wish: Stop | Shipment) -> None:
    loads = (wish.deliver, wish.pick_up) if isinstance(wish, Stop) else (wish.amount,)
    for load in loads:
        if len(load) > problem.dimensions:
            says = f"It has {len(load)} loads; the problem has {problem.dimensions} dimensions."
            raise _refusal(table, at, "load", says, "Write one load a dimension.")
        if any(not (part >= 0 and math.isfinite(part)) for part in load):
            raise _refusal(table, at, "load", "A load is negative or no number.", "Write 0 or more.")
    if wish.prize is not None and not wish.prize >= 0:
        raise _refusal(
            table, at, "prize", f"The prize is {wish.prize:g}.", "Write 0 or more, or leave it out."
        )
    if wish.vehicle is not None and wish.vehicle not in {vehicle.name for vehicle in problem.vehicles}:
        raise _refusal(
            table, at, "vehicle", f"There is no vehicle {wish.vehicle}.", "Name one that is there."
        )


def _check_vehicle(problem: Problem, at: int, vehicle: Vehicle) -> None:
    names = {depot.name for depot in problem.depots}
    for column, depot in (
        ("start", vehicle.start),
        ("end", vehicle.end),
        *(("reload", r) for r in vehicle.reload_at),
    ):
        if depot is not None and depot not in names:
            raise _refusal("vehicles", at, column, f"There is no depot {depot}.", "Name one that is there.")
    if vehicle.shift[0] > vehicle.shift[1]:
        raise _refusal("vehicles", at, "shift", "The shift ends before it begins.", "Correct the times.")
    if not 0 <= vehicle.profile < problem.travel.metres.shape[0]:
        raise _refusal(
            "vehicles", at, "profile", f"There is no profile {vehicle.profile}.", "Give its matrix."
        )
    figures = (vehicle.fixed_cost, vehicle.cost_per_km, vehicle.cost_per_hour, *vehicle.capacity)
    if any(not figure >= 0 for figure in figures):
        raise _refusal("vehicles", at, "cost", "A cost or capacity is negative.", "Write 0 or more.")
    if len(vehicle.capacity) > problem.dimensions:
        raise _refusal("vehicles", at, "capacity", "It has too many dimensions.", "Write one a dimension.")
    _check_order(problem, at, vehicle)


def _check_order(problem: Problem, at: int, vehicle: Vehicle) -> None:
    if vehicle.under_way is not None:
        _check_place(problem, "vehicles", at, vehicle.under_way.place)
    stops = {stop.name: stop for stop in problem.stops}
    done = vehicle.under_way.done if vehicle.under_way else ()
    for name in (*done, *vehicle.order):
        if name not in stops:
            raise _refusal("vehicles", at, "order", f"There is no stop {name}.", "Name stops of the problem.")
        if stops[name].vehicle not in (None, vehicle.name):
            says = f"{name} is locked to {stops[name].vehicle}."
            raise _refusal("vehicles", at, "order", says, "Lock a stop to one vehicle only.")
