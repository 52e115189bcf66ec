"""Free time of machines, kept as gaps on each machine's own working time, and how to fill it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.mrp.calendars import FAR, WorkingTime

if TYPE_CHECKING:
    from loomline.engines.mrp.plant import Plant

Slot = tuple[int, tuple[int, ...]]
"""A start in working seconds and the lanes that are taken."""
Cut = tuple[list[int], list[int], int, int, int, int]
"""What a booking did to the gaps of a lane: its lists, the position, the pieces left, the gap before."""


@dataclass
class Lane:
    """One unit of a resource: its gaps [start, end), ascending, in working seconds."""

    starts: list[int]
    ends: list[int]

    def latest(self, end: int, length: int) -> int:
        """The last start of so many seconds that are over by `end`; -FAR where there is none."""
        starts, ends = self.starts, self.ends
        at = bisect_left(starts, end) - 1
        while at >= 0:
            until = ends[at]
            if until > end:
                until = end
            if until - starts[at] >= length:
                return until - length
            at -= 1
        return -FAR

    def earliest(self, start: int, length: int) -> int:
        """The first start of so many seconds not before `start`; FAR where there is none."""
        starts, ends = self.starts, self.ends
        at = bisect_right(ends, start)
        while at < len(ends):
            begin = starts[at]
            if begin < start:
                begin = start
            if ends[at] - begin >= length:
                return begin
            at += 1
        return FAR

    def book(self, start: int, length: int) -> Cut:
        """Take the time; it must be free."""
        starts, ends = self.starts, self.ends
        at = bisect_right(starts, start) - 1
        before, after, end = starts[at], ends[at], start + length
        if at < 0 or after < end:
            raise BadInput("Time that is not free was booked.", remedy="Check the blocked times.")
        pieces = 0
        if before < start:
            ends[at] = start
            pieces = 1
        if end < after:
            if pieces:
                starts.insert(at + 1, end)
                ends.insert(at + 1, after)
            else:
                starts[at] = end
            pieces += 1
        if not pieces:
            del starts[at], ends[at]
        return starts, ends, at, pieces, before, after


def unbook(cut: Cut) -> None:
    """Give the time of the last booking of a lane back."""
    starts, ends, at, pieces, before, after = cut
    starts[at : at + pieces] = [before]
    ends[at : at + pieces] = [after]


class Machine:
    """A resource with its lanes and working time; without capacity limit it is always free."""

    def __init__(self, hours: WorkingTime, capacity: int, first: int, *, is_limited: bool = True) -> None:
        self.hours, self.is_limited = hours, is_limited
        begin = hours.worked_one(first)
        self.lanes = [Lane([begin], [FAR]) for _ in range(capacity)]

    def latest(self, end: int, length: int, units: int) -> Slot | None:
        """The last free slot on `units` lanes that is over by `end` (working seconds)."""
        if not self.is_limited:
            return end - length, ()
        if len(self.lanes) == 1 and units == 1:
            start = self.lanes[0].latest(end, length)
            return (start, (0,)) if start > -FAR else None
        if units > len(self.lanes):
            return None
        while True:
            starts = [lane.latest(end, length) for lane in self.lanes]
            start = sorted(starts, reverse=True)[units - 1]
            if start == -FAR:
                return None
            free = [number for number, at in enumerate(starts) if at == start]
            if len(free) >= units:
                return start, tuple(free[:units])
            end = start + length

    def earliest(self, begin: int, length: int, units: int) -> Slot | None:
        """The first free slot on `units` lanes not before `begin` (working seconds)."""
        if not self.is_limited:
            return begin, ()
        if len(self.lanes) == 1 and units == 1:
            start = self.lanes[0].earliest(begin, length)
            return (start, (0,)) if start < FAR else None
        if units > len(self.lanes):
            return None
        while True:
            starts = [lane.earliest(begin, length) for lane in self.lanes]
            start = sorted(starts)[units - 1]
            if start == FAR:
                return None
            free = [number for number, at in enumerate(starts) if at == start]
            if len(free) >= units:
                return start, tuple(free[:units])
            begin = start


def machines_of(plant: Plant, first: int, *, is_limited: bool) -> list[Machine]:
    """The machines of a plant, free from `first` on but for the blocked times."""
    resources, blocks = plant.resources, plant.blocks
    made = [
        Machine(plant.calendars[calendar].hours, capacity, first, is_limited=is_limited and capacity > 0)
        for calendar, capacity in zip(resources.calendar.tolist(), resources.capacity.tolist(), strict=True)
    ]
    taken = zip(blocks.resource.tolist(), blocks.start.tolist(), blocks.end.tolist(), strict=True)
    for row, (resource, start, end) in enumerate(taken):
        machine = made[resource]
        begin = machine.hours.worked_one(max(start, first))
        length = machine.hours.worked_one(max(end, first)) - begin
        if length > 0 and machine.is_limited:
            _block(machine, begin, length, row)
    return made


def _block(machine: Machine, begin: int, length: int, row: int) -> None:
    for lane in machine.lanes:
        if lane.earliest(begin, length) == begin:
            lane.book(begin, length)
            return
    raise BadInput(
        "More units of the resource are blocked at once than there are.",
        remedy="Correct the blocked times or the capacity.",
        column="start",
        position=row,
    )
