"""Backward pass of the constrained plan: as late as possible, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from loomline.engines.mrp.calendars import FAR, WorkingTime
from loomline.engines.mrp.finite_book import Book
from loomline.engines.mrp.finite_recipes import Line, Lot, Way, recipes_of
from loomline.engines.mrp.lot_rules import LEAST
from loomline.engines.mrp.machines import Slot, machines_of
from loomline.engines.mrp.pegging import Need, Supply
from loomline.engines.mrp.shelves import Shelf

if TYPE_CHECKING:
    from loomline.engines.mrp.plant import Plant


@dataclass(frozen=True)
class Limits:
    """What the plan may not break: nothing starts before now and the release fence; machines are finite."""

    lead_times: bool = True
    capacity: bool = True


class Placed(NamedTuple):
    """An operation in its slot: working start and length, start and end in seconds."""

    way: Way
    slot: Slot | None
    length: int
    start: int
    end: int

    @classmethod
    def found(cls, way: Way, slot: Slot | None, length: int, hours: WorkingTime) -> Placed | None:
        """The operation in the slot that its machine has for it; None when it has none."""
        if slot is None:
            return None
        return cls(way, slot, length, hours.begin_one(slot[0]), hours.finish_one(slot[0] + length))


class Backward:
    """State of the plan (free lots, free machine time, record) and the backward pass over it."""

    def __init__(self, plant: Plant, limits: Limits) -> None:
        self.plant, self.limits = plant, limits
        self.recipes = recipes_of(plant)
        first = 0 if limits.lead_times else -(10**9)
        self.machines = machines_of(plant, first, is_limited=limits.capacity)
        self.shelves = [Shelf() for _ in range(len(plant.items))]
        self.book = Book()
        recipes = self.recipes
        self.floor = [
            days.after_one(0, fence) if limits.lead_times else -FAR
            for days, fence in zip(recipes.days, recipes.fence, strict=True)
        ]
        self._stock()

    def _stock(self) -> None:
        """What is there and what will arrive; a receipt that is overdue counts as coming now."""
        book, receipts = self.book, self.plant.receipts
        for item, quantity in enumerate(self.plant.items.on_hand.tolist()):
            if quantity > 0:
                row = book.supply(Supply.STOCK, item, 0, quantity, 0, 0)
                self.shelves[item].put(quantity, 0 if self.limits.lead_times else -FAR, row, book.log)
        for number, item in enumerate(receipts.item.tolist()):
            quantity, at = float(receipts.quantity[number]), max(int(receipts.at[number]), 0)
            if quantity > 0:
                row = book.supply(Supply.RECEIPT, item, number, quantity, at, at)
                self.shelves[item].put(quantity, at, row, book.log)
        book.log.clear()

    def cover(self, item: int, quantity: float, at: int, need: int) -> bool:
        """Serve a requirement in time from free lots, substitutes and new orders; False where it cannot be.

        After False the record holds what was tried: go `back` to a mark.
        """
        left = self.book.take(self.shelves[item], quantity, at, need)
        if left > LEAST:
            left = self.book.relieve(self.shelves[item], left, at, need)
        if left > LEAST and self.recipes.swaps[item]:
            left = self._substitute(item, left, at, need)
        if left <= LEAST:
            return True
        if not self.recipes.has_source[item]:
            return False
        safety = self.recipes.safety[item]
        end = self.recipes.days[item].before_one(at, safety) if safety else at
        while left > LEAST:
            size = lot_of(self.recipes.lots[item], left)
            order = self._order(item, size, end)
            if order < 0:
                return False
            left = self.serve(item, order, size, left, need, at)
        return True

    def serve(self, item: int, order: int, size: float, left: float, need: int, until: int) -> float:
        """Peg a new order to a requirement and shelve its rest; what is still missing."""
        used, shelf, there = min(size, left), self.shelves[item], int(self.book.supplies[order][5])
        self.book.peg(shelf, order, need, used, until, there)
        if size - used > LEAST:
            self.book.put(shelf, size - used, there, order)
        return left - used

    def _substitute(self, item: int, left: float, at: int, need: int) -> float:
        """Use free lots of substitutes, the preferred one first; what is still missing."""
        book, group = self.book, self.book.needs[need][5]
        for other, ratio, only in self.recipes.swaps[item]:
            if only >= 0 and only != group:
                continue
            quantity = min(left, self.shelves[other].free_by(at) / ratio)
            if quantity > LEAST:
                row = book.supply(Supply.SUBSTITUTE, item, other, quantity, at, at)
                taker = book.need(Need.COMPONENT, other, row, quantity * ratio, at)
                book.take(self.shelves[other], quantity * ratio, at, taker)
                book.pegs.append((row, need, quantity))
                left -= quantity
            if left <= LEAST:
                break
        return left

    def _order(self, item: int, size: float, end: int) -> int:
        """A new order that is done by `end`, with all it takes: its supply row, or -1."""
        recipes = self.recipes
        started = size / recipes.yields[item]
        placed: list[Placed] = []
        if recipes.steps[item]:
            found = self._place(item, started, end)
            if found is None:
                return -1
            placed = found
            start, end = placed[0].start, placed[-1].end + placed[-1].way.wait
        else:
            lead = recipes.lead[item] + ceil(recipes.lead_per_unit[item] * started)
            start = recipes.days[item].before_one(end, lead)
        if start < self.floor[item]:
            return -1
        order = self.book.supply(Supply.ORDER, item, 0, size, start, end)
        self.load(order, placed)
        if not self._cover_lines(item, order, started, start, placed):
            return -1
        self.give(item, order, started, start, end)
        return order

    def _cover_lines(self, item: int, order: int, started: float, start: int, placed: list[Placed]) -> bool:
        for line in self.recipes.takes[item]:
            if not line.valid_from <= start < line.valid_to:
                continue
            at = placed[line.step].start if placed else start
            if line.offset:
                at = self.recipes.days[item].after_one(at, line.offset)
            quantity = taken_by(line, started)
            need = self.book.need(Need.COMPONENT, line.item, order, quantity, at, line.group)
            if not self.cover(line.item, quantity, at, need):
                return False
        return True

    def load(self, order: int, placed: list[Placed]) -> None:
        """Book the operations of an order."""
        for way, slot, length, start, end in placed:
            if slot is None:
                continue
            machine = self.machines[way.resource]
            for lane in slot[1]:
                self.book.booked(machine.lanes[lane].book(slot[0], length))
                self.book.loads.append((order, way.row, way.resource, lane, start, end))
            if not slot[1]:
                self.book.loads.append((order, way.row, way.resource, 0, start, end))

    def give(self, item: int, order: int, started: float, start: int, end: int) -> None:
        """Shelve what an order yields besides."""
        for line in self.recipes.gives[item]:
            if line.valid_from <= start < line.valid_to:
                quantity = taken_by(line, started)
                row = self.book.supply(Supply.OUTPUT, line.item, order, quantity, start, end)
                self.book.put(self.shelves[line.item], quantity, end, row)

    def _place(self, item: int, started: float, end: int) -> list[Placed] | None:
        """Slots for all steps, the last one over by `end`; None where one would start too early."""
        placed: list[Placed] = []
        floor = self.floor[item]
        for ways in reversed(self.recipes.steps[item]):
            for way in ways:
                found = self._latest(way, started, end - way.wait)
                if found is not None and found.start >= floor:
                    break
            else:
                return None
            placed.append(found)
            end = found.start
        placed.reverse()
        return placed

    def _latest(self, way: Way, started: float, end: int) -> Placed | None:
        machine = self.machines[way.resource]
        length = ceil(way.setup + way.run * started - 1e-6)
        if length <= 0:
            return Placed(way, None, 0, end, end)
        slot = machine.latest(machine.hours.worked_one(end), length, way.units)
        return Placed.found(way, slot, length, machine.hours)


def lot_of(lot: Lot, needed: float) -> float:
    """The size of the next order for a need."""
    size = max(needed, lot.minimum)
    if lot.multiple > 0:
        size = ceil(size / lot.multiple - LEAST) * lot.multiple
    return min(size, lot.maximum)


def taken_by(line: Line, started: float) -> float:
    """What an order takes or gives by a row of its bill."""
    return line.rate if line.is_fixed else line.rate * started
