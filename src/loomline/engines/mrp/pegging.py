"""Which supply serves which requirement, and through all levels which demand (and back)."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.mrp.levels import spans
from loomline.engines.mrp.lot_rules import LEAST

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")


class Supply(IntEnum):
    """What serves."""

    STOCK = 0
    RECEIPT = 1
    ORDER = 2
    OUTPUT = 3
    SUBSTITUTE = 4


class Need(IntEnum):
    """What is served."""

    DEMAND = 0
    COMPONENT = 1
    SAFETY = 2


@dataclass(frozen=True)
class Supplies:
    """Supplies, shape (s,): `ref` is the receipt or planned order it is (for a co-product: the supply row of
    the order that yields it), `start` and `at` when it begins and is there, `depth` the level of its item."""

    kind: NDArray[np.int64]
    item: NDArray[np.int64]
    ref: NDArray[np.int64]
    quantity: NDArray[np.float64]
    start: NDArray[np.int64]
    at: NDArray[np.int64]
    depth: NDArray[np.int64]


@dataclass(frozen=True)
class Requirements:
    """Requirements, shape (r,): `ref` is the demand, or the supply row of the order that takes it."""

    kind: NDArray[np.int64]
    item: NDArray[np.int64]
    ref: NDArray[np.int64]
    quantity: NDArray[np.float64]
    at: NDArray[np.int64]


@dataclass(frozen=True)
class Pegging:
    """Pegs, shape (p,): `quantity` units of supply row `supply` serve requirement row `need`."""

    supplies: Supplies
    requirements: Requirements
    supply: NDArray[np.int64]
    need: NDArray[np.int64]
    quantity: NDArray[np.float64]

    @cached_property
    def by_supply(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Peg rows sorted by supply, and where each supply's begin."""
        order = np.argsort(self.supply, kind="stable")
        return order, np.searchsorted(self.supply[order], np.arange(len(self.supplies.item) + 1))

    @cached_property
    def by_need(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Peg rows sorted by requirement, and where each requirement's begin."""
        order = np.argsort(self.need, kind="stable")
        return order, np.searchsorted(self.need[order], np.arange(len(self.requirements.item) + 1))

    @cached_property
    def taken_by(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Requirement rows of orders sorted by the supply row that takes them, and where each one's begin."""
        needs = self.requirements
        rows = np.flatnonzero(needs.kind == Need.COMPONENT)
        rows = rows[np.argsort(needs.ref[rows], kind="stable")]
        return rows, np.searchsorted(needs.ref[rows], np.arange(len(self.supplies.item) + 1))

    @cached_property
    def yields(self) -> dict[int, list[int]]:
        """The supply rows of co-products by the supply row of the order that yields them."""
        made: dict[int, list[int]] = {}
        for row in np.flatnonzero(self.supplies.kind == Supply.OUTPUT).tolist():
            made.setdefault(int(self.supplies.ref[row]), []).append(row)
        return made

    def pegs_of_supply(self, row: int) -> NDArray[np.int64]:
        """The pegs of one supply row."""
        order, first = self.by_supply
        return order[first[row] : first[row + 1]]

    def pegs_of_need(self, row: int) -> NDArray[np.int64]:
        """The pegs of one requirement row."""
        order, first = self.by_need
        return order[first[row] : first[row + 1]]

    def needs_of(self, row: int) -> NDArray[np.int64]:
        """The requirement rows of the order in this supply row."""
        rows, first = self.taken_by
        return rows[first[row] : first[row + 1]]

    def shortage(self) -> NDArray[np.float64]:
        """What of each requirement nothing serves, shape (r,)."""
        served = np.bincount(self.need, self.quantity, minlength=len(self.requirements.item))
        short = self.requirements.quantity - served
        return np.where(short > LEAST, short, 0.0)

    def demands_of(self, row: int) -> dict[int, float]:
        """For whom a supply is, through all levels: {requirement row of a demand or safety stock: units}.

        The units are those of the supply; what an order takes is shared among its users by quantity.
        """
        found: dict[int, float] = {}
        waiting = {row: 1.0}
        queue = [(-int(self.supplies.depth[row]), row)]
        while queue:
            _, at = heapq.heappop(queue)
            share = waiting.pop(at)
            for peg in self.pegs_of_supply(at).tolist():
                need = int(self.need[peg])
                part = share * float(self.quantity[peg]) / float(self.supplies.quantity[at])
                self._pass_up(need, part, found, waiting, queue)
        size = float(self.supplies.quantity[row])
        return {need: part * size for need, part in found.items()}

    def _pass_up(
        self,
        need: int,
        part: float,
        found: dict[int, float],
        waiting: dict[int, float],
        queue: list[tuple[int, int]],
    ) -> None:
        needs = self.requirements
        if needs.kind[need] != Need.COMPONENT:
            found[need] = found.get(need, 0.0) + part
            return
        taker = int(needs.ref[need])
        for above in [taker, *self.yields.get(taker, [])]:
            if above not in waiting:
                heapq.heappush(queue, (-int(self.supplies.depth[above]), above))
            waiting[above] = waiting.get(above, 0.0) + part

    def supplies_of(self, need: int) -> dict[int, float]:
        """What serves a requirement, through all levels: {supply row: units of the supply}."""
        found: dict[int, float] = {}
        waiting: dict[int, float] = {}
        queue: list[tuple[int, int]] = []
        self._pass_down(need, 1.0, waiting, queue)
        while queue:
            _, row = heapq.heappop(queue)
            units = waiting.pop(row)
            found[row] = found.get(row, 0.0) + units
            share = units / float(self.supplies.quantity[row])
            if self.supplies.kind[row] == Supply.OUTPUT:
                row = int(self.supplies.ref[row])
            for below in self.needs_of(row).tolist():
                self._pass_down(below, share, waiting, queue)
        return found

    def _pass_down(
        self, need: int, share: float, waiting: dict[int, float], queue: list[tuple[int, int]]
    ) -> None:
        for peg in self.pegs_of_need(need).tolist():
            row = int(self.supply[peg])
            if row not in waiting:
                heapq.heappush(queue, (int(self.supplies.depth[row]), row))
            waiting[row] = waiting.get(row, 0.0) + share * float(self.quantity[peg])


def first_in_first_out(
    supply_item: NDArray[np.int64],
    supply_quantity: NDArray[np.float64],
    need_item: NDArray[np.int64],
    need_quantity: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Peg supplies to needs in their order, item by item; both must come sorted by item, then by turn.

    Returns supply position, need position and quantity of each peg, shape (p,).
    """
    item = np.concatenate([supply_item, need_item])
    place = np.concatenate([_running(supply_item, supply_quantity), _running(need_item, need_quantity)])
    is_need = np.arange(len(item)) >= len(supply_item)
    order = np.lexsort((is_need, place, item))
    item, place, is_need = item[order], place[order], is_need[order]
    need: NDArray[np.int64] = np.cumsum(is_need) - is_need
    supply = np.arange(len(order)) - need
    same = np.zeros(len(order), dtype=bool)
    same[1:] = item[1:] == item[:-1]
    length = place - np.where(same, np.concatenate([[0.0], place[:-1]]), 0.0)
    keep = (length > LEAST) & (supply < len(supply_item)) & (need < len(need_item))
    supply, need, length, item = supply[keep], need[keep], length[keep], item[keep]
    mine = (supply_item[supply] == item) & (need_item[need] == item)
    return supply[mine], need[mine], length[mine]


def _running(item: NDArray[np.int64], quantity: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cumulated quantities that start anew with each item."""
    if not len(item):
        return np.zeros(0)
    total = np.cumsum(quantity)
    starts = np.flatnonzero(np.concatenate([[True], item[1:] != item[:-1]]))
    before = total[starts] - quantity[starts]
    lengths = np.diff(np.append(starts, len(item)))
    return total - np.repeat(before, lengths)


def ranges(first: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The positions of all entries of some rows in arrays that are sorted by row."""
    return spans(first[rows], first[rows + 1])
