"""The rows of one thread, as they are or as they were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from loomline.domains.inventory.models import Reservation
from loomline.domains.manufacturing.models import MaterialUse, WorkLine, WorkOrder, WorkOutput, WorkStage
from loomline.domains.planning.models import ORDER_LINE, PURCHASE_LINE, WORK_LINE, WORK_ORDER, Peg
from loomline.domains.procurement.models import Purchase, PurchaseLine, ReceiptLine
from loomline.domains.sales.models import Order, OrderLine
from loomline.domains.warehouse.models import Shipment, ShipmentLine
from loomline.kernel.audit import Change
from loomline.kernel.history import as_of


@dataclass(frozen=True)
class Rows:
    """Everything that one order line stands on, at one moment."""

    line: OrderLine
    order: Order
    pegs: list[Peg]
    material_pegs: list[Peg]
    work_lines: dict[int, WorkLine]
    works: dict[int, WorkOrder]
    stages: list[WorkStage]
    uses: list[MaterialUse]
    outputs: list[WorkOutput]
    purchase_lines: dict[int, PurchaseLine]
    purchases: dict[int, Purchase]
    receipts: list[ReceiptLine]
    reservations: list[Reservation]
    shipment_lines: list[ShipmentLine]
    shipments: dict[int, Shipment]


def rows_of(line: OrderLine, at: datetime | None) -> Rows | None:
    """The rows of a thread; None when the line did not exist at that moment."""
    was = as_of(OrderLine, [line.pk], at).get(line.pk)
    if was is None:
        return None
    pegs = _pegs(Q(demand_kind=ORDER_LINE, demand_id=line.pk), at)
    work_lines = as_of(WorkLine, _supplies(pegs, WORK_LINE), at)
    work_ids = {found.work_id for found in work_lines.values()}
    material_pegs = _pegs(Q(demand_kind=WORK_ORDER, demand_id__in=work_ids), at)
    bought = {*_supplies(pegs, PURCHASE_LINE), *_supplies(material_pegs, PURCHASE_LINE)}
    purchase_lines = as_of(PurchaseLine, bought, at)
    shipped = as_of(ShipmentLine, _ids(ShipmentLine.objects.filter(order_line=line.pk)), at)
    return Rows(
        line=was,
        order=as_of(Order, [was.order_id], at)[was.order_id],
        pegs=pegs,
        material_pegs=material_pegs,
        work_lines=work_lines,
        works=as_of(WorkOrder, work_ids, at),
        stages=sorted(
            as_of(WorkStage, _ids(WorkStage.objects.filter(work__in=work_ids)), at).values(),
            key=lambda stage: (stage.work_id, stage.position),
        ),
        uses=_until(
            MaterialUse.objects.filter(work__in=work_ids).select_related("lot__supplier", "item"), at
        ),
        outputs=_until(WorkOutput.objects.filter(work__in=work_ids).select_related("lot", "item"), at),
        purchase_lines=purchase_lines,
        purchases=as_of(Purchase, {found.purchase_id for found in purchase_lines.values()}, at),
        receipts=_received(set(purchase_lines), at),
        reservations=_reserved(line.pk, at),
        shipment_lines=list(shipped.values()),
        shipments=as_of(Shipment, {found.shipment_id for found in shipped.values()}, at),
    )


def _pegs(condition: Q, at: datetime | None) -> list[Peg]:
    found = as_of(Peg, _ids(Peg.objects.filter(condition)), at).values()
    return sorted((peg for peg in found if peg.quantity > 0), key=lambda peg: peg.pk)


def _supplies(pegs: list[Peg], kind: str) -> set[int]:
    return {peg.supply_id for peg in pegs if peg.supply_kind == kind}


def _ids(rows: QuerySet[Any]) -> list[int]:
    return list(rows.values_list("pk", flat=True))


def _until(rows: QuerySet[Any], at: datetime | None) -> list[Any]:
    return list((rows if at is None else rows.filter(at__lte=at)).order_by("pk"))


def _received(lines: set[int], at: datetime | None) -> list[ReceiptLine]:
    rows = ReceiptLine.objects.filter(purchase_line__in=lines).select_related("lot__supplier", "receipt")
    return list((rows if at is None else rows.filter(receipt__received_at__lte=at)).order_by("pk"))


def _reserved(line_id: int, at: datetime | None) -> list[Reservation]:
    ids = set(_ids(Reservation.objects.filter(origin_kind=ORDER_LINE, origin_id=line_id)))
    if at is not None:
        ids |= set(
            Change.objects.filter(
                kind=Reservation._meta.db_table,
                operation="D",
                old__contains={"origin_kind": ORDER_LINE, "origin_id": line_id},
            ).values_list("object_id", flat=True)
        )
    return list(as_of(Reservation, ids, at).values())
