"""An import from the upload to its undo; rows go in chunk by chunk, set by set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from loomline.domains.intake import ports
from loomline.domains.intake.models import ImportRun
from loomline.kernel import edit
from loomline.kernel.audit import Change
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.custom import checked, fields_of
from loomline.kernel.edit import plain_text
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Invalid, NotPermitted, Refused
from loomline.kernel.state import advance


class NobodyMakesThese(Refused):
    """Rows were to be imported into a list that only commands fill."""

    says = _("Records of this kind are made by the system itself, so they cannot be imported here.")


class NothingToRun(Refused):
    """An import was run without one good row."""

    says = _("Not one row of this file can come in. Mend the reasons shown and check again.")


@command(hidden=True, creates=ImportRun)
def upload_import(ctx: Ctx, *, resource: str, file_name: str, stored: str, read: dict[str, Any]) -> ImportRun:
    """Remember a file that somebody wants to bring into a list, and how it is written.

    A file with the heads of an earlier one begins as that one was matched.
    """
    rows = ImportRun.objects.filter(owner=ctx.actor, resource=resource, columns=read.get("columns", []))
    former = rows.exclude(mapping={}).order_by("-pk").first()

    run = ImportRun(
        owner=ctx.actor, resource=resource, file_name=file_name, stored=stored, uploaded_at=ctx.now, **read
    )
    if former is not None:
        run.mapping, run.match_on = {**former.mapping, "fixes": {}}, former.match_on
    run.save()
    return run


@command(hidden=True)
def check_import(
    ctx: Ctx,
    *,
    run: ImportRun,
    mapping: dict[str, Any],
    match_on: str,
    figures: dict[str, int],
    problems: list[dict[str, Any]],
) -> ImportRun:
    """Remember which column feeds which field, and what the rehearsal said."""
    run = lock(run)
    advance(run, "check", mapping=mapping, match_on=match_on, problems=problems, **figures)
    return run


@command(hidden=True)
def begin_import(ctx: Ctx, *, run: ImportRun, job_id: int) -> ImportRun:
    """Say that the rows are coming in now."""
    run = lock(run)

    if not run.total or run.failed >= run.total:
        raise NothingToRun

    advance(run, "run", job_id=job_id)
    return run


@command(hidden=True)
def end_import(
    ctx: Ctx, *, run: ImportRun, figures: dict[str, int], problems: list[dict[str, Any]], finished: bool
) -> ImportRun:
    """Say what became of the rows."""
    run = lock(run)
    advance(run, "finish" if finished else "stop", problems=problems, **figures)
    return run


@command(hidden=True)
def leave_import(ctx: Ctx, *, run: ImportRun) -> ImportRun:
    """Count what an import had brought in when its worker ended, and leave it at that."""
    run = lock(run)
    model = ports.destination(ctx, resource=run.resource).model

    rows = _came_in(run).filter(kind=model._meta.db_table)
    made = rows.filter(operation="I").values("object_id")
    changed = rows.filter(operation="U").exclude(object_id__in=made).values("object_id").distinct()
    figures = {"created": made.count(), "changed": changed.count(), "unchanged": 0, "failed": 0}
    advance(run, "stop", **figures)
    return run


@command(hidden=True, undo=True)
def import_rows(ctx: Ctx, *, run: ImportRun, rows: list[dict[str, Any]]) -> dict[str, int]:
    """Make the new records and change the known ones, in a few statements for all of them."""
    to = ports.destination(ctx, resource=run.resource)
    fresh = [row["values"] for row in rows if row["record"] is None]
    known = [(row["record"], row["values"]) for row in rows if row["record"] is not None]

    if fresh and not to.creator:
        raise NobodyMakesThese
    if fresh and not to.may_create:
        raise NotPermitted(verb=_("make these"), permission=to.creator)
    if known and not to.may_edit:
        raise NotPermitted(
            verb=_("change these"), permission=f"{to.model._meta.app_label}.save_{to.model._meta.model_name}"
        )

    if fresh and not to.make(ctx, fresh):
        _make(to.model, fresh)
    changed = _change(to.model, known)
    return {"created": len(fresh), "changed": changed, "unchanged": len(known) - changed}


@command(hidden=True)
def undo_import(ctx: Ctx, *, run: ImportRun) -> int:
    """Take back every row that an import made or changed, if nobody has touched them since."""
    run = lock(run)

    if run.owner_id != ctx.actor.pk and not ctx.actor.is_superuser:
        raise NotPermitted(verb=_("undo the imports of others"), permission="intake.undo_import")

    count = edit.reverse(_came_in(run), ledgers=True)
    advance(run, "undo")
    return count


def _came_in(run: ImportRun) -> QuerySet[Change]:
    return Change.objects.filter(activity__request_id=f"job-{run.job_id}", activity__verb=import_rows.name)


def _make(model: Any, fresh: Sequence[Mapping[str, Any]]) -> None:
    """Plain rows, in one statement."""
    made = [_assigned(model(), values) for values in fresh]
    for record in made:
        _clean(record)
    model._default_manager.bulk_create(made, batch_size=1000)


def _change(model: Any, known: Sequence[tuple[Any, Mapping[str, Any]]]) -> int:
    """Write what differs, one statement for each set of fields; what is equal is left alone."""
    wanted = {record.pk: values for record, values in known}
    todo = [record.pk for record, values in known if differing(record, values)]
    by_fields: dict[tuple[str, ...], list[Any]] = {}
    for record in lock_all(model._default_manager.filter(pk__in=todo)) if todo else ():
        values = differing(record, wanted[record.pk])
        for name in values:
            if not record.may_edit(name.split(".")[0]):
                raise edit.FieldClosed(
                    what=record.sentence_name(), state=record.state.label.lower(), field=name
                )
        names = tuple(sorted({name.split(".")[0] for name in values}))
        _clean(_assigned(record, values), only=set(names))
        if names:
            by_fields.setdefault(names, []).append(record)
    for names, records in by_fields.items():
        model._default_manager.bulk_update(records, names, batch_size=1000)
    return sum(len(records) for records in by_fields.values())


def differing(record: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the values that differ from what the record holds; an empty cell leaves a value alone."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if value in (None, "", []):
            continue
        if name.startswith("custom."):
            held = (record.custom or {}).get(name.removeprefix("custom."))
        else:
            field = record._meta.get_field(name)
            held, value = getattr(record, field.attname), _tidied(field, value, record)
        if plain_text(held) != plain_text(value):
            found[name] = value
    return found


def _tidied(field: Any, value: Any, record: Any) -> Any:
    """The value as the field would keep it: a number in its places, a telephone number in one writing."""
    if field.is_relation:
        return value
    places = getattr(field, "decimal_places", None)
    if isinstance(value, Decimal) and places is not None:
        value = value.quantize(Decimal(1).scaleb(-places))
    try:
        return field.clean(value, record)
    except ValidationError as fault:
        raise Invalid({field.name: [str(m) for m in fault.messages]}) from fault


def grouped(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with the company's own fields under one name."""
    own = {
        n.removeprefix("custom."): v
        for n, v in values.items()
        if n.startswith("custom.") and v not in (None, "")
    }
    plain = {n: v for n, v in values.items() if not n.startswith("custom.")}
    return {**plain, "custom": own} if own else plain


def _assigned(record: Any, values: Mapping[str, Any]) -> Any:
    given = grouped(values)
    own = given.pop("custom", None)
    for name, value in given.items():
        field = record._meta.get_field(name)
        if value in (None, "") and field.has_default() and record.pk is None:
            continue
        setattr(record, name, value)
    if own:
        record.custom = {
            **record.custom,
            **checked(fields_of(record._meta.label_lower), {**record.custom, **own}),
        }
    return record


def _clean(record: Any, only: set[str] | None = None) -> None:
    names = {f.name for f in record._meta.fields}
    exclude = (
        names - only if only is not None else {f.name for f in record._meta.fields if f.has_db_default()}
    )
    try:
        # Uniqueness and constraints are the database's: asking for each row would cost a statement each.
        record.full_clean(exclude=exclude, validate_unique=False, validate_constraints=False)
    except ValidationError as fault:
        raise Invalid({name: [str(m) for m in said] for name, said in fault.message_dict.items()}) from fault
