"""Queries that every order asks: composed once in a process, asked again with other values.

Django composes the SQL of a queryset anew for each call, which for wide rows with joins takes longer than the
database needs to answer. A prepared query is composed once; the server keeps its plan too.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from types import NoneType
from typing import Any, Generic, TypeVar, cast

import orjson
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper
from django.db.models import BigIntegerField, BooleanField, Expression, F, Field, Func, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row")
# What PostgreSQL reads as `str` writes it.
WRITTEN = (str, int, Decimal, date, NoneType)
# A zero byte stands in no text of a database.
SEPARATOR, NULL = "\0,", "\0N"
# A cursor keeps its last answer until the next; one of more rows than this is let go with its cursor.
MANY = 1000


class Given(Expression):
    """A value that is given anew with each call, or with `many` an array of them."""

    def __init__(self, name: str, kind: Field[Any, Any] | None = None, *, many: bool = False) -> None:
        super().__init__(output_field=kind or BigIntegerField())
        self.name, self.many = name, many

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        kind = str(self.output_field.rel_db_type(connection)).partition("(")[0]
        return (f"(%s::{kind}[])" if self.many else f"%s::{kind}"), [self]


class AnyOf(Func):
    """True where the value at a path is one of those given: `AnyOf("order", "orders")`.

    `IN` has another text for each number of values; an array is one value.
    """

    template, arg_joiner = "%(expressions)s", " = ANY "
    output_field = BooleanField()

    def __init__(self, path: str, name: str, kind: Field[Any, Any] | None = None) -> None:
        super().__init__(F(path), Given(name, kind, many=True))


class Prepared(Generic[Row]):
    """A queryset whose values come with each call: `rows(orders=[1, 2])`.

    Records that several rows point at are one object in the answer.
    """

    def __init__(self, compose: Callable[[], QuerySet[Any, Row]]) -> None:
        self.compose = compose
        self.__doc__ = compose.__doc__

    @cached_property
    def _composed(self) -> _Composed:
        return _Composed.of(self.compose())

    def __call__(self, **values: Any) -> list[Row]:
        composed = self._composed
        if composed.locks and connection.get_autocommit():
            raise TransactionManagementError("select_for_update cannot be used outside of a transaction.")
        sent = [values[p.name] if isinstance(p, Given) else p for p in composed.params]
        found: Iterable[Any] = fetch(composed.sql, sent)
        if composed.converters:
            found = composed.compiler.apply_converters(found, composed.converters)
        return composed.records(found) if composed.reader else [tuple(row) for row in found]  # type: ignore[misc]


def prepared(compose: Callable[[], QuerySet[Any, Row]]) -> Prepared[Row]:
    """Make a function that composes a queryset a query that is composed once."""
    return Prepared(compose)


@dataclass(frozen=True)
class _Composed:
    """What composing a queryset has found out."""

    compiler: SQLCompiler
    sql: str
    params: Sequence[Any]
    converters: Any
    locks: bool
    reader: _Reader | None

    @classmethod
    def of(cls, rows: QuerySet[Any, Any]) -> _Composed:
        compiler = rows.query.get_compiler(connection=connections[DEFAULT_DB_ALIAS])
        sql, params = compiler.as_sql()
        converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
        makes_records = getattr(rows, "_fields", None) is None
        # What records are made of is converted by their readers, once for each record and not for each row.
        reader = _Reader(compiler.klass_info, compiler.select, converters) if makes_records else None
        return cls(compiler, sql, params, converters, rows.query.select_for_update, reader)

    def records(self, rows: Iterable[Sequence[Any]]) -> list[Any]:
        """The records of rows, those beside them and what was worked out for them."""
        assert self.reader is not None
        known: dict[Any, models.Model] = {}
        worked_out = self.compiler.annotation_col_map or {}
        found = []
        for row in rows:
            record = self.reader.read(row, known)
            for name, column in worked_out.items():
                setattr(record, name, row[column])
            found.append(record)
        return found


class _Reader:
    """Makes records of one model from rows, and those that `select_related` puts beside them.

    Takes the converters of its columns out of those that are given.
    """

    def __init__(self, info: Any, select: Sequence[Any], converters: dict[int, Any]) -> None:
        places = info["select_fields"]
        self.start, self.end = places[0], places[-1] + 1
        self.model: type[models.Model] = info["model"]
        self.names = [column[0].target.attname for column in select[self.start : self.end]]
        self.key = self.names.index(self.model._meta.pk.attname)
        self.converted = [
            (place - self.start, *converters.pop(place)) for place in places if place in converters
        ]
        self.beside = [
            (_Reader(other, select, converters), other["local_setter"], other["remote_setter"])
            for other in info.get("related_klass_infos", ())
        ]

    def read(self, row: Sequence[Any], known: dict[Any, models.Model]) -> models.Model | None:
        """The record in this row, or the one that an earlier row has made of it."""
        key = row[self.start + self.key]
        if key is None:
            return None
        if (self, key) in known:
            return known[self, key]
        values = list(row[self.start : self.end])
        for place, converters, expression in self.converted:
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        found: models.Model = self.model.from_db(DEFAULT_DB_ALIAS, self.names, values)
        known[self, key] = found
        for reader, put, put_back in self.beside:
            other = reader.read(row, known)
            put(found, other)
            if other is not None:
                put_back(other, found)
        return found


# The cursor of a thread, and the connection that it belongs to.
_kept = threading.local()


def cursor() -> CursorWrapper:
    """A cursor whose values travel beside the SQL: the server keeps the plan of what is sent often.

    While statements are recorded, an ordinary one, so that the record shows them with their values.
    """
    here = connections[DEFAULT_DB_ALIAS]
    if here.queries_logged:
        return here.cursor()
    here.close_if_health_check_failed()
    here.ensure_connection()
    with here.wrap_database_errors:
        made: Any = cast("Any", ServerBindingCursor)(here.connection)
        return here.make_cursor(made)


def _same_cursor() -> CursorWrapper:
    """The cursor of the statement before, while it can be had: it has learned already how values travel."""
    here = connections[DEFAULT_DB_ALIAS]
    if here.queries_logged:
        return here.cursor()
    if here.connection is None or here.connection is not getattr(_kept, "session", None):
        _kept.cursor, _kept.session = cursor(), here.connection
    return cast("CursorWrapper", _kept.cursor)


def fetch(sql: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of one statement."""
    session = _same_cursor()
    session.execute(sql, values)
    found = session.fetchall()
    if len(found) > MANY:
        _kept.session = None
    return found


