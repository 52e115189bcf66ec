"""What the supplier answers line by line, and taking it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.procurement.commands.amending import PurchaseLineChange, amend_purchase
from loomline.domains.procurement.commands.ordering import (
    LineElsewhere,
    NothingAwaited,
    confirm_purchase,
    said_of,
)
from loomline.domains.procurement.events import PurchaseAnswered
from loomline.domains.procurement.models import LineAnswer, Purchase, PurchaseLine, PurchaseState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused

OPEN = (PurchaseState.SENT, PurchaseState.CONFIRMED)
ANSWER = ["answer", "confirmed_quantity", "confirmed_price", "answer_note"]


class AnswerWrong(Refused):
    """Figures that cannot be."""

    says = _("{item}: a quantity above 0 at a price that is not negative can be confirmed.")


class WhyNot(Refused):
    """A no is worth a word."""

    says = _("Say why {item} is not delivered.")


class NothingToTake(Refused):
    """There is nothing to agree to."""

    says = _("{number}: the supplier has confirmed what was ordered. There is nothing to take over.")


@dataclass(frozen=True, kw_only=True)
class LineAnswerDraft:
    """What the supplier says of a line: when, how much and at which price for a stock unit; or no."""

    line: PurchaseLine
    confirmed_on: date | None = None
    quantity: Decimal | None = None
    price: Decimal | None = None
    is_rejected: bool = False
    note: str = ""


@command(label=_("Enter their answer"), icon="list-check", states=OPEN)
def answer_purchase(
    ctx: Ctx, *, purchase: Purchase, lines: list[LineAnswerDraft], supplier_reference: str = ""
) -> Purchase:
    """Note line by line what the supplier accepts, changes or rejects; the order itself stays as it is."""
    purchase = lock(purchase)
    rows = {line.pk: line for line in lock_all(purchase.lines.select_related("item__unit"))}

    if purchase.state not in OPEN:
        raise NothingAwaited(number=purchase.number)
    _refuse_wrong(purchase, rows, lines)

    for draft in lines:
        _note(rows[draft.line.pk], draft)
    PurchaseLine.objects.bulk_update(rows.values(), ANSWER)
    agreed = {
        draft.line.pk: draft.confirmed_on
        for draft in lines
        if not draft.is_rejected and draft.confirmed_on is not None
    }
    if any(not draft.is_rejected for draft in lines):
        purchase = confirm_purchase(
            ctx, purchase=purchase, dates=agreed, supplier_reference=supplier_reference
        )
    rejected = [draft.line.pk for draft in lines if draft.is_rejected]
    PurchaseLine.objects.filter(pk__in=rejected).update(confirmed_on=None)

    said = [
        _said(rows[draft.line.pk]) for draft in lines if rows[draft.line.pk].answer != LineAnswer.ACCEPTED
    ]
    ctx.emit(
        PurchaseAnswered(
            **said_of(purchase, list(rows.values())),
            differences="; ".join(said) or _t("as ordered"),
            tone="warn" if said else "ok",
        )
    )
    return purchase


@command(label=_("Take over their answer"), icon="circle-check", states=OPEN)
def accept_answer(ctx: Ctx, *, purchase: Purchase) -> Purchase:
    """Order as the supplier has confirmed: other quantities and prices, without what it rejected."""
    purchase = lock(purchase)
    lines = list(purchase.lines.select_related("item", "unit").order_by("position", "pk"))

    if all(line.answer in ("", LineAnswer.ACCEPTED) for line in lines):
        raise NothingToTake(number=purchase.number)

    changes = [_change(line) for line in lines if line.answer != LineAnswer.REJECTED or line.received]
    purchase = amend_purchase(ctx, purchase=purchase, lines=changes)
    purchase.lines.filter(answer=LineAnswer.CHANGED).update(answer=LineAnswer.ACCEPTED)
    return purchase


def _refuse_wrong(
    purchase: Purchase, rows: Mapping[int, PurchaseLine], drafts: Sequence[LineAnswerDraft]
) -> None:
    for draft in drafts:
        if draft.line.pk not in rows:
            raise LineElsewhere(line=draft.line.pk, number=purchase.number)
        item = rows[draft.line.pk].item
        if draft.is_rejected and not draft.note.strip():
            raise WhyNot(item=item, at_field="lines")
        if draft.quantity is not None and draft.quantity <= 0 and not draft.is_rejected:
            raise AnswerWrong(item=item, at_field="lines")
        if draft.price is not None and draft.price < 0:
            raise AnswerWrong(item=item, at_field="lines")


def _note(line: PurchaseLine, draft: LineAnswerDraft) -> None:
    line.answer_note = draft.note.strip()[:200]
    if draft.is_rejected:
        line.answer, line.confirmed_quantity, line.confirmed_price = LineAnswer.REJECTED, Decimal(0), None
        return
    line.confirmed_quantity = draft.quantity if draft.quantity is not None else line.quantity
    line.confirmed_price = draft.price if draft.price is not None else line.net_price
    same = line.confirmed_quantity == line.quantity and line.confirmed_price == line.net_price
    line.answer = LineAnswer.ACCEPTED if same else LineAnswer.CHANGED


def _said(line: PurchaseLine) -> str:
    if line.answer == LineAnswer.REJECTED:
        return _t("{item} rejected: {why}").format(item=line.item, why=line.answer_note)
    parts = []
    if line.confirmed_quantity is not None and line.confirmed_quantity != line.quantity:
        parts.append(f"{plain(line.quantity)} → {plain(line.confirmed_quantity)} {line.item.unit.code}")
    if line.confirmed_price is not None and line.confirmed_price != line.net_price:
        parts.append(f"{plain(line.net_price)} → {plain(line.confirmed_price)}")
    return f"{line.item} {', '.join(parts)}"


def _change(line: PurchaseLine) -> PurchaseLineChange:
    """The line as the supplier has confirmed it; what it said nothing of stays as it was entered."""
    if line.answer != LineAnswer.CHANGED or line.confirmed_quantity is None:
        return PurchaseLineChange(
            line=line,
            item=line.item,
            quantity=line.entered_quantity,
            unit=line.unit,
            price=line.price * line.quantity / line.entered_quantity,
            discount=line.discount,
            requested_on=line.requested_on,
        )
    return PurchaseLineChange(
        line=line,
        item=line.item,
        quantity=line.confirmed_quantity,
        price=line.confirmed_price,
        requested_on=line.requested_on,
    )
