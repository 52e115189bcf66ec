"""Filters over what belongs to a record: at least two orders in the last 180 days, no open invoice."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from babel.numbers import list_currencies
from django.db.models import (
    Case,
    Count,
    DecimalField,
    Exists,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.kernel import rates
from loomline.kernel.context import Ctx
from loomline.surface import closed, draw_text, period_words, registry
from loomline.surface.column import Column
from loomline.surface.conditions import conditions_of
from loomline.surface.filter import LARGEST, OPERATORS, BadFilter, Filter
from loomline.surface.resource import Resource

KIND = "related"
HAS = "has"
COUNT = "count"
MAIN = ("party", "customer", "supplier", "owner")


@dataclass(frozen=True)
class Wanted:
    """What a value of such a filter says: "2;count;wanted_on=last_180_days"."""

    number: Decimal
    figure: str
    query: str

    @classmethod
    def read(cls, text: str, name: str) -> Wanted:
        """Take the parts of a value; what is left out is a count over all."""
        number, _semicolon, rest = text.partition(";")
        figure, _semicolon, query = rest.partition(";")
        try:
            found = Decimal(number.strip())
        except InvalidOperation:
            raise BadFilter(name=name, value=number, fault=_("is no number")) from None
        if not found.is_finite() or abs(found) > LARGEST:
            raise BadFilter(name=name, value=number, fault=_("is too large"))
        return cls(found, figure or COUNT, query)

    def __str__(self) -> str:
        return f"{self.number:f};{self.figure};{self.query}"


class RelatedFilter(Filter):
    """How many records belong to the row, or what they come to, among those that a list's address names."""

    def __init__(self, model: type[Model], relation: Any, resource: type[Resource]) -> None:
        super().__init__(f"{HAS}.{relation.get_accessor_name()}", kind=KIND)
        self.model, self.resource = model, resource
        self.relation, self.back = relation.field, relation.field.name
        self.nullable = False

    @property
    def label(self) -> str:
        """The records that belong to the row, with their role where there are several."""
        plural = self.resource.plural()
        if self.back in MAIN or self.model._meta.model_name == self.back:
            return plural
        return _t("{many}, as {role}").format(many=plural, role=self.relation.verbose_name)

    def seen_by(self, ctx: Ctx) -> RelatedFilter:
        """The filter over what the person sees of the records."""
        made = copy.copy(self)
        made.resource = closed.seen_by(self.resource, ctx)
        return made

    @property
    def figures(self) -> dict[str, str]:
        """What can be reckoned: their number, and the sums of their amounts."""
        sums = {n: _t("sum of {what}").format(what=c.label.lower()) for n, c in self._amounts().items()}
        return {COUNT: _t("how many"), **sums}

    def _amounts(self) -> dict[str, Column]:
        return {
            c.name: c
            for c in self.resource.columns
            if c.kind == "money" and c.path is not None and c.path.in_database and not c.path.is_many
        }

    @property
    def days(self) -> dict[str, Filter]:
        """The days by which they can be narrowed."""
        return {f.name: f for f in self.resource.filters if f.kind == "date"}

    def q(self, op: str, values: Sequence[str], ctx: Ctx) -> Q:
        """The condition; what the person may not see of them does not count."""
        if op not in OPERATORS[KIND]:
            raise BadFilter(name=self.name, value=op, fault=_("is no operator here"))
        condition = Q()
        for text in values:
            wanted = Wanted.read(text, self.name)
            condition &= self._one(op, wanted, self._rows(wanted.query, ctx), ctx)
        return condition

    def _rows(self, query: str, ctx: Ctx) -> QuerySet[Any]:
        """The records that count: visible ones that fit the address of their list."""
        params = QueryDict(query)
        filters = {f.name: f for f in self.resource.filters}
        given = {key: params.getlist(key) for key in params}
        found = conditions_of(given, filters, ctx, strict=True)
        rows = self.resource.rows(ctx, (), [c.filter for c in found.items])
        rows = rows.filter(found.q(ctx)) if found else rows
        return rows.filter(**{f"{self.back}__isnull": False}).order_by()

    def _one(self, op: str, wanted: Wanted, rows: QuerySet[Any], ctx: Ctx) -> Q:
        number, is_least = wanted.number, op in ("from", "above")
        if wanted.figure == COUNT:
            some = Exists(rows.filter(**{self.back: OuterRef("pk")}))
            one = (op == "from" and 0 < number <= 1) or (op == "above" and 0 <= number < 1)
            none = (op == "to" and 0 <= number < 1) or (op == "below" and 0 < number <= 1)
            if one or none:
                return Q(some) if one else ~Q(some)
        if number < 0 or (number == 0 and op in ("from", "below")):
            return Q() if is_least else Q(pk__in=[])
        step = {"from": "gte", "above": "gt", "to": "gt", "below": "gte"}[op]
        owners = rows.values(self.back).annotate(reckoned=self._measure(wanted.figure, ctx))
        beyond = owners.filter(**{f"reckoned__{step}": number}).values(self.back)
        if is_least:
            return Q(pk__in=beyond)
        # Not "NOT IN", which would be asked row by row once the owners outgrow the memory of a sort.
        return Q(pk__in=self.model._default_manager.order_by().values("pk").difference(beyond))

    def _measure(self, figure: str, ctx: Ctx) -> Any:
        if figure == COUNT:
            return Count("pk")
        column = self._amounts().get(figure)
        if column is None:
            raise BadFilter(name=self.name, value=figure, fault=_("is no figure of theirs"))
        if column.currency is None:
            return Sum(column.lookup)
        known = rates.exchange_rates(currencies=_codes(), into=ctx.company.currency, on=ctx.today)
        decimals = DecimalField(max_digits=30, decimal_places=8)
        whens = [
            When(**{column.currency.lookup: code}, then=Value(rate, output_field=decimals))
            for code, rate in known.items()
        ]
        # An amount that has no rate cannot be added up with the others and does not count.
        return Sum(F(column.lookup) * Case(*whens, default=Value(Decimal(0)), output_field=decimals))

    def words(self, op: str, text: str) -> str:
        """A value as a chip says it: "at least 2, order date last 180 days"."""
        try:
            wanted = Wanted.read(text, self.name)
        except BadFilter:
            return text
        number = draw_text.number(wanted.number)
        head = f"{self.operators.get(op, op)} {number}"
        if wanted.figure != COUNT:
            head = f"{self.figures.get(wanted.figure, wanted.figure)} {head}"
        day, period, rest = taken_apart(self, wanted.query)
        said = [head]
        if rest:
            said.append(dict(ready_made(self)).get(rest, rest))
        if day:
            said.append(f"{self.days[day].label.lower()} {period_words.words(period)}")
        return ", ".join(said)


