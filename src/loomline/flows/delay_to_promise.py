"""A delay anywhere moves the day of exactly the orders that stand on it."""

from __future__ import annotations

from loomline.domains.manufacturing.events import StageStarted, WorkMoved
from loomline.domains.planning import commands as planning
from loomline.domains.planning.models import ORDER_LINE
from loomline.domains.procurement.events import PurchaseConfirmed, PurchaseDelayed
from loomline.domains.sales.events import OrderCancelled
from loomline.kernel.context import Ctx
from loomline.kernel.event import on, on_all


@on(PurchaseDelayed)
def purchase_delayed(ctx: Ctx, event: PurchaseDelayed) -> None:
    """Material comes later: what waits for it starts later."""
    planning.follow_supply(ctx, purchase_lines=list(event.line_ids))


@on(PurchaseConfirmed)
def purchase_confirmed(ctx: Ctx, event: PurchaseConfirmed) -> None:
    """The supplier gave days of its own."""
    planning.follow_supply(ctx, purchase_lines=list(event.line_ids))


@on_all(WorkMoved)
def work_moved(ctx: Ctx, moved: list[WorkMoved]) -> None:
    """Work ends on another day: so do the orders it is for."""
    planning.follow_supply(ctx, works=[event.work_id for event in moved])


@on(StageStarted)
def stage_started(ctx: Ctx, event: StageStarted) -> None:
    """The order line says where its goods are now."""
    planning.note_stages(ctx, works=[event.work_id], stage=event.stage)


@on(OrderCancelled)
def order_cancelled(ctx: Ctx, event: OrderCancelled) -> None:
    """Nothing stands behind a cancelled order any more."""
    planning.end_pegs(ctx, demand_kind=ORDER_LINE, demand_ids=list(event.line_ids))
