"""What somebody asks money for has come: a receipt that is billed stays."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.payables import queries as payables
from loomline.domains.procurement.events import ReceiptReversed
from loomline.domains.procurement.models import ReceiptLine
from loomline.kernel.context import Ctx
from loomline.kernel.event import on
from loomline.kernel.refusal import Refused


class BilledReceipt(Refused):
    """The bill comes off first."""

    says = _(
        "{receipt} is billed by {invoice}. Reject that invoice, or enter a supplier's credit note; then"
        " reverse the receipt."
    )


@on(ReceiptReversed)
def receipt_reversed(ctx: Ctx, event: ReceiptReversed) -> None:
    """No bill names what never came. The lines of the receipt are held, so that no bill comes in between."""
    rows = {row.pk: row for row in ReceiptLine.objects.filter(receipt=event.receipt_id).order_by("pk")}
    for pk, quantity in payables.allocated(receipt_line_ids=rows).items():
        if quantity:
            bill = rows[pk].billed.latest("pk").line.invoice
            raise BilledReceipt(receipt=event.receipt, invoice=bill)
