"""Moving stock: every change of a quantity is an entry of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.inventory import ports
from loomline.domains.inventory.commands.posting import Delta, post
from loomline.domains.inventory.commands.standing import refuse_elsewhere
from loomline.domains.inventory.events import MovesReversed, StockTransferred
from loomline.domains.inventory.models import Balance, StockMove
from loomline.domains.sites.models import Location
from loomline.kernel.command import command, fetch
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock_all
from loomline.kernel.refusal import Refused


class NothingToMove(Refused):
    """The list of moves is empty."""

    says = _("There is nothing to move. Name at least one item and quantity.")


class NotPositive(Refused):
    """A quantity must be greater than zero."""

    says = _("Move a quantity greater than zero, not {quantity}.")


class NothingMoves(Refused):
    """Source and destination are the same place."""

    says = _("The stock is at {location} already. Choose another location to move it to.")


class MovedAhead(Refused):
    """A move cannot be entered before it happened."""

    says = _("A stock move cannot be dated {at}: that is still to come.")


class AlreadyReversed(Refused):
    """A move was taken back before."""

    says = _("{move} was reversed already. Post a new move if it happened after all.")


class IsReversal(Refused):
    """A reversal is not itself reversed."""

    says = _("{move} is itself a reversal. Post the move anew instead.")


@dataclass(frozen=True, kw_only=True, slots=True)
class MoveDraft:
    """A move to be: a positive quantity of an item, and of a lot, in the item's stock unit.

    `unit_cost` is in the company's currency, always; None says that the one who moves does not know it.
    Without an owner the goods are ours; the units are what they are taken out of and put into.
    """

    item_id: int
    quantity: Decimal
    source_id: int
    destination_id: int
    lot_id: int | None = None
    owner_id: int | None = None
    source_unit_id: int | None = None
    destination_unit_id: int | None = None
    origin_kind: str = ""
    origin_id: int | None = None
    unit_cost: Decimal | None = None
    effective_at: datetime | None = None
    reason: str = ""
    reverses_id: int | None = None


@command(hidden=True)
def move_stock(ctx: Ctx, *, moves: list[MoveDraft]) -> list[StockMove]:
    """Enter any number of moves in the ledger and change the balances with them, all or none."""
    _refuse_malformed(ctx, moves)
    into = {move.destination_unit_id: move.destination_id for move in moves if move.destination_unit_id}
    if into:
        refuse_elsewhere(into)
    post(deltas_of(moves), origin=(moves[0].origin_kind, moves[0].origin_id))

    entered = record_moves(ctx, moves)
    ports.came_in(ctx, moves=entered)
    return entered


@command(label=_("Move"), icon="arrows-exchange")
def transfer_stock(ctx: Ctx, *, balance: Balance, quantity: Decimal, destination: Location) -> StockMove:
    """Put free stock at another location; what lies in a handling unit is taken out of it."""
    if destination.pk == balance.location_id and balance.unit_id is None:
        raise NothingMoves(location=destination)

    [move] = move_stock(
        ctx,
        moves=[
            MoveDraft(
                item_id=balance.item_id,
                lot_id=balance.lot_id,
                owner_id=balance.owner_id,
                source_unit_id=balance.unit_id,
                quantity=quantity,
                source_id=balance.location_id,
                destination_id=destination.pk,
            )
        ],
    )

    ctx.emit(_transferred(balance, quantity, destination))
    return move


@command(label=_("Reverse"), icon="arrow-back-up", danger=True)
def reverse_moves(ctx: Ctx, *, moves: list[StockMove], reason: str) -> list[StockMove]:
    """Take moves back by opposite ones; the ledger keeps both."""
    # Moves never change, but two people reversing the same one must meet here and not at the constraint.
    locked = lock_all(moves)
    if not locked:
        raise NothingToMove
    for move in locked:
        if move.reverses_id is not None:
            raise IsReversal(move=move)
    done = StockMove.objects.filter(reverses__in=[move.pk for move in locked]).first()
    if done is not None:
        raise AlreadyReversed(move=fetch(StockMove, done.reverses_id))

    entered = move_stock(ctx, moves=[_opposite(move, reason) for move in locked])

    ctx.emit(
        MovesReversed(
            item_ids=tuple(sorted({move.item_id for move in locked})),
            lot_ids=tuple(sorted({move.lot_id for move in locked if move.lot_id})),
            moves=len(entered),
            reason=reason,
        )
    )
    return entered


def deltas_of(moves: Iterable[MoveDraft]) -> list[Delta]:
    """What the moves take from their sources and bring to their destinations."""
    found = []
    for move in moves:
        item, lot, owner = move.item_id, move.lot_id, move.owner_id
        ends = (
            (move.source_id, move.source_unit_id, -move.quantity),
            (move.destination_id, move.destination_unit_id, move.quantity),
        )
        found += [Delta(item, place, lot, n, owner_id=owner, unit_id=unit) for place, unit, n in ends]
    return found


def record_moves(ctx: Ctx, moves: Sequence[MoveDraft]) -> list[StockMove]:
    """Write the ledger entries of moves whose balances have changed. Who values stock reads them there."""
    return StockMove.objects.bulk_create(
        [
            StockMove(
                item_id=move.item_id,
                lot_id=move.lot_id,
                quantity=move.quantity,
                source_id=move.source_id,
                destination_id=move.destination_id,
                owner_id=move.owner_id,
                source_unit_id=move.source_unit_id,
                destination_unit_id=move.destination_unit_id,
                effective_at=move.effective_at or ctx.now,
                recorded_at=ctx.now,
                origin_kind=move.origin_kind,
                origin_id=move.origin_id,
                unit_cost=move.unit_cost,
                reason=move.reason,
                reverses_id=move.reverses_id,
            )
            for move in moves
        ]
    )


def _refuse_malformed(ctx: Ctx, moves: Sequence[MoveDraft]) -> None:
    if not moves:
        raise NothingToMove
    for move in moves:
        if move.quantity <= 0:
            raise NotPositive(quantity=move.quantity)
        if move.source_id == move.destination_id and move.source_unit_id == move.destination_unit_id:
            raise NothingMoves(location=fetch(Location, move.source_id))
        if move.effective_at is not None and move.effective_at > ctx.now:
            raise MovedAhead(at=move.effective_at)


def _transferred(balance: Balance, quantity: Decimal, destination: Location) -> StockTransferred:
    item = Item.objects.select_related("unit").get(pk=balance.item_id)
    return StockTransferred(
        lot_id=balance.lot_id,
        item_id=item.pk,
        location_ids=(balance.location_id, destination.pk),
        item=item.name,
        lot=str(balance.lot or ""),
        quantity=quantity,
        unit=item.unit.code,
        source=str(balance.location),
        destination=str(destination),
    )


def _opposite(move: StockMove, reason: str) -> MoveDraft:
    return MoveDraft(
        item_id=move.item_id,
        lot_id=move.lot_id,
        quantity=move.quantity,
        source_id=move.destination_id,
        destination_id=move.source_id,
        owner_id=move.owner_id,
        source_unit_id=move.destination_unit_id,
        destination_unit_id=move.source_unit_id,
        origin_kind=move.origin_kind,
        origin_id=move.origin_id,
        unit_cost=move.unit_cost,
        reason=reason,
        reverses_id=move.pk,
    )
