"""What promising needs, read set-wise: stock, what is on its way, bills of all levels, terms, calendars."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch, Q, QuerySet

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

    def bill_of(self, item: Item) -> Bill | None:
        """How an item is made; None for what is bought."""
        if item.supply != "make":
            return None
        return self.bills.get(("item", item.pk)) or self.bills.get(("style", item.style_id or 0))

    def mark(self) -> tuple[dict[Key, Decimal], dict[int, list[Coming]]]:
        """What is left now, to go back to."""
        return dict(self.free), {pk: [replace(one) for one in rows] for pk, rows in self.coming.items()}

    def back(self, mark: tuple[dict[Key, Decimal], dict[int, list[Coming]]]) -> None:
        """Give back what was taken since."""
        self.free, self.coming = mark


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
    for pk, supplies in found.coming.items():
        left = sum(
            (-quantity for (item, _at), quantity in found.free.items() if item == pk and quantity < 0), ZERO
        )
        for supply in supplies:
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
        parts = {
            line.component_id: line.component
            for bill in bills.values()
            for line in bill.lines.all()
            if line.component_id is not None and line.component is not None
        }
        level = {pk: item for pk, item in parts.items() if pk not in components and pk not in items}
        components |= parts
    return set(components)


def _bills(today: date, items: Iterable[Item]) -> dict[tuple[str, int], Bill]:
    made = [item for item in items if item.supply == "make"]
    styles = {item.style_id for item in made if item.style_id}
    stages = RouteStage.objects.select_related("centre", "partner").order_by("position", "pk")
    rows = (
        Bill.objects.filter(Q(item__in=[item.pk for item in made]) | Q(style__in=styles))
        .filter(is_active=True, valid__contains=today)
        .prefetch_related(
            Prefetch("lines", BillLine.objects.select_related("component")), Prefetch("stages", stages)
        )
    )
    return {("item", b.item_id) if b.item_id else ("style", b.style_id): b for b in rows}


@prepared
def _terms() -> QuerySet[SupplierItem]:
    rows = SupplierItem.objects.filter(AnyOf("item", "items")).order_by("-is_preferred", "lead_days")
    return rows.select_related("supplier")
