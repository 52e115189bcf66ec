"""Whether the books agree: layers with the cost ledger, with the accounts and with the stock itself."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from loomline.domains.ledger import queries as ledger

ZERO = Decimal(0)

# What is left of each layer, from its entries.
TRUTH = """
SELECT l.id AS layer_id, l.item_id, l.lot_id, l.turn, l.quantity, e.value, e.used, e.taken
FROM costing_costlayer l JOIN (
    SELECT layer_id,
           coalesce(sum(value) FILTER (WHERE kind IN ('in', 'change')), 0) AS value,
           coalesce(-sum(quantity) FILTER (WHERE kind = 'out'), 0) AS used,
           coalesce(-sum(value) FILTER (WHERE kind IN ('out', 'share')), 0) AS taken
    FROM costing_costentry GROUP BY layer_id
) e ON e.layer_id = l.id
"""

# What is ours: goods without another owner in touchable places that are no scrap heap, or on their way.
OURS = (
    "b.owner_id IS NULL AND (l.kind IN ('storage', 'staging', 'quarantine', 'transit')"
    " OR (l.kind = 'production' AND l.site_id IS NOT NULL))"
)
# Items of which a move has no value yet hold more, or less, than their layers: nothing is wrong with them.
VALUED = """
NOT EXISTS (SELECT FROM inventory_stockmove m WHERE m.item_id = {item}
    AND m.id > coalesce((SELECT position FROM costing_progress WHERE name = 'moves'), 0))
"""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two books that should say the same."""

    what: str
    about_id: int
    here: Decimal
    there: Decimal


@dataclass(frozen=True, slots=True)
class Uncovered:
    """Stock of an item and lot that no layer covers."""

    item_id: int
    lot_id: int | None
    quantity: Decimal


def compare_layers(*, limit: int = 1000) -> list[Disagreement]:
    """Layers whose rest is not what their entries say."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH truth AS ({TRUTH})"
            " SELECT coalesce(b.layer_id, t.layer_id), coalesce(b.value - b.taken, 0),"
            " coalesce(t.value - t.taken, 0) FROM costing_layerbalance b"
            " FULL JOIN truth t ON t.layer_id = b.layer_id"
            " WHERE (b.quantity, b.value, b.used, b.taken)"
            " IS DISTINCT FROM (t.quantity, t.value, t.used, t.taken) ORDER BY 1 LIMIT %s",
            [limit],
        )
        return [Disagreement("layer", *row) for row in cursor.fetchall()]


def compare_accounts() -> list[Disagreement]:
    """Stock accounts that do not show what the layers of their items are worth."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.account_id, coalesce(sum(b.value - b.taken), 0) FROM costing_itemcosting c"
            " LEFT JOIN costing_layerbalance b ON b.item_id = c.item_id GROUP BY c.account_id"
        )
        worth: dict[int, Decimal] = dict(cursor.fetchall())
    booked = ledger.balances(account_ids=list(worth))
    return [
        Disagreement("account", pk, worth[pk], booked[pk]) for pk in sorted(worth) if worth[pk] != booked[pk]
    ]


def compare_stock(*, limit: int = 1000) -> list[Disagreement]:
    """Items of which the layers hold another quantity than the stock, where all moves have their value."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH lies AS ("
            " SELECT b.item_id, sum(b.on_hand) AS quantity FROM inventory_balance b"
            f" JOIN sites_location l ON l.id = b.location_id WHERE {OURS} GROUP BY b.item_id"
            "), kept AS ("
            " SELECT item_id, sum(quantity - used) AS quantity FROM costing_layerbalance GROUP BY item_id)"
            " SELECT coalesce(k.item_id, s.item_id), coalesce(k.quantity, 0), coalesce(s.quantity, 0)"
            " FROM kept k FULL JOIN lies s ON s.item_id = k.item_id"
            " WHERE coalesce(k.quantity, 0) <> coalesce(s.quantity, 0)"
            f" AND {VALUED.format(item='coalesce(k.item_id, s.item_id)')} ORDER BY 1 LIMIT %s",
            [limit],
        )
        return [Disagreement("stock", *row) for row in cursor.fetchall()]


def uncovered(*, most: int) -> list[Uncovered]:
    """Stock that no layer covers, by item and lot, of so many items at most; not what is yet to be valued."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH lies AS ("
            " SELECT b.item_id, b.lot_id, sum(b.on_hand) AS quantity FROM inventory_balance b"
            f" JOIN sites_location l ON l.id = b.location_id WHERE {OURS} GROUP BY b.item_id, b.lot_id"
            "), missing AS ("
            " SELECT s.item_id, sum(s.quantity) - coalesce((SELECT sum(k.quantity - k.used)"
            "  FROM costing_layerbalance k WHERE k.item_id = s.item_id), 0) AS quantity"
            f" FROM lies s WHERE {VALUED.format(item='s.item_id')} GROUP BY s.item_id"
            "), chosen AS (SELECT * FROM missing WHERE quantity > 0 ORDER BY item_id LIMIT %s),"
            " piled AS ("
            " SELECT s.item_id, s.lot_id, m.quantity AS missing, s.quantity,"
            " sum(s.quantity) OVER (PARTITION BY s.item_id ORDER BY s.lot_id NULLS LAST) AS ends"
            " FROM lies s JOIN chosen m ON m.item_id = s.item_id WHERE s.quantity > 0)"
            " SELECT item_id, lot_id, least(quantity, missing - (ends - quantity)) FROM piled"
            " WHERE ends - quantity < missing ORDER BY item_id, lot_id",
            [max(most, 0)],
        )
        return [Uncovered(*row) for row in cursor.fetchall()]
