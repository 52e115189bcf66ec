"""When goods that are on their way will be here."""

from __future__ import annotations

from datetime import date

from loomline.domains.procurement.commands.ordering import DATES, tell_delays
from loomline.domains.procurement.models import Purchase, PurchaseLine
from loomline.domains.sites import queries as sites
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock, lock_all


@command(hidden=True)
def expect_goods(ctx: Ctx, *, purchase: Purchase, dates: dict[int, date], reason: str) -> Purchase:
    """Expect lines sooner or later than before; what was confirmed stays, for it is what suppliers keep."""
    purchase = lock(purchase)
    lines: list[PurchaseLine] = lock_all(purchase.lines.select_related("item__unit"))
    calendar = sites.work_calendar(site=purchase.site)

    before = {line.pk: line.expected_on for line in lines}
    for line in lines:
        if line.pk in dates:
            line.expected_on = calendar.on_or_after(dates[line.pk])
            line.cause = reason[:300] if line.days_late > 0 else ""
    moved = [line for line in lines if line.expected_on != before[line.pk]]
    PurchaseLine.objects.bulk_update(moved, DATES)
    days = [line.expected_on for line in lines if line.expected_on and not line.is_closed]
    purchase.expected_on = max(days, default=purchase.expected_on)
    Purchase.objects.filter(pk=purchase.pk).update(expected_on=purchase.expected_on)

    tell_delays(ctx, purchase, moved, before, reason=reason)
    return purchase
