"""The growing record of a constrained plan: supplies, requirements, pegs and loads, with a way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.mrp.lot_rules import LEAST
from loomline.engines.mrp.machines import Cut, unbook
from loomline.engines.mrp.pegging import Pegging, Requirements, Supplies
from loomline.engines.mrp.shelves import Shelf, Taken, Undo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")


@dataclass(frozen=True)
class Loads:
    """Operations on machines, shape (o,): supply row of the order, row of the routing, resource, the lane
    (unit) of it, start and end in seconds."""

    supply: NDArray[np.int64]
    operation: NDArray[np.int64]
    resource: NDArray[np.int64]
    lane: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]


Mark = tuple[int, int, int, int, int]
RECENT = 64
"""How many of the last users of an item are asked to wait for a later lot."""


@dataclass
class Book:
    """Rows as they are written; `back` returns to a `mark` and undoes what was taken and booked since."""

    supplies: list[list[float]] = field(default_factory=list)
    needs: list[list[float]] = field(default_factory=list)
    pegs: list[tuple[int, int, float]] = field(default_factory=list)
    loads: list[tuple[int, int, int, int, int, int]] = field(default_factory=list)
    log: list[Undo] = field(default_factory=list)

    def mark(self) -> Mark:
        """Where the record stands."""
        return len(self.supplies), len(self.needs), len(self.pegs), len(self.loads), len(self.log)

    def back(self, mark: Mark) -> None:
        """Forget everything since the mark."""
        log = self.log
        while len(log) > mark[4]:
            log.pop()()
        del self.supplies[mark[0] :], self.needs[mark[1] :], self.pegs[mark[2] :], self.loads[mark[3] :]

    def supply(self, kind: int, item: int, ref: int, quantity: float, start: int, at: int) -> int:
        """A new supply row."""
        self.supplies.append([kind, item, ref, quantity, start, at])
        return len(self.supplies) - 1

    def need(self, kind: int, item: int, ref: int, quantity: float, at: int, group: int = -1) -> int:
        """A new requirement row; the group says which substitutes it may have."""
        self.needs.append([kind, item, ref, quantity, at, group])
        return len(self.needs) - 1

    def take(self, shelf: Shelf, quantity: float, until: int, need: int) -> float:
        """Peg free lots to a requirement; what is missing."""
        if not shelf.times:
            return quantity
        taken: list[Taken] = []
        missing = shelf.take(quantity, until, self.log, taken)
        for supply, part, there in taken:
            self.peg(shelf, supply, need, part, until, there)
        return missing

    def peg(self, shelf: Shelf, supply: int, need: int, quantity: float, until: int, there: int) -> None:
        """Tie a quantity that is `there` to a requirement that takes it no earlier than `until`."""
        shelf.uses.append((until, there, len(self.pegs)))
        self.log.append(shelf.forget_use)
        self.pegs.append((supply, need, quantity))

    def put(self, shelf: Shelf, quantity: float, at: int, supply: int) -> None:
        """Shelve a new free lot."""
        shelf.put(quantity, at, supply, self.log)

    def relieve(self, shelf: Shelf, quantity: float, until: int, need: int) -> float:
        """Where all lots are taken by `until`, let later users of them wait for free lots; what is missing.

        So a later requirement that was planned first keeps no stock from an earlier one.
        """
        if not shelf.times or shelf.times[-1] <= until:
            return quantity
        first = shelf.times[0]
        last = max(len(shelf.uses) - RECENT, 0)
        recent = enumerate(shelf.uses[last:], start=last)
        for row in [row for row, use in recent if use[0] >= first and use[1] <= until]:
            if shelf.uses[row][0] >= shelf.times[0]:
                quantity = self._relieve(shelf, row, quantity, until, need)
            if quantity <= LEAST or not shelf.times:
                break
        return max(quantity, 0.0)

    def _relieve(self, shelf: Shelf, row: int, quantity: float, until: int, need: int) -> float:
        """Hand what one use holds to a requirement, and give the use free lots that come in its time."""
        wanted, there, peg = shelf.uses[row]
        older, user, part = self.pegs[peg]
        taken: list[Taken] = []
        asked = min(part, quantity)
        moved = asked - shelf.take(asked, wanted, self.log, taken)
        self.log.append(partial(self.pegs.__setitem__, peg, (older, user, part)))
        if part - moved > LEAST:
            self.pegs[peg] = older, user, part - moved
        else:
            newer, size, late = taken.pop()
            self.log.append(partial(shelf.uses.__setitem__, row, (wanted, there, peg)))
            self.pegs[peg] = newer, user, size
            shelf.uses[row] = wanted, late, peg
        for newer, size, late in taken:
            self.peg(shelf, newer, user, size, wanted, late)
        self.peg(shelf, older, need, moved, until, there)
        return quantity - moved

    def booked(self, cut: Cut) -> None:
        """Remember a booking, so that it can be undone."""
        self.log.append(partial(unbook, cut))

    def pegging(self, level: NDArray[np.int64]) -> Pegging:
        """The record as arrays."""
        kind, item, ref, quantity, start, at = _columns(self.supplies, 6)
        whole = [column.astype(np.int64) for column in (kind, item, ref, start, at)]
        supplies = Supplies(whole[0], whole[1], whole[2], quantity, whole[3], whole[4], level[whole[1]])
        kind, item, ref, quantity, at, _group = _columns(self.needs, 6)
        whole = [column.astype(np.int64) for column in (kind, item, ref, at)]
        needs = Requirements(whole[0], whole[1], whole[2], quantity, whole[3])
        supply, need, part = _columns(self.pegs, 3)
        return Pegging(supplies, needs, supply.astype(np.int64), need.astype(np.int64), part)

    def loaded(self) -> Loads:
        """The loads as arrays."""
        return Loads(*(column.astype(np.int64) for column in _columns(self.loads, 6)))


def _columns(rows: Sequence[Sequence[float]], width: int) -> NDArray[np.float64]:
    return np.array(rows, dtype=float).reshape(-1, width).T
