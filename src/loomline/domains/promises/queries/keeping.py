"""The promise-keeping rate (K17): of the first promises that were due, the share that was kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from loomline.domains.promises.models import Promise
from loomline.kernel import access
from loomline.kernel.context import Ctx

YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Keeping:
    """How many first promises were due and kept, and how many were promised again for another day."""

    due: int = 0
    kept: int = 0
    again: int = 0
    of: str = ""
    key: int | None = None

    @property
    def rate(self) -> Decimal | None:
        """Kept of due; None while nothing was due."""
        return Decimal(self.kept) / self.due if self.due else None


def keeping(
    ctx: Ctx,
    *,
    customers: Iterable[int] | None = None,
    styles: Iterable[int] | None = None,
    since: date | None = None,
) -> Keeping:
    """The rate of what the actor may see, due within a year unless another day is given. One statement."""
    rows = _first(ctx, since)
    if customers is not None:
        rows = rows.filter(customer__in=list(customers))
    if styles is not None:
        rows = rows.filter(item__style__in=list(styles))
    return Keeping(**rows.order_by().aggregate(**_counts(ctx)))


def by_customer(ctx: Ctx) -> list[Keeping]:
    """The rate for each customer, the lowest first."""
    return _by(ctx, "customer", "customer__name")


def by_family(ctx: Ctx, *, styles: Iterable[int] | None = None) -> list[Keeping]:
    """The rate for each style, the lowest first."""
    return _by(ctx, "item__style", "item__style__name", styles=styles)


def by_person(ctx: Ctx) -> list[Keeping]:
    """The rate for each person who gave promises, the lowest first."""
    return _by(ctx, "made_by", "made_by__name")


def _by(ctx: Ctx, key: str, name: str, *, styles: Iterable[int] | None = None) -> list[Keeping]:
    rows = _first(ctx, None).filter(**{f"{key}__isnull": False})
    if styles is not None:
        rows = rows.filter(item__style__in=list(styles))
    counted = rows.order_by().values_list(key, name).annotate(**_counts(ctx))
    found = [Keeping(due, kept, again, str(of), pk) for pk, of, due, kept, again in counted if due]
    return sorted(found, key=lambda one: (one.rate, -one.due, one.of))


def _first(ctx: Ctx, since: date | None) -> QuerySet[Promise]:
    rows = access.visible(ctx, Promise).filter(first=None, binds=True, withdrawn_on=None)
    return rows.filter(due_on__gte=since or ctx.today - YEAR)


def _counts(ctx: Ctx) -> dict[str, Any]:
    settled = Q(due_on__lt=ctx.today) | Q(kept_on__lte=ctx.today)
    again = Q(superseded_by__isnull=False) & ~Q(superseded_by__due_on=F("due_on"))
    return {
        "due": Count("pk", filter=settled),
        "kept": Count("pk", filter=settled & Q(kept_on__lte=F("due_on"))),
        "again": Count("pk", filter=settled & again),
    }
