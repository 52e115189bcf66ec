"""What is held for quotes: from stock, and of what is on its way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from loomline.domains.inventory import queries as stock
from loomline.domains.planning.models import QUOTE_LINE, WORK_LINE, Peg
from loomline.domains.planning.queries.coming import supplies_of
from loomline.domains.sales.models import Quote, QuoteState

ZERO = Decimal(0)


@dataclass
class Held:
    """What is kept for one line of a quote."""

    stock: Decimal = ZERO
    coming: list[tuple[Decimal, date]] = field(default_factory=list)

    @property
    def quantity(self) -> Decimal:
        """All of it."""
        return self.stock + sum((quantity for quantity, _on in self.coming), ZERO)


def held_for(*, line_ids: Iterable[int]) -> dict[int, Held]:
    """What is held for these lines of quotes, by key; nothing where nothing is. Four statements at most."""
    ids = list(line_ids)
    found: dict[int, Held] = defaultdict(Held)
    for pk, quantity in stock.reserved_for(kind=QUOTE_LINE, ids=ids).items():
        if quantity:
            found[pk].stock = quantity
    pegs = list(Peg.objects.filter(demand_kind=QUOTE_LINE, demand_id__in=ids, quantity__gt=0).order_by("pk"))
    coming = supplies_of(
        works=[p.supply_id for p in pegs if p.supply_kind == WORK_LINE],
        purchases=[p.supply_id for p in pegs if p.supply_kind != WORK_LINE],
    )
    for peg in pegs:
        supply = coming.get((peg.supply_kind, peg.supply_id))
        if supply is not None and supply.on is not None and supply.free > 0:
            found[peg.demand_id].coming.append((min(peg.quantity, supply.free), supply.on))
    return dict(found)


def holds_over(*, today: date) -> QuerySet[Quote]:
    """Quotes that hold goods and must not: past their day, or bought with an order that is gone."""
    past = Q(state=QuoteState.SENT, held_until__lt=today)
    orphan = Q(state=QuoteState.ACCEPTED, order__isnull=True)
    return Quote.objects.filter(past | orphan, held_until__isnull=False).order_by("pk")
