"""What customers, suppliers and the floor told last."""

from __future__ import annotations

from django.apps import apps

from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.event import StoredEvent, registry

SIGNALS = (
    *("sales.DeliveryMoved", "sales.OrderConfirmed", "sales.OrderShipped", "sales.QuoteAccepted"),
    *("pipeline.OpportunityWon", "pipeline.StageMoved", "quality.CheckFailed", "warehouse.ShipmentDelivered"),
    *("procurement.PurchaseDelayed", "manufacturing.StageDelayed", "finance.PaymentTaken"),
)


def signals(ctx: Ctx, *, size: int = 6) -> list[StoredEvent]:
    """The newest signals of the kinds that the actor may see without limit. One statement."""
    names = [name for name in SIGNALS if _sees_all(ctx, name)]
    rows = StoredEvent.objects.filter(name__in=names).select_related("activity__actor")
    return list(rows.order_by("-id")[:size])


def _sees_all(ctx: Ctx, name: str) -> bool:
    """True when every record that this kind of fact is about may be seen."""
    kinds = registry[name].about.values() if name in registry else ()
    return bool(kinds) and all(
        access.level_of(ctx.actor, access.view_permission(apps.get_model(kind))) is access.Level.ALL
        for kind in kinds
    )
