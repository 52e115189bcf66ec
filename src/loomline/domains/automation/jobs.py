"""Rules look around every few seconds; the clock is followed every minute."""

from __future__ import annotations

from django.db import close_old_connections
from procrastinate.contrib.django import app as queue

from loomline.domains.automation import commands, queries
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx

LOOK = "automation.look_around"


def _ctx() -> Ctx:
    return Ctx.new(actor=system_actor(queries.ACTOR), via="job")


@queue.periodic(cron="* * * * * */10")
@queue.task(name=LOOK, queueing_lock=LOOK, lock=LOOK)
def look_around(timestamp: int) -> None:
    """Hear what was told and changed, then do what waits."""
    close_old_connections()
    ctx = _ctx()
    commands.read_events(ctx)
    commands.read_changes(ctx)
    commands.carry_on(ctx)


@queue.periodic(cron="* * * * *")
@queue.task(name="automation.follow_clock", queueing_lock="automation.follow_clock")
def follow_clock(timestamp: int) -> None:
    """Begin what is due."""
    close_old_connections()
    commands.follow_clock(_ctx())
