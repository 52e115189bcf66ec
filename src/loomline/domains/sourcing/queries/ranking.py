"""Suppliers ranked by what matters, and how firm that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from loomline.domains.procurement import queries as procurement
from loomline.domains.sourcing.models import Invitation, Measure, Rfq
from loomline.domains.sourcing.queries.offers import Offer
from loomline.engines.sourcing.ranking import rank

ZERO = Decimal(0)


@dataclass(frozen=True)
class Place:
    """One supplier's place: how close to the best it is, and the share of all weights by which it wins."""

    invitation: Invitation
    scores: dict[str, Decimal]
    closeness: Decimal
    wins: Decimal


@dataclass(frozen=True)
class Ranked:
    """Suppliers from best to worst; `stays` is how far a weight may move before another comes first."""

    places: list[Place] = field(default_factory=list)
    weights: dict[str, Decimal] = field(default_factory=dict)
    stays: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    left_out: list[Invitation] = field(default_factory=list)


def ranking(*, rfq: Rfq, found: Sequence[Offer]) -> Ranked:
    """Rank the suppliers that bid for every item; until criteria are weighed, by cost alone."""
    weights = {row.measure: row.weight for row in rfq.criteria.all()} or {Measure.COST.value: Decimal(1)}
    lines = rfq.lines.count()
    by_invitation: dict[int, list[Offer]] = {}
    for offer in found:
        by_invitation.setdefault(offer.bid.invitation_id, []).append(offer)
    whole = {
        pk: theirs
        for pk, theirs in by_invitation.items()
        if len(theirs) == lines and all(offer.rate is not None for offer in theirs)
    }
    left = [theirs[0].bid.invitation for pk, theirs in by_invitation.items() if pk not in whole]
    if not whole:
        return Ranked(weights=weights, left_out=left)
    scores = _scores(list(whole.values()))
    measures = [Measure(name) for name in weights]
    made = rank(
        [[float(row[measure]) for measure in measures] for row in scores],
        weights=[float(weights[measure]) for measure in measures],
        is_benefit=[measure.is_benefit for measure in measures],
    )
    rows = list(whole.values())
    places = [
        Place(
            invitation=rows[at][0].bid.invitation,
            scores=scores[at],
            closeness=Decimal(f"{made.closeness[at]:.4f}"),
            wins=Decimal(f"{made.wins[at]:.4f}"),
        )
        for at in made.order.tolist()
    ]
    stays = {
        measure.value: (Decimal(f"{low:.4f}") if low == low else ZERO, Decimal(f"{high:.4f}"))
        for measure, (low, high) in zip(measures, made.stays.tolist(), strict=True)
    }
    return Ranked(places, weights, stays, left)


def _scores(suppliers: Sequence[Sequence[Offer]]) -> list[dict[str, Decimal]]:
    """Figures by criterion; a supplier of whom nothing is known counts as the mean of the others."""
    ids = [theirs[0].supplier_id for theirs in suppliers]
    kept = procurement.reliability(supplier_ids=ids)
    taken = [1 - share if (share := _of(kept, pk, "rejected_share")) is not None else None for pk in ids]
    on_time = [_of(kept, pk, "on_time_share") for pk in ids]
    taken_known, on_time_known = _filled(taken), _filled(on_time)
    return [
        {
            Measure.COST: sum((offer.usual * offer.line.quantity for offer in theirs), ZERO),
            Measure.LEAD: Decimal(max(offer.bid.lead_days for offer in theirs)),
            Measure.QUALITY: taken_known[at],
            Measure.PUNCTUALITY: on_time_known[at],
            Measure.CO2E: sum(((offer.bid.co2e or ZERO) * offer.line.quantity for offer in theirs), ZERO),
            Measure.RISK: max(offer.risk for offer in theirs),
        }
        for at, theirs in enumerate(suppliers)
    ]


def _of(kept: dict[int, procurement.Reliability], pk: int, name: str) -> Decimal | None:
    found = kept.get(pk)
    share: Decimal | None = getattr(found, name) if found is not None else None
    return share


def _filled(shares: Sequence[Decimal | None]) -> list[Decimal]:
    known = [share for share in shares if share is not None]
    mean = sum(known, ZERO) / len(known) if known else Decimal(1)
    return [mean if share is None else share for share in shares]
