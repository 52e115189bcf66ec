"""The earliest honest day: from stock, from what can be bought, or from making it with what can be bought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loomline.domains.bills.models import Bill, BillLine
from loomline.domains.catalog.models import Item
from loomline.domains.inventory import queries as inventory
from loomline.domains.manufacturing.queries import schedule
from loomline.domains.procurement.models import SupplierItem
from loomline.domains.sales.ports import Ask, Promise
from loomline.domains.sites import queries as sites
from loomline.kernel.calendar import WorkCalendar
from loomline.kernel.context import Ctx
from loomline.kernel.prepared import AnyOf, prepared

# Working days from finished goods to the customer's door, while no carrier's lead times are kept.
OUTBOUND_DAYS = 2
ZERO = Decimal(0)


@dataclass(frozen=True)
class _Known:
    """What promising needs, read set-wise."""

    free: dict[tuple[int, int | None], Decimal]
    bills: dict[tuple[str, int], Bill]
    terms: dict[int, SupplierItem]
    calendars: dict[int | None, WorkCalendar]


def promises(ctx: Ctx, *, asks: Sequence[Ask]) -> list[Promise]:
    """A day and its basis for each ask, in their order. About eight statements for any number of asks.

    Stock that one line takes is not promised to the next. A day that is wanted later than we could is kept.
    """
    known = _known(ctx, asks)
    found = []
    for ask in asks:
        calendar = _calendar(ask, known)
        ready, basis = _ready(ctx, ask, known, calendar) or _on_lead_time(ctx, ask, calendar)
        found.append(_promise(ask, calendar.add(ready, OUTBOUND_DAYS), basis))
    return found


def earliest(ctx: Ctx, *, asks: Sequence[Ask]) -> list[Promise | None]:
    """The same days for goods that had been promised already: None where nobody knows how to get them.

    A lead time of 0 is none: an item without one, without stock, bill and supplier has no day.
    """
    known = _known(ctx, asks)
    found: list[Promise | None] = []
    for ask in asks:
        calendar = _calendar(ask, known)
        ready = _ready(ctx, ask, known, calendar)
        if ready is None and ask.item.lead_days:
            ready = _on_lead_time(ctx, ask, calendar)
        found.append(_promise(ask, calendar.add(ready[0], OUTBOUND_DAYS), ready[1]) if ready else None)
    return found


def _promise(ask: Ask, on: date, basis: str) -> Promise:
    if ask.wanted_on is not None and ask.wanted_on > on:
        return Promise(on=ask.wanted_on, basis=_("as wanted; {basis}").format(basis=basis))
    return Promise(on=on, basis=basis)


def _calendar(ask: Ask, known: _Known) -> WorkCalendar:
    return known.calendars[ask.site.pk if ask.site else None]


def _known(ctx: Ctx, asks: Sequence[Ask]) -> _Known:
    items = {ask.item.pk: ask.item for ask in asks}
    bills = _bills(ctx.today, items.values())
    components = {
        line.component_id
        for bill in bills.values()
        for line in bill.lines.all()
        if line.component_id is not None
    }
    free = {}
    for site in {ask.site.pk if ask.site else None for ask in asks}:
        for pk, quantity in inventory.available(
            item_ids=[*items, *components], site_id=site, on=ctx.today
        ).items():
            free[pk, site] = quantity
    # What stock covers asks no supplier.
    bought = [*_beyond_stock(asks, free), *components]
    terms: dict[int, SupplierItem] = {}
    for row in _terms(items=bought) if bought else ():
        terms.setdefault(row.item_id, row)
    calendars = sites.work_calendars(sites={ask.site.pk: ask.site for ask in asks if ask.site}.values())
    return _Known(free, bills, terms, calendars)


def _beyond_stock(asks: Sequence[Ask], free: Mapping[tuple[int, int | None], Decimal]) -> list[int]:
    """The items of which more is asked than is free."""
    asked: dict[tuple[int, int | None], Decimal] = defaultdict(Decimal)
    for ask in asks:
        asked[ask.item.pk, ask.site.pk if ask.site else None] += ask.quantity
    return [item for (item, site), quantity in asked.items() if quantity > free[item, site]]


@prepared
def _terms() -> QuerySet[SupplierItem]:
    return SupplierItem.objects.filter(AnyOf("item", "items")).order_by("-is_preferred", "lead_days")


def _bills(today: date, items: Iterable[Item]) -> dict[tuple[str, int], Bill]:
    made = [item for item in items if item.supply == "make"]
    styles = {item.style_id for item in made if item.style_id}
    rows = (
        Bill.objects.filter(Q(item__in=[item.pk for item in made]) | Q(style__in=styles))
        .filter(is_active=True, valid__contains=today)
        .prefetch_related("lines", "stages")
    )
    return {("item", b.item_id) if b.item_id else ("style", b.style_id): b for b in rows}


def _ready(ctx: Ctx, ask: Ask, known: _Known, calendar: WorkCalendar) -> tuple[date, str] | None:
    """The day on which goods can leave, from stock, from making or from buying; None without any of these."""
    key = (ask.item.pk, ask.site.pk if ask.site else None)
    if known.free.get(key, ZERO) >= ask.quantity:
        known.free[key] -= ask.quantity
        return calendar.on_or_after(ctx.today), _("from stock")
    bill = known.bills.get(("item", ask.item.pk)) or known.bills.get(("style", ask.item.style_id or 0))
    if ask.item.supply == "make" and bill is not None:
        return _made(ctx, ask, bill, known, calendar)
    terms = known.terms.get(ask.item.pk)
    if terms is not None:
        day = calendar.on_or_after(ctx.today + timedelta(days=terms.lead_days))
        return day, _("bought in {days} days").format(days=terms.lead_days)
    return None


def _on_lead_time(ctx: Ctx, ask: Ask, calendar: WorkCalendar) -> tuple[date, str]:
    days = ask.item.lead_days
    return calendar.add(ctx.today, days), _("lead time, {days} working days").format(days=days)


def _made(ctx: Ctx, ask: Ask, bill: Bill, known: _Known, calendar: WorkCalendar) -> tuple[date, str]:
    ready, slowest = ctx.today, ""
    for component, needed in _needs(bill, ask).items():
        key = (component, ask.site.pk if ask.site else None)
        if known.free.get(key, ZERO) >= needed:
            known.free[key] -= needed
            continue
        terms = known.terms.get(component)
        day = ctx.today + timedelta(days=terms.lead_days) if terms else ctx.today
        if day > ready:
            ready, slowest = day, terms.item.name if terms else ""
    steps = [
        schedule.Step(
            days=schedule.working_days(days=stage.days, per_day=stage.per_day, quantity=ask.quantity),
            calendar=calendar,
            move_days=stage.move_days,
        )
        for stage in sorted(bill.stages.all(), key=lambda stage: stage.position)
    ]
    slots = schedule.forward(steps, start=calendar.on_or_after(ready))
    done = slots[-1].end if slots else ready
    if slowest:
        basis = _("made from {material} by {day}").format(material=slowest, day=date_format(ready, "j M"))
    else:
        basis = _("made, materials in stock")
    return done, basis


def _needs(bill: Bill, ask: Ask) -> dict[int, Decimal]:
    needs: dict[int, Decimal] = defaultdict(Decimal)
    for line in bill.lines.all():
        if line.component_id is None or not _holds(line, ask.item):
            continue
        per = Decimal(str(line.by_size.get(ask.item.size, line.quantity)))
        needs[line.component_id] += ask.quantity * per * (1 + line.scrap) / bill.batch
    return needs


def _holds(line: BillLine, item: Item) -> bool:
    return (not line.colours or item.colour in line.colours) and (not line.sizes or item.size in line.sizes)
