"""What goes into things, through all levels, and where things go into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import DecimalField, F, Q, Sum
from django.db.models.functions import Coalesce

from loomline.domains.bills.models import Alternate, Bill, CoProduct, RouteStage
from loomline.domains.catalog.models import Item
from loomline.kernel.quantity import Quantity

DEEPEST = 30
MONEY = DecimalField(max_digits=19, decimal_places=6)

# One statement walks all levels. The bill of a node is the one its root names, or the item's own of the day,
# or its style's. A line may hold for some colours or sizes, differ by size, or name a style: then the variant
# of that style in the same colour and size is meant.
TREE = """
WITH RECURSIVE seed AS (
    SELECT * FROM unnest(%(roots)s::bigint[], %(items)s::bigint[], %(quantities)s::numeric[],
                         %(bills)s::bigint[], %(days)s::date[]) AS t (root, item_id, quantity, bill_id, day)
), tree AS (
    SELECT s.root, s.day, s.item_id, s.bill_id AS given_bill_id, NULL::bigint AS parent_id,
           NULL::bigint AS line_id, NULL::smallint AS stage_position, s.quantity, 0 AS level,
           ARRAY[s.item_id] AS path, ARRAY[]::bigint[] AS place, true AS opens
    FROM seed s
    UNION ALL
    SELECT t.root, t.day, c.id, NULL, p.id, l.id, l.stage_position,
           t.quantity * coalesce((l.by_size ->> p.size)::numeric, l.quantity) * (1 + l.scrap) / b.batch,
           t.level + 1, t.path || c.id, t.place || l.position::bigint || l.id,
           t.level + 1 < %(levels)s OR c.kind = 'phantom'
    FROM tree t
    JOIN catalog_item p ON p.id = t.item_id
    JOIN LATERAL (
        SELECT b.id, b.batch FROM manufacturing_bill b
        WHERE b.id = t.given_bill_id
            OR (t.given_bill_id IS NULL AND b.item_id = p.id AND b.is_active AND b.valid @> t.day)
            OR (t.given_bill_id IS NULL AND b.style_id = p.style_id AND b.is_active AND b.valid @> t.day)
        ORDER BY b.item_id IS NULL, b.version DESC LIMIT 1
    ) b ON true
    JOIN manufacturing_billline l ON l.bill_id = b.id
        AND (l.colours = '[]'::jsonb OR jsonb_exists(l.colours, p.colour))
        AND (l.sizes = '[]'::jsonb OR jsonb_exists(l.sizes, p.size))
    JOIN LATERAL (
        SELECT i.id, i.kind FROM catalog_item i
        WHERE i.id = l.component_id
            OR (i.style_id = l.component_style_id AND i.colour IN (p.colour, '') AND i.size IN (p.size, ''))
        ORDER BY i.colour = '', i.size = '', i.id LIMIT 1
    ) c ON true
    WHERE t.opens AND NOT c.id = ANY (t.path) AND t.level < %(deepest)s
)
SELECT t.root, t.level, t.item_id, i.sku, i.name, u.code, i.kind, i.supply, i.standard_cost, t.parent_id,
       t.line_id, t.stage_position, round(t.quantity, 6), coalesce(t.given_bill_id, own.id), t.path,
       coalesce(line.backflush, false)
FROM tree t
JOIN catalog_item i ON i.id = t.item_id
JOIN catalog_unit u ON u.id = i.unit_id
LEFT JOIN manufacturing_billline line ON line.id = t.line_id
LEFT JOIN LATERAL (
    SELECT b.id FROM manufacturing_bill b
    WHERE (b.item_id = i.id OR b.style_id = i.style_id) AND b.is_active AND b.valid @> t.day
    ORDER BY b.item_id IS NULL, b.version DESC LIMIT 1
) own ON true
ORDER BY t.root, t.place
"""

UP = """
WITH RECURSIVE up AS (
    SELECT i.id AS item_id, i.style_id, NULL::bigint AS bill_id, 1::numeric AS quantity, 0 AS level,
           ARRAY[]::bigint[] AS path
    FROM catalog_item i WHERE i.id = %(item)s
    UNION ALL
    SELECT b.item_id, coalesce(b.style_id, made.style_id), b.id,
           u.quantity * l.quantity * (1 + l.scrap) / b.batch, u.level + 1, u.path || b.id
    FROM up u
    JOIN manufacturing_billline l ON l.component_id = u.item_id OR l.component_style_id = u.style_id
        OR (u.item_id IS NULL
            AND l.component_id IN (SELECT v.id FROM catalog_item v WHERE v.style_id = u.style_id))
    JOIN manufacturing_bill b ON b.id = l.bill_id AND b.is_active AND b.valid @> %(on)s::date
    LEFT JOIN catalog_item made ON made.id = b.item_id
    WHERE NOT b.id = ANY (u.path) AND u.level < %(levels)s
)
SELECT u.level, u.bill_id, u.item_id, CASE WHEN u.item_id IS NULL THEN u.style_id END,
       coalesce(i.name, s.name), round(u.quantity, 6)
