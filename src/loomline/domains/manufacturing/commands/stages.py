"""Running the stages of a work order, wherever they stand, and hearing that one of them will be late."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.models import Balance, Lot
from loomline.domains.manufacturing.commands.dates import expect
from loomline.domains.manufacturing.commands.material import refuse_held
from loomline.domains.manufacturing.commands.output import (
    Output,
    Piece,
    lines_of,
    produce,
    record_output,
)
from loomline.domains.manufacturing.commands.supply import ORIGIN, take_into_work
from loomline.domains.manufacturing.commands.telling import late, said_of, said_of_stage
from loomline.domains.manufacturing.events import (
    StageFinished,
    StageReady,
    StageStarted,
    WorkStarted,
)
from loomline.domains.manufacturing.models import (
    MaterialUse,
    StageState,
    WorkOrder,
    WorkOutput,
    WorkStage,
    WorkState,
)
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import LocationKind
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import PLACES, plain
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused, Warned
from loomline.kernel.state import advance, advance_all

LOSS = Decimal("0.01")


class WorkNotReleased(Refused):
    """Stages run in work that was released."""

    says = _("{work} is {state}. Release it before a stage of it begins.")


class NoStageReady(Refused):
    """Nothing can begin."""

    says = _("No stage of {work} is ready to begin.")


class StageQuantity(Refused):
    """Quantities that cannot be."""

    says = _("{stage}: {quantity} {unit} cannot be. Enter 0 or more.")


class MoreOutThanIn(Refused):
    """Nothing comes from nothing."""

    says = _("{stage}: {out} {unit} good and {rejected} rejected are more than the {into} that went in.")


class Unaccounted(Warned):
    """Something is missing."""

    says = _(
        "{stage}: {missing} {unit} of {into} are neither good nor rejected. "
        "Check the count, or note the loss."
    )


class WorkPausedNow(Refused):
    """What rests does not move."""

    says = _("{work} is paused: {reason}. Resume it first.")


class StageBeforeRuns(Refused):
    """What was handed over in part is not all."""

    says = _("{stage} cannot end: {before} still runs and has handed over a part only. Finish that first.")


class LessThanHandedOver(Refused):
    """What has gone on was good."""

    says = _("{stage}: {handed_over} {unit} were handed over already, so {out} cannot be all that was good.")


class GivesNothing(Refused):
    """A stage without an item of its own makes no lot."""

    says = _(
        "{stage} of {work} gives no item of its own, so no lot {lot} can be made. "
        "Name what it gives on the bill."
    )


@command(move="ready", label=_("Make ready"), icon="hourglass")
def ready_stage(ctx: Ctx, *, stage: WorkStage) -> WorkStage:
    """Let a stage begin, even while the one before it still runs."""
    stage = lock(stage)

    _refuse_closed(stage.work)

    advance(stage, "ready")

    ctx.emit(StageReady(**said_of(stage.work), **said_of_stage(stage)))
    return stage


@command(move="start", label=_("Start"), icon="player-play")
def start_work(ctx: Ctx, *, work: WorkOrder) -> WorkOrder:
    """Begin the work with its first stage that is ready."""
    work = lock(work)
    stage = work.stages.filter(state=StageState.READY).order_by("position").first()

    if stage is None and work.stages.exists():
        raise NoStageReady(work=work.number)

    advance(work, "start", started_at=ctx.now)
    ctx.emit(WorkStarted(**said_of(work)))
    if stage is not None:
        start_stage(ctx, stage=stage)
    return work


@command(move="start", label=_("Start"), icon="player-play")
def start_stage(ctx: Ctx, *, stage: WorkStage, quantity_in: Decimal | None = None) -> WorkStage:
    """Begin a stage; half-finished lots of the stage before it go into it."""
    work = lock(stage.work)
    stage = lock(stage)

    _refuse_closed(work)
    if quantity_in is not None and quantity_in < 0:
        raise StageQuantity(stage=stage, quantity=plain(quantity_in), unit=stage.unit, at_field="quantity_in")
    waiting = _waiting(work, stage)
    refuse_held(balance.lot for balance in waiting if balance.lot is not None)

    _consume(ctx, work, stage, waiting)
    into = _into(work, stage) if quantity_in is None else quantity_in
    advance(stage, "start", started_at=ctx.now, quantity_in=into)
    if work.state == WorkState.RELEASED:
        advance(work, "start", started_at=ctx.now)
        ctx.emit(WorkStarted(**said_of(work)))
    expect(ctx, works=[work], causes={work.pk: late(stage)})
    stage.refresh_from_db(fields=["expected_start", "expected_end"])

    ctx.emit(
        StageStarted(
            **said_of(work),
            **said_of_stage(stage),
            lot_ids=tuple(sorted({balance.lot_id for balance in waiting if balance.lot_id})),
            quantity=into,
            unit=stage.unit.code if stage.unit else "",
            expected_end=stage.expected_end,
        )
    )
    return stage


@command(move="finish", label=_("Finish"), icon="circle-check")
def finish_stage(
    ctx: Ctx,
    *,
    stage: WorkStage,
    quantity_out: Decimal,
    rejected: Decimal = Decimal(0),
    lot: str = "",
    reason: str = "",
    outputs: Collection[Output] | None = None,
) -> WorkStage:
    """End a stage: what is good goes on, what is rejected does not; its lot is tied to those that went in."""
    work = lock(stage.work)
    stage = lock(stage)
    last = not work.stages.filter(position__gt=stage.position).exists()

    refuse_paused(work)
    _refuse_quantities(ctx, stage, quantity_out, rejected)
    _refuse_overlap(work, stage)
    if (lot or outputs) and stage.item is None and not last:
        raise GivesNothing(stage=stage, work=work.number, lot=lot)

    advance(
        stage,
        "finish",
        ended_at=ctx.now,
        quantity_out=quantity_out,
        rejected=rejected,
        note=reason or stage.note,
    )
    take_into_work(ctx, work, stage)
    made = _produce(ctx, work, stage, last=last, lot=lot, outputs=outputs)
    if made:
        stage.lot = made[0]
        WorkStage.objects.filter(pk=stage.pk).update(lot=stage.lot)
    following = work.stages.filter(position__gt=stage.position).order_by("position").first()
    if following is not None and following.state == StageState.WAITING:
        ready_stage(ctx, stage=following)
    elif following is not None and stage.handed_over:
        feed_next(ctx, work, stage, following, quantity_out - stage.handed_over)
    expect(ctx, works=[work], causes={work.pk: late(stage)})

    _tell_finished(ctx, work, stage, made, reason)
    return stage


@command(move="cancel", hidden=True)
def cancel_stages(ctx: Ctx, *, stages: list[WorkStage]) -> list[WorkStage]:
    """Stop the stages of a work order that is not wanted any more."""
    open_stages = [stage for stage in stages if stage.is_open]

    advance_all(open_stages, "cancel")
    return open_stages


def feed_next(ctx: Ctx, work: WorkOrder, stage: WorkStage, following: WorkStage, quantity: Decimal) -> None:
    """Let what was handed over go into the next stage, when that one runs already."""
    if following.state != StageState.RUNNING:
        return
    _consume(ctx, work, following, _waiting(work, following))
    more = (quantity * following.factor / stage.factor).quantize(PLACES)
    WorkStage.objects.filter(pk=following.pk).update(quantity_in=F("quantity_in") + more)


def _waiting(work: WorkOrder, stage: WorkStage) -> list[Balance]:
    """What half-finished lots of the stages before this one still lie where those put them."""
    outputs = WorkOutput.objects.filter(work=work, stage__position__lt=stage.position, line__isnull=True)
    places = {(row.item_id, row.lot_id, row.location_id) for row in outputs}
    if not places:
        return []
    wanted = Q(pk__in=[])
    for item, lot, place in places:
        wanted |= Q(item=item, lot=lot, location=place)
    rows = Balance.objects.filter(wanted, on_hand__gt=0, is_physical=True).select_related("lot__item")
    return list(rows.order_by("pk"))


def _consume(ctx: Ctx, work: WorkOrder, stage: WorkStage, waiting: Sequence[Balance]) -> None:
    if not waiting:
        return
    production = sites.virtual(kind=LocationKind.PRODUCTION)
    inventory.move_stock(
        ctx,
        moves=[
            inventory.MoveDraft(
                item_id=balance.item_id,
                lot_id=balance.lot_id,
                owner_id=balance.owner_id,
                source_unit_id=balance.unit_id,
                quantity=balance.on_hand,
                source_id=balance.location_id,
                destination_id=production.pk,
                origin_kind=ORIGIN,
                origin_id=work.pk,
            )
            for balance in waiting
        ],
    )
    MaterialUse.objects.bulk_create(
        MaterialUse(
            work=work,
            stage=stage,
            item_id=balance.item_id,
            lot_id=balance.lot_id,
            position=stage.position,
            quantity=balance.on_hand,
            at=ctx.now,
        )
        for balance in waiting
    )


def refuse_paused(work: WorkOrder) -> None:
    """Refuse what would go on while the work rests."""
    if work.state == WorkState.PAUSED:
        raise WorkPausedNow(work=work.number, reason=work.cause)


def _refuse_overlap(work: WorkOrder, stage: WorkStage) -> None:
    before = work.stages.filter(position__lt=stage.position).order_by("-position").first()
    if before is not None and before.handed_over and before.state == StageState.RUNNING:
        raise StageBeforeRuns(stage=stage, before=before)


def _refuse_closed(work: WorkOrder) -> None:
    refuse_paused(work)
    if work.state not in (WorkState.RELEASED, WorkState.RUNNING):
        raise WorkNotReleased(work=work.number, state=work.state.label.lower())


def _into(work: WorkOrder, stage: WorkStage) -> Decimal:
    """What comes from the stage before, in this stage's unit; all that is planned when it has not ended."""
    before = work.stages.filter(position__lt=stage.position).order_by("-position").first()
    if before is None or (before.quantity_out is None and not before.handed_over):
        return stage.quantity
    came = before.handed_over if before.quantity_out is None else before.quantity_out
    return (came * stage.factor / before.factor).quantize(PLACES)


