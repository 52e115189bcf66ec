"""What an order's promise stands on, and which orders stand on a supply."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from loomline.domains.inventory import queries as stock
from loomline.domains.manufacturing.models import WorkLine
from loomline.domains.planning import queries as planning
from loomline.domains.planning.models import ORDER_LINE, PURCHASE_LINE, WORK_LINE, Peg
from loomline.domains.procurement.models import PurchaseLine
from loomline.domains.sales.models import Order, OrderLine
from loomline.domains.tracing.queries.history import book_of
from loomline.domains.tracing.queries.reasons import reasons_of

ZERO = Decimal(0)


@dataclass(frozen=True)
class Footing:
    """One order line and one of its supplies (none: nothing is planned yet)."""

    line: OrderLine
    kind: str
    document: str
    document_id: int
    holder: str
    covers: Decimal
    due_on: date | None
    state: str
    tone: str


def footing_of(order: Order) -> list[Footing]:
    """What every line of an order stands on: stock that is reserved, work and purchases. Six statements."""
    lines = list(order.lines.select_related("item__unit").order_by("position"))
    pegs = planning.pegs_for(kind=ORDER_LINE, ids=[line.pk for line in lines])
    held = stock.reserved_for(kind=ORDER_LINE, ids=[line.pk for line in lines])
    made = WorkLine.objects.select_related("work").in_bulk(
        [p.supply_id for p in pegs if p.supply_kind == WORK_LINE]
    )
    bought = PurchaseLine.objects.select_related("purchase__supplier").in_bulk(
        [p.supply_id for p in pegs if p.supply_kind == PURCHASE_LINE]
    )
    by_line: dict[int, list[Peg]] = {}
    for peg in pegs:
        by_line.setdefault(peg.demand_id, []).append(peg)
    found: list[Footing] = []
    for line in lines:
        rows = [_of_peg(line, peg, made, bought) for peg in by_line.get(line.pk, [])]
        if held[line.pk] > 0:
            rows.insert(0, Footing(line, "", "", 0, "", held[line.pk], None, "reserved", "hold"))
        found += rows or [
            Footing(line, "", "", 0, "", ZERO, None, "shipped" if line.shipped else "", "muted")
        ]
    return found


def delayed_by(
    lines: Iterable[OrderLine], *, purchases: Iterable[int] = (), works: Iterable[int] = (), today: date
) -> dict[int, int]:
    """The days by which purchases or work make each of these lines later; none where slack takes it up."""
    book = book_of([line.pk for line in lines], at=None, day=today)
    guilty = {("procurement.purchase", pk) for pk in purchases}
    guilty |= {("manufacturing.workorder", pk) for pk in works}
    found = {
        pk: sum(one.days for one in reasons_of(book, line) if (one.kind, one.object_id) in guilty)
        for pk, line in book.lines.items()
    }
    return {pk: days for pk, days in found.items() if days > 0}


def orders_standing_on(*, purchase_lines: Iterable[int] = (), works: Iterable[int] = ()) -> list[OrderLine]:
    """The order lines that a delay of these supplies would reach, the earliest promise first."""
    ids = planning.orders_on(purchase_lines=purchase_lines, works=works)
    rows = OrderLine.objects.filter(pk__in=ids).select_related(
        "order__customer", "order__opportunity", "item__unit"
    )
    return list(rows.order_by("promised_on", "pk"))


def _of_peg(line: OrderLine, peg: Peg, made: dict[int, WorkLine], bought: dict[int, PurchaseLine]) -> Footing:
    if peg.supply_kind == WORK_LINE:
        work = made[peg.supply_id].work
        return Footing(
            line,
            "manufacturing.workorder",
            work.number,
            work.pk,
            "",
            peg.quantity,
            work.expected_on,
            str(work.state.label),
            work.state.tone,
        )
    purchase = bought[peg.supply_id].purchase
    return Footing(
        line,
        "procurement.purchase",
        purchase.number,
        purchase.pk,
        purchase.supplier.name,
        peg.quantity,
        bought[peg.supply_id].expected_on,
        str(purchase.state.label),
        purchase.state.tone,
    )
