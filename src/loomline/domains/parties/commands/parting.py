"""Giving back what a merge moved: from the audit, column by column, and what was done since along with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from loomline.domains.parties.models import Merge, Party
from loomline.domains.parties.queries.pointers import KIND, generic_pointers, relations
from loomline.kernel.audit import Change
from loomline.kernel.event import EventAbout
from loomline.kernel.record import Document

Moved = dict[str, set[int]]


def give_back(merge: Merge) -> Moved:
    """Undo every change of the merge that still stands; returns the rows by table that went back.

    A column that somebody has changed since keeps its new value, and a row that was deleted stays so.
    """
    rows = _changes(merge)
    for kind, operation, columns, ids in _runs(rows):
        _undo(kind, operation, columns, ids)
    moved: Moved = defaultdict(set)
    for _pk, kind, operation, key, new in rows:
        if operation == "U" and merge.survivor_id in (new or {}).values():
            moved[kind].add(key)
    return moved


def _changes(merge: Merge) -> list[tuple[int, str, str, int, Any]]:
    """What the merge changed, newest first; the survivor's own row is given back from the merge itself."""
    made = Change.objects.filter(
        activity=merge.activity_id, id__gt=merge.first_change, id__lte=merge.last_change
    )
    made = made.exclude(kind=Party._meta.db_table, object_id=merge.survivor_id)
    made = made.exclude(kind=Merge._meta.db_table)
    return list(made.order_by("-id").values_list("id", "kind", "operation", "object_id", "new"))


def _runs(
    rows: Iterable[tuple[int, str, str, int, Any]],
) -> list[tuple[str, str, tuple[str, ...], list[int]]]:
    """Neighbouring changes of the same columns, no row twice in one run."""
    runs: list[tuple[str, str, tuple[str, ...], list[int]]] = []
    here: set[int] = set()
    for pk, kind, operation, key, new in rows:
        columns = tuple(sorted(new)) if operation == "U" else ()
        if not runs or runs[-1][:3] != (kind, operation, columns) or key in here:
            runs.append((kind, operation, columns, []))
            here = set()
        runs[-1][3].append(pk)
        here.add(key)
    return runs


def _undo(kind: str, operation: str, columns: tuple[str, ...], ids: list[int]) -> None:
    """Set by set; where something is in the way, row by row, and what cannot go back stays."""
    if _tried(kind, operation, columns, ids) or len(ids) == 1:
        return
    for pk in ids:
        _tried(kind, operation, columns, [pk])


def _tried(kind: str, operation: str, columns: tuple[str, ...], ids: list[int]) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_reversal(connection.ops.quote_name(kind), operation, columns), [ids])
    except IntegrityError:
        return False
    return True


def _reversal(table: str, operation: str, columns: Iterable[str]) -> str:
    if operation == "I":
        # What was added by the merge and changed since by somebody is their work now.
        return (
            f"DELETE FROM {table} t USING kernel_change c WHERE c.id = ANY(%s) AND t.id = c.object_id"
            " AND NOT EXISTS (SELECT 1 FROM kernel_change later WHERE later.kind = c.kind"
            " AND later.object_id = c.object_id AND later.id > c.id"
            " AND later.activity_id IS DISTINCT FROM c.activity_id)"
        )
    if operation == "D":
        return (
            f"INSERT INTO {table} SELECT p.* FROM kernel_change c,"
            f" jsonb_populate_record(null::{table}, c.old) p WHERE c.id = ANY(%s)"
        )
    sets = []
    for column in columns:
        name = connection.ops.quote_name(column)
        told = "'" + column.replace("'", "''") + "'"
        sets.append(
            f"{name} = CASE WHEN coalesce(to_jsonb(t.{name}), 'null') = c.new -> {told}"
            f" THEN p.{name} ELSE t.{name} END"
        )
    return (
        f"UPDATE {table} t SET {', '.join(sets)} FROM kernel_change c,"
        f" jsonb_populate_record(null::{table}, c.old) p WHERE c.id = ANY(%s) AND t.id = c.object_id"
    )


def follow(merge: Merge, moved: Moved) -> Moved:
    """Rows made since the merge that belong to what went back go along: the invoice of a moved order."""
    found = True
    while found:
        found = False
        for relation in relations():
            model, name = relation.related_model, relation.field.name
            if getattr(model, "append_only", False):
                continue
            rows = _belonging(model, merge, moved).filter(**{name: merge.survivor_id})
            keys = set(rows.values_list("pk", flat=True))
            if keys:
                model._default_manager.filter(pk__in=keys).update(**{name: merge.absorbed_id})
                moved[model._meta.db_table] |= keys
                found = True
    return moved


def _belonging(model: Any, merge: Merge, moved: Moved) -> QuerySet[Any]:
    """What was made since the merge and stands on a document that went back; an address or a person that a
    document only names does not pull it along.
    """
    tables = {one._meta.db_table: one for one in apps.get_models()}
    belongs = Q(pk__in=[])
    for field in model._meta.concrete_fields:
        target = field.related_model
        if field.is_relation and issubclass(target, Document) and target._meta.db_table in moved:
            belongs |= Q(**{f"{field.name}__in": moved[target._meta.db_table]})
    for pointing, kind, key in generic_pointers():
        if pointing is model:
            for table, keys in moved.items():
                belongs |= Q(**{kind: tables[table]._meta.label_lower, f"{key}__in": keys})
    made_since = Change.objects.filter(
        kind=model._meta.db_table, object_id=OuterRef("pk"), operation="I", id__gt=merge.last_change
    )
    return model._default_manager.filter(belongs).filter(Exists(made_since))


def part_history(merge: Merge, moved: Moved) -> None:
    """Each timeline has its own again; news since the merge goes with the rows that it is about."""
    still = Merge.objects.filter(survivor=merge.survivor_id, undone_at__isnull=True)
    others = still.exclude(pk=merge.pk).values_list("absorbed", flat=True)
    own = [f"{KIND}:{pk}" for pk in (merge.survivor_id, *others)]
    told = EventAbout.objects.filter(kind=KIND, object_id=merge.survivor_id)
    shared = EventAbout.objects.filter(kind=KIND, object_id=merge.absorbed_id).values("event")
    told.filter(event__in=shared).exclude(event__about__overlap=own).delete()

    tables = {one._meta.db_table: one._meta.label_lower for one in apps.get_models()}
    about = Q(pk__in=[])
    for table, keys in moved.items():
        about |= Q(kind=tables[table], object_id__in=keys)
    concerned = EventAbout.objects.filter(about, event__activity__gt=merge.activity_id).values("event")
    told.filter(event__in=concerned).update(object_id=merge.absorbed_id)
