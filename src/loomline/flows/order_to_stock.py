"""What becomes of an order reaches the stock kept for it, and a late shipment reaches the order."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory.commands import Demand
from loomline.domains.planning import queries as planning
from loomline.domains.planning.models import ORDER_LINE
from loomline.domains.sales import commands as sales
from loomline.domains.sales.events import OrderAmended, OrderCancelled
from loomline.domains.sales.models import OrderLine
from loomline.domains.warehouse import commands as warehouse
from loomline.domains.warehouse import ports
from loomline.domains.warehouse.events import ShipmentDelayed
from loomline.kernel.context import Ctx
from loomline.kernel.event import on
from loomline.kernel.port import fill


@fill(ports.promised_before)
def promised_before(ctx: Ctx, *, lines: Sequence[OrderLine]) -> Sequence[Demand]:
    """Who was promised first is picked first: what others lack stays for them."""
    claims = planning.claims_before(lines={line.pk: line.item_id for line in lines})
    return [claim.demand() for claim in claims if claim.site_id is not None]


@on(OrderCancelled)
def order_cancelled(ctx: Ctx, event: OrderCancelled) -> None:
    """Picking stops, and what was kept for the order is free for others."""
    warehouse.withdraw_orders(ctx, order_ids=[event.order_id], reason=event.reason)


@on(OrderAmended)
def order_amended(ctx: Ctx, event: OrderAmended) -> None:
    """A smaller order keeps no more than it still needs, and nothing of what the supplier brings."""
    limits = {(ORDER_LINE, pk): Decimal(0) for pk in event.lines_removed}
    for line in OrderLine.objects.filter(pk__in=event.lines_changed):
        limits[ORDER_LINE, line.pk] = Decimal(0) if line.is_direct else line.open_quantity
    if limits:
        inventory.trim_reservations(ctx, limits=limits)


@on(ShipmentDelayed)
def shipment_delayed(ctx: Ctx, event: ShipmentDelayed) -> None:
    """The customer's page and the tower show the day the goods will really be there, and why."""
    sales.expect_arrival(ctx, line_ids=list(event.order_line_ids), on=event.expected_on, cause=event.reason)
