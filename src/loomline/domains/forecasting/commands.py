"""Writing down how deals stand, and what history says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.forecasting import queries
from loomline.domains.forecasting.events import HistoryContinued, SnapshotTaken
from loomline.domains.forecasting.models import ProjectedMonth, Projection, Snapshot, SnapshotLine
from loomline.domains.pipeline.models import Opportunity
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused

BATCH = 2000
FIRST = timedelta(days=7)
ZERO = Decimal(0)


class TakenToday(Refused):
    """One snapshot a day: what was written down stays."""

    says = _("Today's snapshot was taken already. The next one can be taken tomorrow.")


class NoHistory(Refused):
    """Nothing can be continued."""

    says = _("Nothing was won before this month, so there is no history to continue.")


@command(label=_("Take a snapshot"), icon="history")
def take_snapshot(ctx: Ctx) -> Snapshot:
    """Write down every deal as it stands, so that later nobody has to remember."""
    if Snapshot.objects.filter(taken_on=ctx.today).exists():
        raise TakenToday
    last = queries.last_snapshot(before=ctx.today)
    since = last.taken_at if last is not None else ctx.now - FIRST

    standing, left_out = queries.standing_deals(ctx, rows=Opportunity.objects.all(), since=since)
    deals = list(standing)
    is_open = [deal for deal in deals if deal.state == SnapshotLine.OPEN]
    snapshot: Snapshot = Snapshot.objects.create(
        taken_at=ctx.now,
        taken_on=ctx.today,
        currency=ctx.company.currency,
        count=len(is_open),
        amount=sum((deal.amount for deal in is_open), ZERO),
        weighted=sum((deal.weighted for deal in is_open), ZERO),
        left_out={currency: str(amount) for currency, amount in left_out.items()},
    )
    SnapshotLine.objects.bulk_create(
        [SnapshotLine(snapshot=snapshot, **vars(deal)) for deal in deals], batch_size=BATCH
    )

    ctx.emit(
        SnapshotTaken(
            snapshot_id=snapshot.pk,
            count=snapshot.count,
            weighted=f"{snapshot.weighted:,.0f}",
            currency=snapshot.currency,
        )
    )
    return snapshot


@dataclass(frozen=True, kw_only=True)
class MonthDraft:
    """What history says about one month of one scope."""

    owner_id: int | None
    team_id: int | None
    month: date
    mean: Decimal
    low: Decimal
    high: Decimal
    method: str = ""


@command(hidden=True)
def keep_projection(ctx: Ctx, *, first_month: date, months: int, figures: Sequence[MonthDraft]) -> Projection:
    """Keep what the engine has made of everybody's history; the newest counts and none is overwritten."""
    if not figures:
        raise NoHistory

    projection: Projection = Projection.objects.create(
        made_at=ctx.now, first_month=first_month, months=months, currency=ctx.company.currency
    )
    ProjectedMonth.objects.bulk_create(
        [ProjectedMonth(projection=projection, **vars(one)) for one in figures], batch_size=BATCH
    )

    count = len({(one.owner_id, one.team_id) for one in figures})
    ctx.emit(HistoryContinued(projection_id=projection.pk, count=count))
    return projection
