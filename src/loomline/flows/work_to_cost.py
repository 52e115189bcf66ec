"""What work takes up beside material, and what is left in it at its end, is the cost of what it made."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from loomline.domains.bills.models import RouteStage
from loomline.domains.costing import commands as costing
from loomline.domains.costing.models import ChargeKind
from loomline.domains.manufacturing.events import StageFinished, WorkCancelled, WorkDone
from loomline.domains.manufacturing.models import WorkOrder, WorkStage
from loomline.domains.planning import queries as planning
from loomline.domains.shopfloor.queries import worked
from loomline.kernel.context import Ctx
from loomline.kernel.event import on
from loomline.kernel.money import minor_unit

WORK = WorkOrder._meta.label_lower


@on(StageFinished)
def charge_stage(ctx: Ctx, event: StageFinished) -> None:
    """A finished stage costs what its route says for a piece, and its hours at the work centre.

    What a partner does is owed to the partner; our own machines and people are taken up.
    """
    stage = WorkStage.objects.select_related("work", "centre").get(pk=event.stage_id)
    planned = RouteStage.objects.filter(bill=stage.work.bill_id, position=stage.position, rate__gt=0).first()
    amounts: dict[ChargeKind, Decimal] = defaultdict(Decimal)
    own = stage.partner_id is None
    # What was ordered costs what was ordered, as it came back.
    is_ordered = not own and planning.order_of_stage(stage_id=stage.pk) is not None
    if planned is not None and not is_ordered:
        amounts[ChargeKind.LABOUR if own else ChargeKind.SERVICE] += planned.rate * event.quantity_out
    centre = stage.centre
    if centre is not None and not is_ordered and centre.machine_rate + centre.labour_rate > 0:
        hours = worked(stage=stage, now=ctx.now) / 60
        amounts[ChargeKind.MACHINE if own else ChargeKind.SERVICE] += centre.machine_rate * hours
        amounts[ChargeKind.LABOUR if own else ChargeKind.SERVICE] += centre.labour_rate * hours
    coin = minor_unit(ctx.company.currency)
    for kind, exact in amounts.items():
        if amount := exact.quantize(coin, ROUND_HALF_UP):
            costing.charge_work(
                ctx,
                origin_kind=WORK,
                origin_id=event.work_id,
                kind=kind,
                amount=amount,
                text=f"{event.stage} · {event.number}",
            )


@on(WorkDone)
def settle(ctx: Ctx, event: WorkDone) -> None:
    """What finished work made costs what was put into it, as soon as that has its value."""
    costing.finish_work(ctx, origin_kind=WORK, origin_id=event.work_id)


@on(WorkCancelled)
def write_off(ctx: Ctx, event: WorkCancelled) -> None:
    """What cancelled work has taken up goes to what it made before, or to the differences."""
    costing.finish_work(ctx, origin_kind=WORK, origin_id=event.work_id)
