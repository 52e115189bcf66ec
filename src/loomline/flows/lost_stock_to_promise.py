"""When stock is lost, those who counted on it hear their new day, or that there is none."""

from __future__ import annotations

from django.utils.translation import gettext as _

from loomline.domains.inventory.events import LotBlocked, LotsBlocked, ReservationsFreed
from loomline.domains.planning import commands as planning
from loomline.domains.planning.models import QUOTE_LINE, WORK_ORDER
from loomline.kernel.context import Ctx
from loomline.kernel.event import on


@on(ReservationsFreed)
def reservations_freed(ctx: Ctx, event: ReservationsFreed) -> None:
    """Orders and work that had this stock are promised again without it; what was held was not promised."""
    origins = list(zip(event.origin_kinds, event.origin_ids, strict=True))
    if all(kind == QUOTE_LINE for kind, _pk in origins):
        return
    planning.promise_again(
        ctx,
        items=list(event.item_ids),
        works=sorted({pk for kind, pk in origins if kind == WORK_ORDER}),
        cause=event.reason,
    )


@on(LotBlocked)
def lot_blocked(ctx: Ctx, event: LotBlocked) -> None:
    """Nothing of the lot was kept for anybody, but promises may have counted on it.

    What was kept is told by the reservations that were freed.
    """
    if event.on_hand and not event.freed:
        cause = _("lot {number} is blocked: {reason}").format(number=event.number, reason=event.reason)
        planning.promise_again(ctx, items=[event.item_id], works=[], cause=cause)


@on(LotsBlocked)
def lots_blocked(ctx: Ctx, event: LotsBlocked) -> None:
    """The same for many lots at once: promises may have counted on what lies there."""
    if event.item_ids:
        planning.promise_again(ctx, items=list(event.item_ids), works=[], cause=event.reason)
