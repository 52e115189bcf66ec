"""Reading long lists: pages by key, never by offset, and honest counts."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import connection
from django.db.models import F, Func, Q, QuerySet, TextField
from django.db.models.functions import Coalesce
from django.db.models.sql.datastructures import Join
from django.db.models.sql.where import WhereNode
from django.utils.translation import gettext_lazy as _

from loomline.kernel.refusal import Refused

EXACT = 10_000
# So many times more rows expected are not counted: the limit is passed even if the planner errs that much.
FAR = 8
# What the planner calls the cost of reading some five thousand rows one by one.
DEAR = 6_000


class BadCursor(Refused):
    """A page key that this list did not give out."""

    says = _("This page key does not fit the list. Start again from the first page.")
    status = 400


@dataclass(frozen=True)
class Sort:
    """The column a list is ordered by; the key breaks ties in the same direction."""

    path: str
    descending: bool = False

    @property
    def lookup(self) -> str:
        return self.path.replace(".", "__")


@dataclass(frozen=True)
class Page:
    """One page of rows, and the keys of the pages before and after it (empty: there is none)."""

    rows: list[Any]
    after: str
    before: str


@dataclass(frozen=True)
class Count:
    """How many rows there are; above EXACT it is the planner's estimate and says so."""

    value: int
    is_exact: bool

    def __str__(self) -> str:
        return f"{self.value:,}" if self.is_exact else str(_("about {n}")).format(n=f"{self.value:,}")


@dataclass(frozen=True)
class Estimate:
    """What the planner expects: the number of rows, and the cost of finding the first EXACT of them."""

    rows: int
    cost: float

    @property
    def is_few(self) -> bool:
        """True when all rows are quickly found, so that sorting them is cheaper than walking an order."""
        return self.rows <= EXACT and self.cost <= DEAR


def page(
    rows: QuerySet[Any],
    *,
    sort: Sort,
    size: int = 50,
    after: str = "",
    before: str = "",
    are_few: bool = False,
) -> Page:
    """The page that follows the key `after`, or precedes the key `before`, or the first one.

    Null values come last in both directions: they are a part of their own, so that the order of the
    others is the one that a plain index has. Costs one statement, two where the page touches both parts.
    Few rows are found by their condition and then sorted: the order's index would lead past all others.
    """
    backwards = bool(before)
    key = before or after
    start = _unpack(key) if key else None
    found: list[Any] = []
    for part, begin in _parts(rows, sort, start, backwards=backwards):
        walked = _walked(part, sort, begin, backwards=backwards)
        wanted = size + 1 - len(found)
        found += _gathered(walked, sort, wanted, backwards=backwards) if are_few else walked[:wanted]
        if len(found) > size:
            break
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    return Page(
        rows=found,
        after=_key(found[-1], sort) if found and (more or backwards) else "",
        before=_key(found[0], sort) if found and (more if backwards else bool(after)) else "",
    )


Start = tuple[Any, int] | None


def _parts(
    rows: QuerySet[Any], sort: Sort, start: Start, *, backwards: bool
) -> list[tuple[QuerySet[Any], Start]]:
    """The rows with a value and those without, in the order in which this page meets them."""
    if sort.lookup == "pk" or not _nullable(rows, sort):
        return [(rows, start)]
    filled = rows.filter(**{f"{sort.lookup}__isnull": False})
    empty = rows.filter(**{f"{sort.lookup}__isnull": True})
    in_empty = start is not None and start[0] is None
    if backwards:
        return [(empty, start), (filled, None)] if in_empty else [(filled, start)]
    return [(empty, start)] if in_empty else [(filled, start), (empty, None)]


def _walked(part: QuerySet[Any], sort: Sort, start: Start, *, backwards: bool) -> QuerySet[Any]:
    down = sort.descending != backwards
    order = ["pk"] if sort.lookup == "pk" else [sort.lookup, "pk"]
    ordered = part.order_by(*(f"-{name}" if down else name for name in order))
    if start is None:
        return ordered
    try:
        return ordered.filter(_beyond(sort, *start, down=down))
    except (TypeError, ValueError, ValidationError) as fault:
        raise BadCursor from fault


