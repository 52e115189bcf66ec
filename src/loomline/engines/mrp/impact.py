"""What a delay hits, by pegging: which demands, by how many days, and why, in days that add up."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.mrp.calendars import DAY
from loomline.engines.mrp.pegging import Need, Pegging, Supply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loomline.engines.mrp.plant import Plant


@dataclass(frozen=True)
class Cause:
    """Why a date moves: `seconds` later (more than 0) or taken up (less), at this supply row."""

    says: str
    supply: int
    seconds: int

    @property
    def days(self) -> float:
        """The same in days."""
        return self.seconds / DAY


@dataclass(frozen=True)
class Hit:
    """A demand that is served later than planned: its requirement row and demand, the units that come late,
    when it was and will be served (seconds), and the causes, whose seconds add up to the difference."""

    need: int
    demand: int
    quantity: float
    before: int
    after: int
    causes: tuple[Cause, ...]

    @property
    def days(self) -> float:
        """By how many days it moves."""
        return (self.after - self.before) / DAY


def impact(plant: Plant, pegging: Pegging, delays: Mapping[int, int]) -> list[Hit]:
    """The demands that move when supply rows come at a later second: {supply row: new time}.

    Pegs stay as they are. An order starts later only by what its components are later than it wants them
    (slack is used up first) and then takes its own working time; capacity is not asked. Sorted by demand.
    """
    return _Delay(plant, pegging).spread(delays)


def delays_of_receipts(pegging: Pegging, receipts: Mapping[int, int]) -> dict[int, int]:
    """The same by number of receipt: {receipt: new time} as {supply row: new time}."""
    rows = {
        int(ref): row
        for row, (kind, ref) in enumerate(
            zip(pegging.supplies.kind.tolist(), pegging.supplies.ref.tolist(), strict=True)
        )
        if kind == Supply.RECEIPT
    }
    if unknown := [number for number in receipts if number not in rows]:
        raise BadInput(
            f"Receipt {unknown[0]} is in no pegging of this plan.", remedy="Name a receipt of the plan."
        )
    return {rows[number]: at for number, at in receipts.items()}


@dataclass
class _Delay:
    plant: Plant
    pegging: Pegging
    later: dict[int, int] = field(default_factory=dict)
    why: dict[int, tuple[Cause, ...]] = field(default_factory=dict)
    queue: list[tuple[int, int]] = field(default_factory=list)
    ends: dict[int, list[int]] = field(default_factory=dict)

    def spread(self, delays: Mapping[int, int]) -> list[Hit]:
        supplies = self.pegging.supplies
        for row, at in delays.items():
            moved = int(at) - int(supplies.at[row])
            if moved > 0:
                self._move(row, moved, (Cause(f"{self._name(row)} comes later", row, moved),))
        while self.queue:
            row = heapq.heappop(self.queue)[1]
            for peg in self.pegging.pegs_of_supply(row).tolist():
                self._pass(row, peg)
        return [hit for need in sorted(self.ends) if (hit := self._hit(need)) is not None]

    def _move(self, row: int, seconds: int, why: tuple[Cause, ...]) -> None:
        """Note the longest delay of a supply; components come before what takes them."""
        if seconds <= self.later.get(row, 0):
            return
        # A co-product may lie deeper than what still moves the order that yields it: then it is walked twice.
        heapq.heappush(self.queue, (-int(self.pegging.supplies.depth[row]), row))
        self.later[row], self.why[row] = seconds, why

    def _pass(self, row: int, peg: int) -> None:
        needs, supplies = self.pegging.requirements, self.pegging.supplies
        need = int(self.pegging.need[peg])
        if needs.kind[need] == Need.DEMAND:
            self.ends.setdefault(need, []).append(peg)
            return
        if needs.kind[need] == Need.SAFETY:
            return
        # Less than nothing where the plan takes for granted that the receipt is expedited.
        slack = int(needs.at[need]) - int(supplies.at[row])
        late = self.later[row] - slack
        if late <= 0:
            return
        taker, why = int(needs.ref[need]), self.why[row]
        if slack:
            word = "was there before" if slack > 0 else "was due after"
            why = (*why, Cause(f"{self._name(row)} {word} {self._name(taker)} wanted it", row, -slack))
        end = self._end_after(taker, late) - int(supplies.at[taker])
        if end != late:
            why = (*why, Cause(f"days without work for {self._name(taker)}", taker, end - late))
        for above in [taker, *self.pegging.yields.get(taker, [])]:
            self._move(above, end, why)

    def _end_after(self, taker: int, late: int) -> int:
        """When an order ends that starts so much later."""
        supplies = self.pegging.supplies
        start, end = int(supplies.start[taker]), int(supplies.at[taker])
        days = self.plant.calendars[int(self.plant.items.calendar[supplies.item[taker]])].days
        if days.is_always:
            return end + late
        length = days.worked_one(end) - days.worked_one(start)
        return max(days.after_one(start + late, length), end)

    def _hit(self, need: int) -> Hit | None:
        """The demand as its pegs now stand; the latest one says why."""
        needs, supplies = self.pegging.requirements, self.pegging.supplies
        pegs = self.pegging.pegs_of_need(need).tolist()
        rows = [int(self.pegging.supply[peg]) for peg in pegs]
        before = max([int(needs.at[need]), *(int(supplies.at[row]) for row in rows)])
        reached = {row: int(supplies.at[row]) + self.later.get(row, 0) for row in rows}
        worst = max(rows, key=lambda row: (reached[row], row))
        after = max(reached[worst], before)
        if after <= before:
            return None
        late = sum(
            float(self.pegging.quantity[peg])
            for peg, row in zip(pegs, rows, strict=True)
            if reached[row] > before
        )
        slack = before - int(supplies.at[worst])
        why = self.why[worst]
        demand = int(needs.ref[need])
        if slack:
            name = self.plant.demands.names[demand]
            why = (*why, Cause(f"{self._name(worst)} was there before {name} wanted it", worst, -slack))
        return Hit(need, demand, late, before, after, why)

    def _name(self, row: int) -> str:
        supplies, plant = self.pegging.supplies, self.plant
        item = str(plant.items.names[supplies.item[row]])
        kind = Supply(int(supplies.kind[row]))
        if kind == Supply.RECEIPT:
            return f"{plant.receipts.names[supplies.ref[row]]} ({item})"
        if kind == Supply.ORDER:
            due = plant.moment(float(supplies.at[row]))
            return f"the order of {supplies.quantity[row]:.6g} {item} due {due}"
        return f"{item} from {kind.name.lower()}"
