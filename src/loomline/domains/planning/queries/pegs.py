"""Which demand stands on which supply, and when that supply is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, TextField

from loomline.domains.manufacturing.models import WorkLine
from loomline.domains.planning.models import ORDER_LINE, PURCHASE_LINE, WORK_LINE, WORK_ORDER, Peg
from loomline.domains.planning.queries.promise import OUTBOUND_DAYS
from loomline.domains.procurement.models import PurchaseLine
from loomline.domains.sales.models import OrderLine
from loomline.domains.sites import queries as sites
from loomline.kernel.calendar import WorkCalendar
from loomline.kernel.prepared import AnyOf, Given, prepared


@dataclass(frozen=True)
class LineDate:
    """When an order line is expected at the customer, and which of its supplies says so."""

    on: date
    cause: str


@prepared
def _pegs_for() -> QuerySet[Peg]:
    rows = Peg.objects.filter(AnyOf("demand_id", "demands"), demand_kind=Given("kind", TextField()))
    return rows.filter(quantity__gt=0).order_by("pk")


def pegs_for(*, kind: str, ids: Iterable[int]) -> list[Peg]:
    """The pegs of these demands."""
    return _pegs_for(kind=kind, demands=list(ids))


def pegs_on(*, kind: str, ids: Iterable[int]) -> list[Peg]:
    """The pegs on these supplies."""
    return list(Peg.objects.filter(supply_kind=kind, supply_id__in=list(ids), quantity__gt=0).order_by("pk"))


def orders_on(*, purchase_lines: Iterable[int] = (), works: Iterable[int] = ()) -> set[int]:
    """The order lines that stand on these supplies, directly or through work orders. Four statements."""
    bought = pegs_on(kind=PURCHASE_LINE, ids=purchase_lines)
    made = set(works) | {peg.demand_id for peg in bought if peg.demand_kind == WORK_ORDER}
    lines = WorkLine.objects.filter(work__in=made).values_list("pk", flat=True)
    above = pegs_on(kind=WORK_LINE, ids=lines)
    return {peg.demand_id for peg in (*bought, *above) if peg.demand_kind == ORDER_LINE}


def line_dates(*, line_ids: Iterable[int]) -> dict[int, LineDate]:
    """When pegged order lines reach their customer: the latest of their supplies, and the way there.

    Lines without a peg are left out: nothing is known of them that their promise does not say.
    """
    pegs = pegs_for(kind=ORDER_LINE, ids=line_ids)
    lines = OrderLine.objects.select_related("order__site").in_bulk({peg.demand_id for peg in pegs})
    made = WorkLine.objects.select_related("work").in_bulk(
        [p.supply_id for p in pegs if p.supply_kind == WORK_LINE]
    )
    bought = PurchaseLine.objects.select_related("purchase__supplier", "item").in_bulk(
        [p.supply_id for p in pegs if p.supply_kind == PURCHASE_LINE]
    )
    ready: dict[int, list[tuple[date, str]]] = defaultdict(list)
    for peg in pegs:
        if peg.supply_kind == WORK_LINE:
            work = made[peg.supply_id].work
            if work.expected_on is not None:
                ready[peg.demand_id].append((work.expected_on, work.cause))
        elif peg.supply_id in bought:
            line = bought[peg.supply_id]
            day = line.expected_on or line.confirmed_on or line.requested_on
            if day is not None:
                ready[peg.demand_id].append((day, line.cause))
    calendars = sites.work_calendars(
        sites={line.order.site_id: line.order.site for line in lines.values() if line.order.site}.values()
    )
    return {pk: _line_date(lines[pk], days, calendars[lines[pk].order.site_id]) for pk, days in ready.items()}


def _line_date(line: OrderLine, days: list[tuple[date, str]], calendar: WorkCalendar) -> LineDate:
    """Goods that are ready early still arrive on the promised day: slack takes a delay up first."""
    ready, cause = max(days)
    arrives = ready if line.is_direct else calendar.add(ready, OUTBOUND_DAYS)
    if line.promised_on is not None and arrives <= line.promised_on:
        return LineDate(line.promised_on, "")
    return LineDate(arrives, cause)
