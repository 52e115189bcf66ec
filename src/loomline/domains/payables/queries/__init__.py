"""What payables answer, by noun."""

from loomline.domains.payables.queries.invoices import payable
from loomline.domains.payables.queries.matching import (
    Limit,
    Tolerance,
    allocated,
    allocations_of,
    not_billed,
    receipts_to_bill,
    tolerance_of,
)

__all__ = [
    "Limit",
    "Tolerance",
    "allocated",
    "allocations_of",
    "not_billed",
    "payable",
    "receipts_to_bill",
    "tolerance_of",
]
