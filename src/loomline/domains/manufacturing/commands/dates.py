"""When work is expected: computed again whenever something about it changes, told when it moves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.bills.queries import Step, forward
from loomline.domains.manufacturing import queries
from loomline.domains.manufacturing.commands.planning import BATCH, slots_for
from loomline.domains.manufacturing.commands.telling import late, said_of
from loomline.domains.manufacturing.events import WorkMoved
from loomline.domains.manufacturing.models import StageState, WorkLine, WorkOrder, WorkStage
from loomline.domains.manufacturing.models.work import OPEN
from loomline.domains.sites import queries as sites
from loomline.kernel.calendar import WorkCalendar
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.wording import moved_by

Calendars = Mapping[int | None, WorkCalendar]


class NoDayGiven(Refused):
    """A new plan needs a day to stand on."""

    says = _("Say when the materials are ready or when {work} is due, or both.")


class AlreadyEnded(Refused):
    """What has ended is not planned any more."""

    says = _("{work} is {state}; its days are history.")


@command(label=_("Plan anew"), icon="calendar-event", states=OPEN)
def replan_work(
    ctx: Ctx, *, work: WorkOrder, starts_on: date | None = None, due_on: date | None = None
) -> WorkOrder:
    """Give a work order new days: forward from its materials, or backward from the day it is due."""
    work = lock(work)

    if starts_on is None and due_on is None:
        raise NoDayGiven(work=work.number)
    if not work.is_open:
        raise AlreadyEnded(work=work.number, state=work.state.label.lower())

    work.due_on = due_on or work.due_on
    stages = _stages([work])[work.pk]
    calendars = calendars_of(stages, [work])
    slots = slots_for(
        [_fresh(stage, calendars, work) for stage in stages],
        starts_on=starts_on,
        due_on=work.due_on,
        today=ctx.today,
    )
    for stage, slot in zip(stages, slots, strict=True):
        if stage.started_at is None:
            stage.planned_start, stage.planned_end, stage.scheduled_days = slot.start, slot.end, None
    WorkStage.objects.bulk_update(stages, ["planned_start", "planned_end", "scheduled_days"])
    work.starts_on = starts_on or (slots[0].start if slots else work.due_on)
    work.planned_on = slots[-1].end if slots else work.due_on or work.starts_on
    WorkOrder.objects.filter(pk=work.pk).update(
        due_on=work.due_on, starts_on=work.starts_on, planned_on=work.planned_on
    )
    expect(ctx, works=[work], causes={work.pk: _t("planned anew")})
    return work


@command(hidden=True)
def move_materials(ctx: Ctx, *, starts: dict[int, date], causes: dict[int, str]) -> list[WorkOrder]:
    """Note for many work orders that their materials are ready on other days than we believed, and why."""
    works: list[WorkOrder] = lock_all(WorkOrder.objects.filter(pk__in=starts).select_related("item", "style"))
    moved = [work for work in works if work.is_open and work.starts_on != starts[work.pk]]

    for work in moved:
        work.starts_on = starts[work.pk]
    WorkOrder.objects.bulk_update(moved, ["starts_on"])
    expect(ctx, works=moved, causes=causes)
    return moved


@command(hidden=True)
def move_overdue_work(ctx: Ctx) -> list[WorkOrder]:
    """Believe the calendar: a stage that should have begun or ended by now, and has not, is late."""
    overdue: dict[int, WorkStage] = {}
    for stage in queries.late_stages(on=ctx.today):
        overdue.setdefault(stage.work_id, stage)
    works: list[WorkOrder] = lock_all(
        WorkOrder.objects.filter(pk__in=overdue).select_related("item", "style")
    )

    expect(ctx, works=works, causes={pk: late(stage) for pk, stage in overdue.items()})
    return works


@command(hidden=True)
def take_schedule(ctx: Ctx, *, days: dict[int, tuple[date, date | None]]) -> list[WorkOrder]:
    """Let stages run on the days that a schedule by the minute gave them, so that whoever waits sees them.

    Without a last day a stage takes its own working days from the first one. What has begun keeps its start.
    Returns the work orders with a stage on other days than before.
    """
    keys = WorkStage.objects.filter(pk__in=days).values("work")
    works: list[WorkOrder] = lock_all(WorkOrder.objects.filter(pk__in=keys).select_related("item", "style"))
    by_work = _stages(works) if works else {}
    calendars = calendars_of([stage for rows in by_work.values() for stage in rows], works)

    changed: list[WorkStage] = []
    moved: list[WorkOrder] = []
    for work in works:
        stages = [stage for stage in by_work[work.pk] if stage.pk in days and stage.is_open]
        found = [s for s in stages if _schedule(ctx, s, *days[s.pk], calendar_of(s, work, calendars))]
        if found:
            first = by_work[work.pk][0].planned_start
            work.starts_on = min((day for day in (work.starts_on, first) if day), default=None)
            changed += found
            moved.append(work)
    WorkStage.objects.bulk_update(
        changed, ["planned_start", "planned_end", "scheduled_days"], batch_size=BATCH
    )
    WorkOrder.objects.bulk_update(moved, ["starts_on"], batch_size=BATCH)
    expect(ctx, works=moved, causes={work.pk: _t("scheduled anew") for work in moved})
    return moved


def _schedule(ctx: Ctx, stage: WorkStage, first: date, last: date | None, calendar: WorkCalendar) -> bool:
    """Put a stage on its days; a day that its place does not work counts as the next one that it does."""
    before = stage.planned_start, stage.planned_end, stage.scheduled_days
    begun = _day(ctx, stage.started_at)
    start = calendar.on_or_after(first) if begun is None else begun
    end = calendar.add(start, max(stage.days - 1, 0)) if last is None else calendar.on_or_after(last)
    if begun is None:
        stage.planned_start = start
    elif last is None:
        return False
    stage.planned_end = max(end, stage.planned_start or start)
    stage.scheduled_days = stage.days if last is None else max(calendar.between(start, end) + 1, 1)
    return before != (stage.planned_start, stage.planned_end, stage.scheduled_days)


def expect(ctx: Ctx, *, works: Sequence[WorkOrder], causes: Mapping[int, str]) -> None:
    """Compute again when the stages of these work orders run, write what moved and tell which works moved."""
    if not works:
        return
    by_work = _stages(works)
    calendars = calendars_of([stage for rows in by_work.values() for stage in rows], works)
    changed: list[WorkStage] = []
    moved: list[tuple[WorkOrder, date | None]] = []
    for work in works:
        changed += _expect_stages(ctx, work, by_work[work.pk], calendars)
        was, now = work.expected_on, _end_of(work, by_work[work.pk])
        if now != was:
            work.expected_on = now
            work.cause = (
                causes.get(work.pk, "")[:300] if now and work.planned_on and now > work.planned_on else ""
            )
            moved.append((work, was))
    WorkStage.objects.bulk_update(changed, ["expected_start", "expected_end"])
    WorkOrder.objects.bulk_update([work for work, _was in moved], ["expected_on", "cause"])
    _tell(ctx, moved, causes)


def calendars_of(stages: Iterable[WorkStage], works: Iterable[WorkOrder]) -> Calendars:
    """The calendars of all places that stages run at and goods come to. Costs two statements."""
    places = {stage.site.pk: stage.site for stage in stages if stage.site is not None}
    places |= {work.site.pk: work.site for work in works if work.site_id not in places and work.site}
    return sites.work_calendars(sites=places.values())


def calendar_of(stage: WorkStage, work: WorkOrder, calendars: Calendars) -> WorkCalendar:
    """The calendar a stage runs by: its own place's, or that of the place the goods come to."""
    return calendars[stage.site_id if stage.site_id is not None else work.site_id]


