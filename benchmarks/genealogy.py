"""A hundred thousand serial numbers over six levels of making: everything made of one lot, and back.

The peer is the bare recursive query that any book has, over pairs of lots, in the same run. The ledgers come
by COPY, past the audit and the foreign keys: only reading is measured.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db import connection

from benchmarks import _company, _server
from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item, Tracking
from loomline.domains.recalls import queries
from loomline.domains.sites import commands as sites

SERIALS = 100_000
# Lots of each level: a few of yarn become fabric, panels, bodies, garments, and those serial numbers.
LEVELS = (20, 200, 1_000, 5_000, 20_000, SERIALS)
A_WORK = 50
ROUNDS = 5
SEED = 5
LIMIT = 3.0

LOTS = """COPY inventory_lot (id, item_id, number, supplier_lot, state, reason, attributes, origin_kind,
    opened_at) FROM STDIN"""
WORKS = """COPY manufacturing_workorder (id, number, item_id, site_id, state, priority, quantity, done,
    rejected, cause, origin_kind, note, custom, revision) FROM STDIN"""
USES = "COPY manufacturing_materialuse (work_id, item_id, lot_id, position, quantity, at) FROM STDIN"
OUTPUTS = """COPY manufacturing_workoutput (work_id, item_id, lot_id, from_position, to_position,
    quantity, at) FROM STDIN"""
BARE = """
WITH RECURSIVE reach (lot_id) AS (
    SELECT unnest(%s::bigint[])
    UNION
    SELECT {far} FROM reach r
    JOIN manufacturing_{near_table} n ON n.lot_id = r.lot_id
    JOIN manufacturing_{far_table} f ON f.work_id = n.work_id
) SELECT count(*) FROM reach
"""
FORWARD = BARE.format(far="f.lot_id", near_table="materialuse", far_table="workoutput")
BACK = BARE.format(far="f.lot_id", near_table="workoutput", far_table="materialuse")


def work(server: _server.Server) -> None:
    """Fill the ledgers of making, measure and print."""
    ctx = _company.context()
    [item] = catalog.add_items(
        ctx, drafts=[catalog.ItemDraft(sku="G-1", name="Garment", tracking=Tracking.SERIAL)]
    )
    site = sites.open_site(ctx, code="BRG", name="Braga")
    begin = time.perf_counter()
    levels = fill(server, item, site.pk)
    _server.say(
        f"{sum(LEVELS):,} lots on {len(LEVELS)} levels, {SERIALS:,} of them serial numbers:"
        f" copied in {time.perf_counter() - begin:.0f} s"
    )
    rows: list[Sequence[object]] = [("", "lots", "seconds", "bare query", "times the bare query")]
    same = []
    for name, lots, ours, bare in (
        ("all that was made of all yarn", levels[0], queries.reach, FORWARD),
        ("all that was made of one lot of yarn", levels[0][:1], queries.reach, FORWARD),
        ("all that went into all serials", levels[-1], queries.came_from, BACK),
        ("all that went into one serial", levels[-1][:1], queries.came_from, BACK),
    ):
        found = len(ours(lot_ids=lots))
        seconds = timed(lambda ours=ours, lots=lots: ours(lot_ids=lots))
        plain = timed(lambda bare=bare, lots=lots: count(bare, lots))
        same.append(found == count(bare, lots))
        rows.append((name, f"{found:,}", f"{seconds:.3f}", f"{plain:.3f}", f"{seconds / plain:.2f}"))
        _server.say(f"{name}: {seconds:.3f} s, {'within' if seconds < LIMIT else 'OVER'} {LIMIT:.0f} s")
    seconds = timed(lambda: queries.mass_balance(lot_ids=levels[-1]))
    rows.append((f"mass balance of {SERIALS:,} serials", f"{SERIALS:,}", f"{seconds:.3f}", "", ""))
    _server.table(*rows)
    _server.say(f"Same number of lots as the bare query: {'yes' if all(same) else 'NO'}")


def fill(server: _server.Server, item: Item, site_id: int) -> list[list[int]]:
    """Write the lots and what was used and made; returns the lots of each level."""
    levels, first = [], 1_000_000
    for size in LEVELS:
        levels.append(list(range(first, first + size)))
        first += size
    at = datetime.now(UTC)
    with server.connect() as session:
        session.execute("SET session_replication_role = replica")
        lots = [
            (lot, item.pk, f"S-{lot}", "", "available", "", "{}", "", at) for level in levels for lot in level
        ]
        copy(session, LOTS, lots)
        steps = list(works(levels))
        heads = [
            (n, f"WB-{n}", item.pk, site_id, "done", 2, Decimal(1), 0, 0, "", "", "", "{}", 1)
            for n, _u, _m in steps
        ]
        copy(session, WORKS, heads)
        copy(session, USES, [(n, item.pk, lot, 0, 1, at) for n, used, _m in steps for lot in used])
        copy(session, OUTPUTS, [(n, item.pk, lot, 0, 32767, 1, at) for n, _u, made in steps for lot in made])
        session.commit()
        session.autocommit = True
        session.execute("VACUUM ANALYZE")
    return levels


def works(levels: Sequence[Sequence[int]]) -> Iterator[tuple[int, list[int], Sequence[int]]]:
    """Works of fifty lots each, made of some lots of the level before; every lot goes into something."""
    chance = random.Random(SEED)
    number = 1_000_000
    for below, above in pairwise(levels):
        batches = [above[n : n + A_WORK] for n in range(0, len(above), A_WORK)]
        share = max(1, len(below) // len(batches))
        for n, made in enumerate(batches):
            own = [below[(n * share + k) % len(below)] for k in range(share)]
            number += 1
            yield number, list({*own, chance.choice(below)}), made


def copy(session: Any, command: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows past what watches the table."""
    with session.cursor() as cursor, cursor.copy(command) as stream:
        for row in rows:
            stream.write_row(row)


def count(query: str, lots: Sequence[int]) -> int:
    """How many lots the bare query finds."""
    with connection.cursor() as cursor:
        cursor.execute(query, [list(lots)])
        return int(cursor.fetchone()[0])


def timed(question: Callable[[], Any]) -> float:
    """The median of some rounds."""
    found = []
    for _round in range(ROUNDS):
        begin = time.perf_counter()
        question()
        found.append(time.perf_counter() - begin)
    return statistics.median(found)


if __name__ == "__main__":
    _server.measure(work)
