"""What is where: now from the balances, at any past moment from the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from django.db import connection
from django.db.models import DateField, DecimalField, F, Q, QuerySet, Sum, TextField, Value
from django.db.models.functions import Coalesce

from loomline.domains.inventory.models import Balance, Lot, LotState, Reservation, StockMove
from loomline.domains.sites.models import LocationKind
from loomline.kernel.prepared import AnyOf, Given, prepared

Basis = Literal["recorded", "effective"]
# Who buys from us as well may have brought goods to be worked on: those are taken over by hand only.
CONSIGNED = Q(owner__is_supplier=True, owner__is_customer=False)
# Item, on hand, reserved, free.
Sums = tuple[int, Decimal, Decimal, Decimal]

# What the balances must be: the ledger summed in one reading, and the reservations beside it.
TRUTH = """
SELECT s.item_id, s.location_id, s.lot_id, s.owner_id, s.unit_id, s.on_hand,
       coalesce(k.reserved, 0) AS reserved,
       l.site_id IS NOT NULL AS is_physical
FROM (
    SELECT g.item_id, e.location_id, g.lot_id, g.owner_id, e.unit_id, sum(e.quantity) AS on_hand
    FROM (
        SELECT item_id, lot_id, owner_id, source_id, destination_id, source_unit_id, destination_unit_id,
               sum(quantity) AS quantity
        FROM inventory_stockmove GROUP BY 1, 2, 3, 4, 5, 6, 7
    ) g
    CROSS JOIN LATERAL (VALUES (g.destination_id, g.destination_unit_id, g.quantity),
                               (g.source_id, g.source_unit_id, -g.quantity))
        e (location_id, unit_id, quantity)
    GROUP BY 1, 2, 3, 4, 5
) s
JOIN sites_location l ON l.id = s.location_id
LEFT JOIN (
    SELECT item_id, location_id, lot_id, owner_id, unit_id, sum(quantity) AS reserved
    FROM inventory_reservation GROUP BY 1, 2, 3, 4, 5
) k ON k.item_id = s.item_id AND k.location_id = s.location_id
    AND coalesce(k.lot_id, 0) = coalesce(s.lot_id, 0) AND coalesce(k.owner_id, 0) = coalesce(s.owner_id, 0)
    AND coalesce(k.unit_id, 0) = coalesce(s.unit_id, 0)
"""


@dataclass(frozen=True, slots=True)
class Stock:
    """How much of an item there is: all that can be touched, what is promised, what may be promised."""

    on_hand: Decimal = Decimal(0)
    reserved: Decimal = Decimal(0)
    available: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class PastStock:
    """How much of an item and lot was at a location."""

    item_id: int
    location_id: int
    lot_id: int | None
    on_hand: Decimal
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A balance that is not what the ledger and the reservations say."""

    item_id: int
    location_id: int
    lot_id: int | None
    on_hand: Decimal
    on_hand_in_ledger: Decimal
    reserved: Decimal
    reserved_in_fact: Decimal


def usable(*, on: date | Given) -> Q:
    """The balances that may be promised: ours, in storage, of no lot or of a released one that keeps."""
    return Q(owner__isnull=True) & _in_order(on=on)


def _in_order(*, on: date | Given) -> Q:
    keeps = Q(lot__expires_on__isnull=True) | Q(lot__expires_on__gte=on)
    good = Q(lot__isnull=True) | (Q(lot__state=LotState.AVAILABLE) & keeps)
    return Q(location__kind=LocationKind.STORAGE) & good


def on_hand(
    *, item_ids: Iterable[int] | None = None, site_id: int | None = None, on: date
) -> dict[int, Stock]:
    """Our own stock by item, at one site or at all; items without any are left out. One statement."""
    if item_ids is not None and site_id is not None:
        sums = _on_hand_at_site(items=list(item_ids), site=site_id, on=on)
    else:
        rows = Balance.objects.filter(is_physical=True, owner__isnull=True)
        if item_ids is not None:
            rows = rows.filter(item__in=list(item_ids))
        if site_id is not None:
            rows = rows.filter(location__site=site_id)
        sums = list(_sums(rows, on=on))
    return {item: Stock(total, kept, free) for item, total, kept, free in sums}


@prepared
def _on_hand_at_site() -> QuerySet[Balance, Sums]:
    rows = Balance.objects.filter(AnyOf("item", "items"), is_physical=True, owner__isnull=True)
    rows = rows.filter(location__site=Given("site"))
    return _sums(rows, on=Given("on", DateField()))


def _sums(rows: QuerySet[Balance], *, on: date | Given) -> QuerySet[Balance, Sums]:
    zero = Value(Decimal(0), DecimalField(max_digits=20, decimal_places=6))
    free = Coalesce(Sum(F("on_hand") - F("reserved"), filter=usable(on=on)), zero)
    sums = {"total": Sum("on_hand"), "kept": Sum("reserved"), "usable": free}
    return rows.order_by().values("item_id").annotate(**sums).values_list("item_id", *sums)


