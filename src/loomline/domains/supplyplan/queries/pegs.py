"""Which supply serves which requirement, read back from the engine as rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from loomline.domains.supplyplan.models import PegKind
from loomline.domains.supplyplan.queries.documents import Documents
from loomline.domains.supplyplan.queries.plant import Laid
from loomline.domains.supplyplan.queries.proposals import Tie
from loomline.engines.mrp.calendars import DAY
from loomline.engines.mrp.pegging import Need, Pegging, Supply
from loomline.kernel.quantity import PLACES


@dataclass(frozen=True)
class Pegs(ABC):
    """The pegging of a plan with the documents that it was made from."""

    found: Documents
    laid: Laid
    pegging: Pegging

    def day(self, seconds: float) -> date:
        """The day of a moment of the plan."""
        return self.found.today + timedelta(days=int(seconds // DAY))

    @abstractmethod
    def number(self, supply: int) -> int:
        """The number of the proposal in a row of the supplies."""

    def ties(self) -> Iterator[Tie]:
        """Every peg as a row; what stands in for another item is tied to whoever takes it."""
        pegging = self.pegging
        rows = zip(pegging.supply.tolist(), pegging.need.tolist(), pegging.quantity.tolist(), strict=True)
        for supply, need, quantity in rows:
            if (swap := self._swap_of(need)) is None:
                yield from self._tie(supply, need, quantity)
                continue
            other = self._item(swap)
            whole = sum(part for _need, part in self._covered[swap])
            for user, part in self._covered[swap]:
                for one in self._tie(supply, user, quantity * part / whole):
                    yield replace(one, kind=PegKind.STANDS_IN, other_id=other)

    def _tie(self, supply: int, need: int, quantity: float) -> Iterator[Tie]:
        supplies, needs = self.pegging.supplies, self.pegging.requirements
        kind, wanted = int(supplies.kind[supply]), int(needs.kind[need])
        ref, of = int(supplies.ref[supply]), int(needs.ref[need])
        amount = amount_of(quantity)
        if amount <= 0:
            return
        order = {Supply.ORDER: supply, Supply.OUTPUT: ref}.get(Supply(kind))
        covered = kind == Supply.SUBSTITUTE
        yield Tie(
            self.laid.rows[int(supplies.item[supply])].place,
            amount,
            max(self.day(needs.at[need]), self.found.today),
            self.number(order) if order is not None else None,
            self.found.brought[ref] if kind == Supply.RECEIPT else None,
            self.number(of) if wanted == Need.COMPONENT else None,
            self.laid.taken[of] if wanted == Need.DEMAND else None,
            PegKind.COVERED if covered else PegKind.BESIDE if kind == Supply.OUTPUT else PegKind.USUAL,
            self.laid.rows[ref].place[0] if covered else None,
        )

    def _swap_of(self, need: int) -> int | None:
        """The row of the substitute that a requirement is for."""
        supplies, needs = self.pegging.supplies, self.pegging.requirements
        if needs.kind[need] != Need.COMPONENT:
            return None
        row = int(needs.ref[need])
        return row if supplies.kind[row] == Supply.SUBSTITUTE else None

    def _item(self, supply: int) -> int:
        return self.laid.rows[int(self.pegging.supplies.item[supply])].place[0]

    @cached_property
    def _covered(self) -> dict[int, list[tuple[int, float]]]:
        """What each substitute serves: requirement and quantity."""
        pegging, found = self.pegging, defaultdict(list)
        swaps = pegging.supplies.kind[pegging.supply] == Supply.SUBSTITUTE
        for row in swaps.nonzero()[0].tolist():
            part = int(pegging.need[row]), float(pegging.quantity[row])
            found[int(pegging.supply[row])].append(part)
        return found


def amount_of(value: Any) -> Decimal:
    """A figure of the engine as a quantity."""
    return Decimal(repr(float(value))).quantize(PLACES)
