"""Letting a work order run, ending it, calling it off."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.manufacturing import queries
from loomline.domains.manufacturing.commands.output import Output, lines_of, record_output
from loomline.domains.manufacturing.commands.stages import cancel_stages, ready_stage
from loomline.domains.manufacturing.commands.supply import ORIGIN
from loomline.domains.manufacturing.commands.telling import goods_of, in_words, said_of
from loomline.domains.manufacturing.events import WorkCancelled, WorkDone, WorkReleased
from loomline.domains.manufacturing.models import StageState, WorkLine, WorkOrder
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused, Warned
from loomline.kernel.state import advance


class MaterialsMissing(Warned):
    """Work would begin without all it needs."""

    says = _("{work}: {shortages} short at {site} today. Release it anyway, or wait until it is there.")


class StagesOpen(Refused):
    """Stages still run."""

    says = _("{work}: {stages} not finished. Finish them first, or cancel the work order.")


class NothingMade(Refused):
    """Work that made nothing is not done."""

    says = _("{work} has made nothing yet. Say what came out, or cancel it.")


class MadeLess(Warned):
    """Less came out than was asked for."""

    says = _("{work}: {missing} would not be made. End it all the same?")


class MaterialsOut(Warned):
    """Material lies in production."""

    says = _(
        "{work}: {goods} issued to it would count as used up. Return what is left first, or accept the loss."
    )


class CancelWithoutReason(Refused):
    """Those who read it later want to know why."""

    says = _("Say why {work} is cancelled.")


@command(move="release", label=_("Release"), icon="player-play")
def release_work(ctx: Ctx, *, work: WorkOrder) -> WorkOrder:
    """Let the work begin: its first stage is ready, and material may be issued."""
    work = lock(work)
    lines = lines_of(work)
    _warn_of_shortage(ctx, work)

    advance(work, "release")
    first = work.stages.filter(state=StageState.WAITING).order_by("position").first()
    if first is not None:
        ready_stage(ctx, stage=first)

    ctx.emit(WorkReleased(**said_of(work, lines), goods=goods_of(lines), expected_on=work.expected_on))
    return work


@command(move="finish", label=_("Finish"), icon="circle-check")
def finish_work(ctx: Ctx, *, work: WorkOrder, outputs: list[Output] | None = None) -> WorkOrder:
    """End the work: nothing more will come of it. What came out last may be named here."""
    work = lock(work)
    running = list(work.stages.exclude(state=StageState.DONE).order_by("position"))

    if running:
        raise StagesOpen(work=work.number, stages=", ".join(stage.name for stage in running))
    if outputs:
        record_output(ctx, work=work, outputs=outputs)
    lines = lines_of(work)
    if not any(line.done for line in lines):
        raise NothingMade(work=work.number)
    missing = [line for line in lines if line.open_quantity]
    if missing:
        ctx.warn(MadeLess(work=work.number, missing=_open_goods(missing)))

    inventory.release(ctx, origins=[(ORIGIN, work.pk)])
    advance(work, "finish", ended_at=ctx.now, expected_on=ctx.today)

    ctx.emit(
        WorkDone(
            **said_of(work, lines),
            goods=goods_of(lines, done=True),
            done=work_sum(lines, "done"),
            rejected=work_sum(lines, "rejected"),
            days_late=(ctx.today - work.due_on).days if work.due_on and ctx.today > work.due_on else 0,
        )
    )
    return work


@command(move="cancel", label=_("Cancel"), icon="circle-x", danger=True)
def cancel_work(ctx: Ctx, *, work: WorkOrder, reason: str) -> WorkOrder:
    """Call the work off; what is reserved for it is free again."""
    work = lock(work)

    if not reason.strip():
        raise CancelWithoutReason(work=work.number, at_field="reason")
    issued = [need for need in queries.needs_of(work=work) if need.issued > 0]
    if issued:
        goods = in_words([(need.issued, need.quantity.unit, need.name) for need in issued])
        ctx.warn(MaterialsOut(work=work.number, goods=goods))

    cancel_stages(ctx, stages=list(work.stages.all()))
    inventory.release(ctx, origins=[(ORIGIN, work.pk)])
    advance(work, "cancel", ended_at=ctx.now, expected_on=None, cause=reason.strip()[:300])

    ctx.emit(WorkCancelled(**said_of(work), reason=reason))
    return work


def work_sum(lines: Sequence[WorkLine], field: str) -> Decimal:
    """The sum of a quantity over the lines."""
    return sum((getattr(line, field) for line in lines), Decimal(0))


def _warn_of_shortage(ctx: Ctx, work: WorkOrder) -> None:
    if work.site_id is None:
        return
    needs = [need for need in queries.needs_of(work=work) if need.open > 0]
    kept = {need.item_id: Decimal(0) for need in needs}
    for row in stock.reservations_of(kind=ORIGIN, ids=[work.pk]):
        kept[row.item_id] = kept.get(row.item_id, Decimal(0)) + row.quantity
    free = stock.usable_here(item_ids=list(kept), site_id=work.site_id, on=ctx.today)
    short = [
        (need.open - kept[need.item_id] - free[need.item_id], need.quantity.unit, need.name)
        for need in needs
        if need.open > kept[need.item_id] + free[need.item_id]
    ]
    if short:
        ctx.warn(MaterialsMissing(work=work.number, shortages=in_words(short), site=work.site))


def _open_goods(lines: Sequence[WorkLine]) -> str:
    return in_words([(line.open_quantity, line.item.unit.code, line.item.name) for line in lines])
