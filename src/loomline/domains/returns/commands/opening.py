"""Writing down what a customer wants to send back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.catalog.models import Tracking
from loomline.domains.inventory.models import Lot
from loomline.domains.procurement.queries import in_words
from loomline.domains.returns import queries
from loomline.domains.returns.events import ReturnRequested
from loomline.domains.returns.models import GoodsReturn, ReturnLine, ReturnReason
from loomline.domains.returns.queries import Delivered, Goods
from loomline.domains.sales.models import Order, OrderLine, OrderState
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import Site
from loomline.domains.warehouse.models import Shipment, ShipmentState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock, lock_all
from loomline.kernel.refusal import NotThere, Refused

ZERO = Decimal(0)
DELIVERED = (OrderState.PART_SHIPPED, OrderState.SHIPPED, OrderState.CLOSED)
AWAY = (ShipmentState.SHIPPED, ShipmentState.DELIVERED)


class NotDelivered(Refused):
    """What never left cannot come back."""

    says = _("Order {number} is {state}; nothing of it was delivered that could come back.")


class NothingToReturn(Refused):
    """A return of nothing."""

    says = _("Say which goods of order {number} come back, and how much of each.")


class LineElsewhere(Refused):
    """Goods of another order."""

    says = _("A line belongs to another order than {number}. Open a return for that order.")


class NotGoods(Refused):
    """Services do not travel."""

    says = _("{item} is not kept in stock, so it cannot come back. Credit its invoice instead.")


class QuantityWrong(Refused):
    """Something, not nothing."""

    says = _("{item}: write a quantity above 0, not {quantity}.")


class LotUnsaid(Refused):
    """Goods are tracked by lot."""

    says = _("{item} was delivered in lots {lots}. Say which lot comes back.")


class LotNotDelivered(Refused):
    """The customer never had that lot."""

    says = _("Lot {lot} of {item} was not delivered with order {number}.")


class ReturnedTooMuch(Refused):
    """No more comes back than went out."""

    says = _(
        "{item}: {quantity} {unit} cannot come back; {delivered} were delivered, and {claimed} of them are"
        " returned or asked for already."
    )


class NotForCustomers(Refused):
    """A reason that only we give."""

    says = _("{reason} is no reason to choose here. Choose another one from the list.")


@dataclass(frozen=True, kw_only=True)
class ReturnLineDraft:
    """How much of an order line comes back, in the item's stock unit; the lot where there are several."""

    order_line: OrderLine
    quantity: Decimal
    lot: Lot | None = None


@command(label=_("Return"), icon="truck-return", creates=GoodsReturn, states=DELIVERED)
def open_return(
    ctx: Ctx,
    *,
    order: Order,
    reason: ReturnReason,
    lines: list[ReturnLineDraft],
    words: str = "",
    shipment: Shipment | None = None,
    site: Site | None = None,
    owner: User | None = None,
    note: str = "",
) -> GoodsReturn:
    """Write down what a customer wants to send back of an order; nothing moves before it is here."""
    order = lock(order)
    wanted = {draft.order_line.pk for draft in lines}
    sold = {
        line.pk: line for line in lock_all(order.lines.filter(pk__in=wanted).select_related("item__unit"))
    }

    if shipment is not None and shipment.order_id != order.pk:
        raise LineElsewhere(number=order.number, at_field="shipment")
    rows = _rows(ctx, order, sold, lines, reason)

    made = GoodsReturn.objects.create(
        customer_id=order.customer_id,
        order=order,
        shipment=shipment,
        site=site or order.site or (shipment.site if shipment else None) or _usual_site(),
        reason=reason,
        words=words.strip(),
        owner=owner or order.owner,
        currency=ctx.company.currency,
        requested_on=ctx.today,
        note=note,
    )
    for row in rows:
        row.goods_return = made
    ReturnLine.objects.bulk_create(rows)

    ctx.emit(ReturnRequested(**told_of(made, rows), reason=reason.name))
    return made


@command(label=_("Return"), icon="truck-return", creates=GoodsReturn, states=AWAY)
def return_shipment(
    ctx: Ctx,
    *,
    shipment: Shipment,
    reason: ReturnReason,
    lines: list[ReturnLineDraft],
    words: str = "",
    note: str = "",
) -> GoodsReturn:
    """Write down what a customer wants to send back of what one shipment brought."""
    return open_return(
        ctx,
        order=shipment.order,
        reason=reason,
        lines=lines,
        words=words,
        shipment=shipment,
        site=shipment.site,
        note=note,
    )


@command(hidden=True)
def ask_for_return(
    ctx: Ctx,
    *,
    order: Order,
    reason: ReturnReason,
    lines: list[ReturnLineDraft],
    words: str = "",
    shipment: Shipment | None = None,
) -> GoodsReturn:
    """Ask us to take goods back, as the customer does in the portal; we answer."""
    if not (reason.is_active and reason.for_customers):
        raise NotForCustomers(reason=reason, at_field="reason")

    return open_return(ctx, order=order, reason=reason, lines=lines, words=words, shipment=shipment)


