"""The tables of payables, by noun."""

from loomline.domains.payables.models.invoice import (
    UNSETTLED,
    LineMatch,
    SupplierInvoice,
    SupplierInvoiceLine,
    SupplierInvoiceState,
)
from loomline.domains.payables.models.matching import MatchAllocation, MatchTolerance

__all__ = [
    "UNSETTLED",
    "LineMatch",
    "MatchAllocation",
    "MatchTolerance",
    "SupplierInvoice",
    "SupplierInvoiceLine",
    "SupplierInvoiceState",
]
