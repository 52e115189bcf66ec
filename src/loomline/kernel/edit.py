"""The plain commands every entity has unless its domain names better ones: save, edit many, delete, undo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import ProtectedError
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.kernel import access
from loomline.kernel.audit import Activity, Change
from loomline.kernel.command import Command, command, registry
from loomline.kernel.context import Ctx
from loomline.kernel.custom import checked, fields_of
from loomline.kernel.record import Record, lock, lock_all
from loomline.kernel.refusal import Invalid, NotPermitted, Refused


class ChangedSince(Refused):
    """Somebody else changed the field after the form was opened."""

    says = _("{field} was changed to {now} while you had {seen} open. Look at both and save again.")


class FieldClosed(Refused):
    """The state of the record no longer leaves this field open."""

    says = _("{what} is {state}; {field} can no longer be changed there.")


class StillUsed(Refused):
    """Other records point at this one."""

    says = _("{what} cannot be deleted: {users} still use it. Remove or change those first.")


class NotUndoable(Refused):
    """What was done cannot be taken back, or no longer."""


def plain_commands(model: type[Record]) -> dict[str, Command[Any, Any]]:
    """Register and return the plain commands of a model: save, edit, delete."""
    domain, noun = model._meta.app_label, model._meta.model_name

    def save(
        ctx: Ctx,
        *,
        record: Any,
        values: dict[str, Any],
        seen: dict[str, Any] | None = None,
        lines: dict[str, Any] | None = None,
    ) -> Any:
        return save_record(ctx, record=record, values=values, seen=seen or {}, lines=lines or {})

    def edit(ctx: Ctx, *, records: Any, values: dict[str, Any]) -> Any:
        return edit_records(ctx, records=records, values=values)

    def delete(ctx: Ctx, *, records: Any) -> Any:
        return delete_records(ctx, records=records)

    save.__annotations__["record"] = model
    save.__annotations__["return"] = model
    edit.__annotations__["records"] = list[model]  # type: ignore[valid-type]
    delete.__annotations__["records"] = list[model]  # type: ignore[valid-type]
    made: dict[str, Command[Any, Any]] = {}
    for verb, function, doc in (
        ("save", save, _t("Write a {noun} as the form has it.")),
        ("edit", edit, _t("Change the same fields of several {noun} records.")),
        ("delete", delete, _t("Delete {noun} records that nothing else uses.")),
    ):
        function.__doc__ = doc.format(noun=model._meta.verbose_name)
        name = f"{domain}.{verb}_{noun}"
        made[verb] = Command(
            function, name=name, undo=True, hidden=True, danger=verb == "delete", label=capfirst(verb)
        )
        registry.setdefault(name, made[verb])
        access.commands.add(name)
    return made


def save_record(
    ctx: Ctx,
    *,
    record: Any,
    values: Mapping[str, Any],
    seen: Mapping[str, Any],
    lines: Mapping[str, Sequence[Mapping[str, Any]]],
) -> Any:
    """Write one record and the lines that belong to it. `seen` holds the values the form was opened with."""
    is_new = record.pk is None
    access.refuse_closed(ctx, type(record), _names(values))
    if is_new:
        # Tried again after a deadlock, it begins with a record that has no key yet.
        record = copy(record)
    else:
        record = lock(record)
        _refuse_stale(record, values, seen)
    changed = _assign(record, values, is_new=is_new)
    _clean(record)
    if is_new:
        record.save(force_insert=True)
    elif changed:
        record.save(update_fields=changed)
    for name, rows in lines.items():
        _save_lines(record, name, rows, is_new=is_new)
    return record


def edit_records(ctx: Ctx, *, records: Iterable[Any], values: Mapping[str, Any]) -> list[Any]:
    """Change the same fields of many records: checked one by one, written in one statement."""
    locked = lock_all(records)
    if not locked or not values:
        return locked
    access.refuse_closed(ctx, type(locked[0]), _names(values))
    for record in locked:
        _assign(record, values, is_new=False)
        _clean(record, only=set(values))
    type(locked[0]).objects.bulk_update(
        locked, [type(locked[0])._meta.get_field(name).name for name in values], batch_size=1000
    )
    return locked


def _names(values: Mapping[str, Any]) -> list[str]:
    return [*values, *(f"custom.{name}" for name in values.get("custom") or {})]


def delete_records(ctx: Ctx, *, records: Iterable[Any]) -> int:
    """Delete records; a document that has left its first state stays for good."""
    locked = lock_all(records)
    _delete(locked)
    return len(locked)


@command(hidden=True)
def undo(ctx: Ctx, *, activity: Activity) -> Activity:
    """Take back what one activity did, if nobody has touched the same rows since."""
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    if activity.actor_id != ctx.actor.pk and access.level_of(ctx.actor, "kernel.undo") < access.Level.ALL:
        raise NotPermitted(verb=_t("undo what others did"), permission="kernel.undo")
    if activity.undone_by_id:
        raise NotUndoable(_t("This was already undone."))
    made = registry.get(activity.verb)
    if made is None or not made.undo:
        raise NotUndoable(
            _t("{verb} cannot be undone: it has told others. Correct it with another command."),
            verb=activity.verb,
        )
    reverse(Change.objects.filter(activity=activity))
    Activity.objects.filter(pk=activity.pk).update(undone_by=own_activity())
    return activity


undo.undo = True


def reverse(changes: models.QuerySet[Change], *, ledgers: bool = False) -> int:
    """Reverse the rows of these changes, newest first, set by set. Returns how many.

    `ledgers` is for undoing an import as a whole: then rows of ledgers go too, which the database
    otherwise refuses.
    """
    rows = list(changes.order_by("-id").values_list("id", "kind", "operation", "new"))
    tables = {model._meta.db_table: model for model in apps.get_models()}
    closed = {kind for _id, kind, *_rest in rows if getattr(tables.get(kind), "append_only", False)}
    if closed and not ledgers:
        raise NotUndoable(_t("Entries were posted to a ledger; reverse them with a correcting entry."))
    if changes.filter(operation="D", old__isnull=True).exists():
        raise NotUndoable(_t("What was deleted has been cleared from the trash for good."))
    _refuse_touched(changes)
    with connection.cursor() as cursor:
        if ledgers:
            cursor.execute("SELECT set_config('loomline.undo', 'on', true)")
        written = {kind: _written(kind) for kind in {row[1] for row in rows}}
        for kind, operation, columns, ids in _runs(rows):
            names = [name for name in written[kind] if operation == "D" or name in columns]
            cursor.execute(_reversal(connection.ops.quote_name(kind), operation, names), [ids])
        if ledgers:
            cursor.execute("SELECT set_config('loomline.undo', '', true)")
    return len(rows)


def _runs(rows: list[Any]) -> list[tuple[str, str, tuple[str, ...], list[int]]]:
    runs: list[tuple[str, str, tuple[str, ...], list[int]]] = []
    for pk, kind, operation, new in rows:
        columns = tuple(sorted(new)) if operation == "U" else ()
        if not runs or runs[-1][:3] != (kind, operation, columns):
            runs.append((kind, operation, columns, []))
        runs[-1][3].append(pk)
    return runs


def _written(table: str) -> list[str]:
    """The columns of a table that are written; what the database computes itself is left to it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
            [connection.ops.quote_name(table)],
        )
        return [row[0] for row in cursor.fetchall()]


