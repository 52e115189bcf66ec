"""The verbs of finance, by noun."""

from loomline.domains.finance.commands.crediting import (
    CreditedTooMuch,
    CreditUnexplained,
    NothingToCredit,
    NotPosted,
    PaidAlready,
    credit_invoice,
)
from loomline.domains.finance.commands.invoices import (
    InvoiceEmpty,
    InvoiceLineDraft,
    NothingToInvoice,
    invoice_order,
    invoice_orders,
    post_invoice,
    write_invoice,
)
from loomline.domains.finance.commands.payments import (
    AllocatedTooMuch,
    InvoiceElsewhere,
    MethodUnknown,
    NoMoney,
    NothingOpen,
    ReversedAlready,
    ReversedForNothing,
    allocate_payment,
    reverse_payment,
    take_payment,
)

__all__ = [
    "AllocatedTooMuch",
    "CreditUnexplained",
    "CreditedTooMuch",
    "InvoiceElsewhere",
    "InvoiceEmpty",
    "InvoiceLineDraft",
    "MethodUnknown",
    "NoMoney",
    "NotPosted",
    "NothingOpen",
    "NothingToCredit",
    "NothingToInvoice",
    "PaidAlready",
    "ReversedAlready",
    "ReversedForNothing",
    "allocate_payment",
    "credit_invoice",
    "invoice_order",
    "invoice_orders",
    "post_invoice",
    "reverse_payment",
    "take_payment",
    "write_invoice",
]
