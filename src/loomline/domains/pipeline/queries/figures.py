"""Figures of the pipeline: boards, forecasts, pace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Avg,
    Case,
    Count,
    DecimalField,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Sum,
    When,
)
from django.db.models.functions import Coalesce, TruncMonth, TruncWeek

from loomline.domains.pipeline import ports
from loomline.domains.pipeline.models import (
    Category,
    ForecastAdjustment,
    Opportunity,
    OpportunityState,
    Quota,
)
from loomline.kernel.context import Ctx
from loomline.kernel.money import Money

ZERO = Decimal(0)
Whose = tuple[int | None, int | None]
WEIGHTED = ExpressionWrapper(
    F("amount") * Coalesce(F("probability_override"), F("stage__probability")) / Decimal(100),
    output_field=DecimalField(max_digits=28, decimal_places=8),
)


@dataclass(frozen=True)
class Figures:
    """Open opportunities added up in one currency; what is left out has no rate."""

    count: int
    amount: Money
    weighted: Money
    won: Money
    left_out: Mapping[str, Decimal] = field(default_factory=dict)
    left_out_weighted: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def sums(self) -> dict[str, Decimal]:
        """The converted sum and, beside it, the amounts that could not be converted."""
        return {self.amount.currency: self.amount.amount, **self.left_out}

    @property
    def weighted_sums(self) -> dict[str, Decimal]:
        """The same, weighted (K1)."""
        return {self.weighted.currency: self.weighted.amount, **self.left_out_weighted}


def weighted_pipeline(
    ctx: Ctx, *, rows: QuerySet[Opportunity], on: date | None = None
) -> dict[date | None, Figures]:
    """What is likely to be won, by the first day of the month it closes in; what is won stands apart."""
    groups = (
        rows.filter(state__in=(OpportunityState.OPEN, OpportunityState.WON))
        .annotate(month=TruncMonth("closes_on"))
        .order_by()
        .values("month", "currency", "state")
    )
    return _added_up(ctx, groups, by="month", on=on)


def open_worth(ctx: Ctx, *, rows: QuerySet[Opportunity]) -> Figures | None:
    """All open opportunities added up (K1); None while there are none."""
    groups = rows.filter(state=OpportunityState.OPEN).order_by().values("currency", "state")
    return _added_up(ctx, groups, by="", on=None).get(None)


def open_worth_by_week(
    ctx: Ctx, *, rows: QuerySet[Opportunity]
) -> tuple[Figures | None, dict[date, Figures]]:
    """The same, and beside it the sums by the week of closing, the first week first. One statement."""
    open_rows = rows.filter(state=OpportunityState.OPEN).annotate(week=TruncWeek("closes_on"))
    found = _grouped(open_rows.order_by().values("week", "currency", "state"))
    weeks = _summed(ctx, found, by="week", on=None)
    dated = {week: weeks[week] for week in sorted(week for week in weeks if week is not None)}
    return _summed(ctx, found, by="", on=None).get(None), dated


def _grouped(groups: QuerySet[Any, Any]) -> list[dict[str, Any]]:
    return list(groups.annotate(n=Count("pk"), amount_sum=Sum("amount"), weighted_sum=Sum(WEIGHTED)))


def _added_up(ctx: Ctx, groups: QuerySet[Any, Any], *, by: str, on: date | None) -> dict[Any, Figures]:
    return _summed(ctx, _grouped(groups), by=by, on=on)


def _summed(ctx: Ctx, found: Sequence[Mapping[str, Any]], *, by: str, on: date | None) -> dict[Any, Figures]:
    rates = _rates(ctx, {row["currency"] for row in found}, on=on)
    sums: dict[Any, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    left_out: dict[Any, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    left_weighted: dict[Any, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    counts: dict[Any, int] = defaultdict(int)
    for row in found:
        key, currency = row.get(by), row["currency"]
        is_open = row["state"] == OpportunityState.OPEN
        counts[key] += row["n"] if is_open else 0
        if currency not in rates:
            left_out[key][currency] += row["amount_sum"]
            left_weighted[key][currency] += row["weighted_sum"] if is_open else ZERO
            continue
        if is_open:
            sums[key]["amount"] += row["amount_sum"] * rates[currency]
            sums[key]["weighted"] += row["weighted_sum"] * rates[currency]
        else:
            sums[key]["won"] += row["amount_sum"] * rates[currency]
    return {
        key: Figures(
            count=counts[key],
            amount=_money(ctx, sums[key]["amount"]),
            weighted=_money(ctx, sums[key]["weighted"]),
            won=_money(ctx, sums[key]["won"]),
            left_out=dict(left_out[key]),
            left_out_weighted=dict(left_weighted[key]),
        )
        for key in dict.fromkeys(row.get(by) for row in found)
    }


def _rates(ctx: Ctx, currencies: Iterable[str], *, on: date | None) -> Mapping[str, Decimal]:
    own = ctx.company.currency
    # An amount that names no currency is one of ours.
    foreign = {currency for currency in currencies if currency not in ("", own)}
    known = ports.exchange_rates(currencies=foreign, into=own, on=on or ctx.today) if foreign else {}
    return {**known, own: Decimal(1), "": Decimal(1)}


def _money(ctx: Ctx, amount: Decimal) -> Money:
    return Money(amount, ctx.company.currency).rounded()


@dataclass(frozen=True)
class Forecast:
    """What a period will bring, by how sure it is; each level includes the surer ones."""

    closed: Decimal
    commit: Decimal
    best_case: Decimal
    pipeline: Decimal
    quota: Decimal | None = None
    adjustments: Mapping[str, ForecastAdjustment] = field(default_factory=dict)
    left_out: Mapping[str, Decimal] = field(default_factory=dict)
    # The quota in a currency without a rate; then there is none to hold anything against.
    quota_left_out: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def committed(self) -> Decimal:
        """Closed, and what owners have put their word on."""
        return self.closed + self.commit

    @property
    def best(self) -> Decimal:
        """Committed, and what may well come."""
        return self.committed + self.best_case

    @property
    def everything(self) -> Decimal:
        """Best case, and all else that is open."""
        return self.best + self.pipeline

    @property
    def attainment(self) -> Decimal | None:
        """The share of the quota that is closed; None without a quota."""
        return self.closed / self.quota if self.quota else None

    @property
    def coverage(self) -> Decimal | None:
        """How many times the open pipeline covers what is missing to the quota; None when nothing is."""
        missing = (self.quota or ZERO) - self.closed
        return (self.commit + self.best_case + self.pipeline) / missing if missing > 0 else None


def forecast(
    ctx: Ctx,
    *,
    rows: QuerySet[Opportunity],
    starts_on: date,
    ends_on: date,
    owner_id: int | None = None,
    team_id: int | None = None,
    on: date | None = None,
) -> Forecast:
    """The period [starts_on, ends_on) by category, beside the quota and the managers' own figures."""
    if owner_id is not None:
        rows = rows.filter(owner=owner_id)
    if team_id is not None:
        rows = rows.filter(team=team_id)
    inside = Q(state=OpportunityState.OPEN, closes_on__gte=starts_on, closes_on__lt=ends_on) | _won_in(
        ctx, starts_on, ends_on
    )
    found = rows.filter(inside).order_by().values_list("state", "stage__category", "currency")
    groups = list(found.annotate(amount_sum=Sum("amount")))
    rates = _rates(ctx, {currency for _state, _category, currency, _sum in groups}, on=on)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    left_out: dict[str, Decimal] = defaultdict(Decimal)
    for state, category, currency, amount in groups:
        level = "closed" if state == OpportunityState.WON else category
        if currency in rates:
            sums[level] += amount * rates[currency]
        else:
            left_out[currency] += amount
    people = {"owner": owner_id, "team": team_id, "starts_on": starts_on, "ends_on": ends_on}
    known, unknown = quotas(ctx, rows=Quota.objects.filter(**people), on=on)
    return Forecast(
        **{
            name: _money(ctx, sums[name]).amount
            for name in ("closed", Category.COMMIT.value, Category.BEST_CASE.value, Category.PIPELINE.value)
        },
        quota=known.get((owner_id, team_id)),
        adjustments={row.category: row for row in ForecastAdjustment.objects.filter(**people).order_by("pk")},
        left_out=dict(left_out),
        quota_left_out=unknown.get((owner_id, team_id), {}),
    )


