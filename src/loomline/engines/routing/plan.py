"""The plan: a tour a vehicle with its timetable, cost and CO2e, and the reason for everything unserved."""

from __future__ import annotations

from dataclasses import dataclass

from loomline.engines.routing.problem import Vehicle
from loomline.engines.routing.timetable import Event, Timetable, Visit


@dataclass(frozen=True)
class Tour:
    """What one vehicle does; `done` are the stops that it had served before the plan was made."""

    vehicle: Vehicle
    visits: tuple[Visit, ...]
    timetable: Timetable
    done: tuple[str, ...] = ()

    @property
    def events(self) -> tuple[Event, ...]:
        """Start, visits, reloads, breaks and end, in the order of time."""
        return self.timetable.events


@dataclass(frozen=True)
class Unserved:
    """A stop or shipment that no tour serves, the rule that stands against it, and the reason in words.

    `rule` is one of skill, load, window, shift, range, driving, order, fleet (possible alone, but no vehicle
    is left with room or time for it) and prize (it costs more than its prize).
    """

    name: str
    rule: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """Tours and what stays unserved; money is without the prizes of what was left out."""

    tours: tuple[Tour, ...]
    unserved: tuple[Unserved, ...]
    lost_prizes: float = 0.0

    @property
    def cost(self) -> float:
        """Money for all tours."""
        return sum(tour.timetable.cost for tour in self.tours)

    @property
    def metres(self) -> float:
        """Metres of all tours."""
        return sum(tour.timetable.metres for tour in self.tours)

    @property
    def co2e(self) -> float:
        """Kilograms of all tours."""
        return sum(tour.timetable.co2e for tour in self.tours)