FROM up u
LEFT JOIN catalog_item i ON i.id = u.item_id
LEFT JOIN catalog_style s ON s.id = u.style_id
WHERE u.level > 0
ORDER BY u.path
"""

LOOPS = """
WITH RECURSIVE below AS (
    SELECT l.bill_id AS root, l.component_id, l.component_style_id
    FROM manufacturing_billline l WHERE l.bill_id = ANY (%(bills)s)
    UNION
    SELECT d.root, l.component_id, l.component_style_id
    FROM below d
    LEFT JOIN catalog_item c ON c.id = d.component_id
    JOIN manufacturing_bill b ON b.is_active AND (
        b.item_id = d.component_id OR b.style_id = coalesce(d.component_style_id, c.style_id)
        OR b.item_id IN (SELECT v.id FROM catalog_item v WHERE v.style_id = d.component_style_id))
    JOIN manufacturing_billline l ON l.bill_id = b.id
)
SELECT d.root, min(coalesce(c.name, s.name))
FROM below d
JOIN manufacturing_bill b ON b.id = d.root
LEFT JOIN catalog_item c ON c.id = d.component_id
LEFT JOIN catalog_style s ON s.id = d.component_style_id
LEFT JOIN catalog_item made ON made.id = b.item_id
WHERE b.item_id = d.component_id OR b.style_id = coalesce(d.component_style_id, c.style_id)
    OR made.style_id = d.component_style_id
GROUP BY d.root
"""


@dataclass(frozen=True, slots=True)
class Seed:
    """A thing to explode: how much of it, on which day, and perhaps by which bill."""

    root: int
    item_id: int
    quantity: Decimal
    on: date
    bill_id: int | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """One node of an exploded bill: what it is, how much of it, at which level, under which parent."""

    root: int
    level: int
    item_id: int
    sku: str
    name: str
    quantity: Quantity
    kind: str
    supply: str
    unit_cost: Decimal
    parent_id: int | None
    line_id: int | None
    stage_position: int | None
    bill_id: int | None
    path: tuple[int, ...]
    backflush: bool = False

    @property
    def is_leaf(self) -> bool:
        """True when nothing goes into it: it is bought."""
        return self.bill_id is None


@dataclass(frozen=True, slots=True)
class Need:
    """How much of a material is needed, how much of it was issued, and at which stage."""

    item_id: int
    sku: str
    name: str
    quantity: Quantity
    stage_position: int | None = None
    issued: Decimal = Decimal(0)
    supply: str = ""
    is_stocked: bool = True
    line_ids: tuple[int, ...] = ()
    backflush: bool = False

    @property
    def open(self) -> Decimal:
        """What is still to be issued; services are never issued."""
        return Decimal(0) if not self.is_stocked else max(self.quantity.amount - self.issued, Decimal(0))


@dataclass(frozen=True, slots=True)
class StandIn:
    """An item that may be used for a material, and how many of it for one."""

    item_id: int
    sku: str
    name: str
    unit: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Beside:
    """What comes out beside what is made: how much for one of it, and whether it is wanted."""

    item_id: int
    name: str
    quantity: Quantity
    kind: str


@dataclass(frozen=True, slots=True)
class User:
    """A bill that an item goes into, directly (level 1) or through others."""

    level: int
    bill_id: int
    item_id: int | None
    style_id: int | None
    name: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Cost:
    """What one of an item costs to make: materials at standard cost, and what partners charge."""

    material: Decimal
    work: Decimal

    @property
    def total(self) -> Decimal:
        return self.material + self.work


def explode(
    *, item: Item, quantity: Decimal = Decimal(1), levels: int = DEEPEST, on: date
) -> list[Component]:
    """What goes into a quantity of an item, level by level in the order of the bills. Costs one statement.

    A thing with a bill of the day is opened whether it is made or bought; a phantom never counts as a level.
    """
    rows = tree(seeds=[Seed(0, item.pk, quantity, on)], levels=levels)
    return [row for row in rows if row.level > 0]


def materials(*, demands: Iterable[tuple[int, Decimal]], on: date) -> list[Need]:
    """What must be bought for these items and quantities: the leaves of all levels, added up by item."""
    rows = tree(seeds=[Seed(n, pk, amount, on) for n, (pk, amount) in enumerate(demands)], levels=DEEPEST)
    found: dict[int, Need] = {}
    for row in rows:
        if not row.is_leaf or row.level == 0:
            continue
        known = found.get(row.item_id)
        total = row.quantity if known is None else known.quantity + row.quantity
        found[row.item_id] = Need(row.item_id, row.sku, row.name, total, supply=row.supply)
    return sorted(found.values(), key=lambda need: need.sku)


def standard_cost(*, item: Item, on: date) -> Cost:
    """What one of an item costs by its bills: parts at standard cost, stages at rates and minutes."""
    rows = tree(seeds=[Seed(0, item.pk, Decimal(1), on)], levels=DEEPEST)
    made = {row.bill_id for row in rows if row.bill_id is not None}
    hour = F("centre__machine_rate") + F("centre__labour_rate")
    cost = F("rate") + Coalesce(F("run_minutes") * F("factor") * hour / 60, Decimal(0), output_field=MONEY)
    rates = (
        RouteStage.objects.filter(bill__in=made)
        .order_by()
        .values_list("bill")
        .annotate(total=Sum(cost, output_field=MONEY))
    )
    rate_of: Mapping[int, Decimal] = dict(rates)
    return Cost(
        material=sum((row.quantity.amount * row.unit_cost for row in rows if row.is_leaf), Decimal(0)),
        work=sum(
            (row.quantity.amount * rate_of.get(row.bill_id or 0, Decimal(0)) for row in rows), Decimal(0)
        ),
    )


def stand_ins(*, line_ids: Iterable[int]) -> dict[int, list[StandIn]]:
    """What may stand in for the materials of these lines, the first choice first. Costs one statement."""
    found: dict[int, list[StandIn]] = {}
    wanted = set(line_ids)
    rows = Alternate.objects.filter(line__in=wanted).select_related("item__unit") if wanted else ()
    for one in sorted(rows, key=lambda row: (row.line_id, row.position, row.pk)):
        item = one.item
        found.setdefault(one.line_id, []).append(
            StandIn(item.pk, item.sku, item.name, item.unit.code, one.factor)
        )
    return found


def beside(*, bill_id: int | None) -> list[Beside]:
    """What comes out beside one of what a bill makes. Costs one statement."""
    return besides(bill_ids=[bill_id]).get(bill_id, []) if bill_id is not None else []


def besides(*, bill_ids: Iterable[int]) -> dict[int, list[Beside]]:
    """What comes out beside one of what each of these bills makes. Costs one statement."""
    found: dict[int, list[Beside]] = {}
    rows = CoProduct.objects.filter(bill__in=set(bill_ids)).select_related("item__unit", "bill")
    for one in rows.order_by("position", "pk"):
        quantity = Quantity(one.quantity / one.bill.batch, one.item.unit.code)
        made = Beside(one.item_id, one.item.name, quantity, one.kind)
        found.setdefault(one.bill_id, []).append(made)
    return found


def where_used(*, item: Item, levels: int = DEEPEST, on: date) -> list[User]:
    """Which bills an item goes into, upwards through all levels, with how much of it one of them takes."""
    with connection.cursor() as cursor:
        cursor.execute(UP, {"item": item.pk, "on": on, "levels": levels})
        return [User(*row) for row in cursor.fetchall()]


def loops(*, bills: Iterable[Bill]) -> dict[int, str]:
    """Those of the bills whose product goes, somewhere below, into itself, with its name. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(LOOPS, {"bills": [bill.pk for bill in bills]})
        return dict(cursor.fetchall())


