"""Keeping stock for those who need it, freeing it, and letting it go where it was kept for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loomline.domains.inventory.commands.allocation import (
    Demand,
    First,
    Short,
    Taken,
    allocate,
    candidates,
)
from loomline.domains.inventory.commands.moves import MoveDraft, deltas_of, record_moves
from loomline.domains.inventory.commands.owners import buying, tell_taken_over
from loomline.domains.inventory.commands.posting import Delta, post
from loomline.domains.inventory.events import ReservationsFreed
from loomline.domains.inventory.models import Balance, Reservation, StockMove
from loomline.domains.sites.models import Location
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.prepared import execute, fetch
from loomline.kernel.refusal import Refused

Origin = tuple[str, int]


class DemandWithoutPlace(Refused):
    """A demand must say where the stock may come from."""

    says = _("Say from which site or location the stock is wanted.")


class NothingReserved(Refused):
    """There is no reservation left to issue."""

    says = _("Nothing is reserved for this any more. Reserve the stock again first.")


@dataclass(frozen=True, slots=True)
class ReserveResult:
    """What is now reserved and what is short."""

    reserved: list[Reservation] = field(default_factory=list)
    short: list[Short] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Freed:
    """One reservation that no longer stands."""

    item_id: int
    location_id: int
    lot_id: int | None
    quantity: Decimal
    origin_kind: str
    origin_id: int
    holder_kind: str = ""
    holder_id: int | None = None
    owner_id: int | None = None
    unit_id: int | None = None

    def delta(self, *, on_hand: Decimal = Decimal(0)) -> Delta:
        """What the balance loses of what is reserved, and of what is there."""
        key = self.item_id, self.location_id, self.lot_id
        return Delta(*key, on_hand, -self.quantity, owner_id=self.owner_id, unit_id=self.unit_id)


@command(hidden=True)
def reserve(
    ctx: Ctx,
    *,
    demands: list[Demand],
    strategy: First | None = None,
    expires_at: datetime | None = None,
    after: Sequence[Demand] = (),
) -> ReserveResult:
    """Keep stock for these demands, in their order; the rules say which goes first unless it is said here.

    What those in `after` need stays free for them; what stock does not cover of theirs is told as short too.
    """
    for demand in demands:
        if demand.site_id is None and demand.location_id is None:
            raise DemandWithoutPlace
    stock = candidates(demands, on=ctx.today) if demands else []

    left, lacking = allocate(after, stock, strategy=strategy, on=ctx.today) if after else ([], [])
    for row in left:
        row.balance.reserved += row.quantity
    taken, short = allocate(demands, stock, strategy=strategy, on=ctx.today)
    return ReserveResult(_write(ctx, taken, expires_at), [*lacking, *short])


@command(hidden=True)
def release(ctx: Ctx, *, origins: list[Origin]) -> list[Freed]:
    """Free what is reserved for these records."""
    return _free(_of(origins))


@command(hidden=True)
def pass_on(ctx: Ctx, *, origins: Mapping[Origin, Origin]) -> int:
    """Keep what was reserved for one record for the one that takes its place; it lapses no more."""
    pairs = sorted(origins.items())
    columns = zip(*((*old, *new) for old, new in pairs), strict=True)
    return execute(PASS, [list(column) for column in columns]) if pairs else 0


PASS = """
WITH kept AS MATERIALIZED (
    SELECT r.id, t.kind, t.pk FROM inventory_reservation r
    JOIN unnest(%s::text[], %s::bigint[], %s::text[], %s::bigint[]) AS t (old_kind, old_pk, kind, pk)
        ON r.origin_kind = t.old_kind AND r.origin_id = t.old_pk
    ORDER BY r.id FOR UPDATE OF r
)
UPDATE inventory_reservation r SET origin_kind = k.kind, origin_id = k.pk, expires_at = NULL
FROM kept k WHERE r.id = k.id
"""


@command(hidden=True)
def hand_over(ctx: Ctx, *, reservations: Mapping[int, Origin]) -> int:
    """Put reserved stock into the hands of what carries it out: an order's stock into a shipment."""
    ids = sorted(reservations)
    return execute(
        "WITH held AS MATERIALIZED (SELECT r.id, t.kind, t.holder_id FROM inventory_reservation r"
        " JOIN unnest(%s::bigint[], %s::text[], %s::bigint[]) AS t (id, kind, holder_id) ON r.id = t.id"
        " ORDER BY r.id FOR UPDATE OF r)"
        " UPDATE inventory_reservation r SET holder_kind = h.kind, holder_id = h.holder_id"
        " FROM held h WHERE r.id = h.id",
        [ids, [reservations[pk][0] for pk in ids], [reservations[pk][1] for pk in ids]],
    )


@command(hidden=True)
def hand_back(ctx: Ctx, *, holders: list[Origin]) -> int:
    """Take reserved stock out of these hands; it stays reserved for those who need it."""
    held = Reservation.objects.filter(_held_by(holders)).order_by("pk").select_for_update()
    ids = list(held.values_list("pk", flat=True))
    return Reservation.objects.filter(pk__in=ids).update(holder_kind="", holder_id=None)


