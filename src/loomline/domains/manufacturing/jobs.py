"""What the worker does for manufacturing: each morning it notices what should have happened and has not."""

from __future__ import annotations

from procrastinate.contrib.django import app as queue

from loomline.domains.accounts import queries as accounts
from loomline.domains.manufacturing import commands
from loomline.kernel.context import Ctx


@queue.periodic(cron="41 4 * * *")
@queue.task(name="manufacturing.move_overdue_work", queueing_lock="manufacturing.move_overdue_work")
def move_overdue_work(timestamp: int) -> None:
    """Move what stands on stages that nobody has reported as begun or ended in time."""
    commands.move_overdue_work(Ctx.new(actor=accounts.system_actor("Planning"), via="job"))
