"""Handing over a part of a stage while the rest of it still runs."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.manufacturing.commands.output import Piece, produce
from loomline.domains.manufacturing.commands.stages import (
    GivesNothing,
    MoreOutThanIn,
    StageQuantity,
    feed_next,
    ready_stage,
    refuse_paused,
)
from loomline.domains.manufacturing.commands.telling import said_of, said_of_stage
from loomline.domains.manufacturing.events import StageHandedOver
from loomline.domains.manufacturing.models import StageState, WorkStage
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused


class NotRunningStage(Refused):
    """Only what is being made can be handed over."""

    says = _("{stage} of {work} is {state}. A part is handed over while it runs.")


class NoStageAfter(Refused):
    """After the last stage goods come into stock."""

    says = _("{stage} is the last stage of {work}. Put the goods into stock instead.")


@command(label=_("Hand over a part"), icon="transfer", states=(StageState.RUNNING,))
def hand_over_stage(ctx: Ctx, *, stage: WorkStage, quantity: Decimal, lot: str = "") -> WorkStage:
    """Let a part of what a stage has made go on to the next one while the rest is still being made."""
    work = lock(stage.work)
    stage = lock(stage)
    following = work.stages.filter(position__gt=stage.position).order_by("position").first()

    refuse_paused(work)
    if stage.state != StageState.RUNNING:
        raise NotRunningStage(stage=stage, work=work.number, state=stage.state.label.lower())
    if following is None:
        raise NoStageAfter(stage=stage, work=work.number)
    unit = stage.unit.code if stage.unit else ""
    if quantity <= 0:
        raise StageQuantity(stage=stage, quantity=plain(quantity), unit=unit, at_field="quantity")
    if lot and stage.item is None:
        raise GivesNothing(stage=stage, work=work.number, lot=lot)
    into = stage.quantity_in if stage.quantity_in is not None else stage.quantity
    if stage.handed_over + quantity > into:
        raise MoreOutThanIn(
            stage=stage, out=plain(stage.handed_over + quantity), rejected="0", into=plain(into), unit=unit,
            at_field="quantity",
        )  # fmt: skip

    site = stage.site or work.site
    if stage.item is not None and site is not None:
        produce(
            ctx,
            work=work,
            stage=stage,
            site=site,
            pieces=[Piece(item=stage.item, quantity=quantity, number=lot)],
        )
    stage.handed_over += quantity
    WorkStage.objects.filter(pk=stage.pk).update(handed_over=stage.handed_over)
    if following.state == StageState.WAITING:
        ready_stage(ctx, stage=following)
    feed_next(ctx, work, stage, following, quantity)

    ctx.emit(
        StageHandedOver(
            **said_of(work),
            **said_of_stage(stage),
            quantity=quantity,
            unit=unit,
            following=following.name,
            handed_over=stage.handed_over,
        )
    )
    return stage
