"""What a million moves cost, what stock was worth on a past day, and freight that comes after the sale.

The peers are plain SQL over the same rows in the same run: matching by running sums for FIFO, one aggregate
for the worth, one UPDATE for the freight; they keep no audit, no journal and no layers.
LOOMLINE_BENCH_MOVES makes it smaller.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from django.db import connection

from benchmarks import _company, _server
from loomline.domains.catalog import commands as catalog
from loomline.domains.costing import commands as costing
from loomline.domains.costing import queries
from loomline.domains.costing.models import CostEntry
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import StockMove
from loomline.domains.sites import commands as sites
from loomline.domains.sites import queries as places
from loomline.domains.sites.models import LocationKind
from loomline.kernel.context import Ctx

MOVES = int(os.environ.get("LOOMLINE_BENCH_MOVES", "1000000"))
ITEMS = max(1, min(3_000, MOVES // 100))
CHUNK = 10_000
SOLD = min(10_000, MOVES // 10)
SEED = 11

COPY = """
COPY inventory_stockmove (item_id, quantity, source_id, destination_id, effective_at, recorded_at, unit_cost,
    origin_kind, reason) FROM STDIN
"""
# FIFO by running sums: the n-th unit out is the n-th unit in.
PLAIN = """
CREATE TEMP TABLE plain_fifo AS
WITH ins AS (
    SELECT id, item_id, unit_cost, sum(quantity) OVER w - quantity AS begins, sum(quantity) OVER w AS ends
    FROM inventory_stockmove WHERE source_id = %(supplier)s WINDOW w AS (PARTITION BY item_id ORDER BY id)
), outs AS (
    SELECT id, item_id, sum(quantity) OVER w - quantity AS begins, sum(quantity) OVER w AS ends
    FROM inventory_stockmove WHERE destination_id = %(customer)s
    WINDOW w AS (PARTITION BY item_id ORDER BY id)
)
SELECT o.id AS out_id, i.id AS in_id, o.item_id,
       least(o.ends, i.ends) - greatest(o.begins, i.begins) AS quantity,
       round((least(o.ends, i.ends) - greatest(o.begins, i.begins)) * i.unit_cost, 2) AS value
FROM outs o JOIN ins i ON i.item_id = o.item_id AND i.begins < o.ends AND i.ends > o.begins
"""
WORTH = """
SELECT item_id, sum(CASE WHEN source_id = %s THEN quantity * unit_cost ELSE 0 END)
       - coalesce((SELECT sum(value) FROM plain_fifo f JOIN inventory_stockmove m ON m.id = f.out_id
                   WHERE f.item_id = s.item_id AND m.effective_at < %s), 0)