@command(hidden=True)
def issue_reserved(
    ctx: Ctx,
    *,
    destination: Location,
    origins: Sequence[Origin] = (),
    holders: Sequence[Origin] = (),
    effective_at: datetime | None = None,
    keeps_owner: bool = False,
) -> list[StockMove]:
    """Let reserved stock leave: what is reserved for these origins, or lies in the hands of these holders.

    It is used up or sold, so what suppliers keep with us becomes ours as it leaves, unless it stays theirs.
    """
    taken = _take(origins, holders)
    if not taken:
        raise NothingReserved

    moves = [
        MoveDraft(
            item_id=row.item_id,
            lot_id=row.lot_id,
            owner_id=row.owner_id,
            source_unit_id=row.unit_id,
            quantity=row.quantity,
            source_id=row.location_id,
            destination_id=destination.pk,
            origin_kind=row.holder_kind or row.origin_kind,
            origin_id=row.holder_id or row.origin_id,
            effective_at=effective_at,
        )
        for row in taken
    ]
    bought, moves = ([], moves) if keeps_owner else buying(ctx, moves)
    if bought:
        post([*(row.delta() for row in taken), *deltas_of([*bought, *moves])])
    else:
        out = [row.delta(on_hand=-row.quantity) for row in taken]
        came = [Delta(m.item_id, m.destination_id, m.lot_id, m.quantity, owner_id=m.owner_id) for m in moves]
        post([*out, *came])
    entered = record_moves(ctx, [*bought, *moves])

    tell_taken_over(ctx, entered[: len(bought)])
    return entered[len(bought) :]


@command(hidden=True)
def shrink_reservation(ctx: Ctx, *, reservation: Reservation, quantity: Decimal) -> Decimal:
    """Keep only this much of a reservation; the rest is free for others. Returns how much was freed."""
    current = Reservation.objects.select_for_update().filter(pk=reservation.pk).first()
    if current is None:
        raise NothingReserved
    if quantity >= current.quantity:
        return Decimal(0)

    freed: Decimal = current.quantity - quantity
    if quantity > 0:
        Reservation.objects.filter(pk=current.pk).update(quantity=quantity)
    else:
        Reservation.objects.filter(pk=current.pk).delete()
    post([_freed(current, freed).delta()])
    return freed


@command(hidden=True)
def trim_reservations(ctx: Ctx, *, limits: Mapping[Origin, Decimal]) -> list[Freed]:
    """Free what is reserved beyond these quantities, the newest first; what has a holder stays."""
    excess = {origin: -limit for origin, limit in limits.items()}
    rows = list(Reservation.objects.filter(_of(limits)).order_by("pk").select_for_update())
    for row in rows:
        excess[row.origin_kind, row.origin_id] += row.quantity

    freed, shrunk = [], []
    for row in reversed(rows):
        part = min(row.quantity, excess[row.origin_kind, row.origin_id])
        if part <= 0 or row.holder_kind:
            continue
        excess[row.origin_kind, row.origin_id] -= part
        freed.append(_freed(row, part))
        row.quantity -= part
        shrunk.append(row)
    Reservation.objects.filter(pk__in=[row.pk for row in shrunk if not row.quantity]).delete()
    Reservation.objects.bulk_update([row for row in shrunk if row.quantity], ["quantity"])
    post(row.delta() for row in freed)
    return freed


@command(hidden=True)
def lapse_reservations(ctx: Ctx) -> list[Freed]:
    """Free what was reserved for a while only and whose time is over."""
    freed = _free(Q(expires_at__lte=ctx.now))

    # Who lost goods is asked about the items of its own kind only.
    for kind in sorted({row.origin_kind for row in freed}):
        tell_freed(
            ctx, [row for row in freed if row.origin_kind == kind], reason=str(_("their time is over"))
        )
    return freed


def free_of(*, lot_id: int) -> list[Freed]:
    """Free everything that is reserved of a lot."""
    return _free(Q(lot=lot_id))


def free_of_all(*, lot_ids: Sequence[int]) -> list[Freed]:
    """Free everything that is reserved of these lots."""
    return _free(Q(lot__in=list(lot_ids)))


def free_newest(*, balance: Balance, quantity: Decimal) -> list[Freed]:
    """Free reservations on a balance, what lapses anyway and then the newest, until this much is freed."""
    rows = Reservation.objects.filter(
        item=balance.item_id,
        location=balance.location_id,
        lot=balance.lot_id,
        owner=balance.owner_id,
        unit=balance.unit_id,
    )
    chosen, total = [], Decimal(0)
    for row in rows.order_by(F("expires_at").asc(nulls_last=True), "-id").select_for_update():
        if total >= quantity:
            break
        chosen.append(row.pk)
        total += row.quantity
    return _free(Q(pk__in=chosen))