def _gathered(walked: QuerySet[Any], sort: Sort, size: int, *, backwards: bool) -> QuerySet[Any]:
    """The same rows in the same order, their keys found first: no index has the order of a composite."""
    columns = [F("pk")] if sort.lookup == "pk" else [F(sort.lookup), F("pk")]
    composite = Func(*columns, function="ROW", output_field=TextField())
    down = sort.descending != backwards
    keys = walked.order_by(composite.desc() if down else composite.asc()).values("pk")[:size]
    return _unconditioned(walked).filter(pk__in=keys)


def _unconditioned(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The same columns and order without the conditions, which the keys have met already.

    A join to many rows would give one record several times, so there they stay.
    """
    joins: list[Any] = [table for table in rows.query.alias_map.values() if isinstance(table, Join)]
    if not all(join.join_field.many_to_one or join.join_field.one_to_one for join in joins):
        return rows
    bare = rows.all()
    bare.query.where = WhereNode()
    return bare


def estimate(rows: QuerySet[Any]) -> Estimate:
    """What the planner expects of these rows, from its statistics alone."""
    try:
        sql, params = rows.order_by().values("pk")[: EXACT + 1].query.sql_with_params()
    except EmptyResultSet:
        return Estimate(0, 0)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    whole = plan["Plans"][0] if plan["Node Type"] == "Limit" else plan
    return Estimate(int(whole["Plan Rows"]), float(plan["Total Cost"]))


def count(rows: QuerySet[Any], expected: Estimate) -> Count:
    """The number of rows: exact up to a limit and while counting is cheap, else what is expected."""
    counted = 0
    if expected.cost <= DEAR and expected.rows < FAR * EXACT:
        counted = rows.order_by().values("pk")[: EXACT + 1].count()
        if counted <= EXACT:
            return Count(counted, True)
    return Count(max(expected.rows, counted, 1), False)


def count_each(several: Iterable[QuerySet[Any]], *, most: int) -> list[int]:
    """How many rows each of several sets has, in one statement; beyond `most` nothing is counted on."""
    parts: list[str] = []
    params: list[Any] = []
    for rows in several:
        try:
            sql, given = rows.order_by().values("pk")[: most + 1].query.sql_with_params()
        except EmptyResultSet:
            parts.append("0")
            continue
        parts.append(f"(SELECT count(*) FROM ({sql}) q)")
        params += given
    if not parts:
        return []
    with connection.cursor() as session:
        session.execute(f"SELECT {', '.join(parts)}", params)
        return list(session.fetchone())


def _nullable(rows: QuerySet[Any], sort: Sort) -> bool:
    if sort.lookup in rows.query.annotations:
        return not isinstance(rows.query.annotations[sort.lookup], Coalesce)
    model: Any = rows.model
    for part in sort.lookup.split("__"):
        if part == "pk":
            return False
        field = model._meta.get_field(part)
        if getattr(field, "null", True):
            return True
        model = getattr(field, "related_model", None) or model
    return False


def _beyond(sort: Sort, value: Any, pk: int, *, down: bool) -> Q:
    step = "lt" if down else "gt"
    tie = Q(**{f"pk__{step}": pk})
    if sort.lookup == "pk" or value is None:
        return tie
    # The first condition says nothing new, but an index can start at it.
    start = Q(**{f"{sort.lookup}__{step}e": value})
    return start & (Q(**{f"{sort.lookup}__{step}": value}) | tie)


def _key(row: Any, sort: Sort) -> str:
    value: Any = row
    for part in sort.lookup.split("__"):
        value = getattr(value, part, None) if value is not None else None
    return base64.urlsafe_b64encode(json.dumps([_plain(value), row.pk]).encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value if isinstance(value, (int, str, float, type(None))) else str(value)


def _unpack(key: str) -> tuple[Any, int]:
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
        return value, int(pk)
    except (ValueError, TypeError, binascii.Error) as fault:
        raise BadCursor from fault


def cursor(row: Any, *, sort: Sort) -> str:
    """The page key of a row: `page(..., after=cursor(row, sort=sort))` begins with the one behind it."""
    return _key(row, sort)
