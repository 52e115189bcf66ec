"""A plan that follows single changes: only the items that a change reaches are planned anew."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.mrp.orders import PlannedOrders, planned_orders

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from loomline.engines.mrp.netting import Netting
    from loomline.engines.mrp.plant import Demands, Receipts
else:
    np = heavy("numpy")


@dataclass(frozen=True)
class Changed:
    """What a change did: the items planned anew, and their planned orders before and after."""

    items: NDArray[np.int64]
    before: PlannedOrders
    after: PlannedOrders


class NetChange:
    """Keeps a netting up to date (net-change MRP after Orlicky); the result is that of a full run."""

    def __init__(self, netting: Netting) -> None:
        self.netting = netting
        subs = netting.plant.substitutes
        self.replaced: dict[int, list[int]] = {
            int(by): netting.substitution.users(int(by)) for by in np.unique(subs.by)
        }

    def change_demands(self, changed: dict[int, tuple[float, int]]) -> Changed:
        """Set quantity and time (seconds) of demands by their number; a quantity of 0 cancels one."""
        rows = np.array(sorted(changed), dtype=np.int64)
        demands = self.netting.plant.demands
        if len(rows) and (rows[0] < 0 or rows[-1] >= len(demands)):
            raise BadInput(f"There is no demand {rows[-1]}.", remedy="Name demands of the plan.")
        quantity, at = demands.quantity.copy(), demands.at.copy()
        quantity[rows] = [changed[row][0] for row in rows.tolist()]
        at[rows] = [changed[row][1] for row in rows.tolist()]
        if not (quantity[rows] >= 0).all():
            raise BadInput("A demand is below 0.", remedy="Correct the number.", column="quantity")
        self.netting.add_demands(demands.take(rows), -1.0)
        new = demands.but(quantity=quantity, at=at)
        self.netting.plant = self.netting.plant.with_(demands=new)
        self.netting.add_demands(new.take(rows), 1.0)
        return self._replan(set(demands.item[rows].tolist()))

    def add_demands(self, demands: Demands) -> Changed:
        """Take further demands in."""
        plant = self.netting.plant.with_(demands=self.netting.plant.demands.joined(demands))
        self.netting.plant = plant
        self.netting.add_demands(demands, 1.0)
        return self._replan(set(demands.item.tolist()))

    def set_receipts(self, receipts: Receipts) -> Changed:
        """Replace all receipts; the items are planned anew whose receipts differ."""
        before = self.netting.plant.receipts
        self.netting.plant = self.netting.plant.with_(receipts=receipts)
        self.netting.load_receipts()
        old, new = _by_item(before), _by_item(receipts)
        return self._replan({item for item in old.keys() | new.keys() if old.get(item) != new.get(item)})

    def set_stock(self, on_hand: dict[int, float]) -> Changed:
        """Set the stock of items after a count or a movement."""
        plant = self.netting.plant
        stock = plant.items.on_hand.copy()
        for item, quantity in on_hand.items():
            stock[item] = quantity
        self.netting.plant = plant.with_(items=plant.items.but(on_hand=stock))
        return self._replan(set(on_hand))

    def _replan(self, touched: set[int]) -> Changed:
        self.netting.explosion.plant = self.netting.plant
        queue = [(int(self.netting.level[item]), item) for item in touched]
        queue += [pair for item in touched for pair in self._stood_in(item)]
        heapq.heapify(queue)
        seen: list[NDArray[np.int64]] = []
        held: list[NDArray[np.float64]] = []
        while queue:
            depth = queue[0][0]
            batch: set[int] = set()
            while queue and queue[0][0] == depth:
                batch.add(heapq.heappop(queue)[1])
            rows = np.array(sorted(batch), dtype=np.int64)
            seen.append(rows)
            held.append(self.netting.planned[rows])
            for item in self._again(rows, held[-1]):
                heapq.heappush(queue, (int(self.netting.level[item]), item))
                for pair in self._stood_in(item):
                    heapq.heappush(queue, pair)
        return self._difference(seen, held)

    def _again(self, rows: NDArray[np.int64], before: NDArray[np.float64]) -> set[int]:
        """Plan items anew; the items whose requirements that changes."""
        netting, touched = self.netting, set()
        if netting.substitution.rows:
            for item in rows.tolist():
                touched |= netting.substitution.undo(item)
        after = netting.lots(rows)
        if netting.substitution.rows:
            swaps = netting.substitution.swaps
            touched |= {swap.by for item in rows.tolist() for swap in swaps.get(item, [])}
        moved = np.flatnonzero((after != before).any(axis=1))
        if len(moved):
            touched |= set(netting.explosion.explode(rows[moved], before[moved], -1.0).tolist())
            touched |= set(netting.explosion.explode(rows[moved], after[moved], 1.0).tolist())
            netting.planned[rows[moved]] = after[moved]
        return touched

    def _stood_in(self, item: int) -> list[tuple[int, int]]:
        """Items whose substitute this one is: how much of it is free has changed."""
        return [(int(self.netting.level[user]), user) for user in self.replaced.get(item, [])]

    def _difference(self, seen: list[NDArray[np.int64]], held: list[NDArray[np.float64]]) -> Changed:
        """The orders of what was planned anew; an item met twice counts with what it had at first."""
        first: dict[int, NDArray[np.float64]] = {}
        for rows, planned_then in zip(seen, held, strict=True):
            for at, item in enumerate(rows.tolist()):
                first.setdefault(item, planned_then[at])
        items = np.array(sorted(first), dtype=np.int64)
        planned = self.netting.planned
        after = planned_orders(self.netting, items)
        now = planned[items].copy()
        planned[items] = [first[item] for item in items.tolist()] if len(items) else now
        before = planned_orders(self.netting, items)
        planned[items] = now
        return Changed(items, before, after)


def _by_item(receipts: Receipts) -> dict[int, list[tuple[float, int, bool]]]:
    made: dict[int, list[tuple[float, int, bool]]] = {}
    rows = zip(
        receipts.item.tolist(),
        receipts.quantity.tolist(),
        receipts.at.tolist(),
        receipts.is_frozen.tolist(),
        strict=True,
    )
    for item, quantity, at, is_frozen in rows:
        made.setdefault(item, []).append((quantity, at, is_frozen))
    return {item: sorted(values) for item, values in made.items()}
