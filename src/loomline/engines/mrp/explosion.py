"""From planned orders to the requirements of their components, and to what co-products they yield."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.mrp.calendars import FAR
from loomline.engines.mrp.levels import spans
from loomline.engines.mrp.plant import seconds_of
from loomline.engines.mrp.timing import due_and_start, shifted

if TYPE_CHECKING:
    import numpy as np
    import scipy.sparse as sparse
    from numpy.typing import NDArray

    from loomline.engines.mrp.grid import Grid
    from loomline.engines.mrp.plant import Bills, Plant
else:
    np = heavy("numpy")
    sparse = heavy("scipy.sparse")


@dataclass(frozen=True)
class Lines:
    """Rows of the bills sorted by parent: `first[i]:first[i + 1]` are those of item i."""

    row: NDArray[np.int64]
    first: NDArray[np.int64]

    @staticmethod
    def of(bills: Bills, rows: NDArray[np.int64], count: int) -> Lines:
        """The chosen rows of the bills."""
        rows = rows[np.argsort(bills.parent[rows], kind="stable")]
        return Lines(rows, np.searchsorted(bills.parent[rows], np.arange(count + 1)))

    def of_items(self, items: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The bill rows of items, and for each the position in `items` it belongs to."""
        first, last = self.first[items], self.first[items + 1]
        return self.row[spans(first, last)], np.repeat(np.arange(len(items)), last - first)


@dataclass(frozen=True)
class BlockOrders:
    """Planned orders of a block of items: `local` row in the block, quantities (good, started), times."""

    local: NDArray[np.int64]
    item: NDArray[np.int64]
    quantity: NDArray[np.float64]
    started: NDArray[np.float64]
    lots: NDArray[np.float64]
    due: NDArray[np.int64]
    start: NDArray[np.int64]


class Explosion:
    """Adds the needs of planned orders to the gross requirements; plain bills as matrix products."""

    def __init__(self, plant: Plant, grid: Grid, gross: NDArray[np.float64]) -> None:
        self.plant, self.grid, self.gross = plant, grid, gross
        bills, count = plant.bills, len(plant.items)
        timed = (bills.valid_from > -FAR) | (bills.valid_to < FAR) | (bills.offset_days != 0)
        special = timed | bills.is_fixed | bills.is_output
        self.plain = Lines.of(bills, np.flatnonzero(~special), count)
        self.special = Lines.of(bills, np.flatnonzero(special), count)
        self.rate = bills.quantity * (1 + bills.scrap_share)
        given = np.unique(bills.component[bills.is_output])
        self.output_row = np.full(count, -1)
        self.output_row[given] = np.arange(len(given))
        self.output = np.zeros((len(given), grid.count))

    def outputs(self, rows: NDArray[np.int64]) -> NDArray[np.float64] | None:
        """What orders of other items yield of these as co-products; None where nothing is one."""
        at = self.output_row[rows]
        if not (at >= 0).any():
            return None
        made = np.zeros((len(rows), self.grid.count))
        made[at >= 0] = self.output[at[at >= 0]]
        return made

    def orders(self, rows: NDArray[np.int64], planned: NDArray[np.float64]) -> BlockOrders:
        """The planned orders behind the planned receipts of a block of items."""
        local, bucket = np.nonzero(planned)
        item, quantity = rows[local], planned[local, bucket]
        due, start = due_and_start(self.plant, item, quantity, self.grid.start(bucket))
        items = self.plant.items
        lots = np.ceil(np.round(quantity / items.maximum[item], 7))
        return BlockOrders(
            local, item, quantity, quantity / items.yield_share[item], np.maximum(lots, 1.0), due, start
        )

    def explode(
        self, rows: NDArray[np.int64], planned: NDArray[np.float64], sign: float
    ) -> NDArray[np.int64]:
        """Pass the needs of these planned receipts on, or take them back (-1); the items that are touched."""
        some = self.plain.first[rows + 1] > self.plain.first[rows]
        touched = [self._plainly(rows[some], planned[some], sign)]
        some = self.special.first[rows + 1] > self.special.first[rows]
        if some.any():
            touched.append(self._specially(self.orders(rows[some], planned[some]), rows[some], sign))
        return np.unique(np.concatenate(touched))

    def _plainly(
        self, rows: NDArray[np.int64], planned: NDArray[np.float64], sign: float
    ) -> NDArray[np.int64]:
        lines, local = self.plain.of_items(rows)
        if not len(lines) or not planned.any():
            return np.zeros(0, dtype=np.int64)
        orders, periods = self.orders(rows, planned), self.grid.count
        bucket = np.minimum(self.grid.bucket(orders.start), periods - 1)
        cell = orders.local * periods + bucket
        starts = np.bincount(cell, orders.started, minlength=len(rows) * periods).reshape(-1, periods)
        components, at = np.unique(self.plant.bills.component[lines], return_inverse=True)
        takes = sparse.csr_array((sign * self.rate[lines], (at, local)), shape=(len(components), len(rows)))
        self.gross[components] += takes @ starts
        return components

    def _specially(self, orders: BlockOrders, rows: NDArray[np.int64], sign: float) -> NDArray[np.int64]:
        """Order by order: fixed quantities, offsets, effectivity and co-products."""
        needs = special_needs(self, orders, rows)
        bucket = self.grid.bucket(needs.at)
        inside, gives = bucket < self.grid.count, self.plant.bills.is_output[needs.line]
        bucket = np.minimum(bucket, self.grid.count - 1)
        component = self.plant.bills.component[needs.line]
        taken = ~gives
        np.add.at(self.gross, (component[taken], bucket[taken]), sign * needs.quantity[taken])
        given = gives & inside
        row = self.output_row[component[given]]
        np.add.at(self.output, (row, bucket[given]), sign * needs.quantity[given])
        return np.unique(component)


@dataclass(frozen=True)
class Needs:
    """What orders take or yield by single bill rows: the order's position, the row, quantity and time."""

    order: NDArray[np.int64]
    line: NDArray[np.int64]
    quantity: NDArray[np.float64]
    at: NDArray[np.int64]


def special_needs(explosion: Explosion, orders: BlockOrders, rows: NDArray[np.int64]) -> Needs:
    """The needs and yields of orders by the bill rows that are not plain; a co-product comes when due."""
    return needs_by(explosion, explosion.special, orders)


def needs_by(explosion: Explosion, lines: Lines, orders: BlockOrders) -> Needs:
    """The needs and yields of orders by these bill rows, those in force when the order starts."""
    plant = explosion.plant
    line, order = lines.of_items(orders.item)
    bills, start = plant.bills, orders.start[order]
    valid = (start >= bills.valid_from[line]) & (start < bills.valid_to[line])
    line, order, start = line[valid], order[valid], start[valid]
    quantity = np.where(
        bills.is_fixed[line],
        explosion.rate[line] * orders.lots[order],
        explosion.rate[line] * orders.started[order],
    )
    calendar = plant.items.calendar[orders.item[order]]
    at = shifted(plant, calendar, start, seconds_of(bills.offset_days[line]))
    at = np.where(bills.is_output[line], orders.due[order], at)
    return Needs(order, line, quantity, at)
