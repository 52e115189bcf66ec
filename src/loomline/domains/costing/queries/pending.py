"""Moves that have no value yet: the stock ledger itself is the queue, read in the order of its keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.db.models import Subquery
from django.db.models.functions import Coalesce

from loomline.domains.costing.models import MOVES, Progress
from loomline.domains.inventory.models import StockMove
from loomline.kernel.context import Ctx

TABLE = StockMove._meta.db_table
# A prepared transaction has lost its number: all of them have one name here.
PREPARED = "prepared"


@dataclass(frozen=True, slots=True)
class Behind:
    """Up to which move stock is valued, and how many wait at most (what was rolled back counts too)."""

    move_id: int
    waiting: int


def last_key() -> int:
    """The highest key of a move that has been drawn, committed or not."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {TABLE}_id_seq")
        return int(cursor.fetchone()[0])


def writers() -> set[str]:
    """The other transactions that may have drawn keys of moves and have not ended.

    Whoever writes moves holds this lock on their table from before the first key until they can be seen.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN pid IS NULL THEN %s ELSE virtualtransaction END FROM pg_locks"
            " WHERE locktype = 'relation' AND relation = %s::regclass"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND mode = 'RowExclusiveLock' AND granted AND pid IS DISTINCT FROM pg_backend_pid()",
            [PREPARED, TABLE],
        )
        return {row[0] for row in cursor}


def progress_to_change(*, waits: bool) -> Progress | None:
    """How far stock is valued, locked; None while somebody else values it and one does not wait."""
    rows = Progress.objects.select_for_update(skip_locked=not waits)
    return rows.filter(name=MOVES).first()


def moves_between(*, after: int, upto: int, most: int) -> list[StockMove]:
    """The moves after one key up to another, in order; what was recorded together is not parted."""
    rows = StockMove.objects.filter(pk__gt=after, pk__lte=upto).order_by("pk")
    found = list(rows[:most])
    while len(found) >= most:
        moment = found[-1].recorded_at
        more = list(rows.filter(pk__gt=found[-1].pk)[:1000])
        parted = next((n for n, move in enumerate(more) if move.recorded_at != moment), None)
        found += more[:parted]
        if parted is not None or not more:
            break
    return found


def behind() -> Behind:
    """How far stock is valued. Costs two statements."""
    found = Progress.objects.filter(name=MOVES).first()
    position = found.position if found else 0
    return Behind(position, max(last_key() - position, 0))


def waits(*, item_id: int) -> bool:
    """True while a move of an item has no value. Costs one statement."""
    position = Coalesce(Subquery(Progress.objects.filter(name=MOVES).values("position")), 0)
    return StockMove.objects.filter(item=item_id, pk__gt=position).exists()


def is_behind(ctx: Ctx, *, day: date) -> bool:
    """True while a move of this day or an earlier one has no value."""
    end = datetime.combine(day + timedelta(days=1), time(), ctx.company.zone)
    return StockMove.objects.filter(pk__gt=behind().move_id, effective_at__lt=end).exists()
