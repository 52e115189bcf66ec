"""Promising again what was promised from goods that are lost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.manufacturing import queries as making
from loomline.domains.manufacturing.models import WorkOrder
from loomline.domains.planning import queries
from loomline.domains.planning.models import ORDER_LINE, PURCHASE_LINE, WORK_ORDER
from loomline.domains.sales import commands as sales
from loomline.domains.sales import queries as orders
from loomline.domains.sales.models import Delivery, Order
from loomline.domains.sales.ports import Ask
from loomline.kernel.command import command
from loomline.kernel.context import Ctx


@command(hidden=True)
def promise_again(ctx: Ctx, *, items: list[int], works: list[int], cause: str) -> list[Order]:
    """Say when goods that are lost can be there all the same, or that nobody knows.

    Asked are the open order lines of these items that nothing stands behind any more, and the work orders
    that lost their material. A loss moves nobody forward. Returns the orders whose day moved.
    """
    dates: dict[int, date | None] = dict.fromkeys(_without_material(ctx, works, cause))
    dates |= _days_again(ctx, items)
    return sales.expect_lines(ctx, dates=dates, causes=dict.fromkeys(dates, cause)) if dates else []


@command(hidden=True)
def lose_supply(ctx: Ctx, *, purchase_lines: list[int], cause: str) -> list[Order]:
    """Say when what purchases will not bring can be there all the same, or that nobody knows.

    Asked are only the order lines and the work orders that stand on them. Returns the orders that moved.
    """
    pegs = queries.pegs_on(kind=PURCHASE_LINE, ids=purchase_lines)
    lines = {peg.demand_id for peg in pegs if peg.demand_kind == ORDER_LINE}
    works = sorted({peg.demand_id for peg in pegs if peg.demand_kind == WORK_ORDER})
    dates: dict[int, date | None] = dict.fromkeys(_without_material(ctx, works, cause)) if works else {}
    if lines:
        dates |= _days_again(ctx, sorted({peg.item_id for peg in pegs}), only=lines)
    return sales.expect_lines(ctx, dates=dates, causes=dict.fromkeys(dates, cause)) if dates else []


def _days_again(
    ctx: Ctx, items: Sequence[int], *, only: Collection[int] | None = None
) -> dict[int, date | None]:
    """The new days of order lines that lack goods, the earliest promise asked first; only those that move."""
    rows = orders.open_lines(item_ids=items).exclude(delivery=Delivery.DIRECT)
    rows = rows if only is None else rows.filter(pk__in=only)
    rows = rows.select_related("item", "order__site")
    lines = {line.pk: line for line in rows.order_by("promised_on", "pk")}
    lacking = {pk: quantity for pk, quantity in queries.lacking(lines=lines).items() if quantity > 0}
    asks = [
        Ask(
            item=lines[pk].item,
            quantity=quantity,
            wanted_on=lines[pk].expected_on or lines[pk].promised_on,
            site=lines[pk].order.site,
            origin_kind=ORDER_LINE,
            origin_id=pk,
        )
        for pk, quantity in lacking.items()
    ]
    found = zip(lacking, queries.earliest(ctx, asks=asks) if asks else (), strict=True)
    days = {pk: promise.on if promise is not None else None for pk, promise in found}
    return {pk: day for pk, day in days.items() if day != lines[pk].expected_on}


def _without_material(ctx: Ctx, works: Sequence[int], cause: str) -> set[int]:
    """Move the work that waits for its material; the order lines on work whose material nobody can get."""
    waiting = list(making.open_work().filter(pk__in=works).order_by("pk"))
    starts, lost = _starts(ctx, waiting)
    if starts:
        manufacturing.move_materials(ctx, starts=starts, causes=dict.fromkeys(starts, cause))
    return queries.orders_on(works=lost) if lost else set()


def _starts(ctx: Ctx, works: Sequence[WorkOrder]) -> tuple[dict[int, date], set[int]]:
    """The days on which work that lacks material can begin, where that is later; work that cannot at all."""
    starts: dict[int, date] = {}
    lost = set()
    missing = queries.lacking_materials(works=works) if works else {}
    for work in works:
        days = queries.material_days(ctx, needs=missing[work.pk], site_id=work.site_id)
        known = [day for day in days.values() if day is not None]
        if len(known) < len(days):
            lost.add(work.pk)
        if known and (work.starts_on is None or max(known) > work.starts_on):
            starts[work.pk] = max(known)
    return starts, lost
