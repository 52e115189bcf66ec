"""How right the books were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, F, Q

from loomline.domains.counting.models import CountLine, SheetState


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Of the places of a class that were counted, how many were right."""

    count_class: str
    counted: int
    right: int

    @property
    def share(self) -> Decimal:
        """In per cent."""
        return (Decimal(100) * self.right / self.counted).quantize(Decimal("0.1"))


def accuracy_of(*, site_ids: Iterable[int], since: datetime) -> list[Accuracy]:
    """How many counted places were right since a day, class by class. One statement."""
    rows = CountLine.objects.filter(
        sheet__site__in=list(site_ids), sheet__state=SheetState.POSTED, sheet__posted_at__gte=since
    )
    sums = rows.order_by().values_list("item__count_class")
    found = sums.annotate(n=Count("pk"), ok=Count("pk", filter=Q(counted=F("expected"))))
    return [Accuracy(*row) for row in found.order_by("item__count_class")]
