"""Machines that stand make the work at them later, and the orders that wait for it; until they do not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _t

from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing.models import StageState, WorkStage
from loomline.domains.planning.models import Standstill
from loomline.domains.sites import queries as sites
from loomline.domains.workcentres.models import Window, WorkCentre
from loomline.kernel.calendar import WorkCalendar
from loomline.kernel.command import command
from loomline.kernel.context import Ctx

OPEN = (StageState.WAITING, StageState.READY, StageState.RUNNING)
Believed = tuple[date | None, str]


@command(hidden=True)
def wait_for_centre(ctx: Ctx, *, window: Window) -> list[WorkStage]:
    """Make the stages at a work centre later by the working days for which its machines stand.

    A stop within one day costs no day. Returns the stages that end later.
    """
    first, last = _days(ctx, window)
    rows = WorkStage.objects.filter(centre=window.centre, state__in=OPEN, expected_end__gte=first)
    stages = list(rows.filter(expected_start__lt=last).order_by("work", "position"))
    calendar = sites.work_calendar(window.centre.site)

    # A stage may have been moved already by the one before it.
    stood = {stage.pk: (stage.expected_start or first, stage.expected_end or first) for stage in stages}
    found = []
    for stage in stages:
        start, end = stood[stage.pk]
        late = _after_stop(start, end, calendar, first, last)
        stage.refresh_from_db()
        if stage.expected_end is None or late <= stage.expected_end:
            continue
        made = Standstill(
            window_id=window.pk,
            stage=stage,
            starts_on=start,
            ends_on=end,
            reported_before=stage.reported_end,
            cause_before=stage.cause,
        )
        stage = manufacturing.report_stage_delay(ctx, stage=stage, reason=window.reason, expected_end=late)
        made.reported_end = stage.reported_end or late
        made.save()
        found.append(stage)
    return found


@command(hidden=True)
def wait_no_longer(ctx: Ctx, *, centre: WorkCentre, window_id: int) -> list[WorkStage]:
    """Let the days come back that a stop has moved, as if it had not been, or had ended when it does now.

    Where somebody has reported another end since, that stands. Returns the stages that are believed anew.
    """
    moved = Standstill.objects.filter(window_id=window_id).values("stage")
    by_stage: dict[int, list[Standstill]] = defaultdict(list)
    for row in Standstill.objects.filter(stage__in=moved).select_related("stage").order_by("pk"):
        by_stage[row.stage_id].append(row)
    kept = {row.window_id for rows in by_stage.values() for row in rows}
    windows = Window.objects.in_bulk(kept)
    calendar = sites.work_calendar(centre.site)

    ends: dict[int, Believed] = {}
    for pk, rows in by_stage.items():
        stage, at = rows[0].stage, next(n for n, row in enumerate(rows) if row.window_id == window_id)
        known = stage.reported_end == rows[-1].reported_end
        believed = _again(ctx, rows[at:], windows, calendar)
        if known and stage.state in OPEN:
            ends[pk] = believed
    reason = _t("downtime of {centre} ends earlier").format(centre=centre)
    return manufacturing.believe_ends(ctx, ends=ends, reason=reason)


def _again(
    ctx: Ctx, rows: Sequence[Standstill], windows: Mapping[int, Window], calendar: WorkCalendar
) -> Believed:
    """What is believed of a stage when the stops from the first of these on are reckoned again."""
    end, reported, cause = rows[0].ends_on, rows[0].reported_before, rows[0].cause_before
    for row in rows:
        window = windows.get(row.window_id)
        late = _after_stop(row.starts_on, end, calendar, *_days(ctx, window)) if window is not None else end
        if window is None or late <= end:
            row.delete()
            continue
        row.ends_on, row.reported_before, row.cause_before, row.reported_end = end, reported, cause, late
        row.save()
        end, reported, cause = late, late, window.reason[:300]
    return reported, cause


def _days(ctx: Ctx, window: Window) -> tuple[date, date]:
    first, last = (
        moment.astimezone(ctx.company.zone).date() for moment in (window.starts_at, window.ends_at)
    )
    return first, last


def _after_stop(start: date, end: date, calendar: WorkCalendar, first: date, last: date) -> date:
    """The end of a stage that cannot go on from one day to another."""
    lost = calendar.between(max(start, first), last)
    return calendar.add(end, lost) if lost > 0 else end
