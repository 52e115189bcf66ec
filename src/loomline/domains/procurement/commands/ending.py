"""How a purchase order ends: everything came, the rest is given up, or it is called off."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.procurement import queries
from loomline.domains.procurement.commands.ordering import said_of
from loomline.domains.procurement.events import (
    LineClosed,
    PurchaseCancelled,
    PurchaseClosed,
    PurchaseCompleted,
    PurchaseReopened,
)
from loomline.domains.procurement.models import Purchase, PurchaseLine, PurchaseState
from loomline.domains.procurement.models.purchase import AWAITING
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class StillAwaited(Refused):
    """Something is still to come."""

    says = _("{number}: {goods} still to come. Receive it, or close the order to give it up.")


class SomethingReceived(Refused):
    """Goods of the order are here."""

    says = _("{number}: goods of it have arrived. Reverse their receipts first.")


class NothingMissing(Refused):
    """What has come is not given up."""

    says = _("{number}, {item}: nothing is still to come.")


class ReasonWanted(Refused):
    """Those who read it later want to know why."""

    says = _("Say why, for those who look at {number} later.")


@command(move="complete", hidden=True)
def complete_purchase(ctx: Ctx, *, purchase: Purchase) -> Purchase:
    """Note that everything ordered has arrived."""
    purchase = lock(purchase)
    awaited = [line for line in purchase.lines.select_related("item__unit") if line.open_quantity > 0]

    if awaited:
        raise StillAwaited(number=purchase.number, goods=_goods(awaited))

    advance(purchase, "complete")

    ctx.emit(
        PurchaseCompleted(
            purchase_id=purchase.pk,
            supplier_id=purchase.supplier_id,
            number=purchase.number,
            supplier=purchase.supplier.name,
        )
    )
    return purchase


@command(move="await_goods", hidden=True)
def await_goods(ctx: Ctx, *, purchase: Purchase) -> Purchase:
    """Wait for all goods again, because what was entered as received has been taken back."""
    purchase = lock(purchase)

    if purchase.lines.filter(received__gt=0).exists():
        raise SomethingReceived(number=purchase.number)

    advance(purchase, "await_goods")
    return purchase


@command(move="reopen", label=_("Reopen"), icon="rotate-clockwise")
def reopen_purchase(ctx: Ctx, *, purchase: Purchase, reason: str) -> Purchase:
    """Wait for goods again of an order that was finished or closed."""
    purchase = lock(purchase)

    if not reason.strip():
        raise ReasonWanted(number=purchase.number, at_field="reason")

    purchase.lines.update(is_closed=False)
    advance(purchase, "reopen")

    ctx.emit(
        PurchaseReopened(
            purchase_id=purchase.pk,
            supplier_id=purchase.supplier_id,
            number=purchase.number,
            supplier=purchase.supplier.name,
            reason=reason,
        )
    )
    return purchase


@command(move="close", label=_("Close"), icon="archive")
def close_purchase(ctx: Ctx, *, purchase: Purchase, reason: str = "") -> Purchase:
    """Wait for nothing more: what is missing is given up."""
    purchase = lock(purchase)
    lines = list(purchase.lines.select_related("item__unit"))

    missing = [line for line in lines if line.open_quantity > 0]
    if missing and not reason.strip():
        raise ReasonWanted(number=purchase.number, at_field="reason")

    purchase.lines.update(is_closed=True)
    advance(purchase, "close")

    given_up = _t("{goods} given up: {reason}").format(goods=_goods(missing), reason=reason)
    ctx.emit(
        PurchaseClosed(
            **said_of(purchase, lines),
            line_ids=tuple(line.pk for line in missing),
            missing=given_up if missing else _t("nothing missing"),
            reason=reason,
        )
    )
    return purchase


@command(label=_("Give the rest up"), icon="archive")
def close_line(ctx: Ctx, *, purchase_line: PurchaseLine, reason: str) -> PurchaseLine:
    """Wait for nothing more of this line; when nothing else is awaited either, the order is complete."""
    purchase = lock(purchase_line.purchase)
    lines = {line.pk: line for line in lock_all(purchase.lines.select_related("item__unit"))}
    line: PurchaseLine = lines[purchase_line.pk]

    if not reason.strip():
        raise ReasonWanted(number=purchase.number, at_field="reason")
    if purchase.state not in AWAITING or line.open_quantity <= 0:
        raise NothingMissing(number=purchase.number, item=line.item)

    goods = _goods([line])
    line.is_closed, line.cause = True, reason.strip()[:300]
    line.save(update_fields=["is_closed", "cause"])

    ctx.emit(LineClosed(**said_of(purchase, [line]), line_ids=(line.pk,), goods=goods, reason=reason.strip()))
    done = not any(one.open_quantity > 0 for one in lines.values())
    if done and purchase.state == PurchaseState.PART_RECEIVED:
        complete_purchase(ctx, purchase=purchase)
    return line


@command(move="cancel", label=_("Cancel"), icon="circle-x", danger=True)
def cancel_purchase(ctx: Ctx, *, purchase: Purchase, reason: str) -> Purchase:
    """Call the order off; the supplier must be told when it was sent."""
    purchase = lock(purchase)
    lines = list(purchase.lines.all())

    if not reason.strip():
        raise ReasonWanted(number=purchase.number, at_field="reason")

    purchase.lines.update(is_closed=True)
    advance(purchase, "cancel", expected_on=None)

    ctx.emit(
        PurchaseCancelled(
            **said_of(purchase, lines),
            line_ids=tuple(line.pk for line in lines),
            reason=reason,
        )
    )
    return purchase


def _goods(lines: list[PurchaseLine]) -> str:
    return queries.in_words(
        [(line.open_quantity or Decimal(0), line.item.unit.code, line.item.name) for line in lines]
    )
