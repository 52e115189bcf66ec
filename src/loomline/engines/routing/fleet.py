"""The fewest vehicles first, then the least cost, as the literature on Solomon's instances counts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.routing.partner import Partner
from loomline.engines.routing.route_pool import RoutePool
from loomline.engines.routing.search import Budget, Limits, Search, Stretch, run
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import pyvrp
else:
    pyvrp = heavy("pyvrp")

FIRST = 0.04
REDUCING = 0.45
REDUCING_ASSISTED = 0.8


def search_fewest(
    data: pyvrp.ProblemData,
    *,
    seed: int,
    budget: Budget,
    watch: Watch,
    partner: Partner | None = None,
    reducing: float = REDUCING,
) -> Search:
    """Search with one vehicle less as long as that is found in `reducing` of the budget, then for cost.

    Needs one vehicle type and no optional visits (as PyVRP's own fleet minimisation does); the routes of
    failed attempts are not lost, for they stay in the pool that the last search chooses from.
    """
    partner = partner or Partner()
    pool = RoutePool(data)
    search = Search(data, seed=seed, pool=pool)
    run(search, budget, Stretch(FIRST, says="first tours"), watch)
    if search.best is None:
        run(search, budget, Stretch(says="no feasible tours yet", first_only=True), watch, partner)
    best = search.best
    least = lower_bound(data)
    while best is not None and not watch.is_stopped():
        count = best.num_routes()
        if count > least and budget.spent() < reducing:
            attempt = Search(_with(data, count - 1), seed=seed + count, pool=pool)
            attempt.go_on_from(_shortened(attempt.data, best))
            says = f"{count} vehicles; trying {count - 1}"
            stretch = Stretch(reducing, count - 1, first_only=True, says=says)
            fewer = run(attempt, budget, stretch, watch, partner) or attempt.best
            if fewer is not None:
                best = fewer
                continue
        search = Search(_with(data, count), seed=seed, pool=pool)
        search.go_on_from(best)
        stretch = Stretch(1.0, count, says=f"{count} vehicles; shorter tours")
        best = run(search, budget, stretch, watch, partner)
    if best is not None and (search.best is None or best.num_routes() < search.best.num_routes()):
        search = Search(_with(data, best.num_routes()), seed=seed, pool=pool)
        search.go_on_from(best)
    return search


def assist(data: pyvrp.ProblemData, seed: int, seconds: float, partner: Partner) -> None:
    """The partner's side: it tries longer to save a vehicle."""
    search_fewest(
        data,
        seed=seed,
        budget=Budget(Limits(seconds)),
        watch=Watch(),
        partner=partner,
        reducing=REDUCING_ASSISTED,
    )


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
