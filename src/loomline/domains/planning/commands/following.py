"""Carrying the news of a supply up to the orders that stand on it, and to no others."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from loomline.domains.manufacturing import commands as manufacturing
from loomline.domains.planning import queries
from loomline.domains.planning.models import PURCHASE_LINE, WORK_ORDER, Peg
from loomline.domains.procurement.models import PurchaseLine
from loomline.domains.sales import commands as sales
from loomline.domains.sales.models import Order
from loomline.kernel.command import command
from loomline.kernel.context import Ctx


@command(hidden=True)
def follow_supply(
    ctx: Ctx, *, purchase_lines: list[int] | None = None, works: list[int] | None = None
) -> list[Order]:
    """Move exactly what depends on these supplies: work orders waiting for material, then order lines.

    Returns the orders whose day moved.
    """
    bought = purchase_lines or []
    starts, causes = _material_days(bought)
    if starts:
        manufacturing.move_materials(ctx, starts=starts, causes=causes)
    lines = queries.orders_on(purchase_lines=bought, works={*(works or []), *starts})
    dates = queries.line_dates(line_ids=lines)
    if not dates:
        return []
    return sales.expect_lines(
        ctx,
        dates={pk: found.on for pk, found in dates.items()},
        causes={pk: found.cause for pk, found in dates.items() if found.cause},
    )


@command(hidden=True)
def note_stages(ctx: Ctx, *, works: list[int], stage: str) -> list[Order]:
    """Write on the order lines that stand on these work orders where their goods are now."""
    lines = queries.orders_on(works=works)
    return sales.expect_lines(ctx, dates={}, stages=dict.fromkeys(lines, stage)) if lines else []


@command(hidden=True)
def end_pegs(ctx: Ctx, *, demand_kind: str, demand_ids: list[int]) -> int:
    """Let go of what stands behind demands that are over; the supplies stay and are free for others."""
    return Peg.objects.filter(demand_kind=demand_kind, demand_id__in=demand_ids, quantity__gt=0).update(
        quantity=0
    )


def _material_days(purchase_lines: list[int]) -> tuple[dict[int, date], dict[int, str]]:
    """The day on which each work order behind these purchase lines has all of its materials, and why then."""
    works = {
        peg.demand_id
        for peg in queries.pegs_on(kind=PURCHASE_LINE, ids=purchase_lines)
        if peg.demand_kind == WORK_ORDER
    }
    pegs = queries.pegs_for(kind=WORK_ORDER, ids=works)
    lines = PurchaseLine.objects.select_related("item", "purchase__supplier").in_bulk(
        [peg.supply_id for peg in pegs if peg.supply_kind == PURCHASE_LINE]
    )
    days: dict[int, list[tuple[date, str]]] = defaultdict(list)
    for peg in pegs:
        line = lines.get(peg.supply_id)
        day = (line.expected_on or line.confirmed_on or line.requested_on) if line else None
        if line is not None and day is not None:
            days[peg.demand_id].append((day, _cause(line)))
    latest = {pk: max(found) for pk, found in days.items()}
    return {pk: day for pk, (day, _why) in latest.items()}, {pk: why for pk, (_day, why) in latest.items()}


def _cause(line: PurchaseLine) -> str:
    return f"{line.item.name}: {line.cause}" if line.cause else str(line.item.name)
