"""Bids made comparable: what a unit costs at our door, in the currency of the request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from loomline.domains.ledger import queries as ledger
from loomline.domains.sourcing.models import Bid, InvitationState, Rfq, RfqLine

PRICE = Decimal("0.000001")


@dataclass(frozen=True)
class Offer:
    """A bid with all that makes it comparable; without a rate its currency cannot be compared."""

    bid: Bid
    prices: tuple[tuple[Decimal, Decimal], ...]
    freight: Decimal
    duty_rate: Decimal
    risk: Decimal
    rate: Decimal | None

    @property
    def line(self) -> RfqLine:
        return self.bid.line

    @property
    def supplier_id(self) -> int:
        return self.bid.invitation.supplier_id

    @property
    def least(self) -> Decimal:
        return self.bid.min_quantity

    @property
    def most(self) -> Decimal:
        """The most that can be had: what is asked for, unless the supplier can do less."""
        asked = self.line.quantity
        return asked if self.bid.max_quantity is None else min(self.bid.max_quantity, asked)

    @property
    def takes_all(self) -> bool:
        """True when this supplier alone can deliver what is asked for."""
        return self.least <= self.line.quantity <= self.most

    def price(self, quantity: Decimal) -> Decimal:
        """What a unit of so many costs, in the currency of the answer."""
        return next(price for start, price in reversed(self.prices) if start <= quantity)

    def landed_price(self, price: Decimal) -> Decimal:
        """The price with duty, in the currency of the request, without freight."""
        assert self.rate is not None
        return (price * self.rate * (1 + self.duty_rate)).quantize(PRICE)

    def landed(self, quantity: Decimal) -> Decimal:
        """What a unit of so many costs at our door."""
        return self.landed_price(self.price(quantity)) + self.freight

    @property
    def usual(self) -> Decimal:
        """What a unit costs for as much of the demand as this supplier takes."""
        return self.landed(max(self.least, self.most))


def offers(*, rfq: Rfq, on: date) -> list[Offer]:
    """All bids of suppliers that have answered, by line and then by supplier. Costs three statements."""
    rows = (
        Bid.objects.filter(invitation__rfq=rfq, invitation__state=InvitationState.ANSWERED)
        .select_related("invitation__supplier", "line__item__unit", "landing")
        .prefetch_related("prices")
        .order_by("line__position", "line", "invitation__supplier__name", "pk")
    )
    bids = list(rows)
    wanted = {bid.invitation.currency for bid in bids}
    rates = ledger.exchange_rates(currencies=wanted, into=rfq.currency, on=on) if wanted else {}
    return [_offer(bid, rates) for bid in bids]


def _offer(bid: Bid, rates: Mapping[str, Decimal]) -> Offer:
    landing = getattr(bid, "landing", None)
    return Offer(
        bid=bid,
        prices=tuple(sorted((row.from_quantity, row.price) for row in bid.prices.all())),
        freight=landing.freight if landing else Decimal(0),
        duty_rate=landing.duty_rate if landing else Decimal(0),
        risk=landing.risk if landing else Decimal(0),
        rate=rates.get(bid.invitation.currency),
    )
