"""Why a planned order is what it is, and down to whom it goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Q, Sum

from loomline.domains.shopfloor import queries as shopfloor
from loomline.domains.supplyplan.models import (
    ActionMessage,
    OrderKind,
    PegKind,
    PlanItem,
    PlanLoad,
    PlannedOrder,
    PlannedState,
    PlanPeg,
)
from loomline.domains.supplyplan.queries.documents import TRANSFER, WORK, ZERO
from loomline.domains.workcentres.models import WorkCentre

WEEK = timedelta(days=7)
WEEKS = 26
# Proposals that are overdue for longer are no load any more.
LATEST = timedelta(days=180)
DEEPEST = 12
# One statement climbs from a supply over all that takes it to who wants that. What an order brings beyond its
# pegs stays on the shelf, so shares are of the whole order; a receipt is shared among those it serves.
CHAIN = """
WITH RECURSIVE up AS (
    SELECT p.id, p.item_id, p.taker_id, p.demand_kind, p.demand_id, p.demand, p.party_id, p.needed_on,
           p.quantity, p.quantity::numeric AS share, 1 AS level, ARRAY[p.id] AS path
    FROM supplyplan_planpeg p WHERE p.order_id = %(order)s AND p.kind <> 'beside'
    UNION ALL
    SELECT q.id, q.item_id, q.taker_id, q.demand_kind, q.demand_id, q.demand, q.party_id, q.needed_on,
           q.quantity, u.share * q.quantity / whole.quantity,
           u.level + 1, u.path || q.id
    FROM up u
    JOIN supplyplan_planpeg q ON (q.order_id = u.taker_id AND q.kind <> 'beside')
        OR (u.taker_id IS NULL AND u.demand_kind = ANY (%(through)s)
            AND q.receipt_kind = u.demand_kind AND q.receipt_id = u.demand_id)
    JOIN LATERAL (
        SELECT coalesce(
            (SELECT o.quantity FROM supplyplan_plannedorder o WHERE o.id = u.taker_id),
            (SELECT sum(r.quantity) FROM supplyplan_planpeg r
             WHERE r.receipt_kind = u.demand_kind AND r.receipt_id = u.demand_id)
        ) AS quantity
    ) whole ON true
    WHERE u.level < %(deepest)s AND NOT q.id = ANY (u.path)
)
SELECT u.level, i.id, i.name, n.code, u.taker_id, u.demand_kind, u.demand_id, u.demand, u.party_id, c.name,
       u.needed_on, u.quantity, round(u.share, 6)
FROM up u
JOIN catalog_item i ON i.id = u.item_id
JOIN catalog_unit n ON n.id = i.unit_id
LEFT JOIN parties_party c ON c.id = u.party_id
ORDER BY u.path
LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way to a customer: who takes how much of which item, and what of the first order."""

    level: int
    item_id: int
    item: str
    unit: str
    taker_id: int | None
    demand_kind: str
    demand_id: int | None
    demand: str
    party_id: int | None
    party: str | None
    needed_on: date
    quantity: Decimal
    share: Decimal

    @property
    def is_end(self) -> bool:
        """True where nothing is made or moved of it any more."""
        return self.taker_id is None and self.demand_kind not in (WORK, TRANSFER)


@dataclass(frozen=True, slots=True)
class Net:
    """From what is required until a day to what an order brings."""

    required: Decimal
    held: Decimal
    stock: Decimal
    coming: Decimal
    before: Decimal
    missing: Decimal
    ahead: Decimal
    lot: Decimal
    rule: str
    minimum: Decimal
    multiple: Decimal

    @property
    def quantity(self) -> Decimal:
        """What is ordered."""
        return self.missing + self.ahead + self.lot


@dataclass(frozen=True, slots=True)
class Week:
    """What comes and goes in a week, and what is left at its end."""

    starts_on: date
    required: Decimal
    scheduled: Decimal
    planned: Decimal
    left: Decimal


def chain(*, order: PlannedOrder, most: int = 200) -> list[Step]:
    """The way from a planned order up to everybody who waits for it, the nearest first. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            CHAIN, {"order": order.pk, "through": [WORK, TRANSFER], "deepest": DEEPEST, "most": most}
        )
        return [Step(*row) for row in cursor.fetchall()]


def net(*, order: PlannedOrder) -> Net | None:
    """Gross to net of a proposal: what is required until its day, and what covers it. Two statements."""
    row = PlanItem.objects.filter(item=order.item_id, site=order.site_id).first()
    pegs = list(PlanPeg.objects.filter(order=order.pk).exclude(kind=PegKind.BESIDE))
    if row is None or not pegs:
        return None
    now = [one for one in pegs if one.needed_on <= order.need_on]
    missing = sum((one.quantity for one in now), ZERO)
    ahead = sum((one.quantity for one in pegs), ZERO) - missing
    flow = [day for day in days(row) if day[0] <= order.need_on]
    required = sum((day[1] for day in flow), ZERO)
    before = sum((day[3] for day in flow), ZERO) - order.quantity
    held = max(row.safety_stock, row.reorder_level) if _is_level(now) else row.safety_stock
    coming = required + held - missing - before - row.on_hand
    return Net(
        required=required,
        held=held,
        stock=row.on_hand,
        coming=coming,
        before=before,
        missing=missing,
        ahead=ahead,
        lot=order.quantity - missing - ahead,
        rule=row.rule,
        minimum=row.minimum,
        multiple=row.multiple,
    )


