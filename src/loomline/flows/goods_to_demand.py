"""What came out of production or from a supplier is kept for those who wait for it."""

from __future__ import annotations

from loomline.domains.manufacturing.events import GoodsMade
from loomline.domains.planning import commands as planning
from loomline.domains.planning.models import PURCHASE_LINE, WORK_LINE
from loomline.domains.procurement.events import GoodsReceived
from loomline.kernel.context import Ctx
from loomline.kernel.event import on


@on(GoodsMade)
def goods_made(ctx: Ctx, event: GoodsMade) -> None:
    """Finished goods are reserved for the order lines they were made for."""
    planning.keep_for_demands(ctx, supply_kind=WORK_LINE, supply_ids=list(event.line_ids))


@on(GoodsReceived)
def goods_received(ctx: Ctx, event: GoodsReceived) -> None:
    """Received goods are reserved for the work orders and order lines they were bought for."""
    planning.keep_for_demands(
        ctx, supply_kind=PURCHASE_LINE, supply_ids=list(event.line_ids), site_id=event.site_id
    )
