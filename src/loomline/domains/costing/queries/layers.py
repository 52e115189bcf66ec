"""Layers: which go first, what came back into them, what is known of an item's cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import F, Q, QuerySet

from loomline.domains.catalog.models import Item
from loomline.domains.costing.models import CostLayer, LayerBalance
from loomline.domains.costing.queries.rules import Valued
from loomline.kernel.prepared import fetch

# Layer, quantity, value, used, value used.
LayerRow = tuple[int, Decimal, Decimal, Decimal, Decimal]
Pool = tuple[int, int | None]

FIRST = """
SELECT p.n::int, b.layer_id, b.quantity, b.value, b.used, b.taken
FROM unnest(%(keys)s::bigint[]) WITH ORDINALITY p (pool, n) CROSS JOIN LATERAL (
    SELECT * FROM costing_layerbalance b WHERE b.{key} = p.pool AND b.used < b.quantity
    ORDER BY b.turn, b.layer_id LIMIT %(most)s
) b
"""
OF_ITEM, OF_LOT = FIRST.format(key="item_id"), FIRST.format(key="lot_id")


def first_layers(*, pools: Sequence[Pool], most: int | None) -> dict[Pool, list[LayerRow]]:
    """The first open layers of items, or of lots where one is named. Costs a statement for each sort."""
    found: dict[Pool, list[LayerRow]] = {pool: [] for pool in pools}
    for statement, some in (
        (OF_ITEM, [pool for pool in pools if pool[1] is None]),
        (OF_LOT, [pool for pool in pools if pool[1] is not None]),
    ):
        if some:
            keys = [item if lot is None else lot for item, lot in some]
            for n, *row in fetch(statement, {"keys": keys, "most": most}):
                found[some[n - 1]].append((row[0], row[1], row[2], row[3], row[4]))
    return found


def layers(*, keys: Iterable[int]) -> list[LayerRow]:
    """These layers as they stand."""
    rows = LayerBalance.objects.filter(layer__in=set(keys)).order_by("layer_id")
    return list(rows.values_list("layer_id", "quantity", "value", "used", "taken"))


@dataclass(slots=True)
class Came:
    """A use that comes back: what it was worth, and how much of it has not come back yet."""

    use_id: int
    turn: int
    quantity: Decimal
    value: Decimal
    left: Decimal


# A reversal brings back what its move took. Material that work returns was issued to the same work, and what
# a customer sends back of a lot was sold of that lot.
BACK = """
SELECT w.move_id, e.id, b.turn, -e.quantity,
       -e.value - coalesce((SELECT sum(s.value) FROM costing_costentry s
                            WHERE s.source_id = e.id AND s.kind = 'share'), 0),
       -e.quantity - coalesce((SELECT sum(r.quantity) FROM costing_costentry r
                               WHERE r.source_id = e.id AND r.kind = 'in'), 0)
FROM unnest(%(moves)s::bigint[], %(reverses)s::bigint[], %(items)s::bigint[], %(lots)s::bigint[],
            %(kinds)s::text[], %(origins)s::bigint[], %(counters)s::text[])
    w (move_id, reverses_id, item_id, lot_id, origin_kind, origin_id, counter)