def execute(sql: str, values: Sequence[Any] | Mapping[str, Any]) -> int:
    """Carry one statement out; how many rows it met."""
    session = _same_cursor()
    session.execute(sql, values)
    return int(session.rowcount)


def copy_in(table: str, columns: Mapping[str, Sequence[Any]]) -> None:
    """Put rows into a table without asking for anything back."""
    names = ", ".join(f'"{name}"' for name in columns)
    text = f'COPY "{table}" ({names}) FROM STDIN'
    with cursor() as session, session.db.wrap_database_errors, session.copy(text) as copy:
        for row in zip(*columns.values(), strict=True):
            copy.write_row(row)


def array(values: Sequence[Any]) -> str | list[Any]:
    """Many values as the text of one array; the driver would look at each of them several times."""
    if not values or not all(issubclass(kind, WRITTEN) for kind in set(map(type, values))):
        return list(values)
    text = SEPARATOR.join([NULL if v is None else v if isinstance(v, str) else str(v) for v in values])
    if text.count("\0") >= len(values) + values.count(None):
        return list(values)
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace(SEPARATOR, '","')
    return "{" + f'"{text}"'.replace(f'"{NULL}"', "NULL") + "}"


def json_text(value: Any, encoder: type[json.JSONEncoder] | None = None) -> str:
    """A value as JSON; what is more than text, numbers, lists and mappings is left to the encoder."""
    try:
        return orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_DATETIME).decode()
    except TypeError:
        return json.dumps(value, cls=encoder)


def array_type(column: Field[Any, Any]) -> str:
    """The type of many values, without a length: a cast to one would cut a long text, not refuse it."""
    return str(column.rel_db_type(connection)).partition("(")[0] + "[]"


def is_expression(value: object) -> bool:
    """True for what the database is to work out, which only Django can compose."""
    return hasattr(value, "resolve_expression")
