"""What every event of a supplier's invoice or credit note names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from loomline.domains.payables.models import SupplierCredit, SupplierInvoice


def about(invoice: SupplierInvoice) -> dict[str, Any]:
    """The keys and numbers of an invoice, for its events."""
    return {
        "supplier_invoice_id": invoice.pk,
        "number": invoice.number,
        "their_number": invoice.their_number,
        "supplier_id": invoice.supplier_id,
        "purchase_id": invoice.purchase_id,
    }


def about_credit(credit: SupplierCredit, invoice_ids: Iterable[int] = ()) -> dict[str, Any]:
    """The keys and numbers of a credit note, for its events."""
    return {
        "supplier_credit_id": credit.pk,
        "number": credit.number,
        "their_number": credit.their_number,
        "supplier_id": credit.supplier_id,
        "supplier_invoice_ids": tuple(sorted(set(invoice_ids))),
    }
