"""The search for cheap tours: PyVRP's local search, restarted, crossed, and chosen from by partitioning."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.routing.partner import Partner
from loomline.engines.routing.penalties import Penalties
from loomline.engines.routing.route_pool import RoutePool
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import pyvrp
    from pyvrp import search as neighbourhood
else:
    pyvrp = heavy("pyvrp")
    neighbourhood = heavy("pyvrp.search")

NEIGHBOURS = 25
REMOVED, REMOVED_LONG = 10, 25
HISTORY = 100
PATIENCE = 1000
PATIENCE_EACH = 10
ELITE = 8
COLLECTED = 300
LONG_ROUTES = 20
CROSSED = 0.7
REPAIRED = 25
CHOOSING_SHARE = 0.06
CHOOSING_MOST = 0.15
LAST_CHOOSING = 0.95
CHOOSING_SECONDS = 0.4


@dataclass(frozen=True)
class Limits:
    """When a search ends: after so many seconds, or after so many iterations, whichever comes first.

    Only a search that is limited by iterations alone (`seconds` infinite) gives the same answer on every
    machine.
    """

    seconds: float = 10.0
    iterations: int | None = None


class Search:
    """Late-acceptance hill climbing (Burke and Bykov 2017) over PyVRP's perturbation and local search.

    A run that has not improved for a while is ended; the next one starts from a random solution or from
    a crossing of two earlier ones (routes of one, the rest of the other). Every feasible route that turns
    up is kept, and now and then the best solution is put together from all of them.
    """

    def __init__(self, data: pyvrp.ProblemData, *, seed: int, pool: RoutePool | None = None) -> None:
        self.data = data
        self.pool = RoutePool(data) if pool is None else pool
        self.best: pyvrp.Solution | None = None
        self.cost = math.inf
        self.iterations = 0
        self._random = Random(seed)
        self._pyvrp_random = pyvrp.RandomNumberGenerator(seed)
        self._penalties = Penalties(data)
        size = data.num_clients + data.num_shipments
        # Few long routes hardly ever fit together, and it takes more to shake them.
        long = size > LONG_ROUTES * data.num_vehicles
        self._improve = self._local_search(REMOVED_LONG if long else REMOVED)
        self._zero = pyvrp.CostEvaluator([0] * data.num_load_dimensions, 0, 0)
        self._elite: list[pyvrp.Solution] = []
        self._history: list[pyvrp.Solution | None] = []
        # Looking through all routes of every candidate would take a large problem half of its time.
        self._collects_all = size <= COLLECTED and not long
        self._patience = max(PATIENCE, PATIENCE_EACH * size)
        self._idle = 0
        self._reached = self._least = math.inf
        self._now = self._first = self._top = self._start()
        self._start_run(self._now)

    def step(self) -> None:
        """One iteration: perturb, improve, accept or not; start anew when the run is stuck."""
        if self._idle > self._patience:
            self._end_run()
        self.iterations += 1
        evaluator = self._penalties.evaluator()
        candidate = self._improve(self._now, evaluator, exhaustive=False)
        self._penalties.register(candidate)
        if self._collects_all:
            self.pool.add(candidate)
        if self.offer(candidate):
            candidate = self._polished(candidate, evaluator)
        elif self.best is None and self.iterations % REPAIRED == 0:
            self._repair(candidate)
        self._accept(candidate, evaluator)

    def offer(self, solution: pyvrp.Solution) -> bool:
        """Keep the solution when it is feasible and cheaper than the best one; True when it is."""
        if not solution.is_feasible():
            return False
        cost = self._zero.cost(solution)
        if cost >= self.cost:
            return False
        self.best, self.cost = solution, cost
        return True

    def choose(self, most: int | None = None) -> bool:
        """Put the best solution together from all routes seen, and go on from it when it is better."""
        chosen = self.pool.best(most, below=self.cost, seconds=CHOOSING_SECONDS)
        if chosen is None or not self.offer(chosen):
            return False
        self._start_run(chosen)
        return True

    def go_on_from(self, solution: pyvrp.Solution) -> None:
        """Start the next run from this solution."""
        self.pool.add(solution)
        self.offer(solution)
        self._start_run(solution)

    def hear(self, solution: pyvrp.Solution) -> None:
        """Take over a better solution that was found elsewhere, and go on from it."""
        self.pool.add(solution)
        if self.offer(solution):
            self._start_run(solution)

    def _local_search(self, removed: int) -> neighbourhood.LocalSearch:
        near = neighbourhood.compute_neighbours(
            self.data, neighbourhood.NeighbourhoodParams(num_neighbours=NEIGHBOURS)
        )
        shake = neighbourhood.PerturbationManager(neighbourhood.PerturbationParams(1, removed))
        made = neighbourhood.LocalSearch(self.data, self._pyvrp_random, near, shake)
        for operator in neighbourhood.OPERATORS:
            if operator.supports(self.data):
                made.add_operator(operator(self.data))
        return made

    def _polished(self, candidate: pyvrp.Solution, evaluator: pyvrp.CostEvaluator) -> pyvrp.Solution:
        better = self._improve(candidate, evaluator, exhaustive=True)
        self.pool.add(better)
        return better if self.offer(better) else candidate

    def _accept(self, candidate: pyvrp.Solution, evaluator: pyvrp.CostEvaluator) -> None:
        cost, now = evaluator.penalised_cost(candidate), evaluator.penalised_cost(self._now)
        at = self.iterations % HISTORY
        late = self._history[at]
        before = evaluator.penalised_cost(self._first if late is None else late)
        if cost < before or cost < now:
            self._now, now = candidate, cost
            if not self._collects_all:
                self.pool.add(candidate)
        if late is None or now < before:
            self._history[at] = self._now
        reached = self._zero.cost(candidate) if candidate.is_feasible() else math.inf
        self._idle += 1
        if reached < self._reached or (math.isinf(self._reached) and cost < self._least):
            self._idle, self._top = 0, candidate
        self._reached = min(self._reached, reached)
        self._least = min(self._least, cost)

    def _start(self) -> pyvrp.Solution:
        start = self._improve(self._seedling(), self._penalties.evaluator(), exhaustive=True)
        self.pool.add(start)
        if not self.offer(start) and self.best is None:
            self._repair(start)
        return start

    def _repair(self, broken: pyvrp.Solution) -> None:
        """Until there is any feasible solution, try to make one of this."""
        made = self._improve(broken, self._penalties.strict(), exhaustive=True)
        self.pool.add(made)
        self.offer(made)

    def _start_run(self, start: pyvrp.Solution) -> None:
        self._now = self._first = self._top = start
        self._history = [None] * HISTORY
        self._idle = 0
        self._reached = self._least = math.inf

    def _end_run(self) -> None:
        self._elite.append(self._top)
        rank = self._penalties.evaluator().penalised_cost
        self._elite = sorted(self._elite, key=rank)[:ELITE]
        self._start_run(self._start())

    def _seedling(self) -> pyvrp.Solution:
        """A random solution, or routes of one good solution and what is left of another."""
        if len(self._elite) < 2 or self._random.random() > CROSSED:
            return pyvrp.Solution.make_random(self.data, self._pyvrp_random)
        one, other = self._random.sample(self._elite, 2)
        return self._crossed(one.routes(), other.routes())

    def _crossed(self, one: list[pyvrp.Route], other: list[pyvrp.Route]) -> pyvrp.Solution:
        taken = self._random.sample(other, max(1, len(other) // 2))
        served = {visit for route in taken for visit in _visits(route)}
        left = {t: k.num_available for t, k in enumerate(self.data.vehicle_types())}
        for route in taken:
            left[route.vehicle_type()] -= 1
        kept = list(taken)
        for route in sorted(one, key=lambda r: len(served.intersection(_visits(r)))):
            rest = [
                pyvrp.Activity(a.type, a.idx) for a in list(route)[1:-1] if (_kind(a), a.idx) not in served
            ]
            if left[route.vehicle_type()] and any(not a.is_depot() for a in rest):
                left[route.vehicle_type()] -= 1
                kept.append(pyvrp.Route(self.data, rest, route.vehicle_type()))
        return pyvrp.Solution(self.data, kept)


class Budget:
    """What of the limits is used up, over all searches that share them."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._start = time.monotonic()
        self._choosing = 0.0
        self.iterations = 0

    def spent(self) -> float:
        """The share of the time or of the iterations that is used up."""
        limits = self._limits
        spent = (time.monotonic() - self._start) / limits.seconds if limits.seconds > 0 else 1.0
        return max(spent, self.iterations / limits.iterations if limits.iterations is not None else 0.0)

    def choose(self, search: Search, most: int | None) -> None:
        """Let the search choose from its pool, unless that has already taken its share of the time."""
        start = time.monotonic()
        if math.isinf(self._limits.seconds) or self._choosing <= CHOOSING_MOST * (start - self._start):
            search.choose(most)
            self._choosing += time.monotonic() - start


