"""Demand against supply, week by week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F, Sum
from django.db.models.functions import Coalesce, TruncWeek

from loomline.domains.manufacturing.models import WorkLine, WorkState
from loomline.domains.sales.models import OrderLine, OrderState
from loomline.kernel import access
from loomline.kernel.context import Ctx

ZERO = Decimal(0)
OPEN = (OrderState.CONFIRMED, OrderState.PART_SHIPPED, OrderState.SHIPPED, OrderState.CLOSED)


@dataclass(frozen=True)
class Week:
    """What is promised for one week and what is made for it."""

    monday: date
    demand: Decimal
    supply: Decimal
    is_now: bool

    @property
    def label(self) -> str:
        """The week's number as people say it."""
        return f"W{self.monday.isocalendar().week}"

    @property
    def gap(self) -> Decimal:
        """What is promised and not covered."""
        return max(self.demand - self.supply, ZERO)


def weeks(ctx: Ctx, *, back: int = 3, ahead: int = 8) -> list[Week]:
    """Pieces promised and pieces coming out of production, by week. Two statements."""
    now = ctx.today - timedelta(days=ctx.today.weekday())
    first, last = now - timedelta(weeks=back), now + timedelta(weeks=ahead + 1)
    promised = (
        access.visible(ctx, OrderLine)
        .filter(order__state__in=OPEN, promised_on__gte=first, promised_on__lt=last, item__supply="make")
        .order_by()
        .values(week=TruncWeek("promised_on"))
        .annotate(quantity=Sum("quantity"))
    )
    made = (
        access.visible(ctx, WorkLine)
        .exclude(work__state=WorkState.CANCELLED)
        .annotate(day=Coalesce("work__ended_at__date", "work__expected_on"))
        .filter(day__gte=first, day__lt=last)
        .order_by()
        .values(week=TruncWeek("day"))
        .annotate(quantity=Sum(F("quantity")))
    )
    demand = {row["week"]: row["quantity"] for row in promised}
    supply = {row["week"]: row["quantity"] for row in made}
    found = []
    for n in range(back + ahead + 1):
        monday = first + timedelta(weeks=n)
        found.append(Week(monday, demand.get(monday, ZERO), supply.get(monday, ZERO), monday == now))
    return found
