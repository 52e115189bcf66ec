"""Letting work rest, letting it go on, and closing it for good."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.manufacturing.commands.supply import supplied
from loomline.domains.manufacturing.commands.telling import said_of
from loomline.domains.manufacturing.events import WorkClosed, WorkPaused, WorkResumed
from loomline.domains.manufacturing.models import WorkOrder
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class PauseWithoutReason(Refused):
    """Those who wait want to know why."""

    says = _("Say why {work} rests.")


class StillAtPartner(Refused):
    """Material that lies somewhere is not used up."""

    says = _("{work}: material supplied for it still lies at a partner. Return it, or finish the stage.")


@command(move="pause", label=_("Pause"), icon="player-pause")
def pause_work(ctx: Ctx, *, work: WorkOrder, reason: str) -> WorkOrder:
    """Let the work rest: no stage begins or ends and nothing comes out until it goes on."""
    work = lock(work)

    if not reason.strip():
        raise PauseWithoutReason(work=work.number, at_field="reason")

    advance(work, "pause", cause=reason.strip()[:300])

    ctx.emit(WorkPaused(**said_of(work), reason=reason.strip()))
    return work


@command(move="resume", label=_("Resume"), icon="player-play")
def resume_work(ctx: Ctx, *, work: WorkOrder) -> WorkOrder:
    """Let the work go on."""
    work = lock(work)

    advance(work, "resume", cause="")

    ctx.emit(WorkResumed(**said_of(work)))
    return work


@command(move="close", label=_("Close"), icon="lock")
def close_work(ctx: Ctx, *, work: WorkOrder) -> WorkOrder:
    """Close the books of work that is done: nothing is returned or corrected after that."""
    work = lock(work)

    if supplied(stages=[stage for stage in work.stages.all() if stage.is_open]):
        raise StillAtPartner(work=work.number)

    advance(work, "close")

    ctx.emit(WorkClosed(**said_of(work)))
    return work
