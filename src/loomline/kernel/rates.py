"""What a currency is worth in another: asked by whatever adds amounts up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from loomline.kernel.port import port


@port
def exchange_rates(*, currencies: Iterable[str], into: str, on: date) -> Mapping[str, Decimal]:
    """What one unit of each currency is worth on a day; without anybody who knows, only the same one."""
    return {currency: Decimal(1) for currency in currencies if currency == into}


def in_one(sums: Mapping[str, Decimal], *, into: str, rates: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Sums added up in one currency; what has no rate stays beside it."""
    found: dict[str, Decimal] = {}
    for currency, amount in sums.items():
        rate = rates.get(currency)
        key = into if rate is not None else currency
        found[key] = found.get(key, Decimal(0)) + (amount * rate if rate is not None else amount)
    return found
