"""What payables answer, by noun."""

from loomline.domains.payables.queries.invoices import Billed, billed_lines, payable

__all__ = ["Billed", "billed_lines", "payable"]