def _reversal(table: str, operation: str, columns: Sequence[str]) -> str:
    chosen = (
        "SELECT DISTINCT ON (object_id) object_id, old FROM kernel_change"
        " WHERE id = ANY(%s) ORDER BY object_id, id"
    )
    if operation == "I":
        return f"DELETE FROM {table} WHERE id IN (SELECT object_id FROM ({chosen}) c)"
    names = [connection.ops.quote_name(c) for c in columns]
    old = f"FROM ({chosen}) c, jsonb_populate_record(null::{table}, c.old) p"
    if operation == "D":
        values = ", ".join(f"p.{name}" for name in names)
        return f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} {old}"
    sets = ", ".join(f"{name} = p.{name}" for name in names)
    return f"UPDATE {table} t SET {sets} {old} WHERE t.id = c.object_id"


def _refuse_touched(changes: models.QuerySet[Change]) -> None:
    done = changes.order_by().values("id", "kind", "object_id", "activity_id")
    sql, params = done.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH done AS ({sql}) SELECT later.kind, later.object_id FROM kernel_change later"
            " JOIN (SELECT kind, object_id, max(id) AS id FROM done GROUP BY 1, 2) d"
            " ON later.kind = d.kind AND later.object_id = d.object_id AND later.id > d.id"
            " WHERE later.activity_id IS NULL OR (later.activity_id NOT IN (SELECT activity_id FROM done)"
            # What was done later and taken back again, both by activities that stand, has left no trace.
            " AND later.activity_id NOT IN (SELECT unnest(ARRAY[a.id, u.id]) FROM kernel_activity a"
            " JOIN kernel_activity u ON u.id = a.undone_by_id WHERE u.undone_by_id IS NULL)) LIMIT 1",
            params,
        )
        found = cursor.fetchone()
    if found is not None:
        tables = {model._meta.db_table: model for model in apps.get_models()}
        model = tables.get(found[0])
        record = model._default_manager.filter(pk=found[1]).first() if model else None
        what = record.sentence_name() if isinstance(record, Record) else f"{found[0]} {found[1]}"
        raise NotUndoable(
            _t("{what} has been changed since. Undo that first, or correct it by hand."), what=what
        )


def plain_text(value: Any) -> str:
    """A stored value as text, the same for equal values."""
    plain = getattr(value, "pk", value)
    if hasattr(plain, "normalize") and hasattr(plain, "as_tuple"):
        return f"{plain.normalize():f}"
    return "" if plain is None else str(plain)


