"""The layers at hand while a posting is valued: each is one object, however it was found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import partial

from loomline.domains.costing import queries
from loomline.domains.costing.models import ItemCosting, Method
from loomline.domains.costing.queries.layers import LayerRow, Pool
from loomline.engines.valuation import Layer, Queue

ZERO = Decimal(0)
# So many layers are fetched at first; seldom does a move need more.
AT_FIRST = 16


class Shelf:
    """Queues of open layers by item, or by lot where the cost is specific to it; and layers by key."""

    def __init__(self, costings: dict[int, ItemCosting]) -> None:
        self._costings = costings
        self._layers: dict[int, Layer] = {}
        self._queues: dict[Pool, Queue] = {}

    def pool(self, item_id: int, lot_id: int | None) -> Pool:
        """Which layers may be used for an item and lot."""
        is_specific = self._costings[item_id].method == Method.SPECIFIC
        return item_id, (lot_id if is_specific else None)

    def fill(self, pools: Iterable[Pool]) -> None:
        """Fetch the first layers of these pools."""
        wanted = list(dict.fromkeys(pools))
        for pool, rows in queries.first_layers(pools=wanted, most=AT_FIRST).items():
            # Fewer than asked for are all there are.
            more = partial(self._rest, pool) if len(rows) == AT_FIRST else tuple
            self._queues[pool] = Queue(self.layers(rows), more)

    def queue(self, pool: Pool) -> Queue | None:
        """The layers of a pool in turn; None where none are needed."""
        return self._queues.get(pool)

    def layers(self, rows: Sequence[LayerRow]) -> list[Layer]:
        """The layers of these rows."""
        return [self._layers.setdefault(row[0], Layer(*row)) for row in rows]

    def _rest(self, pool: Pool) -> list[Layer]:
        return self.layers(queries.first_layers(pools=[pool], most=None)[pool])
