"""Which stock serves which demand: what expires or came first goes first, over as many lots as it takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.db.models import DateField, F, Q, QuerySet

from loomline.domains.inventory.models import Balance, LotState
from loomline.domains.sites.models import LocationKind
from loomline.kernel.prepared import AnyOf, Given, prepared

Strategy = Literal["fefo", "fifo"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """Somebody needs a quantity of an item, from a site or one location, perhaps of one lot.

    `good_until` is the day up to which it must keep, for customers who want a rest of shelf life.
    """

    item_id: int
    quantity: Decimal
    origin_kind: str
    origin_id: int
    site_id: int | None = None
    location_id: int | None = None
    lot_id: int | None = None
    good_until: date | None = None


@dataclass(frozen=True, slots=True)
class Short:
    """What of a demand the stock did not cover."""

    demand: Demand
    missing: Decimal


@dataclass(frozen=True, slots=True)
class Taken:
    """A part of a balance for one demand."""

    balance: Balance
    demand: Demand
    quantity: Decimal


def candidates(demands: Sequence[Demand], *, on: date) -> list[Balance]:
    """The free stock that any of the demands might take, locked in the order of the keys."""
    if all(d.location_id is None and d.lot_id is None for d in demands):
        items, sites = [d.item_id for d in demands], [d.site_id for d in demands]
        return _at_sites(items=items, sites=sites, on=on)
    return list(_free(_wanted(demands), on=on))


@prepared
def _at_sites() -> QuerySet[Balance]:
    where = Q(AnyOf("item", "items"), AnyOf("location__site", "sites"))
    return _free(where, on=Given("on", DateField()))


def _wanted(demands: Sequence[Demand]) -> Q:
    sites = {demand.site_id for demand in demands if demand.location_id is None and demand.lot_id is None}
    wanted = Q()
    if sites:
        items = {d.item_id for d in demands if d.location_id is None and d.lot_id is None}
        wanted |= Q(item__in=items, location__site__in=sites)
    for demand in demands:
        if demand.location_id is not None or demand.lot_id is not None:
            exact = Q(item=demand.item_id)
            exact &= (
                Q(location=demand.location_id) if demand.location_id else Q(location__site=demand.site_id)
            )
            wanted |= exact & Q(lot=demand.lot_id) if demand.lot_id else exact
    return wanted


def _free(where: Q, *, on: date | Given) -> QuerySet[Balance]:
    return (
        Balance.objects.filter(where, on_hand__gt=F("reserved"), location__kind=LocationKind.STORAGE)
        .filter(Q(lot__isnull=True) | Q(lot__state=LotState.AVAILABLE))
        .filter(Q(lot__isnull=True) | Q(lot__expires_on__isnull=True) | Q(lot__expires_on__gte=on))
        .select_related("lot", "location")
        .order_by("item_id", "location_id", "lot_id")
        .select_for_update(of=("self",))
    )


def allocate(
    demands: Sequence[Demand], stock: Iterable[Balance], *, strategy: Strategy
) -> tuple[list[Taken], list[Short]]:
    """Serve the demands in their order; what the stock does not cover comes back as short."""
    queue: dict[int, list[Balance]] = defaultdict(list)
    for balance in sorted(stock, key=_turn(strategy)):
        queue[balance.item_id].append(balance)
    free = {balance.pk: balance.free for rows in queue.values() for balance in rows}
    taken: list[Taken] = []
    short: list[Short] = []
    for demand in demands:
        missing = demand.quantity
        for balance in queue[demand.item_id]:
            if missing <= 0:
                break
            part = min(missing, free[balance.pk])
            if part > 0 and _suits(demand, balance):
                free[balance.pk] -= part
                missing -= part
                taken.append(Taken(balance, demand, part))
        if missing > 0:
            short.append(Short(demand, missing))
    return taken, short


def _turn(strategy: Strategy) -> Any:
    def expires(balance: Balance) -> Any:
        return (balance.lot and balance.lot.expires_on) or date.max

    def came(balance: Balance) -> Any:
        return (balance.lot and balance.lot.made_on) or date.max, balance.lot_id or 0

    if strategy == "fefo":
        return lambda b: (expires(b), came(b), b.location.path, b.pk)
    return lambda b: (came(b), b.location.path, b.pk)


def _suits(demand: Demand, balance: Balance) -> bool:
    if demand.lot_id is not None and balance.lot_id != demand.lot_id:
        return False
    if demand.location_id is not None:
        if balance.location_id != demand.location_id:
            return False
    elif balance.location.site_id != demand.site_id:
        return False
    return demand.good_until is None or not (balance.lot and balance.lot.is_expired(demand.good_until))
