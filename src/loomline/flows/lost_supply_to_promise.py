"""When a purchase brings less than it was to, or nothing, those who stand on it hear their new day."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from loomline.domains.planning import commands as planning
from loomline.domains.procurement.events import LineClosed, PurchaseCancelled, PurchaseClosed
from loomline.kernel.context import Ctx
from loomline.kernel.event import on


@on(LineClosed)
def line_closed(ctx: Ctx, event: LineClosed) -> None:
    """The rest of a short receipt was given up."""
    _lost(ctx, event.line_ids, event.number, event.reason)


@on(PurchaseClosed)
def purchase_closed(ctx: Ctx, event: PurchaseClosed) -> None:
    """All that was missing was given up."""
    _lost(ctx, event.line_ids, event.number, event.reason)


@on(PurchaseCancelled)
def purchase_cancelled(ctx: Ctx, event: PurchaseCancelled) -> None:
    """Nothing of it comes."""
    _lost(ctx, event.line_ids, event.number, event.reason)


def _lost(ctx: Ctx, line_ids: Iterable[int], number: str, reason: str) -> None:
    lines = list(line_ids)
    if lines:
        cause = _("nothing more comes on {number}: {reason}").format(number=number, reason=reason)
        planning.lose_supply(ctx, purchase_lines=lines, cause=cause)
