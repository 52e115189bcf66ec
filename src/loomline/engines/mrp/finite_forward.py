"""Forward pass of the constrained plan: where the wish cannot be kept, as early as possible."""

from __future__ import annotations

from math import ceil

from loomline.engines.mrp.calendars import FAR
from loomline.engines.mrp.finite_backward import Backward, Placed, lot_of, taken_by
from loomline.engines.mrp.finite_recipes import Line, Way
from loomline.engines.mrp.lot_rules import LEAST
from loomline.engines.mrp.pegging import Need, Supply


class Forward(Backward):
    """Adds the question how early a quantity can be had."""

    def obtain(self, item: int, quantity: float, need: int, wish: int) -> int:
        """Serve a requirement as early as possible and say when; FAR where it can never be.

        Lots that are there by `wish` are taken first; what is missing comes from later lots or from new
        orders, whichever are there earlier.
        """
        book, shelf = self.book, self.shelves[item]
        first = len(book.pegs)
        left = book.take(shelf, quantity, wish, need)
        if left > LEAST and self.recipes.swaps[item]:
            left = self._substitute(item, left, wish, need)
        if left <= LEAST:
            return max((int(book.supplies[row][5]) for row, _, _ in book.pegs[first:]), default=0)
        mark, waiting = book.mark(), shelf.when(left)
        made = self._make(item, left, need)
        if waiting <= made and waiting < FAR:
            book.back(mark)
            book.take(shelf, left, waiting, need)
            return waiting
        return made

    def _make(self, item: int, left: float, need: int) -> int:
        """New orders for a quantity, as early as possible: when all of them are there."""
        if not self.recipes.has_source[item]:
            return FAR
        last, days, safety = 0, self.recipes.days[item], self.recipes.safety[item]
        while left > LEAST:
            size = lot_of(self.recipes.lots[item], left)
            order = self._order_early(item, size)
            if order < 0:
                return FAR
            there = int(self.book.supplies[order][5])
            last = max(last, days.after_one(there, safety))
            # When the requirement will take it is not known yet, only that it is no earlier.
            left = self.serve(item, order, size, left, need, there)
        return last

    def _order_early(self, item: int, size: float) -> int:
        """A new order that is done as early as its components and machines allow: its supply row, or -1."""
        recipes = self.recipes
        started = size / recipes.yields[item]
        order = self.book.supply(Supply.ORDER, item, 0, size, 0, FAR)
        floor = max(self.floor[item], 0)
        ready, needs = self._ready(item, order, started, floor)
        if max(ready) >= FAR:
            return -1
        placed: list[Placed] = []
        if recipes.steps[item]:
            found = self._place_early(item, started, ready)
            if found is None:
                return -1
            placed = found
            start, end = placed[0].start, placed[-1].end + placed[-1].way.wait
        else:
            start = ready[0]
            lead = recipes.lead[item] + ceil(recipes.lead_per_unit[item] * started)
            end = recipes.days[item].after_one(start, lead)
        self.book.supplies[order][4:] = [start, end]
        self.load(order, placed)
        for need, line in needs:
            begin = placed[line.step].start if placed else start
            self.book.needs[need][4] = recipes.days[item].after_one(begin, line.offset)
        self.give(item, order, started, start, end)
        return order

    def _ready(
        self, item: int, order: int, started: float, floor: int
    ) -> tuple[list[int], list[tuple[int, Line]]]:
        """When the components of each step are there, and their requirement rows.

        A bill that changes over time is read at the floor here: the order's start is not known yet.
        """
        ready = [floor] * max(len(self.recipes.steps[item]), 1)
        needs: list[tuple[int, Line]] = []
        for line in self.recipes.takes[item]:
            if not line.valid_from <= floor < line.valid_to:
                continue
            quantity = taken_by(line, started)
            need = self.book.need(Need.COMPONENT, line.item, order, quantity, floor, line.group)
            at = self.obtain(line.item, quantity, need, floor)
            if at >= FAR:
                return [FAR], needs
            ready[line.step] = max(ready[line.step], self._start_for(item, line, at))
            needs.append((need, line))
        return ready, needs

    def _start_for(self, item: int, line: Line, at: int) -> int:
        """When a step may start whose component is there at a time, wanted some days after the start."""
        days = self.recipes.days[item]
        start = days.before_one(at, line.offset)
        # Days without work may lie between: then the component would be wanted before it is there.
        return start if days.after_one(start, line.offset) >= at else at

    def _place_early(self, item: int, started: float, ready: list[int]) -> list[Placed] | None:
        placed: list[Placed] = []
        at = 0
        for ways, material in zip(self.recipes.steps[item], ready, strict=True):
            found = [self._earliest(way, started, max(at, material)) for way in ways]
            best = min((one for one in found if one is not None), key=lambda one: one.end, default=None)
            if best is None:
                return None
            placed.append(best)
            at = best.end + best.way.wait
        return placed

    def _earliest(self, way: Way, started: float, begin: int) -> Placed | None:
        machine = self.machines[way.resource]
        length = ceil(way.setup + way.run * started - 1e-6)
        if length <= 0:
            return Placed(way, None, 0, begin, begin)
        slot = machine.earliest(machine.hours.worked_one(begin), length, way.units)
        return Placed.found(way, slot, length, machine.hours)
