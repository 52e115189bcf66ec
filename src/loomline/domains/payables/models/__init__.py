"""The tables of payables, by noun."""

from loomline.domains.payables.models.consumption import Consumption
from loomline.domains.payables.models.credit import (
    CreditAllocation,
    CreditApplication,
    CreditKind,
    SupplierCredit,
    SupplierCreditLine,
    SupplierCreditState,
)
from loomline.domains.payables.models.invoice import (
    POSTED,
    UNSETTLED,
    LineMatch,
    SupplierInvoice,
    SupplierInvoiceLine,
    SupplierInvoiceState,
)
from loomline.domains.payables.models.matching import MatchAllocation, MatchTolerance

__all__ = [
    "POSTED",
    "UNSETTLED",
    "Consumption",
    "CreditAllocation",
    "CreditApplication",
    "CreditKind",
    "LineMatch",
    "MatchAllocation",
    "MatchTolerance",
    "SupplierCredit",
    "SupplierCreditLine",
    "SupplierCreditState",
    "SupplierInvoice",
    "SupplierInvoiceLine",
    "SupplierInvoiceState",
]
