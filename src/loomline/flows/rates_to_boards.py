"""Boards add up what stands in several currencies; the ledger knows the rates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from loomline.domains.ledger import queries as ledger
from loomline.kernel import rates
from loomline.kernel.port import fill


@fill(rates.exchange_rates)
def exchange_rates(*, currencies: Iterable[str], into: str, on: date) -> Mapping[str, Decimal]:
    """The newest rate of a day."""
    return ledger.exchange_rates(currencies=currencies, into=into, on=on)
