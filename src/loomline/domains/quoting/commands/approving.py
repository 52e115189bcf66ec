"""Asking for an approval, and giving it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.quoting import queries
from loomline.domains.quoting.events import (
    ApprovalAsked,
    ApprovalRefused,
    ApprovalStepTaken,
    ApprovalWithdrawn,
    QuoteApproved,
)
from loomline.domains.quoting.models import Approval, ApprovalDecision, ApprovalState, DecisionState, Measure
from loomline.domains.sales.commands import QuoteSeen
from loomline.domains.sales.models import Quote, QuoteState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class NothingToApprove(Refused):
    """A question whose answer is yes anyway wastes somebody's time."""

    says = _("Quote {number} needs no approval: no policy is crossed that you may not pass. Send it.")


class AlreadyAsked(Refused):
    """One question, one answer."""

    says = _("Approval for quote {number} was asked for already and is {state}. Change the quote, or wait.")


class NotYourTurn(Refused):
    """Who decides is written in the policy."""

    says = _("Quote {number} waits for {roles}. You hold none of these roles, or it is not their turn yet.")
    status = 403


class OwnQuote(Refused):
    """Four eyes see more than two."""

    says = _("You asked for this approval yourself. Somebody else with the role {roles} has to decide.")
    status = 403


class ReasonMissing(Refused):
    """A no without a reason cannot be mended."""

    says = _("Say what has to change in quote {number}.")


@command(label=_("Ask for approval"), icon="hand-stop", states=(QuoteState.DRAFT,))
def request_approval(ctx: Ctx, *, quote: Quote, note: str = "") -> Approval:
    """Ask those who may decide whether the quote may be sent as it stands."""
    quote = lock(quote)
    lines = list(quote.lines.select_related("item").order_by("position", "pk"))

    if quote.state != QuoteState.DRAFT:
        raise QuoteSeen(number=quote.number, state=quote.state.label.lower())
    at = queries.standing(ctx, quote=quote, lines=lines)
    found = queries.needs(ctx, quote=quote, at=at)
    if not found:
        raise NothingToApprove(number=quote.number)
    print_of = queries.fingerprint(quote=quote, lines=lines)
    last = Approval.objects.filter(quote=quote).order_by("-pk").first()
    settled = (ApprovalState.WAITING, ApprovalState.APPROVED)
    if last is not None and last.fingerprint == print_of and last.state in settled:
        raise AlreadyAsked(number=quote.number, state=last.state.label.lower())

    if last is not None and last.state == ApprovalState.WAITING:
        # The quote has changed since: whoever was asked then is asked about this one now.
        advance(last, "withdraw", ended_at=ctx.now)
    why = "; ".join(dict.fromkeys(need.sentence for need in found))
    approval = Approval.objects.create(
        quote=quote,
        asked_by=ctx.actor,
        asked_at=ctx.now,
        note=note.strip(),
        why=why[:300],
        fingerprint=print_of,
        net=quote.net,
        currency=quote.currency,
        discount=at.discount,
        margin=at.margin,
    )
    ApprovalDecision.objects.bulk_create(
        [
            ApprovalDecision(
                approval=approval,
                policy=need.policy.name,
                level=need.step.level,
                role=need.step.role,
                measure=Measure(need.policy.measure),
                threshold=need.step.threshold,
                value=need.value,
                four_eyes=not need.policy.own_authority,
            )
            for need in found
        ]
    )

    ctx.emit(ApprovalAsked(**_about(approval, quote), why=why))
    return approval


@command(label=_("Approve"), icon="circle-check", states=(ApprovalState.WAITING,))
def approve_quotes(ctx: Ctx, *, approvals: list[Approval], note: str = "") -> list[Approval]:
    """Let quotes be sent as they stand, as far as the actor's roles decide."""
    locked = lock_all(approvals)
    steps = _steps(locked)
    roles = queries.role_keys(ctx.actor)

    mine: list[ApprovalDecision] = []
    for approval in locked:
        mine += _agreed(ctx, approval, steps[approval.pk], roles, note)
    ApprovalDecision.objects.bulk_update(mine, ["state", "by", "at", "note"])
    for approval in locked:
        left = [one for one in steps[approval.pk] if one.state == DecisionState.WAITING]
        if not left:
            advance(approval, "approve", ended_at=ctx.now)
            ctx.emit(QuoteApproved(**_about(approval, approval.quote), by=str(ctx.actor)))
        else:
            taken = [one for one in mine if one.approval_id == approval.pk]
            ctx.emit(
                ApprovalStepTaken(
                    **_about(approval, approval.quote), role=str(taken[-1].role), left=len(left)
                )
            )
    return locked


