"""What one address of a list says: filters, search, order, columns, group, page. Read once, used by
all layouts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.db.models import Count as CountOf
from django.db.models import Model, Q, QuerySet
from django.db.models import Sum as SumOf
from django.http import QueryDict
from django.utils.translation import gettext as _t

from loomline.kernel import query
from loomline.kernel.context import Ctx
from loomline.kernel.custom import CustomField
from loomline.kernel.query import Count, Estimate, Page, Sort
from loomline.surface import closed, find_words, period_words
from loomline.surface import filter as narrow
from loomline.surface.column import Column
from loomline.surface.conditions import Condition, Conditions, conditions_of
from loomline.surface.fields import Pool, as_key
from loomline.surface.filter import Filter
from loomline.surface.layout import Layout, Table
from loomline.surface.related import HAS, RelatedFilter, related
from loomline.surface.resource import Resource

SIZE = 50
MOST = 200
PAGING = ("after", "before")


@dataclass
class GroupFigure:
    """What a group comes to: its rows, and their sum a currency."""

    column: Column | None
    count: int = 0
    sums: list[tuple[str, Any]] = field(default_factory=list)


class Listing:
    """The rows of a Resource as one address asks for them."""

    def __init__(
        self,
        resource: type[Resource],
        ctx: Ctx,
        params: QueryDict,
        *,
        strict: bool = False,
        custom: list[CustomField] | None = None,
    ) -> None:
        self.resource, self.ctx, self.params = resource, ctx, params
        if custom is not None:
            self.custom = custom
        given = {key: params.getlist(key) for key in params}
        self.filters = resource.filter_map(self.custom)
        if any(f"{HAS}." in key for key in given):
            self.filters = self.all_filters
        self.conditions: Conditions = conditions_of(given, self.filters, ctx, strict=strict)
        self.q = params.get("q", "").strip()[:200]
        self.pool = Pool(ctx)

    @cached_property
    def custom(self) -> list[CustomField]:
        """The fields that the company added to this entity."""
        names = {f.name for f in self.resource.model._meta.concrete_fields}
        return closed.own_fields(self.resource.model, self.ctx) if "custom" in names else []

    @cached_property
    def all_filters(self) -> dict[str, Filter]:
        """The filters by name, those over what belongs to the rows included."""
        return {**self.resource.filter_map(self.custom), **related(self.resource, self.ctx)}

    @cached_property
    def layout(self) -> Layout:
        """Table, board, calendar or chart."""
        return self.resource.layout(self.params.get("as", ""))

    @cached_property
    def all_columns(self) -> dict[str, Column]:
        """Every column that can be shown, the company's own included."""
        model = self.resource.model
        own = {
            column.name: column.bind(model, by="custom")
            for column in (
                Column(f"custom.{c.name}", label=c.label, kind="bool" if c.kind == "boolean" else "")
                for c in self.custom
            )
        }
        return {**self.resource.by_name(), **own}

    @cached_property
    def columns(self) -> list[Column]:
        """The columns shown, in their order; the first one always stands."""
        asked = [n for given in self.params.getlist("columns") for n in given.split(",")]
        chosen = [self.all_columns[n] for n in dict.fromkeys(asked) if n in self.all_columns]
        if not chosen:
            return list(self.resource.columns)
        first = self.resource.columns[0]
        return chosen if first in chosen else [first, *chosen]

    @cached_property
    def group(self) -> Column | None:
        """The column that rows are grouped by."""
        name = self.params.get("grouped", "")
        if not name and isinstance(self.layout, Table) and "grouped" not in self.params:
            name = self.layout.group
        found = self.all_columns.get(name)
        return found if found is not None and found.sortable else None

    @cached_property
    def sort_column(self) -> tuple[Column | None, bool]:
        """The column that the address sorts by, and whether downwards."""
        text = self.params.get("sort", "")
        found = self.all_columns.get(text.lstrip("-"))
        return (found, text.startswith("-")) if found is not None and found.sortable else (None, False)

    @cached_property
    def sort(self) -> Sort:
        """The order of rows. Rows in groups follow the group."""
        column, down = self.sort_column
        if self.group is not None:
            return Sort(self.group.lookup, descending=down if column is self.group else False)
        if column is not None and (self._is_indexed(column) or self.count.is_exact):
            return Sort(column.lookup, descending=down)
        return self.resource.first_sort()

    def may_sort(self, column: Column) -> bool:
        """True when sorting by this column stays quick: few rows, or an index."""
        return column.sortable and (self._is_indexed(column) or self.count.is_exact)

    def _is_indexed(self, column: Column) -> bool:
        field = column.path.field if column.path is not None and len(column.path.steps) == 1 else None
        if field is None or column.annotations() or field.is_relation:
            return False
        meta = self.resource.model._meta
        promises = [c for c in meta.constraints if getattr(c, "fields", ())]
        whole = [i for i in (*meta.indexes, *promises) if i.fields and i.condition is None]
        led = {i.fields[0].lstrip("-") for i in whole}
        return bool(field.db_index or field.unique or field.primary_key or field.name in led)

    # Rows

    def needed(self) -> list[Column]:
        """The columns that rows must carry: those shown, and those sorted or grouped by."""
        usual = self.resource.by_name().get(self.resource.sort.lstrip("-"))
        wanted = (self.group, self.sort_column[0], usual)
        extra = [c for c in dict.fromkeys(wanted) if c is not None and c not in self.columns]
        return [*self.columns, *extra]

    def matching(self, columns: Iterable[Column] = ()) -> QuerySet[Any]:
        """The visible rows that fit, with what these columns need."""
        used = [c.filter for c in self.conditions.items]
        rows = self.resource.rows(self.ctx, columns, used)
        if self.conditions:
            rows = rows.filter(self.conditions.q(self.ctx))
        return rows.filter(pk__in=self.hits) if self.q else rows

    @cached_property
    def hits(self) -> list[int]:
        """The keys that the search has found among the visible rows; it is asked once."""
        seen = self.resource.visible(self.ctx)
        return find_words.hits(seen, self.resource.search, self.q) if self.q else []

    @property
    def is_cut(self) -> bool:
        """True when the search has found more than anybody reads: what lies beyond is not counted."""
        return len(self.hits) >= find_words.MOST_HITS

    @cached_property
    def expected(self) -> Estimate:
        """How many rows the database expects to fit, and what finding them costs: what is searched for is
        found already.
        """
        return Estimate(0, 0) if self.q else query.estimate(self.matching())

    @cached_property
    def count(self) -> Count:
        """How many rows fit: exact up to ten thousand, as long as counting is cheap."""
        found = query.count(self.matching(), self.expected)
        return replace(found, is_exact=found.is_exact and not self.is_cut)

    def page(self, *, size: int = 0) -> Page:
        """One page of rows, in one statement; where it holds all of them, they are counted too."""
        after, before = self.params.get("after", ""), self.params.get("before", "")
        found = query.page(
            self.matching(self.needed()),
            sort=self.sort,
            size=size or self.size,
            after=after,
            before=before,
            are_few=bool(self.conditions or self.q) and self.expected.is_few,
        )
        if not (after or before or found.after or self.is_cut):
            self.count = Count(len(found.rows), True)
        return found

    @property
    def size(self) -> int:
        """Rows a page."""
        text = self.params.get("limit", "")
        return min(max(int(text), 1), MOST) if text.isdigit() and len(text) < 6 else SIZE

    def sums(self) -> list[tuple[Column, list[tuple[str, Any]]]]:
        """The sums under the columns that add up, a currency each. One statement; none for estimated
        lists.
        """
        adding = [c for c in self.columns if c.total]
        if not adding or not self.count.is_exact or not self.count.value:
            return []
        rows = self.matching(adding).order_by()
        currencies = {c.currency.lookup for c in adding if c.currency is not None}
        figures = {f"sum_{i}": SumOf(c.lookup) for i, c in enumerate(adding)}
        if len(currencies) == 1:
            by = currencies.pop()
            found = [
                (str(row[by] or ""), row) for row in rows.values(by).annotate(**figures).order_by(by)[:6]
            ]
        else:
            found = [("", rows.aggregate(**figures))]
        return [
            (c, [(cur, row[f"sum_{i}"]) for cur, row in found if row[f"sum_{i}"] is not None])
            for i, c in enumerate(adding)
        ]

    def group_figures(self, page: Page) -> dict[Any, GroupFigure]:
        """How many rows each group on this page has in all, and what the first column that adds up comes to.

        One statement; none for estimated lists.
        """
        if self.group is None or self.group.annotations() or not self.count.is_exact:
            return {}
        assert self.group.path is not None
        by = self.group.path.lookup
        keys = {self.group_key(row) for row in page.rows}
        wanted = Q(**{f"{by}__in": [k for k in keys if k is not None]})
        if None in keys:
            wanted |= Q(**{f"{by}__isnull": True})
        adding = next((c for c in self.columns if c.total), None)
        currency = adding.currency.lookup if adding is not None and adding.currency is not None else ""
        rows = (
            self.matching([self.group, *([adding] if adding is not None else [])]).order_by().filter(wanted)
        )
        figures: dict[str, Any] = {"rows_": CountOf("pk")}
        if adding is not None:
            figures["sum_"] = SumOf(adding.lookup)
        found: dict[Any, GroupFigure] = {}
        for row in rows.values(by, *([currency] if currency else [])).annotate(**figures).order_by():
            figure = found.setdefault(row[by], GroupFigure(column=adding))
            figure.count += row["rows_"]
            if row.get("sum_"):
                figure.sums.append(
                    (str(row[currency]) if currency else self.ctx.company.currency, row["sum_"])
                )
        return found

    def group_key(self, row: Any) -> Any:
        """What tells the groups apart."""
        assert self.group is not None
        value = self.group.value(row)
        return value.pk if isinstance(value, Model) else value

    # Addresses

    def query(self, drop: Iterable[str] = (), **changes: Any) -> QueryDict:
        """The present parameters with changes; paging starts anew unless it is what changes."""
        params = self.params.copy()
        for name in (*PAGING, *drop):
            if name not in changes:
                params.pop(name, None)
        for name, value in changes.items():
            if value in (None, "", ()):
                params.pop(name, None)
            elif isinstance(value, (list, tuple)):
                params.setlist(name, [str(v) for v in value])
            else:
                params[name] = str(value)
        return params

    def address(self, drop: Iterable[str] = (), **changes: Any) -> str:
        """The address with changes."""
        text = self.query(drop, **changes).urlencode()
        return f"{self.resource.path()}?{text}" if text else self.resource.path()

    def keep(self, *leave: str, but: Condition | None = None) -> list[dict[str, str]]:
        """The parameters that a form must carry along."""
        left = {*leave, *PAGING}
        return [
            {"name": name, "value": value}
            for name in self.params
            for value in self.params.getlist(name)
            if name not in left and not (but is not None and name == but.parameter)
        ]

    def without_filters(self) -> str:
        """The address without any filter or search."""
        return self.address(drop=[*(c.parameter for c in self.conditions.items), "q"])

    def words(self, condition: Condition) -> str:
        """A condition as a chip says it: "On track, Late"."""
        one = condition.filter
        if isinstance(one, RelatedFilter):
            return "; ".join(one.words(condition.op, text) for text in condition.values)
        shown = ", ".join(
            self._value_words(one, condition.op, value)
            for text in condition.values
            for value in _split(one, text)
        )
        if condition.op == "empty":
            return _t("is filled") if condition.values[0] in ("no", "false", "0") else _t("is empty")
        return (
            shown
            if condition.op == one.default
            else f"{one.operators.get(condition.op, condition.op)} {shown}"
        )

    def _value_words(self, one: Filter, op: str, value: str) -> str:
        if one.kind == "date":
            return period_words.words(value)
        if one.kind == "bool":
            return _t("Yes") if value in ("yes", "true", "1") else _t("No")
        if one.target is not None:
            return _t("me") if value == narrow.ME else str(self.pool.get(one.target, as_key(value)) or value)
        return str(dict(one.choices).get(value, value)) if one.choices else value

    def load_words(self) -> None:
        """Fetch the names of all records that chips mention, one statement a kind."""
        for condition in self.conditions.items:
            target = condition.filter.target
            if target is not None:
                self.pool.load(target, [v for text in condition.values for v in text.split(",")])


def _split(one: Filter, text: str) -> list[str]:
    return [text] if one.kind in ("text", "code") else [v for v in text.split(",") if v]
