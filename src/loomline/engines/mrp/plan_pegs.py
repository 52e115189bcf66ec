"""The pegging of a netting: stock, receipts and planned orders by date against requirements by date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.mrp.calendars import DAY
from loomline.engines.mrp.explosion import BlockOrders, Lines, needs_by
from loomline.engines.mrp.lot_rules import LEAST
from loomline.engines.mrp.orders import PlannedOrders, planned_orders
from loomline.engines.mrp.pegging import (
    Need,
    Pegging,
    Requirements,
    Supplies,
    Supply,
    first_in_first_out,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from loomline.engines.mrp.netting import Netting
    from loomline.engines.mrp.substitution import Swap
else:
    np = heavy("numpy")


def peg(netting: Netting, items: NDArray[np.int64] | None = None) -> tuple[Pegging, PlannedOrders]:
    """Peg all items of a plan, or those given and what they touch one level up; with the orders it names.

    Within an item the safety stock is served first, then requirements by date, priority and row; supplies
    serve by the date they are there or are wanted to be. Stock first, so a plan pegs the same way twice.
    """
    every = np.arange(len(netting.plant.items))
    items = every if items is None else np.unique(items)
    bills = netting.plant.bills
    parents = bills.parent[np.isin(bills.component, items)]
    takers = np.array([i for item in items.tolist() for i in _swappers(netting, item)], dtype=np.int64)
    orders = planned_orders(netting, np.unique(np.concatenate([items, parents, takers])))
    swaps = _swaps_of(netting, items)
    supplies, turn = _supplies(netting, items, orders, swaps)
    needs, need_turn, groups = _requirements(netting, items, orders, supplies)
    tied = _tied(netting, items, swaps, supplies, needs, groups)
    given = supplies.quantity - np.bincount(tied[0], tied[2], minlength=len(supplies.item))
    open_ = needs.quantity - np.bincount(tied[1], tied[2], minlength=len(needs.item))
    wanted = np.flatnonzero(np.isin(supplies.item, items))
    wanted = wanted[np.lexsort((wanted, turn[wanted], supplies.item[wanted]))]
    served = np.lexsort((np.arange(len(needs.item)), *need_turn, needs.item))
    supply, need, quantity = first_in_first_out(
        supplies.item[wanted], given[wanted], needs.item[served], open_[served]
    )
    pegs = zip(tied, (wanted[supply], served[need], quantity), strict=True)
    return Pegging(supplies, needs, *(np.concatenate(pair) for pair in pegs)), orders


def _tied(
    netting: Netting,
    items: NDArray[np.int64],
    swaps: list[Swap],
    supplies: Supplies,
    needs: Requirements,
    groups: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """What stands in for one group only serves that group: supply row, requirement row and quantity."""
    known = set(items.tolist())
    first = len(supplies.item) - len(swaps)
    bound = [(first + n, one) for n, one in enumerate(swaps) if one.group >= 0 and one.item in known]
    if not bound:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
    rows: dict[tuple[int, int, int], list[int]] = {}
    bucket = np.minimum(netting.grid.bucket(needs.at), netting.grid.count - 1)
    for row in np.flatnonzero(groups >= 0).tolist():
        rows.setdefault((int(needs.item[row]), int(groups[row]), int(bucket[row])), []).append(row)
    left = needs.quantity.copy()
    found: list[tuple[int, int, float]] = []
    for supply, swap in bound:
        missing = swap.quantity
        for row in rows.get((swap.item, swap.group, swap.bucket), ()):
            part = min(missing, float(left[row]))
            if part > LEAST:
                found.append((supply, row, part))
                left[row] -= part
                missing -= part
    columns = np.array(found, dtype=float).reshape(-1, 3).T
    return columns[0].astype(np.int64), columns[1].astype(np.int64), columns[2]


def cone(netting: Netting, items: NDArray[np.int64], *, down: bool, up: bool) -> NDArray[np.int64]:
    """The items and all that they are made of, or that are made of them."""
    bills, subs = netting.plant.bills, netting.plant.substitutes
    above = np.concatenate([bills.parent, subs.item])
    below = np.concatenate([bills.component, subs.by])
    inside = np.zeros(len(netting.plant.items), dtype=bool)
    inside[items] = True
    for wanted, source, target in ((down, above, below), (up, below, above)):
        seen = np.zeros_like(inside)
        seen[items] = True
        while wanted:
            reached = target[seen[source] & ~seen[target]]
            if not len(reached):
                break
            seen[reached] = True
        inside |= seen
    return np.flatnonzero(inside)


def receipt_turns(
    netting: Netting, items: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Of the receipts of items: row, wanted time and used quantity; the quantity is NaN for frozen ones.

    A receipt that may move is wanted when its first unit is; FAR ahead of the plan where none is.
    """
    receipts, grid = netting.plant.receipts, netting.grid
    mine = np.flatnonzero(np.isin(receipts.item, items))
    mine = mine[np.lexsort((mine, receipts.at[mine], receipts.item[mine]))]
    wanted = receipts.at[mine].copy()
    used: NDArray[np.float64] = np.full(len(mine), np.nan)
    moves = np.flatnonzero(~receipts.is_frozen[mine] & netting.reschedule)
    users, at = np.unique(receipts.item[mine[moves]], return_inverse=True)
    for number, item in enumerate(users.tolist()):
        rows = moves[at == number]
        quantity = receipts.quantity[mine[rows]]
        missing = missing_by(netting, item)
        before = np.cumsum(quantity) - quantity
        bucket = np.searchsorted(missing, before + 1e-6, side="left")
        wanted[rows] = np.where(bucket < grid.count, grid.start(bucket), -1)
        used[rows] = np.clip(missing[-1] - before, 0.0, quantity)
    return mine, wanted, used


