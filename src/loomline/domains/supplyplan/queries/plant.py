"""The documents as the planning engine takes them: arrays of items at sites, bills, receipts, demands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

from loomline.domains.catalog.models.item import Supply
from loomline.domains.supplyplan.models import ItemPolicy, LotRule, OrderKind
from loomline.domains.supplyplan.queries.documents import ZERO, Documents, Place, Taken
from loomline.domains.supplyplan.queries.recipes import MANY, Recipe
from loomline.engines.mrp.calendars import DAY, FAR, Calendar, WorkingTime
from loomline.engines.mrp.plant import Bills, Demands, Items, Kind, Plant, Receipts, Substitutes
from loomline.engines.mrp.plant import LotRule as Rule
from loomline.kernel.calendar import WorkCalendar
from loomline.kernel.quantity import PLACES

LEVEL = "level"
KINDS = {"buy": Kind.BUY, "make": Kind.MAKE, "move": Kind.MOVE, "none": Kind.NONE}
RULES = {LotRule.LOT_FOR_LOT: Rule.LOT_FOR_LOT, LotRule.FIXED: Rule.FIXED, LotRule.PERIOD: Rule.PERIOD}
# Working days are laid out so far around the plan; beyond that every day counts.
AROUND = 400
Swap = tuple[Place, int, int, Decimal, int]


@dataclass(slots=True)
class Part:
    """What one of an item takes, or gives beside it, when its order starts on one of these days."""

    item_id: int
    quantity: Decimal
    offset_days: int = 0
    stage: int = 0
    line_id: int | None = None
    since: date | None = None
    until: date | None = None
    is_output: bool = False

    def holds(self, on: date) -> bool:
        """True for orders that start on that day."""
        return (self.since is None or self.since <= on) and (self.until is None or on < self.until)


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
    parts: list[Part] = field(default_factory=list)

    def takes(self, on: date) -> dict[int, Decimal]:
        """What one takes of each material when its order starts on a day."""
        found: dict[int, Decimal] = {}
        for part in self.parts:
            if part.holds(on) and not part.is_output:
                found[part.item_id] = found.get(part.item_id, ZERO) + part.quantity
        return found

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
    # Which items may stand in for an item at a site.
    instead: Mapping[Place, set[int]]


def lay_out(found: Documents) -> Laid:
    """The engine's view of the documents."""
    rows = _reached(found)
    at = {row.place: n for n, row in enumerate(rows)}
    taken = [*found.taken, *_levels(found, rows)]
    calendars, number = _calendars(found)
    swaps = _swaps(found, rows, at)
    plant = Plant(
        items=_item_table(rows, number),
        bills=_bill_table(found, rows, at),
        demands=Demands.of(
            names=[one.label for one in taken],
            item=[at[one.place] for one in taken],
            quantity=[float(one.quantity) for one in taken],
            at=[_seconds(found.today, one.on) for one in taken],
            priority=[20 if one.is_forecast else 30 if one.kind == LEVEL else 10 for one in taken],
            is_forecast=[one.is_forecast for one in taken],
            group=[_group(found, one.line_ids) for one in taken],
        ),
        receipts=Receipts.of(
            names=[one.label for one in found.brought],
            item=[at[one.place] for one in found.brought],
            quantity=[float(one.quantity) for one in found.brought],
            at=[_seconds(found.today, one.on) for one in found.brought],
            is_frozen=[one.is_beside for one in found.brought],
        ),
        substitutes=Substitutes.of(
            item=[at[place] for place, _line, _by, _ratio, _rank in swaps],
            by=[at[by, place[1]] for place, _line, by, _ratio, _rank in swaps],
            ratio=[float(ratio) for _place, _line, _by, ratio, _rank in swaps],
            rank=[rank for *_swap, rank in swaps],
            group=[line for _place, line, _by, _ratio, _rank in swaps],
        ),
        calendars=calendars,
        origin=found.today.isoformat(),
    )
    instead: dict[Place, set[int]] = {}
    for place, _line, by, _ratio, _rank in swaps:
        instead.setdefault(place, set()).add(by)
    return Laid(plant, rows, at, taken, instead)


def _group(found: Documents, line_ids: Iterable[int]) -> int:
    """The line of a bill for which something may stand in; what a bill does not say has none."""
    return next((line for line in line_ids if line in found.stand_ins), -1)


