"""Telling customers, knowing that they know, and what they answer."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.recalls.events import CustomerReached, NoticeAnswered, NoticeSent
from loomline.domains.recalls.models import Notice
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance, advance_all


class AddressMissing(Refused):
    """A letter goes somewhere."""

    says = _(
        "There is no e-mail address for {customer}. Enter one, or tell them and say that they are reached."
    )


class MoreThanDelivered(Refused):
    """No more can come back than was delivered."""

    says = _("{customer} got {delivered} {unit}; {amount} cannot be accounted for.")


@command(move="send", label=_("Send"), icon="send")
def send_notices(ctx: Ctx, *, notices: list[Notice]) -> list[Notice]:
    """Say that the notices were sent to their addresses."""
    locked = lock_all(notices)
    for notice in locked:
        if not notice.address:
            raise AddressMissing(customer=notice.customer)

    advance_all(locked, "send", sent_at=ctx.now)

    for notice in locked:
        ctx.emit(
            NoticeSent(
                recall_id=notice.recall_id,
                notice_id=notice.pk,
                customer_id=notice.customer_id,
                item_id=notice.item_id,
                number=str(notice.recall),
                customer=notice.customer.name,
                address=notice.address,
            )
        )
    return locked


@command(move="reach", label=_("Reached"), icon="phone")
def reach_customer(ctx: Ctx, *, notice: Notice, note: str = "") -> Notice:
    """Say that the customer knows, by telephone or because the letter was confirmed."""
    notice = lock(notice)

    advance(notice, "reach", reached_at=ctx.now)

    ctx.emit(
        CustomerReached(
            recall_id=notice.recall_id,
            notice_id=notice.pk,
            customer_id=notice.customer_id,
            item_id=notice.item_id,
            number=str(notice.recall),
            customer=notice.customer.name,
            note=f"({note})" if note else "",
        )
    )
    return notice


@command(move="answer", label=_("Record answer"), icon="check")
def record_answer(
    ctx: Ctx,
    *,
    notice: Notice,
    returned: Decimal = Decimal(0),
    destroyed: Decimal = Decimal(0),
    answer: str = "",
) -> Notice:
    """Enter what the customer says became of the goods: how much comes back, how much is destroyed there."""
    notice = lock(notice)
    unit = notice.item.unit.code
    if returned < 0 or destroyed < 0 or returned + destroyed > notice.delivered:
        raise MoreThanDelivered(
            customer=notice.customer,
            delivered=plain(notice.delivered),
            unit=unit,
            amount=plain(returned + destroyed),
            at_field="returned",
        )

    advance(
        notice,
        "answer",
        answered_at=ctx.now,
        reached_at=notice.reached_at or ctx.now,
        returned=returned,
        destroyed=destroyed,
        answer=answer[:500],
    )

    ctx.emit(
        NoticeAnswered(
            recall_id=notice.recall_id,
            notice_id=notice.pk,
            customer_id=notice.customer_id,
            item_id=notice.item_id,
            number=str(notice.recall),
            customer=notice.customer.name,
            delivered=notice.delivered,
            returned=returned,
            destroyed=destroyed,
            unit=unit,
        )
    )
    return notice
