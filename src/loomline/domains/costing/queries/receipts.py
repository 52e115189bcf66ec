"""What receipts were worth when they came, and which may bear a charge for bringing them here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from loomline.domains.catalog.models import Item
from loomline.domains.costing.models import CostEntry, Counter, EntryKind, Reason
from loomline.domains.inventory.models import StockMove


def receipts(
    *, items: QuerySet[Item], text: str = "", also: Iterable[int] = (), most: int
) -> list[StockMove]:
    """What came from suppliers last, of these items, and what was chosen already; the newest first."""
    valued = CostEntry.objects.filter(
        move=OuterRef("pk"), kind=EntryKind.IN, counter=Counter.SUPPLIER, reason=Reason.MOVED
    )
    rows = StockMove.objects.filter(Exists(valued), item__in=items)
    rows = rows.select_related("item__unit", "lot__supplier").order_by("-pk")
    found = rows
    if text:
        found = rows.filter(
            Q(item__name__icontains=text)
            | Q(item__sku__icontains=text)
            | Q(lot__number__icontains=text)
            | Q(lot__supplier__name__icontains=text)
        )
    chosen = list(rows.filter(pk__in=list(also)))
    kept = {move.pk for move in chosen}
    return [*chosen, *(move for move in found[:most] if move.pk not in kept)]


def unit_costs(*, kind: str, ids: Iterable[int]) -> dict[tuple[int, int, int | None], Decimal]:
    """What a unit of received goods was posted at, by receipt, item and lot; goods of unknown cost are left
    out. Costs one statement.
    """
    rows = StockMove.objects.filter(origin_kind=kind, origin_id__in=set(ids), unit_cost__isnull=False)
    rows = rows.filter(source__kind=Counter.SUPPLIER).order_by("pk")
    return {
        (origin, item, lot): cost
        for origin, item, lot, cost in rows.values_list("origin_id", "item", "lot", "unit_cost")
    }


@dataclass(frozen=True, slots=True)
class SentBack:
    """What of a receipt went back to its supplier, parcel by parcel: how much, and what left the books."""

    parcels: Sequence[tuple[Decimal, Decimal]]

    def worth(self, quantity: Decimal, unit_cost: Decimal) -> Decimal:
        """What so much of it left the books at, the first parcel first; what is still here at this cost."""
        found = Decimal(0)
        for sent, value in self.parcels:
            share = min(quantity, sent)
            found += value * share / sent
            quantity -= share
        return found + quantity * unit_cost


def sent_back(*, kind: str, ids: Iterable[int]) -> dict[tuple[int, int, int | None], SentBack]:
    """What went back to suppliers, by receipt, item and lot; what was taken back by mistake is left out.

    Costs one statement.
    """
    rows = CostEntry.objects.filter(kind=EntryKind.OUT, counter=Counter.SUPPLIER, move__reverses__isnull=True)
    rows = rows.filter(move__origin_kind=kind, move__origin_id__in=set(ids)).order_by("move")
    parcels = defaultdict(list)
    for origin, item, lot, _move, quantity, value in rows.values_list(
        "move__origin_id", "move__item", "move__lot", "move"
    ).annotate(n=-Sum("quantity"), worth=-Sum("value")):
        parcels[origin, item, lot].append((quantity, value))
    return {key: SentBack(found) for key, found in parcels.items()}
