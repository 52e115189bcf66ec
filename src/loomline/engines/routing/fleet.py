"""The fewest vehicles first, then the least cost, as the literature on Solomon's instances counts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.routing.route_pool import RoutePool
from loomline.engines.routing.search import Budget, Limits, Search, Stretch, run
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import pyvrp
else:
    pyvrp = heavy("pyvrp")

FIRST = 0.04
REDUCING = 0.5


def search_fewest(data: pyvrp.ProblemData, *, seed: int, limits: Limits, watch: Watch) -> Search:
    """Search with one vehicle less as long as that is found feasible in half of the budget, then for cost.

    Needs one vehicle type and no optional visits (as PyVRP's own fleet minimisation does); the routes of
    failed attempts are not lost, for they stay in the pool that the last search chooses from.
    """
    budget = Budget(limits)
    pool = RoutePool(data)
    search = Search(data, seed=seed, pool=pool)
    run(search, budget, Stretch(FIRST, says="first tours"), watch)
    if search.best is None:
        run(search, budget, Stretch(1.0, says="no feasible tours yet", first_only=True), watch)
    least = lower_bound(data)
    while search.best is not None and (count := search.best.num_routes()) > least:
        attempt = Search(_with(data, count - 1), seed=seed + count, pool=pool)
        attempt.go_on_from(_shortened(attempt.data, search.best))
        says = f"{count} vehicles; trying {count - 1}"
        run(attempt, budget, Stretch(REDUCING, count - 1, first_only=True, says=says), watch)
        if attempt.best is None:
            break
        search = attempt
    if search.best is None:
        return search
    count = search.best.num_routes()
    last = Search(_with(data, count), seed=seed, pool=pool)
    last.go_on_from(search.best)
    run(last, budget, Stretch(1.0, count, says=f"{count} vehicles; shorter tours"), watch)
    return last


def lower_bound(data: pyvrp.ProblemData) -> int:
    """No fewer vehicles can carry what is delivered, or what is picked up, in any dimension."""
    kind = data.vehicle_type(0)
    bound = 1
    for dimension in range(data.num_load_dimensions):
        capacity = kind.capacity[dimension] * kind.max_trips
        delivered = sum(client.delivery[dimension] for client in data.clients())
        picked_up = sum(client.pickup[dimension] for client in data.clients())
        if capacity > 0:
            bound = max(bound, math.ceil(max(delivered, picked_up) / capacity))
    return bound


def can_reduce(data: pyvrp.ProblemData) -> bool:
    """Whether vehicles are alike and every visit must be made."""
    required = [*(one.required for one in data.clients()), *(one.required for one in data.shipments())]
    return data.num_vehicle_types == 1 and all(required)


def _with(data: pyvrp.ProblemData, count: int) -> pyvrp.ProblemData:
    return data.replace(vehicle_types=[data.vehicle_type(0).replace(num_available=count)])


def _shortened(data: pyvrp.ProblemData, solution: pyvrp.Solution) -> pyvrp.Solution:
    """The solution without its shortest route; the local search puts its visits elsewhere."""
    routes = sorted(solution.routes(), key=len)[1:]
    return pyvrp.Solution(data, routes)