def _is_level(pegs: Iterable[PlanPeg]) -> bool:
    return any(one.taker_id is None and not one.demand_kind for one in pegs)


def days(row: PlanItem) -> list[tuple[date, Decimal, Decimal, Decimal]]:
    """The days of a planned item on which something happens: required, on order, planned."""
    return [
        (date.fromisoformat(day), Decimal(required), Decimal(scheduled), Decimal(planned))
        for day, required, scheduled, planned in row.flow
    ]


def weeks(*, row: PlanItem, today: date) -> list[Week]:
    """The plan of an item week by week until its last movement, at most half a year."""
    monday = today - timedelta(days=today.weekday())
    sums: dict[date, list[Decimal]] = {}
    for day, *amounts in days(row):
        week = sums.setdefault(max(day - timedelta(days=day.weekday()), monday), [ZERO, ZERO, ZERO])
        for n, amount in enumerate(amounts):
            week[n] += amount
    found: list[Week] = []
    left, last = row.on_hand, max(sums, default=monday)
    starts_on = monday
    while starts_on <= last and len(found) < WEEKS:
        required, scheduled, planned = sums.get(starts_on, (ZERO, ZERO, ZERO))
        left += scheduled + planned - required
        found.append(Week(starts_on, required, scheduled, planned, left))
        starts_on += WEEK
    return found


@dataclass(frozen=True, slots=True)
class Swap:
    """So much of one item that stands in for another: for this order, or of it."""

    item: str
    instead_of: str
    quantity: Decimal
    unit: str


def swaps(*, order: PlannedOrder) -> list[Swap]:
    """What stands in for the materials of an order that are short. One statement."""
    rows = PlanPeg.objects.filter(taker=order.pk, kind=PegKind.STANDS_IN).order_by(
        "item__name", "other__name"
    )
    names = "item__name", "other__name", "item__unit__code"
    sums = rows.order_by(*names).values_list(*names).annotate(Sum("quantity"))
    return [Swap(item, other, quantity, unit) for item, other, unit, quantity in sums]


def besides(*, order: PlannedOrder, most: int = 50) -> list[PlanPeg]:
    """Who is served by what comes out beside an order. One statement."""
    rows = PlanPeg.objects.filter(order=order.pk, kind=PegKind.BESIDE)
    return list(rows.select_related("item__unit", "party", "taker").order_by("needed_on", "pk")[:most])


def loads(*, order: PlannedOrder) -> list[PlanLoad]:
    """Which work centres an order asks for how many minutes on which days. One statement."""
    return list(PlanLoad.objects.filter(order=order.pk).select_related("centre").order_by("day", "pk"))


@dataclass(frozen=True, slots=True)
class Fullness:
    """How much of a work centre the plan and open work take in the coming weeks, in hours."""

    centre: WorkCentre
    planned: Decimal
    open: Decimal
    capacity: Decimal

    @property
    def share(self) -> Decimal:
        """What is asked for as a share of what there is."""
        return (self.planned + self.open) / self.capacity if self.capacity else ZERO


def fullness(*, today: date, weeks: int = 4) -> list[Fullness]:
    """The work centres of the plan, the fullest first. Nine statements, or one when none is asked for."""
    until = today + weeks * WEEK
    rows = PlanLoad.objects.filter(day__gte=today, day__lt=until).order_by()
    planned = dict(rows.values_list("centre").annotate(Sum("minutes")))
    centres = WorkCentre.objects.filter(pk__in=planned).select_related("site") if planned else ()
    found = (
        [
            Fullness(one.centre, planned[one.centre.pk] / 60, one.load / 60, one.capacity / 60)
            for one in shopfloor.load(centres=centres, first=today, buckets=weeks)
        ]
        if planned
        else []
    )
    return sorted(found, key=lambda one: (-one.share, one.centre.code))


@dataclass(frozen=True)
class Counts:
    """How much of everything there is in the plan."""

    kinds: dict[str, int]
    late: int
    advice: dict[str, int]
    short: int


def counts() -> Counts:
    """What the plan asks for, in figures. Three statements."""
    proposed = PlannedOrder.objects.filter(state=PlannedState.PROPOSED).order_by()
    kinds = proposed.values_list("kind").annotate(
        orders=Count("pk"), late=Count("pk", filter=Q(is_late=True))
    )
    advice = ActionMessage.objects.order_by().values_list("advice").annotate(Count("pk"))
    rows = list(kinds)
    return Counts(
        kinds={kind: count for kind, count, _late in rows},
        late=sum(late for _kind, _count, late in rows),
        advice=dict(advice),
        short=PlanItem.objects.filter(short_on__isnull=False).count(),
    )


def to_make(*, first: date, last: date) -> list[PlannedOrder]:
    """What is proposed to be made between two days, and what should have begun before. One statement."""
    rows = PlannedOrder.objects.filter(
        state=PlannedState.PROPOSED, kind=OrderKind.MAKE, start_on__lte=last, due_on__gte=first - LATEST
    )
    return list(rows.order_by("due_on", "pk"))


def short_items(*, most: int) -> list[PlanItem]:
    """What runs short first when nothing is done. One statement."""
    rows = PlanItem.objects.filter(short_on__isnull=False).select_related("item__unit", "site", "supplier")
    return list(rows.order_by("short_on", "pk")[:most])
