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
from loomline.kernel.quantity import plain
from loomline.kernel.refusal import Refused

ACTOR = "Sales"
SHOWN = 10


class PromisesDiffer(Refused):
    """What is kept for a day is not the sum of its lines: something changed past the database's own count."""

    says = _(
        "What is promised differs from the lines of orders on {count} days: {shown}. Add it up anew, and look"
        " for who changed lines."
    )


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


@job(title=_("Compare what is promised for each day with the lines of orders"))
def compare_promised_days(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """Every day must be the sum of its lines; the differences of the day before become one row."""
    found = queries.compare_promised_days()
    if found:
        days = [f"{day} {plain(kept)} / {plain(told)}" for _supply, day, kept, told in found[:SHOWN]]
        raise PromisesDiffer(count=len(found), shown="; ".join(days))
    return {"days": sales.fold_promised_days(ctx)}


@job(title=_("Add up anew what is promised for each day"))
def rebuild_promised_days(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """Write all days anew; the lines of orders are right by definition."""
    return {"days": sales.rebuild_promised_days(ctx)}


@queue.periodic(cron="53 2 * * *")
@queue.task(name="sales.prove_promised_days", queueing_lock="sales.prove_promised_days")
def prove_promised_days(timestamp: int) -> None:
    """Each night, compare all days; the result stands on the page of jobs."""
    compare_promised_days.start(Ctx.new(actor=system_actor(ACTOR), via="job"))
