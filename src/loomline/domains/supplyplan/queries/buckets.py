"""What comes and goes of each item, day by day."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from loomline.domains.supplyplan.queries.documents import ZERO, Brought, Taken
from loomline.domains.supplyplan.queries.pegs import Pegs, amount_of
from loomline.domains.supplyplan.queries.plant import LEVEL
from loomline.domains.supplyplan.queries.proposals import Day, Figures, Proposal, Told
from loomline.engines.mrp.calendars import DAY
from loomline.engines.mrp.grid import Grid

Buckets = dict[int, Decimal]


@dataclass(frozen=True)
class Days(Pegs):
    """A plan in the buckets of a grid."""

    grid: Grid

    @abstractmethod
    def required(self, item: int) -> Buckets:
        """What is asked of an item in each bucket, levels of stock included."""

    @abstractmethod
    def planned_of(self, item: int) -> Buckets:
        """What the plan brings of an item in each bucket."""

    @abstractmethod
    def orders(self) -> Iterator[Proposal]:
        """What to buy, make and move."""

    @abstractmethod
    def told(self) -> Iterator[Told]:
        """What to do about it."""

    def items(self) -> Iterator[Figures]:
        """Everything of which something is there, comes or goes."""
        coming, levels = self._coming(), self._levels()
        for n, planning in enumerate(self.laid.rows):
            required, scheduled = self._asked(n, levels.get(n, {})), coming.get(n, {})
            planned = self.planned_of(n)
            days = [
                (
                    self.day(at * self.grid.length),
                    required.get(at, ZERO),
                    scheduled.get(at, ZERO),
                    planned.get(at, ZERO),
                )
                for at in sorted({*required, *scheduled, *planned})
            ]
            if days or planning.on_hand or planning.safety_stock or planning.reorder_level:
                instead = frozenset(self.laid.instead.get(planning.place, ()))
                yield Figures(planning, days, _short_on(planning.on_hand, days), instead)

    def _asked(self, item: int, levels: Mapping[int, Decimal]) -> Buckets:
        """Customers, work and parents; a level of stock is wanted, but nobody takes it."""
        found = self.required(item)
        for at, amount in levels.items():
            found[at] = found.get(at, ZERO) - amount
        return {at: amount for at, amount in found.items() if amount > 0}

    def _levels(self) -> dict[int, Buckets]:
        return self._by_bucket(one for one in self.laid.taken if one.kind == LEVEL)

    def _coming(self) -> dict[int, Buckets]:
        return self._by_bucket(self.found.brought)

    def _by_bucket(self, rows: Iterable[Taken | Brought]) -> dict[int, Buckets]:
        found: dict[int, Buckets] = {}
        for one in rows:
            bucket = int(self.grid.bucket((one.on - self.found.today).days * DAY))
            if bucket < self.grid.count:
                days = found.setdefault(self.laid.at[one.place], {})
                days[bucket] = days.get(bucket, ZERO) + one.quantity
        return found


def filled(row: Any) -> Buckets:
    """The buckets of a row of the engine in which something is."""
    return {at: amount_of(row[at]) for at in row.nonzero()[0].tolist()}


def _short_on(on_hand: Decimal, days: Sequence[Day]) -> date | None:
    """The first day on which what is there and what is on order, without any proposal, are not enough."""
    left = on_hand
    for day, required, scheduled, _planned in days:
        left += scheduled - required
        if left < 0:
            return day
    return None
