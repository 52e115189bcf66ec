"""What is planned to be made asks for hours of work centres: capacity, rough-cut, before it is ordered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from loomline.domains.bills.models import RouteStage
from loomline.domains.bills.queries import Step, backward, bills_for
from loomline.domains.shopfloor import ports
from loomline.domains.shopfloor.ports import Foreseen
from loomline.domains.sites import queries as sites
from loomline.domains.supplyplan import queries as supplyplan
from loomline.domains.supplyplan.models import PlannedOrder
from loomline.kernel.calendar import WorkCalendar
from loomline.kernel.context import Ctx
from loomline.kernel.port import fill


@fill(ports.foreseen)
def foreseen(ctx: Ctx, *, first: date, last: date) -> Iterable[Foreseen]:
    """Each stage at a work centre, back from the day an order is due, spread over its days."""
    orders = supplyplan.to_make(first=first, last=last)
    bills = bills_for(item_ids={order.item_id for order in orders}, on=ctx.today)
    routes: dict[int, list[RouteStage]] = defaultdict(list)
    stages = RouteStage.objects.filter(bill__in={bill.pk for bill in bills.values()})
    for stage in stages.select_related("site").order_by("bill_id", "position"):
        routes[stage.bill_id].append(stage)
    places = {
        stage.site.pk: stage.site for rows in routes.values() for stage in rows if stage.site is not None
    }
    calendars = sites.work_calendars(sites=places.values())
    found: list[Foreseen] = []
    for order in orders:
        bill = bills.get(order.item_id)
        if bill is not None and routes[bill.pk]:
            found += _of(order, routes[bill.pk], calendars, first)
    return found


def _of(
    order: PlannedOrder, route: Sequence[RouteStage], calendars: dict[int | None, WorkCalendar], first: date
) -> Iterable[Foreseen]:
    steps = [
        Step(days=max(stage.days, 1), calendar=calendars[stage.site_id], move_days=stage.move_days)
        for stage in route
    ]
    for stage, step, slot in zip(route, steps, backward(steps, due=order.due_on), strict=True):
        quantity = order.started * stage.factor
        minutes = stage.setup_minutes + stage.run_minutes * quantity
        if stage.centre_id is None or minutes <= 0:
            continue
        span = [slot.start + timedelta(days=n) for n in range((slot.end - slot.start).days + 1)]
        days = [day for day in span if step.calendar.works(day)] or [slot.end]
        for day in days:
            # What should have begun is asked for at once.
            yield Foreseen(stage.centre_id, max(day, first), minutes / Decimal(len(days)))
