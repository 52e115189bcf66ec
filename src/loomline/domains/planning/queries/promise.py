"""The earliest honest day: from stock, from what is on its way, from making or from buying; and its limit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loomline.domains.bills.models import Bill, BillLine, RouteStage
from loomline.domains.catalog.models import Item
from loomline.domains.manufacturing.queries import schedule
from loomline.domains.planning.models import WORK_LINE
from loomline.domains.planning.queries.choices import alternatives
from loomline.domains.planning.queries.knowing import LEVELS, ZERO, Known, known
from loomline.domains.sales.ports import Ask, Promise
from loomline.kernel.calendar import WorkCalendar
from loomline.kernel.context import Ctx

# Working days from finished goods to the customer's door, while no carrier's lead times are kept.
OUTBOUND_DAYS = 2


@dataclass(frozen=True)
class _Ready:
    """When goods can leave, how they are got, and what keeps them from being ready earlier."""

    on: date
    basis: str
    method: str
    limit: str
    limit_kind: str


@dataclass(frozen=True)
class _Need:
    """So much of an item, wherever it is needed."""

    item: Item
    quantity: Decimal
    site: int | None
    level: int = 0


def promises(ctx: Ctx, *, asks: Sequence[Ask], with_choices: bool = False) -> list[Promise]:
    """A day, its basis and its limit for each ask, in their order, in a few statements for any number.

    Stock that one line takes is not promised to the next. A day that is wanted later than we could is kept.
    """
    found = known(ctx, asks, with_coming=True)
    made = []
    parts: list[list[tuple[Decimal, date]]] = []
    for ask in asks:
        calendar = _calendar(ask, found)
        need = _need(ask)
        if ask.is_direct:
            parts.append([])
            made.append(_promise(ctx, ask, _brought(need, found, calendar), calendar))
            continue
        parts.append(_parts(need, found, calendar) if with_choices else [])
        ready = _kept_or_ready(ask, need, found, calendar)
        made.append(_promise(ctx, ask, ready, calendar))
    if with_choices:
        more = alternatives(ctx, asks=asks, promises=made, parts=parts, outbound=OUTBOUND_DAYS)
        made = [replace(one, alternatives=told) for one, told in zip(made, more, strict=True)]
    return made


def earliest(ctx: Ctx, *, asks: Sequence[Ask]) -> list[Promise | None]:
    """The same days for goods that had been promised already: None where nobody knows how to get them.

    A lead time of 0 is none: an item without one, without stock, bill and supplier has no day. What is on its
    way counts only once it is planned for them.
    """
    found = known(ctx, asks, with_coming=False)
    made: list[Promise | None] = []
    for ask in asks:
        calendar, need = _calendar(ask, found), _need(ask)
        ready = _ready(need, found, calendar)
        if ready is None and ask.item.lead_days:
            ready = _on_lead_time(need, found, calendar)
        made.append(_promise(ctx, ask, ready, calendar) if ready else None)
    return made


def _need(ask: Ask) -> _Need:
    return _Need(ask.item, ask.quantity, ask.site.pk if ask.site else None)


def _calendar(ask: Ask, found: Known) -> WorkCalendar:
    return found.calendars[ask.site.pk if ask.site else None]


def _promise(ctx: Ctx, ask: Ask, ready: _Ready, calendar: WorkCalendar) -> Promise:
    on = ready.on if ask.is_direct else calendar.add(ready.on, OUTBOUND_DAYS)
    told = Promise(
        on=on,
        basis=ready.basis,
        method=ready.method,
        limit=ready.limit,
        limit_kind=ready.limit_kind,
        computed_at=ctx.now,
    )
    if ask.wanted_on is not None and ask.wanted_on > on:
        basis = _("as wanted; {basis}").format(basis=ready.basis)
        return replace(told, on=ask.wanted_on, basis=basis, limit="", limit_kind="wanted")
    return told


def _kept_or_ready(ask: Ask, need: _Need, found: Known, calendar: WorkCalendar) -> _Ready:
    """What is held for a line is there for it; only the rest has to be got."""
    held = found.held.get(ask.held_for or 0)
    if held is None:
        return _ready(need, found, calendar) or _on_lead_time(need, found, calendar)
    days = [calendar.on_or_after(max(on, found.today)) for _quantity, on in held.coming]
    last = max(days, default=calendar.on_or_after(found.today))
    rest = replace(need, quantity=need.quantity - held.quantity)
    if rest.quantity > 0:
        ready = _ready(rest, found, calendar) or _on_lead_time(rest, found, calendar)
        return replace(ready, on=max(ready.on, last))
    method = "atp" if held.coming else "stock"
    basis = _("held for the quote")
    if held.coming:
        basis = _("held for the quote, on its way until {day}").format(day=date_format(last, "j M"))
    return _Ready(last, basis, method, "", "transit")


def _ready(need: _Need, found: Known, calendar: WorkCalendar) -> _Ready | None:
    """From stock; else the earlier of what is on its way and of what is made or bought; None without any."""
    key = (need.item.pk, need.site)
    if found.free.get(key, ZERO) >= need.quantity:
        found.free[key] -= need.quantity
        limit = ngettext("{n} working day on the way", "{n} working days on the way", OUTBOUND_DAYS)
        day = calendar.on_or_after(found.today)
        return _Ready(day, _("from stock"), "stock", limit.format(n=OUTBOUND_DAYS), "transit")
    before = found.mark()
    fresh = _got(need, found, calendar)
    after = found.mark()
    found.back(before)
    coming = _coming(need, found, calendar)
    if coming is not None and (fresh is None or coming.on <= fresh.on):
        return coming
    found.back(after)
    return fresh


def _coming(need: _Need, found: Known, calendar: WorkCalendar) -> _Ready | None:
    """What is in stock and on its way and nobody's, where that is enough; it is taken."""
    key, left = (need.item.pk, need.site), need.quantity
    left -= max(found.free.get(key, ZERO), ZERO)
    taken = []
    for supply in found.coming.get(need.item.pk, []):
        if left <= 0:
            break
        if supply.on is None or supply.free <= 0:
            continue
        part = min(left, supply.free)
        taken.append((supply, part))
        left -= part
    if left > 0 or not taken:
        return None
    found.free[key] = min(found.free.get(key, ZERO), ZERO)
    for supply, part in taken:
        supply.free -= part
    last = taken[-1][0]
    day = calendar.on_or_after(max(last.on or found.today, found.today))
    what = _("work that ends {day}") if last.kind == WORK_LINE else _("a purchase due {day}")
    limit = f"{need.item.name}: {what.format(day=date_format(day, 'j M'))}"
    kind = "stage" if last.kind == WORK_LINE else "supplier"
    return _Ready(
        day, _("on its way, free from {day}").format(day=date_format(day, "j M")), "atp", limit, kind
    )


