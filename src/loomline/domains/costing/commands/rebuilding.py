"""What is left of layers, written anew from the cost ledger; and stock that nobody has valued yet."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.db import connection
from django.utils.translation import gettext as _t

from loomline.domains.catalog.models import Item
from loomline.domains.costing import queries
from loomline.domains.costing.commands.book import Book
from loomline.domains.costing.commands.rules import add_reference
from loomline.domains.costing.commands.valuing import lock_costings
from loomline.domains.costing.models import Counter, Method, Reason
from loomline.domains.costing.queries.proof import TRUTH
from loomline.domains.ledger.models import EntryKind as JournalKind
from loomline.kernel.command import command
from loomline.kernel.context import Ctx

REBUILD = f"""
WITH truth AS MATERIALIZED ({TRUTH}), stray AS (
    DELETE FROM costing_layerbalance b WHERE NOT EXISTS (SELECT FROM truth t WHERE t.layer_id = b.layer_id)
    RETURNING b.layer_id
), strayed AS (
    DELETE FROM costing_pending p WHERE NOT EXISTS (SELECT FROM truth t WHERE t.layer_id = p.layer_id)
), written AS (
    INSERT INTO costing_layerbalance (layer_id, item_id, lot_id, turn, quantity, value, used, taken)
    SELECT layer_id, item_id, lot_id, turn, quantity, value, used, taken FROM truth
    ON CONFLICT (layer_id) DO UPDATE
    SET quantity = excluded.quantity, value = excluded.value, used = excluded.used, taken = excluded.taken
    WHERE (costing_layerbalance.quantity, costing_layerbalance.value, costing_layerbalance.used,
           costing_layerbalance.taken)
        IS DISTINCT FROM (excluded.quantity, excluded.value, excluded.used, excluded.taken)
    RETURNING layer_id
)
SELECT (SELECT count(*) FROM stray) + (SELECT count(*) FROM written)
"""


@command(hidden=True)
def rebuild_layers(ctx: Ctx) -> int:
    """Write anew what is left of all layers. Returns how many were wrong."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE costing_layerbalance IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(REBUILD)
        return int(cursor.fetchone()[0])


@command(hidden=True)
def open_values(ctx: Ctx, *, most: int = 1000) -> int:
    """Value stock that was there before its cost was kept, at what is known of it. Returns how many items."""
    # Nobody values what moves meanwhile.
    queries.progress_to_change(waits=True)
    uncovered = queries.uncovered(most=most)
    if not uncovered:
        return 0
    rules = queries.rules() or add_reference(ctx)
    costings = lock_costings(rules, {row.item_id for row in uncovered})
    known = queries.known_costs(item_ids=costings)
    book = Book(ctx=ctx, rules=rules, costings=costings, text=_t("Opening stock"), kind=JournalKind.OPENING)
    items = {row.item_id: row.item for row in costings.values()}
    for row in uncovered:
        _open(ctx, book, row, items[row.item_id], known)
    book.write()
    return len(items)


def _open(ctx: Ctx, book: Book, row: queries.Uncovered, item: Item, known: dict[int, Decimal]) -> None:
    costing = book.costings[item.pk]
    cost = costing.standard if costing.method == Method.STANDARD and costing.standard else known[item.pk]
    value = (row.quantity * cost).quantize(book.coin, ROUND_HALF_UP)
    lot_id = row.lot_id if costing.method != Method.AVERAGE else None
    layer = book.open(
        item_id=item.pk, lot_id=lot_id, quantity=row.quantity, value=value, turn=0, on=ctx.today
    )
    book.came(
        layer,
        item=item,
        quantity=row.quantity,
        value=value,
        counter=Counter.OPENING,
        on=ctx.today,
        reason=Reason.OPENED,
    )
