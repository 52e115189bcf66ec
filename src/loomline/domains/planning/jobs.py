"""What planning does by itself."""

from __future__ import annotations

from procrastinate.contrib.django import app as queue

from loomline.domains.planning import commands, queries
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx

ACTOR = "Planner"


@queue.periodic(cron="7,22,37,52 * * * *")
@queue.task(name="planning.lapse_holds", queueing_lock="planning.lapse_holds")
def lapse_holds(timestamp: int) -> None:
    """Four times an hour, free what was held for quotes until a day that is over."""
    ctx = Ctx.new(actor=system_actor(ACTOR), via="job")
    if queries.holds_over(today=ctx.today).exists():
        commands.lapse_holds(ctx)
