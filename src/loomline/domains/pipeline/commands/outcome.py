"""How deals end: won, lost, given up, opened again; and what becomes of a win."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.pipeline import ports, queries
from loomline.domains.pipeline.commands.opportunities import about_deal
from loomline.domains.pipeline.events import (
    OpportunityAbandoned,
    OpportunityFollowed,
    OpportunityLost,
    OpportunityReopened,
    OpportunityWon,
)
from loomline.domains.pipeline.models import (
    Opportunity,
    OpportunityState,
    Outcome,
    OutcomeReason,
)
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.money import Money
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class EvidenceMissing(Refused):
    """A win is an order or a signed quote; anything else needs a word of explanation."""

    says = _(
        "There is no accepted quote and no order for {number}."
        " Accept the quote, or write down why it is won all the same."
    )


class CauseMissing(Refused):
    """The pipeline wants a reason that can be counted."""

    says = _("Choose a reason from the list; the pipeline {pipeline} asks for one.")


class CauseOfOther(Refused):
    """A reason explains one outcome."""

    says = _('"{cause}" explains why something is {theirs}, not why it is {ours}. Choose another reason.')


class CompetitorMissing(Refused):
    """The pipeline wants to know against whom."""

    says = _('Say who else was in it, or "nobody"; the pipeline {pipeline} asks for it.')


class LossUnexplained(Refused):
    """What ends without a reason teaches nothing."""

    says = _("Say why {number} was lost or given up.")


class ReopeningUnexplained(Refused):
    """Whoever reopens changes past figures."""

    says = _("Say why {number} is opened again.")


class NotSettled(Refused):
    """Only what has ended has an outcome."""

    says = _("Opportunity {number} is still open.")


@command(move="win", label=_("Won"), icon="thumb-up")
def win_opportunity(
    ctx: Ctx,
    *,
    opportunity: Opportunity,
    amount: Decimal | None = None,
    cause: OutcomeReason | None = None,
    reason: str = "",
    evidence: str = "",
    competitor: str = "",
) -> Opportunity:
    """Close an opportunity as won, on evidence or for a reason; the amount becomes what was really sold.

    Reason and competitor that the pipeline asks for are asked of people, never of a quote being accepted.
    """
    proof = evidence or ports.evidence_of(ctx, opportunity=opportunity)
    said = _why(reason, cause)
    if not proof and not said:
        raise EvidenceMissing(number=opportunity.number, at_field="reason")
    if ctx.within == "pipeline.win_opportunity":
        _refuse_unexplained(opportunity, Outcome.WON, cause, competitor)

    sold = opportunity.amount if amount is None else amount
    advance(
        opportunity,
        "win",
        closed_at=ctx.now,
        evidence=(proof or said)[:200],
        amount=sold,
        cause=cause,
        competitor=competitor.strip() or opportunity.competitor,
    )

    ctx.emit(
        OpportunityWon(
            **about_deal(opportunity),
            title=opportunity.name,
            amount=sold,
            currency=opportunity.currency,
            evidence=proof,
            reason=said,
        )
    )
    return opportunity


@command(move="lose", label=_("Lost"), icon="trending-down")
def lose_opportunity(
    ctx: Ctx,
    *,
    opportunity: Opportunity,
    cause: OutcomeReason | None = None,
    competitor: str = "",
    reason: str = "",
) -> Opportunity:
    """Close an opportunity as lost and say why and to whom, so that the next one goes better."""
    opportunity = lock(opportunity)

    _refuse_unexplained(opportunity, Outcome.LOST, cause, competitor)
    if not reason.strip() and cause is None:
        raise LossUnexplained(number=opportunity.number, at_field="reason")

    advance(
        opportunity,
        "lose",
        closed_at=ctx.now,
        lost_reason=_why(reason, cause),
        cause=cause,
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


@command(move="abandon", label=_("Give up"), icon="archive")
def abandon_opportunity(
    ctx: Ctx, *, opportunity: Opportunity, cause: OutcomeReason | None = None, reason: str = ""
) -> Opportunity:
    """Give an opportunity up that nobody has won or lost, so that it counts in neither."""
    opportunity = lock(opportunity)

    _refuse_unexplained(opportunity, Outcome.ABANDONED, cause, "")
    if not reason.strip() and cause is None:
        raise LossUnexplained(number=opportunity.number, at_field="reason")

    advance(opportunity, "abandon", closed_at=ctx.now, lost_reason=_why(reason, cause), cause=cause)

    ctx.emit(
        OpportunityAbandoned(
            **about_deal(opportunity),
            amount=opportunity.amount,
            currency=opportunity.currency,
            reason=opportunity.lost_reason,
        )
    )
    return opportunity


SETTLED = (OpportunityState.WON, OpportunityState.LOST, OpportunityState.ABANDONED)


@command(label=_("Say why"), icon="message-2", undo=True, states=SETTLED)
def explain_outcome(
    ctx: Ctx, *, opportunity: Opportunity, cause: OutcomeReason, competitor: str = ""
) -> Opportunity:
    """Say afterwards why a deal ended as it did, as after a quote that the customer accepted."""
    opportunity = lock(opportunity)

    if opportunity.state == OpportunityState.OPEN:
        raise NotSettled(number=opportunity.number)
    _refuse_other_cause(opportunity.state, cause)

    opportunity.cause, opportunity.competitor = cause, competitor.strip() or opportunity.competitor
    opportunity.save(update_fields=["cause", "competitor"])
    return opportunity


@command(hidden=True)
def follow_orders(
    ctx: Ctx, *, opportunity: Opportunity, sold: Sequence[Money], evidence: str, cause: str
) -> Opportunity:
    """Let a won deal be worth what is really ordered now; a deal that is not won is left alone.

    Amounts in another currency count at today's rate; without one the deal stays as it is.
    """
    opportunity = lock(opportunity)
    currencies = {money.currency for money in sold}
    rates = ports.exchange_rates(currencies=currencies, into=opportunity.currency, on=ctx.today)
    if opportunity.state != OpportunityState.WON or not currencies <= {*rates, opportunity.currency}:
        return opportunity

    before = opportunity.amount
    worth = sum((money.amount * rates.get(money.currency, Decimal(1)) for money in sold), Decimal(0))
    opportunity.amount = Money(worth, opportunity.currency).rounded().amount
    opportunity.evidence = evidence[:200]
    opportunity.save(update_fields=["amount", "evidence"])

    if opportunity.amount != before:
        ctx.emit(
            OpportunityFollowed(
                **about_deal(opportunity),
                before=before,
                amount=opportunity.amount,
                currency=opportunity.currency,
                cause=cause,
                tone="bad" if not sold else "warn" if opportunity.amount < before else "info",
            )
        )
    return opportunity


@command(move="reopen", label=_("Reopen"), icon="refresh")
def reopen_opportunity(ctx: Ctx, *, opportunity: Opportunity, reason: str) -> Opportunity:
    """Open what was settled again; past figures change, so it needs a reason."""
    if not reason.strip():
        raise ReopeningUnexplained(number=opportunity.number, at_field="reason")

    advance(opportunity, "reopen", closed_at=None, evidence="", lost_reason="", cause=None)

    ctx.emit(OpportunityReopened(**about_deal(opportunity), reason=reason.strip()))
    return opportunity


def _refuse_unexplained(
    opportunity: Opportunity, outcome: Outcome, cause: OutcomeReason | None, competitor: str
) -> None:
    pipeline = opportunity.pipeline
    if cause is not None:
        _refuse_other_cause(outcome, cause)
    elif pipeline.asks_reason and queries.causes(outcome=outcome).exists():
        raise CauseMissing(pipeline=pipeline, at_field="cause")
    against = competitor.strip() or opportunity.competitor
    if pipeline.asks_competitor and outcome != Outcome.ABANDONED and not against:
        raise CompetitorMissing(pipeline=pipeline, at_field="competitor")


def _refuse_other_cause(outcome: str, cause: OutcomeReason) -> None:
    if cause.outcome != outcome:
        ours = Outcome(outcome).label.lower()
        raise CauseOfOther(
            cause=cause.name, theirs=cause.get_outcome_display().lower(), ours=ours, at_field="cause"
        )


def _why(reason: str, cause: OutcomeReason | None) -> str:
    return ": ".join(part for part in (cause.name if cause else "", reason.strip()) if part)[:200]
