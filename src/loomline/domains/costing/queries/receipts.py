"""Receipts that may bear a charge for bringing them here."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

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
