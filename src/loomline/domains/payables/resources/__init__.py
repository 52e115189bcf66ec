"""How supplier invoices are shown, entered, found and exported, by noun."""

from loomline.domains.payables.resources.invoices import SupplierInvoice, SupplierInvoiceLine
from loomline.domains.payables.resources.matching import MatchAllocation, MatchTolerance

__all__ = ["MatchAllocation", "MatchTolerance", "SupplierInvoice", "SupplierInvoiceLine"]
