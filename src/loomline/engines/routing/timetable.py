"""The exact timetable of one tour, with breaks and driving rules; or what makes the tour impossible."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from loomline.engines.routing.pauses import Label, Pausing, undominated
from loomline.engines.routing.problem import Call, Depot, Load, Problem, Shipment, Stop, Vehicle

Kind = Literal["start", "stop", "pick-up", "drop", "reload", "break", "end"]
PROBES = 24
SECOND = 1.0
START = 30.0
EPSILON = 1e-6


@dataclass(frozen=True)
class Visit:
    """One visit of a sequence: a stop, one half of a shipment, or a reload at a depot."""

    kind: Kind
    wish: Stop | Shipment | None = None
    depot: Depot | None = None

    @property
    def name(self) -> str:
        """The name of the stop, shipment or depot."""
        if self.depot is not None:
            return self.depot.name
        return self.wish.name if self.wish is not None else ""

    @property
    def call(self) -> Call:
        """Place, service time and windows."""
        if self.depot is not None:
            return Call(self.depot.place, self.depot.service, ((self.depot.opens, self.depot.closes),))
        if isinstance(self.wish, Stop):
            return self.wish.call
        assert self.wish is not None
        return self.wish.pick_up if self.kind == "pick-up" else self.wish.drop


@dataclass(frozen=True)
class Event:
    """One line of a timetable; `metres` is driven since the start, `load` is aboard when it ends."""

    kind: Kind
    name: str
    place: int
    arrives: float
    begins: float
    ends: float
    metres: float
    load: Load


@dataclass(frozen=True)
class Fault:
    """Why a tour is impossible: `rule` is one of load, window, shift, range, driving, skill, order."""

    rule: str
    says: str


@dataclass(frozen=True)
class Timetable:
    """A feasible tour: its events from start to end, and its totals."""

    events: tuple[Event, ...]
    metres: float
    driving: float
    duration: float
    cost: float
    co2e: float


def timetable(problem: Problem, vehicle: Vehicle, visits: Sequence[Visit]) -> Timetable | Fault:
    """The earliest end of the tour, begun as late as that allows; breaks are put where they cost least time.

    Vehicles may stop for a break anywhere on their way. A dynamic programme over the visits keeps every
    pair of time and driving since the last break that no other pair beats (after Goel 2009).
    """
    loads = _loads(problem, vehicle, visits)
    if isinstance(loads, Fault):
        return loads
    way = _Way(problem, vehicle, visits)
    fault = way.limits()
    if fault is not None:
        return fault
    first = way.opening()
    found = _finish(way, first)
    if isinstance(found, Fault):
        return found
    start, label = _latest_start(way, first, found)
    if label.time - way.began(start) > way.longest + EPSILON:
        return Fault("shift", f"It takes {_clock(label.time - way.began(start))} of {_clock(way.longest)}.")
    return way.table(start, label, loads)


class _Way:
    """The legs of one tour, looked up once."""

    def __init__(self, problem: Problem, vehicle: Vehicle, visits: Sequence[Visit]) -> None:
        self.vehicle, self.visits = vehicle, visits
        under = vehicle.under_way
        self.home = problem.depot(vehicle.start)
        self.last = problem.depot(vehicle.end or vehicle.start)
        place = under.place if under else self.home.place
        self.places = [place, *(visit.call.place for visit in visits), self.last.place]
        metres = problem.travel.metres[vehicle.profile]
        seconds = problem.travel.seconds[vehicle.profile]
        legs = list(zip(self.places, self.places[1:], strict=False))
        self.metres = [float(metres[leg]) for leg in legs]
        self.seconds = [float(seconds[leg]) for leg in legs]
        self.releases = self._releases()
        self.pausing = Pausing(vehicle.rules, vehicle.breaks)
        self.longest = vehicle.max_duration
        if vehicle.rules is not None:
            self.longest = min(self.longest, vehicle.rules.max_spread)

    def limits(self) -> Fault | None:
        """Range and driving time do not depend on the clock."""
        under = self.vehicle.under_way
        far = sum(self.metres) + (under.distance if under else 0.0)
        if far > self.vehicle.max_distance + EPSILON:
            return Fault(
                "range", f"It is {far / 1000:,.1f} km of {self.vehicle.max_distance / 1000:,.1f} km."
            )
        rules = self.vehicle.rules
        driven = sum(self.seconds) + (under.driven if under else 0.0)
        if rules is not None and driven > rules.max_driving + EPSILON:
            return Fault("driving", f"It needs {_clock(driven)} at the wheel of {_clock(rules.max_driving)}.")
        return None

    def opening(self) -> float:
        """The earliest start."""
        if self.vehicle.under_way is not None:
            return self.vehicle.under_way.free_at
        return max(self.vehicle.shift[0], self.home.opens, self.releases[0])

    def began(self, start: float) -> float:
        """When the shift began, for a vehicle that starts (or goes on) at this moment."""
        return self.vehicle.under_way.started_at if self.vehicle.under_way else start

    def first_label(self, start: float) -> Label:
        under = self.vehicle.under_way
        return Label(start, under.since_break if under else 0.0, began=self.began(start))

    def closing(self) -> float:
        return min(self.vehicle.shift[1], self.last.closes)

    def table(self, start: float, label: Label, loads: list[Load]) -> Timetable:
        marks: list[Label] = []
        at: Label | None = label
        while at is not None:
            marks.append(at)
            at = at.before
        events = self._events(start, marks[::-1], loads)
        metres, driving = sum(self.metres), sum(self.seconds)
        duration = label.time - start
        vehicle = self.vehicle
        fixed = vehicle.fixed_cost if vehicle.under_way is None else 0.0
        cost = fixed + vehicle.cost_per_km * metres / 1000 + vehicle.cost_per_hour * duration / 3600
        return Timetable(tuple(events), metres, driving, duration, cost, self._co2e(loads))

    def _releases(self) -> list[float]:
        """When the goods of the trip that begins before each visit (or at it, for a reload) are ready."""
        made = [0.0] * (len(self.visits) + 1)
        at = 0
        for i, visit in enumerate(self.visits):
            if visit.kind == "reload":
                at = i + 1
            elif isinstance(visit.wish, Stop):
                made[at] = max(made[at], visit.wish.ready_at)
        return made

    def _events(self, start: float, marks: list[Label], loads: list[Load]) -> list[Event]:
        metres = 0.0
        events = [Event("start", self.home.name, self.places[0], start, start, start, 0.0, loads[0])]
        for i, mark in enumerate(marks[1:]):
            metres += self.metres[i]
            place = self.places[i + 1]
            for began, ended in mark.pauses:
                events.append(Event("break", "", place, began, began, ended, metres, loads[i]))
            kind: Kind = self.visits[i].kind if i < len(self.visits) else "end"
            name = self.visits[i].name if i < len(self.visits) else self.last.name
            events.append(Event(kind, name, place, mark.arrived, mark.begun, mark.time, metres, loads[i + 1]))
        return events

    def _co2e(self, loads: list[Load]) -> float:
        vehicle = self.vehicle
        full = vehicle.co2e_per_km_full
        total = 0.0
        for metres, load in zip(self.metres, loads, strict=False):
            share = load[0] / vehicle.capacity[0] if vehicle.capacity and vehicle.capacity[0] else 0.0
            extra = 0.0 if full is None else (full - vehicle.co2e_per_km) * share
            total += metres / 1000 * (vehicle.co2e_per_km + extra)
        return total


def _finish(way: _Way, start: float) -> Label | Fault:
    """The label with the earliest end of the tour begun at this moment."""
    labels = [way.first_label(start)]
    left = sum(way.seconds)
    for i, seconds in enumerate(way.seconds):
        left -= seconds
        arrived = [made for label in labels for made in way.pausing.drive(label, seconds, left)]
        if i == len(way.visits):
            labels = [made._replace(begun=made.arrived) for made in arrived if way.pausing.is_over(made)]
            break
        call, visit = way.visits[i].call, way.visits[i]
        labels = undominated(
            [b for made in arrived for b in _begin(made, call, way, i, visit.kind == "reload")]
        )
        if not labels:
            return Fault("window", _late(visit, min(made.time for made in arrived)))
    if not labels:
        return Fault("break", "There is no time for a break that is due.")
    best = min(labels, key=lambda label: label.time)
    if best.time > way.closing() + EPSILON:
        return Fault("shift", f"It ends at {_clock(best.time)}, after {_clock(way.closing())}.")
    return best


def _begin(label: Label, call: Call, way: _Way, at: int, reloads: bool) -> list[Label]:
    """The label after the visit, begun in the first window that is still open."""
    ready = max(label.time, way.releases[at + 1]) if reloads else label.time
    for early, late in sorted(call.windows) or [(-math.inf, math.inf)]:
        begins = max(ready, early)
        if begins <= late + EPSILON:
            return [label._replace(begun=begins, time=begins + call.service)]
    return []


def _latest_start(way: _Way, first: float, found: Label) -> tuple[float, Label]:
    """The latest start (to half a minute) with the same end; a later one if the tour takes too long."""
    if way.vehicle.under_way is not None:
        return first, found
    low, high, best = first, found.time, found
    while high - low > START:
        middle = (low + high) / 2
        tried = _finish(way, middle)
        if isinstance(tried, Fault) or tried.time > found.time + EPSILON:
            high = middle
        else:
            low, best = middle, tried
    if best.time - low <= way.longest:
        return low, best
    step = max((way.longest / PROBES), SECOND)
    for probe in range(1, PROBES + 1):
        tried = _finish(way, low + probe * step)
        if isinstance(tried, Fault):
            break
        if tried.time - (low + probe * step) <= way.longest:
            return low + probe * step, tried
    return low, best


def _loads(problem: Problem, vehicle: Vehicle, visits: Sequence[Visit]) -> list[Load] | Fault:
    """The load after the start and after each visit; the last figure is what comes home."""
    width = problem.dimensions
    room = _wide(vehicle.capacity, width, math.inf)
    aboard = list(_wide(vehicle.under_way.aboard if vehicle.under_way else (), width, 0.0))
    made: list[Load] = []
    for trip in _trips(visits):
        for visit in trip:
            if isinstance(visit.wish, Stop):
                aboard = [a + d for a, d in zip(aboard, _wide(visit.wish.deliver, width, 0.0), strict=True)]
        made.append(tuple(aboard))
        carried: set[str] = set()
        for visit in trip:
            aboard = _after(visit, aboard, width)
            made.append(tuple(aboard))
            if visit.kind == "drop" and visit.name not in carried:
                return Fault("order", f"{visit.name} is dropped before it is picked up.")
            carried.add(visit.name)
        over = [i for i in range(width) if max(load[i] for load in made) > room[i] + EPSILON]
        if over:
            most = max(load[over[0]] for load in made)
            return Fault("load", f"It carries {most:g} of {room[over[0]]:g} (dimension {over[0] + 1}).")
        aboard = [0.0] * width
    return [*made, made[-1]]


def _trips(visits: Sequence[Visit]) -> list[list[Visit]]:
    trips: list[list[Visit]] = [[]]
    for visit in visits:
        if visit.kind == "reload":
            trips.append([])
        else:
            trips[-1].append(visit)
    return trips


def _after(visit: Visit, aboard: list[float], width: int) -> list[float]:
    wish = visit.wish
    if isinstance(wish, Stop):
        off, on = _wide(wish.deliver, width, 0.0), _wide(wish.pick_up, width, 0.0)
    else:
        amount = _wide(wish.amount if wish is not None else (), width, 0.0)
        zero = _wide((), width, 0.0)
        off, on = (zero, amount) if visit.kind == "pick-up" else (amount, zero)
    return [a - b + c for a, b, c in zip(aboard, off, on, strict=True)]


def _wide(load: Load, width: int, rest: float) -> Load:
    return (*load, *(rest,) * (width - len(load)))


def _late(visit: Visit, time: float) -> str:
    closes = max((late for _, late in visit.call.windows), default=math.inf)
    return f"{visit.name} is reached at {_clock(time)}; its last window closes at {_clock(closes)}."


def _clock(seconds: float) -> str:
    """Seconds as hours and minutes, such as 27:05."""
    if math.isinf(seconds):
        return "never"
    minutes = round(seconds / 60)
    return f"{minutes // 60}:{minutes % 60:02d}"
