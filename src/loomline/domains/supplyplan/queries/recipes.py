"""How things are made on the days to come: by which bill, of what, and what comes out beside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import Q

from loomline.domains.bills.models import Bill
from loomline.domains.bills.queries import Beside, Component, Seed, besides, tree
from loomline.domains.catalog.models import Item
from loomline.domains.catalog.models.item import Supply

# Quantities of bills are read for so many, so that a third of something keeps its digits.
MANY = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an item is made by orders that start on one of these days; open ends hold for ever."""

    bill_id: int
    parts: Sequence[Component]
    since: date | None = None
    until: date | None = None
    beside: Sequence[Beside] = ()

    def same(self, other: Recipe) -> bool:
        """True when the other makes it of the same things."""
        mine, theirs = (
            [(part.line_id, part.item_id, part.quantity) for part in one.parts] for one in (self, other)
        )
        return self.bill_id == other.bill_id and mine == theirs


@dataclass(frozen=True, slots=True)
class _Read:
    """An exploded bill of one day, and the phantoms that it was passed through."""

    bill_id: int | None
    parts: Sequence[Component]
    phantoms: Collection[int]


def read_recipes(items: Mapping[int, Item], *, today: date, until: date) -> dict[int, list[Recipe]]:
    """The recipes of everything that is made, by the days on which orders start. Four statements at most.

    Where no bill holds, the one before goes on, or the one that follows begins earlier.
    """
    made = [pk for pk, item in items.items() if item.supply == Supply.MAKE or item.kind == "phantom"]
    now = _read([(pk, today) for pk in made], items)
    turns = _turns(items, {pk: now[pk, today] for pk in made}, today, until) if made else {}
    later = _read([(pk, day) for pk, days in turns.items() for day in days], items)
    found: dict[int, list[Recipe]] = {}
    for pk in made:
        days = [(today, now[pk, today]), *((day, later[pk, day]) for day in sorted(turns.get(pk, ())))]
        if spans := _spans(days):
            found[pk] = spans
    beside = besides(bill_ids={one.bill_id for spans in found.values() for one in spans})
    return {
        pk: [replace(one, beside=_kept(beside.get(one.bill_id, ()), items)) for one in spans]
        for pk, spans in found.items()
    }


def _kept(rows: Iterable[Beside], items: Mapping[int, Item]) -> list[Beside]:
    return [one for one in rows if one.item_id in items]


def _read(wanted: Sequence[tuple[int, date]], items: Mapping[int, Item]) -> dict[tuple[int, date], _Read]:
    seeds = [Seed(n, pk, MANY, day) for n, (pk, day) in enumerate(wanted)]
    bill_of: dict[int, int | None] = {}
    parts: dict[int, list[Component]] = defaultdict(list)
    phantoms: dict[int, set[int]] = defaultdict(set)
    for row in tree(seeds=seeds, levels=1) if seeds else ():
        if row.level == 0:
            bill_of[row.root] = row.bill_id
        elif row.kind == "phantom":
            phantoms[row.root].add(row.item_id)
        elif row.kind == "stock" and row.item_id in items:
            parts[row.root].append(row)
    return {key: _Read(bill_of.get(n), parts[n], phantoms[n]) for n, key in enumerate(wanted)}


def _turns(
    items: Mapping[int, Item], now: Mapping[int, _Read], today: date, until: date
) -> dict[int, set[date]]:
    """The days on which another bill holds for an item, or for a phantom that goes into it."""
    inside = {"gt": today, "lt": until}
    begins = Q(**{f"valid__startswith__{name}": day for name, day in inside.items()})
    ends = Q(**{f"valid__endswith__{name}": day for name, day in inside.items()})
    by_item: dict[int | None, set[date]] = defaultdict(set)
    by_style: dict[int | None, set[date]] = defaultdict(set)
    rows = Bill.objects.filter(begins | ends, is_active=True).order_by()
    for item, style, valid in rows.values_list("item", "style", "valid"):
        days = {day for day in (valid.lower, valid.upper) if day is not None and today < day < until}
        (by_style[style] if item is None else by_item[item]).update(days)
    if not by_item and not by_style:
        return {}

    def own(pk: int) -> set[date]:
        item = items.get(pk)
        style = item.style_id if item is not None else None
        return by_item.get(pk, set()) | (by_style.get(style, set()) if style is not None else set())

    found = {pk: own(pk).union(*(own(one) for one in read.phantoms)) for pk, read in now.items()}
    return {pk: days for pk, days in found.items() if days}


def _spans(days: Sequence[tuple[date, _Read]]) -> list[Recipe]:
    found: list[Recipe] = []
    for day, read in days:
        if read.bill_id is None:
            continue
        one = Recipe(read.bill_id, read.parts, since=day if found else None)
        if found and found[-1].same(one):
            continue
        if found:
            found[-1] = replace(found[-1], until=day)
        found.append(one)
    return found
