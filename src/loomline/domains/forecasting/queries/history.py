"""What history teaches: how right forecasts were, who slips, and the months that the engine continues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncDate, TruncMonth

from loomline.domains.forecasting.models import Snapshot, SnapshotLine
from loomline.domains.forecasting.queries.bridge import OPEN
from loomline.domains.forecasting.queries.figures import COMPANY, Key, Scope
from loomline.domains.forecasting.queries.periods import Period, month_after
from loomline.domains.forecasting.queries.snapshots import lines_seen
from loomline.domains.pipeline import ports as pipeline_ports
from loomline.domains.pipeline import queries as pipeline
from loomline.domains.pipeline.models import Opportunity, OpportunityState
from loomline.kernel.context import Ctx

ZERO = Decimal(0)
AHEAD = (30, 60, 90)
# A weekly snapshot is never further than this from the day that is asked about.
NEAR = timedelta(days=10)
MOST_MONTHS = 60
# The audit is asked about the largest deals only: reading millions of changes serves nobody.
MOST_DEALS = 2000


@dataclass(frozen=True)
class Precision:
    """What was forecast so many days before the end of a period, against what came."""

    period: Period
    ahead: int
    taken_on: date
    forecast: Decimal
    actual: Decimal

    @property
    def accuracy(self) -> Decimal | None:
        """1 is right; None where nothing came, because then every figure is infinitely wrong."""
        if not self.actual:
            return None
        return max(1 - abs(self.forecast - self.actual) / self.actual, ZERO)


def accuracy(
    ctx: Ctx, *, rows: QuerySet[Opportunity], scope: Scope, before: Period, count: int = 4
) -> list[Precision]:
    """The last periods that have ended, each from 90, 60 and 30 days before. Three statements.

    What was forecast is what was closed by then and the weighted figure of what was open.
    """
    periods = [before.moved(-n) for n in range(1, count + 1)]
    days = list(Snapshot.objects.order_by("taken_on").values_list("taken_on", "pk"))
    wanted: list[tuple[Period, int, date, int]] = []
    for period in periods:
        for ahead in AHEAD:
            day = period.ends_on - timedelta(days=ahead)
            near = [(on, pk) for on, pk in days if day - NEAR <= on <= day]
            if near:
                wanted.append((period, ahead, *near[-1]))
    if not wanted:
        return []
    weighted = _weighted(lines_seen(ctx, rows=rows), {pk for _p, _a, _on, pk in wanted}, scope)
    won = _won_by_day(ctx, rows, scope, periods[-1].starts_on, periods[0].ends_on)
    found = []
    for period, ahead, on, pk in wanted:
        closed = sum((a for day, a in won if period.starts_on <= day < min(on, period.ends_on)), ZERO)
        open_then = sum((a for month, a in weighted[pk] if period.starts_on <= month < period.ends_on), ZERO)
        actual = sum((a for day, a in won if period.starts_on <= day < period.ends_on), ZERO)
        found.append(Precision(period, ahead, on, closed + open_then, actual))
    return found


def _weighted(
    seen: QuerySet[SnapshotLine], snapshots: set[int], scope: Scope
) -> dict[int, list[tuple[date, Decimal]]]:
    rows = seen.filter(snapshot__in=snapshots, state=OPEN, closes_on__isnull=False)
    if scope.owner_id:
        rows = rows.filter(owner=scope.owner_id)
    if scope.team_id:
        rows = rows.filter(team=scope.team_id)
    groups = rows.annotate(month=TruncMonth("closes_on")).order_by().values_list("snapshot_id", "month")
    found: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    for pk, month, amount in groups.annotate(amount=Sum("weighted")):
        found[pk].append((month, amount))
    return found


def _won(ctx: Ctx, rows: QuerySet[Opportunity], starts_on: date, ends_on: date) -> QuerySet[Opportunity]:
    zone = ctx.company.zone
    low = datetime.combine(starts_on, time.min, zone)
    high = datetime.combine(ends_on, time.min, zone)
    return rows.filter(state=OpportunityState.WON, closed_at__gte=low, closed_at__lt=high)


def _rates(ctx: Ctx, currencies: Iterable[str]) -> dict[str, Decimal]:
    own = ctx.company.currency
    foreign = {currency for currency in currencies if currency != own}
    known = pipeline_ports.exchange_rates(currencies=foreign, into=own, on=ctx.today) if foreign else {}
    return {**known, own: Decimal(1)}


def _won_by_day(
    ctx: Ctx, rows: QuerySet[Opportunity], scope: Scope, starts_on: date, ends_on: date
) -> list[tuple[date, Decimal]]:
    won = _won(ctx, rows, starts_on, ends_on)
    if scope.owner_id:
        won = won.filter(owner=scope.owner_id)
    if scope.team_id:
        won = won.filter(team=scope.team_id)
    day = TruncDate("closed_at", tzinfo=ctx.company.zone)
    groups = list(
        won.annotate(day=day).order_by().values_list("day", "currency").annotate(amount=Sum("amount"))
    )
    rates = _rates(ctx, {currency for _day, currency, _amount in groups})
    return [(day, amount * rates[currency]) for day, currency, amount in groups if currency in rates]


@dataclass(frozen=True)
class Series:
    """The won amounts of one scope, month by month."""

    key: Key
    values: tuple[Decimal, ...]


def series(ctx: Ctx, *, first_month: date) -> list[Series]:
    """The history of the company, of each team and of each person up to a month, the oldest month first."""
    oldest = month_after(first_month, -MOST_MONTHS)
    month = TruncMonth("closed_at", tzinfo=ctx.company.zone)
    groups: list[Any] = list(
        _won(ctx, Opportunity.objects.all(), oldest, first_month)
        .annotate(month=month)
        .order_by()
        .values("month", "owner", "team", "currency")
        .annotate(amount_sum=Sum("amount"))
    )
    rates = _rates(ctx, {group["currency"] for group in groups})
    sums: dict[Key, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for group in groups:
        rate = rates.get(group["currency"])
        if rate is None:
            continue
        for key in _scopes(group):
            sums[key][group["month"].date()] += group["amount_sum"] * rate
    begins = min((min(months) for months in sums.values()), default=first_month)
    length = (first_month.year - begins.year) * 12 + first_month.month - begins.month
    months = [month_after(begins, n) for n in range(length)]
    return [Series(key, tuple(found[one] for one in months)) for key, found in sums.items() if months]


def _scopes(group: dict[str, Any]) -> set[Key]:
    found: set[Key] = {COMPANY.key}
    if group["owner"]:
        found.add((group["owner"], None))
    if group["team"]:
        found.add((None, group["team"]))
    return found


@dataclass(frozen=True)
class Slipper:
    """How often the closing days of a person's deals were moved later."""

    owner_id: int | None
    name: str
    deals: int
    slipped: int
    times: int
    worst_id: int
    worst: str


