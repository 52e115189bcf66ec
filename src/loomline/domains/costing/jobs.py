"""What costing does by itself: late values are handed on step by step, and the books are proven at night."""

from __future__ import annotations

from typing import Any

from django.db import close_old_connections
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue

from loomline.domains.costing import commands, queries
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, JobState, job
from loomline.kernel.refusal import Refused

ACTOR = "Costing"
SHOWN = 10


class ValuesDiffer(Refused):
    """Two books that must be equal are not."""

    says = _(
        "{count} values differ: {shown}. Rebuild what is left of layers, and look for who wrote past the"
        " commands."
    )


@queue.periodic(cron="* * * * * */5")
@queue.task(name="costing.value", queueing_lock="costing.value", lock="costing.value")
def value(timestamp: int) -> None:
    """Every few seconds, value what has been moved; each batch is a transaction of its own."""
    close_old_connections()
    while queries.behind().waiting:
        if not commands.value_pending(Ctx.new(actor=system_actor(ACTOR), via="job")):
            return


@job(title=_("Hand late costs on to what was used"))
def reprice(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """Reprice the uses of layers whose value has changed; each step is a transaction of its own."""
    done = 0
    while True:
        first = queries.waiting().values_list("layer__item", flat=True).first()
        if first is not None:
            done += commands.reprice_step(ctx, item=first)
        elif not commands.settle_again(ctx):
            return {"uses": done}
        run.report(done, done + queries.waiting().count(), _t("{n} uses repriced").format(n=done))


@job(title=_("Compare cost layers with stock and accounts"))
def compare_values(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """Layers must be what their entries say, hold what lies in stock, and be worth what the accounts show."""
    found = [*queries.compare_layers(), *queries.compare_accounts(), *queries.compare_stock()]
    if found:
        shown = [f"{one.what} {one.about_id}: {one.here} ≠ {one.there}" for one in found[:SHOWN]]
        raise ValuesDiffer(count=len(found), shown="; ".join(shown))
    return {"differences": 0}


@job(title=_("Rebuild what is left of cost layers"))
def rebuild_layers(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """Write the rest of all layers anew; the cost ledger is right by definition."""
    return {"corrected": commands.rebuild_layers(ctx)}


@job(title=_("Value stock from before costing"))
def open_values(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """Give a cost to stock that was there before anybody kept it."""
    done = 0
    while some := commands.open_values(ctx):
        done += some
        run.report(done, done)
    return {"items": done}


@queue.periodic(cron="* * * * *")
@queue.task(name="costing.hand_on", queueing_lock="costing.hand_on")
def hand_on(timestamp: int) -> None:
    """Each minute, value items as their pages say, and go on with what waits to be repriced."""
    if queries.costings_to_follow().exists():
        commands.follow_items(Ctx.new(actor=system_actor(ACTOR), via="job"))
    if not queries.waiting().exists() and not queries.work_to_settle().exists():
        return
    busy = JobRun.objects.filter(name=reprice.name, state__in=(JobState.WAITING, JobState.RUNNING))
    if not busy.exists():
        reprice.start(Ctx.new(actor=system_actor(ACTOR), via="job"))


@queue.periodic(cron="17 3 * * *")
@queue.task(name="costing.prove_values", queueing_lock="costing.prove_values")
def prove_values(timestamp: int) -> None:
    """Each night, compare the books; the result stands on the page of jobs."""
    compare_values.start(Ctx.new(actor=system_actor(ACTOR), via="job"))
