"""Asking whether something may be bought, and hearing the answer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.approvals import commands as approvals
from loomline.domains.approvals import queries as approval_queries
from loomline.domains.approvals.models import Approval, ApprovalState
from loomline.domains.procurement.models import Purchase, PurchaseState
from loomline.domains.requisitions import queries
from loomline.domains.requisitions.events import (
    RequisitionApproved,
    RequisitionRefused,
    RequisitionSubmitted,
    RequisitionTakenBack,
)
from loomline.domains.requisitions.models import Requisition
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class ApprovalImpossible(Refused):
    """Nobody can approve an amount that nobody knows."""

    says = _("{number} cannot be approved, because {why}.")


class SentAlready(Refused):
    """What has left is not approved afterwards."""

    says = _("{number} is {state}; approval is asked for before an order is sent.")


@command(move="submit", label=_("Submit"), icon="send")
def submit_requisition(ctx: Ctx, *, requisition: Requisition, note: str = "") -> Requisition:
    """Ask those who decide; what crosses no rule is approved at once."""
    requisition = lock(requisition)
    lines = list(requisition.lines.select_related("item__unit").order_by("position", "pk"))
    subject = queries.of_requisition(requisition=requisition, lines=lines)

    advance(requisition, "submit", answer="")

    told = {"requisition_id": requisition.pk, "number": requisition.number}
    ctx.emit(RequisitionSubmitted(**told, total=requisition.total, currency=ctx.company.currency))
    if approval_queries.needs(ctx, subject=subject):
        approvals.ask_approval(ctx, subject=subject, note=note or requisition.reason)
    else:
        approve_requisition(ctx, requisition=requisition)
        requisition = lock(requisition)
    return requisition


@command(move="approve", hidden=True)
def approve_requisition(ctx: Ctx, *, requisition: Requisition) -> Requisition:
    """Note that everybody who had to has said yes."""
    requisition = lock(requisition)

    advance(requisition, "approve", answer="")

    ctx.emit(
        RequisitionApproved(
            requisition_id=requisition.pk,
            number=requisition.number,
            item_ids=tuple(sorted(set(requisition.lines.values_list("item", flat=True)))),
            total=requisition.total,
            currency=ctx.company.currency,
        )
    )
    return requisition


@command(move="refuse", hidden=True)
def refuse_requisition(ctx: Ctx, *, requisition: Requisition, reason: str) -> Requisition:
    """Note that it is not to be bought so, and why."""
    requisition = lock(requisition)

    advance(requisition, "refuse", answer=reason.strip()[:300])

    ctx.emit(
        RequisitionRefused(
            requisition_id=requisition.pk, number=requisition.number, reason=requisition.answer
        )
    )
    return requisition


@command(move="take_back", label=_("Take back"), icon="arrow-back-up")
def take_back_requisition(ctx: Ctx, *, requisition: Requisition) -> Requisition:
    """Make it a draft again, to change it or to think about it; nobody is asked any more."""
    requisition = lock(requisition)

    advance(requisition, "take_back")
    waiting = Approval.objects.filter(
        kind=queries.REQUISITION, document_id=requisition.pk, state=ApprovalState.WAITING
    ).first()
    if waiting is not None:
        approvals.withdraw_approval(ctx, approval=waiting)

    ctx.emit(RequisitionTakenBack(requisition_id=requisition.pk, number=requisition.number))
    return requisition


@command(label=_("Ask for approval"), icon="hand-stop", states=(PurchaseState.DRAFT,))
def request_purchase_approval(ctx: Ctx, *, purchase: Purchase, note: str = "") -> Approval:
    """Ask those who decide whether the order may be sent as it stands."""
    purchase = lock(purchase)
    lines = list(purchase.lines.select_related("item__unit").order_by("position", "pk"))

    if purchase.state != PurchaseState.DRAFT:
        raise SentAlready(number=purchase.number, state=purchase.state.label.lower())
    try:
        subject = queries.of_purchase(ctx, purchase=purchase, lines=lines)
    except queries.RateMissing as fault:
        raise ApprovalImpossible(number=purchase.number, why=str(fault)) from fault

    return approvals.ask_approval(ctx, subject=subject, note=note)
