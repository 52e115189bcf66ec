"""What really happened at each place: demand by week, how long supply took, what a unit costs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from loomline.domains.catalog.models import Unit
from loomline.domains.contracts.models import AgreedPrice, ContractState
from loomline.domains.costing import queries as costing
from loomline.domains.demand import queries as demand
from loomline.domains.ledger import queries as ledger
from loomline.domains.stocking.models import StockingRule
from loomline.domains.supplyplan import queries as supplyplan
from loomline.domains.supplyplan.queries.documents import Documents, Place, Taken
from loomline.domains.supplyplan.queries.plant import Planning
from loomline.kernel.context import Ctx

ZERO = Decimal(0)
WEEK = timedelta(days=7)
# What is expected further ahead than this says little about how stock is planned now.
AHEAD = timedelta(weeks=13)
# Fewer deliveries than this say nothing about how they vary.
LEAST_SEEN = 3
HISTORY = "history"

# What left storage for production, or for another site.
USED = """
SELECT m.item_id, source.site_id,
    date_trunc('week', m.effective_at AT TIME ZONE %(zone)s)::date AS week, sum(m.quantity)
FROM inventory_stockmove m
JOIN sites_location source ON source.id = m.source_id
JOIN sites_location target ON target.id = m.destination_id
WHERE source.site_id = ANY(%(sites)s) AND source.kind <> 'production' AND m.reverses_id IS NULL
    AND (target.kind IN ('production', 'transit') OR target.site_id <> source.site_id)
    AND NOT EXISTS (SELECT 1 FROM inventory_stockmove back WHERE back.reverses_id = m.id)
    AND (m.effective_at AT TIME ZONE %(zone)s)::date >= %(since)s
    AND (m.effective_at AT TIME ZONE %(zone)s)::date < %(until)s
GROUP BY 1, 2, 3
"""

# Days from the order to the last receipt of a line that has come whole.
BOUGHT = """
SELECT l.item_id, p.site_id, p.supplier_id,
    (max(r.received_at) AT TIME ZONE %(zone)s)::date - p.ordered_on
FROM procurement_purchaseline l
JOIN procurement_purchase p ON p.id = l.purchase_id AND p.site_id IS NOT NULL
JOIN procurement_receiptline rl ON rl.purchase_line_id = l.id
JOIN procurement_receipt r ON r.id = rl.receipt_id AND r.state = 'posted'
WHERE p.ordered_on >= %(since)s
GROUP BY l.id, p.id HAVING sum(rl.quantity - rl.rejected) >= l.quantity * (1 - l.under_tolerance)
"""

MADE = """
SELECT l.item_id, w.site_id, NULL::bigint,
    (w.ended_at AT TIME ZONE %(zone)s)::date - (w.started_at AT TIME ZONE %(zone)s)::date
FROM manufacturing_workline l JOIN manufacturing_workorder w ON w.id = l.work_id
WHERE w.started_at IS NOT NULL AND w.ended_at IS NOT NULL AND l.done > 0
    AND (w.started_at AT TIME ZONE %(zone)s)::date >= %(since)s
"""

BROUGHT = """
SELECT l.item_id, t.destination_id, NULL::bigint,
    (t.received_at AT TIME ZONE %(zone)s)::date - (t.shipped_at AT TIME ZONE %(zone)s)::date
