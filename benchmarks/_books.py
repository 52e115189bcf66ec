"""The books of a company with as many parties and orders as are wanted, made inside a fresh database.

What the application would have written beside them is there as well: addresses, roles, lines, told facts and
the record of changes. Triggers, foreign keys and indexes rest meanwhile; the rows fit each other by the way
they are made, and the same numbers give the same books each time. As a program it fills a database that has
tables and reference rows: `python benchmarks/_books.py "host=… dbname=…" ROWS NOTES`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

ROWS = Path(__file__).with_name("_books.sql")
# The key of the customer with the long timeline.
GREAT = 1004
TOLD = 10_000
TABLES = (
    "accounts_team", "accounts_user", "sites_site", "catalog_item", "parties_party", "parties_partyrole",
    "parties_customerterms", "parties_address", "parties_contactpoint", "sales_order", "sales_orderline",
    "sales_promisedday", "pipeline_opportunity", "pipeline_lead", "tasks_task", "timeline_note",
    "kernel_activity", "kernel_storedevent", "kernel_eventabout", "kernel_change",
)  # fmt: skip
AUDITED = ("parties_party", "sales_order", "pipeline_opportunity", "pipeline_lead")
Session = psycopg.Connection[Any]


def fill(session: Session, *, rows: int, notes: int = 1) -> tuple[int, float]:
    """Make the books, with so many notes for each party; the number of rows in all tables, and the seconds
    it took.
    """
    begin = time.perf_counter()
    session.execute("SET session_replication_role = replica")
    session.execute("SET work_mem = '128MB'")
    session.execute(
        "SELECT set_config('bench.rows', %s, false), set_config('bench.notes', %s, false),"
        " set_config('bench.great', %s, false)",
        [str(rows), str(rows * notes), str(GREAT)],
    )
    indexes = _drop_indexes(session)
    session.execute(ROWS.read_bytes())
    _note_changes(session)
    for definition in indexes:
        session.execute(definition)
    _set_sequences(session, rows)
    session.commit()
    session.autocommit = True
    session.execute("VACUUM ANALYZE")
    return sum(_size(session, table) for table in TABLES), time.perf_counter() - begin


def _drop_indexes(session: Session) -> list[bytes]:
    """Take away every index that keeps no promise; how to make them again."""
    found = session.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = ANY (%s::regclass[])"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
        [list(TABLES)],
    ).fetchall()
    for name, _definition in found:
        session.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    return [definition.encode() for _name, definition in found]


def _note_changes(session: Session) -> None:
    """The record of changes of what has a page, as the audit trigger writes it."""
    for table in AUDITED:
        session.execute(
            sql.SQL(
                "INSERT INTO kernel_change (activity_id, at, kind, object_id, operation)"
                " SELECT 1000 + id / 500, now(), {}, id, 'I' FROM {} WHERE id > 1000"
            ).format(sql.Literal(table), sql.Identifier(table))
        )


def _set_sequences(session: Session, rows: int) -> None:
    """What is made next continues behind the rows that are there."""
    for table in TABLES:
        session.execute(
            sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), max(id)) FROM {}").format(
                sql.Literal(table), sql.Identifier(table)
            )
        )
    for series in ("number_sales_order", "number_opportunity", "number_lead"):
        session.execute("SELECT setval(%s, %s)", [series, rows])


def _size(session: Session, table: str) -> int:
    found = session.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    assert found is not None
    return int(found[0])


if __name__ == "__main__":
    place, how_many, for_each = sys.argv[1:]
    with psycopg.connect(place) as opened:
        fill(opened, rows=int(how_many), notes=int(for_each))
