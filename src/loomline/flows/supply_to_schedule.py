"""What stands behind work orders says when they can begin, and who waits for them when they must be done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from loomline.domains.inventory import queries as inventory
from loomline.domains.manufacturing import queries as making
from loomline.domains.manufacturing.models import WorkLine, WorkOrder, WorkState
from loomline.domains.planning import queries as planning
from loomline.domains.planning.models import ORDER_LINE, PURCHASE_LINE, WORK_LINE, WORK_ORDER, Peg
from loomline.domains.procurement.models import PurchaseLine
from loomline.domains.sales.models import OrderLine
from loomline.domains.scheduling import ports
from loomline.domains.scheduling.ports import Material
from loomline.domains.sites import queries as sites
from loomline.kernel.context import Ctx
from loomline.kernel.port import fill

ZERO = Decimal(0)


@fill(ports.materials)
def materials(ctx: Ctx, *, works: Sequence[WorkOrder]) -> Iterable[Material]:
    """Purchases and work that bring what is not yet there, and lead times of what nobody has ordered.

    What no one sells or makes waits for the day on the work order, as long as it is not released.
    """
    needs = {
        pk: rows for pk, rows in making.needs_of_all(works=works).items() if any(n.open > 0 for n in rows)
    }
    open_works = [work for work in works if work.pk in needs]
    kept: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for held in inventory.reservations_of(kind=WORK_ORDER, ids=list(needs)):
        kept[held.origin_id, held.item_id] += held.quantity
    brought = _brought(planning.pegs_for(kind=WORK_ORDER, ids=list(needs)))
    bought = _bought(ctx, open_works)
    for work in open_works:
        for need in needs[work.pk]:
            if need.open <= kept[work.pk, need.item_id]:
                continue
            days = [
                day
                for day in (brought.get((work.pk, need.item_id)), bought.get((work.pk, need.item_id)))
                if day
            ]
            waits = work.starts_on if work.state == WorkState.PLANNED else None
            day = max(days, default=waits)
            if day is not None and day > ctx.today:
                yield Material(work.pk, day, need.name, need.stage_position)
    for work in works:
        if work.bill_id is None and work.starts_on is not None and work.state == WorkState.PLANNED:
            yield Material(work.pk, work.starts_on)


def _brought(pegs: Sequence[Peg]) -> dict[tuple[int, int], date]:
    """The last day on which something comes that is tied to a work order."""
    lines = PurchaseLine.objects.filter(is_closed=False).in_bulk(
        [peg.supply_id for peg in pegs if peg.supply_kind == PURCHASE_LINE]
    )
    made = (
        WorkLine.objects.filter(work__in=making.open_work())
        .select_related("work")
        .in_bulk([peg.supply_id for peg in pegs if peg.supply_kind == WORK_LINE])
    )
    found: dict[tuple[int, int], date] = {}
    for peg in pegs:
        day = None
        if peg.supply_kind == PURCHASE_LINE and peg.supply_id in lines:
            line = lines[peg.supply_id]
            day = line.expected_on or line.confirmed_on or line.requested_on
        elif peg.supply_kind == WORK_LINE and peg.supply_id in made:
            day = made[peg.supply_id].work.expected_on
        if day is not None:
            key = peg.demand_id, peg.item_id
            found[key] = max(found.get(key, day), day)
    return found


def _bought(ctx: Ctx, works: Sequence[WorkOrder]) -> dict[tuple[int, int], date]:
    """When what nothing stands behind could be here: all of it at once, one question a site."""
    missing = planning.lacking_materials(works=works) if works else {}
    at_site: dict[int | None, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for work in works:
        for item, quantity in missing[work.pk].items():
            at_site[work.site_id][item] += quantity
    days = {site: planning.material_days(ctx, needs=items, site_id=site) for site, items in at_site.items()}
    return {
        (work.pk, item): day
        for work in works
        for item in missing[work.pk]
        if (day := days[work.site_id].get(item)) is not None
    }


@fill(ports.dues)
def dues(ctx: Ctx, *, works: Sequence[WorkOrder]) -> Mapping[int, date]:
    """The earliest promise that stands on a work order, less the way to the customer; else its own day."""
    lines = dict(WorkLine.objects.filter(work__in=[work.pk for work in works]).values_list("pk", "work_id"))
    pegs = [peg for peg in planning.pegs_on(kind=WORK_LINE, ids=lines) if peg.demand_kind == ORDER_LINE]
    rows = OrderLine.objects.filter(promised_on__isnull=False).select_related("order__site")
    promised = rows.in_bulk([peg.demand_id for peg in pegs])
    places = {line.order.site.pk: line.order.site for line in promised.values() if line.order.site}
    calendars = sites.work_calendars(sites=places.values())
    found = {work.pk: work.due_on for work in works if work.due_on is not None}
    pegged: dict[int, date] = {}
    for peg in pegs:
        line = promised.get(peg.demand_id)
        if line is None or line.promised_on is None or line.open_quantity <= 0:
            continue
        days = 0 if line.is_direct else planning.OUTBOUND_DAYS
        day = calendars[line.order.site_id].add(line.promised_on, -days) if days else line.promised_on
        work = lines[peg.supply_id]
        pegged[work] = min(pegged.get(work, day), day)
    return {**found, **pegged}
