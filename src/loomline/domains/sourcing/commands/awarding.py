"""Deciding who supplies, with reasons, and ordering it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase
from loomline.domains.sourcing import queries
from loomline.domains.sourcing.events import RfqAwarded
from loomline.domains.sourcing.models import Award, Bid, Decision, Invitation, Rfq, RfqLine, RfqState
from loomline.domains.sourcing.queries import AwardRules, NoSplit, Offer, Proposal, Share
from loomline.engines.heavy import NotInstalled
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.money import minor_unit
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused, Warned
from loomline.kernel.state import advance

ORIGIN = "sourcing.rfqline"
PART = Decimal("0.000001")


class NotAsked(Refused):
    """Only what was asked can be awarded."""

    says = _("{number} is {state}; only a request that runs can be awarded.")


class BidMissing(Refused):
    """There is nothing to choose from."""

    says = _("{number} has no offer that can be compared in {currency}. Enter an answer or an exchange rate.")


class DecisionReasonMissing(Refused):
    """A decision is kept with its reason."""

    says = _("Say why it is decided so: the reason is kept with the decision.")


class AwardImpossible(Refused):
    """The rules leave no way."""

    says = _("{number} cannot be split so: {why}")


class AwardedTooMuch(Refused):
    """No more is bought than was asked for."""

    says = _("{item}: {given} awarded, {asked} asked for. Lower the quantities.")


class OutsideBid(Refused):
    """A supplier gets what it offered."""

    says = _("{supplier} offers {item} from {least} to {most}; {quantity} is outside of it.")


class BidExpired(Warned):
    """The supplier need not stand by an offer that has ended."""

    says = _("The offer of {suppliers} has ended. Award it all the same, and they may ask another price.")


@dataclass(frozen=True, kw_only=True)
class AwardDraft:
    """What one bid shall get, when people decide otherwise than reckoned."""

    bid: Bid
    quantity: Decimal


@command(move="award", label=_("Award"), icon="scale")
def award_rfq(
    ctx: Ctx,
    *,
    rfq: Rfq,
    reason: str,
    lines: list[AwardDraft] | None = None,
    most_share: Decimal | None = None,
    most_suppliers: int | None = None,
    least_suppliers: int | None = None,
    incumbent_share: Decimal | None = None,
    switching_cost: Decimal | None = None,
    most_co2e: Decimal | None = None,
    most_risk: Decimal | None = None,
) -> Decision:
    """Give the demand to the bidders at least cost within the rules, or by hand; draft the orders."""
    rfq = lock(rfq)
    found = queries.offers(rfq=rfq, on=ctx.today)
    rules = AwardRules(
        most_share=most_share, most_suppliers=most_suppliers, least_suppliers=least_suppliers,
        incumbent_share=incumbent_share, switching_cost=switching_cost, most_co2e=most_co2e,
        most_risk=most_risk,
    )  # fmt: skip

    if rfq.state != RfqState.ASKED:
        raise NotAsked(number=rfq.number, state=rfq.state.label.lower())
    if not reason.strip():
        raise DecisionReasonMissing(at_field="reason")
    if not any(offer.rate is not None for offer in found):
        raise BidMissing(number=rfq.number, currency=rfq.currency)
    made = _by_hand(rfq, lines, found, rules) if lines else _reckoned(rfq, found, rules)
    _warn_of_ended(ctx, made.shares)

    advance(rfq, "award")
    decision = Decision.objects.create(
        rfq=rfq,
        decided_at=ctx.now,
        decided_by=ctx.actor,
        is_reckoned=not lines,
        reason=reason.strip(),
        cost=made.cost,
        least_cost=made.least_cost,
        currency=rfq.currency,
        inputs=_frozen(rfq, found, rules),
    )
    orders = _order(ctx, rfq, made.shares)
    Award.objects.bulk_create(_award(decision, share, orders) for share in made.shares)

    names = sorted({share.offer.bid.invitation.supplier.name for share in made.shares})
    ctx.emit(
        RfqAwarded(
            rfq_id=rfq.pk,
            decision_id=decision.pk,
            number=rfq.number,
            suppliers=", ".join(names),
            cost=decision.cost,
            currency=rfq.currency,
            reason=decision.reason,
        )
    )
    return decision


def _reckoned(rfq: Rfq, found: Sequence[Offer], rules: AwardRules) -> Proposal:
    try:
        return queries.propose(rfq=rfq, found=found, rules=rules)
    except NoSplit as fault:
        raise AwardImpossible(number=rfq.number, why=str(fault)) from fault


def _by_hand(rfq: Rfq, drafts: Sequence[AwardDraft], found: Sequence[Offer], rules: AwardRules) -> Proposal:
    """The lines as people wrote them, beside what the least would have cost."""
    by_bid = {offer.bid.pk: offer for offer in found if offer.rate is not None}
    given: dict[int, Decimal] = defaultdict(Decimal)
    shares = []
    for draft in drafts:
        offer = by_bid.get(draft.bid.pk)
        if offer is None:
            raise BidMissing(number=rfq.number, currency=rfq.currency, at_field="lines")
        if not max(offer.least, PART) <= draft.quantity <= max(offer.most, offer.least):
            raise OutsideBid(
                supplier=offer.bid.invitation.supplier,
                item=offer.line,
                least=plain(offer.least),
                most=plain(offer.most),
                quantity=plain(draft.quantity),
                at_field="lines",
            )
        given[offer.line.pk] += draft.quantity
        if given[offer.line.pk] > offer.line.quantity:
            raise AwardedTooMuch(
                item=offer.line,
                given=plain(given[offer.line.pk]),
                asked=plain(offer.line.quantity),
                at_field="lines",
            )
        shares.append(Share(offer, draft.quantity, _t("Decided by hand.")))
    cost = sum((share.cost for share in shares), Decimal(0)).quantize(minor_unit(rfq.currency))
    try:
        least = queries.propose(rfq=rfq, found=found, rules=rules).least_cost
    except NoSplit:
        least = cost
    return Proposal(shares, cost, min(least, cost))


def _warn_of_ended(ctx: Ctx, shares: Sequence[Share]) -> None:
    ended = {
        share.offer.bid.invitation.supplier.name
        for share in shares
        if share.offer.bid.invitation.valid_until and share.offer.bid.invitation.valid_until < ctx.today
    }
    if ended:
        ctx.warn(BidExpired(suppliers=", ".join(sorted(ended))))


def _order(ctx: Ctx, rfq: Rfq, shares: Sequence[Share]) -> Mapping[int, Purchase]:
    """A draft order a supplier, at the prices and terms of its bid."""
    by_invitation: dict[int, list[Share]] = {}
    for share in shares:
        by_invitation.setdefault(share.offer.bid.invitation_id, []).append(share)
    drafts = [_draft(rfq, theirs) for theirs in by_invitation.values()]
    return dict(zip(by_invitation, procurement.open_purchases(ctx, drafts=drafts), strict=True))


def _draft(rfq: Rfq, shares: Sequence[Share]) -> procurement.PurchaseDraft:
    invitation: Invitation = shares[0].offer.bid.invitation
    return procurement.PurchaseDraft(
        supplier=invitation.supplier,
        site=rfq.site,
        buyer=rfq.buyer,
        requested_on=rfq.needed_on,
        currency=invitation.currency,
        delivery_terms=f"{invitation.incoterm} {invitation.place}".strip(),
        note=_t("From {number}").format(number=rfq.number),
        lines=[
            procurement.PurchaseLineDraft(
                item=share.offer.line.item,
                quantity=share.quantity,
                price=share.offer.price(share.quantity),
                origin_kind=ORIGIN,
                origin_id=share.offer.line.pk,
            )
            for share in shares
        ],
    )


def _award(decision: Decision, share: Share, orders: Mapping[int, Purchase]) -> Award:
    line: RfqLine = share.offer.line
    return Award(
        decision=decision,
        invitation=share.offer.bid.invitation,
        line=line,
        quantity=share.quantity,
        share=(share.quantity / line.quantity).quantize(PART),
        price=share.offer.price(share.quantity),
        landed=share.offer.landed(share.quantity),
        cost=share.cost.quantize(minor_unit(decision.currency)),
        why=share.why,
        purchase=orders[share.offer.bid.invitation_id],
    )


def _frozen(rfq: Rfq, found: Sequence[Offer], rules: AwardRules) -> dict[str, Any]:
    """All that was known: what changes later changes no decision of today."""
    kept: dict[str, Any] = {
        "demand": [
            {"line": row.pk, "item": str(row.item), "quantity": str(row.quantity)}
            for row in rfq.lines.select_related("item")
        ],
        "rules": rules.told(),
        "bids": [_kept(offer) for offer in found],
    }
    try:
        ranked = queries.ranking(rfq=rfq, found=found)
    except NotInstalled:
        return kept
    kept["weights"] = {name: str(weight) for name, weight in ranked.weights.items()}
    kept["consistency"] = str(rfq.consistency) if rfq.consistency is not None else ""
    kept["ranking"] = [
        {
            "supplier": place.invitation.supplier.name,
            "closeness": str(place.closeness),
            "wins": str(place.wins),
            "scores": {str(name): str(score) for name, score in place.scores.items()},
        }
        for place in ranked.places
    ]
    return kept


def _kept(offer: Offer) -> dict[str, Any]:
    bid = offer.bid
    return {
        "bid": bid.pk,
        "supplier": bid.invitation.supplier.name,
        "item": str(bid.line),
        "currency": bid.invitation.currency,
        "rate": str(offer.rate) if offer.rate is not None else "",
        "incoterm": bid.invitation.incoterm,
        "prices": [[str(start), str(price)] for start, price in offer.prices],
        "least": str(bid.min_quantity),
        "most": str(bid.max_quantity) if bid.max_quantity is not None else "",
        "lead_days": bid.lead_days,
        "co2e": str(bid.co2e) if bid.co2e is not None else "",
        "freight": str(offer.freight),
        "duty_rate": str(offer.duty_rate),
        "risk": str(offer.risk),
    }
