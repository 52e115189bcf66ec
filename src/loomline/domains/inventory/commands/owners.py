"""Whose goods they are: consigned stock that is used, and goods of customers that we buy."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.inventory import ports
from loomline.domains.inventory.commands.moves import MoveDraft, move_stock
from loomline.domains.inventory.events import StockTakenOver
from loomline.domains.inventory.models import Balance, StockMove
from loomline.domains.parties.models import Party
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import LocationKind
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused


class OursAlready(Refused):
    """Nobody buys what he owns."""

    says = _("These goods are ours already.")


@command(label=_("Take over"), icon="heart-handshake")
def take_over_stock(
    ctx: Ctx, *, balance: Balance, quantity: Decimal, unit_cost: Decimal | None = None
) -> list[StockMove]:
    """Make goods ours that another owner keeps here; from now on they have a value and serve our orders.

    Without a cost they are worth what was agreed with their owner.
    """
    if balance.owner_id is None:
        raise OursAlready
    if unit_cost is None:
        unit_cost = ports.cost_of_taking_over(
            ctx, owner_id=balance.owner_id, item_id=balance.item_id, quantity=quantity
        )

    # By way of the supplier: the ledger shows that the owner's goods ended and that ours were bought.
    outside = sites.virtual(LocationKind.SUPPLIER)
    theirs = MoveDraft(
        item_id=balance.item_id,
        lot_id=balance.lot_id,
        owner_id=balance.owner_id,
        quantity=quantity,
        source_id=balance.location_id,
        source_unit_id=balance.unit_id,
        destination_id=outside.pk,
        reason=str(_("taken over")),
    )
    ours = replace(
        theirs,
        owner_id=None,
        source_id=outside.pk,
        source_unit_id=None,
        destination_id=balance.location_id,
        destination_unit_id=balance.unit_id,
        unit_cost=unit_cost,
    )
    moves = move_stock(ctx, moves=[theirs, ours])

    item = Item.objects.select_related("unit").get(pk=balance.item_id)
    ctx.emit(
        StockTakenOver(
            lot_id=balance.lot_id,
            item_id=item.pk,
            owner_id=balance.owner_id,
            location_ids=(balance.location_id,),
            item=item.name,
            lot=str(balance.lot or ""),
            quantity=quantity,
            unit=item.unit.code,
            owner=Party.objects.get(pk=balance.owner_id).name,
            move_id=moves[1].pk,
        )
    )
    return moves
