"""Where lots came from and where they went, and whether what went in came out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Sum

from loomline.domains.bills.queries import Seed, tree
from loomline.domains.inventory.models import Lot
from loomline.domains.manufacturing.models import MaterialUse, WorkKind, WorkLine, WorkOrder
from loomline.kernel.quantity import Quantity

# What went into an output: uses of the same work order, at the stages since the last half-finished lot, and
# not kept for another line. What came back unused, or was corrected away, adds up to nothing: no relation.
BACK = """
    SELECT o.lot_id AS made_id, u.lot_id AS used_id, o.work_id, u.item_id, u.quantity
    FROM (
        SELECT lot_id, work_id, line_id, from_position, to_position
        FROM manufacturing_workoutput
        WHERE lot_id = r.lot_id GROUP BY 1, 2, 3, 4, 5 HAVING sum(quantity) > 0
    ) o
    JOIN LATERAL (
        SELECT lot_id, item_id, line_id, position, sum(quantity) AS quantity
        FROM manufacturing_materialuse
        WHERE work_id = o.work_id AND lot_id IS NOT NULL GROUP BY 1, 2, 3, 4 HAVING sum(quantity) > 0
    ) u ON (u.line_id IS NULL OR o.line_id IS NULL OR u.line_id = o.line_id)
        AND u.position BETWEEN o.from_position AND o.to_position
"""

FORWARD = """
    SELECT o.lot_id AS made_id, u.lot_id AS used_id, u.work_id, u.item_id, u.quantity
    FROM (
        SELECT lot_id, work_id, item_id, line_id, position, sum(quantity) AS quantity
        FROM manufacturing_materialuse
        WHERE lot_id = r.lot_id GROUP BY 1, 2, 3, 4, 5 HAVING sum(quantity) > 0
    ) u
    JOIN LATERAL (
        SELECT lot_id, line_id, from_position, to_position
        FROM manufacturing_workoutput
        WHERE work_id = u.work_id AND lot_id IS NOT NULL GROUP BY 1, 2, 3, 4 HAVING sum(quantity) > 0
    ) o ON (u.line_id IS NULL OR o.line_id IS NULL OR u.line_id = o.line_id)
        AND u.position BETWEEN o.from_position AND o.to_position
"""

WALK = """
WITH RECURSIVE reach (lot_id) AS (
    SELECT unnest(%s::bigint[])
    UNION
    SELECT e.{next} FROM reach r CROSS JOIN LATERAL ({edge}) e
)
SELECT e.made_id, e.used_id, e.work_id, w.number, l.number, l.item_id, i.sku, i.name, t.code, l.supplier_lot,
       l.supplier_id, sum(e.quantity), used_unit.code
