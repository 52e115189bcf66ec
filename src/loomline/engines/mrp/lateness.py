"""Why a constrained plan serves a demand late: the critical chain, in days that add up."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.mrp.impact import Cause
from loomline.engines.mrp.pegging import Supply

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from loomline.engines.mrp.finite import FinitePlan
    from loomline.engines.mrp.plant import Plant
else:
    np = heavy("numpy")


@dataclass(frozen=True)
class Lateness:
    """Explains the late demands of a constrained plan."""

    plant: Plant
    plan: FinitePlan

    @cached_property
    def _loads(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Loads sorted by order and start, and where each order's begin."""
        loads = self.plan.loads
        order = np.lexsort((loads.start, loads.supply))
        return order, np.searchsorted(
            loads.supply[order], np.arange(len(self.plan.pegging.supplies.item) + 1)
        )

    @cached_property
    def _delivered(self) -> dict[int, tuple[int, int]]:
        """The requirement row and the last delivery of each demand."""
        needs = self.plan.pegging.requirements
        rows = {int(needs.ref[row]): row for row in np.flatnonzero(needs.kind == 0).tolist()}
        made: dict[int, tuple[int, int]] = {}
        for demand, at in zip(
            self.plan.deliveries.demand.tolist(), self.plan.deliveries.at.tolist(), strict=True
        ):
            made[demand] = rows[demand], max(at, made.get(demand, (0, at))[1])
        return made

    def why(self, demand: int) -> list[Cause]:
        """The causes of the lateness of a demand, latest first; their seconds add up to it.

        The chain runs from the delivery back to the start of the plan; what was given (the time from the
        start to the wished date) comes last and is taken off. Empty for a demand that is in time or short.
        """
        if demand not in self._delivered or not self.plan.late[demand] > 0:
            return []
        need, at = self._delivered[demand]
        causes = list(self._chain(need, at))
        due = int(self.plant.demands.at[demand])
        causes.append(Cause("time from the start of the plan to the wished date", -1, -due))
        return [cause for cause in causes if cause.seconds]

    def _chain(self, need: int, at: int) -> Iterator[Cause]:
        supplies = self.plan.pegging.supplies
        while True:
            supply = self._latest(need)
            name = self._named(supply)
            yield Cause(f"{name} is kept until it is wanted", supply, at - int(supplies.at[supply]))
            at = int(supplies.at[supply])
            if supplies.kind[supply] == Supply.RECEIPT:
                yield Cause(f"{name} arrives", supply, at)
            if supplies.kind[supply] in (Supply.RECEIPT, Supply.STOCK):
                return
            order = int(supplies.ref[supply]) if supplies.kind[supply] == Supply.OUTPUT else supply
            below = yield from self._work(order)
            if below is None:
                start = int(supplies.start[order])
                yield Cause(f"{name} waits for its machine or its release fence", order, start)
                return
            need, at = below

    def _work(self, order: int) -> Generator[Cause, None, tuple[int, int] | None]:
        """What an order spends its time with, back to the component that held it up: its requirement row and
        when it was taken. None where nothing held it up but machines."""
        supplies, name = self.plan.pegging.supplies, self._named(order)
        at, start = int(supplies.at[order]), int(supplies.start[order])
        steps = self._steps(order)
        if not steps:
            yield Cause(f"lead time of {name}", order, at - start)
        for position, (begin, end, machine) in enumerate(steps):
            yield Cause(f"{name} waits after {machine}", order, at - end)
            yield Cause(f"{name} runs on {machine}", order, end - begin)
            at = begin
            if position + 1 < len(steps):
                held = self._critical(order, begin)
                if held is not None and int(supplies.at[self._latest(held)]) >= steps[position + 1][1]:
                    return held, at
        if steps:
            yield Cause(f"{name} waits before its first step", order, at - start)
        held = self._critical(order, start)
        return None if held is None else (held, start)

    def _steps(self, order: int) -> list[tuple[int, int, str]]:
        """Start, end and machine of the steps of an order, the last one first."""
        loads, (rows, first) = self.plan.loads, self._loads
        names = self.plant.resources.names
        done = {
            (int(loads.start[row]), int(loads.end[row]), str(names[loads.resource[row]]))
            for row in rows[first[order] : first[order + 1]].tolist()
        }
        return sorted(done, reverse=True)

    def _critical(self, order: int, since: int) -> int | None:
        """The requirement of an order, taken at a time or later, whose supply comes last."""
        pegging = self.plan.pegging
        needs = [
            need
            for need in pegging.needs_of(order).tolist()
            if pegging.requirements.at[need] >= since and len(pegging.pegs_of_need(need))
        ]
        return max(needs, key=lambda need: int(pegging.supplies.at[self._latest(need)]), default=None)

    def _latest(self, need: int) -> int:
        pegging = self.plan.pegging
        rows = pegging.supply[pegging.pegs_of_need(need)]
        return int(rows[np.argmax(pegging.supplies.at[rows])])

    def _named(self, supply: int) -> str:
        supplies = self.plan.pegging.supplies
        item = str(self.plant.items.names[supplies.item[supply]])
        if supplies.kind[supply] == Supply.RECEIPT:
            return f"{self.plant.receipts.names[supplies.ref[supply]]} ({item})"
        return item
