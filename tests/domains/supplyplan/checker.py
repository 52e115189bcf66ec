"""A plan proven without the engine: stock, receipts and requirements are added up by hand from its rows."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from loomline.domains.supplyplan.models import ActionMessage, PlanItem, PlannedOrder, PlanPeg
from loomline.domains.supplyplan.queries import Documents, days
from loomline.domains.supplyplan.queries.plant import Planning, lay_out

NOTHING = Decimal("0.00001")
Place = tuple[int, int]


def faults(found: Documents) -> list[str]:
    """Everything that is wrong with the plan that stands, given the documents it was made from."""
    laid = lay_out(found)
    rows = {row.place: row for row in laid.rows}
    return [
        *_requirements_without_supply(laid.taken, rows),
        *_balances(rows),
        *_pegs_beyond_supply(rows, found),
        *_short_without_a_word(),
        *_against_lot_and_lead(rows),
    ]


def _requirements_without_supply(taken: list, rows: dict[Place, Planning]) -> list[str]:  # type: ignore[type-arg]
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
        for part, quantity in row.components.items():
            wanted[part, order.site_id] += order.started * quantity
    served: dict[Place, Decimal] = defaultdict(Decimal)
    for peg in PlanPeg.objects.all():
        served[peg.item_id, peg.site_id] += peg.quantity
    return [
        f"{place}: {served[place]} pegged of {quantity}"
        for place, quantity in wanted.items()
        if abs(served[place] - quantity) > NOTHING * max(1, quantity)
    ]


def _balances(rows: dict[Place, Planning]) -> list[str]:
    """The plan of each item brings what its planned orders bring, and never leaves less than nothing."""
    brought: dict[Place, Decimal] = defaultdict(Decimal)
    for order in PlannedOrder.objects.filter(state="proposed"):
        brought[order.item_id, order.site_id] += order.quantity
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
    for peg in PlanPeg.objects.all():
        place = (peg.item_id, peg.site_id)
        given[place, peg.order_id, peg.receipt_kind, peg.receipt_id] += peg.quantity
    has: dict[tuple[object, ...], Decimal] = defaultdict(Decimal)
    for row in rows.values():
        has[row.place, None, "", None] = row.on_hand
    for one in found.brought:
        has[one.place, None, one.kind, one.pk] += one.quantity
    for order in PlannedOrder.objects.filter(state="proposed"):
        has[(order.item_id, order.site_id), order.pk, "", None] = order.quantity
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
        if not order.start_on <= order.due_on <= order.need_on:
            wrong.append(f"{order}: {order.start_on} to {order.due_on} for {order.need_on}")
    return wrong
