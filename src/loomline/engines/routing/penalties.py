"""Prices of broken limits, moved up and down so that the search walks along the edge of what is feasible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    import pyvrp
    from numpy.typing import NDArray
else:
    np = heavy("numpy")
    pyvrp = heavy("pyvrp")

WINDOW = 50
FEASIBLE = 0.5
SLACK = 0.05
RAISE, LOWER = 1.3, 0.87
LEAST, MOST = 0.05, 50.0
NEAREST = 5
LOADS = 10.0
# Longer ways stand for forbidden ones.
FORBIDDEN = 9e8
STRICT = 10.0


class Penalties:
    """Self-adjusting penalties (Vidal et al. 2012) for load per dimension, lateness and excess distance.

    Each starts at what a typical step between neighbours costs and stays within fixed multiples of that:
    a limit that no solution found so far keeps must not drown the travel cost for good.
    """

    def __init__(self, data: pyvrp.ProblemData) -> None:
        start = _typical(data)
        self.values = start.copy()
        self._low, self._high = start * LEAST, start * MOST
        self._kept = np.zeros(len(start))
        self._seen = 0
        self._evaluator: pyvrp.CostEvaluator | None = None

    def evaluator(self) -> pyvrp.CostEvaluator:
        """Costs under the penalties of this moment."""
        if self._evaluator is None:
            *loads, late, far = self.values.tolist()
            self._evaluator = pyvrp.CostEvaluator(loads, late, far)
        return self._evaluator

    def strict(self) -> pyvrp.CostEvaluator:
        """Costs under which hardly any saving is worth a broken limit: what repairs a solution."""
        *loads, late, far = (self._high * STRICT).tolist()
        return pyvrp.CostEvaluator(loads, late, far)

    def register(self, solution: pyvrp.Solution) -> None:
        """Count which limits the solution keeps, and adjust after every 50th one."""
        broken = [*solution.excess_load(), solution.time_warp(), solution.excess_distance()]
        self._kept += np.array(broken) == 0
        self._seen += 1
        if self._seen == WINDOW:
            share = self._kept / WINDOW
            factor = np.where(share < FEASIBLE - SLACK, RAISE, np.where(share > FEASIBLE + SLACK, LOWER, 1.0))
            self.values = np.clip(self.values * factor, self._low, self._high)
            self._kept[:] = 0
            self._seen = 0
            self._evaluator = None


def _typical(data: pyvrp.ProblemData) -> NDArray[np.float64]:
    """What a unit of each limit is worth at the start: [*loads, lateness, distance]."""
    types = data.vehicle_types()
    per_distance = float(np.mean([t.unit_distance_cost for t in types]))
    per_duration = float(np.mean([t.unit_duration_cost for t in types]))
    used = sorted({t.profile for t in types})[:1]
    distance = near(np.asarray(data.distance_matrix(used[0])))
    duration = near(np.asarray(data.duration_matrix(used[0])))
    step = max(per_distance * distance + per_duration * duration, 1.0)
    amounts = [[abs(d) + abs(p) for d, p in zip(c.delivery, c.pickup, strict=True)] for c in data.clients()]
    amounts += [list(s.amount) for s in data.shipments()]
    mean = np.mean(amounts, axis=0) if amounts else np.ones(data.num_load_dimensions)
    loads = LOADS * step / np.maximum(mean, 1.0)
    return np.array([*loads, 2.0 * step / max(duration, 1.0), 2.0 * step / max(distance, 1.0)])


def near(matrix: NDArray[np.int64]) -> float:
    """The mean of the five shortest ways out of each place; forbidden ways do not count."""
    ways = np.sort(np.asarray(matrix, dtype=float), axis=1)[:, 1 : NEAREST + 1]
    ways = ways[(ways > 0) & (ways < FORBIDDEN)]
    return float(ways.mean()) if ways.size else 1.0