def quotas(
    ctx: Ctx, *, rows: QuerySet[Quota], on: date | None = None
) -> tuple[dict[Whose, Decimal], dict[Whose, dict[str, Decimal]]]:
    """Quotas of one period by owner and team: in the company's currency, and those without a rate."""
    given = list(rows.order_by().values_list("owner_id", "team_id", "currency", "amount"))
    rates = _rates(ctx, {currency for _owner, _team, currency, _amount in given}, on=on)
    known: dict[Whose, Decimal] = {}
    unknown: dict[Whose, dict[str, Decimal]] = {}
    for owner, team, currency, amount in given:
        if currency in rates:
            known[owner, team] = _money(ctx, amount * rates[currency]).amount
        else:
            unknown[owner, team] = {currency: amount}
    return known, unknown


@dataclass(frozen=True)
class Velocity:
    """How fast the pipeline turns into sales."""

    open_count: int
    won_count: int
    lost_count: int
    won_amount: Decimal
    lost_amount: Decimal
    cycle_days: Decimal

    @property
    def win_rate(self) -> Decimal:
        """Won of all that was settled, by count."""
        settled = self.won_count + self.lost_count
        return Decimal(self.won_count) / settled if settled else ZERO

    @property
    def win_rate_by_value(self) -> Decimal:
        """Won of all that was settled, by amount."""
        settled = self.won_amount + self.lost_amount
        return self.won_amount / settled if settled else ZERO

    @property
    def average_won(self) -> Decimal:
        """What a won opportunity is worth."""
        return self.won_amount / self.won_count if self.won_count else ZERO

    @property
    def per_day(self) -> Decimal:
        """What the open pipeline brings each day at this pace."""
        if not self.cycle_days:
            return ZERO
        return self.open_count * self.win_rate * self.average_won / self.cycle_days