FROM storage_transferline l JOIN storage_transfer t ON t.id = l.transfer_id
WHERE t.received_at IS NOT NULL AND (t.shipped_at AT TIME ZONE %(zone)s)::date >= %(since)s
"""
WAYS = {"buy": BOUGHT, "make": MADE, "move": BROUGHT}

ARRIVED = """
SELECT m.item_id, target.site_id, min((m.effective_at AT TIME ZONE %(zone)s)::date)
FROM inventory_stockmove m JOIN sites_location target ON target.id = m.destination_id
WHERE m.item_id = ANY(%(items)s) AND target.site_id = ANY(%(sites)s) GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Lead:
    """How long supply takes, in weeks; `source` says how that is known, `count` from how many deliveries."""

    weeks: float
    deviation: float = 0.0
    source: str = "planned"
    count: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a recommendation for one place stands on."""

    planning: Planning
    demand: tuple[float, ...]
    last_on: date | None
    arrived_on: date | None
    lead: Lead
    unit_cost: float
    places: int
    is_planned: bool
    parents: int
    tiers: tuple[tuple[float, float], ...] = ()

    @property
    def place(self) -> Place:
        """The item and the site."""
        return self.planning.place


@dataclass(frozen=True)
class History:
    """The facts of all places, and from when until when they are."""

    since: date
    until: date
    facts: list[Facts] = field(default_factory=list)


def read_facts(ctx: Ctx, *, rule: StockingRule) -> History:
    """All that recommendations stand on: every table once, whatever the number of places."""
    until = demand.week_of(ctx.today)
    since = until - rule.history_weeks * WEEK
    found = supplyplan.read_documents(ctx, until=ctx.today + AHEAD)
    zone = {"zone": str(ctx.company.zone), "sites": list(found.calendars), "since": since, "until": until}
    taken = _taken(found, zone)
    found.taken.extend(Taken(place, ZERO, found.today, HISTORY, None, "") for place in taken)
    rows = [row for row in supplyplan.lay_out(found).rows if _is_stocked(found, row)]
    leads = _leads(found, rows, zone)
    costs = unit_costs(ctx, found=found, items={row.place[0] for row in rows})
    tiers = _tiers(ctx, rows)
    arrived = _arrived(rows, zone)
    places = dict(Unit.objects.values_list("pk", "places"))
    planned, parents = _planned(found), _parents(rows)
    facts = [
        Facts(
            planning=row,
            demand=_series(taken.get(row.place, {}), since, until),
            last_on=max(taken[row.place]) if taken.get(row.place) else None,
            arrived_on=arrived.get(row.place),
            lead=leads[row.place],
            unit_cost=costs.get(row.place[0], 0.0),
            places=places[found.items[row.place[0]].unit_id],
            is_planned=row.place[0] in planned,
            parents=parents.get(row.place[0], 0),
            tiers=tiers.get((row.place[0], row.supplier_id), ()),
        )
        for row in rows
    ]
    return History(since, until, facts)


def _is_stocked(found: Documents, row: Planning) -> bool:
    """Phantoms lie nowhere, and what suppliers bring straight to customers lies not with us."""
    term = found.terms.get(row.place[0])
    return found.items[row.place[0]].kind == "stock" and not (
        term is not None and term.delivers_directly and row.kind == "buy"
    )


def _taken(found: Documents, zone: Mapping[str, Any]) -> dict[Place, dict[date, float]]:
    """What was wanted by customers, and used by work and other sites, by place and week."""
    sums: dict[Place, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for row in demand.bought(since=zone["since"], until=zone["until"]):
        if row.key[0] in found.items:
            sums[found.place(row.key[0], row.key[1])][row.week] += float(row.base + row.of_deals)
    for item, site, week, quantity in _rows(USED, zone):
        if item in found.items:
            sums[item, site][week] += float(quantity)
    return {place: dict(weeks) for place, weeks in sums.items()}


def _series(weeks: Mapping[date, float], since: date, until: date) -> tuple[float, ...]:
    """One number for each week, from the first one with demand: before it nobody knew the item."""
    if not weeks:
        return ()
    start = max(min(weeks), since)
    return tuple(weeks.get(start + n * WEEK, 0.0) for n in range((until - start).days // 7))


def _leads(found: Documents, rows: Sequence[Planning], zone: Mapping[str, Any]) -> dict[Place, Lead]:
    """As it was seen at the place; the supplier's spread where that is too little; else as planned."""
    seen: dict[tuple[str, Place], list[float]] = defaultdict(list)
    of_supplier: dict[int, list[float]] = defaultdict(list)
    for way, query in WAYS.items():
        for item, site, supplier, days in _rows(query, zone):
            if item in found.items:
                place = found.place(item, site)
                seen[way, place].append(max(float(days), 0.0) / 7)
                if supplier is not None:
                    of_supplier[supplier].append(max(float(days), 0.0) / 7)
    per_week = {site: _days_of_week(found, site) for site in found.calendars}
    made = {}
    for row in rows:
        days = float(row.lead_days) + row.safety_days
        planned = max(days / per_week[row.place[1]], 1 / 7)
        made[row.place] = _lead(
            planned, seen.get((row.kind, row.place), ()), of_supplier.get(row.supplier_id or 0, ())
        )
    return made


