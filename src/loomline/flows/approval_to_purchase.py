"""Procurement asks before an order is sent; the rules of approval answer, and people hear of it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from loomline.domains.accounts.models import User
from loomline.domains.approvals.events import (
    ApprovalAsked,
    ApprovalStepTaken,
    ApprovalWithdrawn,
    DocumentApproved,
    DocumentRefused,
)
from loomline.domains.procurement import ports as procurement
from loomline.domains.procurement.models import Purchase
from loomline.domains.requisitions import commands as requisitions
from loomline.domains.requisitions import queries
from loomline.domains.requisitions.models import Requisition, RequisitionState
from loomline.domains.tasks import commands as tasks
from loomline.domains.tasks.models import NoticeKind
from loomline.kernel.context import Ctx
from loomline.kernel.event import on
from loomline.kernel.port import fill

APPROVAL = "approvals.approval"


@fill(procurement.may_send)
def may_send(ctx: Ctx, *, purchase: Purchase) -> str:
    """Why a purchase order may not be sent yet; nothing when it may."""
    return queries.release(ctx, purchase=purchase)


@on(ApprovalAsked)
def approval_asked(ctx: Ctx, event: ApprovalAsked) -> None:
    """Those who decide hear that somebody waits for them."""
    title = _("{number} waits for your approval").format(number=event.number)
    _tell(ctx, event.asked_of, title, event.why, _("You decide it."), event.approval_id)


@on(ApprovalStepTaken)
def step_taken(ctx: Ctx, event: ApprovalStepTaken) -> None:
    """The next ones hear of it when it is their turn."""
    title = _("{number} waits for your approval").format(number=event.number)
    text = _("{by} has agreed already.").format(by=event.by)
    _tell(ctx, event.asked_of, title, text, _("You decide it."), event.approval_id)


@on(DocumentApproved)
def document_approved(ctx: Ctx, event: DocumentApproved) -> None:
    """A requisition goes on; whoever asked hears of it."""
    if event.kind == queries.REQUISITION:
        requisitions.approve_requisition(ctx, requisition=Requisition.objects.get(pk=event.document_id))
    title = _("{number} was approved").format(number=event.number)
    _tell(ctx, [event.asked_by_id], title, "", _("You asked for it."), event.approval_id)


@on(DocumentRefused)
def document_refused(ctx: Ctx, event: DocumentRefused) -> None:
    """The same for a no, with its reason."""
    if event.kind == queries.REQUISITION:
        found = Requisition.objects.get(pk=event.document_id)
        requisitions.refuse_requisition(ctx, requisition=found, reason=event.reason)
    title = _("{number} was not approved").format(number=event.number)
    _tell(ctx, [event.asked_by_id], title, event.reason, _("You asked for it."), event.approval_id)


@on(ApprovalWithdrawn)
def approval_withdrawn(ctx: Ctx, event: ApprovalWithdrawn) -> None:
    """A requisition that nobody decides on is a draft again."""
    found = Requisition.objects.filter(pk=event.document_id, state=RequisitionState.WAITING).first()
    if event.kind == queries.REQUISITION and found is not None:
        requisitions.take_back_requisition(ctx, requisition=found)


def _tell(ctx: Ctx, keys: Iterable[int], title: str, text: str, why: str, approval_id: int) -> None:
    people = User.objects.filter(pk__in=[key for key in keys if key != ctx.actor.pk], is_active=True)
    tasks.tell_people(
        ctx,
        people=list(people.filter(is_system=False)),
        title=title,
        text=text,
        kind=NoticeKind.ASSIGNED,
        why=why,
        about_kind=APPROVAL,
        about_id=approval_id,
    )
