"""What people ask to have bought, and who says yes to it."""

from __future__ import annotations

from decimal import Decimal

from loomline.domains.accounts.models import Role
from loomline.domains.approvals import commands as approvals
from loomline.domains.approvals.models import Approval, ApprovalRule, DocumentKind, RuleStep
from loomline.domains.requisitions import commands as requisitions
from loomline.domains.requisitions.commands import RequisitionLineDraft
from loomline.domains.requisitions.models import Requisition, RequisitionState
from loomline_demo.halden import Halden
from loomline_demo.story import DAY


def ends(halden: Halden) -> None:
    """Needs above 2,000 EUR are approved: a small one is ordered, one is refused, one waits."""
    _rules()
    _needs(halden)


def proves(halden: Halden) -> None:
    """A need was refused, another ordered, a third waits."""
    states = set(Requisition.objects.values_list("state", flat=True))
    halden.s.expect(
        states == {RequisitionState.WAITING, RequisitionState.REFUSED, RequisitionState.ORDERED},
        "one need waits, one was refused, one is ordered",
    )
    halden.s.expect(Approval.objects.filter(state="waiting").count() == 1, "one document waits for a yes")


def _rules() -> None:
    """Rules are settings: they are written as the page of settings writes them."""
    rule = ApprovalRule.objects.create(name="What people need", document=DocumentKind.REQUISITION)
    who = Role.objects.get(name="Finance")
    RuleStep.objects.create(rule=rule, level=1, above=Decimal(2000), role=who)


def _needs(halden: Halden) -> None:
    s = halden.s
    boxes = [RequisitionLineDraft(item=halden.labels, quantity=Decimal(4000), price=Decimal("0.09"))]
    small = requisitions.open_requisition(
        s.by("warehouse"),
        title="Labels for the shop in town",
        lines=boxes,
        needed_on=s.today + 21 * DAY,
        reason="The last reel is on the machine.",
    )
    small = requisitions.submit_requisition(s.by("warehouse"), requisition=small)
    requisitions.order_requisition(s.by("buyer"), requisition=small, supplier=halden.partners["trims"])
    merino = next(iter(halden.yarns.values()))
    for quantity, title, reason, refusal in (
        ("400", "Yarn for samples", "Eleven new styles.", "Sample with what is left of last season first."),
        ("120", "Yarn for the fair in Florence", "Twelve pieces for the stand, by the end of January.", ""),
    ):
        made = requisitions.open_requisition(
            s.by("planner"),
            title=title,
            lines=[RequisitionLineDraft(item=merino, quantity=Decimal(quantity))],
            needed_on=s.today + 40 * DAY,
            reason=reason,
        )
        requisitions.submit_requisition(s.by("planner"), requisition=made)
        if refusal:
            asked = Approval.objects.get(document_id=made.pk, kind=DocumentKind.REQUISITION)
            approvals.refuse_approval(s.by("finance"), approval=asked, reason=refusal)
    approvals.appoint_deputy(
        s.by("finance"),
        deputy=s.people["buyer"],
        starts_on=s.today + 20 * DAY,
        ends_on=s.today + 34 * DAY,
        reason="Christmas",
    )
