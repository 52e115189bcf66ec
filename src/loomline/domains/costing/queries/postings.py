"""What a document has posted to the books: its part of each journal entry, account by account."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from loomline.kernel.prepared import fetch

# Moves are valued many at once, so an entry is seldom that of one document: each cost entry says its part.
# What a use passed on later belongs to the move that used it. Charges and settling are posted as a whole.
PARTS = """
WITH moved AS MATERIALIZED (
    SELECT e.id, e.entry_id, e.item_id, e.account_id, e.value, e.variance
    FROM inventory_stockmove m JOIN costing_costentry e ON e.move_id = m.id
    WHERE m.origin_kind = %(kind)s AND m.origin_id = ANY(%(keys)s)
), parts AS MATERIALIZED (
    SELECT entry_id, item_id, account_id, value, variance FROM moved
    UNION ALL
    SELECT s.entry_id, s.item_id, s.account_id, s.value, s.variance
    FROM moved m JOIN costing_costentry s ON s.source_id = m.id AND s.kind IN ('share', 'change')
), sides AS (
    SELECT p.entry_id, c.account_id, p.value AS amount
    FROM parts p JOIN costing_itemcosting c ON c.item_id = p.item_id
    UNION ALL SELECT entry_id, account_id, variance - value FROM parts
    UNION ALL SELECT entry_id, NULL, -variance FROM parts WHERE variance <> 0
    UNION ALL
    SELECT j.id, l.account_id, l.debit - l.credit
    FROM ledger_journalentry j JOIN ledger_journalline l ON l.entry_id = j.id
    WHERE j.origin_kind = %(kind)s AND j.origin_id = ANY(%(keys)s) AND j.origin_kind <> ''
        AND j.id NOT IN (SELECT entry_id FROM parts WHERE entry_id IS NOT NULL)
)
SELECT j.id, j.number, j.posted_on, s.account_id, sum(s.amount)
FROM sides s JOIN ledger_journalentry j ON j.id = s.entry_id
GROUP BY j.id, s.account_id HAVING sum(s.amount) <> 0
ORDER BY j.id, sum(s.amount) < 0, s.account_id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Part:
    """By how much a document moved one account in one entry; no account stands for a price difference."""

    entry_id: int
    number: str
    posted_on: date
    account_id: int | None
    amount: Decimal


def postings_of(*, kind: str, keys: Iterable[int], most: int = 100) -> list[Part]:
    """What documents of one kind, or their lines, have posted. Costs one statement."""
    return [Part(*row) for row in fetch(PARTS, {"kind": kind, "keys": list(keys), "most": most})]
