"""Three numbers side by side for the company, its teams and its people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Case, Q, QuerySet, Sum, Value, When

from loomline.domains.accounts.models import Team, User
from loomline.domains.forecasting.models import ProjectedMonth, Projection
from loomline.domains.forecasting.queries.periods import Period
from loomline.domains.pipeline import ports as pipeline_ports
from loomline.domains.pipeline import queries as pipeline
from loomline.domains.pipeline.models import (
    Category,
    ForecastAdjustment,
    Opportunity,
    OpportunityState,
    Quota,
)
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.money import Money

ZERO = Decimal(0)
Key = tuple[int | None, int | None]


@dataclass(frozen=True)
class Scope:
    """Whose figures: of the company (neither), of a team, or of a person."""

    owner_id: int | None = None
    team_id: int | None = None
    name: str = ""

    @property
    def key(self) -> Key:
        """Owner and team."""
        return self.owner_id, self.team_id


COMPANY = Scope()


def of_scope(rows: QuerySet[Opportunity], scope: Scope) -> QuerySet[Opportunity]:
    """The rows of a person or a team; all for the company."""
    return rows.filter(condition(scope))


def condition(scope: Scope) -> Q:
    """Which rows with an owner and a team are of a scope."""
    wanted = Q(owner=scope.owner_id) if scope.owner_id else Q()
    return wanted & Q(team=scope.team_id) if scope.team_id else wanted


@dataclass(frozen=True)
class Seen:
    """What the reader may see: the door to every figure."""

    deals: QuerySet[Opportunity]
    quotas: QuerySet[Quota]
    own: QuerySet[ForecastAdjustment]
    projected: QuerySet[ProjectedMonth]

    @classmethod
    def by(cls, ctx: Ctx) -> Seen:
        """Everything that the actor's roles open."""
        return cls(
            deals=access.visible(ctx, Opportunity),
            quotas=access.visible(ctx, Quota),
            own=access.visible(ctx, ForecastAdjustment),
            projected=access.visible(ctx, ProjectedMonth),
        )


@dataclass(frozen=True)
class Row:
    """The figures of one scope in one period."""

    scope: Scope
    forecast: pipeline.Forecast
    weighted: Decimal
    statistical: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None

    def own(self, category: str) -> ForecastAdjustment | None:
        """The manager's own figure, if there is one."""
        return self.forecast.adjustments.get(category)

    @property
    def roll_up(self) -> Decimal:
        """What is committed: the manager's own figure, else the computed one."""
        own = self.own(Category.COMMIT)
        return own.amount if own is not None else self.forecast.committed


def board(ctx: Ctx, *, seen: Seen, period: Period) -> list[Row]:
    """All that is seen first, then teams, then people by what they bring. A handful of statements."""
    sums = _Sums(ctx)
    boundary = _first_projected_month()
    for group in _groups(ctx, seen.deals, period, boundary):
        sums.add(group)
    of_period = seen.quotas.filter(starts_on=period.starts_on, ends_on=period.ends_on)
    quotas, without_rate = pipeline.quotas(ctx, rows=of_period)
    own = _own_figures(seen.own, period)
    projected = _projected(seen.projected, period)
    keys = {COMPANY.key, *sums.keys(), *quotas, *without_rate}
    names = _names(keys)
    made = []
    for key in keys:
        scope = Scope(*key, names.get(key, ""))
        quota = quotas.get(key), without_rate.get(key, {})
        made.append(_row(ctx, scope, sums, quota, own.get(key, {}), projected.get(key)))
    kind = {True: 0}
    made.sort(
        key=lambda row: (
            kind.get(row.scope.key == COMPANY.key, 1 if row.scope.team_id else 2),
            -(row.forecast.closed + row.weighted),
            row.scope.name,
        )
    )
    return made


class _Sums:
    """Amounts by scope and level, in the company's currency."""

    def __init__(self, ctx: Ctx) -> None:
        self.ctx = ctx
        self.rates: Mapping[str, Decimal] = {}
        self.amounts: dict[Key, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        self.left_out: dict[Key, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))

    def keys(self) -> Iterable[Key]:
        """The scopes that have something."""
        return {*self.amounts, *self.left_out}

    def add(self, group: Mapping[str, Any]) -> None:
        """Add one group of deals to the company, its team and its person."""
        rate = self._rate(group["currency"])
        scopes: set[Key] = {COMPANY.key}
        if group["owner"]:
            scopes.add((group["owner"], None))
        if group["team"]:
            scopes.add((None, group["team"]))
        is_won = group["state"] == OpportunityState.WON
        level = "closed" if is_won else group["stage__category"]
        for key in scopes:
            if rate is None:
                self.left_out[key][group["currency"]] += group["amount_sum"]
                continue
            self.amounts[key][level] += group["amount_sum"] * rate
            if is_won and group["is_early"]:
                self.amounts[key]["early"] += group["amount_sum"] * rate
            if not is_won:
                self.amounts[key]["weighted"] += group["weighted_sum"] * rate

    def _rate(self, currency: str) -> Decimal | None:
        own = self.ctx.company.currency
        if currency == own:
            return Decimal(1)
        if currency not in self.rates:
            found = pipeline_ports.exchange_rates(currencies=[currency], into=own, on=self.ctx.today)
            self.rates = {**self.rates, **found}
        return self.rates.get(currency)

    def of(self, key: Key, name: str) -> Decimal:
        """One sum, in whole minor units."""
        return Money(self.amounts[key][name], self.ctx.company.currency).rounded().amount


