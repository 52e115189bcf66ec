"""Good routes that any solution ever had, put together anew by set partitioning."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    import pyvrp
    from numpy.typing import NDArray
    from scipy import optimize, sparse
else:
    np = heavy("numpy")
    pyvrp = heavy("pyvrp")
    optimize = heavy("scipy.optimize")
    sparse = heavy("scipy.sparse")

MOST = 60_000
COLUMNS = 8000
CHOSEN = 700
GAP = 1e-6
RELAXED_SECONDS = 0.5


# Vehicle type and visits, and then the cost, when it was found, and the route itself.
Entry: TypeAlias = "tuple[tuple[int, frozenset[int]], tuple[int, int, pyvrp.Route]]"


class RoutePool:
    """Feasible routes of every solution seen, the cheapest order for each set of visits.

    Choosing the cheapest subset that visits everything once is the set-partitioning heuristic of
    Rochat and Taillard (1995), solved as an integer programme by HiGHS.
    """

    def __init__(self, data: pyvrp.ProblemData) -> None:
        self._data = data
        self._seen: set[tuple[int, ...]] = set()
        self._best: dict[tuple[int, frozenset[int]], tuple[int, int, pyvrp.Route]] = {}
        self._age = 0

    def __len__(self) -> int:
        return len(self._best)

    def add(self, solution: pyvrp.Solution) -> None:
        """Keep the feasible routes of the solution; routes that were seen before cost next to nothing."""
        for route in solution.routes():
            # Not the visits but what is quick to ask: two routes that agree on all of it are rare.
            mark = (route.vehicle_type(), route.distance(), route.duration(), route.time_warp(), len(route))
            if mark in self._seen:
                continue
            self._seen.add(mark)
            if route.is_feasible():
                self._keep(route)
        if len(self._best) > MOST:
            self._forget()

    def best(self, most: int | None, *, below: float, seconds: float) -> pyvrp.Solution | None:
        """The cheapest solution of at most `most` routes of the pool that costs less than `below`.

        The linear relaxation bounds what a route can still be part of: routes whose reduced cost closes
        the gap to `below` are left out, so that the integer programme stays small. None when there is none,
        or none was found in the time.
        """
        entries = self._columns()
        if not entries:
            return None
        table, highest, required = self._table(entries, most)
        costs = np.array([entry[1][0] for entry in entries], dtype=float)
        rest = below - self._fixed()
        useful = _useful(costs, table, highest, required, rest)
        if useful.size == 0:
            return None
        found = optimize.milp(
            costs[useful],
            constraints=optimize.LinearConstraint(
                table[:, useful], np.where(required, highest, 0.0), highest
            ),
            integrality=np.ones(useful.size),
            bounds=optimize.Bounds(0, 1),
            # Without presolve: its way back prints to standard output when a solution misses a tolerance.
            options={"time_limit": seconds, "mip_rel_gap": GAP, "presolve": False},
        )
        if found.x is None or found.fun >= rest:
            return None
        return pyvrp.Solution(self._data, [entries[useful[i]][1][2] for i in np.flatnonzero(found.x > 0.5)])

    def _keep(self, route: pyvrp.Route) -> None:
        key = (route.vehicle_type(), frozenset(self._visited(route)))
        cost = route_cost(route)
        known = self._best.get(key)
        self._age += 1
        if known is None or cost < known[0]:
            self._best[key] = (cost, self._age, route)

    def _visited(self, route: pyvrp.Route) -> list[int]:
        clients = self._data.num_clients
        return [a.idx if a.is_client() else clients + a.idx for a in route if a.is_client() or a.is_pickup()]

    def _forget(self) -> None:
        newest = sorted(self._best.items(), key=lambda entry: -entry[1][1])[: MOST // 2]
        self._best = dict(newest)

    def _columns(self) -> list[Entry]:
        entries = list(self._best.items())
        if len(entries) > COLUMNS:
            entries = sorted(entries, key=lambda entry: -entry[1][1])[:COLUMNS]
        return entries

    def _fixed(self) -> int:
        """What a solution without any route costs: every prize is lost."""
        data = self._data
        return sum(one.prize for one in data.clients()) + sum(one.prize for one in data.shipments())

    def _table(
        self, entries: list[Entry], most: int | None
    ) -> tuple[sparse.csc_array, NDArray[np.float64], NDArray[np.bool_]]:
        """The routes as columns, the highest value of each row, and which rows must reach theirs.

        Rows: each client and shipment, each group, each vehicle type, and all routes together.
        """
        data = self._data
        visits = data.num_clients + data.num_shipments
        group_of = {i: visits + c.group for i, c in enumerate(data.clients()) if c.group is not None}
        types = visits + data.num_groups
        index: list[int] = []
        starts = [0]
        for (kind, visited), _ in entries:
            index += [*visited, *(group_of[v] for v in visited if v in group_of)]
            index += [types + kind, types + data.num_vehicle_types]
            starts.append(len(index))
        available = [kind.num_available for kind in data.vehicle_types()]
        highest = np.array(
            [1.0] * types + available + [sum(available) if most is None else most], dtype=float
        )
        required = np.zeros(len(highest), dtype=bool)
        required[:types] = [
            *(one.required for one in data.clients()),
            *(one.required for one in data.shipments()),
            *(one.required for one in data.groups()),
        ]
        table = sparse.csc_array((np.ones(len(index)), index, starts), shape=(len(highest), len(entries)))
        return table, highest, required


def _useful(
    costs: NDArray[np.float64],
    table: sparse.csc_array,
    highest: NDArray[np.float64],
    required: NDArray[np.bool_],
    below: float,
) -> NDArray[np.int64]:
    """Positions of the columns that can be part of a solution cheaper than `below`, the likely ones first."""
    relaxed = optimize.linprog(
        costs,
        A_ub=table[~required, :],
        b_ub=highest[~required],
        A_eq=table[required, :] if required.any() else None,
        b_eq=highest[required] if required.any() else None,
        bounds=(0, None),
        method="highs-ds",
        options={"time_limit": RELAXED_SECONDS},
    )
    if relaxed.status != 0 or relaxed.fun >= below:
        return np.zeros(0, dtype=np.int64)
    reduced = costs - relaxed.ineqlin.marginals @ table[~required, :]
    if required.any():
        reduced -= relaxed.eqlin.marginals @ table[required, :]
    order = np.argsort(reduced, kind="stable")
    return order[reduced[order] <= below - relaxed.fun][:CHOSEN]


def route_cost(route: pyvrp.Route) -> int:
    """What the route adds to the cost of a solution; the prizes that it collects are taken off."""
    return route.distance_cost() + route.duration_cost() + route.fixed_vehicle_cost() - route.prizes()
