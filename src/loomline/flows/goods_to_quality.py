"""What came in or out of a stage is checked as the plans say; a lot may have to wait for the result.

Flows are loaded by name: goods_to_demand has kept the goods for those who wait for them before this one
holds a lot, so that they are theirs when the check passes, and sought elsewhere when the lot is blocked.
"""

from __future__ import annotations

from collections.abc import Iterable

from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing.events import GoodsMade, StageFinished
from loomline.domains.procurement.events import GoodsReceived
from loomline.domains.quality import commands as quality
from loomline.kernel.context import Ctx
from loomline.kernel.event import on


@on(GoodsReceived)
def goods_received(ctx: Ctx, event: GoodsReceived) -> None:
    """What a supplier brought is checked before it is used."""
    quality.open_planned_checks(
        ctx, lots=_lots(event.lot_ids), origin_kind="procurement.receipt", origin_id=event.receipt_id
    )


@on(GoodsMade)
def goods_made(ctx: Ctx, event: GoodsMade) -> None:
    """Finished goods are checked before they leave."""
    quality.open_planned_checks(
        ctx, lots=_lots(event.lot_ids), origin_kind="manufacturing.workorder", origin_id=event.work_id
    )


@on(StageFinished)
def stage_finished(ctx: Ctx, event: StageFinished) -> None:
    """What came out of a stage is checked before the next one takes it; without a lot, the work itself is."""
    quality.open_planned_checks(
        ctx,
        lots=_lots(event.lot_ids),
        stage=event.stage,
        made=list(event.item_ids),
        origin_kind="manufacturing.workstage",
        origin_id=event.stage_id,
    )


def _lots(ids: Iterable[int]) -> list[Lot]:
    wanted = list(ids)
    return list(Lot.objects.filter(pk__in=wanted).order_by("pk")) if wanted else []
