"""The verbs of payables, by noun."""

from loomline.domains.payables.commands.invoices import (
    BilledTooMuch,
    EnteredBefore,
    InvoiceWithoutLines,
    NotOrdered,
    NumberMissing,
    PurchaseElsewhere,
    RejectedForNothing,
    SupplierInvoiceLineDraft,
    TotalsDiffer,
    approve_supplier_invoice,
    enter_supplier_invoice,
    match_supplier_invoice,
    pay_supplier_invoice,
    reject_supplier_invoice,
)

__all__ = [
    "BilledTooMuch",
    "EnteredBefore",
    "InvoiceWithoutLines",
    "NotOrdered",
    "NumberMissing",
    "PurchaseElsewhere",
    "RejectedForNothing",
    "SupplierInvoiceLineDraft",
    "TotalsDiffer",
    "approve_supplier_invoice",
    "enter_supplier_invoice",
    "match_supplier_invoice",
    "pay_supplier_invoice",
    "reject_supplier_invoice",
]
