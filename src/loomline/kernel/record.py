"""Base classes of tables, and how rows are locked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal, TypeVar, cast

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections, models
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from loomline.kernel.refusal import NotThere
from loomline.kernel.state import Moves, States

ALL: Literal["*"] = "*"
T = TypeVar("T", bound="Record")


class Rows(QuerySet[Any]):
    """The rows of a table; many of them are changed at once by sending each column as one array."""

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], batch_size: int | None = None) -> int:
        """Write these fields of these rows; Django's own way sends a CASE for each row and field."""
        rows = list(objs)
        columns = [cast("models.Field[Any, Any]", self.model._meta.get_field(name)) for name in fields]
        if not rows or not columns or not all(_goes_as_array(column, rows) for column in columns):
            return super().bulk_update(rows, [column.name for column in columns], batch_size)
        step = batch_size or len(rows)
        return sum(self._write_arrays(rows[at : at + step], columns) for at in range(0, len(rows), step))

    def _write_arrays(self, rows: Sequence[Any], columns: Sequence[models.Field[Any, Any]]) -> int:
        self._for_write = True
        connection = connections[self.db]
        quoted, key = connection.ops.quote_name, self.model._meta.pk
        sent = [key, *columns]
        names = [quoted(str(column.column)) for column in sent]
        arrays = ", ".join(f"%s::{_bare_type(column, connection)}[]" for column in sent)
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {quoted(self.model._meta.db_table)} t"
                f" SET {', '.join(f'{name} = v.{name}' for name in names[1:])}"
                f" FROM unnest({arrays}) AS v ({', '.join(names)}) WHERE t.{names[0]} = v.{names[0]}",
                [[c.get_db_prep_save(getattr(row, c.attname), connection) for row in rows] for c in sent],
            )
            return int(cursor.rowcount)


def _bare_type(column: models.Field[Any, Any], connection: Any) -> str:
    """The type without its length: casting to a length would cut a text that is too long, not refuse it."""
    return str(column.rel_db_type(connection)).partition("(")[0]


def _goes_as_array(column: models.Field[Any, Any], rows: Sequence[Any]) -> bool:
    """Arrays of arrays, JSON and expressions are left to Django, and so is what it refuses."""
    if isinstance(column, ArrayField | models.JSONField) or not column.concrete or column.primary_key:
        return False
    values = [getattr(row, column.attname) for row in rows]
    return all(row.pk is not None for row in rows) and not any(
        hasattr(value, "resolve_expression") for value in values
    )


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


def lock(record: T) -> T:
    """The record as it is now, locked until the transaction ends."""
    model = type(record)
    found = model.objects.select_for_update(of=("self",)).filter(pk=record.pk).first()
    if found is None:
        raise NotThere(reference=record.sentence_name())
    return cast(T, found)


def lock_all(rows: QuerySet[Any] | Iterable[Any]) -> list[Any]:
    """The rows as they are now, locked in the order of their keys so that two callers never deadlock."""
    if isinstance(rows, QuerySet):
        return list(rows.order_by("pk").select_for_update(of=("self",)))
    records = list(rows)
    if not records:
        return []
    model = type(records[0])
    return list(
        model.objects.filter(pk__in=[r.pk for r in records]).order_by("pk").select_for_update(of=("self",))
    )
