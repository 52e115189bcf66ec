"""What a posting puts into work and gets out of it."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from loomline.domains.costing.models import EntryKind, Reason
from loomline.domains.inventory.models import StockMove
from loomline.kernel.prepared import execute

ZERO = Decimal(0)
Origin = tuple[str, int]

# Several postings may meet at one work order: they add up, whoever comes first.
ADD = """
INSERT INTO costing_workinprogress AS w (origin_kind, origin_id, put_in, got_out, settled)
SELECT * FROM unnest(%s::text[], %s::bigint[], %s::numeric[], %s::numeric[], %s::numeric[])
ORDER BY 1, 2
ON CONFLICT (origin_kind, origin_id) DO UPDATE SET put_in = w.put_in + excluded.put_in,
    got_out = w.got_out + excluded.got_out, settled = w.settled + excluded.settled
"""


class WorkBook:
    """Sums by work order, written with one statement."""

    def __init__(self) -> None:
        self._sums: dict[Origin, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])

    def add(self, move: StockMove, amount: Decimal, kind: EntryKind, reason: Reason) -> None:
        """An entry against production of a move that work caused."""
        if move.origin_kind and move.origin_id:
            self.put((move.origin_kind, move.origin_id), amount, kind=kind, reason=reason)

    def put(self, origin: Origin, amount: Decimal, *, kind: str, reason: str) -> None:
        """What the account of work gained: put in, or less than nothing for what came out."""
        sums = self._sums[origin]
        if reason == Reason.SETTLED:
            sums[2] -= amount
        elif kind == EntryKind.IN and reason == Reason.MOVED:
            sums[1] -= amount
        else:
            sums[0] += amount

    def write(self) -> None:
        """Add the sums up in the database."""
        if not self._sums:
            return
        columns = list(zip(*self._sums.values(), strict=True))
        execute(
            ADD, [[kind for kind, _pk in self._sums], [pk for _kind, pk in self._sums], *map(list, columns)]
        )