def _got(need: _Need, found: Known, calendar: WorkCalendar) -> _Ready | None:
    """Made anew where it is made, else bought anew."""
    bill = found.bill_of(need.item)
    if bill is not None and need.level < LEVELS:
        return _made(need, bill, found, calendar)
    terms = found.terms.get(need.item.pk)
    if terms is None:
        return None
    day = calendar.on_or_after(found.today + timedelta(days=terms.lead_days))
    basis = _("bought in {days} days").format(days=terms.lead_days)
    limit = _("{item} from {supplier}, {days} days").format(
        item=need.item.name, supplier=terms.supplier, days=terms.lead_days
    )
    return _Ready(day, basis, "leadtime", limit, "supplier")


def _brought(need: _Need, found: Known, calendar: WorkCalendar) -> _Ready:
    """Brought to the customer by who sells it to us: neither our stock nor our way counts."""
    terms = found.direct.get(need.item.pk)
    if terms is None:
        return _on_lead_time(need, found, calendar)
    words = {"item": need.item.name, "supplier": terms.supplier, "days": terms.lead_days}
    basis = _("straight from {supplier} in {days} days").format(**words)
    limit = _("{item} from {supplier}, {days} days").format(**words)
    day = calendar.on_or_after(found.today + timedelta(days=terms.lead_days))
    return _Ready(day, basis, "leadtime", limit, "supplier")


