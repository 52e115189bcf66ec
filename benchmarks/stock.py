"""A million entries in the stock ledger: what is on hand of every item, and all balances built anew.

The peer is one plain aggregate over the same moves, in the same run. The moves come by COPY, past the audit
and the foreign keys: only reading and rebuilding are measured.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from benchmarks import _company, _server
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Tracking
from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.models import Balance
from loomline.domains.sites import commands as sites
from loomline.domains.sites import queries as places
from loomline.domains.sites.models import LocationKind
from loomline.kernel.context import Ctx

MOVES = 1_000_000
ITEMS = 3_000
SHELVES = 300
LOTS_EACH = 3
ROUNDS = 5
SEED = 11
RECEIVED = 0.35

Key = tuple[int, int | None]
Move = tuple[int, int | None, int, int, int, datetime, datetime, str, str]

COPY = """
COPY inventory_stockmove (item_id, lot_id, quantity, source_id, destination_id, effective_at, recorded_at,
    origin_kind, reason) FROM STDIN
"""
ENTRIES = """
SELECT item_id, destination_id AS location_id, lot_id, quantity FROM inventory_stockmove
UNION ALL SELECT item_id, source_id, lot_id, -quantity FROM inventory_stockmove
"""
BY_ITEM = f"""
SELECT e.item_id, sum(e.quantity) FROM ({ENTRIES}) e JOIN sites_location l ON l.id = e.location_id
WHERE l.site_id IS NOT NULL GROUP BY 1
"""
BY_PLACE = f"SELECT item_id, location_id, lot_id, sum(quantity) FROM ({ENTRIES}) e GROUP BY 1, 2, 3"


def work(server: _server.Server) -> None:
    """Fill the ledger, measure and print."""
    ctx = _company.context()
    keys, shelves = open_works(ctx)
    begin = time.perf_counter()
    copy_moves(server, keys, shelves)
    _server.say(
        f"{MOVES:,} moves of {ITEMS:,} items, {len(keys):,} lots or loose items, {SHELVES} shelves:"
        f" copied in {time.perf_counter() - begin:.0f} s"
    )

    written = inventory.rebuild_balances(ctx)
    _server.say(f"{written:,} balances from them; {len(stock.compare_balances())} differ from the ledger")
    rows: list[Sequence[object]] = [("", "seconds", "plain aggregate", "times the aggregate")]
    rows.append(on_hand_of_all(ctx))
    rows += rebuilds(ctx)
    _server.table(*rows)
    print_same(ctx)


def open_works(ctx: Ctx) -> tuple[list[Key], list[int]]:
    """Items, a third of them by lot, and the shelves they lie on."""
    site = sites.open_site(ctx, code="BRG", name="Braga")
    drafts = [sites.LocationDraft(code=f"S{n:03d}") for n in range(SHELVES)]
    shelves = [place.pk for place in sites.add_locations(ctx, site=site, drafts=drafts)]
    items = catalog.add_items(
        ctx,
        drafts=[
            catalog.ItemDraft(
                sku=f"I-{n:05d}", name=f"Item {n}", tracking=Tracking.NONE if n % 3 else Tracking.LOT
            )
            for n in range(ITEMS)
        ],
    )
    tracked = [item for item in items if item.tracking == Tracking.LOT]
    lots = inventory.open_lots(
        ctx,
        drafts=[
            inventory.LotDraft(item_id=item.pk, number=f"{item.sku}-{n}")
            for item in tracked
            for n in range(LOTS_EACH)
        ],
    )
    loose: list[Key] = [(item.pk, None) for item in items if item.tracking == Tracking.NONE]
    return loose + [(lot.item_id, lot.pk) for lot in lots], shelves


def copy_moves(server: _server.Server, keys: Sequence[Key], shelves: Sequence[int]) -> None:
    """Write the ledger without what watches it, then let the planner know the tables."""
    with server.connect() as session:
        session.execute("SET session_replication_role = replica")
        with session.cursor() as cursor, cursor.copy(COPY) as copy:
            for move in moves(keys, shelves):
                copy.write_row(move)
        session.commit()
        session.autocommit = True
        session.execute("VACUUM ANALYZE")


def moves(keys: Sequence[Key], shelves: Sequence[int]) -> Iterator[Move]:
    """Receipts, transfers and deliveries; nothing leaves a shelf that has not come there."""
    chance = random.Random(SEED)
    world = places.virtuals(kinds=[LocationKind.SUPPLIER, LocationKind.CUSTOMER])
    supplier, customer = world[LocationKind.SUPPLIER].pk, world[LocationKind.CUSTOMER].pk
    lies: dict[Key, dict[int, int]] = {key: {} for key in keys}
    at = datetime.now(UTC) - timedelta(seconds=MOVES)
    for n in range(MOVES):
        key = chance.choice(keys)
        held = lies[key]
        when = at + timedelta(seconds=n)
        if not held or chance.random() < RECEIVED:
            source, quantity = supplier, chance.randint(1, 200)
            # Each item has a few shelves of its own, as in a real warehouse.
            destination = shelves[(key[0] * 7 + chance.randrange(4)) % len(shelves)]
        else:
            source = chance.choice(list(held))
            quantity = chance.randint(1, held[source])
            destination = customer if chance.random() < 0.8 else shelves[(key[0] * 7 + 4) % len(shelves)]
        if source == destination:
            destination = customer
        _shift(held, source, destination, quantity, outside={supplier, customer})
        yield (*key, quantity, source, destination, when, when, "", "")


def _shift(held: dict[int, int], source: int, destination: int, quantity: int, *, outside: set[int]) -> None:
    if source not in outside:
        held[source] -= quantity
        if not held[source]:
            del held[source]
    if destination not in outside:
        held[destination] = held.get(destination, 0) + quantity


def on_hand_of_all(ctx: Ctx) -> Sequence[object]:
    """The query of the pages, against adding up the ledger."""
    ours = timed(lambda: stock.on_hand(on=ctx.today))
    return _row(f"on hand of {ITEMS:,} items", ours, timed(lambda: select(BY_ITEM)))


def rebuilds(ctx: Ctx) -> list[Sequence[object]]:
    """Building all balances from nothing, and looking through balances that are right already."""
    plain = timed(lambda: select(BY_PLACE))
    empty = timed(lambda: inventory.rebuild_balances(ctx), before=forget_balances)
    right = timed(lambda: inventory.rebuild_balances(ctx))
    compared = timed(stock.compare_balances)
    return [
        _row("rebuild all balances from nothing", empty, plain),
        _row("rebuild when all are right", right, plain),
        _row("compare all, as each night", compared, plain),
    ]


def forget_balances() -> None:
    """Throw all balances away."""
    select("TRUNCATE inventory_balance")


def timed(question: Callable[[], Any], *, before: Callable[[], None] | None = None) -> float:
    """The median of some rounds."""
    found = []
    for _round in range(ROUNDS):
        if before is not None:
            before()
        begin = time.perf_counter()
        question()
        found.append(time.perf_counter() - begin)
    return statistics.median(found)


def select(query: str) -> list[tuple[Any, ...]]:
    """All rows of a plain query."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall() if cursor.description else []


def _row(name: str, ours: float, plain: float) -> Sequence[object]:
    return name, f"{ours:.3f}", f"{plain:.3f}", f"{ours / plain:.2f}"


def print_same(ctx: Ctx) -> None:
    """Speed counts only where the answers are the same."""
    ours = {pk: found.on_hand for pk, found in stock.on_hand(on=ctx.today).items()}
    items = ours == dict(select(BY_ITEM))
    kept = Balance.objects.values_list("item_id", "location_id", "lot_id", "on_hand")
    balances = {row[:3]: row[3] for row in kept} == {row[:3]: Decimal(row[3]) for row in select(BY_PLACE)}
    _server.say()
    _server.say(f"Same stock on hand as the aggregate: {_word(items)}; same balances: {_word(balances)}")


def _word(is_so: bool) -> str:
    return "yes" if is_so else "NO"


if __name__ == "__main__":
    _server.measure(work)
