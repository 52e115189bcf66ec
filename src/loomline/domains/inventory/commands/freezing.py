"""Keeping places as they are while they are counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory.models import Freeze
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused


class FrozenByAnother(Refused):
    """Two counts of one place would correct it twice."""

    says = _("{item} at {location} is being counted already. Finish or cancel that count first.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Frozen:
    """An item at a place where it is to stay as it is."""

    item_id: int
    location_id: int


@command(hidden=True)
def freeze_places(ctx: Ctx, *, places: list[Frozen], origin_kind: str, origin_id: int) -> int:
    """Let nothing come in or go out of these places, by item and location, but what belongs to the origin."""
    origin = origin_kind, origin_id
    keys = {(place.item_id, place.location_id) for place in places}
    known = Freeze.objects.filter(
        item__in={item for item, _place in keys}, location__in={place for _item, place in keys}
    ).select_related("item", "location")
    held: Sequence[Freeze] = [row for row in known if (row.item_id, row.location_id) in keys]
    for row in held:
        if (row.origin_kind, row.origin_id) != origin:
            raise FrozenByAnother(item=row.item, location=row.location)

    mine = {(row.item_id, row.location_id) for row in held}
    return len(
        Freeze.objects.bulk_create(
            [
                Freeze(
                    item_id=item,
                    location_id=place,
                    origin_kind=origin_kind,
                    origin_id=origin_id,
                    since=ctx.now,
                )
                for item, place in sorted(keys - mine)
            ]
        )
    )


@command(hidden=True)
def thaw_places(ctx: Ctx, *, origin_kind: str, origin_id: int) -> int:
    """Let goods move again where this origin kept them."""
    return int(Freeze.objects.filter(origin_kind=origin_kind, origin_id=origin_id).delete()[0])