def tell_freed(ctx: Ctx, freed: Sequence[Freed], *, reason: str) -> None:
    """Tell those who lost what was reserved for them."""
    if freed:
        ctx.emit(
            ReservationsFreed(
                item_ids=tuple(sorted({row.item_id for row in freed})),
                lot_ids=tuple(sorted({row.lot_id for row in freed if row.lot_id})),
                origin_kinds=tuple(row.origin_kind for row in freed),
                origin_ids=tuple(row.origin_id for row in freed),
                reservations=len(freed),
                reason=reason,
            )
        )


TAKE = """
WITH taken AS (
    SELECT * FROM unnest(%s::bigint[], %s::numeric[], %s::text[], %s::bigint[])
        WITH ORDINALITY AS t (balance_id, quantity, origin_kind, origin_id, position)
), kept AS (
    UPDATE inventory_balance b SET reserved = b.reserved + s.quantity
    FROM (SELECT balance_id, sum(quantity) AS quantity FROM taken GROUP BY 1) s
    WHERE b.id = s.balance_id
)
INSERT INTO inventory_reservation
    (item_id, location_id, lot_id, owner_id, unit_id, quantity, origin_kind, origin_id, holder_kind,
     created_at, expires_at)
SELECT b.item_id, b.location_id, b.lot_id, b.owner_id, b.unit_id, t.quantity, t.origin_kind, t.origin_id,
    '', %s::timestamptz, %s::timestamptz
FROM taken t JOIN inventory_balance b ON b.id = t.balance_id
ORDER BY t.position
RETURNING id
"""


def _write(ctx: Ctx, taken: Sequence[Taken], expires_at: datetime | None) -> list[Reservation]:
    if not taken:
        return []
    written = fetch(
        TAKE,
        [
            [row.balance.pk for row in taken],
            [row.quantity for row in taken],
            [row.demand.origin_kind for row in taken],
            [row.demand.origin_id for row in taken],
            ctx.now,
            expires_at,
        ],
    )
    return [
        Reservation(
            id=pk,
            item_id=row.balance.item_id,
            location_id=row.balance.location_id,
            lot_id=row.balance.lot_id,
            owner_id=row.balance.owner_id,
            unit_id=row.balance.unit_id,
            quantity=row.quantity,
            origin_kind=row.demand.origin_kind,
            origin_id=row.demand.origin_id,
            created_at=ctx.now,
            expires_at=expires_at,
        )
        for (pk,), row in zip(written, taken, strict=True)
    ]


def _freed(row: Reservation, quantity: Decimal) -> Freed:
    """A part of a reservation that was in nobody's hands."""
    return Freed(
        row.item_id,
        row.location_id,
        row.lot_id,
        quantity,
        row.origin_kind,
        row.origin_id,
        owner_id=row.owner_id,
        unit_id=row.unit_id,
    )


def _of(origins: Iterable[Origin]) -> Q:
    return _either("origin", origins)


def _held_by(holders: Iterable[Origin]) -> Q:
    return _either("holder", holders)


def _either(role: str, records: Iterable[Origin]) -> Q:
    keys: dict[str, list[int]] = defaultdict(list)
    for kind, pk in records:
        keys[kind].append(pk)
    found = Q(pk__in=[])
    for kind, ids in keys.items():
        found |= Q(**{f"{role}_kind": kind, f"{role}_id__in": ids})
    return found


def _delete(where: Q) -> list[Freed]:
    """Delete reservations, locked in the order of their keys, and say what they held: one statement."""
    chosen = Reservation.objects.filter(where).order_by("pk").select_for_update().values("pk")
    try:
        sql, params = chosen.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(GONE.format(chosen=sql), params)
        return [Freed(*row) for row in cursor.fetchall()]


GONE = """
WITH chosen (id) AS MATERIALIZED ({chosen}), gone AS (
    DELETE FROM inventory_reservation r USING chosen c WHERE r.id = c.id RETURNING r.*
)
SELECT item_id, location_id, lot_id, quantity, origin_kind, origin_id, holder_kind, holder_id, owner_id,
       unit_id
FROM gone ORDER BY id
"""


def _take(origins: Iterable[Origin], holders: Iterable[Origin]) -> list[Freed]:
    """Delete the reservations of these records as `_delete` does, in a text that depends on kinds only."""
    keys: dict[tuple[str, str], list[int]] = defaultdict(list)
    for role, records in (("origin", origins), ("holder", holders)):
        for kind, pk in records:
            keys[role, kind].append(pk)
    if not keys:
        return []
    either = " OR ".join(f"({r}_kind = %s AND {r}_id = ANY (%s::bigint[]))" for r, _kind in keys)
    chosen = f"SELECT id FROM inventory_reservation WHERE {either} ORDER BY id FOR UPDATE"
    values = [value for (_role, kind), ids in keys.items() for value in (kind, ids)]
    return [Freed(*row) for row in fetch(GONE.format(chosen=chosen), values)]


def _free(where: Q) -> list[Freed]:
    freed = _delete(where)
    post(row.delta() for row in freed)
    return freed
