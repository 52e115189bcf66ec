"""Base classes of tables, and how rows are locked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, Literal, TypeVar, cast

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections, models
from django.db.models import QuerySet
from django.db.models.expressions import DatabaseDefault
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from loomline.kernel.prepared import AnyOf, Prepared, array_type, execute, fetch, is_expression
from loomline.kernel.refusal import NotThere
from loomline.kernel.state import Moves, States

ALL: Literal["*"] = "*"
T = TypeVar("T", bound="Record")


class Rows(QuerySet[Any]):
    """The rows of a table; many of them are written at once by sending each column as one array."""

    def bulk_create(
        self, objs: Iterable[Any], batch_size: int | None = None, *args: Any, **conflicts: Any
    ) -> list[Any]:
        """Write new rows; what Django's own way does better is left to it."""
        rows = list(objs)
        for row in rows:
            row._prepare_related_fields_for_save(operation_name="bulk_create")
        columns = None if args or any(conflicts.values()) else _columns_of(self.model, rows)
        if columns is None:
            return super().bulk_create(rows, batch_size, *args, **conflicts)
        step = batch_size or len(rows)
        for at in range(0, len(rows), step):
            self._write_new(rows[at : at + step], columns)
        return rows

    def _write_new(self, rows: Sequence[Any], columns: Sequence[Any]) -> None:
        here = connections[self.db]
        values = [[c.get_db_prep_save(c.pre_save(row, True), here) for row in rows] for c in columns]
        is_one = len(rows) == 1
        model: type[models.Model] = self.model
        text = _insert(model, tuple(columns), is_one)
        found = fetch(text, [column[0] for column in values] if is_one else values)
        returned = self.model._meta.db_returning_fields
        for row, answer in zip(rows, found, strict=True):
            for field, value in zip(returned, answer, strict=True):
                setattr(row, field.attname, value)
            row._state.adding, row._state.db = False, self.db

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], batch_size: int | None = None) -> int:
        """Write these fields of these rows; Django's own way sends a CASE for each row and field."""
        rows = list(objs)
        columns = [cast("models.Field[Any, Any]", self.model._meta.get_field(name)) for name in fields]
        if not rows or not columns or not all(_goes_as_array(column, rows) for column in columns):
            return super().bulk_update(rows, [column.name for column in columns], batch_size)
        step = batch_size or len(rows)
        return sum(self._write_arrays(rows[at : at + step], columns) for at in range(0, len(rows), step))

    def _write_arrays(self, rows: Sequence[Any], columns: Sequence[models.Field[Any, Any]]) -> int:
        sent = [self.model._meta.pk, *columns]
        here = connections[self.db]
        values = [[c.get_db_prep_save(getattr(row, c.attname), here) for row in rows] for c in sent]
        model: type[models.Model] = self.model
        return execute(_update(model, tuple(sent)), values)


@cache
def _update(model: type[models.Model], sent: tuple[Any, ...]) -> str:
    key, *names = [f'"{column.column}"' for column in sent]
    arrays = ", ".join(f"%s::{array_type(column)}" for column in sent)
    return (
        f'UPDATE "{model._meta.db_table}" t SET {", ".join(f"{name} = v.{name}" for name in names)}'
        f" FROM unnest({arrays}) AS v ({', '.join([key, *names])}) WHERE t.{key} = v.{key}"
    )


@cache
def _insert(model: type[models.Model], columns: tuple[Any, ...], is_one: bool) -> str:
    names = ", ".join(f'"{column.column}"' for column in columns)
    if is_one:
        values = f"VALUES ({', '.join(['%s'] * len(columns))})"
    else:
        values = f"SELECT * FROM unnest({', '.join(f'%s::{array_type(column)}' for column in columns)})"
    returned = ", ".join(f'"{field.column}"' for field in model._meta.db_returning_fields)
    return f'INSERT INTO "{model._meta.db_table}" ({names}) {values} RETURNING {returned}'


def _columns_of(model: type[models.Model], rows: Sequence[Any]) -> list[Any] | None:
    """The columns to send of new rows; None where arrays of arrays, keys or expressions are among them."""
    if not rows or any(row.pk is not None for row in rows):
        return None
    columns: list[Any] = []
    for field in model._meta.local_concrete_fields:
        values = [getattr(row, field.attname) for row in rows]
        if field.primary_key or all(isinstance(value, DatabaseDefault) for value in values):
            continue
        is_nested = isinstance(field, ArrayField) and len(rows) > 1
        if is_nested or field.generated or any(map(is_expression, values)):
            return None
        columns.append(field)
    return columns


def _goes_as_array(column: models.Field[Any, Any], rows: Sequence[Any]) -> bool:
    """Arrays of arrays, JSON and expressions are left to Django, and so is what it refuses."""
    if isinstance(column, ArrayField | models.JSONField) or not column.concrete or column.primary_key:
        return False
    values = [getattr(row, column.attname) for row in rows]
    return all(row.pk is not None for row in rows) and not any(map(is_expression, values))


class RowsManager(models.Manager[Any]):
    """Gives the rows of a table as `Rows`."""

    def get_queryset(self) -> QuerySet[Any]:
        return Rows(self.model, using=self._db)


class Record(models.Model):
    """An audited row: the change trigger stands on its table.

    `audit_exclude` names columns that never reach the audit (secrets). `moves` and `editable` belong
    to records with a state: which moves there are, and which fields a state leaves open.
    """

    moves: ClassVar[Moves] = Moves()
    editable: ClassVar[Mapping[States, Any]] = {}
    append_only: ClassVar[bool] = False
    audit_exclude: ClassVar[tuple[str, ...]] = ()
    state: Any

    objects: ClassVar[models.Manager[Any]] = RowsManager()

    class Meta:
        abstract = True

    def sentence_name(self) -> str:
        """How a sentence calls this record: "Order S-0007"."""
        return f"{capfirst(self._meta.verbose_name or '')} {self}"

    def may_edit(self, field: str) -> bool:
        """True when the present state leaves this field open; a record without states is open."""
        if not self.editable:
            return True
        allowed = self.editable.get(self.state, ())
        return allowed == ALL or field in allowed


class Thing(Record):
    """A record that users extend with fields of their own."""

    custom = models.JSONField(_("own fields"), default=dict, blank=True, encoder=DjangoJSONEncoder)

    class Meta:
        abstract = True


class Document(Thing):
    """A record with a number and a state; a correction is a revision, never a cancel and copy."""

    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(getattr(self, "number", self.pk))


class Ledger(Record):
    """A record that is only ever added to; the database refuses to change or delete it."""

    append_only = True

    class Meta:
        abstract = True


@cache
def _locking(model: type[models.Model]) -> Prepared[Any]:
    rows = model._default_manager.filter(AnyOf("pk", "keys")).order_by("pk")
    return Prepared(lambda: rows.select_for_update(of=("self",)))


def lock(record: T) -> T:
    """The record as it is now, locked until the transaction ends."""
    found = _locking(type(record))(keys=[record.pk])
    if not found:
        raise NotThere(reference=record.sentence_name())
    return cast(T, found[0])


def lock_all(rows: QuerySet[Any] | Iterable[Any]) -> list[Any]:
    """The rows as they are now, locked in the order of their keys so that two callers never deadlock."""
    if isinstance(rows, QuerySet):
        return list(rows.order_by("pk").select_for_update(of=("self",)))
    records = list(rows)
    return lock_keys(type(records[0]), [record.pk for record in records]) if records else []


def lock_keys(model: type[T], keys: Iterable[int]) -> list[T]:
    """The same for rows of which only the keys are known."""
    return _locking(model)(keys=list(keys))
