"""Counting: what was found replaces what the books say, by entries against the adjustment location."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext_lazy as _

from loomline.domains.catalog.models import Item
from loomline.domains.inventory.commands.moves import MoveDraft, NothingToMove, move_stock
from loomline.domains.inventory.commands.reservations import free_newest, tell_freed
from loomline.domains.inventory.commands.standing import refuse_elsewhere
from loomline.domains.inventory.events import StockCounted, StockListed
from loomline.domains.inventory.models import Balance, Lot, StockMove
from loomline.domains.parties.models import Party
from loomline.domains.sites import queries as sites
from loomline.domains.sites.models import Location, LocationKind
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.refusal import Refused, Warned

TOLD_ONE_BY_ONE = 50
# Item, location, lot, owner, handling unit.
Key = tuple[int, int, int | None, int | None, int | None]


class NegativeCount(Refused):
    """Nobody counts less than nothing."""

    says = _("A count cannot be {counted}. Enter what was found, or 0 for an empty place.")


class CountedTwice(Refused):
    """The same place is counted twice in one list."""

    says = _("{item} at {location} stands in the list twice. Add the two counts up into one.")


class NothingFound(Refused):
    """Nothing where the books say nothing."""

    says = _("Nothing of {item} is at {location} by the books either. Enter what you found there.")


class CountedBelowReserved(Warned):
    """Less was found than is promised."""

    says = _(
        "{places} hold less than is reserved there. Accept to free the newest reservations that no longer"
        " fit; those who lose them are told."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """What was found of an item, and of a lot, at a location: our own unless another owner is named."""

    item_id: int
    location_id: int
    counted: Decimal
    lot_id: int | None = None
    unit_cost: Decimal | None = None
    owner_id: int | None = None
    unit_id: int | None = None

    @property
    def key(self) -> Key:
        return self.item_id, self.location_id, self.lot_id, self.owner_id, self.unit_id


@command(hidden=True)
def adjust_stock(
    ctx: Ctx, *, counts: list[Count], reason: str, origin_kind: str = "", origin_id: int | None = None
) -> list[StockMove]:
    """Bring the books to what was found, for any number of places at once."""
    _refuse_malformed(counts)
    into = {count.unit_id: count.location_id for count in counts if count.unit_id}
    if into:
        refuse_elsewhere(into)
    held = _held(counts)
    _free_what_no_longer_fits(ctx, counts, held)

    adjustment = sites.virtual(LocationKind.ADJUSTMENT)
    drafts = []
    for count in counts:
        difference = count.counted - (held[count.key].on_hand if count.key in held else 0)
        if difference:
            drafts.append(
                MoveDraft(
                    item_id=count.item_id,
                    lot_id=count.lot_id,
                    owner_id=count.owner_id,
                    source_unit_id=count.unit_id if difference < 0 else None,
                    destination_unit_id=count.unit_id if difference > 0 else None,
                    quantity=abs(difference),
                    source_id=adjustment.pk if difference > 0 else count.location_id,
                    destination_id=count.location_id if difference > 0 else adjustment.pk,
                    unit_cost=count.unit_cost,
                    reason=reason,
                    origin_kind=origin_kind,
                    origin_id=origin_id,
                )
            )
    moves = move_stock(ctx, moves=drafts) if drafts else []

    _tell(ctx, counts, held, reason=reason)
    return moves


@command(label=_("Count"), icon="clipboard-check")
def count_stock(ctx: Ctx, *, balance: Balance, counted: Decimal, reason: str = "") -> Balance:
    """Enter what was found at one place."""
    adjust_stock(
        ctx,
        counts=[
            Count(
                item_id=balance.item_id,
                location_id=balance.location_id,
                lot_id=balance.lot_id,
                owner_id=balance.owner_id,
                unit_id=balance.unit_id,
                counted=counted,
            )
        ],
        reason=reason or str(_("count")),
    )
    balance.refresh_from_db()
    return balance


@command(creates=Balance, label=_("Record stock"), icon="plus")
def record_stock(
    ctx: Ctx,
    *,
    item: Item,
    location: Location,
    counted: Decimal,
    lot: Lot | None = None,
    unit_cost: Decimal | None = None,
    owner: Party | None = None,
    reason: str = "",
) -> Balance:
    """Enter what was found of an item at a location, whether the books knew of it or not."""
    count = Count(
        item_id=item.pk,
        location_id=location.pk,
        lot_id=lot.pk if lot else None,
        owner_id=owner.pk if owner else None,
        counted=counted,
        unit_cost=unit_cost,
    )
    adjust_stock(ctx, counts=[count], reason=reason or str(_("count")))

    balance = Balance.objects.filter(
        item=item, location=location, lot=lot, owner=owner, unit__isnull=True
    ).first()
    if balance is None:
        raise NothingFound(item=item, location=location, at_field="counted")
    return balance


# Reservations before balances, as everywhere: who frees stock holds the reservation first.
LOCK = """
SELECT FROM inventory_reservation r
JOIN unnest(%(items)s::bigint[], %(locations)s::bigint[], %(lots)s::bigint[], %(owners)s::bigint[],
            %(units)s::bigint[]) AS t (item_id, location_id, lot_id, owner_id, unit_id)
    ON r.item_id = t.item_id AND r.location_id = t.location_id AND r.lot_id IS NOT DISTINCT FROM t.lot_id
    AND r.owner_id IS NOT DISTINCT FROM t.owner_id AND r.unit_id IS NOT DISTINCT FROM t.unit_id
