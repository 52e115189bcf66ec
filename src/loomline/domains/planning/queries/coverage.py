"""How much of a demand nothing stands behind yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from loomline.domains.inventory import queries as stock
from loomline.domains.manufacturing import queries as making
from loomline.domains.manufacturing.models import WorkLine, WorkOrder
from loomline.domains.planning.models import ORDER_LINE, PURCHASE_LINE, WORK_LINE, WORK_ORDER, Peg
from loomline.domains.planning.queries.pegs import pegs_for
from loomline.domains.procurement.models import PurchaseLine
from loomline.domains.sales.models import OrderLine

ZERO = Decimal(0)


def lacking(*, lines: Mapping[int, OrderLine]) -> dict[int, Decimal]:
    """What is neither reserved nor on its way, by order line; below zero where more is kept than is open."""
    held = stock.reserved_for(kind=ORDER_LINE, ids=lines)
    coming = _still_coming(pegs_for(kind=ORDER_LINE, ids=lines))
    return {pk: line.open_quantity - held[pk] - coming[pk, line.item_id] for pk, line in lines.items()}


def lacking_materials(*, works: Sequence[WorkOrder]) -> dict[int, dict[int, Decimal]]:
    """What work orders need and have neither got nor kept nor on its way, by work order and item."""
    ids = [work.pk for work in works]
    kept: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for row in stock.reservations_of(kind=WORK_ORDER, ids=ids):
        kept[row.origin_id, row.item_id] += row.quantity
    coming = _still_coming(pegs_for(kind=WORK_ORDER, ids=ids))
    found: dict[int, dict[int, Decimal]] = {pk: {} for pk in ids}
    for pk, needs in making.needs_of_all(works=works).items():
        for need in needs:
            missing = need.open - kept[pk, need.item_id] - coming[pk, need.item_id]
            if missing > 0:
                found[pk][need.item_id] = missing
    return found


def _still_coming(pegs: Sequence[Peg]) -> dict[tuple[int, int], Decimal]:
    """What pegged supplies have yet to bring, by demand and item; what has come is reserved by now."""
    made = WorkLine.objects.filter(work__in=making.open_work()).in_bulk(
        [peg.supply_id for peg in pegs if peg.supply_kind == WORK_LINE]
    )
    bought = PurchaseLine.objects.filter(is_closed=False).in_bulk(
        [peg.supply_id for peg in pegs if peg.supply_kind == PURCHASE_LINE]
    )
    found: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for peg in pegs:
        if peg.supply_kind == WORK_LINE and peg.supply_id in made:
            line = made[peg.supply_id]
            found[peg.demand_id, peg.item_id] += min(peg.quantity, max(line.quantity - line.done, ZERO))
        elif peg.supply_kind == PURCHASE_LINE and peg.supply_id in bought:
            found[peg.demand_id, peg.item_id] += min(peg.quantity, bought[peg.supply_id].open_quantity)
    return found
