"""Asking for an approval, and giving it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import RoleHolder
from loomline.domains.approvals import queries
from loomline.domains.approvals.events import (
    ApprovalAsked,
    ApprovalStepTaken,
    ApprovalWithdrawn,
    DocumentApproved,
    DocumentRefused,
)
from loomline.domains.approvals.models import Approval, ApprovalState, Turn, TurnState
from loomline.domains.approvals.queries import Seats, Subject
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class NothingToApprove(Refused):
    """A question whose answer is yes anyway wastes somebody's time."""

    says = _("{number} needs no approval: no rule is crossed that you may not pass. Go on.")


class AlreadyAsked(Refused):
    """One question, one answer."""

    says = _("Approval of {number} was asked for already and is {state}. Change the document, or wait.")


class NotYourTurn(Refused):
    """Who decides is written in the rule."""

    says = _("{number} waits for {who}. You do not decide for them, or it is not their turn yet.")
    status = 403


class OwnDocument(Refused):
    """Four eyes see more than two."""

    says = _("You asked for the approval of {number} yourself. Somebody else of {who} has to decide.")
    status = 403


class ReasonMissing(Refused):
    """A no without a reason cannot be mended."""

    says = _("Say what has to change in {number}.")


@command(hidden=True)
def ask_approval(ctx: Ctx, *, subject: Subject, note: str = "") -> Approval:
    """Ask those who decide whether a document may go on as it stands."""
    found = queries.needs(ctx, subject=subject)
    if not found:
        raise NothingToApprove(number=subject.number)
    last = queries.latest_of(kind=subject.kind, document_id=subject.document_id)
    settled = (ApprovalState.WAITING, ApprovalState.APPROVED)
    if last is not None and last.fingerprint == subject.fingerprint and last.state in settled:
        raise AlreadyAsked(number=subject.number, state=last.state.label.lower())

    if last is not None and last.state == ApprovalState.WAITING:
        # The document has changed since: whoever was asked then is asked about this one now.
        advance(last, "withdraw", ended_at=ctx.now)
    why = "; ".join(dict.fromkeys(need.sentence(ctx.company.currency) for need in found))
    approval = Approval.objects.create(
        kind=subject.kind, document_id=subject.document_id, number=subject.number,
        title=subject.title[:200], goods=subject.goods, amount=subject.amount, site_id=subject.site_id,
        asked_by=ctx.actor, asked_at=ctx.now, note=note.strip(), why=why[:300],
        fingerprint=subject.fingerprint,
    )  # fmt: skip
    turns = Turn.objects.bulk_create(
        Turn(
            approval=approval,
            rule=need.rule.name,
            level=need.step.level,
            above=need.step.above,
            amount=need.amount,
            role=need.step.role,
            person=need.step.person,
            four_eyes=not need.rule.own_authority,
        )
        for need in found
    )

    ctx.emit(ApprovalAsked(**_about(approval), why=why, asked_of=_people(approval, turns)))
    return approval


@command(label=_("Approve"), icon="circle-check", states=(ApprovalState.WAITING,))
def approve_documents(ctx: Ctx, *, approvals: list[Approval], note: str = "") -> list[Approval]:
    """Let documents go on as they stand, as far as the actor decides, for oneself or as a deputy."""
    locked = lock_all(approvals)
    turns = _turns(locked)
    mine = queries.seats(ctx)

    passed: list[Turn] = []
    for approval in locked:
        passed += _agreed(ctx, approval, turns[approval.pk], mine, note)
    Turn.objects.bulk_update(passed, ["state", "by", "instead_of", "at", "note"])
    for approval in locked:
        left = [one for one in turns[approval.pk] if one.state == TurnState.WAITING]
        if not left:
            advance(approval, "approve", ended_at=ctx.now)
            told = {**_about(approval), "by": str(ctx.actor)}
            ctx.emit(DocumentApproved(**told, asked_by_id=approval.asked_by_id))
        else:
            told = {**_about(approval), "by": str(ctx.actor), "left": len(left)}
            ctx.emit(ApprovalStepTaken(**told, asked_of=_people(approval, left)))
    return locked


