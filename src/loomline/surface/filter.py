"""Filters: what a list, a saved view and the API may be narrowed by, with the operators each type has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models
from django.db.models import DecimalField, Model, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loomline.kernel.context import Ctx
from loomline.kernel.custom import CustomField
from loomline.kernel.refusal import Refused
from loomline.surface import period_words
from loomline.surface.path import Path

# Parameters that steer a list and so cannot be names of filters.
RESERVED = frozenset(
    [
        "q",
        "sort",
        "view",
        "columns",
        "grouped",
        "limit",
        "after",
        "before",
        "as",
        "density",
        "ids",
        "all",
        "format",
        "set",
        "set.op",
        "set.value",
        "set.old",
        "set.now",
        "join",
        "cal.span",
        "cal.on",
        "board.more",
        "board.last",
    ]
)
LARGEST = 2**63 - 1
ME = "me"
# A country or a currency is meant whole; nobody looks for a part of it.
LONGEST_CODE = 3

OPERATORS: dict[str, dict[str, str | Promise]] = {
    "text": {
        "contains": _("contains"),
        "is": _("is"),
        "not": _("is not"),
        "starts": _("starts with"),
        "empty": _("is empty"),
    },
    "code": {"is": _("is"), "not": _("is not"), "starts": _("starts with"), "empty": _("is empty")},
    "choice": {"is": _("is"), "not": _("is not"), "empty": _("is empty")},
    "record": {"is": _("is"), "not": _("is not"), "empty": _("is empty")},
    "number": {
        "is": _("is"),
        "not": _("is not"),
        "from": _("at least"),
        "to": _("at most"),
        "above": _("above"),
        "below": _("below"),
        "empty": _("is empty"),
    },
    "date": {
        "within": _("is in"),
        "is": _("is on"),
        "before": _("is before"),
        "after": _("is after"),
        "from": _("from"),
        "to": _("up to"),
        "empty": _("is empty"),
    },
    "bool": {"is": _("is")},
    "related": {
        "from": _("at least"),
        "to": _("at most"),
        "above": _("more than"),
        "below": _("less than"),
    },
}
STEPS = {
    "from": "gte",
    "to": "lte",
    "above": "gt",
    "below": "lt",
    "after": "gt",
    "before": "lt",
    "is": "exact",
}


class BadFilter(Refused):
    """A filter in the address that cannot be read."""

    says = _("The filter {name} cannot be read: {value} {fault}.")
    status = 400


class Filter:
    """One way to narrow a list: `"state"`, or `Filter("promised_on", label=_("Promise"))`."""

    def __init__(self, path: str, *, label: str | Promise = "", kind: str = "") -> None:
        self.text, self.given_label, self.kind = path, label, kind
        self.name = path
        self.path: Path | None = None
        self.lookup = path.replace(".", "__")
        self.choices: list[tuple[str, str | Promise]] = []
        self.nullable = True
        self.is_moment = False

    def bind(self, model: type[Model], *, by: str, annotations: Mapping[str, str] | None = None) -> Filter:
        """The same filter, checked against a model, its type and choices derived from the field."""
        bound = Filter(self.text, label=self.given_label, kind=self.kind)
        if annotations and self.text in annotations:
            bound.kind, bound.nullable, bound.lookup = "number", False, annotations[self.text]
            return bound
        bound.path = path = Path.of(model, self.text, by=by)
        if not path.in_database:
            raise ValueError(f'{by}: "{self.text}" is computed in Python, so lists cannot be filtered by it.')
        bound.lookup = path.lookup
        bound.kind = bound.kind or type_of(path)
        bound.choices = _choices(path)
        bound.nullable = any(getattr(s, "null", True) for s in path.steps)
        bound.is_moment = isinstance(path.field, models.DateTimeField)
        return bound

    @property
    def label(self) -> str:
        """What a chip says."""
        if self.given_label:
            return str(self.given_label)
        return self.path.label if self.path is not None else self.name.replace("_", " ").capitalize()

    @property
    def target(self) -> type[Model] | None:
        """The model whose records are the values, for a filter by record."""
        return self.path.target if self.path is not None and self.kind == "record" else None

    @property
    def operators(self) -> dict[str, str | Promise]:
        """Names of the operators and what a reader reads; the first one needs no name in the address."""
        return {k: v for k, v in OPERATORS[self.kind].items() if k != "empty" or self.nullable}

    @property
    def default(self) -> str:
        return next(iter(OPERATORS[self.kind]))

    def annotations(self) -> dict[str, Any]:
        """What rows must be annotated with before this filter works."""
        return {}

    def q(self, op: str, values: Sequence[str], ctx: Ctx) -> Q:
        """The condition; raises BadFilter when a value does not fit."""
        if self.path is not None and self.path.is_many:
            return self._of_many(self.path, op, values, ctx)
        return self._condition(op, values, ctx)

    def _of_many(self, path: Path, op: str, values: Sequence[str], ctx: Ctx) -> Q:
        """One row with two fitting lines is still one row; what fits is asked of the lines themselves."""
        first, *rest = path.steps
        if op not in ("not", "empty") and first.one_to_many and rest:
            of_line = copy(self)
            of_line.lookup = self.lookup.partition("__")[2]
            fitting = of_line._condition(op, values, ctx)
            owners = first.related_model._default_manager.filter(fitting).values(first.field.attname)
            return Q(pk__in=owners) if fitting else fitting
        condition = self._condition(op, values, ctx)
        return (
            Q(pk__in=path.model._default_manager.filter(condition).values("pk")) if condition else condition
        )

    def _condition(self, op: str, values: Sequence[str], ctx: Ctx) -> Q:
        if op not in OPERATORS[self.kind]:
            raise BadFilter(name=self.name, value=op, fault=_("is no operator here"))
        if op == "empty":
            return self._empty(values)
        readers = {"date": self._date, "text": self._text, "code": self._text, "bool": self._bool}
        return readers.get(self.kind, self._plain)(op, values, ctx)

    def _empty(self, values: Sequence[str]) -> Q:
        blank = Q(**{f"{self.lookup}__isnull": True})
        if self.path is not None and isinstance(self.path.field, (models.CharField, models.TextField)):
            blank |= Q(**{self.lookup: ""})
        return ~blank if values and values[0] in ("no", "false", "0") else blank

    def _text(self, op: str, values: Sequence[str], ctx: Ctx) -> Q:
        if op in ("is", "not"):
            same = Q(**{f"{self.lookup}__in": list(values)})
            return ~same if op == "not" else same
        condition = Q()
        for value in values:
            condition |= Q(**{f"{self.lookup}__{'istartswith' if op == 'starts' else 'icontains'}": value})
        return condition

    def _bool(self, op: str, values: Sequence[str], ctx: Ctx) -> Q:
        words = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
        wanted = [words.get(v.lower()) for v in values]
        if None in wanted:
            raise BadFilter(name=self.name, value=values[0], fault=_("is neither yes nor no"))
        return Q(**{f"{self.lookup}__in": wanted})

    def _plain(self, op: str, values: Sequence[str], ctx: Ctx) -> Q:
        read = [self._value(v, ctx) for text in values for v in text.split(",") if v != ""]
        if not read:
            return Q()
        if op in ("is", "not"):
            same = Q(**{f"{self.lookup}__in": read})
            return ~same if op == "not" else same
        return Q(**{f"{self.lookup}__{STEPS[op]}": read[0]})

    def _value(self, text: str, ctx: Ctx) -> Any:
        if self.kind == "record":
            if text == ME:
                return ctx.actor.pk
            return self._whole(text)
        if self.kind == "number":
            return self._number(text)
        if text not in {str(v) for v, _label in self.choices}:
            raise BadFilter(name=self.name, value=text, fault=_("is none of its values"))
        return text

    def _whole(self, text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise BadFilter(name=self.name, value=text, fault=_("is no key")) from None
        if abs(number) > LARGEST:
            raise BadFilter(name=self.name, value=text, fault=_("is too large"))
        return number

    def _number(self, text: str) -> Decimal:
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise BadFilter(name=self.name, value=text, fault=_("is no number")) from None
        if not number.is_finite() or abs(number) > LARGEST:
            raise BadFilter(name=self.name, value=text, fault=_("is too large"))
        return number

    def _date(self, op: str, values: Sequence[str], ctx: Ctx) -> Q:
        if op == "within":
            condition = Q()
            for word in values:
                condition |= self._span(*self._period(word, ctx), ctx)
            return condition
        start = self._day(values[0], ctx)
        end = self._day(values[-1], ctx)
        one = timedelta(days=1)
        spans = {
            "is": (start, end + one),
            "before": (None, start),
            "after": (start + one, None),
            "from": (start, None),
            "to": (None, end + one),
        }
        return self._span(*spans[op], ctx)

    def _period(self, word: str, ctx: Ctx) -> period_words.Span:
        try:
            return period_words.span(word, ctx.today)
        except (ValueError, OverflowError):
            raise BadFilter(name=self.name, value=word, fault=_("is no period")) from None

    def _day(self, text: str, ctx: Ctx) -> date:
        try:
            if text == "today":
                return ctx.today
            if text[:1] in "+-" and text[-1:] == "d":
                return ctx.today + timedelta(days=int(text[:-1]))
            day = date.fromisoformat(text)
            if not 1900 <= day.year <= 2999:
                raise ValueError
            return day
        except (ValueError, OverflowError):
            raise BadFilter(
                name=self.name, value=text, fault=_("is no day; write it as 2026-11-23")
            ) from None

    def _span(self, start: date | None, end: date | None, ctx: Ctx) -> Q:
        condition = Q(**{f"{self.lookup}__isnull": False})
        if start is not None:
            condition &= Q(**{f"{self.lookup}__gte": self._instant(start, ctx)})
        if end is not None:
            condition &= Q(**{f"{self.lookup}__lt": self._instant(end, ctx)})
        return condition

    def _instant(self, day: date, ctx: Ctx) -> date:
        return datetime.combine(day, time.min, ctx.company.zone) if self.is_moment else day


class CustomFilter(Filter):
    """A filter by a field that the company added itself."""

    def __init__(self, field: CustomField) -> None:
        kind = {"boolean": "bool"}.get(field.kind, field.kind)
        super().__init__(f"custom.{field.name}", label=field.label, kind=kind)
        self.field = field
        self.choices = [(c, c) for c in field.choices]
        if kind == "number":
            self.lookup = f"custom_{field.name.replace('-', '_')}_number"

    def annotations(self) -> dict[str, Any]:
        """A number is kept as text in the record's own fields; it is compared as a number."""
        if self.kind != "number":
            return {}
        number = Cast(
            KeyTextTransform(self.field.name, "custom"), DecimalField(max_digits=30, decimal_places=9)
        )
        return {self.lookup: number}

    def _instant(self, day: date, ctx: Ctx) -> Any:
        return day.isoformat()


def type_of(path: Path) -> str:
    """Which type of filter a path takes."""
    field = path.field
    if path.is_relation:
        return "record"
    if getattr(field, "choices", None):
        return "choice"
    if isinstance(field, models.BooleanField):
        return "bool"
    if isinstance(field, (models.DateField, models.DateTimeField)):
        return "date"
    if isinstance(field, (models.IntegerField, models.DecimalField)):
        return "number"
    is_short = isinstance(field, models.CharField) and (field.max_length or LONGEST_CODE + 1) <= LONGEST_CODE
    return "code" if is_short else "text"


def _choices(path: Path) -> list[tuple[str, str | Promise]]:
    field = path.field
    return [(str(v), label) for v, label in field.flatchoices] if getattr(field, "choices", None) else []