def stock_of(*, item_id: int, site_id: int | None = None, on: date) -> Stock:
    """Stock of one item."""
    return on_hand(item_ids=[item_id], site_id=site_id, on=on).get(item_id, Stock())


def held_for_a_while(*, item_id: int) -> Decimal:
    """What of our own stock of an item is kept until a moment and is free after it, as for quotes."""
    rows = Reservation.objects.filter(item=item_id, expires_at__isnull=False, owner__isnull=True)
    return rows.aggregate(sum=Sum("quantity"))["sum"] or Decimal(0)


def available(*, item_ids: Iterable[int], site_id: int | None = None, on: date) -> dict[int, Decimal]:
    """What may be promised, by item; 0 where there is nothing."""
    ids = list(item_ids)
    found = on_hand(item_ids=ids, site_id=site_id, on=on)
    return {pk: found[pk].available if pk in found else Decimal(0) for pk in ids}


def usable_here(*, item_ids: Iterable[int], site_id: int | None, on: date) -> dict[int, Decimal]:
    """The same with what suppliers keep with us, which is ours once it is used."""
    ids = list(item_ids)
    rows = Balance.objects.filter(CONSIGNED, _in_order(on=on), item__in=ids, is_physical=True)
    rows = rows if site_id is None else rows.filter(location__site=site_id)
    sums = rows.order_by().values("item_id").annotate(left=Sum(F("on_hand") - F("reserved")))
    theirs = dict(sums.values_list("item_id", "left"))
    ours = available(item_ids=ids, site_id=site_id, on=on)
    return {pk: ours[pk] + theirs.get(pk, Decimal(0)) for pk in ids}


def available_by_site(*, item_ids: Iterable[int], on: date) -> dict[tuple[int, int], Decimal]:
    """What may be promised, by item and site; sites where nothing lies are left out. One statement."""
    rows = Balance.objects.filter(usable(on=on), item__in=set(item_ids), is_physical=True).order_by()
    sums = rows.values_list("item_id", "location__site_id").annotate(left=Sum(F("on_hand") - F("reserved")))
    return {(item, site): free for item, site, free in sums if free > 0}


def places_of(*, item_id: int) -> QuerySet[Balance]:
    """Where an item lies, by location and lot; empty places are left out."""
    rows = Balance.objects.filter(item=item_id, is_physical=True).exclude(on_hand=0)
    return rows.select_related("location", "lot", "owner", "unit").order_by(
        "location__path", "lot__expires_on", "lot_id", "pk"
    )


def places_of_lot(*, lot_id: int) -> QuerySet[Balance]:
    """Where a lot lies now; empty places are left out."""
    rows = Balance.objects.filter(lot=lot_id, is_physical=True).exclude(on_hand=0)
    return rows.select_related("location").order_by("location__path")


def stock_of_lot(*, lot_id: int) -> tuple[Decimal, Decimal]:
    """What is on hand and what is reserved of a lot, wherever it can be touched."""
    sums = Balance.objects.filter(lot=lot_id, is_physical=True).aggregate(a=Sum("on_hand"), b=Sum("reserved"))
    return sums["a"] or Decimal(0), sums["b"] or Decimal(0)


def on_hand_of_lots(lots: Sequence[Lot]) -> dict[int, Decimal]:
    """What is left of lots wherever it can be touched, by key. One statement."""
    found = {lot.pk: Decimal(0) for lot in lots}
    sums = Balance.objects.filter(lot__in=list(found), is_physical=True).order_by().values_list("lot")
    return found | dict(sums.annotate(total=Sum("on_hand")))


def ledger_of(
    *, item_id: int | None = None, lot_id: int | None = None, location_id: int | None = None
) -> QuerySet[StockMove]:
    """The moves of an item, a lot or a place, newest first."""
    rows = StockMove.objects.select_related("item", "lot", "source", "destination").order_by("-pk")
    if item_id is not None:
        rows = rows.filter(item=item_id)
    if lot_id is not None:
        rows = rows.filter(lot=lot_id)
    if location_id is not None:
        rows = rows.filter(Q(source=location_id) | Q(destination=location_id))
    return rows


def ledger_of_balance(balance: Balance) -> QuerySet[StockMove]:
    """The moves that add up to a balance, newest first."""
    came = Q(destination=balance.location_id, destination_unit=balance.unit_id)
    left = Q(source=balance.location_id, source_unit=balance.unit_id)
    rows = StockMove.objects.filter(came | left, item=balance.item_id, lot=balance.lot_id)
    rows = rows.filter(owner=balance.owner_id).select_related("source", "destination")
    return rows.order_by("-pk")


