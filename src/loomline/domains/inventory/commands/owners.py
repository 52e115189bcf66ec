"""Whose goods they are: consigned stock that is used, and goods of customers that we buy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.inventory import ports, queries
from loomline.domains.inventory.commands.moves import MoveDraft, move_stock
from loomline.domains.inventory.events import StockTakenOver
from loomline.domains.inventory.models import Balance, StockMove
from loomline.domains.parties.models import Party
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import LocationKind
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused

# Who consigns goods, seen from the party; see there.
CONSIGNING = Q(is_supplier=True, is_customer=False)


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

    theirs = MoveDraft(
        item_id=balance.item_id,
        lot_id=balance.lot_id,
        owner_id=balance.owner_id,
        quantity=quantity,
        source_id=balance.location_id,
        source_unit_id=balance.unit_id,
        destination_id=sites.virtual(LocationKind.SUPPLIER).pk,
        reason=str(_("taken over")),
    )
    moves = move_stock(ctx, moves=[theirs, _bought(theirs, unit_cost)])

    tell_taken_over(ctx, moves)
    return moves


def take_over_missing(ctx: Ctx, *, moves: Iterable[MoveDraft]) -> None:
    """Before goods of ours leave: where we have too little, make ours what a supplier keeps in that place."""
    wanted: dict[tuple[int, int, int | None, int | None], Decimal] = defaultdict(Decimal)
    for move in moves:
        if move.owner_id is None:
            wanted[move.item_id, move.source_id, move.lot_id, move.source_unit_id] += move.quantity
    for (item, place, lot, unit), quantity in wanted.items():
        rows = Balance.objects.filter(
            item=item, location=place, lot=lot, unit=unit, on_hand__gt=0, is_physical=True
        )
        ours = rows.filter(owner__isnull=True).first()
        missing = quantity - (ours.free if ours is not None else Decimal(0))
        for balance in rows.filter(queries.CONSIGNED).order_by("pk") if missing > 0 else ():
            part = min(missing, balance.free)
            if part > 0:
                take_over_stock(ctx, balance=balance, quantity=part)
                missing -= part


def buying(ctx: Ctx, leaving: Sequence[MoveDraft]) -> tuple[list[MoveDraft], list[MoveDraft]]:
    """What suppliers keep with us and now leaves: the entries that make it ours, and what leaves then."""
    owners = {move.owner_id for move in leaving if move.owner_id is not None}
    if not owners:
        return [], list(leaving)
    consigning = set(Party.objects.filter(CONSIGNING, pk__in=owners).values_list("pk", flat=True))
    outside = sites.virtual(LocationKind.SUPPLIER)
    entries, after = [], []
    for move in leaving:
        if move.owner_id is None or move.owner_id not in consigning:
            after.append(move)
            continue
        cost = ports.cost_of_taking_over(
            ctx, owner_id=move.owner_id, item_id=move.item_id, quantity=move.quantity
        )
        theirs = replace(
            move, destination_id=outside.pk, origin_kind="", origin_id=None, reason=str(_("taken over"))
        )
        entries += [theirs, _bought(theirs, cost)]
        after.append(replace(move, owner_id=None))
    return entries, after


def tell_taken_over(ctx: Ctx, moves: Sequence[StockMove]) -> None:
    """Say of each pair of entries, theirs and ours, that goods changed hands."""
    for theirs, ours in zip(moves[::2], moves[1::2], strict=True):
        item = Item.objects.select_related("unit").get(pk=theirs.item_id)
        assert theirs.owner_id is not None
        ctx.emit(
            StockTakenOver(
                lot_id=theirs.lot_id,
                item_id=item.pk,
                owner_id=theirs.owner_id,
                location_ids=(theirs.source_id,),
                item=item.name,
                lot=str(theirs.lot or ""),
                quantity=theirs.quantity,
                unit=item.unit.code,
                owner=Party.objects.get(pk=theirs.owner_id).name,
                move_id=ours.pk,
            )
        )


def _bought(theirs: MoveDraft, unit_cost: Decimal | None) -> MoveDraft:
    """By way of the supplier: the ledger shows that the owner's goods ended and that ours were bought."""
    return replace(
        theirs,
        owner_id=None,
        source_id=theirs.destination_id,
        source_unit_id=None,
        destination_id=theirs.source_id,
        destination_unit_id=theirs.source_unit_id,
        unit_cost=unit_cost,
    )
