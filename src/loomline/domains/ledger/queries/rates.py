"""What currencies are worth on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import Q

from loomline.domains.ledger.models import ExchangeRate


def exchange_rates(*, currencies: Iterable[str], into: str, on: date) -> dict[str, Decimal]:
    """What one unit of each currency is worth on a day, by the newest rate of either direction."""
    wanted = set(currencies)
    found = {into: Decimal(1)} if into in wanted else {}
    rows = ExchangeRate.objects.filter(on__lte=on).filter(
        Q(currency__in=wanted, into=into) | Q(currency=into, into__in=wanted)
    )
    # Oldest first, so that the newest stays; a rate written the right way round wins on the same day.
    for row in sorted(rows, key=lambda rate: (rate.on, rate.into == into)):
        found[row.currency if row.into == into else row.into] = row.rate if row.into == into else 1 / row.rate
    return found
