"""Announcing goods, taking in what was announced, and taking an announcement back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.inbound import queries
from loomline.domains.inbound.events import (
    AnnouncedArrived,
    GoodsAnnounced,
    NoticeReopened,
    NoticeWithdrawn,
)
from loomline.domains.inbound.models import NoticeLine, NoticeState, ShippingNotice
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement import queries as purchasing
from loomline.domains.procurement.commands import ReceivedLine
from loomline.domains.procurement.models import Purchase, PurchaseLine, PurchaseState, Receipt
from loomline.domains.procurement.models.purchase import AWAITING
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance

ZERO = Decimal(0)


class NotAwaited(Refused):
    """Only what was ordered, and is not over, is announced."""

    says = _("{number} is {state}. Announce goods of orders that were sent and are not finished.")


class NothingAnnounced(Refused):
    """A lorry without goods."""

    says = _("Say what you ship of {number}: at least one line with a quantity above 0.")


class AnnouncedTooMuch(Refused):
    """No more is shipped than is open."""

    says = _(
        "{item}: {quantity} {unit} cannot be announced; {open} {unit} of {number} are open and not announced."
    )


class LineElsewhere(Refused):
    """A line of another order."""

    says = _("Line {line} does not belong to {number}.")


class ArrivesWhen(Refused):
    """A day that cannot be."""

    says = _("Shipped on {shipped_on}, the goods cannot arrive on {expected_on}. Say a day from {first} on.")


class NotExpected(Refused):
    """What is here, or does not come, is not received again."""

    says = _("{number} is {state}: nothing of it is on its way.")


class WithdrawnForNothing(Refused):
    """Who waits for the goods will ask."""

    says = _("Say why {number} is withdrawn.")


@dataclass(frozen=True, kw_only=True)
class AnnouncedLine:
    """What is on its way of a line, in the item's stock unit, in one lot."""

    line: PurchaseLine
    quantity: Decimal
    lot: str = ""
    expires_on: date | None = None


@command(label=_("Announce goods"), icon="truck", states=AWAITING)
def announce_goods(
    ctx: Ctx,
    *,
    purchase: Purchase,
    lines: list[AnnouncedLine],
    expected_on: date,
    shipped_on: date | None = None,
    carrier: str = "",
    tracking: str = "",
    delivery_note: str = "",
    note: str = "",
) -> ShippingNotice:
    """Say what of an order is on its way and when it arrives; without a day it is shipped today.

    A line of which all that is open is announced is expected on that day.
    """
    purchase = lock(purchase)
    ordered = {row.pk: row for row in lock_all(purchase.lines.select_related("item__unit"))}
    shipped = shipped_on or min(ctx.today, expected_on)

    _refuse_wrong(ctx, purchase, ordered, lines)
    first = max(shipped, ctx.today)
    if expected_on < first:
        raise ArrivesWhen(shipped_on=shipped, expected_on=expected_on, first=first, at_field="expected_on")

    notice = ShippingNotice.objects.create(
        purchase=purchase,
        supplier_id=purchase.supplier_id,
        shipped_on=shipped,
        expected_on=expected_on,
        carrier=carrier.strip(),
        tracking=tracking.strip(),
        delivery_note=delivery_note.strip(),
        note=note.strip(),
    )
    NoticeLine.objects.bulk_create(
        NoticeLine(
            notice=notice,
            purchase_line_id=row.line.pk,
            item_id=ordered[row.line.pk].item_id,
            quantity=row.quantity,
            lot=row.lot.strip(),
            expires_on=row.expires_on,
        )
        for row in lines
    )
    about = [ordered[pk] for pk in sorted({row.line.pk for row in lines})]
    procurement.expect_goods(
        ctx,
        purchase=purchase,
        dates=queries.arrivals(lines=about),
        reason=_t("announced with {number}").format(number=notice.number),
    )

    goods = [(row.quantity, ordered[row.line.pk]) for row in lines]
    ctx.emit(
        GoodsAnnounced(
            **_about(notice, about),
            goods=purchasing.in_words([(n, line.item.unit.code, line.item.name) for n, line in goods]),
            expected_on=expected_on,
        )
    )
    return notice


@command(move="arrive", label=_("Receive"), icon="truck-delivery")
def receive_announced(ctx: Ctx, *, notice: ShippingNotice, delivery_note: str = "") -> Receipt:
    """Take in what was announced, as it was announced."""
    return receive_counted(ctx, notice=notice, lines=_as_announced(notice), delivery_note=delivery_note)


