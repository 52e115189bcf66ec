"""The planned orders that a netting stands for, one row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from loomline.engines.mrp.netting import Netting
else:
    np = heavy("numpy")


@dataclass(frozen=True)
class PlannedOrders:
    """Proposed orders by item and date; all arrays have shape (k,), times are seconds.

    `quantity` is good output, `started` what is put in (more, where the yield is below 1). `need` is when it
    is wanted, `due` when it arrives, `start` when it begins; a start before 0 is overdue.
    """

    item: NDArray[np.int64]
    quantity: NDArray[np.float64]
    started: NDArray[np.float64]
    need: NDArray[np.int64]
    due: NDArray[np.int64]
    start: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.item)

    def names(self) -> NDArray[np.str_]:
        """P-1, P-2, …"""
        return np.char.add("P-", np.arange(1, len(self) + 1).astype(np.str_))


def planned_orders(netting: Netting, rows: NDArray[np.int64] | None = None) -> PlannedOrders:
    """The orders of all items, or of some; an order above the maximum of its item is split."""
    rows = np.arange(len(netting.plant.items)) if rows is None else rows
    planned = netting.planned[rows]
    block = netting.explosion.orders(rows, planned)
    bucket = np.nonzero(planned)[1]
    need = netting.grid.start(bucket)
    if not (block.lots > 1).any():
        return PlannedOrders(block.item, block.quantity, block.started, need, block.due, block.start)
    parts = block.lots.astype(np.int64)
    at = np.repeat(np.arange(len(parts)), parts)
    number = np.arange(len(at)) - np.repeat(np.cumsum(parts) - parts, parts)
    most = netting.plant.items.maximum[block.item[at]]
    # An endless maximum splits nothing, and 0 times it is no number.
    before = np.where(number > 0, number * np.where(np.isfinite(most), most, 0.0), 0.0)
    quantity = np.minimum(block.quantity[at] - before, most)
    share = netting.plant.items.yield_share[block.item[at]]
    item, due, start = block.item[at], block.due[at], block.start[at]
    return PlannedOrders(item, quantity, quantity / share, need[at], due, start)
