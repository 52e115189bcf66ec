"""The balances as the ledger has them: rebuilt when they are in doubt."""

from __future__ import annotations

from django.db import connection

from loomline.domains.inventory.queries import TRUTH
from loomline.kernel.command import command
from loomline.kernel.context import Ctx

# The ledger is read once; balances that it does not know are removed.
REBUILD = f"""
WITH truth AS MATERIALIZED ({TRUTH}), stray AS (
    DELETE FROM inventory_balance b WHERE NOT EXISTS (
        SELECT FROM truth t WHERE t.item_id = b.item_id AND t.location_id = b.location_id
            AND coalesce(t.lot_id, 0) = coalesce(b.lot_id, 0)
            AND coalesce(t.owner_id, 0) = coalesce(b.owner_id, 0)
            AND coalesce(t.unit_id, 0) = coalesce(b.unit_id, 0))
    RETURNING b.id
), written AS (
    INSERT INTO inventory_balance
        (item_id, location_id, lot_id, owner_id, unit_id, on_hand, reserved, is_physical)
    SELECT item_id, location_id, lot_id, owner_id, unit_id, on_hand, reserved, is_physical FROM truth
    ON CONFLICT (item_id, location_id, lot_id, owner_id, unit_id) DO UPDATE
    SET on_hand = excluded.on_hand, reserved = excluded.reserved, is_physical = excluded.is_physical
    WHERE (inventory_balance.on_hand, inventory_balance.reserved, inventory_balance.is_physical)
        IS DISTINCT FROM (excluded.on_hand, excluded.reserved, excluded.is_physical)
    RETURNING id
)
SELECT (SELECT count(*) FROM stray) + (SELECT count(*) FROM written)
"""


@command(hidden=True)
def rebuild_balances(ctx: Ctx) -> int:
    """Write all balances anew from the ledger and the reservations. Returns how many were wrong."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE inventory_balance IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(REBUILD)
        return int(cursor.fetchone()[0])