def _refuse_quantities(ctx: Ctx, stage: WorkStage, quantity_out: Decimal, rejected: Decimal) -> None:
    unit = stage.unit.code if stage.unit else ""
    for quantity, name in ((quantity_out, "quantity_out"), (rejected, "rejected")):
        if quantity < 0:
            raise StageQuantity(stage=stage, quantity=plain(quantity), unit=unit, at_field=name)
    if quantity_out < stage.handed_over:
        raise LessThanHandedOver(
            stage=stage, handed_over=plain(stage.handed_over), out=plain(quantity_out), unit=unit,
            at_field="quantity_out",
        )  # fmt: skip
    into = stage.quantity_in if stage.quantity_in is not None else stage.quantity
    if quantity_out + rejected > into:
        raise MoreOutThanIn(
            stage=stage, out=plain(quantity_out), rejected=plain(rejected), into=plain(into), unit=unit,
            at_field="quantity_out",
        )  # fmt: skip
    missing = into - quantity_out - rejected
    if missing > into * LOSS:
        ctx.warn(Unaccounted(stage=stage, missing=plain(missing), into=plain(into), unit=unit))


def _produce(
    ctx: Ctx, work: WorkOrder, stage: WorkStage, *, last: bool, lot: str, outputs: Collection[Output] | None
) -> list[Lot]:
    """Half-finished lots where the stage stands; after the last stage the goods, if it is clear which."""
    if last:
        return _finished(ctx, work, stage, lot=lot, outputs=outputs)
    site, good = stage.site or work.site, (stage.quantity_out or Decimal(0)) - stage.handed_over
    if stage.item is None or site is None:
        return []
    given = outputs or ([Output(quantity=good, lot=lot)] if good else [])
    pieces = [Piece(item=stage.item, quantity=o.quantity, number=o.lot, location=o.location) for o in given]
    made = produce(ctx, work=work, stage=stage, site=site, pieces=pieces)
    return [piece.lot for piece in made if piece.lot is not None]


