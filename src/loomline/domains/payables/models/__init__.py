"""The tables of payables, by noun."""

from loomline.domains.payables.models.invoice import (
    SupplierInvoice,
    SupplierInvoiceLine,
    SupplierInvoiceState,
)

__all__ = ["SupplierInvoice", "SupplierInvoiceLine", "SupplierInvoiceState"]
