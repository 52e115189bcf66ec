"""What is in a handling unit goes where the unit goes, with what is reserved of it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory import ports
from loomline.domains.inventory.commands.moves import MoveDraft, record_moves
from loomline.domains.inventory.commands.posting import Delta, post
from loomline.domains.inventory.models import Balance, Reservation, StockMove
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused


class UnitBeingPicked(Refused):
    """Who picks has been sent to a place."""

    says = _("Goods in the handling unit are being picked. Ship them or take them off the shipment first.")


def carry(ctx: Ctx, *, units: Sequence[int], destination_id: int, keep: bool) -> list[StockMove]:
    """Move all that lies in locked units, in one posting; without `keep` it comes out of them."""
    kept = list(Reservation.objects.filter(unit__in=units).order_by("pk").select_for_update())
    if any(row.holder_kind for row in kept):
        raise UnitBeingPicked
    rows = list(
        Balance.objects.filter(unit__in=units, on_hand__gt=0, is_physical=True)
        .order_by("item_id", "location_id", "lot_id", "owner_id", "unit_id")
        .select_for_update()
    )
    if not rows:
        return []

    deltas, drafts = [], []
    for row in rows:
        item, lot, owner, unit = row.item_id, row.lot_id, row.owner_id, row.unit_id if keep else None
        out = Delta(item, row.location_id, lot, -row.on_hand, -row.reserved, owner, row.unit_id)
        deltas += [out, Delta(item, destination_id, lot, row.on_hand, row.reserved, owner, unit)]
        drafts.append(
            MoveDraft(
                item_id=item,
                lot_id=lot,
                owner_id=owner,
                quantity=row.on_hand,
                source_id=row.location_id,
                source_unit_id=row.unit_id,
                destination_id=destination_id,
                destination_unit_id=unit,
            )
        )
    post(deltas)
    where = {"location": destination_id} if keep else {"location": destination_id, "unit": None}
    Reservation.objects.filter(unit__in=units).update(**where)
    entered = record_moves(ctx, drafts)
    if keep:
        ports.came_in(ctx, moves=entered)
    return entered
