"""A lot both ways: what it was made from, and which customers have it or are to get it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing import queries as manufacturing
from loomline.domains.manufacturing.models import MaterialUse, WorkStage
from loomline.domains.planning import queries as planning
from loomline.domains.procurement.models import ReceiptLine, ReceiptState
from loomline.domains.sales.models import OrderLine
from loomline.domains.warehouse.models import ShipmentLine, ShipmentState


@dataclass(frozen=True)
class Reached:
    """An order line that has goods of a lot in it, or waits for work with it."""

    line: OrderLine
    quantity: Decimal
    shipped: ShipmentLine | None = None
    brought: ReceiptLine | None = None


@dataclass(frozen=True)
class Source:
    """A lot that went into another, by how much and in which work, and how it came to us if it was bought."""

    lot: Lot
    used: str
    work: str
    work_id: int
    receipt: ReceiptLine | None


def reached_by(lot: Lot) -> list[Reached]:
    """The order lines that a lot reaches through any number of works, delivered ones first.

    Eleven statements.
    """
    lots = {lot.pk, *(kin.lot_id for kin in manufacturing.genealogy_forward(lot=lot))}
    moved = list(
        ShipmentLine.objects.filter(lot__in=lots)
        .exclude(shipment__state=ShipmentState.CANCELLED)
        .select_related("shipment", "lot", "order_line__order__customer", "order_line__item__unit")
        .order_by("-shipment__shipped_at", "pk")
    )
    works = {
        *MaterialUse.objects.filter(lot__in=lots).values_list("work_id", flat=True),
        *WorkStage.objects.filter(lot__in=lots).values_list("work_id", flat=True),
    }
    brought = _brought(lots)
    there = {row.order_line_id for row in moved} | {one.line.pk for one in brought}
    waiting = OrderLine.objects.filter(pk__in=planning.orders_on(works=works) - there)
    rows = waiting.select_related("order__customer", "item__unit").order_by("promised_on", "pk")
    return [
        *(Reached(row.order_line, row.quantity, row) for row in moved),
        *brought,
        *(Reached(line, line.open_quantity) for line in rows),
    ]


def _brought(lots: set[int]) -> list[Reached]:
    """What suppliers brought of lots straight to customers."""
    rows = ReceiptLine.objects.filter(
        lot__in=lots,
        receipt__state=ReceiptState.POSTED,
        receipt__purchase__customer__isnull=False,
        purchase_line__origin_kind=OrderLine._meta.label_lower,
    )
    came = list(rows.select_related("receipt", "purchase_line").order_by("-pk"))
    lines = OrderLine.objects.select_related("order__customer", "item__unit").in_bulk(
        [row.purchase_line.origin_id or 0 for row in came]
    )
    known = [(row, lines.get(row.purchase_line.origin_id or 0)) for row in came]
    return [Reached(line, row.quantity, brought=row) for row, line in known if line is not None]


def sources_of(lot: Lot) -> list[Source]:
    """The lots that went into a lot, nearest first, back to what suppliers sent. Three statements."""
    kin = manufacturing.genealogy_back(lot=lot)
    lots = Lot.objects.select_related("item__unit", "supplier").in_bulk({one.lot_id for one in kin})
    came = {
        row.lot_id: row
        for row in ReceiptLine.objects.filter(lot__in=[lot.pk, *lots]).select_related("receipt__supplier")
    }
    found = [
        Source(lots[one.lot_id], str(one.used), one.work, one.work_id, came.get(one.lot_id)) for one in kin
    ]
    own = came.get(lot.pk)
    return [*([Source(lot, "", "", 0, own)] if own else []), *found]
