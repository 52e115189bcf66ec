"""What a partner does for work by order is paid as ordered, and costs the work as it comes back."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.costing import commands as costing
from loomline.domains.costing.models import ChargeKind
from loomline.domains.manufacturing.models import WorkOrder, WorkStage
from loomline.domains.payables import queries as payables
from loomline.domains.planning.models import WORK_STAGE
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.events import GoodsReceived, ReceiptReversed
from loomline.domains.procurement.models import PurchaseLine, Receipt
from loomline.kernel.context import Ctx
from loomline.kernel.event import on
from loomline.kernel.money import Money
from loomline.kernel.refusal import Refused

WORK = WorkOrder._meta.label_lower


class BilledReceipt(Refused):
    """What somebody asks money for has come."""

    says = _(
        "{receipt} is billed by {invoice}. Reject that invoice, or enter a supplier's credit note; then"
        " reverse the receipt."
    )


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
    """What was received by mistake is not billed, and what a stage cost by it is taken out of its work.

    What the stage has handed over or reported stays: that is said on the stage.
    """
    receipt = Receipt.objects.get(pk=event.receipt_id)
    rows = list(receipt.lines.select_related("purchase_line").order_by("pk"))
    billed = payables.allocated(receipt_line_ids=[row.pk for row in rows])
    for row in rows:
        if billed.get(row.pk):
            bill = row.billed.latest("pk").line.invoice
            raise BilledReceipt(receipt=event.receipt, invoice=bill)
    stages = {row.purchase_line.origin_id for row in rows if row.purchase_line.origin_kind == WORK_STAGE}
    works = dict(WorkStage.objects.filter(pk__in=stages).values_list("pk", "work_id"))
    for row in rows:
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
