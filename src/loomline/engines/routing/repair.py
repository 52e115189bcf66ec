"""Make tours keep the rules that the search did not know: take out what breaks them, and put it elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from loomline.engines.routing.eligibility import Wish, visits_of
from loomline.engines.routing.problem import Problem, Stop, Vehicle
from loomline.engines.routing.timetable import Fault, Timetable, Visit, timetable


class Roster:
    """The visits of every vehicle, each tour exactly feasible at all times after `mend`."""

    def __init__(
        self,
        problem: Problem,
        allowed: dict[str, frozenset[str]],
        visits: dict[str, list[Visit]],
        tired: Callable[[], bool],
    ) -> None:
        self.problem = problem
        self.tables: dict[str, Timetable] = {}
        self.visits = {vehicle.name: list(visits.get(vehicle.name, [])) for vehicle in problem.vehicles}
        self.open: list[Wish] = []
        self._allowed = allowed
        self._tired = tired
        self._vehicles = {vehicle.name: vehicle for vehicle in problem.vehicles}

    def mend(self) -> None:
        """Take out of each impossible tour what costs least to lose, until it is possible."""
        for name, vehicle in self._vehicles.items():
            if not self.visits[name] and vehicle.under_way is None:
                continue
            while isinstance(made := self._table(vehicle, self.visits[name]), Fault):
                if not self.visits[name]:
                    break
                self._drop_one(vehicle)
            if isinstance(made, Timetable):
                self.tables[name] = made

    def insert(self, wishes: Sequence[Wish]) -> dict[str, Counter[str]]:
        """Put each into the cheapest place where its tour stays possible; the faults met, for the others.

        What has few windows or places comes first. A stop with a prize stays out where it would cost more.
        """
        faults: dict[str, Counter[str]] = {}
        for wish in sorted(wishes, key=_slack):
            met: Counter[str] = Counter()
            best = self._cheapest(wish, met)
            if best is None:
                faults[wish.name] = met
                continue
            name, visits, table = best
            self.visits[name], self.tables[name] = visits, table
        return faults

    def _table(self, vehicle: Vehicle, visits: Sequence[Visit]) -> Timetable | Fault:
        return timetable(self.problem, vehicle, visits)

    def _drop_one(self, vehicle: Vehicle) -> None:
        visits = self.visits[vehicle.name]
        named = [visit.wish for visit in visits if visit.wish is not None and visit.kind != "drop"]
        if not named:
            self.visits[vehicle.name] = []
            return
        tried = []
        for wish in named:
            rest = _without(visits, wish)
            made = self._table(vehicle, rest)
            lost = float("inf") if wish.prize is None else wish.prize
            if isinstance(made, Fault):
                tried.append((True, lost, _seconds(self.problem, vehicle, rest), wish))
            else:
                tried.append((False, lost, made.cost, wish))
        *_, worst = min(tried, key=lambda one: one[:3])
        self.visits[vehicle.name] = _without(visits, worst)
        self.open.append(worst)

    def _cheapest(self, wish: Wish, met: Counter[str]) -> tuple[str, list[Visit], Timetable] | None:
        best: tuple[str, list[Visit], Timetable] | None = None
        least = float("inf") if wish.prize is None else wish.prize
        for name, vehicle in self._vehicles.items():
            if wish.name not in self._allowed[name]:
                met["skill"] += 1
                continue
            before = self.tables[name].cost if name in self.tables else 0.0
            for visits in self._places(wish, vehicle):
                if self._tired():
                    return best
                if self._farther(vehicle, visits) >= least:
                    met["prize"] += wish.prize is not None
                    continue
                made = self._table(vehicle, visits)
                if isinstance(made, Fault):
                    met[made.rule] += 1
                elif made.cost - before < least:
                    least = made.cost - before
                    best = name, visits, made
                else:
                    met["prize"] += wish.prize is not None
        return best

    def _farther(self, vehicle: Vehicle, visits: Sequence[Visit]) -> float:
        """What the longer way alone costs more: no place in a tour can be cheaper than that."""
        now = self.tables.get(vehicle.name)
        fixed = vehicle.fixed_cost if now is None and vehicle.under_way is None else 0.0
        before = now.metres if now is not None else 0.0
        return fixed + (_length(self.problem, vehicle, visits) - before) * vehicle.cost_per_km / 1000

    def _places(self, wish: Wish, vehicle: Vehicle) -> Iterator[list[Visit]]:
        now = self.visits[vehicle.name]
        first = _locked(vehicle, wish, now)
        if first < 0:
            at = vehicle.order.index(wish.name)
            ahead = sum(visit.name in vehicle.order[:at] for visit in now)
            yield [*now[:ahead], *visits_of(wish), *now[ahead:]]
            return
        new = visits_of(wish)
        for i in range(first, len(now) + 1):
            if len(new) == 1:
                yield [*now[:i], new[0], *now[i:]]
                continue
            for j in range(i, len(now) + 1):
                yield [*now[:i], new[0], *now[i:j], new[1], *now[j:]]


def _locked(vehicle: Vehicle, wish: Wish, now: Sequence[Visit]) -> int:
    """How many visits at the start are locked; -1 when the wish is itself one of them."""
    if wish.name in vehicle.order:
        return -1
    return sum(visit.name in vehicle.order for visit in now)


def _without(visits: Sequence[Visit], wish: Wish) -> list[Visit]:
    return [visit for visit in visits if visit.wish is None or visit.wish.name != wish.name]


def _seconds(problem: Problem, vehicle: Vehicle, visits: Sequence[Visit]) -> float:
    """Driving and service, without any waiting."""
    seconds = problem.travel.seconds[vehicle.profile]
    driving = sum(float(seconds[leg]) for leg in _legs(problem, vehicle, visits))
    return driving + sum(visit.call.service for visit in visits)


def _length(problem: Problem, vehicle: Vehicle, visits: Sequence[Visit]) -> float:
    metres = problem.travel.metres[vehicle.profile]
    return sum(float(metres[leg]) for leg in _legs(problem, vehicle, visits))


def _legs(problem: Problem, vehicle: Vehicle, visits: Sequence[Visit]) -> Iterator[tuple[int, int]]:
    start = vehicle.under_way.place if vehicle.under_way else problem.depot(vehicle.start).place
    end = problem.depot(vehicle.end or vehicle.start).place
    return pairwise([start, *(visit.call.place for visit in visits), end])


def _slack(wish: Wish) -> tuple[bool, float]:
    """Musts first, and among them what is open for the shortest time."""
    calls = (wish.call,) if isinstance(wish, Stop) else (wish.pick_up, wish.drop)
    spans = [sum(late - early for early, late in call.windows) or float("inf") for call in calls]
    return wish.prize is not None, min(spans)
