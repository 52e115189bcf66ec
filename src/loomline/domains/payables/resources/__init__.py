"""How supplier invoices are shown, entered, found and exported, by noun."""

from loomline.domains.payables.resources.invoices import SupplierInvoice, SupplierInvoiceLine

__all__ = ["SupplierInvoice", "SupplierInvoiceLine"]
