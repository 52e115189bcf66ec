"""What lies in work, what it took up and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from loomline.domains.costing.models import CostEntry, Counter, EntryKind, Reason, WorkCharge, WorkInProgress
from loomline.domains.costing.queries.pending import behind
from loomline.domains.inventory.models import StockMove

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class WorkPart:
    """What work has taken up of one material, or what one thing that it made is worth."""

    item_id: int
    quantity: Decimal
    value: Decimal
    is_made: bool


def in_work(*, origins: Mapping[str, Iterable[int]] | None = None) -> QuerySet[WorkInProgress]:
    """Work in which something lies, the most first."""
    rows = WorkInProgress.objects.annotate(left=F("put_in") - F("got_out") - F("settled"))
    if origins is None:
        return rows.exclude(left=0).order_by("-left", "pk")
    found = WorkInProgress.objects.none()
    for kind, keys in origins.items():
        found = found | WorkInProgress.objects.filter(origin_kind=kind, origin_id__in=list(keys))
    return found


def parts_of_work(*, kind: str, pk: int) -> list[WorkPart]:
    """Material and goods of one work order, late costs included; what it used itself stands in both."""
    moved = Q(move__origin_kind=kind, move__origin_id=pk)
    later = (EntryKind.SHARE, EntryKind.CHANGE)
    passed = Q(source__move__origin_kind=kind, source__move__origin_id=pk, kind__in=later)
    rows = CostEntry.objects.filter(moved | passed, counter=Counter.PRODUCTION)
    given_back = Q(kind=EntryKind.IN, reason=Reason.RETURNED) | Q(
        kind=EntryKind.CHANGE, source__reason=Reason.RETURNED
    )
    found: dict[tuple[int, bool], tuple[Decimal, Decimal]] = {}
    for item, entry_kind, is_back, quantity, value in (
        rows.order_by("item")
        .annotate(back=given_back)
        .values_list("item", "kind", "back")
        .annotate(n=Sum("quantity"), v=Sum(F("value") - F("variance")))
    ):
        is_made = entry_kind in (EntryKind.IN, EntryKind.CHANGE) and not is_back
        before = found.get((item, is_made), (ZERO, ZERO))
        sign = 1 if is_made else -1
        found[item, is_made] = before[0] + sign * quantity, before[1] + sign * value
    return [WorkPart(item, n, value, made) for (item, made), (n, value) in found.items()]


def charges_of_work(*, kind: str, pk: int) -> list[WorkCharge]:
    """What one work order took up beside material."""
    return list(WorkCharge.objects.filter(origin_kind=kind, origin_id=pk).order_by("pk"))


def used_by_work(*, keys: Iterable[int], kind: str, pk: int) -> dict[int, Decimal]:
    """How much of layers one work order has used."""
    rows = CostEntry.objects.filter(
        layer__in=list(keys), kind=EntryKind.OUT, move__origin_kind=kind, move__origin_id=pk
    )
    sums = rows.order_by().values_list("layer").annotate(n=-Sum("quantity"))
    return dict(sums)


def work_to_settle() -> QuerySet[WorkInProgress]:
    """Finished work to which something has come since it was settled, when all its moves have their value."""
    rows = WorkInProgress.objects.filter(settled_at__isnull=False)
    waits = StockMove.objects.filter(
        origin_kind=OuterRef("origin_kind"), origin_id=OuterRef("origin_id"), pk__gt=behind().move_id
    )
    return rows.exclude(settled=F("put_in") - F("got_out")).exclude(Exists(waits)).order_by("pk")


def waits_for_value(*, kind: str, pk: int) -> bool:
    """True while a move of this work has no value."""
    rows = StockMove.objects.filter(origin_kind=kind, origin_id=pk, pk__gt=behind().move_id)
    return rows.exists()
