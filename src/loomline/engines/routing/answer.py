"""Solve a benchmark case and write the answer as a .sol file."""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.routing import fleet, solomon, vrplib
from loomline.engines.routing.case import Case
from loomline.engines.routing.case_model import SCALES, CaseModel, model, rounded
from loomline.engines.routing.partner import Partner, partner
from loomline.engines.routing.search import Budget, Limits, Search, Stretch, run
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import pyvrp
else:
    pyvrp = heavy("pyvrp")

OTHER_SEED = 7919
WORTH_A_PARTNER = 2.0


@dataclass(frozen=True)
class Answer:
    """Routes by vehicle (places from 0; a depot inside a route is a reload), cost and what was not served.

    `cost` follows the case's rounding; `iterations` tells how far the search came.
    """

    case: Case
    routes: tuple[tuple[int, ...], ...]
    cost: float
    iterations: int

    @property
    def vehicles(self) -> int:
        """How many vehicles leave a depot."""
        return sum(bool(route) for route in self.routes)


def read(path: Path) -> Case:
    """Read a VRPLIB, Solomon, Gehring-Homberger or Li-Lim file, told apart by what stands in it."""
    if path.is_dir():
        raise BadInput("It is a folder, not a file.", remedy="Name a VRPLIB or Solomon file.", file=path.name)
    if solomon.is_solomon(path):
        return solomon.read(path)
    if solomon.is_li_lim(path):
        return solomon.read_li_lim(path)
    return vrplib.read(path)


def solve(
    case: Case, *, limits: Limits, seed: int = 0, workers: int = 1, watch: Watch | None = None
) -> Answer:
    """The best routes found within the limits; raises BadInput when no feasible ones were found.

    Two workers are two processes with different seeds that tell each other what they find; a search that
    is limited by iterations has one. Stopping the watch ends the search early with what it has.
    """
    watch = watch or Watch()
    budget = Budget(limits)
    made = model(case)
    fewest = case.fewest_first and fleet.can_reduce(made.data)
    work = fleet.assist if fewest else assist
    alone = workers < 2 or limits.iterations is not None or limits.seconds < WORTH_A_PARTNER
    with (
        nullcontext(Partner())
        if alone
        else partner(work, made.data, seed=seed + OTHER_SEED, seconds=limits.seconds) as other
    ):
        if fewest:
            search = fleet.search_fewest(made.data, seed=seed, budget=budget, watch=watch, partner=other)
        else:
            search = Search(made.data, seed=seed)
            run(search, budget, Stretch(says=case.name), watch, other)
    if search.best is None:
        raise BadInput(
            f"No feasible routes for {case.name} were found in {search.iterations:,} iterations.",
            remedy="Give more seconds or more vehicles, or check windows and demands.",
            file=case.name,
        )
    routes = _routes(made, search.best)
    return Answer(case, routes, cost_of(case, routes), search.iterations)


def assist(data: pyvrp.ProblemData, seed: int, seconds: float, other: Partner) -> None:
    """The partner's side of a search for the least cost."""
    run(Search(data, seed=seed), Budget(Limits(seconds)), Stretch(), Watch(), other)


def cost_of(case: Case, routes: tuple[tuple[int, ...], ...]) -> float:
    """Distance times unit cost, plus fixed costs, plus lost prizes, in the rounding and scale as published.

    `round` and `double` are in units of the file, VRPTW with one decimal, the others in whole tenths
    (`dimacs`) or thousandths (`exact`).
    """
    scale = SCALES[case.rounding]
    travel = case.travel if case.rounding == "double" else rounded(case.travel, case.rounding)
    fixed_scale = 1 if case.rounding == "double" else scale
    total = 0.0
    for vehicle, route in zip(case.vehicles, routes, strict=False):
        if not route:
            continue
        way = (vehicle.depot, *route, vehicle.depot)
        length = sum(float(travel[a, b]) for a, b in pairwise(way))
        total += vehicle.unit_cost * length + vehicle.fixed_cost * fixed_scale
    served = {place for route in routes for place in route}
    total += sum(float(case.prize[p]) * fixed_scale for p in case.customers if p not in served)
    return total / scale if case.kind == "VRPTW" and case.rounding == "dimacs" else total


def text(answer: Answer) -> str:
    """The lines of a .sol file; where vehicles differ, the number of a route is that of its vehicle."""
    alike = len(set(answer.case.vehicles)) == 1
    routes = [route for route in answer.routes if route] if alike else answer.routes
    lines = [f"Route #{at}: {' '.join(map(str, route))}".rstrip() for at, route in enumerate(routes, start=1)]
    return "\n".join([*lines, f"Cost {written(answer.cost)}", ""])


def written(cost: float) -> str:
    """A whole cost without a point, another one with up to six decimals."""
    whole = round(cost)
    return str(whole) if math.isclose(cost, whole, rel_tol=0, abs_tol=1e-9) else f"{cost:.6f}".rstrip("0")


def _routes(made: CaseModel, best: pyvrp.Solution) -> tuple[tuple[int, ...], ...]:
    free = [list(numbers) for numbers in made.vehicles_of]
    routes: list[tuple[int, ...]] = [()] * len(made.case.vehicles)
    places = _Places(made.data)
    for route in best.routes():
        at = free[route.vehicle_type()].pop(0)
        routes[at] = tuple(places.of(activity) for activity in list(route)[1:-1])
    return tuple(routes)


class _Places:
    """The place of each activity, looked up once."""

    def __init__(self, data: pyvrp.ProblemData) -> None:
        self._clients = [client.location for client in data.clients()]
        self._depots = [depot.location for depot in data.depots()]
        self._pairs = [(one.pickup.location, one.delivery.location) for one in data.shipments()]

    def of(self, activity: pyvrp.Activity) -> int:
        if activity.is_client():
            return self._clients[activity.idx]
        if activity.is_depot():
            return self._depots[activity.idx]
        return self._pairs[activity.idx][0 if activity.is_pickup() else 1]
