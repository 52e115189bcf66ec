"""Asking several suppliers for the same goods."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.catalog.models import Item
from loomline.domains.parties.models import Party
from loomline.domains.procurement import queries as procurement
from loomline.domains.sites.models import Site
from loomline.domains.sourcing.events import RfqCancelled, RfqOpened, SupplierAsked
from loomline.domains.sourcing.models import Invitation, Rfq, RfqLine, RfqState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

RUNNING = (RfqState.DRAFT, RfqState.ASKED)


class NothingAsked(Refused):
    """A request names what is wanted."""

    says = _("Add at least one item with a quantity above 0 to the request.")


class ItemTwice(Refused):
    """Bids are made by item."""

    says = _("{item} stands in the request twice. Add the quantities up in one line.")


class NobodyAsked(Refused):
    """A question needs somebody who answers."""

    says = _("{number} asks nobody yet. Invite at least one supplier first.")


class RfqClosed(Refused):
    """What is decided is not asked again."""

    says = _("{number} is {state}; nobody can be asked any more. Write a new request.")


class CancelReasonMissing(Refused):
    """Those who have answered want to know."""

    says = _("Say why {number} is cancelled.")


@dataclass(frozen=True, kw_only=True)
class RfqLineDraft:
    """An item that is asked for, in its stock unit."""

    item: Item
    quantity: Decimal
    specification: str = ""


@command(label=_("New request for quotation"), icon="plus", creates=Rfq)
def open_rfq(
    ctx: Ctx,
    *,
    title: str,
    lines: list[RfqLineDraft],
    suppliers: list[Party] | None = None,
    site: Site | None = None,
    buyer: User | None = None,
    answer_by: date | None = None,
    needed_on: date | None = None,
    currency: str = "",
    note: str = "",
) -> Rfq:
    """Draft what several suppliers shall be asked for."""
    if not lines or any(line.quantity <= 0 for line in lines):
        raise NothingAsked(at_field="lines")
    seen: set[int] = set()
    for line in lines:
        if line.item.pk in seen:
            raise ItemTwice(item=line.item, at_field="lines")
        seen.add(line.item.pk)

    rfq = Rfq.objects.create(
        title=title.strip(),
        site=site or procurement.home_site(),
        buyer=buyer or (None if ctx.actor.is_system else ctx.actor),
        answer_by=answer_by,
        needed_on=needed_on,
        currency=currency or ctx.company.currency,
        note=note,
    )
    RfqLine.objects.bulk_create(
        RfqLine(
            rfq=rfq,
            position=position,
            item=line.item,
            quantity=line.quantity,
            specification=line.specification,
        )
        for position, line in enumerate(lines, 1)
    )
    _invite(rfq, suppliers or [])

    ctx.emit(RfqOpened(rfq_id=rfq.pk, number=rfq.number, title=rfq.title, lines=len(lines)))
    return rfq


@command(label=_("Invite suppliers"), icon="users-group", states=RUNNING)
def invite_suppliers(ctx: Ctx, *, rfq: Rfq, suppliers: list[Party]) -> Rfq:
    """Ask these suppliers too; while the request runs, they are asked at once."""
    rfq = lock(rfq)

    if rfq.state not in RUNNING:
        raise RfqClosed(number=rfq.number, state=rfq.state.label.lower())

    made = _invite(rfq, suppliers)

    if rfq.state == RfqState.ASKED:
        _tell(ctx, rfq, made)
    return rfq


@command(move="ask", label=_("Ask the suppliers"), icon="send")
def ask_suppliers(ctx: Ctx, *, rfq: Rfq, answer_by: date | None = None) -> Rfq:
    """Open the request to the suppliers invited; each sees it on pages of its own."""
    rfq = lock(rfq)
    asked = list(rfq.invitations.select_related("supplier").order_by("pk"))

    if not asked:
        raise NobodyAsked(number=rfq.number)

    advance(rfq, "ask", asked_on=ctx.today, answer_by=answer_by or rfq.answer_by)

    _tell(ctx, rfq, asked)
    return rfq


@command(move="cancel", label=_("Cancel"), icon="circle-x", danger=True)
def cancel_rfq(ctx: Ctx, *, rfq: Rfq, reason: str) -> Rfq:
    """Give the request up: nothing is bought on it."""
    rfq = lock(rfq)

    if not reason.strip():
        raise CancelReasonMissing(number=rfq.number, at_field="reason")

    advance(rfq, "cancel")

    ctx.emit(RfqCancelled(rfq_id=rfq.pk, number=rfq.number, reason=reason.strip()))
    return rfq


def _invite(rfq: Rfq, suppliers: Iterable[Party]) -> list[Invitation]:
    known = set(rfq.invitations.values_list("supplier", flat=True))
    fresh = {party.pk: party for party in suppliers if party.pk not in known}
    return Invitation.objects.bulk_create(
        [Invitation(rfq=rfq, supplier=party, currency=rfq.currency) for party in fresh.values()]
    )


def _tell(ctx: Ctx, rfq: Rfq, asked: Iterable[Invitation]) -> None:
    for invitation in asked:
        ctx.emit(
            SupplierAsked(
                invitation_id=invitation.pk,
                supplier_id=invitation.supplier_id,
                rfq_id=rfq.pk,
                supplier=invitation.supplier.name,
                number=rfq.number,
                title=rfq.title,
                answer_by=rfq.answer_by,
            )
        )
