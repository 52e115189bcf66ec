"""What counting does by itself: in the night it writes the sheets of what is due."""

from __future__ import annotations

from procrastinate.contrib.django import app as queue

from loomline.domains.counting import commands
from loomline.domains.counting.models import CountRule
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx


@queue.periodic(cron="11 4 * * *")
@queue.task(name="counting.open_due_counts", queueing_lock="counting.open_due_counts")
def open_due_counts(timestamp: int) -> None:
    """Each night, a sheet for every site of ours where something is due to be counted."""
    if CountRule.objects.exists():
        commands.open_due_counts(Ctx.new(actor=system_actor("Stock keeping"), via="job"))