def missing_by(netting: Netting, item: int) -> NDArray[np.float64]:
    """What must arrive for an item by each bucket beyond stock and frozen receipts, cumulated, shape (T,)."""
    items, row = netting.plant.items, np.array([item])
    missing = np.cumsum(netting.gross[item] - np.ravel(netting.fixed_supply(row)))
    missing += items.safety_stock[item] - items.on_hand[item]
    needed: NDArray[np.float64] = np.maximum(np.maximum.accumulate(missing), 0.0)
    return needed.round(7)


def _swappers(netting: Netting, item: int) -> list[int]:
    return netting.substitution.users(item) if netting.substitution.rows else []


def _supplies(
    netting: Netting, items: NDArray[np.int64], orders: PlannedOrders, swaps: list[Swap]
) -> tuple[Supplies, NDArray[np.int64]]:
    """All supplies of the items and their turn; planned orders stand in the first rows, swaps in the last."""
    plant = netting.plant
    stocked = items[plant.items.on_hand[items] > 0]
    zero = np.zeros(len(stocked), dtype=np.int64)
    mine, wanted, _ = receipt_turns(netting, items)
    at = plant.receipts.at[mine]
    received = plant.receipts.item[mine], mine, plant.receipts.quantity[mine], at, at
    number = np.arange(len(orders))
    parts = [
        _rows(netting, Supply.ORDER, orders.item, number, orders.quantity, orders.start, orders.due),
        _rows(netting, Supply.STOCK, stocked, zero, plant.items.on_hand[stocked], zero, zero),
        _rows(netting, Supply.RECEIPT, *received),
        _outputs(netting, orders),
        _swaps(netting, swaps),
    ]
    supplies = _stacked(parts)
    when = np.where(wanted < 0, np.maximum(at, 0), wanted)
    time = np.concatenate([orders.need, zero, when, parts[3].at, parts[4].at])
    turn = netting.grid.bucket(time) * 2 + (supplies.kind == Supply.ORDER)
    turn[supplies.kind == Supply.STOCK] = -1
    return supplies, turn


def _rows(
    netting: Netting,
    kind: Supply,
    item: NDArray[np.int64],
    ref: NDArray[np.int64],
    quantity: NDArray[np.float64],
    start: NDArray[np.int64],
    at: NDArray[np.int64],
) -> Supplies:
    kinds = np.full(len(item), int(kind))
    return Supplies(kinds, item, ref, quantity, start, at, netting.level[item])


def _stacked(parts: list[Supplies]) -> Supplies:
    return Supplies(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Supplies.__dataclass_fields__)
    )


def _block(orders: PlannedOrders) -> BlockOrders:
    """The orders as the explosion takes them; each is one lot."""
    lots = np.ones(len(orders))
    number = np.arange(len(orders))
    return BlockOrders(number, orders.item, orders.quantity, orders.started, lots, orders.due, orders.start)


def _outputs(netting: Netting, orders: PlannedOrders) -> Supplies:
    """What the orders yield as co-products; `ref` is the supply row of the order."""
    made = needs_by(netting.explosion, netting.explosion.special, _block(orders))
    bills = netting.plant.bills
    rows = np.flatnonzero(bills.is_output[made.line])
    item = bills.component[made.line[rows]]
    order = made.order[rows]
    return _rows(netting, Supply.OUTPUT, item, order, made.quantity[rows], orders.start[order], made.at[rows])