def velocity(ctx: Ctx, *, rows: QuerySet[Opportunity], starts_on: date, ends_on: date) -> Velocity:
    """The pace of what was settled in [starts_on, ends_on), against what is open now."""
    low, high = _instants(ctx, starts_on, ends_on)
    took = ExpressionWrapper(F("closed_at") - F("opened_at"), output_field=DurationField())
    groups = list(
        rows.filter(Q(state=OpportunityState.OPEN) | Q(closed_at__gte=low, closed_at__lt=high))
        .order_by()
        .values("state", "currency")
        .annotate(
            n=Count("pk"),
            amount_sum=Sum("amount"),
            cycle=Avg(Case(When(state=OpportunityState.WON, then=took))),
        )
    )
    rates = _rates(ctx, {row["currency"] for row in groups}, on=None)
    count: dict[str, int] = defaultdict(int)
    amount: dict[str, Decimal] = defaultdict(Decimal)
    seconds = ZERO
    for row in groups:
        count[row["state"]] += row["n"]
        amount[row["state"]] += row["amount_sum"] * rates.get(row["currency"], ZERO)
        seconds += Decimal((row["cycle"] or timedelta()).total_seconds()) * row["n"]
    won = count[OpportunityState.WON]
    return Velocity(
        open_count=count[OpportunityState.OPEN],
        won_count=won,
        lost_count=count[OpportunityState.LOST],
        won_amount=amount[OpportunityState.WON],
        lost_amount=amount[OpportunityState.LOST],
        cycle_days=(seconds / won / 86400).quantize(Decimal("0.01")) if won else ZERO,
    )


def _won_in(ctx: Ctx, starts_on: date, ends_on: date) -> Q:
    low, high = _instants(ctx, starts_on, ends_on)
    return Q(state=OpportunityState.WON, closed_at__gte=low, closed_at__lt=high)


def _instants(ctx: Ctx, starts_on: date, ends_on: date) -> tuple[datetime, datetime]:
    zone = ctx.company.zone
    return datetime.combine(starts_on, time.min, zone), datetime.combine(ends_on, time.min, zone)
