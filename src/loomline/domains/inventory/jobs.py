"""What inventory does by itself: it proves its books at night and frees what was kept for a while only."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue

from loomline.domains.inventory import commands, queries
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, job
from loomline.kernel.refusal import Refused

ACTOR = "Stock keeping"
SHOWN = 10


class BooksDiffer(Refused):
    """A balance is not the sum of its moves: something wrote past the commands."""

    says = _(
        "{count} stock balances differ from the ledger: {shown}. Rebuild the balances, and look for who"
        " wrote them."
    )


@job(title=_("Compare stock balances with the ledger"))
def compare_balances(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """Every balance must be the sum of its moves, and what is reserved the sum of its reservations."""
    found = queries.compare_balances()
    if found:
        keys = [f"item {d.item_id} at location {d.location_id}, lot {d.lot_id or '–'}" for d in found[:SHOWN]]
        raise BooksDiffer(count=len(found), shown="; ".join(keys))
    return {"differences": 0}


@job(title=_("Rebuild stock balances from the ledger"))
def rebuild_balances(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """Write all balances anew; the ledger is right by definition."""
    return {"corrected": commands.rebuild_balances(ctx)}


@queue.periodic(cron="41 2 * * *")
@queue.task(name="inventory.prove_books", queueing_lock="inventory.prove_books")
def prove_books(timestamp: int) -> None:
    """Each night, compare all balances with the ledger; the result stands on the page of jobs."""
    compare_balances.start(Ctx.new(actor=system_actor(ACTOR), via="job"))


@queue.periodic(cron="*/15 * * * *")
@queue.task(name="inventory.lapse_reservations", queueing_lock="inventory.lapse_reservations")
def lapse_reservations(timestamp: int) -> None:
    """Four times an hour, free what was reserved for a while only."""
    ctx = Ctx.new(actor=system_actor(ACTOR), via="job")
    if queries.lapsed(at=ctx.now).exists():
        commands.lapse_reservations(ctx)
