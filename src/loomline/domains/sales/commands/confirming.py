"""Promising goods, and giving a promise up before anything has left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Case, DateField, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from loomline.domains.parties import commands as parties
from loomline.domains.parties import queries as party_queries
from loomline.domains.parties.models import Party, Role
from loomline.domains.sales import ports, queries
from loomline.domains.sales.commands.drafts import BATCH, CustomerArchived
from loomline.domains.sales.commands.opening import about
from loomline.domains.sales.events import OrderCancelled, OrderConfirmed
from loomline.domains.sales.models import PROMISED, Order, OrderLine, OrderState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.money import Money
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused, Warned
from loomline.kernel.state import advance, advance_all


class OrderNotDraft(Refused):
    """A promise is given once."""

    says = _("Order {number} is {state}; only a draft can be confirmed.")


class OrderEmpty(Refused):
    """Nothing to promise."""

    says = _("Order {number} has no lines. Add at least one before confirming it.")


class CreditExceeded(Warned):
    """The customer would owe more than was agreed."""

    says = _("{customer} would owe {owed}, over the limit of {limit}.")


class InvoicedAlready(Refused):
    """What was asked money for is not simply forgotten."""

    says = _("Order {number} was invoiced. Credit the invoice first, then cancel the order.")


class CancelledForNothing(Refused):
    """Somebody will ask later."""

    says = _("Say why order {number} is cancelled.")


@command(move="confirm", label=_("Confirm"), icon="circle-check")
def confirm_order(ctx: Ctx, *, order: Order) -> Order:
    """Promise the goods to the customer, each line for a day that we can keep."""
    return confirm_orders(ctx, orders=[order])[0]


@command(hidden=True)
def confirm_orders(ctx: Ctx, *, orders: list[Order]) -> list[Order]:
    """Promise the goods of many orders at once, with one question about all their dates."""
    lines = queries.lines_to_promise(order_ids=[order.pk for order in orders])
    by_order = queries.by_order(lines)
    confirmed = [by_order[order.pk][0].order if order.pk in by_order else lock(order) for order in orders]

    _refuse_unpromisable(confirmed, by_order)
    _warn_credit(ctx, confirmed)

    direct = queries.settle_delivery(lines=lines)
    _promise(ctx, lines)
    written = [*PROMISED, "expected_on", *(["delivery"] if direct else [])]
    OrderLine.objects.bulk_update(lines, written, batch_size=BATCH)
    last = {pk: max(line.promised_on for line in found if line.promised_on) for pk, found in by_order.items()}
    if len(confirmed) == 1:
        advance(confirmed[0], "confirm", **_promised(ctx.now, last[confirmed[0].pk]))
    else:
        advance_all(confirmed, "confirm", **_promised(ctx.now, each(last)))
    for order in confirmed:
        order.promised_on = order.expected_on = last[order.pk]
        _make_customer(ctx, order.customer)

    for order in confirmed:
        ctx.emit(
            OrderConfirmed(
                **about(order, {line.item_id for line in by_order[order.pk]}),
                promised_on=last[order.pk],
                wanted_on=order.wanted_on,
                total=order.total,
                currency=order.currency,
                days=tuple(line.promised for line in by_order[order.pk]),
                direct_lines=tuple(line.pk for line in by_order[order.pk] if line.is_direct),
                held_quote_id=order.quote_id if order.is_held else None,
            )
        )
    return confirmed


def _promised(now: datetime, on: Any) -> dict[str, Any]:
    return {"confirmed_at": now, "promised_on": on, "expected_on": on}


def each(days: Mapping[int, date] | Mapping[int, date | None]) -> Cast | date | None:
    """For one UPDATE of many rows: each row its own day, or none."""
    if len(set(days.values())) == 1:
        return next(iter(days.values()))
    # Where no row has a day, the database does not see by itself that these are days.
    return Cast(Case(*(When(pk=pk, then=Value(day)) for pk, day in days.items())), DateField())


def _refuse_unpromisable(orders: Sequence[Order], by_order: Mapping[int, Sequence[OrderLine]]) -> None:
    for order in orders:
        if order.state != OrderState.DRAFT:
            raise OrderNotDraft(number=order.number, state=order.state.label.lower())
        if order.pk not in by_order:
            raise OrderEmpty(number=order.number)
        if not order.customer.is_active:
            raise CustomerArchived(customer=order.customer)


def _warn_credit(ctx: Ctx, orders: Sequence[Order]) -> None:
    """Only customers with a limit cost a question about what they owe."""
    limits = {
        order.customer_id: order.customer.customer_terms
        for order in orders
        if getattr(getattr(order.customer, "customer_terms", None), "credit_limit", None) is not None
    }
    if not limits:
        return
    owed = queries.exposures(ctx, customers={pk: terms.currency for pk, terms in limits.items()})
    for order in orders:
        terms = limits.get(order.customer_id)
        if terms is None:
            continue
        owed[order.customer_id] += queries.converted(
            ctx, amount=order.total, currency=order.currency, into=terms.currency
        )
        limit = Money(terms.credit_limit, terms.currency)
        if owed[order.customer_id] > limit:
            ctx.warn(CreditExceeded(customer=order.customer, owed=owed[order.customer_id], limit=limit))


def _promise(ctx: Ctx, lines: Sequence[OrderLine]) -> None:
    """Ask for every line at once and write the answers on the lines."""
    asks = [
        ports.Ask(
            item=line.item,
            quantity=line.open_quantity,
            wanted_on=line.wanted_on or line.order.wanted_on,
            site=line.order.site,
            origin_kind="sales.orderline",
            origin_id=line.pk,
            is_direct=line.is_direct,
            held_for=line.quote_line_id if line.order.is_held else None,
        )
        for line in lines
    ]
    for line, promise in zip(lines, ports.promise_dates(ctx, asks=asks), strict=True):
        ports.put(line, promise)
        line.expected_on = promise.on


def _make_customer(ctx: Ctx, party: Party) -> None:
    """Whoever has an order confirmed is a customer from that day on."""
    if getattr(party, "customer_terms", None) is None and not party_queries.has_role(
        party=party, role=Role.CUSTOMER
    ):
        parties.give_role(ctx, party=party, role=Role.CUSTOMER)


@command(move="cancel", label=_("Cancel order"), icon="circle-x", danger=True)
def cancel_order(ctx: Ctx, *, order: Order, reason: str) -> Order:
    """Give an order up before anything has left; what was kept for it is free for others."""
    order = lock(order)
    lines = list(order.lines.order_by("position", "pk"))
    held = order.quote_id if order.state == OrderState.DRAFT and order.is_held else None

    if not reason.strip():
        raise CancelledForNothing(number=order.number, at_field="reason")
    if any(line.invoiced for line in lines):
        raise InvoicedAlready(number=order.number)

    advance(order, "cancel", closed_at=ctx.now, cancelled_because=reason.strip())

    ctx.emit(
        OrderCancelled(
            **about(order, {line.item_id for line in lines}),
            reason=order.cancelled_because,
            line_ids=tuple(line.pk for line in lines),
            held_quote_id=held,
        )
    )
    return order
