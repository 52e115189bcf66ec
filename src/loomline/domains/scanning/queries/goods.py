"""What lies where, what is on its way, and which counts ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum

from loomline.domains.counting.models import CountSheet, SheetState
from loomline.domains.inventory.models import Balance
from loomline.domains.procurement.models import Purchase
from loomline.domains.procurement.models.purchase import AWAITING
from loomline.kernel import access
from loomline.kernel.context import Ctx

SHOWN = 12
ACCEPTED = F("lines__received") - F("lines__rejected")


def lying(ctx: Ctx, **where: Any) -> QuerySet[Balance]:
    """What the person may see of what lies here, or of what it is, place by place."""
    rows = access.visible(ctx, Balance).filter(is_physical=True, on_hand__gt=0, **where)
    return rows.select_related("item__unit", "lot", "location__site", "unit", "owner").order_by(
        "location__path", "item__sku", "lot__expires_on", "pk"
    )


def on_hand(ctx: Ctx, **where: Any) -> tuple[Decimal, Decimal]:
    """How much there is of it, and how much of that is reserved."""
    rows = access.visible(ctx, Balance).filter(is_physical=True, **where)
    sums = rows.aggregate(there=Sum("on_hand"), kept=Sum("reserved"))
    return sums["there"] or Decimal(0), sums["kept"] or Decimal(0)


def awaited_of(ctx: Ctx, *, item_ids: Sequence[int] | None = None) -> QuerySet[Purchase]:
    """Purchase orders of which something is still to come, of these items or at all; soonest first."""
    rows = access.visible(ctx, Purchase).filter(
        state__in=AWAITING, site__isnull=False, lines__is_closed=False, lines__quantity__gt=ACCEPTED
    )
    if item_ids is not None:
        rows = rows.filter(lines__item__in=item_ids)
    return (
        rows.select_related("supplier", "site")
        .order_by(F("expected_on").asc(nulls_last=True), "pk")
        .distinct()
    )


def counts_at(ctx: Ctx, *, location_ids: Sequence[int] | None = None) -> QuerySet[CountSheet]:
    """Counts that go on, at these places or at all."""
    rows = access.visible(ctx, CountSheet).filter(state__in=(SheetState.COUNTING, SheetState.RECOUNT))
    if location_ids is not None:
        rows = rows.filter(lines__location__in=location_ids)
    return rows.select_related("site").order_by("pk").distinct()
