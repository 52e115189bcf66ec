"""What promising needs, read set-wise: stock, what is on its way, bills of all levels, terms, calendars."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import QuerySet

from loomline.domains.bills.queries import schedule
from loomline.domains.inventory import queries as inventory
from loomline.domains.planning.models import ORDER_LINE
from loomline.domains.planning.queries.claims import claimed
from loomline.domains.planning.queries.coming import Coming, unclaimed
from loomline.domains.planning.queries.holds import Held, held_for
from loomline.domains.planning.queries.recipes import Recipe, read_recipes
from loomline.domains.procurement.models import SupplierItem
from loomline.domains.sales.ports import Ask
from loomline.domains.sites import queries as sites
from loomline.kernel.calendar import WorkCalendar
from loomline.kernel.context import Ctx
from loomline.kernel.prepared import AnyOf, prepared

ZERO = Decimal(0)
Key = tuple[int, int | None]
Step = tuple[Key | Coming, Decimal]
# The working days of each stage and of the way to the next.
Days = tuple[tuple[int, int], ...]

Words = Callable[[], str]


class Ready(NamedTuple):
    """When goods can leave, how they are got, and what keeps them from being ready earlier.

    Of many ways that are tried few are told: the words are made when they are asked for.
    """

    on: date
    basis: Words
    method: str
    limit: Words
    limit_kind: str


class Terms(NamedTuple):
    """On what terms a supplier brings an item."""

    item_id: int
    supplier: str
    lead_days: int
    delivers_directly: bool


@dataclass
class Known:
    """What is free and on its way, which grows less with each promise, and how goods are got besides."""

    today: date
    calendars: Mapping[int | None, WorkCalendar]
    free: dict[Key, Decimal] = field(default_factory=dict)
    coming: dict[int, list[Coming]] = field(default_factory=dict)
    recipes: dict[int, Recipe] = field(default_factory=dict)
    terms: dict[int, Terms] = field(default_factory=dict)
    direct: dict[int, Terms] = field(default_factory=dict)
    held: dict[int, Held] = field(default_factory=dict)
    own: tuple[int, ...] = ()
    log: list[Step] = field(default_factory=list)
    # Where nothing could be taken: how much there was at most, and how it is got instead. While stock only
    # grows less, whoever asks for more than that hears the same. What takes longer for more is counted.
    in_vain: dict[tuple[Key, int], tuple[Decimal, Ready | None]] = field(default_factory=dict)
    tried: list[tuple[Key, int]] = field(default_factory=list)
    varying: int = 0
    slots: dict[tuple[Days, date, int | None], schedule.Slot | None] = field(default_factory=dict)

    def last_slot(self, days: Days, *, ready: date, site: int | None) -> schedule.Slot | None:
        """When the last of the stages that take these days runs; None without any. Routes are much alike."""
        key = days, ready, site
        if key not in self.slots:
            calendar = self.calendars[site]
            steps = [schedule.Step(n, calendar, move_days) for n, move_days in days]
            slots = schedule.forward(steps, start=calendar.on_or_after(ready))
            self.slots[key] = slots[-1] if slots else None
        return self.slots[key]

    def forget(self, mark: int) -> None:
        """Forget what was tried in vain since so much had been: there is more again than there was then."""
        for key in self.tried[mark:]:
            self.in_vain.pop(key, None)
        del self.tried[mark:]

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
    for row in _terms(direct) if direct else ():
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
    made = {ask.item.pk for ask in asks if ask.item.pk in short and ask.item.supply == "make"}
    found.recipes = read_recipes(made, today=ctx.today)
    components = {pk for recipe in found.recipes.values() for pk in recipe.parts}
    _read_free(ctx, found, components - {item for item, _site in asked}, at)
    for row in _terms(short | components):
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


def _terms(items: Iterable[int]) -> list[Terms]:
    return [Terms(*row) for row in _terms_of(items=list(items))]


@prepared
def _terms_of() -> QuerySet[SupplierItem, tuple[int, str, int, bool]]:
    rows = SupplierItem.objects.filter(AnyOf("item", "items")).order_by("-is_preferred", "lead_days")
    return rows.values_list("item_id", "supplier__name", "lead_days", "delivers_directly")
