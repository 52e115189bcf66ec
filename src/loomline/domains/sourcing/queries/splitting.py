"""How the demand is best given to the bidders, and why each gets what it gets."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.utils.translation import gettext as _t

from loomline.domains.procurement.models import Purchase
from loomline.domains.sourcing.models import Rfq, RfqLine
from loomline.domains.sourcing.queries.offers import Offer
from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import NotInstalled
from loomline.engines.sourcing import award as engine
from loomline.engines.sourcing.split import split_award
from loomline.kernel.money import minor_unit
from loomline.kernel.quantity import PLACES, plain

SECONDS = 10.0
KEY = re.compile(r"(supplier|item):\d+")
SHARE = Decimal("0.000001")


class NoSplit(Exception):
    """The bids cannot meet the demand within the rules; the sentence says which would have to give."""


@dataclass(frozen=True, kw_only=True)
class AwardRules:
    """What a split must keep to; nothing given, nothing kept to. Shares are fractions of an item's demand."""

    most_share: Decimal | None = None
    most_suppliers: int | None = None
    least_suppliers: int | None = None
    incumbent_share: Decimal | None = None
    switching_cost: Decimal | None = None
    most_co2e: Decimal | None = None
    most_risk: Decimal | None = None

    def told(self) -> dict[str, str]:
        """The rules that are given, as the record of the decision keeps them."""
        return {name: str(value) for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class Share:
    """What one bid gets."""

    offer: Offer
    quantity: Decimal
    why: str = ""

    @property
    def cost(self) -> Decimal:
        """What it costs landed."""
        return self.offer.landed(self.quantity) * self.quantity


@dataclass(frozen=True)
class Proposal:
    """The best split, what it costs landed, and the least that any split within the rules can cost."""

    shares: list[Share]
    cost: Decimal
    least_cost: Decimal


def propose(*, rfq: Rfq, found: Sequence[Offer], rules: AwardRules) -> Proposal:
    """The cheapest split within the rules; raises NoSplit, which says what stands against it."""
    ready = [offer for offer in found if offer.rate is not None]
    lines = list(rfq.lines.select_related("item"))
    served = _incumbents(ready)
    bids = [_bid(offer, is_incumbent=(offer.supplier_id, offer.line.item_id) in served) for offer in ready]
    try:
        split = split_award(
            {f"item:{line.pk}": float(line.quantity) for line in lines}, bids, _rules(rules), seconds=SECONDS
        )
    except (BadInput, NotInstalled) as fault:
        raise NoSplit(_in_words(str(fault), ready, lines)) from fault
    by_key = {key_of(offer): offer for offer in ready}
    chosen = {(one.supplier, one.item): Decimal(str(one.quantity)).quantize(PLACES) for one in split.awards}
    shares = [
        Share(by_key[key], quantity, why(by_key[key], quantity, ready, chosen, rules))
        for key, quantity in sorted(chosen.items(), key=lambda one: (one[0][1], -one[1]))
    ]
    coin = minor_unit(rfq.currency)
    cost = sum((share.cost for share in shares), Decimal(0)).quantize(coin)
    least = min(Decimal(str(split.bound)).quantize(coin), cost)
    return Proposal(shares, cost, least)


def why(
    offer: Offer,
    quantity: Decimal,
    found: Sequence[Offer],
    chosen: dict[tuple[str, str], Decimal],
    rules: AwardRules,
) -> str:
    """Why a bid gets something although, or because, others cost more or less."""
    own = offer.landed(quantity)
    cheaper = [
        other
        for other in found
        if other is not offer and other.line.pk == offer.line.pk and other.usual < own
    ]
    shown = f"{plain(own.quantize(Decimal('0.0001')))} {offer.bid.invitation.rfq.currency}"
    if not cheaper:
        return _t("Lowest landed cost: {price} a unit.").format(price=shown)
    reasons = [_held(other, quantity, chosen, rules) for other in sorted(cheaper, key=lambda one: one.usual)]
    return _t("{price} a unit; {reasons}.").format(price=shown, reasons="; ".join(reasons))[:500]


def _held(other: Offer, quantity: Decimal, chosen: dict[tuple[str, str], Decimal], rules: AwardRules) -> str:
    name = other.bid.invitation.supplier.name
    given = chosen.get(key_of(other), Decimal(0))
    if given and given >= other.most and other.most < other.line.quantity:
        return _t("{name} is cheaper and can do no more than {most}").format(
            name=name, most=plain(other.most)
        )
    if given and rules.most_share is not None and given >= rules.most_share * other.line.quantity - SHARE:
        return _t("{name} is cheaper and has the largest share allowed").format(name=name)
    if other.least > other.line.quantity:
        return _t("{name} is cheaper but takes orders from {least} on").format(
            name=name, least=plain(other.least)
        )
    if given > quantity:
        return _t("{name} is cheaper and gets the larger part").format(name=name)
    if given:
        return _t("{name} is cheaper, but with this price break all of it together costs less").format(
            name=name
        )
    return _t("{name} is cheaper but the rules stand against it").format(name=name)


def _bid(offer: Offer, *, is_incumbent: bool) -> engine.Bid:
    return engine.Bid(
        supplier=key_of(offer)[0],
        item=key_of(offer)[1],
        prices=tuple(engine.Price(float(start), float(offer.landed_price(p))) for start, p in offer.prices),
        least=float(offer.least),
        most=float(max(offer.most, offer.least)),
        landed=float(offer.freight),
        co2e=float(offer.bid.co2e or 0),
        risk=float(offer.risk),
        is_incumbent=is_incumbent,
    )


def _rules(rules: AwardRules) -> engine.Rules:
    return engine.Rules(
        switching=float(rules.switching_cost or 0),
        suppliers=(
            rules.least_suppliers or 1,
            max(rules.most_suppliers or 10**6, rules.least_suppliers or 1),
        ),
        share=(0.0, float(rules.most_share) if rules.most_share is not None else 1.0),
        incumbent_share=float(rules.incumbent_share or 0),
        most_co2e=float(rules.most_co2e) if rules.most_co2e is not None else math.inf,
        most_risk=float(rules.most_risk) if rules.most_risk is not None else math.inf,
    )


def _incumbents(found: Sequence[Offer]) -> set[tuple[int, int]]:
    """Who has delivered which of these items before."""
    rows = Purchase.objects.filter(
        supplier__in={offer.supplier_id for offer in found},
        lines__item__in={offer.line.item_id for offer in found},
        lines__received__gt=0,
    )
    return set(rows.order_by().values_list("supplier", "lines__item").distinct())


def key_of(offer: Offer) -> tuple[str, str]:
    """How the engine calls a bid: words that no number in a sentence can be taken for."""
    return f"supplier:{offer.supplier_id}", f"item:{offer.line.pk}"


def _in_words(sentence: str, found: Sequence[Offer], lines: Sequence[RfqLine]) -> str:
    """The engine knows keys; people know names."""
    names = {f"item:{line.pk}": str(line.item) for line in lines}
    names |= {key_of(offer)[0]: offer.bid.invitation.supplier.name for offer in found}
    return KEY.sub(lambda key: names.get(key[0], key[0]), sentence)
