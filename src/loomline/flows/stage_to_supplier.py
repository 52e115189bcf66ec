"""What a partner does for work by order is paid as ordered, and costs the work as it comes back."""

from __future__ import annotations

from loomline.domains.costing import commands as costing
from loomline.domains.costing.models import ChargeKind
from loomline.domains.manufacturing.models import WorkOrder, WorkStage
from loomline.domains.planning.models import WORK_STAGE
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.events import GoodsReceived, ReceiptReversed
from loomline.domains.procurement.models import PurchaseLine, Receipt
from loomline.kernel.context import Ctx
from loomline.kernel.event import on
from loomline.kernel.money import Money

WORK = WorkOrder._meta.label_lower


@on(GoodsReceived)
def goods_received(ctx: Ctx, event: GoodsReceived) -> None:
    """The service of a stage goes into its work, and is owed like goods that were received."""
    stages = dict(
        PurchaseLine.objects.filter(pk__in=event.line_ids, origin_kind=WORK_STAGE).values_list(
            "pk", "origin_id"
        )
    )
    if not stages:
        return
    works = dict(WorkStage.objects.filter(pk__in=stages.values()).values_list("pk", "work_id"))
    receipt = Receipt.objects.select_related("purchase").get(pk=event.receipt_id)
    for row in procurement.keep_costs(ctx, receipt=receipt, line_ids=list(stages)):
        work = works.get(stages[row.purchase_line_id] or 0)
        amount = Money(row.accepted * (row.unit_cost or 0), ctx.company.currency).rounded().amount
        if work is not None and amount > 0:
            costing.charge_work(
                ctx,
                origin_kind=WORK,
                origin_id=work,
                kind=ChargeKind.SERVICE,
                amount=amount,
                text=f"{row.purchase_line} · {event.number} · {event.receipt}",
            )


@on(ReceiptReversed)
def receipt_reversed(ctx: Ctx, event: ReceiptReversed) -> None:
    """What a stage cost by it is taken out of its work.

    What the stage has handed over or reported stays: that is said on the stage.
    """
    receipt = Receipt.objects.get(pk=event.receipt_id)
    rows = receipt.lines.filter(purchase_line__origin_kind=WORK_STAGE).select_related("purchase_line")
    stages = {row.purchase_line.origin_id for row in rows}
    works = dict(WorkStage.objects.filter(pk__in=stages).values_list("pk", "work_id"))
    for row in rows.order_by("pk"):
        work = works.get(row.purchase_line.origin_id or 0)
        amount = Money(row.accepted * (row.unit_cost or 0), ctx.company.currency).rounded().amount
        if work is not None and amount > 0:
            costing.take_back_charge(
                ctx,
                origin_kind=WORK,
                origin_id=work,
                kind=ChargeKind.SERVICE,
                amount=amount,
                text=f"{row.purchase_line} · {event.receipt} · {event.reason}"[:200],
            )
