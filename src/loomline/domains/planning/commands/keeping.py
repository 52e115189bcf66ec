"""Goods that came in are kept for those they were made or bought for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.commands import Demand
from loomline.domains.manufacturing.models import WorkOrder
from loomline.domains.manufacturing.models.work import OPEN as OPEN_WORK
from loomline.domains.planning import queries
from loomline.domains.planning.commands.tying import end_of
from loomline.domains.planning.models import ORDER_LINE, QUOTE_LINE, WORK_ORDER, Peg
from loomline.domains.sales.models import OrderLine, OrderState, QuoteLine, QuoteState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx

OPEN = (OrderState.CONFIRMED, OrderState.PART_SHIPPED)


@command(hidden=True)
def keep_for_demands(ctx: Ctx, *, supply_kind: str, supply_ids: list[int], site_id: int | None = None) -> int:
    """Reserve what has come into stock for the demands pegged to it. Returns how many demands got goods."""
    pegs = queries.pegs_on(kind=supply_kind, ids=supply_ids)
    demands = [*_for_orders(pegs, site_id), *_for_works(pegs, site_id)]
    got = {row.origin_id for row in inventory.reserve(ctx, demands=demands).reserved} if demands else set()
    for expires_at, held in _for_quotes(ctx, pegs, site_id).items():
        found = inventory.reserve(ctx, demands=held, expires_at=expires_at)
        got |= {row.origin_id for row in found.reserved}
    return len(got)


def _for_quotes(ctx: Ctx, pegs: Sequence[Peg], site_id: int | None) -> dict[datetime | None, list[Demand]]:
    """What was held on its way is held in stock now, by the moment at which it lapses."""
    wanted = {peg.demand_id for peg in pegs if peg.demand_kind == QUOTE_LINE}
    lines = QuoteLine.objects.filter(pk__in=wanted, quote__held_until__isnull=False).select_related("quote")
    held = stock.reserved_for(kind=QUOTE_LINE, ids=wanted) if wanted else {}
    pegged = _sums(pegs, QUOTE_LINE)
    found: dict[datetime | None, list[Demand]] = defaultdict(list)
    for line in lines if wanted else ():
        quote, place = line.quote, site_id or line.quote.site_id
        quantity = min(pegged[line.pk, line.item_id], line.quantity - held[line.pk])
        if quantity <= 0 or place is None or quote.held_until is None:
            continue
        lapses = end_of(ctx, quote.held_until) if quote.state == QuoteState.SENT else None
        found[lapses].append(
            Demand(
                item_id=line.item_id,
                quantity=quantity,
                origin_kind=QUOTE_LINE,
                origin_id=line.pk,
                site_id=place,
                customer_id=quote.customer_id,
            )
        )
    return found


def _for_orders(pegs: Sequence[Peg], site_id: int | None) -> list[Demand]:
    wanted = {peg.demand_id for peg in pegs if peg.demand_kind == ORDER_LINE}
    lines = OrderLine.objects.filter(pk__in=wanted, order__state__in=OPEN).select_related("order")
    held = stock.reserved_for(kind=ORDER_LINE, ids=wanted) if wanted else {}
    pegged = _sums(pegs, ORDER_LINE)
    return [
        Demand(
            item_id=line.item_id,
            quantity=quantity,
            origin_kind=ORDER_LINE,
            origin_id=line.pk,
            site_id=site_id or line.order.site_id,
            customer_id=line.order.customer_id,
        )
        for line in lines
        if (quantity := min(pegged[line.pk, line.item_id], line.open_quantity - held[line.pk])) > 0
        and (site_id or line.order.site_id)
    ]


def _for_works(pegs: Sequence[Peg], site_id: int | None) -> list[Demand]:
    wanted = {peg.demand_id for peg in pegs if peg.demand_kind == WORK_ORDER}
    works = WorkOrder.objects.filter(pk__in=wanted, state__in=OPEN_WORK).in_bulk() if wanted else {}
    return [
        Demand(
            item_id=item_id,
            quantity=quantity,
            origin_kind=WORK_ORDER,
            origin_id=work_id,
            site_id=site_id or works[work_id].site_id,
        )
        for (work_id, item_id), quantity in _sums(pegs, WORK_ORDER).items()
        if work_id in works and (site_id or works[work_id].site_id)
    ]


def _sums(pegs: Sequence[Peg], kind: str) -> dict[tuple[int, int], Decimal]:
    sums: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for peg in pegs:
        if peg.demand_kind == kind:
            sums[peg.demand_id, peg.item_id] += peg.quantity
    return sums
