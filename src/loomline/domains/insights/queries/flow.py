"""Demand against supply, week by week."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F, Sum
from django.db.models.functions import Coalesce, TruncWeek

from loomline.domains.manufacturing.models import WorkLine, WorkState
from loomline.domains.sales import queries as sales
from loomline.kernel import access
from loomline.kernel.context import Ctx

ZERO = Decimal(0)


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
    promised = sales.promised_by_day(ctx, supply="make", starts_on=first, ends_on=last)
    made = (
        access.visible(ctx, WorkLine)
        .exclude(work__state=WorkState.CANCELLED)
        .annotate(day=Coalesce("work__ended_at__date", "work__expected_on"))
        .filter(day__gte=first, day__lt=last)
        .order_by()
        .values(week=TruncWeek("day"))
        .annotate(quantity=Sum(F("quantity")))
    )
    demand: dict[date, Decimal] = defaultdict(Decimal)
    for day, quantity in promised.items():
        demand[day - timedelta(days=day.weekday())] += quantity
    supply = {row["week"]: row["quantity"] for row in made}
    found = []
    for n in range(back + ahead + 1):
        monday = first + timedelta(weeks=n)
        found.append(Week(monday, demand[monday], supply.get(monday, ZERO), monday == now))
    return found