ORDER BY r.id
FOR UPDATE OF r;

SELECT b.id, b.item_id, b.location_id, b.lot_id, b.owner_id, b.unit_id, b.on_hand, b.reserved
FROM inventory_balance b
JOIN unnest(%(items)s::bigint[], %(locations)s::bigint[], %(lots)s::bigint[], %(owners)s::bigint[],
            %(units)s::bigint[]) AS t (item_id, location_id, lot_id, owner_id, unit_id)
    ON b.item_id = t.item_id AND b.location_id = t.location_id AND b.lot_id IS NOT DISTINCT FROM t.lot_id
    AND b.owner_id IS NOT DISTINCT FROM t.owner_id AND b.unit_id IS NOT DISTINCT FROM t.unit_id
ORDER BY b.item_id, b.location_id, b.lot_id, b.owner_id, b.unit_id
FOR UPDATE OF b
"""


COLUMNS = ("id", "item_id", "location_id", "lot_id", "owner_id", "unit_id", "on_hand", "reserved")


def _held(counts: Sequence[Count]) -> dict[Key, Balance]:
    with connection.cursor() as cursor:
        cursor.execute(
            LOCK,
            {
                "items": [c.item_id for c in counts],
                "locations": [c.location_id for c in counts],
                "lots": [c.lot_id for c in counts],
                "owners": [c.owner_id for c in counts],
                "units": [c.unit_id for c in counts],
            },
        )
        cursor.nextset()
        rows = cursor.fetchall()
    found = [Balance(**dict(zip(COLUMNS, row, strict=True))) for row in rows]
    return {(row.item_id, row.location_id, row.lot_id, row.owner_id, row.unit_id): row for row in found}


def _refuse_malformed(counts: Sequence[Count]) -> None:
    if not counts:
        raise NothingToMove
    seen: set[Key] = set()
    for count in counts:
        if count.counted < 0:
            raise NegativeCount(counted=plain(count.counted))
        if count.key in seen:
            raise CountedTwice(
                item=Item.objects.get(pk=count.item_id), location=Location.objects.get(pk=count.location_id)
            )
        seen.add(count.key)


def _free_what_no_longer_fits(ctx: Ctx, counts: Sequence[Count], held: Mapping[Key, Balance]) -> None:
    tight = [(held[c.key], c) for c in counts if c.key in held and c.counted < held[c.key].reserved]
    if not tight:
        return
    places = Location.objects.in_bulk({balance.location_id for balance, _c in tight})
    ctx.warn(CountedBelowReserved(places=", ".join(sorted(str(place) for place in places.values()))))
    freed = []
    for balance, count in tight:
        freed += free_newest(balance=balance, quantity=balance.reserved - count.counted)
    tell_freed(ctx, freed, reason=str(_("a count found less than was reserved")))


def _tell(ctx: Ctx, counts: Sequence[Count], held: Mapping[Key, Balance], *, reason: str) -> None:
    changed = [(c, c.counted - (held[c.key].on_hand if c.key in held else 0)) for c in counts]
    different = [(count, difference) for count, difference in changed if difference]
    if len(counts) > TOLD_ONE_BY_ONE:
        ctx.emit(
            StockListed(
                item_ids=tuple(sorted({c.item_id for c in counts})),
                location_ids=tuple(sorted({c.location_id for c in counts})),
                places=len(counts),
                differences=len(different),
                reason=reason,
            )
        )
        return
    _tell_each(ctx, different, reason=reason)


def _tell_each(ctx: Ctx, different: Sequence[tuple[Count, Decimal]], *, reason: str) -> None:
    items = Item.objects.select_related("unit").in_bulk({c.item_id for c, _d in different})
    places = Location.objects.in_bulk({c.location_id for c, _d in different})
    lots = Lot.objects.in_bulk({c.lot_id for c, _d in different if c.lot_id})
    for count, difference in different:
        item = items[count.item_id]
        ctx.emit(
            StockCounted(
                lot_id=count.lot_id,
                item_id=item.pk,
                location_ids=(count.location_id,),
                item=item.name,
                location=str(places[count.location_id]),
                lot=str(lots[count.lot_id]) if count.lot_id else "",
                counted=count.counted,
                difference=difference,
                unit=item.unit.code,
                reason=reason,
            )
        )
