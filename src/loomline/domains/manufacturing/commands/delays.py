"""Hearing that a stage will be late, and giving it to somebody else."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.manufacturing.commands.dates import calendar_of, calendars_of, expect
from loomline.domains.manufacturing.commands.supply import supply_again
from loomline.domains.manufacturing.commands.telling import late, said_of, said_of_stage
from loomline.domains.manufacturing.events import StageDelayed, StageReassigned
from loomline.domains.manufacturing.models import StageState, WorkOrder, WorkStage
from loomline.domains.parties.models import Party
from loomline.domains.sites.models import Site
from loomline.domains.workcentres.models import WorkCentre
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.wording import moved_by


class DelayUnclear(Refused):
    """A delay is so many days, or until a day."""

    says = _("Say either by how many days the stage is late or on which day it will end.")


class DelayWithoutReason(Refused):
    """Those who wait want to know why."""

    says = _("Say why {stage} is late: those who wait for it will ask.")


class StageOver(Refused):
    """What has ended cannot be late."""

    says = _("{stage} of {work} is {state}; it cannot be late any more.")


class StageNotLater(Refused):
    """A delay moves the end to a later day."""

    says = _("{stage} of {work} is expected to end on {expected_end} already. A delay needs a later day.")


class StageBegun(Refused):
    """Work that has begun stays where it is."""

    says = _("{stage} of {work} is {state}; it can no longer be given to somebody else.")


class SameHands(Refused):
    """Nothing would change."""

    says = _("{stage} of {work} is there already. Choose another partner or site.")


@command(label=_("Report delay"), icon="clock")
def report_stage_delay(
    ctx: Ctx, *, stage: WorkStage, reason: str, days: int | None = None, expected_end: date | None = None
) -> WorkStage:
    """Note that a stage will end later, and why; later stages and the work move as far as they must."""
    work = lock(stage.work)
    stage = lock(stage)

    if (days is None) == (expected_end is None):
        raise DelayUnclear(at_field="days")
    if not reason.strip():
        raise DelayWithoutReason(stage=stage, at_field="reason")
    if not stage.is_open:
        raise StageOver(stage=stage, work=work.number, state=stage.state.label.lower())
    was, work_was = stage.expected_end or ctx.today, work.expected_on
    calendar = calendar_of(stage, work, calendars_of([stage], [work]))
    ends = calendar.on_or_after(expected_end if expected_end is not None else was + timedelta(days=days or 0))
    if ends <= was:
        raise StageNotLater(stage=stage, work=work.number, expected_end=was)

    WorkStage.objects.filter(pk=stage.pk).update(reported_end=ends, cause=reason.strip()[:300])
    expect(ctx, works=[work], causes={work.pk: late(stage)})
    stage.refresh_from_db()

    _tell_delayed(ctx, work, stage, reason.strip(), was=was, work_was=work_was)
    return stage


@command(hidden=True)
def believe_ends(ctx: Ctx, *, ends: dict[int, tuple[date | None, str]], reason: str) -> list[WorkStage]:
    """Put other ends, or none, in the place of those that were reported for stages, with their causes."""
    keys = WorkStage.objects.filter(pk__in=ends).values("work")
    works: list[WorkOrder] = lock_all(WorkOrder.objects.filter(pk__in=keys).select_related("item", "style"))
    stages: list[WorkStage] = lock_all(WorkStage.objects.filter(pk__in=ends))

    for stage in stages:
        stage.reported_end, stage.cause = ends[stage.pk]
    WorkStage.objects.bulk_update(stages, ["reported_end", "cause"])
    expect(ctx, works=works, causes={work.pk: reason for work in works})
    return stages


@command(label=_("Give to another"), icon="arrows-exchange")
def reassign_stage(
    ctx: Ctx,
    *,
    stage: WorkStage,
    reason: str,
    partner: Party | None = None,
    site: Site | None = None,
    centre: WorkCentre | None = None,
) -> WorkStage:
    """Let somebody else do a stage that has not begun; without a partner we do it ourselves."""
    work = lock(stage.work)
    stage = lock(stage)

    if stage.state not in (StageState.WAITING, StageState.READY):
        raise StageBegun(stage=stage, work=work.number, state=stage.state.label.lower())
    if centre is not None:
        partner, site = centre.site.party, centre.site
    place = site or (partner.sites.filter(is_active=True).order_by("pk").first() if partner else None)
    if (partner, place, centre) == (stage.partner, stage.site, stage.centre):
        raise SameHands(stage=stage, work=work.number)

    former = stage.partner
    stage.partner, stage.site, stage.reported_end, stage.cause = partner, place, None, ""
    stage.centre, stage.scheduled_days = centre, None
    stage.save(update_fields=["partner", "site", "centre", "reported_end", "cause", "scheduled_days"])
    supply_again(ctx, work, stage)
    expect(ctx, works=[work], causes={work.pk: late(stage)})

    ours = _t("ourselves")
    ctx.emit(
        StageReassigned(
            **said_of(work),
            **said_of_stage(stage),
            former_id=former.pk if former else None,
            partner=partner.name if partner else ours,
            former=former.name if former else ours,
            reason=reason,
        )
    )
    return stage


def _tell_delayed(
    ctx: Ctx, work: WorkOrder, stage: WorkStage, reason: str, *, was: date, work_was: date | None
) -> None:
    now = stage.expected_end or was
    ctx.emit(
        StageDelayed(
            **said_of(work),
            **said_of_stage(stage),
            kind=stage.kind,
            partner=stage.partner.name if stage.partner else "",
            was_on=was,
            expected_on=now,
            days=(now - was).days,
            by=moved_by((now - was).days),
            reason=reason,
            work_was_on=work_was,
            work_expected_on=work.expected_on,
            work_days=(work.expected_on - work_was).days if work.expected_on and work_was else 0,
        )
    )
