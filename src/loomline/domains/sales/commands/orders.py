"""From what a customer wants to buy to what we have promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, DateField, Value, When
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import Team, User
from loomline.domains.parties import commands as parties
from loomline.domains.parties import queries as party_queries
from loomline.domains.parties.models import Address, CustomerTerms, Party, Role
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Opportunity, OpportunityState
from loomline.domains.sales import ports, queries
from loomline.domains.sales.commands.drafts import (
    BATCH,
    ZERO,
    CustomerArchived,
    LineDraft,
    Sheet,
    agreed_with,
    counted,
    usual_site,
)
from loomline.domains.sales.events import OrderCancelled, OrderConfirmed, OrderOpened, QuoteAccepted
from loomline.domains.sales.models import Order, OrderLine, OrderState, Quote, QuoteLine, QuoteState, Totals
from loomline.domains.sites.models import Site
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.custom import checked, fields_of
from loomline.kernel.money import Money
from loomline.kernel.record import lock
from loomline.kernel.refusal import MoveRefused, Refused, Warned
from loomline.kernel.state import advance, advance_all


class OrderEmpty(Refused):
    """Nothing to promise."""

    says = _("Order {number} has no lines. Add at least one before confirming it.")


class CreditExceeded(Warned):
    """The customer would owe more than was agreed."""

    says = _("{customer} would owe {owed}, over the limit of {limit}.")


class QuoteSuperseded(Refused):
    """Only the newest version can be bought."""

    says = _("Quote {number} was replaced by {newer}. Accept that one.")


class QuoteOver(Refused):
    """An offer that has ended binds nobody."""

    says = _("Quote {number} was valid until {valid_until}. Revise it and send it again; prices and dates may have changed.")


class QuoteNotSent(Refused):
    """A customer accepts what they have seen."""

    says = _("Quote {number} has not been sent yet. Send it, then accept it.")


class InvoicedAlready(Refused):
    """What was asked money for is not simply forgotten."""

    says = _("Order {number} was invoiced. Credit the invoice first, then cancel the order.")


class CancelledForNothing(Refused):
    """Somebody will ask later."""

    says = _("Say why order {number} is cancelled.")


@dataclass(frozen=True, kw_only=True)
class OrderDraft:
    """An order to be; what is left out comes from the customer."""

    customer: Party
    lines: Sequence[LineDraft] = ()
    contact: Party | None = None
    customer_reference: str = ""
    opportunity: Opportunity | None = None
    currency: str = ""
    freight: Decimal = ZERO
    ordered_on: date | None = None
    wanted_on: date | None = None
    site: Site | None = None
    ship_to: Address | None = None
    ship_name: str = ""
    ship_address: str = ""
    carrier: Party | None = None
    owner: User | None = None
    team: Team | None = None
    note: str = ""
    custom: Mapping[str, Any] = field(default_factory=dict)


@command(label=_("New order"), icon="plus", creates=Order)
def open_order(
    ctx: Ctx,
    *,
    customer: Party,
    lines: Sequence[LineDraft] = (),
    contact: Party | None = None,
    customer_reference: str = "",
    opportunity: Opportunity | None = None,
    currency: str = "",
    freight: Decimal = ZERO,
    ordered_on: date | None = None,
    wanted_on: date | None = None,
    site: Site | None = None,
    ship_to: Address | None = None,
    ship_name: str = "",
    ship_address: str = "",
    carrier: Party | None = None,
    owner: User | None = None,
    team: Team | None = None,
    note: str = "",
    custom: Mapping[str, Any] | None = None,
) -> Order:
    """Write down what a customer wants to buy; nothing is promised until it is confirmed."""
    draft = OrderDraft(
        customer=customer,
        lines=lines,
        contact=contact,
        customer_reference=customer_reference,
        opportunity=opportunity,
        currency=currency,
        freight=freight,
        ordered_on=ordered_on,
        wanted_on=wanted_on,
        site=site,
        ship_to=ship_to,
        ship_name=ship_name,
        ship_address=ship_address,
        carrier=carrier,
        owner=owner,
        team=team,
        note=note,
        custom=custom or {},
    )
    return open_orders(ctx, drafts=[draft])[0]


@command(hidden=True)
def open_orders(ctx: Ctx, *, drafts: list[OrderDraft]) -> list[Order]:
    """Write down many orders at once, as an import or a shop does."""
    agreed = agreed_with(ctx, customers=[draft.customer for draft in drafts])
    site = usual_site() if any(draft.site is None for draft in drafts) else None
    rules = fields_of("sales.order") if any(draft.custom for draft in drafts) else []

    orders = []
    for draft in drafts:
        terms = agreed[draft.customer.pk]
        ship_to = draft.ship_to or terms.address
        orders.append(
            Order(
                customer=draft.customer,
                contact=draft.contact,
                customer_reference=draft.customer_reference,
                opportunity=draft.opportunity,
                currency=draft.currency or terms.currency,
                freight=draft.freight,
                payment_days=terms.payment_days,
                ordered_on=draft.ordered_on or ctx.today,
                wanted_on=draft.wanted_on or max((l.wanted_on for l in draft.lines if l.wanted_on), default=None),
                site=draft.site or site,
                ship_to=ship_to,
                ship_name=draft.ship_name or draft.customer.name,
                ship_address=draft.ship_address or _envelope(ship_to),
                carrier=draft.carrier,
                owner=draft.owner or (None if ctx.actor.is_system else ctx.actor),
                team=draft.team,
                note=draft.note,
                custom=checked(rules, draft.custom) if draft.custom else {},
            )
        )
    lines = write_lines(
        [
            (order, Sheet(customer=order.customer, currency=order.currency, on=order.ordered_on, lines=draft.lines))
            for order, draft in zip(orders, drafts, strict=True)
        ]
    )
    Order.objects.bulk_create(orders, batch_size=BATCH)
    OrderLine.objects.bulk_create(lines, batch_size=BATCH)

    items = _items(lines)
    for order in orders:
        ctx.emit(
            OrderOpened(
                **about(order, items.get(id(order), ())),
                total=order.total,
                currency=order.currency,
                wanted_on=order.wanted_on,
            )
        )
    return orders


def write_lines(pairs: Sequence[tuple[Order, Sheet]]) -> list[OrderLine]:
    """The lines of orders, priced and counted; puts the sums on the orders. Nothing is written yet."""
    made = []
    for (order, sheet), rows in zip(pairs, counted(sheets=[sheet for _order, sheet in pairs]), strict=True):
        lines = [OrderLine(order=order, **columns) for columns in rows]
        for draft, line in zip(sheet.lines, lines, strict=True):
            line.item = draft.item
        add_up(order, lines)
        made += lines
    return made


def add_up(order: Order, lines: Sequence[OrderLine]) -> None:
    """Put the sums of its lines on an order."""
    totals = Totals.of(((l.amount, l.tax_rate) for l in lines), currency=order.currency, freight=order.freight)
    order.net, order.tax, order.total = totals.net, totals.tax, totals.total


@command(move="accept", label=_("Accept"), icon="signature")
def accept_quote(
    ctx: Ctx,
    *,
    quote: Quote,
    accepted_by: str = "",
    customer_reference: str = "",
    options: list[QuoteLine] | None = None,
) -> Order:
    """Take the customer's yes: the offer becomes an order, and the opportunity behind it is won."""
    lines = queries.lines_to_accept(quote_id=quote.pk)
    quote = lines[0].quote if lines else lock(quote)

    _refuse_unacceptable(ctx, quote)
    taken = {option.pk for option in options or ()}
    lines = [line for line in lines if not line.is_optional or line.pk in taken]

    order = _order_of(ctx, quote, lines, customer_reference)
    order.save(force_insert=True)
    OrderLine.objects.bulk_create(_order_lines(order, lines))
    advance(quote, "accept", decided_at=ctx.now, accepted_by=accepted_by.strip()[:120])
    won = quote.opportunity
    if won is not None and won.state == OpportunityState.OPEN:
        pipeline.win_opportunity(
            ctx, opportunity=won, evidence=_t("Quote {number}").format(number=quote.number), amount=order.net
        )

    ctx.emit(
        QuoteAccepted(
            **_about_quote(quote),
            order_id=order.pk,
            order=order.number,
            by=_t(" by {name}").format(name=quote.accepted_by) if quote.accepted_by else "",
            total=order.total,
            currency=order.currency,
        )
    )
    return order