def _lead(planned: float, own: Sequence[float], others: Sequence[float]) -> Lead:
    if len(own) >= LEAST_SEEN:
        mean, spread = _moments(own)
        return Lead(max(mean, 1 / 7), spread, "seen", len(own))
    if len(others) >= LEAST_SEEN:
        mean, spread = _moments(others)
        return Lead(planned, planned * spread / mean if mean else 0.0, "supplier", len(others))
    return Lead(planned)


def _moments(values: Sequence[float]) -> tuple[float, float]:
    mean = math.fsum(values) / len(values)
    return mean, math.sqrt(math.fsum((one - mean) ** 2 for one in values) / (len(values) - 1))


def _days_of_week(found: Documents, site: int | None) -> float:
    calendar = found.calendars[site]
    works = sum(calendar.works(found.today + timedelta(days=n)) for n in range(28))
    return max(works / 4, 1.0)


def unit_costs(ctx: Ctx, *, found: Documents, items: Collection[int]) -> dict[int, float]:
    """What a unit is worth in the books, else its standard cost, else what the supplier asks."""
    made = {}
    left = costing.left_of(item_ids=items)
    currencies = {found.terms[pk].currency for pk in items if pk in found.terms}
    rates = ledger.exchange_rates(currencies=currencies, into=ctx.company.currency, on=ctx.today)
    for pk in items:
        quantity, value = left.get(pk, (ZERO, ZERO))
        term = found.terms.get(pk)
        if quantity > 0 and value > 0:
            made[pk] = float(value / quantity)
        elif found.items[pk].standard_cost:
            made[pk] = float(found.items[pk].standard_cost)
        elif term is not None and term.currency in rates:
            made[pk] = float(term.price * rates[term.currency])
    return made


def _tiers(
    ctx: Ctx, rows: Iterable[Planning]
) -> dict[tuple[int, int | None], tuple[tuple[float, float], ...]]:
    """Prices by quantity that contracts with the supplier of an item hold today, in our currency."""
    items = {row.place[0] for row in rows if row.supplier_id}
    agreed = AgreedPrice.objects.filter(
        item__in=items,
        contract__state=ContractState.ACTIVE,
        contract__starts_on__lte=ctx.today,
        contract__ends_on__gte=ctx.today,
    ).select_related("contract")
    held = [one for one in agreed if _holds(one, ctx.today)]
    rates = ledger.exchange_rates(
        currencies={one.contract.currency for one in held}, into=ctx.company.currency, on=ctx.today
    )
    found: dict[tuple[int, int | None], dict[float, float]] = defaultdict(dict)
    for one in held:
        if one.contract.currency in rates:
            price = float(one.price * rates[one.contract.currency])
            found[one.item_id, one.contract.supplier_id][float(one.from_quantity)] = price
    return {key: tuple(sorted(prices.items())) for key, prices in found.items() if len(prices) > 1}


def _holds(one: AgreedPrice, today: date) -> bool:
    return (one.valid_from or today) <= today <= (one.valid_until or today)


def _arrived(rows: Iterable[Planning], zone: Mapping[str, Any]) -> dict[Place, date]:
    """Since when something of an item lies at a site."""
    items = sorted({row.place[0] for row in rows if row.on_hand > 0})
    return {(item, site): day for item, site, day in _rows(ARRIVED, {**zone, "items": items})}


def _planned(found: Documents) -> set[int]:
    """Items that a forecast or deals ask for, and all that goes into them."""
    waiting = [one.place[0] for one in found.taken if one.is_forecast]
    made: set[int] = set()
    while waiting:
        pk = waiting.pop()
        if pk not in made:
            made.add(pk)
            waiting.extend(part.item_id for recipe in found.recipes.get(pk, ()) for part in recipe.parts)
    return made


def _parents(rows: Iterable[Planning]) -> dict[int, int]:
    """Into how many other items each one goes."""
    made: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        for part in row.parts:
            if not part.is_output:
                made[part.item_id].add(row.place[0])
    return {pk: len(parents) for pk, parents in made.items()}


def _rows(query: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return cursor.fetchall()
