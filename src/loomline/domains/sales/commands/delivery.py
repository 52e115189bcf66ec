"""What becomes of a promise: when it is expected, what has left, what was invoiced, when it is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loomline.domains.sales import queries
from loomline.domains.sales.commands.confirming import each
from loomline.domains.sales.commands.drafts import BATCH, ZERO, LineElsewhere
from loomline.domains.sales.commands.opening import about
from loomline.domains.sales.events import (
    DeliveryMoved,
    DeliveryUnknown,
    OrderClosed,
    OrderPartShipped,
    OrderShipped,
)
from loomline.domains.sales.models import Order, OrderLine, OrderState
from loomline.domains.sales.models.order import OPEN
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.prepared import execute
from loomline.kernel.quantity import plain
from loomline.kernel.record import lock_all
from loomline.kernel.refusal import Refused, Warned
from loomline.kernel.state import advance_all
from loomline.kernel.wording import moved_by


class ShippedTooMuch(Refused):
    """More left than was ordered."""

    says = _("Order {number}: {item} has {open} left to ship, not {quantity}. Amend the order first.")


class NothingShipped(Refused):
    """A quantity that is none."""

    says = _("Say how much was shipped of each line: more than zero.")


class OrderNotOpen(Refused):
    """Only confirmed orders are delivered."""

    says = _("Order {number} is {state}; nothing can be shipped for it.")


class StockStays(Warned):
    """Marking is not moving."""

    says = _(
        "This does not move the stock of {items}."
        " Pick and ship the order, or accept if none of it is kept here."
    )


class SupplierDelivers(Refused):
    """Who brings the goods says when."""

    says = _(
        "The supplier brings {items} straight to the customer."
        " Note what was delivered on the purchase order; this order follows by itself."
    )


class NotShippedYet(Refused):
    """Closing is not cancelling."""

    says = _("Nothing of order {number} has been shipped. Cancel it instead.")


class RestUndelivered(Warned):
    """Closing gives the rest up."""

    says = _("Order {number} still lacks {rest}. Close it without delivering that?")


@command(hidden=True)
def expect_lines(
    ctx: Ctx,
    *,
    dates: Mapping[int, date | None],
    causes: dict[int, str] | None = None,
    stages: dict[int, str] | None = None,
) -> list[Order]:
    """Note by when lines will really be there and why; customers hear of orders that move, and only of those.

    A line without a day is one of which nobody knows when it can be there, and so is its order.
    Lines of orders that are no longer open are passed over: a plan may be older than the last shipment.
    Returns the orders that moved.
    """
    known = queries.lines_of_orders(line_ids={*dates, *(stages or {})})
    by_order = queries.by_order([line for line in known if line.order.state in OPEN])

    return _write_expected(ctx, by_order, dates=dates, causes=causes or {}, stages=stages or {})


@command(hidden=True)
def expect_arrival(ctx: Ctx, *, line_ids: list[int], on: date, cause: str) -> list[Order]:
    """Note when goods that are on their way will arrive, also of orders of which nothing is left to send.

    A line of which a part is still to be sent is expected when the later of the two is there.
    """
    known = queries.lines_of_orders(line_ids=line_ids)
    by_order = queries.by_order([line for line in known if line.order.state in (*OPEN, OrderState.SHIPPED)])

    dates = {
        line.pk: max(on, line.expected_on or on) if line.shipped and line.open_quantity else on
        for line in known
        if line.pk in line_ids
    }
    return _write_expected(ctx, by_order, dates=dates, causes=dict.fromkeys(dates, cause), stages={})


def _write_expected(
    ctx: Ctx,
    by_order: Mapping[int, Sequence[OrderLine]],
    *,
    dates: Mapping[int, date | None],
    causes: Mapping[int, str],
    stages: Mapping[int, str],
) -> list[Order]:
    """Write what is new on lines and their orders, and tell which orders moved."""
    changed = []
    for line in (line for lines in by_order.values() for line in lines):
        if _expect(line, dates, causes, stages):
            changed.append(line)
    if changed:
        OrderLine.objects.bulk_update(changed, ["expected_on", "cause", "stage"], batch_size=BATCH)
    moved = {pk: lines for pk, lines in by_order.items() if last_day(lines) != lines[0].order.expected_on}
    if moved:
        Order.objects.filter(pk__in=moved).update(
            expected_on=each({pk: last_day(ls) for pk, ls in moved.items()})
        )
    return [_tell_moved(ctx, lines) for lines in moved.values()]


def _expect(
    line: OrderLine, dates: Mapping[int, date | None], causes: Mapping[int, str], stages: Mapping[int, str]
) -> bool:
    """Put the news on a line; False when it is none."""
    before = (line.expected_on, line.cause, line.stage)
    if line.pk in dates:
        line.expected_on = dates[line.pk]
        late = line.expected_on is None or (
            line.promised_on is not None and line.expected_on > line.promised_on
        )
        line.cause = causes.get(line.pk, line.cause if late else "")[:200]
    if line.pk in stages:
        line.stage = stages[line.pk][:120]
    return (line.expected_on, line.cause, line.stage) != before


def last_day(lines: Sequence[OrderLine]) -> date | None:
    """The day on which an order is complete; None while nobody knows that of all of its lines.

    What has left already counts with its own day.
    """
    waiting = [line for line in lines if line.open_quantity > 0] or list(lines)
    days = [line.expected_on for line in waiting if line.expected_on is not None]
    return max(days) if len(days) == len(waiting) else None


def _tell_moved(ctx: Ctx, lines: Sequence[OrderLine]) -> Order:
    order, was, last = lines[0].order, lines[0].order.expected_on, last_day(lines)
    deciding = [line.cause for line in lines if line.expected_on == last and line.cause]
    others = [line.cause for line in lines if line.cause]
    cause = (deciding or others or [_t("the plan changed")])[0]
    order.expected_on = last
    names = about(order, {line.item_id for line in lines})
    if last is None:
        ctx.emit(DeliveryUnknown(**names, cause=cause, promised_on=order.promised_on))
        return order
    late = order.promised_on is not None and last > order.promised_on
    days = (last - (was or order.promised_on or last)).days
    ctx.emit(
        DeliveryMoved(
            **names,
            days=days,
            by=moved_by(days) if was else _t("to {day}").format(day=date_format(last, "j M")),
            cause=cause,
            expected_on=last,
            promised_on=order.promised_on,
            tone="warn" if late else "ok",
        )
    )
    return order


@command(move="ship_part", hidden=True)
def record_shipped(
    ctx: Ctx, *, shipped: dict[int, Decimal], arrives: Mapping[int, date] | None = None
) -> list[Order]:
    """Note what has left for the customer, by order line; an order is shipped when nothing is left of it.

    `arrives` says by order line when the goods will be there; without it, the day they left counts.
    """
    known = queries.lines_of_orders(line_ids=shipped)
    by_order = queries.by_order(known)

    _refuse_unshippable(known, shipped)

    quantities = _with_services(by_order, shipped)
    now = [line for line in known if line.pk in quantities]
    for line in now:
        line.shipped += quantities[line.pk]
        if line.open_quantity == 0:
            line.stage, line.expected_on = _t("Shipped"), (arrives or {}).get(line.pk, ctx.today)
    OrderLine.objects.bulk_update(now, ["shipped", "stage", "expected_on"], batch_size=BATCH)
    orders = {pk: lines[0].order for pk, lines in by_order.items()}
    rest = {pk: lines for pk, lines in by_order.items() if any(line.open_quantity for line in lines)}
    whole = [order for pk, order in orders.items() if pk not in rest]
    last = {order.pk: last_day(by_order[order.pk]) for order in whole}
    if whole:
        advance_all(whole, "ship", shipped_at=ctx.now, expected_on=each(last))
    for order in whole:
        order.expected_on = last[order.pk]
    advance_all([orders[pk] for pk in rest if orders[pk].state == OrderState.CONFIRMED], "ship_part")
    _expect_rest(rest)

    for order in whole:
        ctx.emit(shipped_event(ctx, order, _items(by_order[order.pk], quantities)))
    for pk, lines in rest.items():
        ctx.emit(
            OrderPartShipped(
                **about(orders[pk], _items(lines, quantities)),
                quantity=sum((quantities.get(line.pk, ZERO) for line in lines), ZERO),
                ordered=sum((line.quantity for line in lines), ZERO),
            )
        )
    return list(orders.values())


def _with_services(
    by_order: Mapping[int, Sequence[OrderLine]], shipped: Mapping[int, Decimal]
) -> dict[int, Decimal]:
    """What is shipped; with the last goods of an order its services count as delivered."""
    found = dict(shipped)
    for lines in by_order.values():
        goods = [line for line in lines if line.item.is_stocked]
        if goods and all(line.open_quantity == shipped.get(line.pk, ZERO) for line in goods):
            found |= {line.pk: line.open_quantity for line in lines if line.open_quantity}
    return found


def _expect_rest(rest: Mapping[int, Sequence[OrderLine]]) -> None:
    """Orders of which something is left are expected when that is."""
    days = {
        pk: last_day(lines) for pk, lines in rest.items() if last_day(lines) != lines[0].order.expected_on
    }
    if days:
        Order.objects.filter(pk__in=days).update(expected_on=each(days))


def _items(lines: Sequence[OrderLine], quantities: Mapping[int, Decimal]) -> set[int]:
    return {line.item_id for line in lines if line.pk in quantities}


def _refuse_unshippable(known: Sequence[OrderLine], shipped: Mapping[int, Decimal]) -> None:
    if not shipped or any(quantity <= 0 for quantity in shipped.values()):
        raise NothingShipped
    if set(shipped) - {line.pk for line in known}:
        raise LineElsewhere
    for line in known:
        if line.pk not in shipped:
            continue
        if line.order.state not in OPEN:
            raise OrderNotOpen(number=line.order.number, state=line.order.state.label.lower())
        if shipped[line.pk] > line.open_quantity:
            raise ShippedTooMuch(
                number=line.order.number,
                item=line.item,
                open=plain(line.open_quantity),
                quantity=plain(shipped[line.pk]),
            )


def shipped_event(ctx: Ctx, order: Order, items: Iterable[int]) -> OrderShipped:
    """What is told when the last of an order has left."""
    late = max((ctx.today - order.promised_on).days, 0) if order.promised_on is not None else 0
    return OrderShipped(
        **about(order, items),
        shipped_on=ctx.today,
        promised_on=order.promised_on,
        days_late=late,
        punctually=ngettext("{n} day late", "{n} days late", late).format(n=late) if late else _t("on time"),
    )


@command(move="ship", label=_("Mark as shipped"), icon="truck-delivery")
def ship_order(ctx: Ctx, *, order: Order) -> Order:
    """Note that all that is left was delivered without a shipment of ours: services, drop shipments."""
    lines = [line for line in queries.lines_to_promise(order_ids=[order.pk]) if line.open_quantity]

    direct = sorted({str(line.item) for line in lines if line.is_direct})
    if direct:
        raise SupplierDelivers(items=", ".join(direct))
    stocked = sorted({str(line.item) for line in lines if line.item.is_stocked})
    if stocked:
        ctx.warn(StockStays(items=", ".join(stocked)))

    return record_shipped(ctx, shipped={line.pk: line.open_quantity for line in lines})[0]


@command(hidden=True)
def record_invoiced(ctx: Ctx, *, invoiced: dict[int, Decimal]) -> int:
    """Note what customers were asked money for, by order line; below zero when it is taken back.

    The database refuses more than was ordered, whoever else invoices at the same moment.
    """
    return execute(
        "UPDATE sales_orderline l SET invoiced = l.invoiced + t.quantity"
        " FROM unnest(%s::bigint[], %s::numeric[]) AS t (id, quantity) WHERE l.id = t.id",
        [list(invoiced), list(invoiced.values())],
    )


@command(move="close", label=_("Close"), icon="archive")
def close_order(ctx: Ctx, *, order: Order) -> Order:
    """Put an order away: everything has happened, or the rest will never be delivered."""
    return close_orders(ctx, orders=[order])[0]


@command(hidden=True)
def close_orders(ctx: Ctx, *, orders: list[Order]) -> list[Order]:
    """Put many orders away at once, as happens when their invoices are paid."""
    orders = lock_all(orders)
    rests = _rests(orders)

    for order in orders:
        if order.state in (OrderState.DRAFT, OrderState.CONFIRMED):
            raise NotShippedYet(number=order.number)
        if rests.get(order.pk):
            ctx.warn(RestUndelivered(number=order.number, rest=rests[order.pk]))

    advance_all(orders, "close", closed_at=ctx.now)

    for order in orders:
        note = _t(" without {rest}").format(rest=rests[order.pk]) if rests.get(order.pk) else ""
        ctx.emit(OrderClosed(**about(order), note=note))
    return orders


def _rests(orders: Sequence[Order]) -> dict[int, str]:
    """What part-shipped orders still lack, in words, by key."""
    part = [order.pk for order in orders if order.state == OrderState.PART_SHIPPED]
    found: dict[int, list[str]] = {}
    if part:
        rows = OrderLine.objects.filter(order__in=part, shipped__lt=F("quantity")).select_related(
            "item__unit"
        )
        for line in rows.order_by("order_id", "position", "pk"):
            words = f"{plain(line.open_quantity)} {line.item.unit.code} {line.item}"
            found.setdefault(line.order_id, []).append(words)
    return {pk: ", ".join(words) for pk, words in found.items()}
