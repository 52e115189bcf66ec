"""What parties do at night."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue

from loomline.domains.parties import commands
from loomline.domains.parties.queries import likeness
from loomline.engines import matching
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, job

ACTOR = "Housekeeping"


@job(title=_("Look for duplicates"))
def look_for_duplicates(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """Compare everybody with whom they share something, and queue those who look like one."""
    pairs = likeness.pairs_worth_comparing()
    found: list[commands.FoundPair] = []
    for number, (first, second, score) in enumerate(likeness.scored(pairs), start=1):
        if number % likeness.CHUNK == 0:
            run.report(number, len(pairs))
        if score.value >= matching.SUGGEST:
            found.append(
                commands.FoundPair(
                    first_id=first,
                    second_id=second,
                    score=Decimal(f"{score.value:.3f}"),
                    reasons=likeness.as_told(score),
                )
            )
    return {"compared": len(pairs), "alike": len(found), "new": commands.queue_duplicates(ctx, found=found)}


@queue.periodic(cron="23 1 * * *")
@queue.task(name="parties.look_for_duplicates_at_night", queueing_lock="parties.look_for_duplicates_at_night")
def look_for_duplicates_at_night(timestamp: int) -> None:
    """Each night; what was found waits in the list of possible duplicates."""
    look_for_duplicates.start(Ctx.new(actor=system_actor(ACTOR), via="job"))
