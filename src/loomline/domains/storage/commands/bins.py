"""What places hold, and a warning when more is put there."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models.kinds import Temperature
from loomline.domains.inventory.models import StockMove
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import Location, LocationKind
from loomline.domains.storage import queries
from loomline.domains.storage.events import BinsSet
from loomline.domains.storage.models import Bin, Mixing
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused, Warned


class NoLimits(Refused):
    """The world outside holds everything."""

    says = _("{location} belongs to no site; what it holds cannot be said.")


class PlaceOverfull(Warned):
    """More was put to a place than it holds, or what may not lie there."""

    says = _("{location} is not made for this: {faults}. Accept if the goods lie there all the same.")


LIMITS = (
    "max_weight_kg",
    "max_volume_m3",
    "max_pieces",
    "max_units",
    "temperature",
    "takes_hazards",
    "mixing",
)


@command(label=_("Set room"), icon="packages")
def set_bin(
    ctx: Ctx,
    *,
    location: Location,
    max_weight_kg: Decimal | None = None,
    max_volume_m3: Decimal | None = None,
    max_pieces: Decimal | None = None,
    max_units: int | None = None,
    temperature: Temperature = Temperature.ANY,
    takes_hazards: bool = False,
    mixing: Mixing = Mixing.ANY,
) -> Bin:
    """Say what a place holds, or each of the innermost places within it; returns the first of them."""
    if location.is_virtual:
        raise NoLimits(location=location)

    inner = Location.objects.filter(parent=OuterRef("pk"), is_active=True)
    places = sites.within(location=location).filter(is_active=True, site__isnull=False)
    places = places.filter(~Exists(inner)) | Location.objects.filter(pk=location.pk).filter(~Exists(inner))
    bins = Bin.objects.bulk_create(
        [
            Bin(
                location=place,
                max_weight_kg=max_weight_kg,
                max_volume_m3=max_volume_m3,
                max_pieces=max_pieces,
                max_units=max_units,
                temperature=temperature,
                takes_hazards=takes_hazards,
                mixing=mixing,
            )
            for place in places.order_by("path")
        ],
        update_conflicts=True,
        unique_fields=["location"],
        update_fields=LIMITS,
    )

    ctx.emit(
        BinsSet(
            location_ids=tuple(row.location_id for row in bins[:50]), place=str(location), count=len(bins)
        )
    )
    return Bin.objects.get(location=bins[0].location_id)


def warn_of_overfull(ctx: Ctx, *, moves: Sequence[StockMove]) -> None:
    """Warn when goods came to a bin that does not hold them; a count and a reversal say what is so."""
    came = {move.destination_id: move.source_id for move in moves if move.reverses_id is None}
    rooms = queries.rooms(location_ids=came)
    if not rooms:
        return
    adjustment = sites.virtual(LocationKind.ADJUSTMENT).pk
    for place, source in sorted(came.items()):
        faults = rooms[place].faults() if place in rooms and source != adjustment else []
        if faults:
            ctx.warn(PlaceOverfull(location=rooms[place].path, faults="; ".join(faults)))