def _refuse_unacceptable(ctx: Ctx, quote: Quote) -> None:
    if quote.state == QuoteState.SUPERSEDED:
        raise QuoteSuperseded(number=quote.number, newer=queries.versions(quote=quote)[-1].number)
    if quote.state == QuoteState.EXPIRED or (quote.state == QuoteState.SENT and quote.valid_until < ctx.today):
        raise QuoteOver(number=quote.number, valid_until=quote.valid_until)
    if quote.state == QuoteState.DRAFT:
        raise QuoteNotSent(number=quote.number)


def _order_of(ctx: Ctx, quote: Quote, lines: Sequence[QuoteLine], customer_reference: str) -> Order:
    terms: CustomerTerms | None = getattr(quote.customer, "customer_terms", None)
    order = Order(
        quote=quote,
        customer=quote.customer,
        contact_id=quote.contact_id,
        customer_reference=customer_reference or quote.customer_reference,
        opportunity_id=quote.opportunity_id,
        currency=quote.currency,
        freight=quote.freight,
        payment_days=terms.payment_days if terms is not None else 30,
        ordered_on=ctx.today,
        wanted_on=quote.wanted_on,
        site_id=quote.site_id,
        ship_to=quote.ship_to,
        ship_name=quote.customer.name,
        ship_address=_envelope(quote.ship_to),
        owner_id=quote.owner_id,
        team_id=quote.team_id,
        note=quote.note,
    )
    totals = Totals.of(((l.amount, l.tax_rate) for l in lines), currency=order.currency, freight=order.freight)
    order.net, order.tax, order.total = totals.net, totals.tax, totals.total
    return order


