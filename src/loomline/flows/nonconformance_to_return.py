"""Goods that are to go back are rejected on the receipt that they came with, so that they are owed again."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory.models import Lot
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import ReceiptLine
from loomline.domains.quality.events import ReturnDecided
from loomline.kernel.context import Ctx
from loomline.kernel.event import on
from loomline.kernel.quantity import plain
from loomline.kernel.refusal import Refused


class NeverBought(Refused):
    """Only what came with a receipt goes back by one."""

    says = _("Of lot {lot}, {quantity} {unit} came with no purchase: they cannot be returned that way.")


@on(ReturnDecided)
def return_decided(ctx: Ctx, event: ReturnDecided) -> None:
    """What the supplier is to take back is rejected on its receipts, the newest first."""
    left = event.quantity
    for row in ReceiptLine.objects.filter(lot=event.lot_id).order_by("-pk"):
        part = min(left, row.accepted)
        if part > 0:
            procurement.reject_goods(ctx, receipt_line=row, quantity=part, reason=event.reason)
            left -= part
    if left > Decimal(0):
        lot = Lot.objects.get(pk=event.lot_id)
        raise NeverBought(lot=lot, quantity=plain(left), unit=event.unit)
