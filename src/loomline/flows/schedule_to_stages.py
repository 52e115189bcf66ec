"""A schedule that is kept gives the stages of work orders their days; who waits for them hears of it."""

from __future__ import annotations

from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.scheduling import queries as scheduling
from loomline.domains.scheduling.events import OperationMoved, ScheduleImproved, WorkScheduled
from loomline.kernel.context import Ctx
from loomline.kernel.event import on


@on(WorkScheduled)
def work_scheduled(ctx: Ctx, event: WorkScheduled) -> None:
    """Everything was placed anew."""
    manufacturing.take_schedule(ctx, days=scheduling.days_of_stages(ctx))


@on(ScheduleImproved)
def schedule_improved(ctx: Ctx, event: ScheduleImproved) -> None:
    """A better schedule was found."""
    manufacturing.take_schedule(ctx, days=scheduling.days_of_stages(ctx))


@on(OperationMoved)
def operation_moved(ctx: Ctx, event: OperationMoved) -> None:
    """A planner moved one operation, and others made room."""
    manufacturing.take_schedule(ctx, days=scheduling.days_of_stages(ctx))
