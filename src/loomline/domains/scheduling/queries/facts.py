"""What is to be placed, and what there is to place it on: read set-wise, in minutes from one moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal
from zoneinfo import ZoneInfo

from loomline.domains.manufacturing.models import StageState, WorkOrder, WorkStage, WorkState
from loomline.domains.manufacturing.models.work import OPEN
from loomline.domains.scheduling import ports
from loomline.domains.scheduling.models import HOUSE_DAYS, Operation, StabilityLimit
from loomline.domains.scheduling.queries.hours import Hours, Lane, day_windows, lane_windows
from loomline.domains.shopfloor import queries as shopfloor
from loomline.domains.sites import queries as sites
from loomline.domains.workcentres import queries as workcentres
from loomline.domains.workcentres.models import Shift, WorkCentre
from loomline.kernel.calendar import WorkCalendar
from loomline.kernel.context import Ctx

WAITS = (StageState.WAITING, StageState.READY, StageState.RUNNING)
DAY = 1440
# Spans of working time are read at least so far ahead, and at most; in between, as far as the work reaches.
NEAREST, FARTHEST = 90, 900
ZERO = Decimal(0)


@dataclass(slots=True)
class Step:
    """A stage that is to be placed: how long, on what, not before when, and where it stood."""

    stage: WorkStage
    centre: WorkCentre | None
    minutes: int
    setup: int = 0
    # The set-up that any operation of its family asks for; of work that runs, none is left to do.
    setup_standard: int = 0
    family: str = ""
    ready: int = 0
    item: str = ""
    lag: int = 0
    until: int | None = None
    kept: Operation | None = None

    @property
    def pk(self) -> int:
        return int(self.stage.pk)

    @property
    def name(self) -> str:
        """How sentences call it."""
        return f"{self.stage.name} of {self.stage.work}"

    @property
    def runs(self) -> bool:
        """True while it is being worked on."""
        return self.stage.state == StageState.RUNNING and self.stage.work.state != WorkState.PAUSED

    @property
    def lanes(self) -> list[Lane]:
        """The machines it can run on; a stage without a work centre has its site to itself."""
        if self.centre is None:
            return [Lane(None, 0, self.stage.site_id or self.stage.work.site_id or 0)]
        return [Lane(self.centre.pk, n) for n in range(1, self.centre.machines + 1)]


@dataclass(frozen=True)
class Facts:
    """Everything that a schedule stands on, as it was at one moment."""

    origin: datetime
    zone: ZoneInfo
    steps: Mapping[int, Step]
    works: Mapping[int, list[Step]]
    hours: Mapping[Lane, Hours]
    dues: Mapping[int, int]
    settled: Mapping[int | None, int]

    def minute(self, at: datetime) -> int:
        """Minutes from the moment the facts were read."""
        return int((at - self.origin).total_seconds() // 60)

    def at(self, minute: int) -> datetime:
        """The moment so many minutes after the facts were read."""
        return self.origin + timedelta(minutes=minute)

    def limit(self, step: Step) -> int:
        """What starts before this minute stays where it is."""
        return self.settled.get(step.centre.pk if step.centre else None, self.settled[None])


def read_facts(ctx: Ctx) -> Facts:
    """Open stages, hours of machines, materials, due days and what is kept. About twenty statements."""
    origin = ctx.now.replace(second=0, microsecond=0)
    stages = _open_stages()
    works = list({stage.work_id: stage.work for stage in stages}.values())
    centres = {stage.centre.pk: stage.centre for stage in stages if stage.centre is not None}
    staffed = set(Shift.objects.filter(centre__in=list(centres)).values_list("centre_id", flat=True))
    centres = {pk: centre for pk, centre in centres.items() if pk in staffed}
    places = {stage.site.pk: stage.site for stage in stages if stage.site is not None}
    places |= {work.site.pk: work.site for work in works if work.site is not None}
    places |= {centre.site.pk: centre.site for centre in centres.values()}
    calendars = sites.work_calendars(sites=places.values())
    steps = _steps(ctx, stages, centres)
    _await_material(ctx, steps, works, origin)
    by_work: dict[int, list[Step]] = defaultdict(list)
    for step in steps.values():
        by_work[step.stage.work_id].append(step)
    _lag(by_work)
    days = _days_needed(steps.values(), centres)
    hours = _hours(ctx, origin, steps.values(), centres, calendars, days)
    return Facts(
        origin=origin,
        zone=ctx.company.zone,
        steps=steps,
        works=dict(by_work),
        hours=hours,
        dues=_dues(ctx, works, origin),
        settled=_settled(ctx, origin, centres, calendars),
    )


def _open_stages() -> list[WorkStage]:
    rows = WorkStage.objects.filter(state__in=WAITS, work__state__in=OPEN)
    related = "work__item", "work__style", "work__site", "site", "partner", "centre__site"
    return list(rows.select_related(*related).order_by("work_id", "position"))


def _steps(ctx: Ctx, stages: Sequence[WorkStage], centres: Mapping[int, WorkCentre]) -> dict[int, Step]:
    left = shopfloor.minutes_left(stages=stages)
    usual = workcentres.usual_day(centres=centres.values())
    kept = {row.stage_id: row for row in Operation.objects.select_related("centre", "pinned_by")}
    found: dict[int, Step] = {}
    for stage in stages:
        centre = centres.get(stage.centre_id or 0)
        step = Step(stage, centre, 1, kept=kept.get(stage.pk))
        if centre is None:
            step.minutes = max(stage.days, 1) * DAY
            if step.runs and stage.expected_end is not None:
                step.until = DAY * max((stage.expected_end - ctx.today).days + 1, 1)
        else:
            _measure(step, centre, left[stage.pk], usual[centre.pk])
        found[stage.pk] = step
    return found


def _measure(step: Step, centre: WorkCentre, left: Decimal, daily: Decimal) -> None:
    """Machine minutes of work and set-up; a stage without minutes takes its days."""
    stage = step.stage
    setup = ZERO if step.runs else stage.setup_minutes
    work = left if step.runs else max(left - stage.setup_minutes, ZERO)
    if not stage.run_minutes and not stage.setup_minutes:
        work = stage.days * daily / centre.machines
    step.minutes = max(_up(work / centre.efficiency), 1)
    step.setup = _up(setup / centre.efficiency)
    step.setup_standard = _up(stage.setup_minutes / centre.efficiency)
    step.family = f"{stage.work.bill_id or stage.work_id}.{stage.position}.{_up(stage.setup_minutes)}"


def _up(minutes: Decimal) -> int:
    return int(minutes.to_integral_value(ROUND_CEILING))


def _await_material(
    ctx: Ctx, steps: Mapping[int, Step], works: Sequence[WorkOrder], origin: datetime
) -> None:
    first: dict[int, Step] = {}
    at: dict[tuple[int, int], Step] = {}
    for step in steps.values():
        first.setdefault(step.stage.work_id, step)
        at[step.stage.work_id, step.stage.position] = step
    for material in ports.materials(ctx, works=works):
        begins = first[material.work_id]
        step = at.get((material.work_id, material.position or 0), begins)
        zone = step.stage.work.site.zone if step.stage.work.site else ctx.company.zone
        minute = _minute(origin, datetime.combine(material.day, time.min, zone))
        if not step.runs and minute > step.ready:
            step.ready, step.item = minute, material.item


def _lag(works: Mapping[int, list[Step]]) -> None:
    """Waiting before a stage and the way from the one before, as time that passes."""
    for steps in works.values():
        before: WorkStage | None = None
        for step in steps:
            way = before.move_days * DAY + int(before.move_minutes) if before is not None else 0
            step.lag = way + (int(step.stage.queue_minutes) if before is not None else 0)
            before = step.stage


def _days_needed(steps: Iterable[Step], centres: Mapping[int, WorkCentre]) -> int:
    """So many days ahead there is surely room for everything."""
    asked: dict[int, int] = defaultdict(int)
    elsewhere: dict[int, int] = defaultdict(int)
    ready = 0
    for step in steps:
        ready = max(ready, step.ready // DAY)
        if step.centre is not None:
            asked[step.centre.pk] += step.minutes + step.setup
        else:
            elsewhere[step.stage.work_id] += step.minutes // DAY + step.lag // DAY
    weekly = workcentres.weekly_minutes(centres=centres.values())
    weeks = sum(asked[pk] / max(weekly[pk], 1) for pk in asked)
    return min(NEAREST + ready + int(weeks * 14) + 2 * max(elsewhere.values(), default=0), FARTHEST)


def _hours(
    ctx: Ctx,
    origin: datetime,
    steps: Iterable[Step],
    centres: Mapping[int, WorkCentre],
    calendars: Mapping[int | None, WorkCalendar],
    days: int,
) -> dict[Lane, Hours]:
    first, last = ctx.today - timedelta(days=1), ctx.today + timedelta(days=days)
    spans = workcentres.spans(centres=centres.values(), first=first, last=last)
    found: dict[Lane, Hours] = {}
    for step in steps:
        for lane in step.lanes:
            if lane in found:
                continue
            if lane.centre_id is not None:
                rows = [span for day in spans[lane.centre_id].values() for span in day]
                found[lane] = lane_windows(rows, lane.machine, origin)
            else:
                place = step.stage.site or step.stage.work.site
                zone = place.zone if place is not None else ctx.company.zone
                calendar = calendars[place.pk if place is not None else None]
                found[lane] = day_windows(calendar, zone, first, last, origin)
    return found


def _dues(ctx: Ctx, works: Sequence[WorkOrder], origin: datetime) -> dict[int, int]:
    by_key = {work.pk: work for work in works}
    found = {}
    for pk, day in ports.dues(ctx, works=works).items():
        place = by_key[pk].site
        zone = place.zone if place is not None else ctx.company.zone
        found[pk] = _minute(origin, datetime.combine(day + timedelta(days=1), time.min, zone))
    return found


def _settled(
    ctx: Ctx,
    origin: datetime,
    centres: Mapping[int, WorkCentre],
    calendars: Mapping[int | None, WorkCalendar],
) -> dict[int | None, int]:
    said: dict[int | None, int] = dict(StabilityLimit.objects.values_list("centre_id", "working_days"))
    house = said.get(None, HOUSE_DAYS)
    found: dict[int | None, int] = {
        None: _minute(origin, _end_of(calendars[None], ctx.today, house, ctx.company.zone))
    }
    for pk, centre in centres.items():
        calendar = calendars[centre.site_id]
        end = _end_of(calendar, ctx.today, said.get(pk, house), centre.site.zone)
        found[pk] = _minute(origin, end)
    return found


def _end_of(calendar: WorkCalendar, today: date, days: int, zone: ZoneInfo) -> datetime:
    """The midnight after so many working days, today counted when it is one."""
    if days == 0:
        return datetime.combine(today, time.min, zone)
    last = calendar.add(calendar.on_or_after(today), days - 1) if days > 1 else calendar.on_or_after(today)
    return datetime.combine(last + timedelta(days=1), time.min, zone)


def _minute(origin: datetime, at: datetime) -> int:
    return int((at - origin).total_seconds() // 60)