FROM reach r CROSS JOIN LATERAL ({edge}) e
JOIN manufacturing_workorder w ON w.id = e.work_id
JOIN inventory_lot l ON l.id = e.{next}
JOIN catalog_item i ON i.id = l.item_id
JOIN catalog_unit t ON t.id = i.unit_id
JOIN catalog_item used_item ON used_item.id = e.item_id
JOIN catalog_unit used_unit ON used_unit.id = used_item.unit_id
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13
ORDER BY e.work_id, l.number, e.made_id, e.used_id
"""


@dataclass(frozen=True, slots=True)
class Kin:
    """A lot that went into another one, or came out of it, through one work order.

    `via_id` is the lot one step nearer to the one that was asked about; `used` is how much of the lot that
    went in was used there.
    """

    level: int
    lot_id: int
    number: str
    item_id: int
    sku: str
    name: str
    unit: str
    supplier_lot: str
    supplier_id: int | None
    work_id: int
    work: str
    via_id: int
    used: Quantity


@dataclass(frozen=True, slots=True)
class MaterialBalance:
    """One material of a work order: what its bill asks for what came of it, and what was used."""

    item_id: int
    name: str
    due: Quantity
    used: Quantity

    @property
    def difference(self) -> Decimal:
        """What was used beyond the bill; negative when less."""
        return self.used.amount - self.due.amount

    @property
    def share(self) -> Decimal | None:
        """The difference as a share of what the bill asks."""
        return self.difference / self.due.amount if self.due.amount else None


def genealogy_back(*, lot: Lot) -> list[Kin]:
    """Every lot that went into a lot, through all stages and work orders, nearest first. One statement."""
    return _walk([lot.pk], edge=BACK, towards="used_id")


def genealogy_forward(*, lot: Lot) -> list[Kin]:
    """Every lot that a lot went into, through all stages and work orders, nearest first. One statement."""
    return _walk([lot.pk], edge=FORWARD, towards="made_id")


def mass_balance(*, work: WorkOrder) -> list[MaterialBalance]:
    """What the bill asks for all that came of a work order, rejects included, beside what was used."""
    made = work.stages.exclude(item=None).values("item_id")
    uses = MaterialUse.objects.filter(work=work).exclude(item__in=made).order_by()
    rows = uses.values_list("item_id", "item__name", "item__unit__code").annotate(Sum("quantity"))
    used = {item: (name, Quantity(amount, unit)) for item, name, unit, amount in rows}
    due = _due(work)
    return [
        MaterialBalance(
            item_id=item,
            name=(used.get(item) or due[item])[0],
            due=due[item][1] if item in due else Quantity(Decimal(0), used[item][1].unit),
            used=used[item][1] if item in used else Quantity(Decimal(0), due[item][1].unit),
        )
        for item in dict.fromkeys([*due, *used])
    ]


def _due(work: WorkOrder) -> dict[int, tuple[str, Quantity]]:
    """What the bill asks for what came out, by material."""
    if work.kind == WorkKind.REWORK and work.item is not None:
        return {work.item.pk: (work.item.name, Quantity(work.done + work.rejected, work.item.unit.code))}
    if work.bill_id is None:
        return {}
    day = work.starts_on or work.due_on or date.max
    seeds = [
        Seed(line.pk, line.item_id, line.done + line.rejected, day, work.bill_id)
        for line in WorkLine.objects.filter(work=work).order_by("position")
    ]
    found: dict[int, tuple[str, Quantity]] = {}
    for row in tree(seeds=seeds, levels=1):
        if row.level and row.kind != "phantom":
            known = found.get(row.item_id)
            found[row.item_id] = (row.name, known[1] + row.quantity if known else row.quantity)
    return found


def _walk(lot_ids: Iterable[int], *, edge: str, towards: str) -> list[Kin]:
    start = list(lot_ids)
    with connection.cursor() as cursor:
        cursor.execute(WALK.format(edge=edge, next=towards), [start])
        edges = cursor.fetchall()
    level = _levels(start, edges, towards)
    found = [_kin(row, level, towards) for row in edges]
    return sorted(found, key=lambda kin: (kin.level, kin.sku, kin.number, kin.work_id))


def _levels(start: list[int], edges: list[tuple[Any, ...]], towards: str) -> dict[int, int]:
    onward: dict[int, list[int]] = defaultdict(list)
    for made, used, *_rest in edges:
        near, far = (made, used) if towards == "used_id" else (used, made)
        onward[near].append(far)
    level = dict.fromkeys(start, 0)
    here = start
    while here:
        there = [far for near in here for far in onward[near] if far not in level]
        depth = level[here[0]] + 1
        for far in there:
            level[far] = depth
        here = list(dict.fromkeys(there))
    return level


def _kin(row: tuple[Any, ...], level: dict[int, int], towards: str) -> Kin:
    (
        made,
        used,
        work_id,
        work,
        number,
        item_id,
        sku,
        name,
        unit,
        supplier_lot,
        supplier_id,
        amount,
        used_unit,
    ) = row
    near, far = (made, used) if towards == "used_id" else (used, made)
    return Kin(
        level[far], far, number, item_id, sku, name, unit, supplier_lot, supplier_id, work_id, work, near,
        Quantity(amount, used_unit),
    )  # fmt: skip
