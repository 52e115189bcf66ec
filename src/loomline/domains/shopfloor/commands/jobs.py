"""Working on a job: setting up, running, standing, reporting and finishing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import F, Sum, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing.models import StageState, WorkLine, WorkStage, WorkState
from loomline.domains.shopfloor.events import JobReported, JobStarted, JobStopped
from loomline.domains.shopfloor.models import Report, ScrapReason, StopReason, TimeEntry, TimeKind
from loomline.domains.workcentres.models import WorkCentre
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import PLACES
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused, Warned

WORKING = (TimeKind.SETUP, TimeKind.RUN)


class NoCentre(Refused):
    """A job runs at a work centre."""

    says = _("{stage} of {work} is planned at no work centre. Give it one first.")


class JobNotReady(Refused):
    """Only what may begin begins."""

    says = _("{stage} of {work} is {state}. It can be worked on once it is ready.")


class AlreadyRuns(Refused):
    """One clock a job."""

    says = _("{stage} of {work} runs already.")


class WorkRests(Refused):
    """No machine runs for work that rests."""

    says = _("{stage} cannot go on: {work} is paused: {reason}. Resume the work order first.")


class NotSetUp(Refused):
    """A run follows a set-up."""

    says = _("{stage} of {work} is not being set up now.")


class StandsAlready(Refused):
    """Nothing runs that could be stopped."""

    says = _("{stage} of {work} is not running now.")


class MachinesBusy(Warned):
    """More jobs than machines."""

    says = _("{centre} has {machines} machines and {running} jobs running. Start this one as well?")


class NothingReported(Refused):
    """A report counts something."""

    says = _("Say how many came out, good or rejected. Neither can be negative.")


class ScrapWithoutReason(Refused):
    """A reason for each reject is what makes the next one avoidable."""

    says = _("Say why they were rejected.")


class WhichItem(Refused):
    """Several items come out of this work order."""

    says = _("{work} makes several items. Say which of them came out.")


@command(label=_("Start at the machine"), icon="player-play", hidden=True)
def start_job(ctx: Ctx, *, stage: WorkStage) -> TimeEntry:
    """Work on a job: its set-up first, or going on after it stood."""
    stage = _locked(stage)
    centre, now = _centre(stage), _clock(stage)

    if now is not None and now.kind in WORKING:
        raise AlreadyRuns(stage=stage, work=stage.work.number)
    if stage.state not in (StageState.READY, StageState.RUNNING):
        raise JobNotReady(stage=stage, work=stage.work.number, state=stage.state.label.lower())
    if stage.work.state == WorkState.PAUSED:
        raise WorkRests(stage=stage, work=stage.work.number, reason=stage.work.cause)
    running = TimeEntry.objects.filter(centre=centre, ended_at=None, kind__in=WORKING).count()
    if running >= centre.machines:
        ctx.warn(MachinesBusy(centre=centre, machines=centre.machines, running=running))

    if stage.state == StageState.READY:
        manufacturing.start_stage(ctx, stage=stage)
    worked = TimeEntry.objects.filter(stage=stage, kind__in=WORKING).exists()
    kind = TimeKind.RUN if worked or not stage.setup_minutes else TimeKind.SETUP
    _end(ctx, now)
    entry = _begin(ctx, stage, kind)

    ctx.emit(JobStarted(**said_of(stage), what=str(kind.label).lower()))
    return entry


@command(label=_("Set-up is done"), icon="circle-check", hidden=True)
def run_job(ctx: Ctx, *, stage: WorkStage) -> TimeEntry:
    """End the set-up of a job: the first good piece is out."""
    stage = _locked(stage)
    now = _clock(stage)

    if now is None or now.kind != TimeKind.SETUP:
        raise NotSetUp(stage=stage, work=stage.work.number)

    _end(ctx, now)
    entry = _begin(ctx, stage, TimeKind.RUN)

    ctx.emit(JobStarted(**said_of(stage), what=str(TimeKind.RUN.label).lower()))
    return entry


@command(label=_("Pause at the machine"), icon="player-pause", hidden=True)
def pause_job(ctx: Ctx, *, stage: WorkStage, reason: StopReason, note: str = "") -> TimeEntry:
    """Let a job stand, and say why."""
    stage = _locked(stage)
    now = _clock(stage)

    if now is None or now.kind not in WORKING:
        raise StandsAlready(stage=stage, work=stage.work.number)

    _end(ctx, now)
    entry = _begin(ctx, stage, TimeKind.STOP, reason=reason, note=note)

    ctx.emit(JobStopped(**said_of(stage), reason=" ".join(part for part in (reason.name, note) if part)))
    return entry


@command(label=_("Report output"), icon="clipboard-check", hidden=True)
def report_job(
    ctx: Ctx,
    *,
    stage: WorkStage,
    good: Decimal = Decimal(0),
    rejected: Decimal = Decimal(0),
    reason: ScrapReason | None = None,
    lot: str = "",
    line: WorkLine | None = None,
    hand_over: bool = False,
) -> Report:
    """Say what came out so far; finished goods come into stock, a part may be handed over."""
    stage = _locked(stage)

    if min(good, rejected) < 0 or good + rejected == 0:
        raise NothingReported(at_field="good")
    if rejected and reason is None:
        raise ScrapWithoutReason(at_field="reason")
    if stage.state != StageState.RUNNING:
        raise JobNotReady(stage=stage, work=stage.work.number, state=stage.state.label.lower())

    report = _report(ctx, stage, good, rejected, reason, lot)
    if _is_last(stage):
        _into_stock(ctx, stage, good, rejected, lot, line)
    elif hand_over and good:
        manufacturing.hand_over_stage(ctx, stage=stage, quantity=good, lot=lot)

    ctx.emit(
        JobReported(
            **said_of(stage),
            good=good,
            rejected=rejected,
            unit=stage.unit.code if stage.unit else "",
            reason=_t("because: {reason}").format(reason=reason) if reason else "",
        )
    )
    return report


@command(label=_("Finish at the machine"), icon="circle-check", hidden=True)
def finish_job(
    ctx: Ctx,
    *,
    stage: WorkStage,
    good: Decimal = Decimal(0),
    rejected: Decimal = Decimal(0),
    reason: ScrapReason | None = None,
    lot: str = "",
    line: WorkLine | None = None,
) -> WorkStage:
    """End a job with all that was reported, and what came out last."""
    stage = _locked(stage)

    if good or rejected:
        report_job(ctx, stage=stage, good=good, rejected=rejected, reason=reason, lot=lot, line=line)
    done, lost = reported(stage)
    if done + lost == 0:
        raise NothingReported(at_field="good")

    _end(ctx, _clock(stage))
    return manufacturing.finish_stage(
        ctx, stage=stage, quantity_out=done, rejected=lost, lot="" if _is_last(stage) else lot
    )


@command(hidden=True)
def end_clocks(ctx: Ctx, *, stages: list[WorkStage]) -> int:
    """Stop the clocks of jobs that ended or rest, whoever said so. Returns how many ran."""
    running = TimeEntry.objects.filter(stage__in=[stage.pk for stage in stages], ended_at=None)
    return running.update(ended_at=Greatest(F("started_at"), Value(ctx.now)))


def reported(stage: WorkStage) -> tuple[Decimal, Decimal]:
    """What of a job was reported so far, good and rejected."""
    sums = Report.objects.filter(stage=stage).aggregate(a=Sum("good"), b=Sum("rejected"))
    return sums["a"] or Decimal(0), sums["b"] or Decimal(0)


def said_of(stage: WorkStage) -> dict[str, Any]:
    """The fields that facts about a job have in common."""
    centre = stage.centre
    return {
        "centre_id": centre.pk if centre else 0,
        "centre": centre.name if centre else "",
        "work_id": stage.work_id,
        "stage_id": stage.pk,
        "number": stage.work.number,
        "stage": stage.name,
    }


def _locked(stage: WorkStage) -> WorkStage:
    """The job as it is now: its work order first, as everywhere in manufacturing."""
    work = lock(stage.work)
    stage = lock(stage)
    stage.work = work
    return stage


def _centre(stage: WorkStage) -> WorkCentre:
    if stage.centre is None:
        raise NoCentre(stage=stage, work=stage.work.number)
    return stage.centre


def _clock(stage: WorkStage) -> TimeEntry | None:
    found: TimeEntry | None = TimeEntry.objects.filter(stage=stage, ended_at=None).first()
    return found


def _end(ctx: Ctx, entry: TimeEntry | None) -> None:
    if entry is not None:
        TimeEntry.objects.filter(pk=entry.pk).update(ended_at=max(ctx.now, entry.started_at))


def _begin(
    ctx: Ctx, stage: WorkStage, kind: TimeKind, *, reason: StopReason | None = None, note: str = ""
) -> TimeEntry:
    made: TimeEntry = TimeEntry.objects.create(
        centre=_centre(stage),
        stage=stage,
        kind=kind,
        reason=reason,
        person=ctx.actor if kind != TimeKind.STOP else None,
        started_at=ctx.now,
        note=note[:200],
    )
    return made


def _report(
    ctx: Ctx, stage: WorkStage, good: Decimal, rejected: Decimal, reason: ScrapReason | None, lot: str
) -> Report:
    made: Report = Report.objects.create(
        centre=_centre(stage),
        stage=stage,
        good=good,
        rejected=rejected,
        reason=reason,
        lot=lot,
        cycle_minutes=stage.run_minutes,
        person=ctx.actor,
        at=ctx.now,
    )
    return made


def _is_last(stage: WorkStage) -> bool:
    return not stage.work.stages.filter(position__gt=stage.position).exists()


def _into_stock(
    ctx: Ctx, stage: WorkStage, good: Decimal, rejected: Decimal, lot: str, line: WorkLine | None
) -> None:
    lines = list(stage.work.lines.all())
    if line is None and len(lines) != 1:
        raise WhichItem(work=stage.work.number, at_field="line")
    one = {
        "line": line or lines[0],
        "quantity": (good / stage.factor).quantize(PLACES),
        "rejected": (rejected / stage.factor).quantize(PLACES),
        "lot": lot,
    }
    manufacturing.record_output(ctx, work=stage.work, outputs=[manufacturing.Output(**one)])
