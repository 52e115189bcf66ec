"""What the demand plan does in the night to Monday: forecast every series anew."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue

from loomline.domains.demand import commands, queries
from loomline.engines.watch import Watch
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, job

ACTOR = "Forecast"
PARTS = 100


@job(title=_("Demand forecast"))
def forecast_demand(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """History of every item, site and customer continued; the last run counts until this one is whole."""
    told = -1

    def tell(done: float, says: str) -> None:
        nonlocal told
        if int(done * PARTS) > told:
            told = int(done * PARTS)
            run.report(told, PARTS, says)

    made = queries.reckon(ctx, watch=Watch(tell))
    kept = commands.keep_run(ctx, made=made)
    return {"items": kept.item_count, "series": kept.series_count}


@queue.periodic(cron="41 1 * * 1")
@queue.task(name="demand.weekly", queueing_lock="demand.weekly")
def weekly(timestamp: int) -> None:
    """In the night to Monday, when the week before is whole; the result stands on the page of jobs."""
    forecast_demand.start(Ctx.new(actor=system_actor(ACTOR), via="job"))
