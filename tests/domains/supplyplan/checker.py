"""A plan proven without the engine: stock, receipts and requirements are added up by hand from its rows."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from loomline.domains.shopfloor.queries import load
from loomline.domains.supplyplan.models import (
    ActionMessage,
    Advice,
    PegKind,
    PlanItem,
    PlanLoad,
    PlannedOrder,
    PlanPeg,
    PlanRun,
)
from loomline.domains.supplyplan.queries import Documents, days
from loomline.domains.supplyplan.queries.documents import Taken
from loomline.domains.supplyplan.queries.hours import BEYOND_DAYS
from loomline.domains.supplyplan.queries.plant import Planning, lay_out
from loomline.domains.workcentres.models import WorkCentre
from tests.domains.bills.knit import TODAY

NOTHING = Decimal("0.00001")
Place = tuple[int, int]


def faults(found: Documents) -> list[str]:
    """Everything that is wrong with the plan that stands, given the documents it was made from."""
    laid = lay_out(found)
    rows = {row.place: row for row in laid.rows}
    return [
        *_requirements_without_supply(laid.taken, rows, found),
        *_balances(rows),
        *_pegs_beyond_supply(rows, found),
        *_short_without_a_word(),
        *_against_lot_and_lead(rows),
        *_over_capacity(found),
    ]


def _requirements_without_supply(
    taken: list[Taken], rows: dict[Place, Planning], found: Documents
) -> list[str]:
    """Documents, stock to be kept, and what every planned order takes by its bill: all of it is pegged."""
    wanted: dict[Place, Decimal] = defaultdict(Decimal)
    for one in taken:
        wanted[one.place] += one.quantity
    for row in rows.values():
        wanted[row.place] += row.safety_stock
    for order in PlannedOrder.objects.filter(state="proposed"):
        row = rows[order.item_id, order.site_id]
        if row.from_site_id is not None:
            wanted[order.item_id, row.from_site_id] += order.started
        for part, quantity in row.takes(order.start_on).items():
            wanted[part, order.site_id] += order.started * quantity
    for peg in PlanPeg.objects.filter(kind=PegKind.COVERED).select_related("taker"):
        wanted[peg.other_id, peg.site_id] += peg.quantity * _factor(peg, rows, found)
    served: dict[Place, Decimal] = defaultdict(Decimal)
    for peg in PlanPeg.objects.all():
        served[peg.item_id, peg.site_id] += peg.quantity
    return [
        f"{place}: {served[place]} pegged of {quantity}"
        for place, quantity in wanted.items()
        if abs(served[place] - quantity) > NOTHING * max(1, quantity)
    ]


def _factor(peg: PlanPeg, rows: dict[Place, Planning], found: Documents) -> Decimal:
    """How many of what stands in go for one, as the bill of whoever takes it allows."""
    if peg.taker is not None:
        parts = rows[peg.taker.item_id, peg.site_id].parts
        lines = [one.line_id for one in parts if one.item_id == peg.item_id and one.line_id is not None]
    else:
        lines = [line for one in found.taken if one.pk == peg.demand_id for line in one.line_ids]
    allowed = [one for line in lines for one in found.stand_ins.get(line, ()) if one.item_id == peg.other_id]
    assert allowed, f"{peg.other} may not stand in for {peg.item}"
    return allowed[0].factor


def _beside(rows: dict[Place, Planning]) -> dict[tuple[Place, int], Decimal]:
    """What comes out beside each planned order."""
    made: dict[tuple[Place, int], Decimal] = defaultdict(Decimal)
    for order in PlannedOrder.objects.filter(state="proposed"):
        for part in rows[order.item_id, order.site_id].parts:
            if part.is_output and part.holds(order.start_on):
                made[(part.item_id, order.site_id), order.pk] += order.started * part.quantity
    return made


def _over_capacity(found: Documents) -> list[str]:
    """No work centre is asked for more on a day than it can do."""
    if not PlanRun.objects.latest("pk").within_capacity:
        return []
    asked: dict[tuple[int, date], Decimal] = defaultdict(Decimal)
    of_order: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for one in PlanLoad.objects.all():
        asked[one.centre_id, one.day] += one.minutes
        of_order[one.order_id, one.centre_id] += one.minutes
    last = max((day for _centre, day in asked), default=found.today)
    centres = WorkCentre.objects.select_related("site")
    wrong = []
    days = (last - found.today).days + 1
    for line in load(centres=centres, first=found.today, buckets=days, days=1):
        for bucket in line.buckets:
            planned = asked[line.centre.pk, bucket.first]
            if planned and planned + bucket.load > bucket.capacity + Decimal("0.05"):
                wrong.append(f"{line.centre} on {bucket.first}: {planned} of {bucket.capacity}")
    limited = {one.centre.pk for one in load(centres=centres, first=found.today, buckets=1) if one.has_hours}
    return wrong + _against_routes(found, of_order, limited)


def _against_routes(
    found: Documents, of_order: dict[tuple[int, int], Decimal], limited: set[int]
) -> list[str]:
    """Every order has the minutes of its route; fewer only where it says how far hours are known."""
    last = found.until + timedelta(days=BEYOND_DAYS)
    beyond = {
        one.order_id: one
        for one in ActionMessage.objects.filter(advice=Advice.BEYOND).select_related("order")
    }
    wrong = [
        f"{one.order}: says that it ends beyond known hours"
        for one in beyond.values()
        if one.order.due_on < last or one.at_on != last - timedelta(days=1)
    ]
    for order in PlannedOrder.objects.filter(state="proposed", kind="make"):
        needs: dict[int, Decimal] = defaultdict(Decimal)
        for stage in found.route(order.item_id):
            if stage.centre_id in limited:
                needs[stage.centre_id] += (
                    stage.setup_minutes + stage.run_minutes * stage.factor * order.started
                )
        for centre, minutes in needs.items():
            if order.pk in beyond and of_order[order.pk, centre] < minutes:
                continue
            if abs(of_order[order.pk, centre] - minutes) > max(Decimal("0.1"), minutes / 1000):
                wrong.append(f"{order}: {of_order[order.pk, centre]} minutes, its route says {minutes}")
    return wrong


def _balances(rows: dict[Place, Planning]) -> list[str]:
    """The plan of each item brings what its planned orders bring, and never leaves less than nothing."""
    brought: dict[Place, Decimal] = defaultdict(Decimal)
    for order in PlannedOrder.objects.filter(state="proposed"):
        brought[order.item_id, order.site_id] += order.quantity
    for (place, _order), quantity in _beside(rows).items():
        brought[place] += quantity
    wrong = []
    for item in PlanItem.objects.all():
        place = (item.item_id, item.site_id)
        planned = sum((day[3] for day in days(item)), Decimal(0))
        if abs(planned - brought[place]) > NOTHING:
            wrong.append(f"{place}: {planned} in its plan, {brought[place]} in orders")
        end = item.on_hand + item.scheduled + item.planned - item.required
        if end < item.safety_stock - NOTHING:
            wrong.append(f"{place}: {end} left at the end, below {item.safety_stock}")
        if rows[place].on_hand != item.on_hand:
            wrong.append(f"{place}: stock {item.on_hand}, really {rows[place].on_hand}")
    return wrong


def _pegs_beyond_supply(rows: dict[Place, Planning], found: Documents) -> list[str]:
    """No supply serves more than it brings."""
    given: dict[tuple[object, ...], Decimal] = defaultdict(Decimal)
    for peg in PlanPeg.objects.exclude(kind=PegKind.COVERED):
        place = (peg.item_id, peg.site_id)
        given[place, peg.order_id, peg.receipt_kind, peg.receipt_id] += peg.quantity
    has: dict[tuple[object, ...], Decimal] = defaultdict(Decimal)
    for row in rows.values():
        has[row.place, None, "", None] = row.on_hand
    for one in found.brought:
        has[one.place, None, one.kind, one.pk] += one.quantity
    for order in PlannedOrder.objects.filter(state="proposed"):
        has[(order.item_id, order.site_id), order.pk, "", None] = order.quantity
    for (place, number), quantity in _beside(rows).items():
        has[place, number, "", None] += quantity
    return [
        f"{supply}: {amount} given, {has[supply]} there"
        for supply, amount in given.items()
        if amount > has[supply] + NOTHING
    ]


def _short_without_a_word() -> list[str]:
    """Where stock would fall below nothing as things stand, planned orders included, a message says so."""
    told = set(ActionMessage.objects.values_list("item", "site"))
    wrong = []
    for item in PlanItem.objects.all():
        left = item.on_hand
        for _day, required, scheduled, planned in days(item):
            left += scheduled + planned - required
            if left < -NOTHING and (item.item_id, item.site_id) not in told:
                wrong.append(f"{item.item_id}: {left} and nobody is told")
    return wrong


def _against_lot_and_lead(rows: dict[Place, Planning]) -> list[str]:
    """Every order is a lot that may be ordered, begins before it is due, and is late only if it says so."""
    wrong = []
    for order in PlannedOrder.objects.filter(state="proposed"):
        row = rows[order.item_id, order.site_id]
        if row.maximum is None and row.lot(order.quantity) != order.quantity:
            wrong.append(f"{order}: {order.quantity} is no lot")
        in_time = order.due_on <= order.need_on or (order.is_late and order.start_on >= TODAY)
        if not (order.start_on <= order.due_on and in_time):
            wrong.append(f"{order}: {order.start_on} to {order.due_on} for {order.need_on}")
    return wrong
