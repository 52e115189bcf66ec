"""Which stock serves which demand: in the order that the rules say, over as many lots as it takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

import orjson
from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import (
    Case,
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, JSONObject

from loomline.domains.inventory import queries
from loomline.domains.inventory.models import Balance, Freeze, LotState, PickingRule, Strategy
from loomline.domains.sites.models import LocationKind
from loomline.kernel.prepared import AnyOf, Given, prepared

First = Literal["fefo", "fifo", "lifo"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """Somebody needs a quantity of an item, from a site or one location, perhaps of one lot.

    `good_until` is the day up to which it must keep; for a customer it follows from the rules and the item
    when nothing is said. Without an owner it is our own stock that is wanted; what others own serves only
    those who ask for theirs. `consigned` says that what suppliers keep with us serves it too, after ours.
    """

    item_id: int
    quantity: Decimal
    origin_kind: str
    origin_id: int
    site_id: int | None = None
    location_id: int | None = None
    lot_id: int | None = None
    good_until: date | None = None
    owner_id: int | None = None
    customer_id: int | None = None
    consigned: bool = False


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
        return _at_sites(items=items, sites=sites, customers=_customers(demands), on=on)
    return list(_free(_wanted(demands), Q(customer__in=_customers(demands)), on=on))


@prepared
def _at_sites() -> QuerySet[Balance]:
    where = Q(AnyOf("item", "items"), AnyOf("location__site", "sites"))
    return _free(where, Q(AnyOf("customer", "customers")), on=Given("on", DateField()))


def _customers(demands: Sequence[Demand]) -> list[int]:
    return sorted({demand.customer_id for demand in demands if demand.customer_id is not None})


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


def _free(where: Q, customers: Q, *, on: date | Given) -> QuerySet[Balance]:
    rule = JSONObject(
        item="item", site="site", customer="customer", strategy="strategy", days="min_remaining_days"
    )
    # Every row brings the rules that may concern it: reading them costs no statement of its own.
    rules = PickingRule.objects.filter(
        Q(item__isnull=True) | Q(item=OuterRef("item")),
        Q(site__isnull=True) | Q(site=OuterRef("location__site")),
        Q(customer__isnull=True) | customers,
    )
    rules = rules.order_by().values(all=Value(1)).annotate(rules=JSONBAgg(rule))
    return (
        Balance.objects.filter(where, on_hand__gt=F("reserved"), location__kind=LocationKind.STORAGE)
        .exclude(Exists(Freeze.objects.filter(item=OuterRef("item"), location=OuterRef("location"))))
        .filter(Q(lot__isnull=True) | Q(lot__state=LotState.AVAILABLE))
        .filter(Q(lot__isnull=True) | Q(lot__expires_on__isnull=True) | Q(lot__expires_on__gte=on))
        .annotate(
            rules=Cast(Subquery(rules.values("rules")), TextField()),
            least_days=F("item__min_remaining_days"),
            is_consigned=Case(When(queries.CONSIGNED, then=True), default=False),
        )
        .select_related("lot", "location")
        .order_by("item_id", "location_id", "lot_id", "owner_id", "unit_id")
        .select_for_update(of=("self",))
    )


class Rules:
    """What goes first and how long it must keep, as the rules that came with the stock say."""

    def __init__(self, stock: Sequence[Any]) -> None:
        texts = {balance.rules for balance in stock if balance.rules}
        found = {(r["item"], r["site"], r["customer"]): r for text in texts for r in orjson.loads(text)}
        # The rule that names most comes last and wins; customer counts more than item, item more than site.
        self._rules = sorted(
            found.values(), key=lambda r: 4 * bool(r["customer"]) + 2 * bool(r["item"]) + bool(r["site"])
        )
        self._least = {balance.item_id: balance.least_days for balance in stock}

    def strategy(self, demand: Demand, site_id: int | None) -> str:
        """Which stock serves a demand first."""
        said = [rule["strategy"] for rule in self._of(demand, site_id) if rule["strategy"]]
        return str(said[-1]) if said else Strategy.FEFO

    def good_until(self, demand: Demand, site_id: int | None, *, on: date) -> date | None:
        """Until when what goes to a customer must keep; for others, until whenever they say."""
        if demand.good_until is not None or demand.customer_id is None:
            return demand.good_until
        said = [rule["days"] for rule in self._of(demand, site_id) if rule["days"] is not None]
        days = said[-1] if said else self._least.get(demand.item_id)
        return on + timedelta(days=days) if days else None

    def _of(self, demand: Demand, site_id: int | None) -> list[dict[str, Any]]:
        mine = {"item": demand.item_id, "site": site_id, "customer": demand.customer_id}
        return [r for r in self._rules if all(r[key] in (None, value) for key, value in mine.items())]


def allocate(
    demands: Sequence[Demand], stock: Sequence[Balance], *, strategy: str | None, on: date
) -> tuple[list[Taken], list[Short]]:
    """Serve the demands in their order; what the stock does not cover comes back as short."""
    rules = Rules(stock)
    lying: dict[int, list[Balance]] = defaultdict(list)
    for balance in stock:
        lying[balance.item_id].append(balance)
    site_of = {balance.location_id: balance.location.site_id for balance in stock}
    queues: dict[tuple[int, str], list[Balance]] = {}
    free = {balance.pk: balance.free for balance in stock}
    taken: list[Taken] = []
    short: list[Short] = []
    for demand in demands:
        site_id = demand.site_id or site_of.get(demand.location_id or 0)
        first = strategy or rules.strategy(demand, site_id)
        until = rules.good_until(demand, site_id, on=on)
        if (demand.item_id, first) not in queues:
            queues[demand.item_id, first] = sorted(lying[demand.item_id], key=_turn(first))
            queues[demand.item_id, first].sort(key=lambda balance: balance.owner_id is not None)
        missing = demand.quantity
        for balance in queues[demand.item_id, first]:
            if missing <= 0:
                break
            part = min(missing, free[balance.pk])
            if part > 0 and _suits(demand, balance, until):
                free[balance.pk] -= part
                missing -= part
                taken.append(Taken(balance, demand, part))
        if missing > 0:
            short.append(Short(demand, missing))
    return taken, short


def _turn(strategy: str) -> Any:
    def came(balance: Balance) -> tuple[int, int]:
        if balance.lot is None:
            return date.max.toordinal(), balance.pk
        return (balance.lot.made_on or balance.lot.opened_at.date()).toordinal(), balance.lot_id or 0

    def expires(balance: Balance) -> date:
        return (balance.lot and balance.lot.expires_on) or date.max

    if strategy == Strategy.FEFO:
        return lambda b: (expires(b), came(b), b.location.path, b.pk)
    if strategy == Strategy.LIFO:
        return lambda b: (tuple(-n for n in came(b)), b.location.path, b.pk)
    return lambda b: (came(b), b.location.path, b.pk)


def _suits(demand: Demand, balance: Any, until: date | None) -> bool:
    if balance.owner_id != demand.owner_id and not (demand.consigned and balance.is_consigned):
        return False
    if demand.lot_id is not None and balance.lot_id != demand.lot_id:
        return False
    if demand.location_id is not None:
        if balance.location_id != demand.location_id:
            return False
    elif balance.location.site_id != demand.site_id:
        return False
    return until is None or not (balance.lot and balance.lot.is_expired(until))