def told_of(goods_return: GoodsReturn, lines: Iterable[ReturnLine] = (), **named: Any) -> dict[str, Any]:
    """What every event of a return names: by default its lines with the quantities asked."""
    rows = list(lines)
    goods = [(row.quantity, row.item.unit.code, row.item.name) for row in rows]
    return {
        "goods_return_id": goods_return.pk,
        "number": str(goods_return.number),
        "order_id": goods_return.order_id,
        "order": str(goods_return.order),
        "customer_id": goods_return.customer_id,
        "shipment_id": goods_return.shipment_id,
        "lot_ids": tuple(sorted({row.lot_id for row in rows if row.lot_id})),
        "item_ids": tuple(sorted({row.item_id for row in rows})),
        "goods": in_words(goods),
        **named,
    }


def _usual_site() -> Site:
    """Where goods come back to when neither order nor shipment names a site: the first of our own."""
    found = sites.own_sites().order_by("pk").first()
    if found is None:
        raise NotThere(reference=_("a site of your own"))
    return found


def _rows(
    ctx: Ctx,
    order: Order,
    sold: Mapping[int, OrderLine],
    drafts: Sequence[ReturnLineDraft],
    reason: ReturnReason,
) -> list[ReturnLine]:
    """The lines of a return, refused where they ask for more than the customer has."""
    if order.state not in DELIVERED:
        raise NotDelivered(number=order.number, state=order.state.label.lower())
    if not drafts:
        raise NothingToReturn(number=order.number, at_field="lines")
    came = queries.delivered(line_ids=sold)
    claims: dict[Goods, Decimal] = defaultdict(Decimal, queries.claimed(line_ids=sold))
    rows = []
    for position, draft in enumerate(drafts, start=1):
        line = sold.get(draft.order_line.pk)
        if line is None:
            raise LineElsewhere(number=order.number, at_field="lines")
        _refuse_wrong(line, draft.quantity)
        lot_id = _lot_of(order, line, draft.lot, came)
        _refuse_too_much(line, lot_id, draft.quantity, came, claims)
        claims[line.pk, lot_id] += draft.quantity
        day = _delivered_on(ctx, order, came.get((line.pk, lot_id)))
        rows.append(
            ReturnLine(
                position=position,
                order_line=line,
                item=line.item,
                lot_id=lot_id,
                quantity=draft.quantity,
                delivered_on=day,
                warranty_until=queries.months_later(day, reason.warranty_months)
                if day and reason.warranty_months
                else None,
            )
        )
    return rows


def _refuse_wrong(line: OrderLine, quantity: Decimal) -> None:
    if not line.item.is_stocked:
        raise NotGoods(item=line.item, at_field="lines")
    if quantity <= 0:
        raise QuantityWrong(item=line.item, quantity=plain(quantity), at_field="lines")


def _lot_of(order: Order, line: OrderLine, lot: Lot | None, came: Mapping[Goods, Delivered]) -> int | None:
    """The lot that comes back: the one named, or the only one that was delivered."""
    lots = {lot_id: one.lot for (line_id, lot_id), one in came.items() if line_id == line.pk and lot_id}
    if line.item.tracking == Tracking.NONE:
        if lot is not None:
            raise LotNotDelivered(lot=lot, item=line.item, number=order.number, at_field="lines")
        return None
    if lot is not None:
        if lot.item_id != line.item_id or (lots and lot.pk not in lots):
            raise LotNotDelivered(lot=lot, item=line.item, number=order.number, at_field="lines")
        return lot.pk
    if len(lots) != 1:
        raise LotUnsaid(item=line.item, lots=", ".join(sorted(lots.values())) or "–", at_field="lines")
    return next(iter(lots))


def _refuse_too_much(
    line: OrderLine,
    lot_id: int | None,
    quantity: Decimal,
    came: Mapping[Goods, Delivered],
    claims: Mapping[Goods, Decimal],
) -> None:
    """No more than was delivered of the line, and of the lot where shipments name it."""
    of_line = queries.by_order_line(claims).get(line.pk, ZERO)
    limits = [(line.shipped, of_line)]
    brought = came.get((line.pk, lot_id))
    if lot_id is not None and brought is not None:
        limits.append((brought.quantity, claims.get((line.pk, lot_id), ZERO)))
    for delivered, claimed in limits:
        if claimed + quantity > delivered:
            raise ReturnedTooMuch(
                item=line.item,
                quantity=plain(quantity),
                unit=line.item.unit,
                delivered=plain(delivered),
                claimed=plain(claimed),
                at_field="lines",
            )


def _delivered_on(ctx: Ctx, order: Order, brought: Delivered | None) -> date | None:
    moment = (brought.at if brought else None) or order.shipped_at
    return moment.astimezone(ctx.company.zone).date() if moment else None
