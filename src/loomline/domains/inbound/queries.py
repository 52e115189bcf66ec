"""What is announced, and what of an order may still be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from loomline.domains.inbound.models import NoticeLine, NoticeState, ShippingNotice
from loomline.domains.procurement.models import Purchase, PurchaseLine

ZERO = Decimal(0)


def announced(*, line_ids: Iterable[int]) -> dict[int, Decimal]:
    """How much of purchase order lines is announced and not here yet, by key. Costs one statement."""
    rows = NoticeLine.objects.filter(
        purchase_line__in=set(line_ids), notice__state=NoticeState.ANNOUNCED
    ).order_by()
    return dict(rows.values_list("purchase_line").annotate(n=Sum("quantity")))


def to_announce(*, lines: Sequence[PurchaseLine]) -> dict[int, Decimal]:
    """What of these lines is open and not announced yet, by key; lines without any are left out."""
    known = announced(line_ids=[line.pk for line in lines])
    left = {line.pk: line.open_quantity - known.get(line.pk, ZERO) for line in lines}
    return {pk: quantity for pk, quantity in left.items() if quantity > 0}


def arrivals(*, lines: Sequence[PurchaseLine]) -> dict[int, date]:
    """The day on which the last of each line arrives, where all that is open of it is announced.

    Of a line that is announced in part nobody knows that day. Costs two statements.
    """
    known = announced(line_ids=[line.pk for line in lines])
    whole = [line.pk for line in lines if known.get(line.pk, ZERO) >= line.open_quantity > 0]
    rows = NoticeLine.objects.filter(purchase_line__in=whole, notice__state=NoticeState.ANNOUNCED)
    found: dict[int, date] = {}
    for pk, day in rows.values_list("purchase_line_id", "notice__expected_on"):
        found[pk] = max(day, found.get(pk, day))
    return found


def notices_of(*, purchase: Purchase) -> QuerySet[ShippingNotice]:
    """What was announced of a purchase order, and not withdrawn, the newest first."""
    rows = ShippingNotice.objects.filter(purchase=purchase).exclude(state=NoticeState.WITHDRAWN)
    return rows.prefetch_related("lines__item__unit").order_by("-pk")