CROSS JOIN LATERAL (
    SELECT w.reverses_id AS move_id WHERE w.reverses_id IS NOT NULL
    UNION ALL
    SELECT m.id FROM inventory_stockmove m
    WHERE w.reverses_id IS NULL AND w.counter = 'production' AND m.origin_kind = w.origin_kind
        AND m.origin_id = w.origin_id AND m.item_id = w.item_id AND m.lot_id IS NOT DISTINCT FROM w.lot_id
    UNION ALL
    SELECT m.id FROM inventory_stockmove m
    WHERE w.reverses_id IS NULL AND w.counter = 'customer' AND m.lot_id = w.lot_id
) s
JOIN costing_costentry e ON e.move_id = s.move_id AND e.kind = 'out' AND e.counter = w.counter
JOIN costing_layerbalance b ON b.layer_id = e.layer_id
ORDER BY w.move_id, e.id DESC
"""


def may_come_back(one: Valued) -> bool:
    """True for a move into stock that may bring an earlier use back."""
    return one.is_in and bool(
        one.move.reverses_id
        or (one.counter == "production" and one.move.origin_id)
        or (one.counter == "customer" and one.move.lot_id)
    )


def came_back(found: Sequence[Valued]) -> dict[int, list[Came]]:
    """The uses that moves into stock bring back, the newest first, by move. None or one statement."""
    asked = [one for one in found if may_come_back(one)]
    if not asked:
        return {}
    answer: dict[int, list[Came]] = defaultdict(list)
    uses: dict[int, Came] = {}
    for move_id, use_id, turn, quantity, value, left in fetch(
        BACK,
        {
            "moves": [one.move.pk for one in asked],
            "reverses": [one.move.reverses_id for one in asked],
            "items": [one.move.item_id for one in asked],
            "lots": [one.move.lot_id for one in asked],
            "kinds": [one.move.origin_kind for one in asked],
            "origins": [one.move.origin_id for one in asked],
            "counters": [str(one.counter) for one in asked],
        },
    ):
        # Two moves of one posting may bring back the same use: they share what is left of it.
        use = uses.setdefault(use_id, Came(use_id, turn, quantity, value, left))
        answer[move_id].append(use)
    return dict(answer)


@dataclass(slots=True)
class Owed:
    """What a receipt has brought, for the move that takes it back."""

    layers: list[LayerRow]
    counter_value: Decimal


def owed_for(found: Sequence[Valued]) -> dict[int, Owed]:
    """What receipts have brought that moves out of stock take back, by receipt. None or one statement."""
    keys = [one.move.reverses_id for one in found if not one.is_in and one.move.reverses_id]
    if not keys:
        return {}
    answer: dict[int, Owed] = {}
    for move_id, came, *row in fetch(
        "SELECT e.move_id, e.value - e.variance, b.layer_id, b.quantity, b.value, b.used, b.taken"
        " FROM costing_costentry e JOIN costing_layerbalance b ON b.layer_id = e.layer_id"
        " WHERE e.move_id = ANY(%s) AND e.kind = 'in' ORDER BY e.id",
        [keys],
    ):
        owed = answer.setdefault(move_id, Owed([], Decimal(0)))
        owed.counter_value += came
        owed.layers.append((row[0], row[1], row[2], row[3], row[4]))
    return answer


def known_costs(*, item_ids: Iterable[int]) -> dict[int, Decimal]:
    """What a unit of each item cost when it came last, else its standard cost. Costs two statements."""
    wanted = list(item_ids)
    found = dict(Item.objects.filter(pk__in=wanted).values_list("pk", "standard_cost"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.item_id, b.value / b.quantity FROM unnest(%s::bigint[]) i (item_id)"
            " CROSS JOIN LATERAL (SELECT id FROM costing_costlayer l WHERE l.item_id = i.item_id"
            "  ORDER BY l.id DESC LIMIT 1) l"
            " JOIN costing_layerbalance b ON b.layer_id = l.id WHERE b.value > 0",
            [wanted],
        )
        return found | dict(cursor.fetchall())


def without_layers(*, item_ids: Iterable[int]) -> set[int]:
    """Those of these items of which nothing has been valued yet."""
    wanted = set(item_ids)
    return wanted - set(CostLayer.objects.filter(item__in=wanted).values_list("item", flat=True).distinct())


def open_layers(*, item_id: int) -> QuerySet[LayerBalance]:
    """What is left of an item's layers, the first to go first."""
    rows = LayerBalance.objects.filter(item=item_id).filter(Q(used__lt=F("quantity")) | ~Q(value=F("taken")))
    return rows.select_related("layer", "lot").order_by("turn", "layer_id")


def rest_of(*, keys: Iterable[int]) -> list[tuple[int, Decimal, Decimal]]:
    """How much is left of layers, and what it is worth."""
    rows = LayerBalance.objects.filter(layer__in=list(keys)).order_by()
    return list(rows.values_list("layer", F("quantity") - F("used"), F("value") - F("taken")))
