"""Which moves change what stock is worth, against which account, and how each item is valued."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from loomline.domains.catalog.models import Category
from loomline.domains.costing.models import Counter, ItemCosting, Method, PostingRule
from loomline.domains.inventory.models import StockMove
from loomline.domains.sites.models import Location, LocationKind
from loomline.kernel.prepared import AnyOf, prepared

# Goods at these places are ours and worth something, whether in a building or on their way.
STOCK_KINDS = (LocationKind.STORAGE, LocationKind.STAGING, LocationKind.QUARANTINE, LocationKind.TRANSIT)


@dataclass(frozen=True, slots=True)
class Valued:
    """A move that changes what stock is worth: into stock or out of it, from or to what."""

    move: StockMove
    counter: Counter
    is_in: bool


@prepared
def _places() -> QuerySet[Location, tuple[int, str, int | None]]:
    return Location.objects.filter(AnyOf("pk", "keys")).order_by().values_list("pk", "kind", "site")


def valued(*, moves: Sequence[StockMove]) -> list[Valued]:
    """The moves that cross the border of stock, without goods of others. Costs one statement."""
    keys = {move.source_id for move in moves} | {move.destination_id for move in moves}
    counters = {pk: _counter(kind, site) for pk, kind, site in _places(keys=list(keys))}
    found = []
    for move in moves:
        if move.owner_id is not None:
            continue
        source, target = counters[move.source_id], counters[move.destination_id]
        if target == Counter.STOCK != source:
            found.append(Valued(move, source, True))
        elif source == Counter.STOCK != target:
            found.append(Valued(move, target, False))
    return found


def _counter(kind: str, site: int | None) -> Counter:
    """A production hall holds stock; the virtual place of production is where goods turn into others."""
    is_stock = kind in STOCK_KINDS or (kind == LocationKind.PRODUCTION and site is not None)
    return Counter.STOCK if is_stock else Counter(kind)


class Rules:
    """Which account stands against stock, by what and by category."""

    def __init__(self, rows: Iterable[PostingRule], parents: Mapping[int, int | None]) -> None:
        self._accounts = {(str(rule.counter), rule.category_id): rule.account_id for rule in rows}
        self._parents = parents

    def __bool__(self) -> bool:
        return bool(self._accounts)

    def account(self, counter: str, category_id: int | None) -> int | None:
        """The account of the nearest category that has a rule; without one, that of all items."""
        while category_id is not None:
            found = self._accounts.get((counter, category_id))
            if found is not None:
                return found
            category_id = self._parents.get(category_id)
        return self._accounts.get((counter, None))


@prepared
def _rules() -> QuerySet[PostingRule]:
    return PostingRule.objects.order_by()


def rules() -> Rules:
    """All posting rules. Costs one statement, two where categories have rules of their own."""
    rows = _rules()
    of_categories = any(rule.category_id for rule in rows)
    parents = dict(Category.objects.values_list("pk", "parent")) if of_categories else {}
    return Rules(rows, parents)


@prepared
def _costings() -> QuerySet[ItemCosting]:
    rows = ItemCosting.objects.filter(AnyOf("item", "items")).order_by("item_id")
    return rows.select_related("item").select_for_update(of=("self",))


def costings_to_change(*, item_ids: Iterable[int]) -> dict[int, ItemCosting]:
    """How items are valued, locked in the order of their keys: whoever changes layers holds this first."""
    return {row.item_id: row for row in _costings(items=sorted(item_ids))}


def costing_of(*, item_id: int) -> ItemCosting | None:
    """How an item is valued; None while nobody has kept its cost."""
    return ItemCosting.objects.filter(item=item_id).first()


def costings_to_follow() -> QuerySet[ItemCosting]:
    """Items that are valued otherwise than their own page says; not those without the standard it needs."""
    rows = ItemCosting.objects.exclude(method=F("item__cost_method")).select_related("item")
    unknown = Q(item__cost_method=Method.STANDARD, standard__isnull=True, item__standard_cost=0)
    return rows.exclude(unknown).order_by("pk")
