"""How right forecasts were, for whom, and what each step of forecasting was worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING

from loomline.domains.demand.models import Forecast, Override, Run, Series
from loomline.domains.demand.queries.promotions import promotions
from loomline.domains.demand.queries.streams import WEEK, Key, Weeks, history, week_of, weeks_from
from loomline.engines.forecast import accuracy as measures
from loomline.engines.heavy import heavy
from loomline.kernel.context import Ctx

if TYPE_CHECKING:
    import numpy as np
else:
    np = heavy("numpy")

TOTAL, ITEM, CUSTOMER, SITE, PERSON = "total", "item", "customer", "site", "person"
LEVELS = (TOTAL, ITEM, CUSTOMER, SITE, PERSON)
SHARE, ZERO = Decimal("0.0001"), Decimal(0)


@dataclass(frozen=True, slots=True)
class Point:
    """One week of one series that is over: what came, and what each step had said before it began."""

    key: Key
    week: date
    actual: Decimal
    naive: Decimal
    statistical: Decimal
    planned: Decimal
    author: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The errors of one group of a level: WAPE and bias of the naive, statistical and planned figures.

    A share is None where nothing came that it could be a share of.
    """

    key: int | None
    points: int
    actual: Decimal
    off: Decimal
    naive: Decimal | None
    statistical: Decimal | None
    planned: Decimal | None
    statistical_bias: Decimal | None
    planned_bias: Decimal | None

    @property
    def statistical_added(self) -> Decimal | None:
        """What the engine takes off the error of expecting the last week again."""
        return _less(self.naive, self.statistical)

    @property
    def planned_added(self) -> Decimal | None:
        """What planners take off the engine's error; below zero they made it worse."""
        return _less(self.statistical, self.planned)


def accuracy(ctx: Ctx, *, level: str, weeks: int = 13, ahead: int = 1) -> list[Judged]:
    """Each group of a level over the last whole weeks, the largest error first.

    What counts of a week is the newest run made at least `ahead` weeks before it. Figures are summed to the
    level before they are compared, so a mistake between two customers is none of the item. A person is
    judged by the weeks they changed. Demand that came of deals is no matter of the forecast.
    """
    points = _points(ctx, weeks=weeks, ahead=ahead)
    if level == PERSON:
        changed = [one for one in points if one.author is not None]
        return _judged(changed, group=lambda one: one.author, fine=True)
    place = {ITEM: 0, SITE: 1, CUSTOMER: 2}.get(level)
    return _judged(points, group=lambda one: one.key[place] if place is not None else None)


def _points(ctx: Ctx, *, weeks: int, ahead: int) -> list[Point]:
    this = week_of(ctx.today)
    past = weeks_from(this - weeks * WEEK, weeks)
    runs = _runs(past, ahead)
    if not runs:
        return []
    known = history(until=this)
    keys: dict[int, Key] = {
        pk: (item, site, customer)
        for pk, item, site, customer in Series.objects.order_by().values_list(
            "pk", "demand__item", "site", "customer"
        )
    }
    own, lifted = _own(past), promotions(since=past[0], until=this)
    found = []
    for week, run in runs.items():
        said = Forecast.objects.filter(run=run, series__isnull=False).order_by()
        place = (week - run.first_week).days // 7
        means = dict(said.values_list("series", f"mean__{place}"))
        wanted = set(means) | {pk for pk, at in own if at == week}
        base = {keys[pk]: means.get(pk) or ZERO for pk in sorted(wanted)}
        more = lifted.uplift(week, base, known_before=True)
        for pk in sorted(wanted):
            made = _point(keys[pk], week, run, known.get(keys[pk], {}), means.get(pk), own.get((pk, week)))
            lift = more.get(keys[pk], ZERO) if made.author is None else ZERO
            found.append(replace(made, planned=made.planned + lift))
    return found


def _point(
    key: Key,
    week: date,
    run: Run,
    known: Weeks,
    mean: Decimal | None,
    own: tuple[Decimal, int] | None,
) -> Point:
    statistical = mean or ZERO
    return Point(
        key=key,
        week=week,
        actual=known.get(week, ZERO),
        naive=known.get(run.first_week - WEEK, ZERO),
        statistical=statistical,
        planned=own[0] if own else statistical,
        author=own[1] if own else None,
    )


def _runs(past: Sequence[date], ahead: int) -> dict[date, Run]:
    """The newest run made so many weeks before each week that it also reaches."""
    runs = list(Run.objects.filter(first_week__lt=past[-1]).order_by("-pk"))
    found = {}
    for week in past:
        for run in runs:
            if ahead * WEEK <= week - run.first_week < run.weeks * WEEK:
                found[week] = run
                break
    return found


def _own(past: Sequence[date]) -> dict[tuple[int, date], tuple[Decimal, int]]:
    rows = Override.objects.filter(week__gte=past[0], week__lte=past[-1]).order_by()
    return {
        (series, week): (quantity, author)
        for series, week, quantity, author in rows.values_list("series", "week", "quantity", "author")
    }


def _judged(
    points: Iterable[Point], *, group: Callable[[Point], int | None], fine: bool = False
) -> list[Judged]:
    """Points by group; summed over all series of a week unless `fine`."""
    groups: dict[int | None, dict[object, list[Point]]] = defaultdict(lambda: defaultdict(list))
    for one in points:
        groups[group(one)][(one.key, one.week) if fine else one.week].append(one)
    found = [_judge(key, list(weeks.values())) for key, weeks in groups.items()]
    return sorted(found, key=lambda one: (-one.off, one.key or 0))


def _judge(key: int | None, weeks: Sequence[Sequence[Point]]) -> Judged:
    actual, naive, statistical, planned = (
        [sum((getattr(one, name) for one in points), ZERO) for points in weeks]
        for name in ("actual", "naive", "statistical", "planned")
    )
    return Judged(
        key=key,
        points=sum(len(points) for points in weeks),
        actual=sum(actual, ZERO),
        off=sum((abs(came - said) for came, said in zip(actual, planned, strict=True)), ZERO),
        naive=_wape(actual, naive),
        statistical=_wape(actual, statistical),
        planned=_wape(actual, planned),
        statistical_bias=_bias(actual, statistical),
        planned_bias=_bias(actual, planned),
    )


def _wape(actual: Sequence[Decimal], said: Sequence[Decimal]) -> Decimal | None:
    return _share(measures.wape(_floats(actual), _floats(said)))


def _bias(actual: Sequence[Decimal], said: Sequence[Decimal]) -> Decimal | None:
    return _share(float(measures.bias(_floats(actual)[None], _floats(said)[None])[0]))


def _floats(values: Sequence[Decimal]) -> np.ndarray:
    return np.array([float(value) for value in values])


def _share(value: float) -> Decimal | None:
    return Decimal(str(value)).quantize(SHARE) if isfinite(value) else None


def _less(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    return None if before is None or after is None else before - after
