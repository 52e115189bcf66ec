"""What suppliers ask of us."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from loomline.domains.payables.models import SupplierInvoice, SupplierInvoiceState


def payable(*, until: date) -> QuerySet[SupplierInvoice]:
    """Approved supplier invoices that fall due by a day, the first due first."""
    return SupplierInvoice.objects.filter(state=SupplierInvoiceState.APPROVED, due_on__lte=until).order_by(
        "due_on", "pk"
    )