def _on_lead_time(need: _Need, found: Known, calendar: WorkCalendar) -> _Ready:
    days = need.item.lead_days
    basis = _("lead time, {days} working days").format(days=days)
    return _Ready(calendar.add(found.today, days), basis, "leadtime", basis, "leadtime")


def _made(need: _Need, bill: Bill, found: Known, calendar: WorkCalendar) -> _Ready:
    ready, slowest, limit = found.today, "", ""
    for component, quantity in _needs(bill, need).values():
        part = _Need(component, quantity, need.site, need.level + 1)
        got = _ready(part, found, calendar)
        if got is None and component.lead_days:
            got = _on_lead_time(part, found, calendar)
        if got is not None and got.method != "stock" and got.on > ready:
            ready, slowest, limit = got.on, component.name, got.limit
            if component.name not in limit:
                limit = f"{component.name}: {limit}"
    stages = list(bill.stages.all())
    steps = [
        schedule.Step(days=_days(stage, need), calendar=calendar, move_days=stage.move_days)
        for stage in stages
    ]
    slots = schedule.forward(steps, start=calendar.on_or_after(ready))
    # What goes into something else can be used on the day after it is done.
    done = (slots[-1].free if need.level else slots[-1].end) if slots else ready
    if slowest:
        basis = _("made from {material} by {day}").format(material=slowest, day=date_format(ready, "j M"))
        return _Ready(done, basis, "ctp", limit, "component")
    longest = max(stages, key=lambda stage: _days(stage, need), default=None)
    told = _stage(longest, _days(longest, need)) if longest is not None else ""
    return _Ready(done, _("made, materials in stock"), "ctp", told, "stage" if told else "")


def _days(stage: RouteStage, need: _Need) -> int:
    return schedule.working_days(days=stage.days, per_day=stage.per_day, quantity=need.quantity)


def _stage(stage: RouteStage, days: int) -> str:
    where = stage.centre or stage.partner
    said = ngettext("{n} working day", "{n} working days", days).format(n=days)
    if where is None:
        return f"{stage.name}, {said}"
    return _("{stage} at {where}, {days}").format(stage=stage.name, where=where, days=said)


def _parts(need: _Need, found: Known, calendar: WorkCalendar) -> list[tuple[Decimal, date]]:
    """What of it can leave earlier than the rest: from stock, then as it comes in."""
    free = max(found.free.get((need.item.pk, need.site), ZERO), ZERO)
    parts = [(free, calendar.on_or_after(found.today))] if free else []
    for supply in found.coming.get(need.item.pk, []):
        if supply.on is not None and supply.free > 0:
            parts.append((supply.free, calendar.on_or_after(max(supply.on, found.today))))
    return parts


def _needs(bill: Bill, need: _Need) -> dict[int, tuple[Item, Decimal]]:
    needs: dict[int, Decimal] = defaultdict(Decimal)
    items = {}
    for line in bill.lines.all():
        if line.component is None or not _holds(line, need.item):
            continue
        per = Decimal(str(line.by_size.get(need.item.size, line.quantity)))
        needs[line.component.pk] += need.quantity * per * (1 + line.scrap) / bill.batch
        items[line.component.pk] = line.component
    return {pk: (items[pk], quantity) for pk, quantity in needs.items()}


def _holds(line: BillLine, item: Item) -> bool:
    return (not line.colours or item.colour in line.colours) and (not line.sizes or item.size in line.sizes)
