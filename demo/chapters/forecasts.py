"""What Halden expects to sell: demand is forecast through the season, and the planner knows of two fairs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from loomline.domains.demand import commands as demand
from loomline.domains.demand import queries
from loomline.domains.demand.commands import OverrideDraft
from loomline.domains.demand.models import DemandItem, Override, Promotion, Run, Series
from loomline_demo.halden import Halden

FORECAST_ON = (63, 77)
KNOWN = (
    (1, 1, "120", "Harbour & Pine opens two shops, their buyer told Mara"),
    (1, 2, "80", "Harbour & Pine opens two shops, their buyer told Mara"),
    (2, 1, "0", "They have stock left from the summer"),
)
AHEAD = (
    (1, 4, "140", "Fair in Florence"),
    (1, 5, "160", "Fair in Florence"),
    (2, 6, "60", "Smaller range from the new year"),
)


PROMOTIONS = (
    ("Black week", -1, 1, "20", "Ten per cent off in the shops of Harbour & Pine", True),
    ("Florence fair", 4, 2, "25", "Stand at the fair in Florence, with a film", True),
    ("Spring preview", 9, 3, "15", "Letter to all shops", False),
)


def runs(halden: Halden, day: date) -> None:
    """Twice in the season a Monday begins with a forecast, and once somebody differs."""
    offset = (day - halden.s.start).days
    if offset not in FORECAST_ON:
        return
    _forecast(halden)
    if offset == FORECAST_ON[0]:
        _differ(halden, KNOWN)


def ends(halden: Halden) -> None:
    """The season ends with a forecast of the next half year, and with what is done to sell more."""
    _promote(halden)
    _forecast(halden)
    _differ(halden, AHEAD)


def proves(halden: Halden) -> None:
    """There are runs to compare, and a total is what its layers are."""
    halden.s.expect(Run.objects.count() == 3, "three forecasts were made")
    halden.s.expect(Override.objects.count() == 6, "six weeks have an own figure")
    agreed = Promotion.objects.filter(state="agreed").count()
    halden.s.expect(agreed == 2, "two of three promotions are agreed")
    for row in queries.outstanding(halden.s.by("planner"), since=halden.s.today, until=halden.s.today)[:1]:
        halden.s.expect(row.quantity > 0, "what is still wanted is more than nothing")


def _forecast(halden: Halden) -> None:
    ctx = halden.s.by("planner")
    demand.keep_run(ctx, made=queries.reckon(ctx))


def _promote(halden: Halden) -> None:
    """The style that sells best is promoted."""
    ctx = halden.s.by("planner")
    best = DemandItem.objects.exclude(item__style=None).order_by("-expected", "pk")[0].item.style
    first = queries.week_of(ctx.today)
    for name, ahead, weeks, percent, reason, is_agreed in PROMOTIONS:
        made = demand.plan_promotion(
            ctx,
            name=name,
            style=best,
            first_week=first + ahead * queries.WEEK,
            weeks=weeks,
            uplift=Decimal(percent),
            reason=reason,
        )
        if is_agreed:
            demand.agree_promotion(ctx, promotion=made)


def _differ(halden: Halden, known: tuple[tuple[int, int, str, str], ...]) -> None:
    """Own figures for the series of which most is expected."""
    ctx = halden.s.by("planner")
    most = list(Series.objects.order_by("-demand__expected", "pk")[:2])
    first = queries.week_of(ctx.today)
    for place, ahead, quantity, reason in known:
        week = queries.weeks_from(first, ahead + 1)[-1]
        edit = OverrideDraft(series_id=most[place - 1].pk, week=week, quantity=Decimal(quantity))
        demand.override_weeks(ctx, edits=[edit], reason=reason)
