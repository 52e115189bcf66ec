"""What payables answer, by noun."""

from loomline.domains.payables.queries.credits import (
    Credited,
    allocations_of_credit,
    billed_parts,
    cleared,
    credit_lines_of,
    credited_of,
    credited_returns,
    lines_to_credit,
    open_credits,
    open_invoices,
    owed_to,
    returns_of,
    taken_back,
    taken_for_returns,
)
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
    "Credited",
    "Limit",
    "Tolerance",
    "allocated",
    "allocations_of",
    "allocations_of_credit",
    "billed_parts",
    "cleared",
    "credit_lines_of",
    "credited_of",
    "credited_returns",
    "lines_to_credit",
    "not_billed",
    "open_credits",
    "open_invoices",
    "owed_to",
    "payable",
    "receipts_to_bill",
    "returns_of",
    "taken_back",
    "taken_for_returns",
    "tolerance_of",
]
