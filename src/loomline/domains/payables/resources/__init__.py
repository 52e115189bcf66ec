"""How supplier invoices and credit notes are shown, entered, found and exported, by noun."""

from loomline.domains.payables.resources.consumption import Consumption
from loomline.domains.payables.resources.credits import (
    CreditAllocation,
    CreditApplication,
    SupplierCredit,
    SupplierCreditLine,
)
from loomline.domains.payables.resources.invoices import SupplierInvoice, SupplierInvoiceLine
from loomline.domains.payables.resources.matching import MatchAllocation, MatchTolerance

__all__ = [
    "Consumption",
    "CreditAllocation",
    "CreditApplication",
    "MatchAllocation",
    "MatchTolerance",
    "SupplierCredit",
    "SupplierCreditLine",
    "SupplierInvoice",
    "SupplierInvoiceLine",
]
