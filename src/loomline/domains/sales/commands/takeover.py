"""Orders that another system has kept so far, in the state they are in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.sales.commands.drafts import BATCH, Sheet, agreed_with, usual_site
from loomline.domains.sales.commands.opening import OrderDraft, about, write_lines
from loomline.domains.sales.events import OrderTakenOver
from loomline.domains.sales.models import Order, OrderLine, OrderState
from loomline.domains.sites.models import Site
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused

CENT = Decimal("0.0001")


class OrderWithoutLines(Refused):
    """An order of nothing."""

    says = _("Order {number} has no lines.")


@dataclass(frozen=True, kw_only=True)
class PastOrder:
    """An order as the other system has it: confirmed, or shipped at a moment."""

    draft: OrderDraft
    number: str
    ordered_at: datetime
    shipped_at: datetime | None = None

    @property
    def promised_on(self) -> date:
        """What was wanted counts as promised; without that, the day it left or was ordered."""
        return self.draft.wanted_on or (self.shipped_at or self.ordered_at).date()


@command(hidden=True)
def take_over_orders(ctx: Ctx, *, pasts: list[PastOrder]) -> list[Order]:
    """Bring orders in as they are elsewhere; amounts stay as the lines give them, without rounding each."""
    agreed = agreed_with(ctx, customers=[past.draft.customer for past in pasts])
    site = usual_site()
    for past in pasts:
        if not past.draft.lines:
            raise OrderWithoutLines(number=past.number)

    orders = [_order(past, agreed[past.draft.customer.pk].payment_days, site) for past in pasts]
    lines = write_lines(
        [
            (
                o,
                Sheet(
                    customer=o.customer,
                    currency=o.currency,
                    on=o.ordered_on,
                    lines=past.draft.lines,
                    is_past=True,
                ),
            )
            for o, past in zip(orders, pasts, strict=True)
        ]
    )
    _as_delivered(orders, lines, pasts)
    Order.objects.bulk_create(orders, batch_size=BATCH)
    OrderLine.objects.bulk_create(lines, batch_size=BATCH)

    for order, past in zip(orders, pasts, strict=True):
        left = past.shipped_at
        ctx.emit(
            OrderTakenOver(
                **about(order),
                day=date_format(past.ordered_at, "j M Y"),
                shipped=_t(", shipped {day}").format(day=date_format(left, "j M Y"))
                if left
                else _t(", still open"),
                happened_at=past.ordered_at,
            )
        )
    return orders


def _order(past: PastOrder, payment_days: int, site: Site | None) -> Order:
    draft = past.draft
    return Order(
        number=past.number,
        state=OrderState.SHIPPED if past.shipped_at else OrderState.CONFIRMED,
        customer=draft.customer,
        customer_reference=draft.customer_reference,
        currency=draft.currency,
        freight=draft.freight,
        payment_days=payment_days,
        ordered_on=past.ordered_at.date(),
        wanted_on=draft.wanted_on,
        promised_on=past.promised_on,
        expected_on=past.shipped_at.date() if past.shipped_at else past.promised_on,
        site=draft.site or site,
        ship_name=draft.ship_name,
        ship_address=draft.ship_address,
        carrier=draft.carrier,
        owner=draft.owner,
        confirmed_at=past.ordered_at,
        shipped_at=past.shipped_at,
    )


def _as_delivered(orders: Sequence[Order], lines: Sequence[OrderLine], pasts: Sequence[PastOrder]) -> None:
    shipped = {id(order): past.shipped_at for order, past in zip(orders, pasts, strict=True)}
    sums: dict[int, Decimal] = {}
    for line in lines:
        line.amount = (line.quantity * line.price * (1 - line.discount)).quantize(CENT)
        line.promised_on, line.promised_at = line.order.promised_on, line.order.confirmed_at
        line.expected_on = line.order.expected_on
        line.shipped = line.quantity if shipped[id(line.order)] else Decimal(0)
        sums[id(line.order)] = sums.get(id(line.order), Decimal(0)) + line.amount
    for order in orders:
        order.net = sums[id(order)] + order.freight
        order.total = order.net + order.tax
