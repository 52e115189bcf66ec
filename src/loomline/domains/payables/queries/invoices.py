"""What suppliers ask of us, beside what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from loomline.domains.payables.models import SupplierInvoice, SupplierInvoiceLine, SupplierInvoiceState

ZERO = Decimal(0)


@dataclass(frozen=True)
class Billed:
    """A purchase line as supplier invoices see it."""

    accepted: Decimal
    billed_before: Decimal
    price: Decimal

    @property
    def billable(self) -> Decimal:
        """What arrived, was taken, and nobody has billed yet."""
        return max(self.accepted - self.billed_before, ZERO)


def billed_lines(*, invoice: SupplierInvoice, lines: Sequence[SupplierInvoiceLine]) -> dict[int, Billed]:
    """What there is to bill for the purchase lines of these invoice lines, by purchase line."""
    keys = {line.purchase_line_id for line in lines if line.purchase_line_id}
    others = SupplierInvoiceLine.objects.filter(purchase_line__in=keys).exclude(invoice=invoice.pk)
    counted = others.exclude(invoice__state=SupplierInvoiceState.REJECTED).order_by()
    before = dict(counted.values_list("purchase_line").annotate(n=Sum("quantity")))
    return {
        line.purchase_line_id: Billed(
            accepted=line.purchase_line.accepted,
            billed_before=before.get(line.purchase_line_id, ZERO),
            price=line.purchase_line.net_price,
        )
        for line in lines
        if line.purchase_line_id and line.purchase_line is not None
    }


def payable(*, until: date) -> QuerySet[SupplierInvoice]:
    """Approved supplier invoices that fall due by a day, the first due first."""
    return SupplierInvoice.objects.filter(state=SupplierInvoiceState.APPROVED, due_on__lte=until).order_by(
        "due_on", "pk"
    )
