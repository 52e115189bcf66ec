"""What was not where the books said is counted soon."""

from __future__ import annotations

from django.utils.translation import gettext as _

from loomline.domains.catalog.models import Item
from loomline.domains.counting import commands as counting
from loomline.domains.sites.models import Location
from loomline.domains.warehouse.events import PickedShort
from loomline.kernel.context import Ctx
from loomline.kernel.event import on


@on(PickedShort)
def picked_short(ctx: Ctx, event: PickedShort) -> None:
    """A short pick asks for a count of its place."""
    if event.location_id is None:
        return
    counting.ask_for_count(
        ctx,
        item=Item.objects.get(pk=event.item_ids[0]),
        location=Location.objects.get(pk=event.location_id),
        cause=_("{missing} {unit} were missing when shipment {number} was picked").format(
            missing=event.missing.normalize(), unit=event.unit, number=event.number
        ),
    )
