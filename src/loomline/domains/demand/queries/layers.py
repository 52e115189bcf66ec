"""The layers of demand: orders, forecast with overrides, what orders consumed, and the pipeline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from loomline.domains.demand.models import DemandItem, Forecast, Override, Run, Series
from loomline.domains.demand.queries.promotions import promotions
from loomline.domains.demand.queries.streams import (
    Bought,
    Key,
    PipelineLine,
    bought,
    pipeline_lines,
    week_of,
    weeks_from,
)
from loomline.engines.forecast.consumption import consume
from loomline.engines.heavy import heavy
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import PLACES

if TYPE_CHECKING:
    import numpy as np
else:
    np = heavy("numpy")

ZERO = Decimal(0)
WINDOW = 1
Given = Mapping[Key, Mapping[date, Decimal]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """The demand of one week. `forecast` is the override, else the statistical figure and what promotions
    add; `left` what orders have not consumed of it; `orders` includes what came of deals.
    """

    week: date
    orders: Decimal = ZERO
    of_deals: Decimal = ZERO
    pipeline: Decimal = ZERO
    statistical: Decimal = ZERO
    promotion: Decimal = ZERO
    override: Decimal | None = None
    forecast: Decimal = ZERO
    left: Decimal = ZERO

    @property
    def consumed(self) -> Decimal:
        """What orders took of the forecast."""
        return self.forecast - self.left

    @property
    def total(self) -> Decimal:
        """What to plan for."""
        return self.orders + self.left + self.pipeline


@dataclass
class Plan:
    """Every series of some items over some weeks, by key; `series` names those that somebody planned."""

    weeks: Sequence[date]
    rows: dict[Key, list[Layers]]
    series: dict[Key, int]
    lines: list[PipelineLine] = field(default_factory=list)

    def summed(self, item_id: int) -> list[Layers]:
        """The layers of an item, all its series together."""
        rows = [layers for key, layers in self.rows.items() if key[0] == item_id]
        return [_sum(week, [row[n] for row in rows]) for n, week in enumerate(self.weeks)]


def latest_run() -> Run | None:
    """The run that counts."""
    found: Run | None = Run.objects.order_by("-pk").first()
    return found


def item_figure(demand: DemandItem, *, run: Run | None) -> Forecast | None:
    """What a run says of an item, all its series together."""
    found: Forecast | None = Forecast.objects.filter(run=run, demand=demand, series=None).first()
    return found


def own_figures(demand: DemandItem) -> QuerySet[Override]:
    """Where planners differ from history, the last week first."""
    rows = Override.objects.filter(series__demand=demand).select_related("series__customer", "author")
    return rows.order_by("-week", "-pk")


def plan_of(ctx: Ctx, *, item_id: int, weeks: int) -> list[Layers]:
    """The layers of one item from this week on."""
    return plan(ctx, weeks=weeks, items=[item_id]).summed(item_id)


def plan(
    ctx: Ctx,
    *,
    weeks: int,
    items: Collection[int] | None = None,
    windows: Mapping[int, tuple[int, int]] | None = None,
    given: Given | None = None,
) -> Plan:
    """The layers of each series from this week on. A handful of statements, however many series.

    Orders may consume the forecast of weeks after the last one asked for, so a few more are looked at.
    `given` are figures to try: by series and week, instead of what is expected there.
    """
    first = week_of(ctx.today)
    known = windows if windows is not None else _windows(items)
    reach = max((sum(window) for window in known.values()), default=0)
    span = weeks_from(first, weeks + reach + 1)
    series = _series(items)
    statistical = _statistical(first, len(span) - 1, items)
    own = _overrides(first, items)
    tried = given or {}
    orders: dict[Key, list[Bought]] = defaultdict(list)
    for row in bought(since=first, until=span[-1], items=items):
        orders[row.key].append(row)
    lines = pipeline_lines(today=ctx.today, until=span[-1], items=items)
    deals: dict[Key, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for line in lines:
        deals[line.key][line.week] += line.weighted
    keys = {**series, **dict.fromkeys(orders), **dict.fromkeys(deals)}
    said = {key: statistical.get(series.get(key, 0), []) for key in keys}
    more = _promoted(span, said, items)
    rows = {
        key: _layers(
            span[:-1],
            said.get(key, []),
            more.get(key, {}),
            {**own.get(series.get(key, 0), {}), **tried.get(key, {})},
            orders.get(key, []),
            deals.get(key, {}),
            known.get(key[0], (WINDOW, WINDOW)),
        )[:weeks]
        for key in {**keys, **dict.fromkeys(more), **dict.fromkeys(tried)}
    }
    return Plan(span[:weeks], rows, series, [line for line in lines if line.week < span[weeks]])


def _promoted(
    span: Sequence[date], said: Mapping[Key, Sequence[Decimal]], items: Collection[int] | None
) -> dict[Key, dict[date, Decimal]]:
    """What promotions add to each series, week by week; what nobody took yet may be promoted too."""
    known = promotions(since=span[0], until=span[-1], items=items)
    if not known.rows:
        return {}
    taken = {(key[0], key[2]) for key in said} | {(key[0], None) for key in said}
    fresh = [key for key in known.single() if key[0] in known.families and (key[0], key[2]) not in taken]
    found: dict[Key, dict[date, Decimal]] = defaultdict(dict)
    for n, week in enumerate(span[:-1]):
        base = {key: means[n] if n < len(means) else ZERO for key, means in said.items()}
        for key, amount in known.uplift(week, {**base, **dict.fromkeys(fresh, ZERO)}).items():
            if amount:
                found[key][week] = amount
    return found


def _layers(
    span: Sequence[date],
    statistical: Sequence[Decimal],
    more: Mapping[date, Decimal],
    own: Mapping[date, Decimal],
    orders: Iterable[Bought],
    deals: Mapping[date, Decimal],
    window: tuple[int, int],
) -> list[Layers]:
    base, of_deals = dict.fromkeys(span, ZERO), dict.fromkeys(span, ZERO)
    for row in orders:
        base[row.week] += row.base
        of_deals[row.week] += row.of_deals
    said = [statistical[n] if n < len(statistical) else ZERO for n in range(len(span))]
    forecast = [own.get(week, said[n] + more.get(week, ZERO)) for n, week in enumerate(span)]
    left = _left(forecast, [base[week] for week in span], window)
    return [
        Layers(
            week=week,
            orders=base[week] + of_deals[week],
            of_deals=of_deals[week],
            pipeline=deals.get(week, ZERO),
            statistical=said[n],
            promotion=more.get(week, ZERO) if week not in own else ZERO,
            override=own.get(week),
            forecast=forecast[n],
            left=left[n],
        )
        for n, week in enumerate(span)
    ]


def _left(
    forecast: Sequence[Decimal], orders: Sequence[Decimal], window: tuple[int, int]
) -> Sequence[Decimal]:
    """What orders leave of the forecast, in millionths so that nothing is lost in rounding."""
    periods = [n for n, quantity in enumerate(orders) if quantity]
    if not periods or not any(forecast):
        return forecast
    made = consume(
        np.array([float(value / PLACES) for value in forecast]),
        np.array(periods, dtype=np.int64),
        np.array([float(orders[n] / PLACES) for n in periods]),
        backward=window[0],
        forward=window[1],
    )
    return [Decimal(round(value)) * PLACES for value in made.left.tolist()]


def _sum(week: date, parts: Sequence[Layers]) -> Layers:
    owned = [one for one in parts if one.override is not None]
    return Layers(
        week=week,
        orders=sum((one.orders for one in parts), ZERO),
        of_deals=sum((one.of_deals for one in parts), ZERO),
        pipeline=sum((one.pipeline for one in parts), ZERO),
        statistical=sum((one.statistical for one in parts), ZERO),
        promotion=sum((one.promotion for one in parts), ZERO),
        override=sum((one.override or ZERO for one in owned), ZERO) if owned else None,
        forecast=sum((one.forecast for one in parts), ZERO),
        left=sum((one.left for one in parts), ZERO),
    )


def _windows(items: Collection[int] | None) -> dict[int, tuple[int, int]]:
    rows = DemandItem.objects.order_by()
    rows = rows if items is None else rows.filter(item__in=items)
    return {
        item: (back, forth)
        for item, back, forth in rows.values_list("item", "backward_weeks", "forward_weeks")
    }


def _series(items: Collection[int] | None) -> dict[Key, int]:
    rows = Series.objects.order_by()
    rows = rows if items is None else rows.filter(demand__item__in=items)
    found = rows.values_list("pk", "demand__item", "site", "customer")
    return {(item, site, customer): pk for pk, item, site, customer in found}


def _statistical(first: date, count: int, items: Collection[int] | None) -> dict[int, list[Decimal]]:
    """What the last run expects of each series from a Monday on."""
    run = latest_run()
    if run is None:
        return {}
    rows = Forecast.objects.filter(run=run, series__isnull=False).order_by()
    rows = rows if items is None else rows.filter(demand__item__in=items)
    start = (first - run.first_week).days // 7
    return {pk: mean[start : start + count] for pk, mean in rows.values_list("series", "mean")}


def _overrides(first: date, items: Collection[int] | None) -> dict[int, dict[date, Decimal]]:
    rows = Override.objects.filter(week__gte=first).order_by()
    rows = rows if items is None else rows.filter(series__demand__item__in=items)
    found: dict[int, dict[date, Decimal]] = defaultdict(dict)
    for series, week, quantity in rows.values_list("series", "week", "quantity"):
        found[series][week] = quantity
    return found
