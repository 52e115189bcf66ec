"""Machines that stand make the work at them later, and the orders that wait for it."""

from __future__ import annotations

from datetime import date, datetime

from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing.models import StageState, WorkStage
from loomline.domains.sites import queries as sites
from loomline.domains.workcentres.models import WorkCentre
from loomline.kernel.calendar import WorkCalendar
from loomline.kernel.command import command
from loomline.kernel.context import Ctx

OPEN = (StageState.WAITING, StageState.READY, StageState.RUNNING)


@command(hidden=True)
def wait_for_centre(
    ctx: Ctx, *, centre: WorkCentre, starts_at: datetime, ends_at: datetime, reason: str
) -> list[WorkStage]:
    """Make the stages at a work centre later by the working days for which its machines stand.

    A stop within one day costs no day. Returns the stages that end later.
    """
    first, last = (moment.astimezone(ctx.company.zone).date() for moment in (starts_at, ends_at))
    rows = WorkStage.objects.filter(centre=centre, state__in=OPEN, expected_end__gte=first)
    stages = list(rows.filter(expected_start__lt=last).order_by("work", "position"))
    calendar = sites.work_calendar(centre.site)

    # A stage may have been moved already by the one before it.
    late = {stage.pk: _after_stop(stage, calendar, first, last) for stage in stages}
    found = []
    for stage in stages:
        stage.refresh_from_db()
        if stage.expected_end is not None and late[stage.pk] > stage.expected_end:
            found.append(
                manufacturing.report_stage_delay(ctx, stage=stage, reason=reason, expected_end=late[stage.pk])
            )
    return found


def _after_stop(stage: WorkStage, calendar: WorkCalendar, first: date, last: date) -> date:
    """The end of a stage that cannot go on from one day to another."""
    start, end = stage.expected_start or first, stage.expected_end or first
    lost = calendar.between(max(start, first), last)
    return calendar.add(end, lost) if lost > 0 else end
