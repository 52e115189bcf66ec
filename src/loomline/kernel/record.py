"""Base classes of tables, and how rows are locked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any, ClassVar, Literal, Self, TypeVar, cast

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import QuerySet
from django.db.models.base import ModelState
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from loomline.kernel.prepared import AnyOf, Prepared
from loomline.kernel.refusal import NotThere
from loomline.kernel.rows import Rows
from loomline.kernel.state import Moves, States

ALL: Literal["*"] = "*"
T = TypeVar("T", bound="Record")


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

    @classmethod
    def from_db(cls, db: Any, field_names: Collection[str], values: Collection[Any], **_more: Any) -> Self:
        """Keep the columns that were read. Django sets one attribute after another and signals, which takes
        most of the time of a list; a column that was not read is asked for when it is used, as ever.
        """
        made = cls.__new__(cls)
        state = ModelState()
        state.adding, state.db = False, db
        vars(made).update(zip(field_names, values, strict=True), _state=state)
        return made

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