def ready_made(one: RelatedFilter) -> list[tuple[str, str]]:
    """The ready-made views of their list that only narrow it, as query and words."""
    found = []
    for title, query in one.resource.saved.items():
        params = QueryDict(query, mutable=True)
        for name in ("sort", "as", "grouped", "columns", "view", "density"):
            params.pop(name, None)
        if params and all("me" not in params.getlist(n) for n in params):
            found.append((params.urlencode(), str(title)))
    return list({query: (query, title) for query, title in found}.values())


def taken_apart(one: RelatedFilter, query: str) -> tuple[str, str, str]:
    """The day and period that a query narrows by, and the rest of it."""
    params = QueryDict(query, mutable=True)
    day = next((name for name in one.days if name in params), "")
    period = str(params.pop(day)[-1]) if day else ""
    return day, period, params.urlencode()


def put_together(number: str, figure: str, rest: str, day: str, period: str) -> str:
    """The parts of a form as one value; empty when no number was given."""
    if not number:
        return ""
    params = QueryDict(rest, mutable=True)
    if day and period:
        params[day] = period
    return f"{number};{figure or COUNT};{params.urlencode()}"


@lru_cache(maxsize=1)
def _codes() -> tuple[str, ...]:
    return tuple(sorted(list_currencies()))


@lru_cache(maxsize=512)
def _related(name: str) -> tuple[RelatedFilter, ...]:
    """A filter for each kind of record with a list of its own that points at this one."""
    found, resource = [], registry.by_name(name)
    for relation in resource.model._meta.related_objects:
        target = registry.of(relation.related_model) if relation.one_to_many else None
        if target is not None and target.menu is not None and relation.get_accessor_name():
            found.append(RelatedFilter(resource.model, relation, target))
    return tuple(sorted(found, key=lambda f: (f.resource.order, f.label)))


def related(resource: type[Resource], ctx: Ctx) -> Mapping[str, RelatedFilter]:
    """Those of them whose records the person may see at all."""
    return {f.name: f.seen_by(ctx) for f in _related(resource.name) if f.resource.may_see(ctx)}


def builder_label(one: RelatedFilter) -> str:
    """What the builder calls such a filter."""
    return str(capfirst(_t("has {many}").format(many=one.label.lower())))