def _finished(
    ctx: Ctx, work: WorkOrder, stage: WorkStage, *, lot: str, outputs: Collection[Output] | None
) -> list[Lot]:
    lines = lines_of(work)
    if not outputs and len(lines) != 1:
        return []
    # What was put into stock while the stage ran is part of what came out of it.
    whole = ((stage.quantity_out or Decimal(0)) / stage.factor).quantize(PLACES)
    good = max(whole - lines[0].done, Decimal(0))
    lost = max(lines[0].open_quantity - good, Decimal(0))
    if outputs or good or lost:
        record_output(
            ctx, work=work, outputs=list(outputs or [Output(quantity=good, rejected=lost, lot=lot)])
        )
    return list(Lot.objects.filter(outputs__work=work, outputs__stage=stage).distinct().order_by("pk"))


def _tell_finished(ctx: Ctx, work: WorkOrder, stage: WorkStage, lots: Sequence[Lot], reason: str) -> None:
    planned = stage.planned_end
    days_late = max((ctx.today - planned).days, 0) if planned else 0
    ctx.emit(
        StageFinished(
            **said_of(work),
            **said_of_stage(stage),
            lot_ids=tuple(sorted(lot.pk for lot in lots)),
            quantity_in=stage.quantity_in or Decimal(0),
            quantity_out=stage.quantity_out or Decimal(0),
            rejected=stage.rejected,
            unit=stage.unit.code if stage.unit else "",
            lots=f"({', '.join(str(lot) for lot in lots)})" if lots else "",
            reason=reason,
            days_late=days_late,
            tone="warn" if days_late or stage.rejected else "ok",
        )
    )
