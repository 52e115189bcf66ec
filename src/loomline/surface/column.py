"""Columns: what a list, an export and the API show of a record, derived from the model's field."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count as CountRows
from django.db.models import DecimalField, Model, OuterRef, Subquery, Value
from django.db.models import Sum as SumOf
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.text import capfirst

from loomline.kernel.context import Ctx
from loomline.kernel.money import AmountField, PriceField
from loomline.kernel.number import NumberField
from loomline.kernel.quantity import QuantityField, ShareField
from loomline.kernel.state import StateField
from loomline.surface import registry
from loomline.surface.draw_cells import Cell
from loomline.surface.path import BadPath, Path

Read = Callable[[Sequence[Any]], Mapping[int, Any]]
ToneOf = Callable[[Any], str]
NUMERIC = frozenset({"money", "number", "quantity", "percent", "share", "progress"})


class Column:
    """One column: `Column("promised_on")`, `Column("margin", read=queries.margins)`.

    `kind` is derived from the field and can be named: text, code, money, number, quantity, percent, share,
    date, moment, ago, slip, bool, badge, person, party, stages, swatch, tags, progress, spark, file.
    `read` takes the records of a page and returns their values by key, so that a page costs one statement.
    `tone` is a function of the record, or a path to a tone. `sub` is a path whose value stands small below.
    `against` is a path to a day: the column then shows by how many days its own day differs ("slip").
    `currency` and `unit` are paths; without them they are looked for on the record and its parents.
    """

    is_sum = False

    def __init__(
        self,
        path: str,
        *,
        label: str | Promise = "",
        kind: str = "",
        read: Read | None = None,
        tone: ToneOf | str | None = None,
        sub: str = "",
        against: str = "",
        currency: str = "",
        unit: str = "",
        decimals: int | None = None,
        icon: str = "",
        strong: bool = False,
        wrap: bool = False,
        sort: bool = True,
        total: bool | None = None,
        phone: str = "",
        as_: str = "",
    ) -> None:
        self.text, self.read, self.tone = path, read, tone
        self.given_label, self.kind = label, kind or ("slip" if against else "")
        self.sub_text, self.against_text = sub, against
        self.currency_text, self.unit_text = currency, unit
        self.decimals, self.icon, self.strong, self.wrap = decimals, icon, strong, wrap
        self.may_sort, self.total, self.phone = sort, total, phone
        self.name = as_ or path
        self.path: Path | None = None
        self.is_first = False
        self.choices: dict[Any, Any] = {}

    def bind(self, model: type[Model], *, by: str) -> Self:
        """The same column, checked against a model and with everything derived that was not said."""
        bound = copy.copy(self)
        bound.model = model
        if self.read is None:
            bound._bind_path(Path.of(model, self.text, by=by))
        bound.sub = Path.of(model, self.sub_text, by=by) if self.sub_text else None
        bound.against = Path.of(model, self.against_text, by=by) if self.against_text else None
        bound.tone_path = Path.of(model, self.tone, by=by) if isinstance(self.tone, str) else None
        bound.kind = bound.kind or "text"
        bound.currency = (
            bound._beside(self.currency_text, ("currency",), by) if bound.kind == "money" else None
        )
        bound.unit = (
            bound._beside(self.unit_text, ("unit", "item.unit"), by) if bound.kind == "quantity" else None
        )
        bound.sortable = self.may_sort and bound._sorts()
        if bound.total is None:
            bound.total = bound.kind == "money" and bound.sortable and bound._adds_up()
        return bound

    model: type[Model]
    sub: Path | None
    against: Path | None
    tone_path: Path | None
    currency: Path | None
    unit: Path | None
    sortable: bool

    def _bind_path(self, path: Path) -> None:
        self.path = path
        if path.is_many:
            raise BadPath(
                f'{path.model._meta.label}: "{path.text}" has many values; use Sum, Count or a Related panel.'
            )
        self.kind = self.kind or kind_of(path)
        if (
            path.field is not None
            and getattr(path.field, "choices", None)
            and not isinstance(path.field, StateField)
        ):
            self.choices, self.kind = dict(path.field.flatchoices), "text"

    def _beside(self, text: str, names: Sequence[str], by: str) -> Path | None:
        if text:
            return Path.of(self.model, text, by=by)
        if self.path is None:
            return None
        prefix = self.path.text.rpartition(".")[0]
        for name in (*names, *_parents(self.path.owner, names[0])):
            try:
                return Path.of(self.model, f"{prefix}.{name}" if prefix else name)
            except BadPath:
                continue
        return None

    def _sorts(self) -> bool:
        return (
            self.path is not None
            and self.path.in_database
            and not self.path.is_custom
            and not isinstance(self.path.field, (ArrayField, models.JSONField))
        )

    def _adds_up(self) -> bool:
        return isinstance(getattr(self.path, "field", None), AmountField)

    @property
    def label(self) -> str:
        """What the heading says."""
        if self.given_label:
            return str(self.given_label)
        return self.path.label if self.path is not None else str(capfirst(self.name.replace("_", " ")))

    @property
    def lookup(self) -> str:
        """What the database sorts and adds by; a relation sorts by what its name begins with."""
        assert self.path is not None
        if not self.path.is_relation or self.path.target is None:
            return self.path.lookup
        return f"{self.path.lookup}__{name_field(self.path.target)}"

    @property
    def is_numeric(self) -> bool:
        return self.kind in NUMERIC

    def annotations(self) -> dict[str, Any]:
        """What the rows must be annotated with."""
        return {}

    def joins(self) -> set[str]:
        """Which related rows to fetch in the same statement."""
        paths = (self.path, self.sub, self.against, self.tone_path, self.currency, self.unit)
        return {p.joins for p in paths if p is not None and p.joins} if self.read is None else set()

    def values(self, records: Sequence[Any]) -> Mapping[int, Any]:
        """The raw values of a page by key."""
        if self.read is not None:
            return self.read(records)
        return {record.pk: self.value(record) for record in records}

    def value(self, record: Any) -> Any:
        """The raw value of one record."""
        if self.read is not None:
            return self.read([record]).get(record.pk)
        assert self.path is not None
        return self.path.value(record)

    def cell(self, record: Any, value: Any, ctx: Ctx) -> Cell:
        """What the template writes."""
        if isinstance(value, Cell):
            return value
        tone = self._tone(record, value)
        shown, text, url, kind = value, "", "", self.kind
        if kind == "text" and isinstance(value, bool):
            kind = "bool"
        if isinstance(value, Model):
            text, url = str(value), registry.url(value)
            target = registry.of(type(value))
            kind = "party" if kind == "text" and target is not None and target.mark == "square" else kind
        elif self.choices:
            text = str(self.choices.get(value, value if value is not None else ""))
        elif kind == "badge":
            text = str(getattr(value, "label", value) or "")
        if self.is_first and not url:
            url = registry.url(record)
        return Cell(
            kind=kind,
            value=shown,
            text=text,
            url=url,
            tone=tone,
            icon=self.icon,
            sub=str(self.sub.value(record) or "") if self.sub else "",
            unit=self._unit(record, ctx),
            decimals=self._decimals(value),
            days=self._days(record, value),
            tags=tuple(str(v) for v in value) if kind == "tags" and isinstance(value, (list, tuple)) else (),
            strong=self.strong or (self.is_first and kind != "code"),
            wrap=self.wrap,
        )

    def _tone(self, record: Any, value: Any) -> str:
        if self.tone_path is not None:
            return str(self.tone_path.value(record) or "")
        if callable(self.tone):
            return self.tone(record)
        if self.against is not None:
            days = self._days(record, value)
            return "bad" if days > 2 else "warn" if days > 0 else ""
        return str(getattr(value, "tone", "")) if self.kind == "badge" else ""

    def _unit(self, record: Any, ctx: Ctx) -> str:
        if self.kind == "money":
            return str((self.currency.value(record) if self.currency else "") or ctx.company.currency)
        return str(self.unit.value(record) or "") if self.unit else ""

    def _decimals(self, value: Any) -> int | None:
        if self.decimals is not None or not isinstance(value, Decimal) or self.kind != "money":
            return self.decimals
        places = -int(value.normalize().as_tuple().exponent)
        return places if isinstance(getattr(self.path, "field", None), PriceField) and places > 2 else None

    def _days(self, record: Any, value: Any) -> int:
        other = self.against.value(record) if self.against else None
        return (_day(value) - _day(other)).days if isinstance(value, date) and isinstance(other, date) else 0


class _Aggregate(Column):
    """A figure over the records that belong to each row, computed by the database."""

    def __init__(self, path: str, *, as_: str = "", **options: Any) -> None:
        super().__init__(path, as_=as_ or path.replace(".", "_"), **options)

    def _bind_path(self, path: Path) -> None:
        self.path = path
        if not path.is_many and len(path.steps) > 1:
            raise BadPath(
                f'{path.model._meta.label}: "{path.text}" leads to one value; show it as a plain column.'
            )
        self.kind = (
            self.kind
            or (kind_of(path) if path.field is not None and not path.is_relation else "")
            or "number"
        )
        if self.kind == "code":
            self.kind = "number"

    def _sorts(self) -> bool:
        return True

    @property
    def label(self) -> str:
        if self.given_label:
            return str(self.given_label)
        return str(capfirst(self.name.replace("_", " ")))

    @property
    def lookup(self) -> str:
        # A name of its own: `Count("lines")` stands beside the relation of that name.
        return f"{self.name}_figure"

    def joins(self) -> set[str]:
        return {p.joins for p in (self.currency, self.unit) if p is not None and p.joins}

    def value(self, record: Any) -> Any:
        return getattr(record, self.lookup, None)

    def aggregate(self, lookup: str) -> Any:
        raise NotImplementedError

    def annotations(self) -> dict[str, Any]:
        assert self.path is not None
        if not self.path.is_many:
            return {}
        many = next(s for s in self.path.steps if s.is_relation and (s.one_to_many or s.many_to_many))
        rest = self.path.lookup.split("__")[self.path.steps.index(many) + 1 :]
        back = many.field.name if many.one_to_many else many.remote_field.name
        rows = many.related_model._default_manager.filter(**{back: OuterRef("pk")}).order_by().values(back)
        figure = rows.annotate(figure_=self.aggregate("__".join(rest) or "pk")).values("figure_")[:1]
        out = self._output()
        return {self.lookup: Coalesce(Subquery(figure, output_field=out), Value(0), output_field=out)}

    def _output(self) -> Any:
        return DecimalField(max_digits=24, decimal_places=6)


class Sum(_Aggregate):
    """The sum of a column of the lines: `Sum("lines.amount", as_="total")`. In charts also of the row
    itself.
    """

    is_sum = True

    def _adds_up(self) -> bool:
        return self.kind == "money"

    def aggregate(self, lookup: str) -> Any:
        """What the database adds."""
        return SumOf(lookup)


class Count(_Aggregate):
    """How many records belong to the row: `Count("orders")`. In charts also the rows themselves:
    `Count()`.
    """

    def __init__(self, path: str = "pk", *, as_: str = "", **options: Any) -> None:
        super().__init__(path, as_=as_ or ("count" if path == "pk" else path.replace(".", "_")), **options)
        self.kind = "number"

    def aggregate(self, lookup: str) -> Any:
        """What the database counts."""
        return CountRows(lookup)

    def _output(self) -> Any:
        return models.BigIntegerField()

    @property
    def label(self) -> str:
        if self.given_label or self.path is None or not self.path.is_relation:
            return super().label
        return str(capfirst(str(self.path.field.related_model._meta.verbose_name_plural)))


def kind_of(path: Path) -> str:
    """How values of this path are written."""
    field = path.field
    if field is None or path.is_custom:
        return "text"
    if path.is_relation:
        return "person" if field.related_model._meta.label == settings.AUTH_USER_MODEL else "text"
    for type_, kind in KINDS:
        if isinstance(field, type_):
            return kind
    return "swatch" if field.name in ("swatch", "hex") else "text"


KINDS: tuple[tuple[type[Any] | tuple[type[Any], ...], str], ...] = (
    (NumberField, "code"),
    (StateField, "badge"),
    ((AmountField, PriceField), "money"),
    (QuantityField, "quantity"),
    (ShareField, "share"),
    (models.DateTimeField, "moment"),
    (models.DateField, "date"),
    (models.BooleanField, "bool"),
    ((models.DecimalField, models.IntegerField), "number"),
    (models.JSONField, "tags"),
    (models.FileField, "file"),
)


def name_field(model: type[Model]) -> str:
    """The column that people know a record of this model by, for sorting by a relation."""
    names = {f.name for f in model._meta.concrete_fields}
    return next((n for n in ("name", "number", "code", "sku", "title", "email") if n in names), "pk")


def _parents(owner: type[Model], name: str) -> list[str]:
    return [
        f"{f.name}.{name}"
        for f in owner._meta.concrete_fields
        if isinstance(f, models.ForeignKey)
        and any(g.name == name for g in f.remote_field.model._meta.concrete_fields)
    ]


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
