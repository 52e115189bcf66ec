"""What sales does at night."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue

from loomline.domains.sales import commands as sales
from loomline.domains.sales import queries
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, job

ACTOR = "Sales"


@job(title=_("End expired quotes"))
def end_expired_quotes(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """Every quote whose last day is over ends, so that nobody accepts an old price."""
    quotes = list(queries.quotes_over(today=ctx.today))
    return {"expired": len(sales.expire_quotes(ctx, quotes=quotes)) if quotes else 0}


@queue.periodic(cron="11 0 * * *")
@queue.task(name="sales.end_quotes_at_night", queueing_lock="sales.end_quotes_at_night")
def end_quotes_at_night(timestamp: int) -> None:
    """Soon after midnight, end the quotes of yesterday; the result stands on the page of jobs."""
    end_expired_quotes.start(Ctx.new(actor=system_actor(ACTOR), via="job"))
