"""Series by weeks, a page at a time, for the grid in which planners type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from loomline.domains.demand.models import Forecast, Override, Series
from loomline.domains.demand.queries.layers import latest_run
from loomline.domains.demand.queries.promotions import lifted
from loomline.domains.demand.queries.streams import WEEK, week_of, weeks_from
from loomline.kernel.context import Ctx

GRID_WEEKS, GRID_ROWS = 13, 100
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class GridCell:
    """One week of one series: what history says, and what a planner says instead."""

    week: date
    statistical: Decimal
    promotion: Decimal = ZERO
    override: Decimal | None = None
    reason: str = ""

    @property
    def forecast(self) -> Decimal:
        """What counts."""
        return self.statistical + self.promotion if self.override is None else self.override


@dataclass(frozen=True, slots=True)
class GridRow:
    """One series and its weeks."""

    series: Series
    cells: Sequence[GridCell]


@dataclass(frozen=True, slots=True)
class GridPage:
    """Some rows, the weeks they show, and where the next page begins (empty on the last one)."""

    weeks: Sequence[date]
    rows: Sequence[GridRow]
    after: str


def grid(
    ctx: Ctx, *, series: QuerySet[Series], find: str = "", after: str = "", count: int = GRID_ROWS
) -> GridPage:
    """A page of series by item and customer, from next week on; found by item or customer.

    Five statements; promotions ask three more.
    It goes on from a key, so that the last page of ten thousand rows is as fast as the first.
    """
    weeks = weeks_from(week_of(ctx.today) + WEEK, GRID_WEEKS)
    rows = series.select_related("demand__item__unit", "customer", "site")
    if find.strip():
        words = find.strip()[:60]
        rows = rows.filter(
            Q(demand__item__sku__icontains=words)
            | Q(demand__item__name__icontains=words)
            | Q(customer__name__icontains=words)
        )
    sku, _bar, pk = after.rpartition("|")
    if pk.isascii() and pk.isdigit() and len(pk) < 18:
        rows = rows.filter(Q(demand__item__sku__gt=sku) | Q(demand__item__sku=sku, pk__gt=int(pk)))
    found = list(rows.order_by("demand__item__sku", "pk")[: count + 1])
    shown = found[:count]
    cells = _cells(shown, weeks)
    last = shown[-1] if len(found) > count else None
    return GridPage(
        weeks,
        [GridRow(one, cells[one.pk]) for one in shown],
        f"{last.demand.item.sku}|{last.pk}" if last is not None else "",
    )


def _cells(shown: Sequence[Series], weeks: Sequence[date]) -> dict[int, list[GridCell]]:
    series = [one.pk for one in shown]
    own = {
        (pk, week): (quantity, reason)
        for pk, week, quantity, reason in Override.objects.filter(
            series__in=series, week__gte=weeks[0], week__lte=weeks[-1]
        )
        .order_by()
        .values_list("series", "week", "quantity", "reason")
    }
    run = latest_run()
    said = dict(
        Forecast.objects.filter(run=run, series__in=series).order_by().values_list("series", "mean")
        if run is not None
        else ()
    )
    start = (weeks[0] - run.first_week).days // 7 if run is not None else 0
    more = lifted(series=shown, weeks=weeks, run=run)
    return {
        pk: [
            GridCell(
                week,
                _at(said.get(pk, ()), start + n),
                more.get((pk, week), ZERO),
                *own.get((pk, week), (None, "")),
            )
            for n, week in enumerate(weeks)
        ]
        for pk in series
    }


def _at(values: Sequence[Decimal], place: int) -> Decimal:
    return values[place] if place < len(values) else ZERO