def _swaps(found: Documents, rows: Iterable[Planning], at: Mapping[Place, int]) -> list[Swap]:
    """What may stand in for what: at the same site, for one line of a bill, and only where it is planned."""
    uses = {
        (part.item_id, row.place[1], part.line_id): None
        for row in rows
        for part in row.parts
        if part.line_id is not None
    }
    for one in found.taken:
        if (line := _group(found, one.line_ids)) >= 0:
            uses[one.place[0], one.place[1], line] = None
    return [
        ((item, site), line, one.item_id, one.factor, rank)
        for item, site, line in uses
        for rank, one in enumerate(found.stand_ins[line])
        if (one.item_id, site) in at and one.item_id != item
    ]


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
        waiting += [(part.item_id, place[1]) for part in row.parts]
    rows = [made[place] for place in sorted(made)]
    _break_circles(rows)
    return rows


def _break_circles(rows: Iterable[Planning]) -> None:
    """What comes out beside a thing and goes into it again is no supply that its plan could wait for."""
    below: dict[Place, set[Place]] = {}
    known = list(rows)
    for row in known:
        below[row.place] = {(part.item_id, row.place[1]) for part in row.parts if not part.is_output}
        if row.from_site_id is not None:
            below[row.place].add((row.place[0], row.from_site_id))
    for row in known:
        for part in [part for part in row.parts if part.is_output]:
            place = (part.item_id, row.place[1])
            if _leads_to(below, place, row.place):
                row.parts.remove(part)
            else:
                below[row.place].add(place)


def _leads_to(below: Mapping[Place, set[Place]], place: Place, to: Place) -> bool:
    seen, waiting = {place}, [place]
    while waiting:
        at = waiting.pop()
        if at == to:
            return True
        fresh = below.get(at, set()) - seen
        seen |= fresh
        waiting.extend(fresh)
    return False


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
    """How much of each material one takes, how many days after its start, and what comes out beside."""
    for recipe in found.recipes.get(row.place[0], ()):
        row.parts += _taken(found, recipe)
        row.parts += [
            Part(
                one.item_id,
                one.quantity.amount,
                since=recipe.since,
                until=recipe.until,
                is_output=True,
            )
            for one in recipe.beside
            if one.item_id != row.place[0]
        ]


def _taken(found: Documents, recipe: Recipe) -> Iterable[Part]:
    stages = found.routes.get(recipe.bill_id, ())
    made: dict[tuple[int, int | None], Part] = {}
    for part in recipe.parts:
        stage = part.stage_position or 0
        days = sum(one.days + one.move_days for one in stages if one.position < stage)
        line = part.line_id if part.line_id in found.stand_ins else None
        known = made.setdefault(
            (part.item_id, line),
            Part(part.item_id, ZERO, days, stage, line, recipe.since, recipe.until),
        )
        known.quantity += part.quantity.amount / MANY
        known.offset_days, known.stage = min(known.offset_days, days), min(known.stage, stage)
    return made.values()


def _route(found: Documents, row: Planning) -> None:
    """The days that making takes: of every stage, on the way, and for what a day cannot do."""
    stages = found.route(row.place[0])
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


def _bill_table(found: Documents, rows: list[Planning], at: Mapping[Place, int]) -> Bills:
    """Bills, and lanes as bills of one unit."""
    lines = [(n, at[part.item_id, row.place[1]], part) for n, row in enumerate(rows) for part in row.parts]
    lines += [
        (n, at[row.place[0], row.from_site_id], Part(row.place[0], Decimal(1)))
        for n, row in enumerate(rows)
        if row.from_site_id is not None
    ]
    parts = [part for _row, _at, part in lines]
    return Bills.of(
        parent=[line[0] for line in lines],
        component=[line[1] for line in lines],
        quantity=[float(part.quantity) for part in parts],
        offset_days=[part.offset_days for part in parts],
        is_output=[part.is_output for part in parts],
        valid_from=[_seconds(found.today, part.since) if part.since else -FAR for part in parts],
        valid_to=[_seconds(found.today, part.until) if part.until else FAR for part in parts],
        step=[part.stage for part in parts],
        group=[-1 if part.line_id is None else part.line_id for part in parts],
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
