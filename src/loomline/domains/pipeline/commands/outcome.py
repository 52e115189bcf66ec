"""How deals end: won, lost, and opened again."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.pipeline import ports
from loomline.domains.pipeline.commands.opportunities import about_deal
from loomline.domains.pipeline.events import (
    OpportunityLost,
    OpportunityReopened,
    OpportunityWon,
)
from loomline.domains.pipeline.models import (
    Opportunity,
)
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class EvidenceMissing(Refused):
    """A win is an order or a signed quote; anything else needs a word of explanation."""

    says = _(
        "There is no accepted quote and no order for {number}."
        " Accept the quote, or write down why it is won all the same."
    )


class LossUnexplained(Refused):
    """A loss without a reason teaches nothing."""

    says = _("Say why {number} was lost.")


class ReopeningUnexplained(Refused):
    """Whoever reopens changes past figures."""

    says = _("Say why {number} is opened again.")


@command(move="win", label=_("Won"), icon="thumb-up")
def win_opportunity(
    ctx: Ctx, *, opportunity: Opportunity, reason: str = "", evidence: str = "", amount: Decimal | None = None
) -> Opportunity:
    """Close an opportunity as won, on evidence or for a reason; the amount becomes what was really sold."""
    proof = evidence or ports.evidence_of(ctx, opportunity=opportunity)
    if not proof and not reason.strip():
        raise EvidenceMissing(number=opportunity.number, at_field="reason")

    sold = opportunity.amount if amount is None else amount
    advance(opportunity, "win", closed_at=ctx.now, evidence=(proof or reason.strip())[:200], amount=sold)

    ctx.emit(
        OpportunityWon(
            **about_deal(opportunity),
            title=opportunity.name,
            amount=sold,
            currency=opportunity.currency,
            evidence=proof,
            reason=reason.strip(),
        )
    )
    return opportunity


@command(move="lose", label=_("Lost"), icon="trending-down")
def lose_opportunity(ctx: Ctx, *, opportunity: Opportunity, reason: str, competitor: str = "") -> Opportunity:
    """Close an opportunity as lost and say why and to whom, so that the next one goes better."""
    opportunity = lock(opportunity)

    if not reason.strip():
        raise LossUnexplained(number=opportunity.number, at_field="reason")

    advance(
        opportunity,
        "lose",
        closed_at=ctx.now,
        lost_reason=reason.strip(),
        competitor=competitor.strip() or opportunity.competitor,
    )

    ctx.emit(
        OpportunityLost(
            **about_deal(opportunity),
            amount=opportunity.amount,
            currency=opportunity.currency,
            reason=opportunity.lost_reason,
            competitor=opportunity.competitor,
        )
    )
    return opportunity


@command(move="reopen", label=_("Reopen"), icon="refresh")
def reopen_opportunity(ctx: Ctx, *, opportunity: Opportunity, reason: str) -> Opportunity:
    """Open what was settled again; past figures change, so it needs a reason."""
    if not reason.strip():
        raise ReopeningUnexplained(number=opportunity.number, at_field="reason")

    advance(opportunity, "reopen", closed_at=None, evidence="", lost_reason="")

    ctx.emit(OpportunityReopened(**about_deal(opportunity), reason=reason.strip()))
    return opportunity