def _swaps_of(netting: Netting, items: NDArray[np.int64]) -> list[Swap]:
    """Where a substitute stands in for one of the items, or one of the items for another."""
    known = set(items.tolist())
    return [
        swap
        for made in netting.substitution.swaps.values()
        for swap in made
        if swap.item in known or swap.by in known
    ]


def _swaps(netting: Netting, swaps: list[Swap]) -> Supplies:
    whole = np.array([(swap.item, swap.by, swap.bucket) for swap in swaps], dtype=np.int64).reshape(-1, 3)
    at = netting.grid.start(whole[:, 2])
    quantity = np.array([swap.quantity for swap in swaps])
    return _rows(netting, Supply.SUBSTITUTE, whole[:, 0], whole[:, 1], quantity, at, at)


def _requirements(
    netting: Netting, items: NDArray[np.int64], orders: PlannedOrders, supplies: Supplies
) -> tuple[Requirements, tuple[NDArray[np.int64], NDArray[np.int64]], NDArray[np.int64]]:
    """All requirements of the items, their turn (priority within a bucket), and their groups."""
    plant, grid = netting.plant, netting.grid
    held = items[plant.items.safety_stock[items] > 0]
    zero = np.zeros(len(held), dtype=np.int64)
    safety = _needs(Need.SAFETY, held, zero, plant.items.safety_stock[held], zero)
    asked = np.flatnonzero(counted_demands(netting) & np.isin(plant.demands.item, items))
    demands = plant.demands.take(asked)
    wanted = _needs(Need.DEMAND, demands.item, asked, demands.quantity, demands.at)
    taken, used = _components(netting, items, orders)
    swapped = np.flatnonzero(supplies.kind == Supply.SUBSTITUTE)
    swapped = swapped[np.isin(supplies.ref[swapped], items)]
    lent = _needs(
        Need.COMPONENT,
        supplies.ref[swapped],
        swapped,
        _lent(netting, supplies, swapped),
        supplies.at[swapped],
    )
    parts = [safety, wanted, taken, lent]
    needs = Requirements(
        *(np.concatenate([getattr(p, n) for p in parts]) for n in Requirements.__dataclass_fields__)
    )
    priority = np.zeros(len(needs.item), dtype=np.int64)
    priority[len(held) : len(held) + len(asked)] = demands.priority
    bucket = grid.bucket(needs.at)
    bucket[: len(held)] = -1
    groups = np.full(len(needs.item), -1)
    groups[len(held) : len(held) + len(asked)] = demands.group
    groups[len(held) + len(asked) : len(groups) - len(swapped)] = plant.bills.group[used]
    return needs, (priority, np.minimum(bucket, grid.count - 1)), groups


def counted_demands(netting: Netting) -> NDArray[np.bool_]:
    """The demands that the plan covers: within the horizon, and no forecast within the demand fence."""
    demands = netting.plant.demands
    fence = netting.plant.items.demand_fence[demands.item] * DAY
    inside = netting.grid.bucket(demands.at) < netting.grid.count
    return inside & ~(demands.is_forecast & (demands.at < fence))


def _needs(
    kind: Need,
    item: NDArray[np.int64],
    ref: NDArray[np.int64],
    quantity: NDArray[np.float64],
    at: NDArray[np.int64],
) -> Requirements:
    return Requirements(np.full(len(item), int(kind)), item, ref, quantity, at)


def _components(
    netting: Netting, items: NDArray[np.int64], orders: PlannedOrders
) -> tuple[Requirements, NDArray[np.int64]]:
    """What the orders take of the items, and the rows of the bills that say so."""
    bills = netting.plant.bills
    rows = np.flatnonzero(~bills.is_output & np.isin(bills.component, items))
    lines = Lines.of(bills, rows, len(netting.plant.items))
    needs = needs_by(netting.explosion, lines, _block(orders))
    item = bills.component[needs.line]
    return _needs(Need.COMPONENT, item, needs.order, needs.quantity, needs.at), needs.line


def _lent(netting: Netting, supplies: Supplies, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    subs = netting.plant.substitutes
    ratio = {
        (item, by): one
        for item, by, one in zip(subs.item.tolist(), subs.by.tolist(), subs.ratio.tolist(), strict=True)
    }
    return np.array(
        [ratio[int(supplies.item[r]), int(supplies.ref[r])] * supplies.quantity[r] for r in rows.tolist()]
    )