def _agreed(
    ctx: Ctx, approval: Approval, steps: Sequence[ApprovalDecision], roles: set[int], note: str
) -> list[ApprovalDecision]:
    """The steps that the actor passes: those that are theirs now, and those that become theirs by it."""
    if approval.state != ApprovalState.WAITING:
        raise AlreadyAsked(number=approval.quote.number, state=approval.state.label.lower())
    passed: list[ApprovalDecision] = []
    while turn := _theirs(ctx, approval, steps, roles):
        for one in turn:
            one.state, one.by, one.at, one.note = DecisionState.AGREED, ctx.actor, ctx.now, note.strip()[:300]
        passed += turn
    if not passed:
        raise _not_theirs(ctx, approval, steps, roles)
    return passed


def _theirs(
    ctx: Ctx, approval: Approval, steps: Sequence[ApprovalDecision], roles: set[int]
) -> list[ApprovalDecision]:
    is_own = approval.asked_by_id == ctx.actor.pk
    return [
        one
        for one in queries.open_decisions(steps)
        if queries.holds(ctx.actor, one.role_id, roles) and not (is_own and one.four_eyes)
    ]


def _not_theirs(ctx: Ctx, approval: Approval, steps: Sequence[ApprovalDecision], roles: set[int]) -> Refused:
    turn = queries.open_decisions(steps)
    said = ", ".join(dict.fromkeys(str(one.role) for one in turn))
    if any(queries.holds(ctx.actor, one.role_id, roles) for one in turn):
        return OwnQuote(roles=said)
    return NotYourTurn(number=approval.quote.number, roles=said)


@command(label=_("Do not approve"), icon="circle-x", move="refuse")
def refuse_approval(ctx: Ctx, *, approval: Approval, reason: str) -> Approval:
    """Say that the quote is not to be sent as it stands, and what has to change."""
    approval = lock_all([approval])[0]
    steps = _steps([approval])[approval.pk]

    if not reason.strip():
        raise ReasonMissing(number=approval.quote.number, at_field="reason")
    roles = queries.role_keys(ctx.actor)
    turn = [one for one in queries.open_decisions(steps) if queries.holds(ctx.actor, one.role_id, roles)]
    if approval.state == ApprovalState.WAITING and not turn:
        raise _not_theirs(ctx, approval, steps, roles)

    advance(approval, "refuse", ended_at=ctx.now, reason=reason.strip()[:300])
    for one in turn:
        one.state, one.by, one.at, one.note = DecisionState.REFUSED, ctx.actor, ctx.now, reason.strip()[:300]
    ApprovalDecision.objects.bulk_update(turn, ["state", "by", "at", "note"])

    ctx.emit(ApprovalRefused(**_about(approval, approval.quote), by=str(ctx.actor), reason=approval.reason))
    return approval


@command(label=_("Withdraw"), icon="arrow-back-up", move="withdraw")
def withdraw_approval(ctx: Ctx, *, approval: Approval) -> Approval:
    """Ask nobody any more; the quote stays a draft."""
    advance(approval, "withdraw", ended_at=ctx.now)

    ctx.emit(ApprovalWithdrawn(**_about(approval, approval.quote)))
    return approval


def _steps(approvals: Sequence[Approval]) -> dict[int, list[ApprovalDecision]]:
    found: dict[int, list[ApprovalDecision]] = {approval.pk: [] for approval in approvals}
    rows = ApprovalDecision.objects.filter(approval__in=found).select_related("role")
    for one in rows.order_by("policy", "level", "pk"):
        found[one.approval_id].append(one)
    return found


def _about(approval: Approval, quote: Quote) -> dict[str, Any]:
    return {"approval_id": approval.pk, "quote_id": quote.pk, "number": quote.number}
