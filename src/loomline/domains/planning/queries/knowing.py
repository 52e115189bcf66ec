"""What promising needs, read set-wise: stock, what is on its way, bills of all levels, terms, calendars."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from loomline.domains.bills.models import Bill, BillLine, RouteStage
from loomline.domains.catalog.models import Item
from loomline.domains.inventory import queries as inventory
from loomline.domains.planning.models import ORDER_LINE
from loomline.domains.planning.queries.claims import claimed
from loomline.domains.planning.queries.coming import Coming, unclaimed
from loomline.domains.planning.queries.holds import Held, held_for
from loomline.domains.procurement.models import SupplierItem
from loomline.domains.sales.ports import Ask
from loomline.domains.sites import queries as sites
from loomline.kernel.calendar import WorkCalendar
from loomline.kernel.context import Ctx
from loomline.kernel.prepared import AnyOf, prepared

# Bills below bills; deeper ones are bought as they are.
LEVELS = 8
ZERO = Decimal(0)
Key = tuple[int, int | None]
Step = tuple[Key | Coming, Decimal]


@dataclass(frozen=True)
class Recipe:
    """How much of what goes into one of an item, and the stages that make it."""

    parts: list[tuple[Item, Decimal]]
    stages: list[RouteStage]


@dataclass
class Known:
    """What is free and on its way, which grows less with each promise, and how goods are got besides."""

    today: date
    calendars: Mapping[int | None, WorkCalendar]
    free: dict[Key, Decimal] = field(default_factory=dict)
    coming: dict[int, list[Coming]] = field(default_factory=dict)
    bills: dict[tuple[str, int], Bill] = field(default_factory=dict)
    terms: dict[int, SupplierItem] = field(default_factory=dict)
    direct: dict[int, SupplierItem] = field(default_factory=dict)
    held: dict[int, Held] = field(default_factory=dict)
    own: tuple[int, ...] = ()
    lines: dict[int, list[BillLine]] = field(default_factory=dict)
    stages: dict[int, list[RouteStage]] = field(default_factory=dict)
    items: dict[int, Item] = field(default_factory=dict)
    made_of: dict[int, Recipe] = field(default_factory=dict)
    log: list[Step] = field(default_factory=list)

    def bill_of(self, item: Item) -> Bill | None:
        """How an item is made; None for what is bought."""
        if item.supply != "make":
            return None
        return self.bills.get(("item", item.pk)) or self.bills.get(("style", item.style_id or 0))

    def recipe(self, item: Item, bill: Bill) -> Recipe:
        """What goes into one of an item, and the stages that make it."""
        if item.pk not in self.made_of:
            parts = _parts_of(bill, item, self.lines.get(bill.pk, ()), self.items)
            self.made_of[item.pk] = Recipe(parts, self.stages.get(bill.pk, []))
        return self.made_of[item.pk]

    def take(self, source: Key | Coming, quantity: Decimal) -> None:
        """Take a quantity from stock or of what is coming."""
        if isinstance(source, Coming):
            source.free -= quantity
        else:
            self.free[source] = self.free.get(source, ZERO) - quantity
        self.log.append((source, quantity))

    def back(self, mark: int) -> list[Step]:
        """Give back what was taken since the log had this length; returns it, to be taken again."""
        undone = self.log[mark:]
        for source, quantity in undone:
            self.take(source, -quantity)
        del self.log[mark:]
        return undone


def known(ctx: Ctx, asks: Sequence[Ask], *, with_coming: bool) -> Known:
    """Everything that these asks may need. What stock covers asks neither bills nor suppliers."""
    places = {ask.site.pk: ask.site for ask in asks if ask.site is not None}
    found = Known(ctx.today, sites.work_calendars(sites=places.values()))
    asked: dict[Key, Decimal] = defaultdict(Decimal)
    direct = {ask.item.pk for ask in asks if ask.is_direct}
    for row in _terms(items=list(direct)) if direct else ():
        if (
            row.item_id not in found.direct
            or row.delivers_directly > found.direct[row.item_id].delivers_directly
        ):
            found.direct[row.item_id] = row
    for ask in (one for one in asks if not one.is_direct):
        asked[ask.item.pk, ask.site.pk if ask.site else None] += ask.quantity
    at = {site for _item, site in asked}
    if held := [ask.held_for for ask in asks if ask.held_for is not None]:
        found.held = held_for(line_ids=held)
    found.own = tuple(a.origin_id for a in asks if a.origin_kind == ORDER_LINE and a.origin_id is not None)
    _read_free(ctx, found, {item for item, _site in asked}, at)
    short = {item for (item, site), quantity in asked.items() if quantity > found.free[item, site]}
    if not short:
        return found
    items = {ask.item.pk: ask.item for ask in asks if ask.item.pk in short}
    components = _read_bills(ctx, found, items)
    _read_free(ctx, found, components - {item for item, _site in asked}, at)
    for row in _terms(items=[*short, *components]):
        found.terms.setdefault(row.item_id, row)
    if with_coming:
        found.coming = unclaimed([*short, *components])
        _leave_coming(found)
    return found


def _read_free(ctx: Ctx, found: Known, items: Iterable[int], at: Iterable[int | None]) -> None:
    """What is in stock, less what others were promised before; below zero, what is coming is theirs too."""
    wanted = list(items)
    before = claimed(item_ids=wanted, own=found.own) if wanted else {}
    for site in at if wanted else ():
        free = inventory.available(item_ids=wanted, site_id=site, on=ctx.today)
        found.free |= {(pk, site): quantity - before.get((pk, site), ZERO) for pk, quantity in free.items()}


def _leave_coming(found: Known) -> None:
    """Of what is on its way as much is left to others as they were promised beyond stock."""
    beyond: dict[int, Decimal] = defaultdict(Decimal)
    for (pk, _site), quantity in found.free.items():
        if quantity < 0:
            beyond[pk] -= quantity
    for pk, left in beyond.items():
        for supply in found.coming.get(pk, ()):
            taken = min(left, max(supply.free, ZERO))
            supply.free -= taken
            left -= taken


def _read_bills(ctx: Ctx, found: Known, items: Mapping[int, Item]) -> set[int]:
    """The bills of what is made, and of what goes into it, level by level; returns all that goes in."""
    components: dict[int, Item] = {}
    level = dict(items)
    for _level in range(LEVELS):
        bills = _bills(ctx.today, level.values())
        if not bills:
            break
        found.bills |= bills
        keys = [bill.pk for bill in bills.values()]
        lines = list(BillLine.objects.filter(bill__in=keys).order_by("position", "pk"))
        for line in lines:
            found.lines.setdefault(line.bill_id, []).append(line)
        parts = Item.objects.in_bulk({line.component_id for line in lines if line.component_id is not None})
        found.items |= parts
        level = {pk: item for pk, item in parts.items() if pk not in components and pk not in items}
        components |= parts
    stages = RouteStage.objects.filter(bill__in=[bill.pk for bill in found.bills.values()])
    for stage in stages.select_related("centre", "partner").order_by("position", "pk"):
        found.stages.setdefault(stage.bill_id, []).append(stage)
    return set(components)


def _bills(today: date, items: Iterable[Item]) -> dict[tuple[str, int], Bill]:
    made = [item for item in items if item.supply == "make"]
    styles = {item.style_id for item in made if item.style_id}
    rows = (
        Bill.objects.filter(Q(item__in=[item.pk for item in made]) | Q(style__in=styles))
        .filter(is_active=True, valid__contains=today)
        .order_by()
    )
    return {("item", b.item_id) if b.item_id else ("style", b.style_id): b for b in rows}


@prepared
def _terms() -> QuerySet[SupplierItem]:
    rows = SupplierItem.objects.filter(AnyOf("item", "items")).order_by("-is_preferred", "lead_days")
    return rows.select_related("supplier")


def _parts_of(
    bill: Bill, item: Item, lines: Iterable[BillLine], items: Mapping[int, Item]
) -> list[tuple[Item, Decimal]]:
    parts: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.component_id is not None and _holds(line, item):
            per = Decimal(str(line.by_size.get(item.size, line.quantity)))
            parts[line.component_id] += per * (1 + line.scrap) / bill.batch
    return [(items[pk], quantity) for pk, quantity in parts.items()]


def _holds(line: BillLine, item: Item) -> bool:
    return (not line.colours or item.colour in line.colours) and (not line.sizes or item.size in line.sizes)
