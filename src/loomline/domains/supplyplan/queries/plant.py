"""The documents as the planning engine takes them: arrays of items at sites, bills, receipts, demands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

from loomline.domains.catalog.models.item import Supply
from loomline.domains.supplyplan.models import ItemPolicy, LotRule, OrderKind
from loomline.domains.supplyplan.queries.documents import MANY, ZERO, Documents, Place, Taken
from loomline.engines.mrp.calendars import DAY, Calendar, WorkingTime
from loomline.engines.mrp.plant import Bills, Demands, Items, Kind, Plant, Receipts
from loomline.engines.mrp.plant import LotRule as Rule
from loomline.kernel.calendar import WorkCalendar
from loomline.kernel.quantity import PLACES

LEVEL = "level"
KINDS = {"buy": Kind.BUY, "make": Kind.MAKE, "move": Kind.MOVE, "none": Kind.NONE}
RULES = {LotRule.LOT_FOR_LOT: Rule.LOT_FOR_LOT, LotRule.FIXED: Rule.FIXED, LotRule.PERIOD: Rule.PERIOD}
# Working days are laid out so far around the plan; beyond that every day counts.
AROUND = 400


@dataclass(slots=True)
class Planning:
    """How one item is planned at one site."""

    place: Place
    kind: OrderKind
    on_hand: Decimal = ZERO
    safety_stock: Decimal = ZERO
    reorder_level: Decimal = ZERO
    lead_days: Decimal = ZERO
    days_per_unit: Decimal = ZERO
    safety_days: int = 0
    minimum: Decimal = ZERO
    multiple: Decimal = ZERO
    maximum: Decimal | None = None
    rule: str = LotRule.LOT_FOR_LOT
    fixed_quantity: Decimal = ZERO
    period_days: int = 7
    yield_share: Decimal = Decimal(1)
    fence_days: int = 0
    supplier_id: int | None = None
    from_site_id: int | None = None
    components: dict[int, Decimal] = field(default_factory=dict)
    offsets: dict[int, int] = field(default_factory=dict)

    def lot(self, needed: Decimal) -> Decimal:
        """The least order that covers a need."""
        fixed = self.fixed_quantity if self.rule == LotRule.FIXED else ZERO
        wanted, multiple = max(needed, self.minimum, fixed), fixed or self.multiple
        if multiple > 0:
            wanted = (wanted / multiple).to_integral_value(ROUND_CEILING) * multiple
        return wanted.quantize(PLACES)


@dataclass(frozen=True)
class Laid:
    """A plant, and what its rows stand for."""

    plant: Plant
    rows: list[Planning]
    at: Mapping[Place, int]
    taken: list[Taken]


def lay_out(found: Documents) -> Laid:
    """The engine's view of the documents."""
    rows = _reached(found)
    at = {row.place: n for n, row in enumerate(rows)}
    taken = [*found.taken, *_levels(found, rows)]
    calendars, number = _calendars(found)
    plant = Plant(
        items=_item_table(rows, number),
        bills=_bill_table(rows, at),
        demands=Demands.of(
            names=[one.label for one in taken],
            item=[at[one.place] for one in taken],
            quantity=[float(one.quantity) for one in taken],
            at=[_seconds(found.today, one.on) for one in taken],
            priority=[20 if one.is_forecast else 30 if one.kind == LEVEL else 10 for one in taken],
            is_forecast=[one.is_forecast for one in taken],
        ),
        receipts=Receipts.of(
            names=[one.label for one in found.brought],
            item=[at[one.place] for one in found.brought],
            quantity=[float(one.quantity) for one in found.brought],
            at=[_seconds(found.today, one.on) for one in found.brought],
        ),
        calendars=calendars,
        origin=found.today.isoformat(),
    )
    return Laid(plant, rows, at, taken)


def _reached(found: Documents) -> list[Planning]:
    """Every item where something of it is kept, wanted or brought, or where it goes into such a thing."""
    waiting = [one.place for one in found.taken]
    waiting += [one.place for one in found.brought]
    waiting += [place for place in found.stock if place[0] in found.items]
    waiting += [found.place(pk, site) for pk, site in found.policies if pk in found.items]
    waiting += [
        (pk, found.home.pk) for pk, item in found.items.items() if item.safety_stock or item.reorder_level
    ]
    made: dict[Place, Planning] = {}
    while waiting:
        place = waiting.pop()
        if place in made or place[0] not in found.items:
            continue
        row = made[place] = _planning(found, place)
        if row.from_site_id is not None:
            waiting.append((place[0], row.from_site_id))
        waiting += [(pk, place[1]) for pk in row.components]
    return [made[place] for place in sorted(made)]


