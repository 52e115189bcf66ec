"""The tables of finance, by noun."""

from loomline.domains.finance.models.invoice import Invoice, InvoiceKind, InvoiceLine, InvoiceState
from loomline.domains.finance.models.payment import Payment, PaymentAllocation, PaymentMethod, PaymentState
from loomline.domains.finance.models.rate import ExchangeRate
from loomline.domains.finance.models.supplier import (
    SupplierInvoice,
    SupplierInvoiceLine,
    SupplierInvoiceState,
)

__all__ = [
    "ExchangeRate",
    "Invoice",
    "InvoiceKind",
    "InvoiceLine",
    "InvoiceState",
    "Payment",
    "PaymentAllocation",
    "PaymentMethod",
    "PaymentState",
    "SupplierInvoice",
    "SupplierInvoiceLine",
    "SupplierInvoiceState",
]
