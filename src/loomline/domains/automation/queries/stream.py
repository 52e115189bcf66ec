"""What has happened since a rule last looked: told facts and changed rows, in order, none left out."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import Q, QuerySet

from loomline.domains.automation.models import Cursor, RuleState, RuleVersion, Run, Trigger
from loomline.kernel.audit import Activity, Change
from loomline.kernel.event import StoredEvent

EVENTS, CHANGES = "events", "changes"
TABLES = {EVENTS: "kernel_storedevent", CHANGES: "kernel_change"}
PREPARED = "prepared"
# What was taken back shall not set rules off again.
BACKWARDS = ("kernel.undo", "surface.undo_request", "automation.undo_run")
CHAIN = 20


def last_key(name: str) -> int:
    """The highest key that has been drawn for a stream, committed or not."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {TABLES[name]}_id_seq")
        return int(cursor.fetchone()[0])


def writers(name: str) -> set[str]:
    """The other transactions of this database that may have drawn keys of a stream and have not ended.

    Whoever writes into a table holds this lock on it from before the first key is drawn until what was
    written can be seen. Every role may read it, and other databases of the server have locks of their own.
    A prepared transaction has lost its number: all of them have one name here.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN pid IS NULL THEN %s ELSE virtualtransaction END FROM pg_locks"
            " WHERE locktype = 'relation' AND relation = %s::regclass"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND mode = 'RowExclusiveLock' AND granted AND pid IS DISTINCT FROM pg_backend_pid()",
            [PREPARED, TABLES[name]],
        )
        return {row[0] for row in cursor}


def have_ended(name: str, noted: Iterable[str]) -> bool:
    """True once every writer of a stream that was noted has ended, and no prepared one is left."""
    return writers(name).isdisjoint({*noted, PREPARED})


def active_versions(*triggers: Trigger) -> list[RuleVersion]:
    """The versions that act: the newest of every active rule."""
    newest = RuleVersion.objects.filter(rule__state=RuleState.ACTIVE, trigger__in=triggers)
    found = newest.select_related("rule__owner").order_by("rule_id", "-number").distinct("rule_id")
    return [version for version in found if version.number == version.rule.number]


def events_between(after: int, until: int, names: Iterable[str]) -> QuerySet[StoredEvent]:
    """The told facts of these kinds, oldest first."""
    rows = StoredEvent.objects.filter(id__gt=after, id__lte=until, name__in=list(names))
    return rows.select_related("activity").order_by("id")


def changes_between(after: int, until: int, tables: Iterable[str]) -> QuerySet[Change]:
    """Rows added to these tables or changed in them, oldest first; what was taken back is no change."""
    rows = Change.objects.filter(id__gt=after, id__lte=until, kind__in=list(tables), operation__in=("I", "U"))
    undone = Q(activity__isnull=False, activity__verb__in=BACKWARDS)
    return rows.exclude(undone).select_related("activity").order_by("id")


def lineage_of(activity: Activity | None) -> list[int]:
    """The rules whose runs led to an activity, the nearest first; empty for what people did.

    A handler that hears an event later acts under the event's number: the way leads on from there.
    """
    at, steps = activity, 0
    while at is not None and steps < CHAIN:
        word, _dash, number = at.request_id.partition("-")
        if word == "rule" and number.isdigit():
            run = Run.objects.filter(pk=int(number)).first()
            return [run.rule_id, *run.lineage] if run is not None else []
        if word != "event" or not number.isdigit():
            return []
        told = StoredEvent.objects.filter(pk=int(number)).select_related("activity").first()
        at, steps = (told.activity if told is not None else None), steps + 1
    return []


def cursor_at(name: str) -> Cursor | None:
    """The place in a stream, locked; None while another worker reads there."""
    return Cursor.objects.select_for_update(skip_locked=True).filter(name=name).first()
