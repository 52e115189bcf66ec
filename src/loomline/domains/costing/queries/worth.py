"""What stock is worth, now and at the end of any day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, QuerySet, Sum

from loomline.domains.costing.models import CostEntry, LayerBalance, Pending
from loomline.domains.ledger.models import JournalLine
from loomline.kernel.prepared import AnyOf, prepared

ZERO = Decimal(0)
LEFT, LEFT_VALUE = F("quantity") - F("used"), F("value") - F("taken")


@dataclass(frozen=True, slots=True)
class Worth:
    """How much of an item there is and what it is worth."""

    item_id: int
    quantity: Decimal
    value: Decimal

    @property
    def unit_cost(self) -> Decimal | None:
        """What one unit is worth; nobody knows where there is none."""
        return self.value / self.quantity if self.quantity else None


@prepared
def _left() -> QuerySet[LayerBalance, tuple[int, Decimal, Decimal]]:
    rows = LayerBalance.objects.filter(AnyOf("item", "items")).order_by()
    return rows.values_list("item").annotate(n=Sum(LEFT), v=Sum(LEFT_VALUE))


def left_of(*, item_ids: Iterable[int]) -> dict[int, tuple[Decimal, Decimal]]:
    """How much of items their layers hold, and what it is worth."""
    return {pk: (quantity, value) for pk, quantity, value in _left(items=list(item_ids))}


def worth_now() -> list[Worth]:
    """What all stock is worth now, by item."""
    rows = LayerBalance.objects.order_by("item").values_list("item")
    sums = rows.annotate(n=Sum(LEFT), v=Sum(LEFT_VALUE))
    return [Worth(*row) for row in sums if row[1] or row[2]]


def worth_on(*, day: date, item_ids: Iterable[int] | None = None) -> list[Worth]:
    """What stock was worth at the end of a day, as the books of that day say: equal to the accounts then."""
    rows = CostEntry.objects.filter(posted_on__lte=day)
    if item_ids is not None:
        rows = rows.filter(item__in=list(item_ids))
    sums = rows.order_by("item").values_list("item").annotate(n=Sum("quantity"), v=Sum("value"))
    return [Worth(*row) for row in sums if row[1] or row[2]]


def effect_of(*, kind: str, pk: int) -> list[tuple[int, Decimal]]:
    """By how much a document has moved each account, the debits first."""
    rows = JournalLine.objects.filter(entry__origin_kind=kind, entry__origin_id=pk).order_by()
    sums = rows.values_list("account").annotate(n=Sum(F("debit") - F("credit")))
    return sorted(((pk, amount) for pk, amount in sums if amount), key=lambda row: (row[1] < 0, row[0]))


def waiting() -> QuerySet[Pending]:
    """Layers whose uses have yet to take their part."""
    return Pending.objects.order_by("layer_id")
