"""Sales asks what a customer owes, and finance answers; the pipeline what a currency is worth: the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from loomline.domains.finance import queries as finance
from loomline.domains.ledger import queries as ledger
from loomline.domains.pipeline import ports as pipeline
from loomline.domains.sales import ports as sales
from loomline.kernel.port import fill


@fill(sales.receivables)
def receivables(*, customers: Iterable[int], on: date) -> Mapping[int, Mapping[str, Decimal]]:
    """What customers still owe on invoices counts against their credit limit."""
    return finance.owed_by(customers=customers, on=on)


@fill(pipeline.exchange_rates)
def exchange_rates(*, currencies: Iterable[str], into: str, on: date) -> Mapping[str, Decimal]:
    """Deals in other currencies are worth what the newest rate says."""
    return ledger.exchange_rates(currencies=currencies, into=into, on=on)