def _instant(ctx: Ctx, day: date) -> datetime:
    return datetime.combine(day, time.min, ctx.company.zone)


def _groups(
    ctx: Ctx, rows: QuerySet[Opportunity], period: Period, boundary: date | None
) -> QuerySet[Any, Any]:
    low, high = _instant(ctx, period.starts_on), _instant(ctx, period.ends_on)
    open_in = Q(state=OpportunityState.OPEN, closes_on__gte=period.starts_on, closes_on__lt=period.ends_on)
    won_in = Q(state=OpportunityState.WON, closed_at__gte=low, closed_at__lt=high)
    early = Q(closed_at__lt=_instant(ctx, boundary or period.ends_on))
    return (
        rows.filter(open_in | won_in)
        .annotate(is_early=Case(When(early, then=Value(True)), default=Value(False)))
        .order_by()
        .values("owner", "team", "state", "stage__category", "currency", "is_early")
        .annotate(amount_sum=Sum("amount"), weighted_sum=Sum(pipeline.WEIGHTED))
    )


def _own_figures(
    seen: QuerySet[ForecastAdjustment], period: Period
) -> dict[Key, dict[str, ForecastAdjustment]]:
    """The newest own figure of each scope and category."""
    found: dict[Key, dict[str, ForecastAdjustment]] = defaultdict(dict)
    rows = seen.filter(starts_on=period.starts_on, ends_on=period.ends_on)
    for one in rows.select_related("author").order_by("pk"):
        found[one.owner_id, one.team_id][one.category] = one
    return found


def _first_projected_month() -> date | None:
    newest = Projection.objects.order_by("-pk").values_list("first_month", flat=True)
    return newest.first()


def _projected(seen: QuerySet[ProjectedMonth], period: Period) -> dict[Key, tuple[Decimal, Decimal, Decimal]]:
    """Mean, low and high of what history says about the rest of the period."""
    newest = Projection.objects.order_by("-pk").values("pk")[:1]
    rows = (
        seen.filter(projection__in=newest, month__gte=period.starts_on, month__lt=period.ends_on)
        .order_by()
        .values_list("owner_id", "team_id")
        .annotate(mean=Sum("mean"), low=Sum("low"), high=Sum("high"))
    )
    return {(owner, team): (mean, low, high) for owner, team, mean, low, high in rows}


def _row(
    ctx: Ctx,
    scope: Scope,
    sums: _Sums,
    quota: tuple[Decimal | None, Mapping[str, Decimal]],
    own: Mapping[str, ForecastAdjustment],
    projected: tuple[Decimal, Decimal, Decimal] | None,
) -> Row:
    key = scope.key
    closed = sums.of(key, "closed")
    made = pipeline.Forecast(
        closed=closed,
        commit=sums.of(key, Category.COMMIT),
        best_case=sums.of(key, Category.BEST_CASE),
        pipeline=sums.of(key, Category.PIPELINE),
        quota=quota[0],
        adjustments=own,
        left_out=dict(sums.left_out[key]),
        quota_left_out=quota[1],
    )
    # What history says of months to come stands on what those before them have really brought.
    early = sums.of(key, "early")
    figures = [early + part for part in projected] if projected is not None else [None, None, None]
    return Row(scope, made, closed + sums.of(key, "weighted"), *figures)


def _names(keys: Iterable[Key]) -> dict[Key, str]:
    owners = {owner for owner, _team in keys if owner}
    teams = {team for _owner, team in keys if team}
    people = User.objects.filter(pk__in=owners).in_bulk()
    found: dict[Key, str] = {(pk, None): str(user) for pk, user in people.items()}
    return {**found, **{(None, pk): name for pk, name in _team_names(teams)}}


def _team_names(keys: Iterable[int]) -> list[tuple[int, str]]:
    return list(Team.objects.filter(pk__in=set(keys)).values_list("pk", "name"))
