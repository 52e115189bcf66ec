"""What came in of lots, what went out, what is on hand, and what is left unexplained."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

# By what the place outside is, an entry is a receipt, an output, a use, a delivery or scrap; both ways count.
FLOWS = """
WITH moved AS (
    SELECT m.item_id, s.kind AS source, s.site_id IS NOT NULL AS was_here,
        d.kind AS destination, d.site_id IS NOT NULL AS is_here, sum(m.quantity) AS quantity
    FROM inventory_stockmove m
    JOIN sites_location s ON s.id = m.source_id
    JOIN sites_location d ON d.id = m.destination_id
    WHERE m.lot_id = ANY (%(lots)s::bigint[])
    GROUP BY 1, 2, 3, 4, 5
), crossed AS (
    SELECT item_id, source AS place, quantity FROM moved WHERE is_here AND NOT was_here
    UNION ALL
    SELECT item_id, destination, -quantity FROM moved WHERE was_here AND NOT is_here
), kept AS (
    SELECT item_id, sum(on_hand) AS quantity FROM inventory_balance
    WHERE lot_id = ANY (%(lots)s::bigint[]) AND is_physical GROUP BY 1
), lots AS (
    SELECT item_id, count(*) AS count FROM inventory_lot WHERE id = ANY (%(lots)s::bigint[]) GROUP BY 1
)
SELECT i.id, i.sku, i.name, u.code, l.count,
    coalesce(sum(c.quantity) FILTER (WHERE c.place = 'supplier' AND c.quantity > 0), 0),
    coalesce(sum(c.quantity) FILTER (WHERE c.place = 'production' AND c.quantity > 0), 0),
    coalesce(sum(c.quantity) FILTER (
        WHERE c.place NOT IN ('supplier', 'production') AND c.quantity > 0), 0),
    -coalesce(sum(c.quantity) FILTER (WHERE c.place = 'production' AND c.quantity < 0), 0),
    -coalesce(sum(c.quantity) FILTER (WHERE c.place = 'customer' AND c.quantity < 0), 0),
    -coalesce(sum(c.quantity) FILTER (WHERE c.place = 'scrap' AND c.quantity < 0), 0),
    -coalesce(sum(c.quantity) FILTER (WHERE c.place = 'supplier' AND c.quantity < 0), 0),
    -coalesce(sum(c.quantity) FILTER (
        WHERE c.place NOT IN ('production', 'customer', 'scrap', 'supplier') AND c.quantity < 0), 0),
    coalesce(max(k.quantity), 0)
FROM lots l
JOIN catalog_item i ON i.id = l.item_id
JOIN catalog_unit u ON u.id = i.unit_id
LEFT JOIN crossed c ON c.item_id = l.item_id
LEFT JOIN kept k ON k.item_id = l.item_id
GROUP BY i.id, i.sku, i.name, u.code, l.count
ORDER BY i.sku
"""


@dataclass(frozen=True, slots=True)
class LotBalance:
    """The mass balance of one item's lots, in its stock unit."""

    item_id: int
    sku: str
    name: str
    unit: str
    lots: int
    received: Decimal
    made: Decimal
    otherwise_in: Decimal
    used: Decimal
    shipped: Decimal
    scrapped: Decimal
    returned: Decimal
    otherwise_out: Decimal
    on_hand: Decimal

    @property
    def came_in(self) -> Decimal:
        """All that came in, whatever from."""
        return self.received + self.made + self.otherwise_in

    @property
    def went_out(self) -> Decimal:
        """All that went out, whatever for."""
        return self.used + self.shipped + self.scrapped + self.returned + self.otherwise_out

    @property
    def difference(self) -> Decimal:
        """What is left unexplained: nothing, unless the balance and its ledger disagree."""
        return self.came_in - self.went_out - self.on_hand


def mass_balance(*, lot_ids: Iterable[int]) -> list[LotBalance]:
    """The mass balance of lots, item by item. One statement for any number of lots."""
    with connection.cursor() as cursor:
        cursor.execute(FLOWS, {"lots": list(lot_ids)})
        return [LotBalance(*row) for row in cursor.fetchall()]
