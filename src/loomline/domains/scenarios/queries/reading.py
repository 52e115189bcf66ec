"""What a plan is judged by beside itself: prices, costs, hours, and what rests on what."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from loomline.domains.costing import queries as costing
from loomline.domains.demand import queries as demand
from loomline.domains.ledger import queries as ledger
from loomline.domains.pipeline.models import OpportunityLine
from loomline.domains.sales.models import OrderLine
from loomline.domains.scenarios.models import Change, ChangeKind
from loomline.domains.scenarios.queries.figures import Line, Prices
from loomline.domains.scenarios.queries.laying import DEAL
from loomline.domains.shopfloor import queries as shopfloor
from loomline.domains.supplyplan.models import OrderKind
from loomline.domains.supplyplan.queries import Documents, Reckoned
from loomline.domains.supplyplan.queries.documents import ORDER, Brought, Place, Taken
from loomline.domains.supplyplan.queries.hours import tried_minutes
from loomline.domains.workcentres import queries as workcentres
from loomline.domains.workcentres.models import WorkCentre
from loomline.kernel.context import Ctx

ZERO = Decimal(0)
LOAD_WEEKS = 12


def prices_of(ctx: Ctx, *, found: Sequence[Documents]) -> Prices:
    """What customers pay for their lines and what goods cost, in our own currency. Six statements."""
    orders = {one.pk for docs in found for one in docs.taken if one.kind == ORDER and one.pk}
    deals = {one.pk for docs in found for one in docs.taken if one.kind == DEAL and one.pk}
    sold = list(
        OrderLine.objects.filter(order__in=orders)
        .order_by()
        .values_list("order", "item", "order__currency")
        .annotate(Sum("amount"), Sum("quantity"))
    )
    hoped = list(
        OpportunityLine.objects.filter(opportunity__in=deals).values_list(
            "opportunity", "item", "opportunity__currency", "price"
        )
    )
    terms = {pk: row for docs in found for pk, row in docs.terms.items()}
    currencies = {row[2] for row in (*sold, *hoped)} | {row.currency for row in terms.values()}
    own = ctx.company.currency
    rates = ledger.exchange_rates(currencies=currencies, into=own, on=ctx.today)
    lines: dict[Line, Decimal] = {
        (ORDER, order, item): amount / quantity * rates.get(currency, ZERO)
        for order, item, currency, amount, quantity in sold
    }
    for deal, item, currency, price in hoped:
        lines[DEAL, deal, item] = (price or ZERO) * rates.get(currency, ZERO)
    items = {pk for docs in found for pk in docs.items}
    return Prices(
        lines=lines,
        buying={pk: row.price * rates.get(row.currency, ZERO) for pk, row in terms.items()},
        costs=costing.known_costs(item_ids=sorted(items)),
    )


class Hall:
    """The hours of our work centres and what waits for them, read once for any number of plans."""

    def __init__(self, ctx: Ctx) -> None:
        self.centres = list(WorkCentre.objects.filter(is_active=True).select_related("site"))
        self.first = ctx.today - timedelta(days=ctx.today.weekday())
        self.last = self.first + timedelta(weeks=LOAD_WEEKS, days=-1)
        loads = shopfloor.load(centres=self.centres, first=self.first, buckets=LOAD_WEEKS)
        self.loads = {one.centre.pk: [bucket.load for bucket in one.buckets] for one in loads}
        self.has_hours = {one.centre.pk for one in loads if one.has_hours}
        self.days = workcentres.capacity(centres=self.centres, first=self.first, last=self.last)

    def overloads(self, *, found: Documents, plan: Reckoned) -> dict[int, Decimal]:
        """The minutes that each centre is asked for beyond what it can do, week by week together."""
        asked = _planned_minutes(found, plan, self.first)
        made: dict[int, Decimal] = {}
        for centre in self.centres:
            if centre.pk not in self.has_hours:
                continue
            weeks = [ZERO] * LOAD_WEEKS
            mine = [one for one in found.tried_hours if one.centre_id == centre.pk]
            for day, minutes in self.days[centre.pk].items():
                there = workcentres.effective(centre, tried_minutes(centre, day, minutes, mine))
                weeks[(day - self.first).days // 7] += there
            over = [
                max(self.loads[centre.pk][n] + asked.get((centre.pk, n), ZERO) - there, ZERO)
                for n, there in enumerate(weeks)
            ]
            if any(over):
                made[centre.pk] = sum(over, ZERO)
        return made


def _planned_minutes(found: Documents, plan: Reckoned, first: date) -> Mapping[tuple[int, int], Decimal]:
    """What planned orders ask of each work centre in each week: a stage in the week in which it begins."""
    asked: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for one in plan.orders:
        if one.planning.kind != OrderKind.MAKE:
            continue
        day, calendar = max(one.start_on, found.today), found.calendars[one.planning.place[1]]
        for stage in found.route(one.planning.place[0]):
            week = (day - first).days // 7
            if stage.centre_id is not None and week < LOAD_WEEKS:
                pieces = one.started * stage.factor
                asked[stage.centre_id, week] += stage.setup_minutes + stage.run_minutes * pieces
            day = calendar.add(day, stage.days + stage.move_days)
    return asked


def bases_of_places(*, found: Documents, places: Iterable[Place]) -> dict[Place, str]:
    """A print of what planned orders rest on: stock, what is taken and brought there, and the terms."""
    wanted = set(places)
    rows: dict[Place, list[tuple[object, ...]]] = {place: [] for place in wanted}
    every: list[Taken | Brought] = [*found.taken, *found.brought]
    for one in every:
        if one.place in wanted and not (isinstance(one, Taken) and one.is_forecast):
            side = type(one).__name__
            rows[one.place].append((side, one.kind, one.pk, str(one.quantity.normalize()), one.on))
    made = {}
    for place in wanted:
        terms, policy = found.terms.get(place[0]), found.policy(place)
        made[place] = _print(
            str(found.stock.get(place, ZERO).normalize()),
            sorted(rows[place], key=repr),
            terms and (terms.supplier_id, terms.lead_days, str(terms.min_quantity), str(terms.multiple)),
            policy and _policy(policy),
        )
    return made


def bases_of_changes(ctx: Ctx, *, found: Documents, changes: Sequence[Change]) -> dict[int, str]:
    """A print of what each decision would replace in the live data."""
    wanted = [change.item_id for change in changes if change.kind == ChangeKind.DEMAND and change.item_id]
    expected = demand.plan(ctx, weeks=demand.WEEKS_AHEAD, items=wanted) if wanted else None
    made = {}
    for change in changes:
        kind, item = ChangeKind(change.kind), change.item_id or 0
        rows: Any = None
        if kind == ChangeKind.DEMAND and expected is not None:
            rows = sorted(
                (key[1] or 0, key[2] or 0, one.week, str(one.forecast.normalize()))
                for key, layers in expected.rows.items()
                for one in layers
                if key[0] == item and _within(one.week, change)
            )
        elif kind == ChangeKind.SUPPLIER:
            rows = sorted(
                (pk, row.lead_days)
                for pk, row in found.terms.items()
                if row.supplier_id == change.supplier_id
            )
        elif kind in (ChangeKind.POLICY, ChangeKind.LEAD_TIME):
            rows = [
                _policy(row) for place, row in sorted(found.policies.items(), key=str) if place[0] == item
            ]
        elif kind == ChangeKind.CAPACITY and change.centre and change.from_on and change.until_on:
            centres = [change.centre]
            days = workcentres.capacity(centres=centres, first=change.from_on, last=change.until_on)
            rows = sorted(days[change.centre.pk].items())
        made[change.pk] = _print(kind.value, rows)
    return made


def _within(week: date, change: Change) -> bool:
    return (change.from_on or week) - timedelta(days=6) <= week <= (change.until_on or week)


def _policy(row: Any) -> list[str]:
    names = ("site_id", "rule", "minimum", "multiple", "lead_days", "safety_stock", "reorder_level")
    said = (getattr(row, name) for name in names)
    return [str(one.normalize()) if isinstance(one, Decimal) else str(one) for one in said]


def _print(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
