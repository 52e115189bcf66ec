"""What the pipeline does at night."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue

from loomline.domains.pipeline import commands, queries
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, job

ACTOR = "Pipeline"
BATCH = 500


@job(title=_("Foresee when open opportunities can be delivered"))
def foresee_open(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """Ask the plan again for every open opportunity, so that cards do not show yesterday's days."""
    keys = list(queries.open_opportunities().values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        part = list(queries.open_opportunities().filter(pk__in=keys[start : start + BATCH]))
        commands.foresee_deliveries(ctx, opportunities=part)
        run.report(min(start + BATCH, len(keys)), len(keys))
    return {"opportunities": len(keys)}


@queue.periodic(cron="23 4 * * *")
@queue.task(name="pipeline.foresee_at_night", queueing_lock="pipeline.foresee_at_night")
def foresee_at_night(timestamp: int) -> None:
    """Each night, after the books are proved, look ahead; the result stands on the page of jobs."""
    foresee_open.start(Ctx.new(actor=system_actor(ACTOR), via="job"))
