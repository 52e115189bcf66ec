"""Gross to net, level by level (Orlicky, 1975), on whole matrices of items and buckets.

Cumulated requirements and safety stock less stock and frozen receipts give what is missing; its running
maximum is what must arrive by each bucket. Receipts that may be moved serve it first (the rescheduling
assumption of MRP), planned orders the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.mrp.explosion import Explosion
from loomline.engines.mrp.levels import planning_levels, spans
from loomline.engines.mrp.lot_rules import LEAST, YEAR_DAYS, lots_of, planned_lots
from loomline.engines.mrp.plant import LotRule
from loomline.engines.mrp.substitution import Substitution
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from loomline.engines.mrp.grid import Grid
    from loomline.engines.mrp.plant import Demands, Plant
else:
    np = heavy("numpy")

BLOCK_CELLS = 2_000_000


class Netting:
    """The working state of a plan: requirements and planned receipts, shape (items, buckets).

    `gross` holds demands and needs of planned orders, `planned` what planned orders bring, `level` the
    low-level codes, shape (items,). `run` fills them; `NetChange` keeps them up to date afterwards.
    """

    def __init__(self, plant: Plant, grid: Grid, *, reschedule: bool = True) -> None:
        self.plant, self.grid, self.reschedule = _plain_phantoms(plant), grid, reschedule
        self.level = planning_levels(self.plant)
        shape = (len(plant.items), grid.count)
        self.gross, self.planned = np.zeros(shape), np.zeros(shape)
        self.explosion = Explosion(self.plant, grid, self.gross)
        self.substitution = Substitution(self)
        self.beyond = self.add_demands(plant.demands, 1.0)
        self.load_receipts()

    def add_demands(self, demands: Demands, sign: float) -> int:
        """Add demands to the requirements (or take them away); how many lie beyond the horizon."""
        bucket = self.grid.bucket(demands.at)
        items = self.plant.items
        fenced = demands.is_forecast & (demands.at < items.demand_fence[demands.item] * 86_400)
        inside = bucket < self.grid.count
        rows = inside & ~fenced
        cell = demands.item[rows] * self.grid.count + bucket[rows]
        if len(cell) > self.gross.size // 8:
            flat = np.bincount(cell, demands.quantity[rows], minlength=self.gross.size)
            self.gross += sign * flat.reshape(self.gross.shape)
        else:
            np.add.at(self.gross.reshape(-1), cell, sign * demands.quantity[rows])
        return int((~inside).sum())

    def load_receipts(self) -> None:
        """Sort the receipts of the plant by item: frozen ones stay where they are, the others may move."""
        receipts, count = self.plant.receipts, len(self.plant.items)
        moves = ~receipts.is_frozen & self.reschedule
        self.movable = np.bincount(receipts.item[moves], receipts.quantity[moves], minlength=count)
        fixed = np.flatnonzero(~moves & (self.grid.bucket(receipts.at) < self.grid.count))
        fixed = fixed[np.argsort(receipts.item[fixed], kind="stable")]
        self.fixed_first = np.searchsorted(receipts.item[fixed], np.arange(count + 1))
        self.fixed_bucket = self.grid.bucket(receipts.at[fixed])
        self.fixed_quantity = receipts.quantity[fixed]

    def run(self, watch: Watch | None = None) -> None:
        """Plan every item, parents first; raises Stopped when told to stop."""
        watch = watch or Watch()
        order = np.argsort(self.level, kind="stable")
        first = np.searchsorted(self.level[order], np.arange(int(self.level.max(initial=0)) + 2))
        size = max(BLOCK_CELLS // self.grid.count, 1)
        for depth in range(len(first) - 1):
            for start in range(first[depth], first[depth + 1], size):
                rows = order[start : min(start + size, first[depth + 1])]
                self.plan_items(rows)
                watch.at(start / len(order), f"level {depth}")

    def plan_items(self, rows: NDArray[np.int64]) -> None:
        """Net items whose parents are planned, size their lots and pass their needs on."""
        self.planned[rows] = self.lots(rows)
        self.explosion.explode(rows, self.planned[rows], 1.0)

    def lots(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """The planned receipts of items, shape (len(rows), buckets)."""
        net = self.net_requirements(rows)
        net = self.substitution.apply(rows, net)
        gross = self.gross[rows].sum(axis=1)
        rate = gross * YEAR_DAYS / (self.grid.count * self.grid.days)
        return planned_lots(net, lots_of(self.plant.items.take(rows), self.grid.days, rate))

    def net_requirements(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """What planned orders must bring in each bucket, shape (len(rows), buckets)."""
        items = self.plant.items
        missing = self.gross[rows] - self.fixed_supply(rows)
        np.cumsum(missing, axis=1, out=missing)
        missing += (items.safety_stock[rows] - items.on_hand[rows])[:, None]
        np.maximum.accumulate(missing, axis=1, out=missing)
        missing -= self.movable[rows][:, None]
        np.maximum(missing, 0.0, out=missing)
        np.round(missing, 7, out=missing)
        fence = np.ceil(items.planning_fence[rows] / self.grid.days)
        if fence.any():
            missing[np.arange(self.grid.count)[None, :] < fence[:, None]] = 0.0
        net = np.diff(missing, axis=1, prepend=0.0)
        net[net < LEAST] = 0.0
        return net

    def fixed_supply(self, rows: NDArray[np.int64]) -> NDArray[np.float64] | float:
        """What frozen receipts and co-products bring, shape (len(rows), buckets), or 0.0 for nothing."""
        first, last = self.fixed_first[rows], self.fixed_first[rows + 1]
        at = spans(first, last)
        outputs = self.explosion.outputs(rows)
        if not len(at) and outputs is None:
            return 0.0
        made = np.zeros((len(rows), self.grid.count)) if outputs is None else outputs
        local = np.repeat(np.arange(len(rows)), last - first)
        np.add.at(made, (local, self.fixed_bucket[at]), self.fixed_quantity[at])
        return made


def _plain_phantoms(plant: Plant) -> Plant:
    """A phantom is passed through: no lead time, no lots, no safety, no fence."""
    items = plant.items
    plain = items.is_phantom
    if not plain.any():
        return plant
    zero = {
        name: np.where(plain, 0.0, getattr(items, name))
        for name in ("safety_stock", "safety_days", "lead_days", "lead_days_per_unit", "planning_fence")
    }
    lots = {name: np.where(plain, 0.0, getattr(items, name)) for name in ("minimum", "multiple")}
    rule = np.where(plain, LotRule.LOT_FOR_LOT, items.rule)
    maximum = np.where(plain, np.inf, items.maximum)
    return plant.with_(items=items.but(**zero, **lots, rule=rule, maximum=maximum))
