"""Substitutes: stock that nothing else needs stands in before anything is made or bought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.mrp.explosion import Lines, needs_by
from loomline.engines.mrp.lot_rules import LEAST

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from loomline.engines.mrp.netting import Netting
else:
    np = heavy("numpy")


@dataclass(frozen=True)
class Swap:
    """`taken` units of item `by` stand in for `quantity` units of `item` in a bucket."""

    item: int
    by: int
    bucket: int
    quantity: float
    taken: float
    group: int = -1


class Substitution:
    """Which net requirements were covered by substitutes; item by item, since few have any."""

    def __init__(self, netting: Netting) -> None:
        self.netting = netting
        subs, level = netting.plant.substitutes, netting.level
        self.rows: dict[int, list[int]] = {}
        for row in np.argsort(subs.rank, kind="stable"):
            if level[subs.item[row]] < level[subs.by[row]]:
                self.rows.setdefault(int(subs.item[row]), []).append(int(row))
        self.swaps: dict[int, list[Swap]] = {}

    def users(self, by: int) -> list[int]:
        """The items for which this one may stand in."""
        substitutes = self.netting.plant.substitutes.by
        return [item for item, rows in self.rows.items() if any(substitutes[row] == by for row in rows)]

    def apply(self, rows: NDArray[np.int64], net: NDArray[np.float64]) -> NDArray[np.float64]:
        """Net requirements less what substitutes cover, shape (len(rows), buckets)."""
        if not self.rows:
            return net
        for at, item in enumerate(rows.tolist()):
            if item in self.rows and net[at].any():
                room: dict[int, NDArray[np.float64]] = {}
                for row in self.rows[item]:
                    group = int(self.netting.plant.substitutes.group[row])
                    if group >= 0 and group not in room:
                        room[group] = self._taken_by(item, group)
                    self._use(row, net[at], room.get(group))
        return net

    def _taken_by(self, item: int, group: int) -> NDArray[np.float64]:
        """What a group takes of an item, bucket by bucket: its parents are planned by now."""
        netting, found = self.netting, np.zeros(self.netting.grid.count)
        bills, demands, grid = netting.plant.bills, netting.plant.demands, netting.grid
        rows = np.flatnonzero((bills.component == item) & (bills.group == group) & ~bills.is_output)
        parents = np.unique(bills.parent[rows])
        orders = netting.explosion.orders(parents, netting.planned[parents])
        needs = needs_by(netting.explosion, Lines.of(bills, rows, len(netting.plant.items)), orders)
        np.add.at(found, np.minimum(grid.bucket(needs.at), grid.count - 1), needs.quantity)
        asked = (demands.item == item) & (demands.group == group) & (grid.bucket(demands.at) < grid.count)
        np.add.at(found, grid.bucket(demands.at[asked]), demands.quantity[asked])
        return found

    def undo(self, item: int) -> set[int]:
        """Give back what stands in for the item; the items whose requirements fall by that."""
        swaps = self.swaps.pop(item, [])
        for swap in swaps:
            self.netting.gross[swap.by, swap.bucket] -= swap.taken
        return {swap.by for swap in swaps}

    def _use(self, row: int, net: NDArray[np.float64], room: NDArray[np.float64] | None) -> None:
        subs = self.netting.plant.substitutes
        item, by, ratio = int(subs.item[row]), int(subs.by[row]), float(subs.ratio[row])
        balance = self._balance(by)
        for bucket in np.flatnonzero(net > 0).tolist():
            free = float(balance[bucket:].min())
            quantity = min(float(net[bucket]), free / ratio)
            if room is not None:
                quantity = min(quantity, float(room[bucket]))
            if quantity <= LEAST:
                continue
            if room is not None:
                room[bucket] -= quantity
            taken = quantity * ratio
            net[bucket] = max(net[bucket] - quantity, 0.0)
            balance[bucket:] -= taken
            self.netting.gross[by, bucket] += taken
            self.swaps.setdefault(item, []).append(
                Swap(item, by, bucket, quantity, taken, int(subs.group[row]))
            )

    def _balance(self, item: int) -> NDArray[np.float64]:
        """Stock and receipts less requirements and safety stock, bucket by bucket."""
        netting, items = self.netting, self.netting.plant.items
        receipts, grid = netting.plant.receipts, netting.grid
        supply = np.zeros(grid.count) - netting.gross[item]
        mine = (receipts.item == item) & (grid.bucket(receipts.at) < grid.count)
        np.add.at(supply, grid.bucket(receipts.at[mine]), receipts.quantity[mine])
        outputs = netting.explosion.outputs(np.array([item]))
        if outputs is not None:
            supply += outputs[0]
        return np.cumsum(supply) + items.on_hand[item] - items.safety_stock[item]