def _agreed(ctx: Ctx, approval: Approval, turns: Sequence[Turn], mine: Seats, note: str) -> list[Turn]:
    """The turns that the actor takes: those that are theirs now, and those that become theirs by it."""
    if approval.state != ApprovalState.WAITING:
        raise AlreadyAsked(number=approval.number, state=approval.state.label.lower())
    passed: list[Turn] = []
    while turn := _theirs(approval, turns, mine):
        for one in turn:
            _say(ctx, one, mine, TurnState.AGREED, note)
        passed += turn
    if not passed:
        raise _not_theirs(approval, turns, mine)
    return passed


def _theirs(approval: Approval, turns: Sequence[Turn], mine: Seats) -> list[Turn]:
    is_own = approval.asked_by_id == mine.actor_id
    return [
        one
        for one in queries.open_turns(turns)
        if mine.instead_of(one) is not None and not (is_own and one.four_eyes)
    ]


def _say(ctx: Ctx, one: Turn, mine: Seats, state: TurnState, note: str) -> None:
    right_of = mine.instead_of(one)
    one.state, one.by, one.at, one.note = state, ctx.actor, ctx.now, note.strip()[:300]
    one.instead_of_id = right_of if right_of != mine.actor_id else None


def _not_theirs(approval: Approval, turns: Sequence[Turn], mine: Seats) -> Refused:
    turn = queries.open_turns(turns)
    said = ", ".join(dict.fromkeys(one.who for one in turn))
    if any(mine.instead_of(one) is not None for one in turn):
        return OwnDocument(number=approval.number, who=said)
    return NotYourTurn(number=approval.number, who=said)


@command(label=_("Do not approve"), icon="circle-x", move="refuse")
def refuse_approval(ctx: Ctx, *, approval: Approval, reason: str) -> Approval:
    """Say that the document is not to go on as it stands, and what has to change."""
    approval = lock_all([approval])[0]
    turns = _turns([approval])[approval.pk]

    if not reason.strip():
        raise ReasonMissing(number=approval.number, at_field="reason")
    mine = queries.seats(ctx)
    turn = [one for one in queries.open_turns(turns) if mine.instead_of(one) is not None]
    if approval.state == ApprovalState.WAITING and not turn:
        raise _not_theirs(approval, turns, mine)

    advance(approval, "refuse", ended_at=ctx.now, reason=reason.strip()[:300])
    for one in turn:
        _say(ctx, one, mine, TurnState.REFUSED, reason)
    Turn.objects.bulk_update(turn, ["state", "by", "instead_of", "at", "note"])

    told = {**_about(approval), "by": str(ctx.actor), "reason": approval.reason}
    ctx.emit(DocumentRefused(**told, asked_by_id=approval.asked_by_id))
    return approval


@command(label=_("Withdraw"), icon="arrow-back-up", move="withdraw")
def withdraw_approval(ctx: Ctx, *, approval: Approval) -> Approval:
    """Ask nobody any more; the document stays as it is."""
    advance(approval, "withdraw", ended_at=ctx.now)

    ctx.emit(ApprovalWithdrawn(**_about(approval)))
    return approval


def _turns(approvals: Sequence[Approval]) -> dict[int, list[Turn]]:
    found: dict[int, list[Turn]] = {approval.pk: [] for approval in approvals}
    rows = Turn.objects.filter(approval__in=found).select_related("role", "person")
    for one in rows.order_by("rule", "level", "pk"):
        found[one.approval_id].append(one)
    return found


def _about(approval: Approval) -> dict[str, Any]:
    return {
        "approval_id": approval.pk,
        "kind": approval.kind,
        "document_id": approval.document_id,
        "number": approval.number,
    }


def _people(approval: Approval, turns: Iterable[Turn]) -> tuple[int, ...]:
    """Whose turn it is now: those who hear of it."""
    turn = queries.open_turns(turns)
    roles = {one.role_id for one in turn if one.role_id is not None}
    holders = (
        set(RoleHolder.objects.filter(role__in=roles).values_list("user", flat=True)) if roles else set()
    )
    people = holders | {one.person_id for one in turn if one.person_id is not None}
    return tuple(sorted(people - {approval.asked_by_id}))
