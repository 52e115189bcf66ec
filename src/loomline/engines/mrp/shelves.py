"""What is free of each item and when: whole and part lots that no requirement has taken yet."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import partial

from loomline.engines.mrp.calendars import FAR
from loomline.engines.mrp.lot_rules import LEAST

Undo = Callable[[], None]
Taken = tuple[int, float, int]
"""A supply row, a quantity of it, and when it is there."""
Use = tuple[int, int, int]
"""Until when a lot is wanted, when it is there, and the peg."""


class Shelf:
    """The free lots of one item by the time they are there; the newest that is in time is taken first.

    Later lots serve fewer requirements, so taking the latest first never costs another one (the sets of
    usable lots are nested). `uses` remembers what was taken, so that lots that come up later can relieve it.
    """

    __slots__ = ("left", "supply", "times", "uses")

    def __init__(self) -> None:
        self.times: list[int] = []
        self.left: list[float] = []
        self.supply: list[int] = []
        self.uses: list[Use] = []

    def take(self, quantity: float, until: int, log: list[Undo], taken: list[Taken]) -> float:
        """Take up to a quantity of what is there by `until`; what is missing."""
        times, left = self.times, self.left
        at = bisect_right(times, until) - 1
        while at >= 0 and quantity > LEAST:
            free = left[at]
            if free > quantity + LEAST:
                log.append(partial(untake, self, at, times[at], free, self.supply[at], False))
                taken.append((self.supply[at], quantity, times[at]))
                left[at] = free - quantity
                return 0.0
            log.append(partial(untake, self, at, times[at], free, self.supply[at], True))
            taken.append((self.supply[at], min(free, quantity), times[at]))
            quantity -= free
            del times[at], left[at], self.supply[at]
            at -= 1
        return max(quantity, 0.0)

    def put(self, quantity: float, at: int, supply: int, log: list[Undo]) -> None:
        """Add a free lot."""
        place = bisect_right(self.times, at)
        self.times.insert(place, at)
        self.left.insert(place, quantity)
        self.supply.insert(place, supply)
        log.append(partial(unput, self, place))

    def forget_use(self) -> None:
        """Forget the last use."""
        self.uses.pop()

    def when(self, quantity: float) -> int:
        """When free lots of the quantity are there; FAR where they never are."""
        for at, free in zip(self.times, self.left, strict=True):
            quantity -= free
            if quantity <= LEAST:
                return at
        return FAR

    def free_by(self, until: int) -> float:
        """What is free by a time."""
        return sum(self.left[: bisect_right(self.times, until)])


def untake(shelf: Shelf, at: int, time: int, free: float, supply: int, is_gone: bool) -> None:
    """Put back what the last `take` took."""
    if is_gone:
        shelf.times.insert(at, time)
        shelf.left.insert(at, free)
        shelf.supply.insert(at, supply)
    else:
        shelf.left[at] = free


def unput(shelf: Shelf, at: int) -> None:
    """Take back what the last `put` put."""
    del shelf.times[at], shelf.left[at], shelf.supply[at]
