"""Writing down what is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.parties.models import Party
from loomline.domains.procurement import queries as procurement
from loomline.domains.requisitions import queries
from loomline.domains.requisitions.events import RequisitionCancelled, RequisitionOpened
from loomline.domains.requisitions.models import Requisition, RequisitionLine, RequisitionState
from loomline.domains.sites.models import Site
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

OPEN = (RequisitionState.DRAFT, RequisitionState.REFUSED)


class NothingNeeded(Refused):
    """A requisition names what is needed."""

    says = _("Add at least one item with a quantity above 0.")


class PriceNegative(Refused):
    """An estimate is an amount."""

    says = _("{item}: the estimate cannot be negative.")


class RequisitionClosed(Refused):
    """What others decide on does not change under their hands."""

    says = _("{number} is {state}. Take it back before you change it.")


class CancelReasonMissing(Refused):
    """Those who read it later want to know."""

    says = _("Say why {number} is not needed any more.")


@dataclass(frozen=True, kw_only=True)
class RequisitionLineDraft:
    """An item that is needed, in its stock unit; without a price the supplier's or the standard cost."""

    item: Item
    quantity: Decimal
    price: Decimal | None = None
    supplier: Party | None = None
    note: str = ""


@command(label=_("New requisition"), icon="plus", creates=Requisition)
def open_requisition(
    ctx: Ctx,
    *,
    title: str,
    lines: list[RequisitionLineDraft],
    site: Site | None = None,
    needed_on: date | None = None,
    reason: str = "",
) -> Requisition:
    """Write down what is needed and what for."""
    _refuse_lines(lines)

    requisition = Requisition.objects.create(
        title=title.strip(),
        requester=ctx.actor,
        site=site or procurement.home_site(),
        needed_on=needed_on,
        reason=reason.strip(),
    )
    _write(ctx, requisition, lines)

    ctx.emit(
        RequisitionOpened(
            requisition_id=requisition.pk,
            number=requisition.number,
            title=requisition.title,
            item_ids=tuple(sorted({line.item.pk for line in lines})),
        )
    )
    return requisition


@command(label=_("Change lines"), icon="list-details", states=OPEN)
def amend_requisition(
    ctx: Ctx, *, requisition: Requisition, lines: list[RequisitionLineDraft]
) -> Requisition:
    """Ask for these goods instead."""
    requisition = lock(requisition)

    if requisition.state not in OPEN:
        raise RequisitionClosed(number=requisition.number, state=requisition.state.label.lower())
    _refuse_lines(lines)

    requisition.lines.all().delete()
    _write(ctx, requisition, lines)
    return requisition


@command(move="cancel", label=_("Cancel"), icon="circle-x", danger=True)
def cancel_requisition(ctx: Ctx, *, requisition: Requisition, reason: str) -> Requisition:
    """Note that it is not needed any more."""
    requisition = lock(requisition)

    if not reason.strip():
        raise CancelReasonMissing(number=requisition.number, at_field="reason")

    advance(requisition, "cancel", answer=reason.strip()[:300])

    ctx.emit(
        RequisitionCancelled(
            requisition_id=requisition.pk, number=requisition.number, reason=requisition.answer
        )
    )
    return requisition


def _refuse_lines(lines: Sequence[RequisitionLineDraft]) -> None:
    if not lines or any(line.quantity <= 0 for line in lines):
        raise NothingNeeded(at_field="lines")
    for line in lines:
        if line.price is not None and line.price < 0:
            raise PriceNegative(item=line.item, at_field="lines")


def _write(ctx: Ctx, requisition: Requisition, drafts: Sequence[RequisitionLineDraft]) -> None:
    known = queries.estimates(
        items=[draft.item for draft in drafts if draft.price is None],
        into=ctx.company.currency,
        on=ctx.today,
    )
    lines = [
        RequisitionLine(
            requisition=requisition,
            position=position,
            item=draft.item,
            quantity=draft.quantity,
            price=draft.price if draft.price is not None else known[draft.item.pk],
            supplier=draft.supplier,
            note=draft.note,
        )
        for position, draft in enumerate(drafts, 1)
    ]
    for line in lines:
        line.amount = line.costs()
    RequisitionLine.objects.bulk_create(lines)
    requisition.total = sum((line.amount for line in lines), Decimal(0))
    Requisition.objects.filter(pk=requisition.pk).update(total=requisition.total)