def bill_of(*, item: Item, on: date) -> Bill | None:
    """The bill by which an item is made on a day: its own, or else its style's."""
    return bills_for(item_ids=[item.pk], on=on).get(item.pk)


def bills_for(*, item_ids: Iterable[int], on: date) -> dict[int, Bill]:
    """The bill of each item on a day, its own before its style's. Costs two statements."""
    items = list(Item.objects.filter(pk__in=set(item_ids)).values_list("pk", "style_id"))
    held = Bill.objects.filter(is_active=True, valid__contains=on).filter(
        Q(item__in=[pk for pk, _style in items]) | Q(style__in={style for _pk, style in items if style})
    )
    by_item: dict[int | None, Bill] = {}
    by_style: dict[int | None, Bill] = {}
    for bill in held.order_by("version"):
        if bill.item_id is not None:
            by_item[bill.item_id] = bill
        else:
            by_style[bill.style_id] = bill
    found = {pk: by_item.get(pk) or by_style.get(style) for pk, style in items}
    return {pk: bill for pk, bill in found.items() if bill is not None}


def tree(*, seeds: Iterable[Seed], levels: int) -> list[Component]:
    """Explode many things at once, each by its own bill or by that of its day. Costs one statement."""
    rows = list(seeds)
    given: dict[str, Any] = {
        "roots": [seed.root for seed in rows],
        "items": [seed.item_id for seed in rows],
        "quantities": [seed.quantity for seed in rows],
        "bills": [seed.bill_id for seed in rows],
        "days": [seed.on for seed in rows],
        "levels": levels,
        "deepest": DEEPEST,
    }
    with connection.cursor() as cursor:
        cursor.execute(TREE, given)
        return [_component(row) for row in cursor.fetchall()]


def _component(row: tuple[Any, ...]) -> Component:
    (
        root,
        level,
        item_id,
        sku,
        name,
        unit,
        kind,
        supply,
        cost,
        parent,
        line,
        stage,
        quantity,
        bill,
        path,
        flush,
    ) = row
    return Component(
        root=root,
        level=level,
        item_id=item_id,
        sku=sku,
        name=name,
        quantity=Quantity(quantity, unit),
        kind=kind,
        supply=supply,
        unit_cost=cost,
        parent_id=parent,
        line_id=line,
        stage_position=stage,
        bill_id=bill,
        path=tuple(path),
        backflush=flush,
    )