def _stages(works: Sequence[WorkOrder]) -> dict[int, list[WorkStage]]:
    found: dict[int, list[WorkStage]] = {work.pk: [] for work in works}
    rows = (
        WorkStage.objects.filter(work__in=list(found)).select_related("site").order_by("work_id", "position")
    )
    for stage in rows:
        found[stage.work_id].append(stage)
    return found


def _expect_stages(
    ctx: Ctx, work: WorkOrder, stages: Sequence[WorkStage], calendars: Calendars
) -> list[WorkStage]:
    steps = queries.as_scheduled([_step(ctx, stage, work, calendars) for stage in stages], stages)
    slots = forward(steps, start=work.starts_on or ctx.today, today=ctx.today)
    changed = []
    for stage, slot in zip(stages, slots, strict=True):
        if (stage.expected_start, stage.expected_end) != (slot.start, slot.end):
            stage.expected_start, stage.expected_end = slot.start, slot.end
            changed.append(stage)
    return changed


def _end_of(work: WorkOrder, stages: Sequence[WorkStage]) -> date | None:
    if stages:
        return stages[-1].expected_end
    days = [day for day in (work.planned_on, work.starts_on) if day is not None]
    return max(days, default=None)


def _step(ctx: Ctx, stage: WorkStage, work: WorkOrder, calendars: Calendars) -> Step:
    return Step(
        days=stage.days,
        calendar=calendar_of(stage, work, calendars),
        move_days=stage.move_days,
        not_before=stage.planned_start,
        started_on=_day(ctx, stage.started_at),
        ended_on=_day(ctx, stage.ended_at) if stage.state == StageState.DONE else None,
        reported_end=stage.reported_end,
    )


def _fresh(stage: WorkStage, calendars: Calendars, work: WorkOrder) -> Step:
    return Step(days=stage.days, calendar=calendar_of(stage, work, calendars), move_days=stage.move_days)


def _day(ctx: Ctx, moment: datetime | None) -> date | None:
    return None if moment is None else moment.astimezone(ctx.company.zone).date()


def _tell(ctx: Ctx, moved: Sequence[tuple[WorkOrder, date | None]], causes: Mapping[int, str]) -> None:
    lines: dict[int, list[WorkLine]] = defaultdict(list)
    told = [(work, was, work.expected_on) for work, was in moved]
    for line in WorkLine.objects.filter(work__in=[work.pk for work, _was, _now in told]) if told else ():
        lines[line.work_id].append(line)
    for work, was, now in told:
        if was is None or now is None:
            continue
        days = (now - was).days
        misses = work.due_on is not None and now > work.due_on
        ctx.emit(
            WorkMoved(
                **said_of(work, lines[work.pk]),
                was_on=was,
                expected_on=now,
                days=days,
                by=moved_by(days),
                cause=causes.get(work.pk, ""),
                tone="ok" if days < 0 else "bad" if misses else "warn",
            )
        )