COPIED = (
    *("position", "item_id", "description", "quantity", "entered_quantity", "unit_id", "price", "discount"),
    *("tax_rate", "amount", "unit_cost", "wanted_on"),
)


def _order_lines(order: Order, lines: Sequence[QuoteLine]) -> list[OrderLine]:
    return [
        OrderLine(order=order, quote_line=line, **{name: getattr(line, name) for name in COPIED}) for line in lines
    ]


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

    _promise(ctx, lines)
    OrderLine.objects.bulk_update(lines, ["promised_on", "promise_basis", "expected_on"], batch_size=BATCH)
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
            )
        )
    return confirmed


def _promised(now: datetime, on: Any) -> dict[str, Any]:
    return {"confirmed_at": now, "promised_on": on, "expected_on": on}


def each(days: Mapping[int, date]) -> Case:
    """For one UPDATE of many rows: each row its own day."""
    return Case(*(When(pk=pk, then=Value(day)) for pk, day in days.items()), output_field=DateField())


def _refuse_unpromisable(orders: Sequence[Order], by_order: Mapping[int, Sequence[OrderLine]]) -> None:
    for order in orders:
        if order.state != OrderState.DRAFT:
            raise MoveRefused(
                _t("{what} is {state}; it cannot {move} now."),
                what=order.sentence_name(),
                state=order.state.label.lower(),
                move=_t("be confirmed"),
            )
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
        owed[order.customer_id] += queries.converted(ctx, amount=order.total, currency=order.currency, into=terms.currency)
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
        )
        for line in lines
    ]
    for line, promise in zip(lines, ports.promise_dates(ctx, asks=asks), strict=True):
        line.promised_on = line.expected_on = promise.on
        line.promise_basis = promise.basis[:120]


def _make_customer(ctx: Ctx, party: Party) -> None:
    """Whoever has an order confirmed is a customer from that day on."""
    if getattr(party, "customer_terms", None) is None and not party_queries.has_role(party=party, role=Role.CUSTOMER):
        parties.give_role(ctx, party=party, role=Role.CUSTOMER.value)


@command(move="cancel", label=_("Cancel order"), icon="circle-x", danger=True)
def cancel_order(ctx: Ctx, *, order: Order, reason: str) -> Order:
    """Give an order up before anything has left; what was kept for it is free for others."""
    order = lock(order)
    lines = list(order.lines.order_by("position", "pk"))

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
        )
    )
    return order


def about(order: Order, items: Any = ()) -> dict[str, Any]:
    """What every event of an order names."""
    return {
        "order_id": order.pk,
        "number": order.number,
        "customer_id": order.customer_id,
        "contact_id": order.contact_id,
        "opportunity_id": order.opportunity_id,
        "item_ids": tuple(sorted(set(items))),
    }


def _about_quote(quote: Quote) -> dict[str, Any]:
    return {
        "quote_id": quote.pk,
        "number": quote.number,
        "customer_id": quote.customer_id,
        "contact_id": quote.contact_id,
        "opportunity_id": quote.opportunity_id,
    }


def _items(lines: Sequence[OrderLine]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for line in lines:
        found.setdefault(id(line.order), set()).add(line.item_id)
    return found


def _envelope(address: Address | None) -> str:
    return "\n".join(address.lines) if address is not None else ""
