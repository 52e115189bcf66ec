"""What is done to stock once it is decided: scrapped, set apart, brought back, or returned."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory import commands as inventory
from loomline.domains.inventory import queries as stock
from loomline.domains.inventory.commands.reservations import free_newest, tell_freed
from loomline.domains.inventory.models import Balance, Lot, LotState
from loomline.domains.quality.events import ReturnDecided
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import Location, LocationKind
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.refusal import Refused

ZERO = Decimal(0)
Origin = tuple[str, int]


class NotSoMuch(Refused):
    """Only what is there can be dealt with."""

    says = _("There are {there} of lot {lot}, not {quantity}.")


class NoSupplier(Refused):
    """Goods go back to whoever sent them."""

    says = _("Nobody supplied lot {lot}: it cannot be returned. Rework or scrap it.")


@command(hidden=True)
def scrap_part(
    ctx: Ctx, *, lot: Lot, quantity: Decimal, reason: str, origin: Origin, is_apart: bool = False
) -> Decimal:
    """Take a quantity of a lot out of stock for good; what was reserved of it is sought elsewhere."""
    places = _places(lot, is_apart=is_apart)
    _refuse_too_much(lot, places, quantity)

    scrap = sites.virtual(LocationKind.SCRAP)
    _move_part(ctx, lot, places, quantity, lambda place: scrap, reason=reason, origin=origin)
    return quantity


@command(hidden=True)
def scrap_lot(ctx: Ctx, *, lot: Lot, reason: str, origin: Origin) -> Decimal:
    """Block a lot and take what is left of it out of stock; what stands apart for rework stays."""
    places = _places(lot, is_apart=None if not _is_reworked(lot) else False)
    if lot.state != LotState.BLOCKED:
        inventory.block_lot(ctx, lot=lot, reason=reason[:200])
    if places:
        scrap = sites.virtual(LocationKind.SCRAP)
        drafts = [_draft(place, place.on_hand, scrap, reason, origin) for place in places]
        inventory.move_stock(ctx, moves=drafts)
    return sum((place.on_hand for place in places), ZERO)


@command(hidden=True)
def set_apart(ctx: Ctx, *, lot: Lot, quantity: Decimal, reason: str, origin: Origin) -> Decimal:
    """Put a quantity where nobody takes it from, so that the rest of the lot can be used."""
    places = _places(lot, is_apart=False)
    _refuse_too_much(lot, places, quantity)

    _move_part(ctx, lot, places, quantity, _quarantine, reason=reason, origin=origin)
    return quantity


@command(hidden=True)
def bring_all_back(ctx: Ctx, *, lot: Lot, quantity: Decimal | None, reason: str, origin: Origin) -> Decimal:
    """Put what stood apart back among the others."""
    places = _places(lot, is_apart=True)
    amount = sum((place.on_hand for place in places), ZERO) if quantity is None else quantity
    _refuse_too_much(lot, places, amount)

    _move_part(ctx, lot, places, amount, _storage, reason=reason, origin=origin)
    return amount


@command(hidden=True)
def want_back(ctx: Ctx, *, lot: Lot, quantity: Decimal, reason: str, origin: Origin) -> Decimal:
    """Say that a supplier is to take goods back; who bought them sees to it."""
    if lot.supplier is None:
        raise NoSupplier(lot=lot, at_field="decision")

    ctx.emit(
        ReturnDecided(
            lot_id=lot.pk,
            item_id=lot.item_id,
            supplier_id=lot.supplier_id,
            what=str(lot),
            quantity=quantity,
            unit=str(lot.item.unit.code),
            supplier=lot.supplier.name,
            reason=reason,
            origin_kind=origin[0],
            origin_id=origin[1],
        )
    )
    return quantity


def left_of(lot: Lot, *, but_apart: bool) -> Decimal:
    """How much of a lot is there, with or without what stands apart."""
    return sum((place.on_hand for place in _places(lot, is_apart=False if but_apart else None)), ZERO)


def free_part(ctx: Ctx, *, lot: Lot, quantity: Decimal, reason: str) -> None:
    """Free reservations so that this much can leave, the newest first."""
    places = _places(lot, is_apart=False)
    wanted = quantity
    for place in places:
        part = min(place.on_hand, wanted)
        wanted -= part
        _free(ctx, place, part, reason)


def _free(ctx: Ctx, place: Balance, part: Decimal, reason: str) -> None:
    short = part - (place.on_hand - place.reserved)
    if short > 0:
        tell_freed(ctx, free_newest(balance=place, quantity=short), reason=reason)


def _places(lot: Lot, *, is_apart: bool | None) -> list[Balance]:
    rows: QuerySet[Balance] = stock.places_of_lot(lot_id=lot.pk).select_related("location__site")
    if is_apart is not None:
        apart = {"location__kind": LocationKind.QUARANTINE}
        rows = rows.filter(**apart) if is_apart else rows.exclude(**apart)
    return list(rows)


def _is_reworked(lot: Lot) -> bool:
    return lot.checks.filter(is_apart=True, state__in=("open", "failed")).exists()


def _refuse_too_much(lot: Lot, places: Iterable[Balance], quantity: Decimal) -> None:
    there = sum((place.on_hand for place in places), ZERO)
    if not 0 < quantity <= there:
        raise NotSoMuch(lot=lot, there=plain(there), quantity=plain(quantity), at_field="quantity")


def _quarantine(place: Balance) -> Location:
    assert place.location.site is not None
    return sites.quarantine_of(site=place.location.site)


def _storage(place: Balance) -> Location:
    assert place.location.site is not None
    return sites.storage_of(site=place.location.site)


def _move_part(
    ctx: Ctx,
    lot: Lot,
    places: Iterable[Balance],
    quantity: Decimal,
    target: Callable[[Balance], Location],
    *,
    reason: str,
    origin: Origin,
) -> None:
    drafts, left = [], quantity
    for place in places:
        part = min(place.on_hand, left)
        if part <= 0:
            break
        left -= part
        _free(ctx, place, part, reason)
        drafts.append(_draft(place, part, target(place), reason, origin))
    inventory.move_stock(ctx, moves=drafts)


def _draft(
    place: Balance, quantity: Decimal, target: Location, reason: str, origin: Origin
) -> inventory.MoveDraft:
    return inventory.MoveDraft(
        item_id=place.item_id,
        lot_id=place.lot_id,
        owner_id=place.owner_id,
        source_unit_id=place.unit_id,
        quantity=quantity,
        source_id=place.location_id,
        destination_id=target.pk,
        origin_kind=origin[0],
        origin_id=origin[1],
        reason=reason[:200],
    )