def slippers(*, rows: QuerySet[Opportunity], period: Period, count: int = 10) -> list[Slipper]:
    """Whose open deals of a period have been moved later most often. Two statements."""
    within = rows.filter(closes_on__gte=period.starts_on, closes_on__lt=period.ends_on)
    deals = list(
        within.filter(state=OpportunityState.OPEN)
        .order_by("-amount", "pk")
        .values_list("pk", "name", "owner_id", "owner__name")[:MOST_DEALS]
    )
    times = pipeline.slips(opportunity_ids=[pk for pk, *_rest in deals]) if deals else {}
    found: dict[int | None, list[tuple[int, str, str]]] = defaultdict(list)
    for pk, name, whose, owner_name in deals:
        found[whose].append((pk, name, owner_name or "–"))
    made = []
    for owner, theirs in found.items():
        worst = max(theirs, key=lambda one: times.get(one[0], 0))
        made.append(
            Slipper(
                owner_id=owner,
                name=worst[2],
                deals=len(theirs),
                slipped=sum(bool(times.get(pk)) for pk, _n, _o in theirs),
                times=sum(times.get(pk, 0) for pk, _n, _o in theirs),
                worst_id=worst[0],
                worst=worst[1],
            )
        )
    slipping = [one for one in made if one.times]
    return sorted(slipping, key=lambda one: (-one.times, one.name))[:count]
