"""What is made of what, as a promise walks it: all levels below what is asked for, read as plain rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from loomline.domains.bills.models import RouteStage
from loomline.domains.catalog.models import Item
from loomline.kernel.prepared import AnyOf, fetch, prepared

# Bills below bills; deeper ones are bought as they are.
LEVELS = 8
ZERO = Decimal(0)

# The recipes of one level. An item's own bill of the day goes before its style's; a line may hold for some
# colours or sizes, and differ by size.
LEVEL = """
SELECT i.id, coalesce(own.id, shared.id), coalesce(own.batch, shared.batch),
    coalesce((l.by_size ->> i.size)::numeric, l.quantity), l.scrap,
    c.supply = 'make', c.id, c.name, c.lead_days
FROM catalog_item i
LEFT JOIN manufacturing_bill own
    ON own.item_id = i.id AND own.is_active AND own.valid @> %(today)s::date
LEFT JOIN manufacturing_bill shared
    ON shared.style_id = i.style_id AND shared.is_active AND shared.valid @> %(today)s::date
    AND own.id IS NULL
LEFT JOIN manufacturing_billline l ON l.bill_id = coalesce(own.id, shared.id)
    AND (l.colours = '[]'::jsonb OR jsonb_exists(l.colours, i.colour))
    AND (l.sizes = '[]'::jsonb OR jsonb_exists(l.sizes, i.size))
LEFT JOIN catalog_item c ON c.id = l.component_id
WHERE i.id = ANY (%(items)s::bigint[]) AND i.supply = 'make' AND coalesce(own.id, shared.id) IS NOT NULL
ORDER BY l.position, l.id
"""


class Goods(NamedTuple):
    """What a promise needs to know of an item."""

    pk: int
    name: str
    lead_days: int

    @classmethod
    def of(cls, item: Item) -> Goods:
        """The same of a record."""
        return cls(item.pk, item.name, item.lead_days)


class Stage(NamedTuple):
    """What a promise needs to know of a stage; `where` is its work centre or its partner."""

    name: str
    where: str | None
    days: int
    move_days: int
    per_day: Decimal | None


@dataclass
class Recipe:
    """How much of what goes into one of an item, and the stages that make it."""

    bill_id: int
    parts: dict[int, tuple[Goods, Decimal]] = field(default_factory=dict)
    stages: Sequence[Stage] = ()

    @cached_property
    def takes_longer_for_more(self) -> bool:
        """True when the days of a stage depend on the quantity."""
        return any(stage.per_day for stage in self.stages)


def read_recipes(items: Collection[int], *, today: date) -> dict[int, Recipe]:
    """The recipes of these items and of all that goes into them. One statement for each level, and one."""
    found: dict[int, Recipe] = {}
    level, reached = set(items), set(items)
    for _level in range(LEVELS):
        if not level:
            break
        below = set()
        for item, bill, batch, quantity, scrap, is_made, *about in fetch(LEVEL, _values(level, today)):
            recipe = found.setdefault(item, Recipe(bill))
            if about[0] is None:
                continue
            part = Goods(*about)
            _known, before = recipe.parts.get(part.pk, (part, ZERO))
            recipe.parts[part.pk] = part, before + quantity * (1 + scrap) / batch
            if is_made:
                below.add(part.pk)
        level = below - reached
        reached |= level
    _read_stages(found.values())
    return found


def _values(items: Collection[int], today: date) -> dict[str, Any]:
    return {"items": list(items), "today": today}


def _read_stages(recipes: Collection[Recipe]) -> None:
    stages: dict[int, list[Stage]] = {}
    for bill, *about in _stages(bills=list({one.bill_id for one in recipes})) if recipes else ():
        stages.setdefault(bill, []).append(Stage(*about))
    for one in recipes:
        one.stages = stages.get(one.bill_id, ())


@prepared
def _stages() -> QuerySet[RouteStage, tuple[Any, ...]]:
    where = Coalesce("centre__name", "partner__name")
    rows = RouteStage.objects.filter(AnyOf("bill", "bills")).order_by("position", "pk")
    return rows.values_list("bill_id", "name", where, "days", "move_days", "per_day")