@command(hidden=True)
def receive_counted(
    ctx: Ctx, *, notice: ShippingNotice, lines: list[ReceivedLine], delivery_note: str = ""
) -> Receipt:
    """Take in what was announced, as it was counted: the notice has arrived, whatever differs."""
    purchase = lock(notice.purchase)
    notice = lock(notice)
    if notice.state != NoticeState.ANNOUNCED:
        raise NotExpected(number=notice.number, state=notice.state.label.lower())

    advance(notice, "arrive")
    receipt = procurement.receive_goods(
        ctx,
        purchase=purchase,
        lines=lines,
        delivery_note=delivery_note or notice.delivery_note,
    )
    ShippingNotice.objects.filter(pk=notice.pk).update(receipt=receipt)
    notice.receipt = receipt

    ctx.emit(AnnouncedArrived(**_about(notice, _lines(notice))))
    return receipt


@command(move="withdraw", label=_("Withdraw"), icon="circle-x", danger=True)
def withdraw_notice(ctx: Ctx, *, notice: ShippingNotice, reason: str) -> ShippingNotice:
    """Take an announcement back: the goods are expected on the day confirmed, or else asked for, again."""
    purchase = lock(notice.purchase)
    if not reason.strip():
        raise WithdrawnForNothing(number=notice.number, at_field="reason")

    advance(notice, "withdraw", reason=reason.strip()[:200])
    lines = _lines(notice)
    if purchase.state in AWAITING:
        open_lines = [line for line in lines if line.open_quantity > 0]
        days = {line.pk: line.confirmed_on or line.requested_on for line in open_lines}
        dates = {pk: day for pk, day in days.items() if day} | queries.arrivals(lines=open_lines)
        procurement.expect_goods(ctx, purchase=purchase, dates=dates, reason=reason.strip())

    ctx.emit(NoticeWithdrawn(**_about(notice, lines), reason=notice.reason))
    return notice


@command(hidden=True)
def settle_notices(ctx: Ctx, *, purchase_id: int, reason: str) -> list[ShippingNotice]:
    """End what is announced of an order of which nothing is awaited: it arrived, or was given up."""
    rows = ShippingNotice.objects.filter(purchase=purchase_id, state=NoticeState.ANNOUNCED)
    notices: list[ShippingNotice] = lock_all(rows)

    for notice in notices:
        lines = _lines(notice)
        if notice.purchase.state == PurchaseState.RECEIVED and not all(line.is_closed for line in lines):
            advance(notice, "arrive")
            ctx.emit(AnnouncedArrived(**_about(notice, lines)))
        else:
            advance(notice, "withdraw", reason=reason[:200])
            ctx.emit(NoticeWithdrawn(**_about(notice, lines), reason=notice.reason))
    return notices


@command(hidden=True)
def reopen_notices(ctx: Ctx, *, receipt: Receipt, reason: str) -> list[ShippingNotice]:
    """Let what was taken in by mistake be on its way again."""
    notices: list[ShippingNotice] = lock_all(receipt.notices.filter(state=NoticeState.ARRIVED))

    for notice in notices:
        advance(notice, "reopen", receipt=None)
        ctx.emit(NoticeReopened(**_about(notice, _lines(notice)), reason=reason))
    return notices


def _refuse_wrong(
    ctx: Ctx, purchase: Purchase, ordered: Mapping[int, PurchaseLine], lines: Sequence[AnnouncedLine]
) -> None:
    if purchase.state not in AWAITING:
        raise NotAwaited(number=purchase.number, state=purchase.state.label.lower())
    if not lines:
        raise NothingAnnounced(number=purchase.number, at_field="lines")
    left = queries.to_announce(lines=list(ordered.values()))
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for row in lines:
        if row.line.pk not in ordered:
            raise LineElsewhere(line=row.line.pk, number=purchase.number)
        line = ordered[row.line.pk]
        sums[line.pk] += row.quantity
        if row.quantity <= 0 or sums[line.pk] > left.get(line.pk, ZERO):
            raise AnnouncedTooMuch(
                item=line.item,
                quantity=plain(sums[line.pk]),
                unit=line.item.unit,
                open=plain(left.get(line.pk, ZERO)),
                number=purchase.number,
                at_field="lines",
            )
        procurement.refuse_lot(line.item, row.lot.strip(), row.quantity, is_asked=False)


def _as_announced(notice: ShippingNotice) -> list[ReceivedLine]:
    return [
        ReceivedLine(line=row.purchase_line, quantity=row.quantity, lot=row.lot, expires_on=row.expires_on)
        for row in notice.lines.select_related("purchase_line").order_by("pk")
    ]


def _lines(notice: ShippingNotice) -> list[PurchaseLine]:
    rows = PurchaseLine.objects.filter(notice_lines__notice=notice).select_related("item__unit")
    return list(rows.order_by("pk").distinct())


def _about(notice: ShippingNotice, lines: Sequence[PurchaseLine]) -> dict[str, Any]:
    return {
        "notice_id": notice.pk,
        "purchase_id": notice.purchase_id,
        "supplier_id": notice.supplier_id,
        "item_ids": tuple(sorted({line.item_id for line in lines})),
        "line_ids": tuple(line.pk for line in lines),
        "number": notice.number,
        "purchase": notice.purchase.number,
        "supplier": notice.supplier.name,
    }
