"""Many rows of a table written at once: each column travels as one array."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any, cast

from django.contrib.postgres.fields import ArrayField
from django.db import connection, connections, models
from django.db.models import Field, QuerySet
from django.db.models.expressions import DatabaseDefault

from loomline.kernel.prepared import array, array_type, copy_in, execute, fetch, is_expression, json_text

Column = tuple["Field[Any, Any]", list[Any]]

# What the driver takes as it is, by the functions that would otherwise look at every single value.
PLAIN: dict[tuple[Callable[..., Any], Callable[..., Any]], type] = {
    (kind.get_prep_value, kind.to_python): plain
    for kind, plain in (
        (models.CharField, str),
        (models.TextField, str),
        (models.IntegerField, int),
        (models.BooleanField, bool),
        (models.DateField, date),
    )
}


class Rows(QuerySet[Any]):
    """The rows of a table; many of them are written at once by sending each column as one array."""

    def bulk_create(
        self, objs: Iterable[Any], batch_size: int | None = None, *args: Any, **conflicts: Any
    ) -> list[Any]:
        """Write new rows; what Django's own way does better is left to it."""
        rows = list(objs)
        for row in rows:
            if row._state.fields_cache:
                row._prepare_related_fields_for_save(operation_name="bulk_create")
        columns = None if args or any(conflicts.values()) else _columns_of(self.model, rows)
        if columns is None:
            return super().bulk_create(rows, batch_size, *args, **conflicts)
        here = connections[self.db]
        sent = [_sent(column, values, rows, here) for column, values in columns]
        step = batch_size or len(rows)
        for at in range(0, len(rows), step):
            part = [values[at : at + step] for values in sent]
            self._write_new(rows[at : at + step], [column for column, _values in columns], part)
        return rows

    def _write_new(self, rows: Sequence[Any], columns: Sequence[Any], values: Sequence[list[Any]]) -> None:
        is_one = len(rows) == 1
        model: type[models.Model] = self.model
        text = _insert(model, tuple(columns), is_one)
        found = fetch(text, [column[0] if is_one else array(column) for column in values])
        returned = _returned(model, columns)
        for row, answer in zip(rows, found, strict=True):
            for field, value in zip(returned, answer, strict=True):
                setattr(row, field.attname, value)
            row._state.adding, row._state.db = False, self.db

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], batch_size: int | None = None) -> int:
        """Write these fields of these rows; Django's own way sends a CASE for each row and field."""
        rows = list(objs)
        columns = [cast("Field[Any, Any]", self.model._meta.get_field(name)) for name in fields]
        if not rows or not columns or not all(_goes_as_array(column, rows) for column in columns):
            return super().bulk_update(rows, [column.name for column in columns], batch_size)
        step = batch_size or len(rows)
        return sum(self._write_arrays(rows[at : at + step], columns) for at in range(0, len(rows), step))

    def _write_arrays(self, rows: Sequence[Any], columns: Sequence[Field[Any, Any]]) -> int:
        sent = [self.model._meta.pk, *columns]
        here = connections[self.db]
        values = [array(_prepared(c, [getattr(row, c.attname) for row in rows], here)) for c in sent]
        model: type[models.Model] = self.model
        return execute(_update(model, tuple(sent)), values)


def insert_rows(model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Copy in new rows of which nobody asks the keys: the columns named, and defaults in the others."""
    if not rows:
        return
    given = dict(zip(map(model._meta.get_field, names), zip(*rows, strict=True), strict=True))
    sent: dict[str, list[Any]] = {}
    for field in model._meta.local_concrete_fields:
        if field in given:
            sent[str(field.column)] = _prepared(field, [*given[field]], connection)
        elif not (field.primary_key or field.generated or field.has_db_default()):
            sent[str(field.column)] = _prepared(field, [field.get_default()], connection) * len(rows)
    copy_in(model._meta.db_table, sent)


@cache
def _update(model: type[models.Model], sent: tuple[Any, ...]) -> str:
    key, *names = [f'"{column.column}"' for column in sent]
    arrays = ", ".join(f"%s::{array_type(column)}" for column in sent)
    return (
        f'UPDATE "{model._meta.db_table}" t SET {", ".join(f"{name} = v.{name}" for name in names)}'
        f" FROM unnest({arrays}) AS v ({', '.join([key, *names])}) WHERE t.{key} = v.{key}"
    )


def _returned(model: type[models.Model], sent: Collection[Any]) -> list[Any]:
    """The columns that the database fills itself."""
    return [field for field in model._meta.db_returning_fields if field not in sent]


@cache
def _insert(model: type[models.Model], columns: tuple[Any, ...], is_one: bool) -> str:
    names = ", ".join(f'"{column.column}"' for column in columns)
    if is_one:
        values = f"VALUES ({', '.join(['%s'] * len(columns))})"
    else:
        values = f"SELECT * FROM unnest({', '.join(f'%s::{array_type(column)}' for column in columns)})"
    returned = ", ".join(f'"{field.column}"' for field in _returned(model, columns))
    return f'INSERT INTO "{model._meta.db_table}" ({names}) {values} RETURNING {returned}'


def _columns_of(model: type[models.Model], rows: Sequence[Any]) -> list[Column] | None:
    """The columns to send of new rows with their values; None where arrays of arrays, keys or
    expressions are among them.
    """
    if not rows or any(row.pk is not None for row in rows):
        return None
    columns: list[Column] = []
    for field in model._meta.local_concrete_fields:
        values = [getattr(row, field.attname) for row in rows]
        kinds = set(map(type, values))
        if field.primary_key or kinds == {DatabaseDefault}:
            continue
        is_nested = isinstance(field, ArrayField) and len(rows) > 1
        if is_nested or field.generated or any(map(is_expression, kinds)):
            return None
        columns.append((field, values))
    return columns


def _goes_as_array(column: Field[Any, Any], rows: Sequence[Any]) -> bool:
    """Arrays of arrays and expressions are left to Django, and so is what it refuses."""
    if isinstance(column, ArrayField) or not column.concrete or column.primary_key:
        return False
    kinds = {type(getattr(row, column.attname)) for row in rows}
    return all(row.pk is not None for row in rows) and not any(map(is_expression, kinds))


def _sent(column: Field[Any, Any], values: list[Any], rows: Sequence[Any], here: Any) -> list[Any]:
    """What goes to the database for new rows; some fields make their value only now."""
    if type(column).pre_save is not Field.pre_save:
        values = [column.pre_save(row, True) for row in rows]
        if isinstance(column, models.CharField):
            return values
    return _prepared(column, values, here)


def _prepared(column: Field[Any, Any], values: list[Any], here: Any) -> list[Any]:
    """The values as the driver takes them; plain ones are not asked one by one."""
    asked = column.target_field if isinstance(column, models.ForeignKey) else column
    plain = PLAIN.get((type(asked).get_prep_value, type(asked).to_python))
    is_usual = type(asked).get_db_prep_save is Field.get_db_prep_save
    if plain and is_usual and set(map(type, values)) <= {plain, type(None)}:
        return values
    if isinstance(column, models.JSONField):
        return [None if value is None else json_text(value, column.encoder) for value in values]
    return [column.get_db_prep_save(value, here) for value in values]