def moves_of(*, kind: str, ids: Iterable[int]) -> QuerySet[StockMove]:
    """The moves that these records caused, oldest first."""
    rows = StockMove.objects.filter(origin_kind=kind, origin_id__in=list(ids))
    return rows.select_related("item", "lot", "source", "destination").order_by("pk")


def reservations_of(*, kind: str, ids: Iterable[int]) -> QuerySet[Reservation]:
    """What is reserved for these records."""
    return Reservation.objects.filter(origin_kind=kind, origin_id__in=list(ids)).order_by("pk")


@prepared
def _reserved_for() -> QuerySet[Reservation, tuple[int, Decimal]]:
    rows = Reservation.objects.filter(AnyOf("origin_id", "origins"), origin_kind=Given("kind", TextField()))
    return rows.order_by().values_list("origin_id").annotate(Sum("quantity"))


def reserved_for(*, kind: str, ids: Iterable[int]) -> dict[int, Decimal]:
    """How much is reserved for each of these records; 0 where nothing is."""
    wanted = list(ids)
    found = dict(_reserved_for(kind=kind, origins=wanted))
    return {pk: found.get(pk, Decimal(0)) for pk in wanted}


def reservations_of_lot(*, lot_id: int) -> QuerySet[Reservation]:
    """Who counts on a lot."""
    return Reservation.objects.filter(lot=lot_id).order_by("pk")


def lapsed(*, at: datetime) -> QuerySet[Reservation]:
    """Reservations whose time is over."""
    return Reservation.objects.filter(expires_at__lte=at)


def expiring(*, until: date) -> QuerySet[Lot]:
    """Lots with stock whose best-before day comes by this day, the first one first."""
    stocked = Balance.objects.filter(is_physical=True, on_hand__gt=0, lot__isnull=False).values("lot")
    return (
        Lot.objects.filter(pk__in=stocked, expires_on__lte=until)
        .select_related("item")
        .order_by("expires_on", "pk")
    )


def as_of(
    *,
    at: datetime,
    basis: Basis = "recorded",
    item_ids: Sequence[int] | None = None,
    location_ids: Sequence[int] | None = None,
    lot_ids: Sequence[int] | None = None,
) -> list[PastStock]:
    """The stock as it was known at a moment, or, by "effective", as it lay there by what is known today."""
    column = {"recorded": "recorded_at", "effective": "effective_at"}[basis]
    conditions = [f"m.{column} <= %s"]
    params: list[datetime | list[int]] = [at]
    for name, ids in (("item_id", item_ids), ("lot_id", lot_ids)):
        if ids is not None:
            conditions.append(f"m.{name} = ANY(%s)")
            params.append(list(ids))
    places = ""
    if location_ids is not None:
        places = "WHERE e.location_id = ANY(%s)"
        params.append(list(location_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.item_id, e.location_id, m.lot_id, sum(e.quantity), m.owner_id FROM ("
            " SELECT item_id, lot_id, owner_id, source_id, destination_id, sum(quantity) AS quantity"
            f" FROM inventory_stockmove m WHERE {' AND '.join(conditions)} GROUP BY 1, 2, 3, 4, 5) m"
            " CROSS JOIN LATERAL (VALUES (m.destination_id, m.quantity), (m.source_id, -m.quantity))"
            f" e (location_id, quantity) {places}"
            " GROUP BY 1, 2, 3, 5 HAVING sum(e.quantity) <> 0 ORDER BY 1, 2, 3, 5",
            params,
        )
        return [PastStock(*row) for row in cursor.fetchall()]


def compare_balances(*, limit: int = 1000) -> list[Difference]:
    """Where the balances differ from the ledger and the reservations; empty when the books are right."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH truth AS ({TRUTH})"
            " SELECT coalesce(b.item_id, t.item_id), coalesce(b.location_id, t.location_id),"
            " coalesce(b.lot_id, t.lot_id), coalesce(b.on_hand, 0), coalesce(t.on_hand, 0),"
            " coalesce(b.reserved, 0), coalesce(t.reserved, 0)"
            " FROM inventory_balance b FULL JOIN truth t ON b.item_id = t.item_id"
            " AND b.location_id = t.location_id AND coalesce(b.lot_id, 0) = coalesce(t.lot_id, 0)"
            " AND coalesce(b.owner_id, 0) = coalesce(t.owner_id, 0)"
            " AND coalesce(b.unit_id, 0) = coalesce(t.unit_id, 0)"
            " WHERE (coalesce(b.on_hand, 0), coalesce(b.reserved, 0))"
            " IS DISTINCT FROM (coalesce(t.on_hand, 0), coalesce(t.reserved, 0))"
            " OR b.is_physical <> t.is_physical ORDER BY 1, 2, 3 LIMIT %s",
            [limit],
        )
        return [Difference(*row) for row in cursor.fetchall()]