def own_activity() -> int:
    """The number of the activity that this transaction is being written under."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('loomline.activity')::bigint")
        return int(cursor.fetchone()[0])


def _assign(record: Any, values: Mapping[str, Any], *, is_new: bool) -> list[str]:
    """Put the values on the record; returns the columns that differ from what it had."""
    found = _differences(record, values, is_new=is_new)
    for name, _value in found:
        if not is_new and not record.may_edit(name):
            raise _closed(record, record._meta.get_field(name).verbose_name)
    for name, value in found:
        field = record._meta.get_field(name)
        setattr(record, name if isinstance(value, models.Model) or value is None else field.attname, value)
    return [record._meta.get_field(name).name for name, _value in found]


def _differences(record: Any, values: Mapping[str, Any], *, is_new: bool) -> list[tuple[str, Any]]:
    """The values that are not the record's already, fields of the users' own merged into what it has."""
    found = []
    for name, value in values.items():
        if name == "custom":
            value = {**record.custom, **checked(fields_of(record._meta.label_lower), value)}
        now = getattr(record, record._meta.get_field(name).attname)
        if is_new or plain_text(now) != plain_text(getattr(value, "pk", value)):
            found.append((name, value))
    return found


def _closed(record: Any, field: Any) -> FieldClosed:
    """The refusal of a field that the record leaves closed; a line is closed by the record it belongs to."""
    state, what = getattr(record, "state", None), record.sentence_name()
    if state is None:
        return FieldClosed(_t("{field} of {what} cannot be changed."), what=what, field=field)
    return FieldClosed(what=what, state=state.label.lower(), field=field)


def _clean(record: Any, only: set[str] | None = None) -> None:
    exclude = {f.name for f in record._meta.fields if f.has_db_default() and f.name not in (only or set())}
    if only is not None:
        exclude = {f.name for f in record._meta.fields if f.name not in only}
    try:
        record.full_clean(exclude=exclude, validate_unique=only is None, validate_constraints=only is None)
    except ValidationError as fault:
        raise Invalid(
            {name: [str(m) for m in messages] for name, messages in fault.message_dict.items()}
        ) from fault


def _refuse_stale(record: Any, values: Mapping[str, Any], seen: Mapping[str, Any]) -> None:
    for name, before in seen.items():
        field = record._meta.get_field(name)
        now = getattr(record, field.attname)
        wanted = getattr(values.get(name), "pk", values.get(name))
        if name in values and plain_text(now) not in (plain_text(before), plain_text(wanted)):
            raise ChangedSince(
                field=str(capfirst(field.verbose_name)),
                now=plain_text(now) or "–",
                seen=plain_text(before) or "–",
            )


def _save_lines(record: Any, name: str, rows: Sequence[Mapping[str, Any]], *, is_new: bool) -> None:
    """Write the lines as they shall be; where the record's state closes them, they must stay as they are."""
    manager = getattr(record, name)
    existing = {line.pk: line for line in manager.select_for_update()}
    kept = {int(row["pk"]) for row in rows if row.get("pk")}
    gone = [line for pk, line in existing.items() if pk not in kept]
    wanted = [_line(record, manager, existing, row) for row in rows]
    if not is_new and not record.may_edit(name):
        changed = any(line.pk is None or _differences(line, values, is_new=False) for line, values in wanted)
        if gone or changed:
            raise _closed(record, manager.model._meta.verbose_name_plural)
        return
    _delete(gone)
    for line, values in wanted:
        columns = _assign(line, values, is_new=line.pk is None)
        if line.pk is None or columns:
            _clean(line)
            line.save(force_insert=True) if line.pk is None else line.save(update_fields=columns)


def _line(
    record: Any, manager: Any, existing: Mapping[int, Any], row: Mapping[str, Any]
) -> tuple[Any, dict[str, Any]]:
    """The line that a row stands for, an empty one when it is new, and the values that it shall have."""
    values = {key: value for key, value in row.items() if key != "pk"}
    if not row.get("pk"):
        return manager.model(**{manager.field.name: record}), values
    line = existing.get(int(row["pk"]))
    if line is None:
        raise Refused(_t("A line was deleted by somebody else while you edited. Reload and try again."))
    return line, values


def _delete(records: Sequence[Any]) -> None:
    """Delete locked records of one kind, unless one is part of the books or something else uses it."""
    for record in records:
        state = record._meta.get_field("state").default if record.editable else None
        if state is not None and record.state != state:
            raise Refused(
                _t("{what} is {state}: it is part of the books and stays. Cancel it instead."),
                what=record.sentence_name(),
                state=record.state.label.lower(),
            )
    try:
        if records:
            type(records[0]).objects.filter(pk__in=[r.pk for r in records]).delete()
    except ProtectedError as fault:
        users = {str(o._meta.verbose_name_plural) for o in fault.protected_objects}
        raise StillUsed(what=records[0].sentence_name(), users=", ".join(sorted(users))) from fault
