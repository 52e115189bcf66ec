"""What the ledger does by itself: it proves the sums of closed periods."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue

from loomline.domains.ledger import commands, queries
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, job
from loomline.kernel.refusal import Refused

ACTOR = "Bookkeeping"
SHOWN = 10


class SumsDiffer(Refused):
    """The sums of a closed period are not those of its journal."""

    says = _("{count} sums of closed periods differ from the journal: {shown}. Rebuild the sums.")


@job(title=_("Compare the sums of closed periods with the journal"))
def compare_balances(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """Every sum of a closed period must be that of its lines."""
    found = queries.compare_balances()
    if found:
        shown = [f"account {d.account_id} in period {d.period_id}" for d in found[:SHOWN]]
        raise SumsDiffer(count=len(found), shown="; ".join(shown))
    return {"differences": 0}


@job(title=_("Rebuild the sums of closed periods"))
def rebuild_balances(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """Write the sums anew; the journal is right by definition."""
    return {"corrected": commands.rebuild_balances(ctx)}


@queue.periodic(cron="23 3 * * *")
@queue.task(name="ledger.prove_sums", queueing_lock="ledger.prove_sums")
def prove_sums(timestamp: int) -> None:
    """Each night, compare the sums with the journal; the result stands on the page of jobs."""
    compare_balances.start(Ctx.new(actor=system_actor(ACTOR), via="job"))
