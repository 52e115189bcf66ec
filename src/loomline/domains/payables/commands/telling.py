"""What every event of a supplier's invoice names."""

from __future__ import annotations

from typing import Any

from loomline.domains.payables.models import SupplierInvoice


def about(invoice: SupplierInvoice) -> dict[str, Any]:
    """The keys and numbers of an invoice, for its events."""
    return {
        "supplier_invoice_id": invoice.pk,
        "number": invoice.number,
        "their_number": invoice.their_number,
        "supplier_id": invoice.supplier_id,
        "purchase_id": invoice.purchase_id,
    }
