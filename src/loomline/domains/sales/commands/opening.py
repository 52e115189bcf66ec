"""Writing down what customers want to buy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import Team, User
from loomline.domains.parties.models import Address, Party
from loomline.domains.pipeline.models import Opportunity
from loomline.domains.sales.commands.drafts import (
    BATCH,
    ZERO,
    LineDraft,
    Sheet,
    agreed_with,
    counted,
    usual_site,
)
from loomline.domains.sales.events import OrderOpened
from loomline.domains.sales.models import Order, OrderLine, Totals
from loomline.domains.sites.models import Site
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.custom import checked, fields_of


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
                wanted_on=draft.wanted_on
                or max((line.wanted_on for line in draft.lines if line.wanted_on), default=None),
                site=draft.site or site,
                ship_to=ship_to,
                ship_name=draft.ship_name or draft.customer.name,
                ship_address=draft.ship_address or envelope(ship_to),
                carrier=draft.carrier,
                owner=draft.owner or (None if ctx.actor.is_system else ctx.actor),
                team=draft.team,
                note=draft.note,
                custom=checked(rules, draft.custom) if draft.custom else {},
            )
        )
    lines = write_lines(
        [
            (
                order,
                Sheet(
                    customer=order.customer,
                    currency=order.currency,
                    on=order.ordered_on,
                    lines=draft.lines,
                    site_id=order.site_id,
                    ship_to_id=order.ship_to_id,
                ),
            )
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
            if isinstance(draft, LineDraft):
                line.delivery = draft.delivery or ""
        add_up(order, lines)
        made += lines
    return made


def add_up(order: Order, lines: Sequence[OrderLine]) -> None:
    """Put the sums of its lines on an order."""
    amounts = [(line.amount, line.tax_rate) for line in lines]
    totals = Totals.of(amounts, currency=order.currency, freight=order.freight)
    order.net, order.tax, order.total = totals.net, totals.tax, totals.total


def about(order: Order, items: Iterable[int] = ()) -> dict[str, Any]:
    """What every event of an order names."""
    return {
        "order_id": order.pk,
        "number": order.number,
        "customer_id": order.customer_id,
        "contact_id": order.contact_id,
        "opportunity_id": order.opportunity_id,
        "item_ids": tuple(sorted(set(items))),
    }


def _items(lines: Sequence[OrderLine]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for line in lines:
        found.setdefault(id(line.order), set()).add(line.item_id)
    return found


def envelope(address: Address | None) -> str:
    """The address as it stands on a parcel, without the name."""
    return "\n".join(address.lines) if address is not None else ""
