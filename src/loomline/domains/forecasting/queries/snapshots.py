"""Deals as they stood, and as they stand now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from loomline.domains.forecasting.models import Snapshot, SnapshotLine
from loomline.domains.forecasting.queries.bridge import OPEN, Deal
from loomline.domains.forecasting.queries.figures import Scope, condition
from loomline.domains.forecasting.queries.periods import Period
from loomline.domains.pipeline import ports as pipeline_ports
from loomline.domains.pipeline.models import Opportunity, OpportunityState
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.money import Money

ZERO = Decimal(0)
CHUNK = 5000


@dataclass(frozen=True)
class Standing:
    """One deal as a snapshot keeps it, in the company's currency."""

    opportunity_id: int
    name: str
    owner_id: int | None
    team_id: int | None
    state: str
    category: str
    amount: Decimal
    weighted: Decimal
    closes_on: date | None
    closed_on: date | None


def snapshots() -> QuerySet[Snapshot]:
    """The newest first."""
    return Snapshot.objects.order_by("-taken_on")


def last_snapshot(*, before: date | None = None) -> Snapshot | None:
    """The newest one, or the newest one before a day."""
    rows = snapshots()
    return (rows.filter(taken_on__lt=before) if before is not None else rows).first()


def standing_deals(
    ctx: Ctx, *, rows: QuerySet[Opportunity], since: datetime
) -> tuple[Iterator[Standing], dict[str, Decimal]]:
    """What is open, and what was won or lost since a moment; and by currency what has no rate."""
    wanted = rows.filter(
        Q(state=OpportunityState.OPEN)
        | Q(state__in=(OpportunityState.WON, OpportunityState.LOST), closed_at__gt=since)
    )
    currencies = set(wanted.order_by().values_list("currency", flat=True).distinct())
    own = ctx.company.currency
    foreign = currencies - {own}
    known = pipeline_ports.exchange_rates(currencies=foreign, into=own, on=ctx.today) if foreign else {}
    rates = {**known, own: Decimal(1)}
    left_out: dict[str, Decimal] = {}
    return _standing(ctx, wanted, rates, left_out), left_out


def _standing(
    ctx: Ctx, rows: QuerySet[Opportunity], rates: Mapping[str, Decimal], left_out: dict[str, Decimal]
) -> Iterator[Standing]:
    zone, own = ctx.company.zone, ctx.company.currency
    for deal in rows.select_related("stage").order_by("pk").iterator(chunk_size=CHUNK):
        rate = rates.get(deal.currency)
        if rate is None:
            left_out[deal.currency] = left_out.get(deal.currency, ZERO) + deal.amount
            continue
        amount = Money(deal.amount * rate, own).rounded().amount
        is_open = deal.state == OpportunityState.OPEN
        yield Standing(
            opportunity_id=deal.pk,
            name=deal.name,
            owner_id=deal.owner_id,
            team_id=deal.team_id,
            state=str(deal.state),
            category=deal.stage.category,
            amount=amount,
            weighted=Money(amount * deal.probability / 100, own).rounded().amount if is_open else ZERO,
            closes_on=deal.closes_on,
            closed_on=None if deal.closed_at is None or is_open else deal.closed_at.astimezone(zone).date(),
        )


def _is_elsewhere(scope: Scope, owner_id: int | None, team_id: int | None) -> bool:
    other = scope.owner_id and scope.owner_id != owner_id
    return bool(other or (scope.team_id and scope.team_id != team_id))


def lines_seen(ctx: Ctx, *, rows: QuerySet[Opportunity]) -> QuerySet[SnapshotLine]:
    """The lines of deals among the rows; of a deal that was taken back, what its line opens to the reader."""
    same = OuterRef("opportunity")
    gone = access.visible(ctx, SnapshotLine).filter(~Exists(Opportunity.objects.filter(pk=same)))
    return SnapshotLine.objects.filter(Exists(rows.filter(pk=same))) | gone