def _planning(found: Documents, place: Place) -> Planning:
    item, policy = found.items[place[0]], found.policy(place)
    row = Planning(place, OrderKind.NONE, on_hand=found.stock.get(place, ZERO))
    if place[1] == found.home.pk:
        row.safety_stock, row.reorder_level = item.safety_stock, item.reorder_level or ZERO
    row.lead_days = Decimal(item.lead_days)
    if policy is not None and policy.from_site_id is not None:
        row.kind, row.from_site_id = OrderKind.MOVE, policy.from_site_id
    elif item.supply == Supply.MAKE or item.kind == "phantom":
        row.kind = OrderKind.MAKE
        _route(found, row)
        _parts(found, row)
    elif term := found.terms.get(item.pk):
        row.kind, row.supplier_id, row.lead_days = OrderKind.BUY, term.supplier_id, Decimal(term.lead_days)
        row.minimum, row.multiple = term.min_quantity, term.multiple
    if policy is not None:
        _obey(row, policy)
    return row


def _parts(found: Documents, row: Planning) -> None:
    """How much of each material one takes, and how many working days after its start."""
    stages = found.routes.get(found.bill_of.get(row.place[0], 0), ())
    for part in found.bills.get(row.place[0], ()):
        one = part.quantity.amount / MANY
        row.components[part.item_id] = row.components.get(part.item_id, ZERO) + one
        before = [stage for stage in stages if stage.position < (part.stage_position or 0)]
        days = sum(stage.days + stage.move_days for stage in before)
        row.offsets[part.item_id] = min(days, row.offsets.get(part.item_id, days))


def _route(found: Documents, row: Planning) -> None:
    """The days that making takes: of every stage, on the way, and for what a day cannot do."""
    stages = found.routes.get(found.bill_of.get(row.place[0], 0), ())
    if stages:
        row.lead_days = Decimal(sum(stage.days + stage.move_days for stage in stages))
        row.days_per_unit = sum((stage.factor / stage.per_day for stage in stages if stage.per_day), ZERO)


def _obey(row: Planning, policy: ItemPolicy) -> None:
    """What the policy says; what it leaves open stays as it is."""
    for name in ("minimum", "multiple", "lead_days", "safety_stock", "reorder_level"):
        said = getattr(policy, name)
        if said is not None:
            setattr(row, name, Decimal(said))
    if policy.lead_days is not None:
        row.days_per_unit = ZERO
    row.maximum, row.safety_days, row.fence_days = policy.maximum, policy.safety_days, policy.fence_days
    row.rule, row.fixed_quantity = policy.rule, policy.fixed_quantity or ZERO
    row.period_days, row.yield_share = policy.period_days, policy.yield_share


def _levels(found: Documents, rows: Iterable[Planning]) -> Iterable[Taken]:
    """A reorder level is a stock wanted one lead time from now: what falls below it is ordered today."""
    for row in rows:
        above = row.reorder_level - row.safety_stock
        if above > 0:
            calendar = found.calendars[row.place[1]]
            there = calendar.add(found.today, int(row.lead_days) + row.safety_days)
            yield Taken(row.place, above, there, LEVEL, None, "")


def _item_table(rows: list[Planning], calendar: Mapping[int | None, int]) -> Items:
    def column(name: str) -> list[float]:
        return [float(getattr(row, name)) for row in rows]

    same: dict[str, Any] = {
        name: column(name)
        for name in (
            *("on_hand", "safety_stock", "lead_days", "safety_days", "minimum", "multiple"),
            *("fixed_quantity", "period_days", "yield_share"),
        )
    }
    return Items.of(
        names=[f"{row.place[0]} {row.place[1]}" for row in rows],
        lead_days_per_unit=column("days_per_unit"),
        maximum=[float(row.maximum) if row.maximum else float("inf") for row in rows],
        kind=[int(KINDS[row.kind]) for row in rows],
        rule=[int(RULES[LotRule(row.rule)]) for row in rows],
        planning_fence=column("fence_days"),
        calendar=[calendar[row.place[1]] for row in rows],
        **same,
    )


def _bill_table(rows: list[Planning], at: Mapping[Place, int]) -> Bills:
    """Bills, and lanes as bills of one unit."""
    lines = [
        (n, at[pk, row.place[1]], float(quantity), row.offsets.get(pk, 0))
        for n, row in enumerate(rows)
        for pk, quantity in row.components.items()
    ]
    lines += [
        (n, at[row.place[0], row.from_site_id], 1.0, 0)
        for n, row in enumerate(rows)
        if row.from_site_id is not None
    ]
    return Bills.of(
        parent=[line[0] for line in lines],
        component=[line[1] for line in lines],
        quantity=[line[2] for line in lines],
        offset_days=[line[3] for line in lines],
    )


def _calendars(found: Documents) -> tuple[tuple[Calendar, ...], dict[int | None, int]]:
    made: dict[WorkCalendar, int] = {}
    number = {site: made.setdefault(one, len(made)) for site, one in found.calendars.items()}
    last = (found.until - found.today).days + AROUND
    return tuple(_calendar(one, found.today, last) for one in made), number


def _calendar(calendar: WorkCalendar, today: date, last: int) -> Calendar:
    days = [n for n in range(-AROUND, last) if calendar.works(today + timedelta(days=n))]
    time = WorkingTime.of([(n * DAY, (n + 1) * DAY) for n in days])
    return Calendar("site", time, time)


def _seconds(today: date, on: date) -> int:
    return (on - today).days * DAY
