"""The tables of finance, by noun."""

from loomline.domains.finance.models.invoice import Invoice, InvoiceKind, InvoiceLine, InvoiceState
from loomline.domains.finance.models.payment import Payment, PaymentAllocation, PaymentMethod, PaymentState

__all__ = [
    "Invoice",
    "InvoiceKind",
    "InvoiceLine",
    "InvoiceState",
    "Payment",
    "PaymentAllocation",
    "PaymentMethod",
    "PaymentState",
]
