"""Which purchase order a partner does a stage for."""

from __future__ import annotations

from loomline.domains.planning.models import WORK_STAGE
from loomline.domains.procurement.models import PurchaseLine, PurchaseState


def order_of_stage(*, stage_id: int) -> PurchaseLine | None:
    """The line that pays for a stage; None while it was not ordered, or the order was called off."""
    rows = PurchaseLine.objects.filter(origin_kind=WORK_STAGE, origin_id=stage_id)
    rows = rows.exclude(purchase__state=PurchaseState.CANCELLED).select_related("purchase", "item__unit")
    return rows.order_by("-pk").first()
