"""What suppliers announce moves the days of those who wait, and ends with the order it is of."""

from __future__ import annotations

from django.utils.translation import gettext as _t

from loomline.domains.inbound import commands as inbound
from loomline.domains.inbound.events import GoodsAnnounced, NoticeWithdrawn
from loomline.domains.planning import commands as planning
from loomline.domains.procurement.events import (
    PurchaseCancelled,
    PurchaseClosed,
    PurchaseCompleted,
    ReceiptReversed,
)
from loomline.domains.procurement.models import Receipt
from loomline.kernel.context import Ctx
from loomline.kernel.event import on


@on(GoodsAnnounced)
def goods_announced(ctx: Ctx, event: GoodsAnnounced) -> None:
    """Goods that come sooner, or later, move what stands on them."""
    planning.follow_supply(ctx, purchase_lines=list(event.line_ids))


@on(NoticeWithdrawn)
def notice_withdrawn(ctx: Ctx, event: NoticeWithdrawn) -> None:
    """They come when it was said before."""
    planning.follow_supply(ctx, purchase_lines=list(event.line_ids))


@on(PurchaseCompleted)
def purchase_completed(ctx: Ctx, event: PurchaseCompleted) -> None:
    """All of it is here, whatever was announced of it."""
    inbound.settle_notices(ctx, purchase_id=event.purchase_id, reason=_t("given up"))


@on(PurchaseClosed)
def purchase_closed(ctx: Ctx, event: PurchaseClosed) -> None:
    """What is missing was given up."""
    inbound.settle_notices(ctx, purchase_id=event.purchase_id, reason=event.missing)


@on(PurchaseCancelled)
def purchase_cancelled(ctx: Ctx, event: PurchaseCancelled) -> None:
    """Nothing of it comes."""
    inbound.settle_notices(ctx, purchase_id=event.purchase_id, reason=event.reason)


@on(ReceiptReversed)
def receipt_reversed(ctx: Ctx, event: ReceiptReversed) -> None:
    """It has not come after all."""
    inbound.reopen_notices(ctx, receipt=Receipt.objects.get(pk=event.receipt_id), reason=event.reason)
