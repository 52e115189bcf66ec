"""The ledger is written every minute, and settled with it."""

from __future__ import annotations

from django.db import close_old_connections
from procrastinate.contrib.django import app as queue

from loomline.domains.promises import commands
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx

ACTOR = "Promises"
NEWS = "promises.read_news"


@queue.periodic(cron="* * * * *")
@queue.task(name=NEWS, queueing_lock=NEWS, lock=NEWS)
def read_news(timestamp: int) -> None:
    """Hear what was promised, kept and given up."""
    close_old_connections()
    commands.read_news(Ctx.new(actor=system_actor(ACTOR), via="job"))
