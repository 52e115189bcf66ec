"""Machines that stand, times entered afterwards, and the reasons to choose from."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.manufacturing.models import WorkStage
from loomline.domains.shopfloor.events import CentreRuns, CentreStopped
from loomline.domains.shopfloor.models import (
    LossKind,
    Report,
    ScrapReason,
    StopReason,
    TimeEntry,
    TimeKind,
)
from loomline.domains.workcentres.models import WorkCentre
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused


class StopAhead(Refused):
    """What is to come is planned downtime."""

    says = _("A stop that is still to come is planned downtime of the work centre.")


class NoSuchTime(Refused):
    """Times run forward."""

    says = _("The end lies after the beginning, and neither is still to come.")


class RunsAlready(Refused):
    """It has ended."""

    says = _("This has ended already.")


STOPS = (
    (_("Breakdown"), LossKind.BREAKDOWN),
    (_("No material"), LossKind.BREAKDOWN),
    (_("Waiting for a person"), LossKind.BREAKDOWN),
    (_("Change of colour or size"), LossKind.SETUP),
    (_("Adjustment"), LossKind.SETUP),
    (_("Jam or yarn break"), LossKind.MINOR),
    (_("Break or meeting"), LossKind.NONE),
)
SCRAP = (
    (_("Hole or run"), False),
    (_("Wrong measure"), False),
    (_("Stain or shade"), False),
    (_("First pieces of a run"), True),
)


@command(label=_("Report a stop"), icon="alert-triangle")
def record_stop(
    ctx: Ctx,
    *,
    centre: WorkCentre,
    reason: StopReason,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
    note: str = "",
) -> TimeEntry:
    """Say that a machine stands, or stood, with nothing on it."""
    begun = started_at or ctx.now

    if begun > ctx.now:
        raise StopAhead(at_field="started_at")
    if ended_at is not None and not begun <= ended_at <= ctx.now:
        raise NoSuchTime(at_field="ended_at")

    entry: TimeEntry = TimeEntry.objects.create(
        centre=centre, kind=TimeKind.STOP, reason=reason, started_at=begun, ended_at=ended_at, note=note[:200]
    )

    words = " ".join(part for part in (reason.name, note) if part)
    ctx.emit(CentreStopped(centre_id=centre.pk, centre=centre.name, reason=words))
    return entry


@command(label=_("It runs again"), icon="circle-check")
def end_stop(ctx: Ctx, *, entry: TimeEntry) -> TimeEntry:
    """End a stop that is no job's: the machine can run again."""
    entry = lock(entry)

    if entry.ended_at is not None:
        raise RunsAlready

    entry.ended_at = max(ctx.now, entry.started_at)
    entry.save(update_fields=["ended_at"])

    ctx.emit(
        CentreRuns(
            centre_id=entry.centre_id,
            centre=entry.centre.name,
            reason=str(entry),
            minutes=round(entry.minutes(until=ctx.now)),
        )
    )
    return entry


@command(label=_("Enter time"), icon="clock", hidden=True)
def record_time(
    ctx: Ctx,
    *,
    stage: WorkStage,
    kind: TimeKind,
    started_at: datetime,
    ended_at: datetime,
    person: User | None = None,
    reason: StopReason | None = None,
    note: str = "",
) -> TimeEntry:
    """Enter afterwards how long somebody, or a machine, worked on a job or stood."""
    if (
        not started_at < ended_at <= ctx.now
        or stage.centre is None
        or (kind == TimeKind.STOP) != bool(reason)
    ):
        raise NoSuchTime(at_field="ended_at")

    made: TimeEntry = TimeEntry.objects.create(
        centre=stage.centre,
        stage=stage,
        kind=kind,
        reason=reason,
        person=person,
        started_at=started_at,
        ended_at=ended_at,
        note=note[:200],
    )
    return made


@command(hidden=True)
def record_report(
    ctx: Ctx,
    *,
    stage: WorkStage,
    at: datetime,
    good: Decimal = Decimal(0),
    rejected: Decimal = Decimal(0),
    reason: ScrapReason | None = None,
    person: User | None = None,
    lot: str = "",
) -> Report:
    """Enter afterwards what came out of a job that is counted in stock already, or what a machine counted."""
    if at > ctx.now or stage.centre is None or (rejected and reason is None):
        raise NoSuchTime(at_field="at")

    made: Report = Report.objects.create(
        centre=stage.centre,
        stage=stage,
        good=good,
        rejected=rejected,
        reason=reason,
        lot=lot,
        cycle_minutes=stage.run_minutes,
        person=person,
        at=at,
    )
    return made


@command(hidden=True)
def add_reasons(ctx: Ctx) -> int:
    """Make the reasons that every floor knows."""
    stops = [
        StopReason(name=_t(str(name)), loss=loss, position=row * 10)
        for row, (name, loss) in enumerate(STOPS, start=1)
    ]
    scraps = [
        ScrapReason(name=_t(str(name)), at_start=at_start, position=row * 10)
        for row, (name, at_start) in enumerate(SCRAP, start=1)
    ]
    StopReason.objects.bulk_create(stops)
    ScrapReason.objects.bulk_create(scraps)
    return len(stops) + len(scraps)
