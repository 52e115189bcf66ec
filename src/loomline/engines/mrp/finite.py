"""Constrained planning: materials, lead times and finite machines together, demand by demand.

Demands are planned by priority and date. Each is first planned backward from its date; where that would
start something too early or find no machine time, a forward pass finds the earliest date, and a second
backward pass from there keeps everything before the bottleneck as late as possible. What one demand has
taken no later one can break: stock never falls below zero and no machine is taken twice, by construction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.mrp.calendars import DAY, FAR
from loomline.engines.mrp.finite_backward import Limits
from loomline.engines.mrp.finite_book import Loads
from loomline.engines.mrp.finite_forward import Forward
from loomline.engines.mrp.levels import planning_levels
from loomline.engines.mrp.lot_rules import LEAST
from loomline.engines.mrp.pegging import Need, Pegging
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from loomline.engines.mrp.plant import Plant
else:
    np = heavy("numpy")


@dataclass(frozen=True)
class Deliveries:
    """What each demand gets and when, shape (d,); several rows where it is delivered in parts."""

    demand: NDArray[np.int64]
    quantity: NDArray[np.float64]
    at: NDArray[np.int64]


@dataclass(frozen=True)
class FinitePlan:
    """A constrained plan: pegging of everything, loads of machines, deliveries, what is short by demand.

    `late` has the seconds by which the last delivery of each demand misses its date, `short` the quantity
    that is not delivered, both of shape (demands,).
    """

    pegging: Pegging
    loads: Loads
    deliveries: Deliveries
    late: NDArray[np.int64]
    short: NDArray[np.float64]


class FinitePlanner(Forward):
    """Plans demands one by one on the state of a plant; also answers what could be promised."""

    def __init__(self, plant: Plant, limits: Limits | None = None) -> None:
        super().__init__(plant, limits or Limits())
        self.level = planning_levels(plant)
        self.delivered: list[tuple[int, float, int]] = []

    def run(self, watch: Watch | None = None) -> FinitePlan:
        """Plan all demands of the plant, then refill safety stocks with what capacity is left."""
        watch = watch or Watch()
        demands = self.plant.demands
        order = np.lexsort((np.arange(len(demands)), demands.at, demands.priority)).tolist()
        late = np.where(np.isfinite(demands.late_days), demands.late_days * DAY, FAR).astype(np.int64)
        rows = list(
            zip(
                demands.item.tolist(),
                demands.quantity.tolist(),
                demands.at.tolist(),
                demands.least.tolist(),
                late.tolist(),
                strict=True,
            )
        )
        for done, row in enumerate(order):
            if not done % 50:
                watch.at(done / max(len(order), 1), f"demand {done} of {len(order)}")
            item, quantity, at, least, most = rows[row]
            self.plan_demand(row, item, quantity, at, least=least, late=most)
        self._fill_safety(watch)
        return self.plan()

    def plan_demand(
        self, row: int, item: int, quantity: float, at: int, *, least: float = 0.0, late: int = FAR
    ) -> list[tuple[int, float, int]]:
        """Plan one demand: its deliveries as (row, quantity, time); fewer units where it cannot be met."""
        made = self.attempt(row, item, quantity, at, least=least, late=late)
        self.delivered += made
        # What is planned is never undone: forget how to.
        self.book.log.clear()
        return made

    def attempt(
        self, row: int, item: int, quantity: float, at: int, *, least: float = 0.0, late: int = FAR
    ) -> list[tuple[int, float, int]]:
        """As `plan_demand`, but the record can still go back."""
        if quantity <= LEAST:
            return []
        group = int(self.plant.demands.group[row]) if row < len(self.plant.demands) else -1
        need = self.book.need(Need.DEMAND, item, row, quantity, at, group)
        wish = max(at, 0) if self.limits.lead_times else at
        before = self.book.mark()
        if self.cover(item, quantity, wish, need):
            return [(row, quantity, wish)]
        self.book.back(before)
        return self._in_parts(row, item, quantity, wish, need, least, at + late)

    def _in_parts(
        self, row: int, item: int, quantity: float, wish: int, need: int, least: float, latest: int
    ) -> list[tuple[int, float, int]]:
        """What is on the shelf in time, if parts may be delivered, and the rest as early as it can be had."""
        made: list[tuple[int, float, int]] = []
        part = min(self.shelves[item].free_by(wish), quantity) if least > 0 else 0.0
        if part >= max(least, LEAST):
            self.book.take(self.shelves[item], part, wish, need)
            made.append((row, part, wish))
            quantity -= part
        before = self.book.mark()
        at = self.obtain(item, quantity, need, wish)
        self.book.back(before)
        if at >= FAR or at > latest:
            return made
        at = max(at, wish)
        if not self.cover(item, quantity, at, need):
            self.book.back(before)
            at = max(self.obtain(item, quantity, need, wish), wish)
        return [*made, (row, quantity, at)]

    def _fill_safety(self, watch: Watch) -> None:
        """Safety stocks come last: free lots first, then new orders as early as possible."""
        safety = self.plant.items.safety_stock
        for item in np.flatnonzero(safety > 0)[np.argsort(self.level[safety > 0], kind="stable")].tolist():
            watch.at(0.99, "safety stocks")
            quantity = float(safety[item])
            need = self.book.need(Need.SAFETY, item, 0, quantity, 0)
            left = self.book.take(self.shelves[item], quantity, FAR, need)
            if left > LEAST:
                before = self.book.mark()
                if self.obtain(item, left, need, 0) >= FAR:
                    self.book.back(before)
            self.book.log.clear()

    def plan(self) -> FinitePlan:
        """What has been planned so far."""
        demands = self.plant.demands
        rows = np.array(self.delivered, dtype=float).reshape(-1, 3)
        row, at = rows[:, 0].astype(np.int64), rows[:, 2].astype(np.int64)
        deliveries = Deliveries(row, rows[:, 1], at)
        got = np.bincount(row, rows[:, 1], minlength=len(demands))[: len(demands)]
        last = np.full(len(demands), -FAR)
        inside = row < len(demands)
        np.maximum.at(last, row[inside], at[inside])
        late = np.where(got > 0, np.maximum(last - demands.at, 0), 0)
        short = np.where(demands.quantity - got > LEAST, demands.quantity - got, 0.0)
        return FinitePlan(self.book.pegging(self.level), self.book.loaded(), deliveries, late, short)