FROM inventory_stockmove s WHERE effective_at < %s GROUP BY item_id
"""


def work(server: _server.Server) -> None:
    """Fill the ledger, measure and print."""
    ctx = _company.context()
    world = places.virtuals(kinds=[LocationKind.SUPPLIER, LocationKind.CUSTOMER])
    supplier, customer = world[LocationKind.SUPPLIER].pk, world[LocationKind.CUSTOMER].pk
    shelf = places.storage_of(sites.open_site(ctx, code="BRG", name="Braga")).pk
    drafts = [catalog.ItemDraft(sku=f"I-{n:05d}", name=f"Item {n}") for n in range(ITEMS)]
    items = [item.pk for item in catalog.add_items(ctx, drafts=drafts)]
    copy_moves(server, items, supplier, shelf, customer)
    _server.say(f"{MOVES:,} moves of {ITEMS:,} items copied")

    rows: list[Sequence[object]] = [("", "seconds", "plain SQL", "times plain SQL")]
    rows.append(_row(f"FIFO cost of {MOVES:,} moves", *fifo(ctx, supplier, customer)))
    rows.append(_row("worth of all stock on a past day", *past(ctx, supplier)))
    rows.append(
        _row(f"freight after {SOLD:,} sales of the goods", *freight(ctx, items[0], supplier, shelf, customer))
    )
    _server.table(*rows)
    print_same(ctx)


def copy_moves(
    server: _server.Server, items: Sequence[int], supplier: int, shelf: int, customer: int
) -> None:
    """Receipts and deliveries, never more out than in."""
    chance = Random(SEED)
    held = dict.fromkeys(items, 0)
    at = datetime.now(UTC) - timedelta(days=60)
    with server.connect() as session:
        session.execute("SET session_replication_role = replica")
        with session.cursor() as cursor, cursor.copy(COPY) as copy:
            for n in range(MOVES):
                item = chance.choice(items)
                when = at + timedelta(days=59) * n / MOVES
                if not held[item] or chance.random() < 0.35:
                    quantity = chance.randint(1, 200)
                    held[item] += quantity
                    cost = Decimal(chance.randint(100, 9999)) / 100
                    copy.write_row((item, quantity, supplier, shelf, when, when, cost, "", ""))
                else:
                    quantity = chance.randint(1, held[item])
                    held[item] -= quantity
                    copy.write_row((item, quantity, shelf, customer, when, when, None, "", ""))
        session.commit()
        session.autocommit = True
        session.execute("VACUUM ANALYZE")


def fifo(ctx: Ctx, supplier: int, customer: int) -> tuple[float, float]:
    """Valuing everything as the worker does, batch by batch, each a transaction of its own."""
    begin = time.perf_counter()
    value(ctx)
    ours = time.perf_counter() - begin
    inventory.rebuild_balances(ctx)
    begin = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(PLAIN, {"supplier": supplier, "customer": customer})
    return ours, time.perf_counter() - begin


def value(ctx: Ctx) -> None:
    """Value all that waits."""
    while costing.value_pending(ctx, most=CHUNK):
        continue


def past(ctx: Ctx, supplier: int) -> tuple[float, float]:
    """What all stock was worth a month ago."""
    day = ctx.today - timedelta(days=30)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE costing_costentry")
        cursor.execute("ANALYZE plain_fifo")
        begin = time.perf_counter()
        queries.worth_on(day=day)
        ours = time.perf_counter() - begin
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
        begin = time.perf_counter()
        cursor.execute(WORTH, [supplier, moment, moment])
        cursor.fetchall()
        return ours, time.perf_counter() - begin


def freight(ctx: Ctx, item: int, supplier: int, shelf: int, customer: int) -> tuple[float, float]:
    """One receipt, sold in many lines; then its freight comes."""
    [received] = inventory.move_stock(
        ctx,
        moves=[
            inventory.MoveDraft(
                item_id=item, quantity=Decimal(SOLD * 2), source_id=supplier, destination_id=shelf,
                unit_cost=Decimal(10),
            )
        ],
    )  # fmt: skip
    first = StockMove.objects.filter(pk__lt=received.pk, item=item).exists()
    value(ctx)
    if first:
        _use_up(ctx, item, shelf, customer, keep=SOLD * 2)
    sale = inventory.MoveDraft(item_id=item, quantity=Decimal(1), source_id=shelf, destination_id=customer)
    inventory.move_stock(ctx, moves=[sale] * SOLD)
    value(ctx)
    begin = time.perf_counter()
    costing.add_landed_cost(
        ctx, shares=[costing.ShareDraft(move=received)], name="Freight", amount=Decimal("12345.67")
    )
    while costing.reprice_step(ctx, item=item):
        pass
    ours = time.perf_counter() - begin
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE plain_sales AS SELECT id, 10.00::numeric AS value FROM inventory_stockmove"
            " WHERE item_id = %s AND destination_id = %s ORDER BY id DESC LIMIT %s",
            [item, customer, SOLD],
        )
        begin = time.perf_counter()
        cursor.execute("UPDATE plain_sales SET value = value + round(12345.67 / %s, 2)", [SOLD * 2])
        return ours, time.perf_counter() - begin


def _use_up(ctx: Ctx, item: int, shelf: int, customer: int, *, keep: int) -> None:
    quantity = queries.left_of(item_ids=[item])[item][0] - keep
    if quantity > 0:
        draft = inventory.MoveDraft(item_id=item, quantity=quantity, source_id=shelf, destination_id=customer)
        inventory.move_stock(ctx, moves=[draft])


def _row(name: str, ours: float, plain: float) -> Sequence[object]:
    return name, f"{ours:.3f}", f"{plain:.3f}", f"{ours / plain:.2f}"


def print_same(ctx: Ctx) -> None:
    """Speed counts only where the answers are the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT out_id, sum(quantity), count(*) FROM plain_fifo GROUP BY out_id")
        plain = {row[0]: (row[1], row[2]) for row in cursor.fetchall()}
        cursor.execute(
            "SELECT move_id, -sum(quantity), count(*) FROM costing_costentry"
            " WHERE kind = 'out' AND move_id <= %s GROUP BY move_id",
            [max(plain)],
        )
        ours = {row[0]: (row[1], row[2]) for row in cursor.fetchall()}
    _server.say()
    _server.say(
        f"{CostEntry.objects.count():,} entries; same layers used as by plain SQL: {_word(ours == plain)}"
    )
    agree = not (queries.compare_layers() or queries.compare_accounts() or queries.compare_stock())
    _server.say(f"Layers, cost ledger, stock and accounts agree: {_word(agree)}")


def _word(is_so: bool) -> str:
    return "yes" if is_so else "NO"


if __name__ == "__main__":
    _server.measure(work)
