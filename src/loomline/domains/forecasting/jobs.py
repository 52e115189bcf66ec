"""What forecasting does at night: a snapshot each week, and history continued."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue

from loomline.domains.forecasting import commands, queries
from loomline.domains.forecasting.commands import MonthDraft
from loomline.domains.forecasting.queries.periods import month_after
from loomline.engines.forecast.forecasting import Settings, forecast
from loomline.engines.forecast.panel import make_panel
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, job

ACTOR = "Forecast"
MONTHS_AHEAD = 6
LEVEL = 80
# Below this many months there is nothing that an engine could learn from.
LEAST_MONTHS = 3
CENT = Decimal("0.01")


@job(title=_("Forecast snapshot"))
def take_snapshot(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """Every deal as it stands, written down."""
    made = commands.take_snapshot(ctx)
    return {"deals": made.count}


@job(title=_("Statistical forecast"))
def continue_history(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """What the months so far say about the months to come, for the company, teams and people."""
    first_month = ctx.today.replace(day=1)
    known = [one for one in queries.series(ctx, first_month=first_month) if len(one.values) >= LEAST_MONTHS]
    if not known:
        raise commands.NoHistory
    run.report(0, len(known), str(_("Reckoning")))
    made = forecast(
        make_panel([[float(value) for value in one.values] for one in known], freq="MS"),
        Settings(horizon=MONTHS_AHEAD, levels=(LEVEL,), effort="fast"),
    )
    low, high = made.interval(LEVEL)
    figures = [
        MonthDraft(
            owner_id=one.key[0],
            team_id=one.key[1],
            month=month_after(first_month, ahead),
            mean=_amount(made.mean[row][ahead]),
            low=_amount(low[row][ahead]),
            high=_amount(high[row][ahead]),
            method=made.methods[row][:80],
        )
        for row, one in enumerate(known)
        for ahead in range(MONTHS_AHEAD)
    ]
    run.report(len(known), len(known))
    return _kept(ctx, first_month, figures)


def _kept(ctx: Ctx, first_month: Any, figures: Sequence[MonthDraft]) -> dict[str, Any]:
    commands.keep_projection(ctx, first_month=first_month, months=MONTHS_AHEAD, figures=figures)
    return {"figures": len(figures)}


def _amount(value: float) -> Decimal:
    """Nobody sells less than nothing."""
    return max(Decimal(str(value)).quantize(CENT), Decimal(0))


@queue.periodic(cron="23 1 * * 1")
@queue.task(name="forecasting.weekly", queueing_lock="forecasting.weekly")
def weekly(timestamp: int) -> None:
    """In the night to Monday; both results stand on the page of jobs."""
    ctx = Ctx.new(actor=system_actor(ACTOR), via="job")
    take_snapshot.start(ctx)
    continue_history.start(ctx)
