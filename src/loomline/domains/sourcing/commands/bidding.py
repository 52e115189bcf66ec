"""What a supplier answers, and what we reckon it takes to bring its goods here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from django.utils.translation import gettext_lazy as _

from loomline.domains.sourcing.events import InvitationAnswered, InvitationDeclined
from loomline.domains.sourcing.models import (
    Bid,
    BidPrice,
    Incoterm,
    Invitation,
    Landing,
    Rfq,
    RfqLine,
    RfqState,
)
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class AlreadyClosed(Refused):
    """Offers are compared while the request runs."""

    says = _("{number} is {state}; offers can no longer be made or changed.")


class TooLate(Refused):
    """All suppliers have the same time."""

    says = _("{number} could be answered until {day}. Ask the buyer for more time.")


class NothingOffered(Refused):
    """An answer offers something."""

    says = _("Offer a price for at least one item, or say that you make no offer.")


class LineNotAsked(Refused):
    """Bids are for what was asked."""

    says = _("{item} is not asked for in {number}.")


class TermsMissing(Refused):
    """Prices without terms cannot be compared."""

    says = _("Say {what} of your offer.")


class BidPast(Refused):
    """An offer holds for some days."""

    says = _("Your offer would have ended on {day}. Give a later day.")


class PricesRise(Refused):
    """Who takes more does not pay more for each."""

    says = _("{item}: {price} from {start} on is more than the price for less. Check the price breaks.")


class QuantitiesCross(Refused):
    """The least is not above the most."""

    says = _("{item}: you take orders from {least} on and can do {most} at most. Check the two.")


class DeclineReasonMissing(Refused):
    """Why not is worth knowing."""

    says = _("Say in a few words why you make no offer.")


@dataclass(frozen=True, kw_only=True)
class BidDraft:
    """A price for an item from a quantity on; further rows of the same item are its price breaks.

    Least and most quantity, lead time and CO2e are those of the first row.
    """

    line: RfqLine
    price: Decimal
    from_quantity: Decimal = Decimal(0)
    min_quantity: Decimal = Decimal(0)
    max_quantity: Decimal | None = None
    lead_days: int = 0
    co2e: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class LandingDraft:
    """What brings one unit of a bid here: freight in the currency of the request, duty as a fraction."""

    bid: Bid
    freight: Decimal = Decimal(0)
    duty_rate: Decimal = Decimal(0)
    risk: Decimal = Decimal(0)


@command(move="answer", label=_("Enter answer"), icon="circle-check")
def answer_invitation(
    ctx: Ctx,
    *,
    invitation: Invitation,
    lines: list[BidDraft],
    currency: str,
    incoterm: Incoterm,
    valid_until: date,
    place: str = "",
    note: str = "",
) -> Invitation:
    """Offer prices; what was offered before on this request is replaced."""
    rfq = lock(invitation.rfq)
    invitation = lock(invitation)

    _refuse_closed(ctx, rfq)
    if not currency or not incoterm:
        raise TermsMissing(
            what=_("currency and incoterm"), at_field="currency" if not currency else "incoterm"
        )
    if valid_until < ctx.today:
        raise BidPast(day=valid_until, at_field="valid_until")
    by_line = _by_line(rfq, lines)

    invitation.bids.all().delete()
    bids = Bid.objects.bulk_create([_bid(invitation, rows[0]) for rows in by_line.values()])
    BidPrice.objects.bulk_create(
        BidPrice(bid=bid, from_quantity=start, price=price)
        for bid, rows in zip(bids, by_line.values(), strict=True)
        for start, price in _breaks(rows)
    )
    advance(
        invitation,
        "answer",
        currency=currency,
        incoterm=Incoterm(incoterm),
        place=place.strip(),
        valid_until=valid_until,
        note=note.strip(),
        answered_at=ctx.now,
        reason="",
    )

    ctx.emit(
        InvitationAnswered(
            invitation_id=invitation.pk,
            supplier_id=invitation.supplier_id,
            rfq_id=rfq.pk,
            supplier=invitation.supplier.name,
            number=rfq.number,
            bids=len(bids),
            valid_until=valid_until,
        )
    )
    return invitation


@command(move="decline", label=_("No offer"), icon="circle-x")
def decline_invitation(ctx: Ctx, *, invitation: Invitation, reason: str) -> Invitation:
    """Say that no offer will come; one that was made is taken back."""
    rfq = lock(invitation.rfq)
    invitation = lock(invitation)

    _refuse_closed(ctx, rfq)
    if not reason.strip():
        raise DeclineReasonMissing(at_field="reason")

    advance(invitation, "decline", answered_at=ctx.now, reason=reason.strip()[:300])

    ctx.emit(
        InvitationDeclined(
            invitation_id=invitation.pk,
            supplier_id=invitation.supplier_id,
            rfq_id=rfq.pk,
            supplier=invitation.supplier.name,
            number=rfq.number,
            reason=invitation.reason,
        )
    )
    return invitation


@command(label=_("Estimate landing"), icon="truck-delivery", states=(RfqState.ASKED,))
def estimate_landing(ctx: Ctx, *, rfq: Rfq, lines: list[LandingDraft]) -> Rfq:
    """Reckon what freight, duty and risk each bid brings with it, so that all are compared at our door."""
    rfq = lock(rfq)

    if rfq.state != RfqState.ASKED:
        raise AlreadyClosed(number=rfq.number, state=rfq.state.label.lower())
    for draft in lines:
        if draft.bid.invitation.rfq_id != rfq.pk:
            raise LineNotAsked(item=draft.bid.line, number=rfq.number, at_field="lines")

    Landing.objects.bulk_create(
        [
            Landing(bid=draft.bid, freight=draft.freight, duty_rate=draft.duty_rate, risk=draft.risk)
            for draft in lines
        ],
        update_conflicts=True,
        unique_fields=["bid"],
        update_fields=["freight", "duty_rate", "risk"],
    )
    return rfq


def _refuse_closed(ctx: Ctx, rfq: Rfq) -> None:
    if rfq.state != RfqState.ASKED:
        raise AlreadyClosed(number=rfq.number, state=rfq.state.label.lower())
    if rfq.answer_by is not None and ctx.today > rfq.answer_by:
        raise TooLate(number=rfq.number, day=rfq.answer_by)


def _by_line(rfq: Rfq, drafts: Sequence[BidDraft]) -> Mapping[int, list[BidDraft]]:
    known = set(rfq.lines.values_list("pk", flat=True))
    by_line: dict[int, list[BidDraft]] = {}
    for draft in drafts:
        if draft.line.pk not in known:
            raise LineNotAsked(item=draft.line, number=rfq.number, at_field="lines")
        by_line.setdefault(draft.line.pk, []).append(draft)
    if not by_line:
        raise NothingOffered(at_field="lines")
    for rows in by_line.values():
        _refuse_prices(rows)
    return by_line


def _refuse_prices(rows: Sequence[BidDraft]) -> None:
    first, item = rows[0], rows[0].line.item
    for (_before, cheaper), (start, price) in pairwise(_breaks(rows)):
        if price > cheaper:
            raise PricesRise(item=item, price=plain(price), start=plain(start), at_field="lines")
    if first.max_quantity is not None and first.max_quantity < max(first.min_quantity, Decimal("0.000001")):
        raise QuantitiesCross(
            item=item, least=plain(first.min_quantity), most=plain(first.max_quantity), at_field="lines"
        )


def _breaks(rows: Sequence[BidDraft]) -> list[tuple[Decimal, Decimal]]:
    """Price breaks in order; the first price holds for less as well, which the least quantity bounds."""
    prices = dict(sorted((row.from_quantity, row.price) for row in rows))
    (start, first), *rest = prices.items()
    return [(min(start, Decimal(0)), first), *rest]


def _bid(invitation: Invitation, draft: BidDraft) -> Bid:
    return Bid(
        invitation=invitation,
        line=draft.line,
        min_quantity=draft.min_quantity,
        max_quantity=draft.max_quantity,
        lead_days=draft.lead_days,
        co2e=draft.co2e,
    )
