"""What is on its way between our sites."""

from __future__ import annotations

from django.db.models import F, QuerySet

from loomline.domains.storage.models import TransferLine, TransferState


def arriving(*, site_id: int) -> QuerySet[TransferLine]:
    """The lines that are still to come to a site, the first one first."""
    rows = TransferLine.objects.filter(
        transfer__destination=site_id,
        transfer__state__in=(TransferState.SHIPPED, TransferState.PART_RECEIVED),
        received__lt=F("shipped"),
    )
    return rows.select_related("transfer", "item__unit", "lot").order_by("transfer__expected_on", "pk")
