"""Plan the tours of a day: search with PyVRP, then keep every rule exactly and give reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from loomline.engines.routing import planning_model
from loomline.engines.routing.eligibility import Wish, every_wish, fault_of, nobody, wishes
from loomline.engines.routing.plan import Plan, Tour, Unserved
from loomline.engines.routing.problem import Problem, Vehicle, check
from loomline.engines.routing.repair import Roster
from loomline.engines.routing.search import Budget, Limits, Search, Stretch, run
from loomline.engines.routing.timetable import Fault
from loomline.engines.watch import Watch

OVERTIME = 1.5


def plan(problem: Problem, *, limits: Limits, seed: int = 0, watch: Watch | None = None) -> Plan:
    """The best tours found within the limits; raises BadInput for a problem that contradicts itself.

    What cannot or need not be served is listed with its reason, so there is always a plan. Stopping the
    watch ends the search early with what it has. With breaks or driving rules half of the budget searches
    with driving times stretched by the breaks and half without; the better repaired plan is returned.
    """
    check(problem)
    watch = watch or Watch()
    watch.at(0.0, "who may serve what")
    wanted = wishes(problem)
    allowed, impossible = _allowed(problem, wanted, watch)
    possible = [wish for wish in wanted if wish.name not in impossible]
    roomy = (True, False) if any(v.rules is not None or v.breaks for v in problem.vehicles) else (False,)
    budget = Budget(limits)
    plans: list[Plan] = []

    def tired() -> bool:
        return watch.is_stopped() or budget.spent() > OVERTIME

    for i, stretched in enumerate(roomy, start=1):
        visits = {}
        if possible and not (plans and watch.is_stopped()):
            made = planning_model.model(problem, possible, allowed, roomy=stretched)
            search = Search(made.data, seed=seed)
            run(search, budget, Stretch(0.97 * i / len(roomy), says="tours"), watch)
            visits = made.visits(search.best) if search.best is not None else {}
        roster = Roster(problem, allowed, visits, tired)
        roster.mend()
        plans.append(_finished(_Left(roster, possible, impossible)))
    return min(plans, key=lambda made: _rank(problem, made))


def _allowed(
    problem: Problem, wanted: Sequence[Wish], watch: Watch
) -> tuple[dict[str, frozenset[str]], dict[str, Fault]]:
    """What each vehicle may serve alone, and why nobody may serve the rest."""
    known: dict[Vehicle, frozenset[str]] = {}
    allowed: dict[str, frozenset[str]] = {}
    locked = {wish.vehicle for wish in wanted} | {v.name for v in problem.vehicles if v.order or v.under_way}
    for at, vehicle in enumerate(problem.vehicles):
        watch.at(0.0, f"who may serve what: {at} of {len(problem.vehicles)} vehicles")
        kind = vehicle if vehicle.name in locked else replace(vehicle, name="")
        if kind not in known:
            able = (wish.name for wish in wanted if fault_of(problem, vehicle, wish) is None)
            known[kind] = frozenset(able)
        allowed[vehicle.name] = known[kind]
    someone = frozenset[str]().union(*allowed.values())
    rest = [wish for wish in wanted if wish.name not in someone]
    faults = {wish.name: nobody(problem, wish) for wish in rest}
    return allowed, {name: fault for name, fault in faults.items() if fault is not None}


@dataclass(frozen=True)
class _Left:
    """Mended tours, and what they do not serve yet."""

    roster: Roster
    possible: Sequence[Wish]
    impossible: dict[str, Fault]

    def unserved(self) -> list[Wish]:
        served = {visit.name for visits in self.roster.visits.values() for visit in visits}
        return [wish for wish in self.possible if wish.name not in served]


def _finished(left: _Left) -> Plan:
    roster = left.roster
    met = roster.insert(left.unserved())
    tours = []
    for vehicle in roster.problem.vehicles:
        table = roster.tables.get(vehicle.name)
        if table is not None and (roster.visits[vehicle.name] or vehicle.under_way is not None):
            done = vehicle.under_way.done if vehicle.under_way else ()
            tours.append(Tour(vehicle, tuple(roster.visits[vehicle.name]), table, done))
    missing = [_explained(wish, met.get(wish.name, Counter())) for wish in left.unserved()]
    missing += [Unserved(name, fault.rule, fault.says) for name, fault in left.impossible.items()]
    prizes = {wish.name: wish.prize or 0.0 for wish in every_wish(roster.problem)}
    return Plan(tuple(tours), tuple(missing), sum(prizes[one.name] for one in missing))


def _explained(wish: Wish, met: Counter[str]) -> Unserved:
    if wish.prize is not None and met["prize"]:
        says = f"Every place in a tour where it fits costs more than its prize of {wish.prize:g}."
        return Unserved(wish.name, "prize", says)
    against = ", ".join(f"{rule} {count} times" for rule, count in met.most_common() if rule != "skill")
    says = f"A vehicle could serve it alone, but all are full. Against the places tried stood: {against}."
    return Unserved(wish.name, "fleet", says)


def _rank(problem: Problem, made: Plan) -> tuple[int, float]:
    """Musts left out, then money with the prizes lost."""
    prizes = {wish.name: wish.prize for wish in every_wish(problem)}
    return sum(prizes[one.name] is None for one in made.unserved), made.cost + made.lost_prizes
