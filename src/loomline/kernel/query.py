"""Reading long lists: pages by key, never by offset, and honest counts."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from loomline.kernel.refusal import Refused

EXACT = 10_000


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


def page(rows: QuerySet[Any], *, sort: Sort, size: int = 50, after: str = "", before: str = "") -> Page:
    """The page that follows the key `after`, or precedes the key `before`, or the first one.

    Null values sort last in both directions. Costs one statement.
    """
    backwards = bool(before)
    descending = sort.descending != backwards
    value = F(sort.lookup)
    order = value.desc(nulls_first=backwards) if descending else value.asc(nulls_first=backwards)
    if not backwards:
        order = value.desc(nulls_last=True) if descending else value.asc(nulls_last=True)
    if not _nullable(rows, sort):
        order = value.desc() if descending else value.asc()
    selected = (
        rows.order_by(order, "-pk" if descending else "pk")
        if sort.lookup != "pk"
        else rows.order_by("-pk" if descending else "pk")
    )
    key = before or after
    if key:
        selected = selected.filter(_beyond(sort, key, descending=descending, backwards=backwards))
    found = list(selected[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    return Page(
        rows=found,
        after=_key(found[-1], sort) if found and (more or backwards) else "",
        before=_key(found[0], sort) if found and (more if backwards else bool(after)) else "",
    )


def count(rows: QuerySet[Any], *, exact_up_to: int = EXACT) -> Count:
    """The number of rows, exact up to a limit and estimated by the planner above it."""
    plain = rows.order_by()
    counted = plain.values("pk")[: exact_up_to + 1].count()
    if counted <= exact_up_to:
        return Count(counted, True)
    sql, params = plain.values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        plan = cursor.fetchone()[0]
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return Count(max(int(plan[0]["Plan"]["Plan Rows"]), counted), False)


def _nullable(rows: QuerySet[Any], sort: Sort) -> bool:
    if sort.lookup in rows.query.annotations:
        return True
    model: Any = rows.model
    for part in sort.lookup.split("__"):
        if part == "pk":
            return False
        field = model._meta.get_field(part)
        if getattr(field, "null", True):
            return True
        model = getattr(field, "related_model", None) or model
    return False


def _beyond(sort: Sort, key: str, *, descending: bool, backwards: bool) -> Q:
    value, pk = _unpack(key)
    step = "lt" if descending else "gt"
    tie = Q(**{f"pk__{step}": pk})
    if sort.lookup == "pk":
        return tie
    if value is None:
        same = Q(**{f"{sort.lookup}__isnull": True}) & tie
        return same | Q(**{f"{sort.lookup}__isnull": False}) if backwards else same
    condition = Q(**{f"{sort.lookup}__{step}": value}) | (Q(**{sort.lookup: value}) & tie)
    return condition if backwards else condition | Q(**{f"{sort.lookup}__isnull": True})


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
