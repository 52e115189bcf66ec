"""What items will cost, as far as is known."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from loomline.domains.catalog.models import Item
from loomline.domains.ledger import queries as ledger
from loomline.domains.procurement import queries as procurement

PRICE = Decimal("0.000001")


def estimates(*, items: Iterable[Item], into: str, on: date) -> dict[int, Decimal]:
    """The price of the supplier we would take, at the rate of the day; else the standard cost."""
    by_id = {item.pk: item for item in items}
    sources = {pk: rows[0] for pk, rows in procurement.sources_of(item_ids=by_id).items()}
    rates = ledger.exchange_rates(currencies={row.currency for row in sources.values()}, into=into, on=on)
    found: dict[int, Decimal] = {}
    for pk, item in by_id.items():
        source = sources.get(pk)
        rate = rates.get(source.currency) if source is not None else None
        if source is not None and rate is not None and source.price:
            found[pk] = (source.price * rate).quantize(PRICE)
        else:
            found[pk] = item.standard_cost
    return found