@dataclass(frozen=True)
class Stretch:
    """One part of a run: until which share of the budget, with at most how many routes, and how far to go.

    `first_only` ends it with the first feasible solution.
    """

    until: float = 1.0
    most: int | None = None
    first_only: bool = False
    says: str = ""


def run(
    search: Search, budget: Budget, stretch: Stretch, watch: Watch, partner: Partner | None = None
) -> pyvrp.Solution | None:
    """Step until the stretch is over, or the watch is stopped; the best so far stays in the search.

    Where routes are counted (`most`), a partner's solution with fewer of them ends the stretch and is
    returned; other news from the partner are taken over when they are better.
    """
    partner = partner or Partner()
    chosen_at = budget.spent()
    while (spent := budget.spent()) < stretch.until and not watch.is_stopped():
        if stretch.first_only and search.best is not None:
            return None
        news = partner.received(search.best)
        if news is not None and stretch.most is not None and news.num_routes() < stretch.most:
            return news
        if news is not None and (stretch.most is None or news.num_routes() == stretch.most):
            search.hear(news)
        if chosen_at + CHOOSING_SHARE < spent < LAST_CHOOSING:
            chosen_at = spent
            budget.choose(search, stretch.most)
        search.step()
        budget.iterations += 1
        watch.tell(min(spent, 1.0), stretch.says)
    return None


def _visits(route: pyvrp.Route) -> set[tuple[str, int]]:
    return {(_kind(activity), activity.idx) for activity in route if not activity.is_depot()}


def _kind(activity: pyvrp.Activity) -> str:
    """Pick-up and drop of a shipment go together; a depot is never served."""
    return "client" if activity.is_client() else "depot" if activity.is_depot() else "shipment"
