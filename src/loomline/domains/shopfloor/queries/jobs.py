"""What is on at a work centre and what comes next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import F, Q, Sum

from loomline.domains.manufacturing.models import StageState, WorkOrder, WorkStage, WorkState
from loomline.domains.shopfloor.models import Report, TimeEntry, TimeKind
from loomline.domains.workcentres.models import WorkCentre

OPEN = (StageState.RUNNING, StageState.READY, StageState.WAITING)
ACTIVE = (WorkState.RELEASED, WorkState.RUNNING, WorkState.PAUSED)


@dataclass(frozen=True, slots=True)
class Job:
    """A stage at a work centre: what its clock shows, and what was reported of it."""

    stage: WorkStage
    clock: TimeEntry | None
    good: Decimal
    rejected: Decimal

    @property
    def runs(self) -> bool:
        """True while somebody sets it up or works on it."""
        return self.clock is not None and self.clock.kind != TimeKind.STOP

    @property
    def stands(self) -> bool:
        """True while it stands for a reason."""
        return self.clock is not None and self.clock.kind == TimeKind.STOP

    @property
    def into(self) -> Decimal:
        """What is to be worked on."""
        return self.stage.quantity if self.stage.quantity_in is None else self.stage.quantity_in

    @property
    def left(self) -> Decimal:
        """What was not reported yet."""
        return max(self.into - self.good - self.rejected, Decimal(0))


@dataclass(frozen=True, slots=True)
class Booked:
    """What of a stage was planned in minutes, and what its clock says."""

    stage: WorkStage
    planned: Decimal
    setup: float
    run: float
    stops: float


def jobs_at(*, centre: WorkCentre) -> list[Job]:
    """What runs or stands at a centre, then what may begin, then what is to come. Three statements."""
    rows = (
        WorkStage.objects.filter(centre=centre, state__in=OPEN, work__state__in=ACTIVE)
        .select_related("work__item", "work__style", "unit", "centre", "item", "lot")
        .order_by(F("expected_start").asc(nulls_last=True), "work__priority", "pk")
    )
    found = _jobs(list(rows))
    turn = {StageState.RUNNING: 1, StageState.READY: 2, StageState.WAITING: 3}
    return sorted(
        found,
        key=lambda job: (
            0 if job.clock is not None else turn[job.stage.state],
            job.stage.work.priority,
            job.stage.expected_start or date.max,
            job.stage.pk,
        ),
    )


def board(*, centres: Iterable[WorkCentre]) -> dict[int, list[TimeEntry]]:
    """The clocks that run at each work centre now. Costs one statement."""
    found: dict[int, list[TimeEntry]] = {centre.pk: [] for centre in centres}
    rows = TimeEntry.objects.filter(centre__in=list(found), ended_at=None)
    for entry in rows.select_related("reason", "stage__work__item", "stage__work__style").order_by("pk"):
        found[entry.centre_id].append(entry)
    return found


def scanned(*, code: str, centre: WorkCentre | None = None) -> list[WorkStage]:
    """The open stages that a scanned code names: a work order, one of its stages (W-7/2), or a lot in it.

    What may be worked on comes first; with a centre, only its own.
    """
    number, _slash, position = code.strip().partition("/")
    works = WorkOrder.objects.filter(number__iexact=number)
    if not works.exists():
        lots = Q(uses__lot__number__iexact=code.strip()) | Q(outputs__lot__number__iexact=code.strip())
        works, position = WorkOrder.objects.filter(lots), ""
    rows = WorkStage.objects.filter(work__in=works.values("pk"), state__in=OPEN, work__state__in=ACTIVE)
    if centre is not None:
        rows = rows.filter(centre=centre)
    if position.isdigit():
        rows = rows.filter(position=int(position))
    turn = {StageState.RUNNING: 0, StageState.READY: 1, StageState.WAITING: 2}
    found = rows.select_related("work", "centre")
    return sorted(found, key=lambda stage: (turn[stage.state], stage.work_id, stage.position))


def booked(*, work: WorkOrder, now: datetime) -> list[Booked]:
    """What each stage of a work order took, beside what was planned. Costs two statements."""
    minutes: dict[tuple[int, str], float] = defaultdict(float)
    for entry in TimeEntry.objects.filter(stage__work=work):
        minutes[entry.stage_id or 0, entry.kind] += entry.minutes(until=now)
    return [
        Booked(
            stage,
            stage.standard_minutes,
            minutes[stage.pk, TimeKind.SETUP],
            minutes[stage.pk, TimeKind.RUN],
            minutes[stage.pk, TimeKind.STOP],
        )
        for stage in work.stages.order_by("position")
    ]


def worked(*, stage: WorkStage, now: datetime) -> Decimal:
    """The minutes of set-up and work that a stage took; what is standard for it where nobody has said."""
    rows = TimeEntry.objects.filter(stage=stage, kind__in=(TimeKind.SETUP, TimeKind.RUN))
    minutes = sum(entry.minutes(until=now) for entry in rows)
    return Decimal(str(round(minutes, 4))) if minutes else stage.standard_minutes


def _jobs(stages: list[WorkStage]) -> list[Job]:
    keys = [stage.pk for stage in stages]
    clocks = {
        entry.stage_id: entry
        for entry in TimeEntry.objects.filter(stage__in=keys, ended_at=None).select_related(
            "reason", "person"
        )
    }
    sums = Report.objects.filter(stage__in=keys).order_by().values_list("stage_id")
    counted = {pk: (good, lost) for pk, good, lost in sums.annotate(a=Sum("good"), b=Sum("rejected"))}
    nothing = (Decimal(0), Decimal(0))
    return [Job(stage, clocks.get(stage.pk), *counted.get(stage.pk, nothing)) for stage in stages]
