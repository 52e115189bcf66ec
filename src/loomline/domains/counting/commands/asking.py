"""Counts out of turn, and which items are counted most often."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog import commands as catalog
from loomline.domains.catalog.models import Item
from loomline.domains.counting import queries
from loomline.domains.counting.events import CountRequested, ItemsClassed
from loomline.domains.counting.models import CountRequest
from loomline.domains.sites.models import Location
from loomline.kernel.command import command
from loomline.kernel.context import Ctx

# So many items have it on their page; all have it in their history.
TOLD = 200


@command(creates=CountRequest, label=_("Ask for a count"), icon="help-circle")
def ask_for_count(ctx: Ctx, *, item: Item, location: Location, cause: str) -> CountRequest:
    """Ask to count an item at a place soon; asked twice, it is counted once."""
    request, is_new = CountRequest.objects.get_or_create(
        item=item,
        location=location,
        sheet=None,
        defaults={"cause": cause[:200], "asked_at": ctx.now},
    )

    if is_new:
        ctx.emit(
            CountRequested(
                item_id=item.pk,
                location_ids=(location.pk,),
                item=item.name,
                location=str(location),
                cause=cause,
            )
        )
    return request


@command(label=_("Class items by use"), icon="chart-bar")
def class_items(
    ctx: Ctx, *, days: int = 365, a_share: Decimal = Decimal(80), b_share: Decimal = Decimal(95)
) -> int:
    """Give items their count class by the worth of what left: the first 80 % are A, up to 95 % B."""
    classes = queries.classes_by_use(now=ctx.now, days=days, a_share=a_share, b_share=b_share)

    changed = catalog.set_count_classes(ctx, classes=classes)

    counts = Counter(classes.values())
    ctx.emit(
        ItemsClassed(
            item_ids=tuple(item.pk for item in changed[:TOLD]), a=counts["A"], b=counts["B"], c=counts["C"]
        )
    )
    return len(changed)