FIELDS = ("opportunity_id", "state", "amount", "closes_on", "closed_on", "name", "owner_id", "team_id")


def _deals(rows: QuerySet[SnapshotLine], scope: Scope) -> dict[int, Deal]:
    found = {}
    for key, state, amount, closes_on, closed_on, name, *whose in rows.values_list(*FIELDS):
        day = closes_on if state == OPEN else closed_on
        found[key] = Deal(state, amount, day, name, _is_elsewhere(scope, *whose))
    return found


def open_deals(
    *, snapshot: Snapshot, scope: Scope, period: Period, also: Collection[int] = ()
) -> dict[int, Deal]:
    """What stood open in a snapshot and was to close in a period, and the deals named, whosever they are."""
    within = Q(closes_on__gte=period.starts_on, closes_on__lt=period.ends_on) & condition(scope)
    wanted = within | Q(opportunity__in=list(also)) if also else within
    return _deals(SnapshotLine.objects.filter(wanted, snapshot=snapshot, state=OPEN), scope)


def closed_since(
    *, snapshot: Snapshot, until: Snapshot, scope: Scope, also: Collection[int] = ()
) -> dict[int, Deal]:
    """What was won or lost after one snapshot, up to another; of the deals named, whosever they are.

    One statement.
    """
    rows = SnapshotLine.objects.filter(
        condition(scope) | Q(opportunity__in=list(also)) if also else condition(scope),
        snapshot__taken_on__gt=snapshot.taken_on,
        snapshot__taken_on__lte=until.taken_on,
    ).exclude(state=OPEN)
    return _deals(rows.order_by("snapshot__taken_on"), scope)


def between(
    ctx: Ctx,
    *,
    start: Snapshot,
    end: Snapshot | None,
    rows: QuerySet[Opportunity],
    scope: Scope,
    period: Period,
) -> tuple[dict[int, Deal], dict[int, Deal]]:
    """Both ends of a bridge: as it stood then, and as it stood in a later snapshot or stands now.

    Only deals that touch the period are read; what belonged to the scope at one end alone is in both, marked
    as somebody else's at the other. One that the reader may not see is in neither end.
    """
    before = open_deals(snapshot=start, scope=scope, period=period)
    if end is not None:
        after = closed_since(snapshot=start, until=end, scope=scope, also=before)
        after |= open_deals(snapshot=end, scope=scope, period=period, also=before)
    else:
        after = _now(ctx, start, rows, scope, period, before)
    others = after.keys() - before.keys()
    if others:
        before |= open_deals(snapshot=start, scope=scope, period=period, also=others)
    keys = [*before, *after]
    seen = set(rows.filter(pk__in=keys).values_list("pk", flat=True))
    missing = start.lines.filter(opportunity__in=[key for key in before if key not in seen])
    gone = set((lines_seen(ctx, rows=rows) & missing).values_list("opportunity_id", flat=True))
    return (
        {key: deal for key, deal in before.items() if key in seen or key in gone},
        {key: deal for key, deal in after.items() if key in seen},
    )


def _now(
    ctx: Ctx,
    start: Snapshot,
    rows: QuerySet[Opportunity],
    scope: Scope,
    period: Period,
    before: Collection[int],
) -> dict[int, Deal]:
    within = Q(state=OpportunityState.OPEN, closes_on__gte=period.starts_on, closes_on__lt=period.ends_on)
    ours = (within | Q(closed_at__gt=start.taken_at)) & condition(scope)
    touched = rows.filter(ours | Q(pk__in=list(before)))
    standing, _left_out = standing_deals(ctx, rows=touched, since=start.taken_at)
    return {
        one.opportunity_id: Deal(
            one.state,
            one.amount,
            one.closes_on if one.state == OPEN else one.closed_on,
            one.name,
            _is_elsewhere(scope, one.owner_id, one.team_id),
        )
        for one in standing
    }
