"""The earliest honest day: from stock, from what is on its way, from making or from buying; and its limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loomline.domains.bills.queries import schedule
from loomline.domains.planning.models import WORK_LINE
from loomline.domains.planning.queries.choices import alternatives
from loomline.domains.planning.queries.knowing import ZERO, Known, Ready, Words, known
from loomline.domains.planning.queries.recipes import LEVELS, Goods, Recipe, Stage
from loomline.domains.sales.ports import Ask, Promise
from loomline.kernel.calendar import WorkCalendar
from loomline.kernel.context import Ctx

# Working days from finished goods to the customer's door, while no carrier's lead times are kept.
OUTBOUND_DAYS = 2


class _Need(NamedTuple):
    """So much of an item, wherever it is needed."""

    item: Goods
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
    return _Need(Goods.of(ask.item), ask.quantity, ask.site.pk if ask.site else None)


def _calendar(ask: Ask, found: Known) -> WorkCalendar:
    return found.calendars[ask.site.pk if ask.site else None]


def _promise(ctx: Ctx, ask: Ask, ready: Ready, calendar: WorkCalendar) -> Promise:
    on = ready.on if ask.is_direct else calendar.add(ready.on, OUTBOUND_DAYS)
    told = Promise(
        on=on,
        basis=ready.basis(),
        method=ready.method,
        limit=ready.limit(),
        limit_kind=ready.limit_kind,
        computed_at=ctx.now,
    )
    if ask.wanted_on is not None and ask.wanted_on > on:
        basis = _("as wanted; {basis}").format(basis=told.basis)
        return replace(told, on=ask.wanted_on, basis=basis, limit="", limit_kind="wanted")
    return told


def _kept_or_ready(ask: Ask, need: _Need, found: Known, calendar: WorkCalendar) -> Ready:
    """What is held for a line is there for it; only the rest has to be got."""
    held = found.held.get(ask.held_for or 0)
    if held is None:
        return _ready(need, found, calendar) or _on_lead_time(need, found, calendar)
    days = [calendar.on_or_after(max(on, found.today)) for _quantity, on in held.coming]
    last = max(days, default=calendar.on_or_after(found.today))
    rest = need._replace(quantity=need.quantity - held.quantity)
    if rest.quantity > 0:
        ready = _ready(rest, found, calendar) or _on_lead_time(rest, found, calendar)
        return ready._replace(on=max(ready.on, last))
    on_way = _("held for the quote, on its way until {day}").format(day=date_format(last, "j M"))
    basis = on_way if held.coming else _("held for the quote")
    return Ready(last, lambda: basis, "atp" if held.coming else "stock", str, "transit")


def _ready(need: _Need, found: Known, calendar: WorkCalendar) -> Ready | None:
    """From stock; else the earlier of what is on its way and of what is made or bought; None without any."""
    key = (need.item.pk, need.site)
    if found.free.get(key, ZERO) >= need.quantity:
        found.take(key, need.quantity)
        return Ready(calendar.on_or_after(found.today), lambda: _("from stock"), "stock", _way, "transit")
    most, same = found.in_vain.get((key, need.level), (None, None))
    if most is not None and need.quantity > most:
        return same
    before, varying, tried = len(found.log), found.varying, len(found.tried)
    fresh = _got(need, found, calendar)
    taken = found.back(before)
    coming = _coming(need, found, calendar)
    if coming is not None and (fresh is None or coming.on <= fresh.on):
        if taken:
            found.forget(tried)
        return coming
    found.back(before)
    for source, quantity in taken:
        found.take(source, quantity)
    if not taken and found.varying == varying:
        found.in_vain[key, need.level] = _most(need, fresh, found), fresh
        found.tried.append((key, need.level))
    return fresh


def _most(need: _Need, fresh: Ready | None, found: Known) -> Decimal:
    """So much can be had of what is there or soon, of it and of what goes into it, when nothing was taken."""
    most = max(found.free.get((need.item.pk, need.site), ZERO), ZERO)
    for supply in found.coming.get(need.item.pk, ()):
        if supply.free > 0 and supply.on is not None and (fresh is None or supply.on <= fresh.on):
            most += supply.free
    if (recipe := _recipe(need, found)) is not None:
        for part, per in recipe.parts.values():
            if per:
                most = max(most, found.in_vain[(part.pk, need.site), need.level + 1][0] / per)
    return most


def _recipe(need: _Need, found: Known) -> Recipe | None:
    return found.recipes.get(need.item.pk) if need.level < LEVELS else None


def _way() -> str:
    limit = ngettext("{n} working day on the way", "{n} working days on the way", OUTBOUND_DAYS)
    return limit.format(n=OUTBOUND_DAYS)


def _coming(need: _Need, found: Known, calendar: WorkCalendar) -> Ready | None:
    """What is in stock and on its way and nobody's, where that is enough; it is taken."""
    key, left = (need.item.pk, need.site), need.quantity
    free = max(found.free.get(key, ZERO), ZERO)
    left -= free
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
    found.take(key, free)
    for supply, part in taken:
        found.take(supply, part)
    last = taken[-1][0]
    day = calendar.on_or_after(max(last.on or found.today, found.today))

    def basis() -> str:
        return _("on its way, free from {day}").format(day=date_format(day, "j M"))

    def limit() -> str:
        what = _("work that ends {day}") if last.kind == WORK_LINE else _("a purchase due {day}")
        return f"{need.item.name}: {what.format(day=date_format(day, 'j M'))}"

    return Ready(day, basis, "atp", limit, "stage" if last.kind == WORK_LINE else "supplier")


def _got(need: _Need, found: Known, calendar: WorkCalendar) -> Ready | None:
    """Made anew where it is made, else bought anew."""
    if (recipe := _recipe(need, found)) is not None:
        return _made(need, recipe, found, calendar)
    terms = found.terms.get(need.item.pk)
    if terms is None:
        return None
    day = calendar.on_or_after(found.today + timedelta(days=terms.lead_days))
    words = {"item": need.item.name, "supplier": terms.supplier, "days": terms.lead_days}
    return Ready(
        day,
        lambda: _("bought in {days} days").format(**words),
        "leadtime",
        lambda: _("{item} from {supplier}, {days} days").format(**words),
        "supplier",
    )


def _brought(need: _Need, found: Known, calendar: WorkCalendar) -> Ready:
    """Brought to the customer by who sells it to us: neither our stock nor our way counts."""
    terms = found.direct.get(need.item.pk)
    if terms is None:
        return _on_lead_time(need, found, calendar)
    words = {"item": need.item.name, "supplier": terms.supplier, "days": terms.lead_days}
    return Ready(
        calendar.on_or_after(found.today + timedelta(days=terms.lead_days)),
        lambda: _("straight from {supplier} in {days} days").format(**words),
        "leadtime",
        lambda: _("{item} from {supplier}, {days} days").format(**words),
        "supplier",
    )


def _on_lead_time(need: _Need, found: Known, calendar: WorkCalendar) -> Ready:
    days = need.item.lead_days

    def basis() -> str:
        return _("lead time, {days} working days").format(days=days)

    return Ready(calendar.add(found.today, days), basis, "leadtime", basis, "leadtime")


def _made(need: _Need, recipe: Recipe, found: Known, calendar: WorkCalendar) -> Ready:
    ready, slowest = found.today, None
    found.varying += recipe.takes_longer_for_more
    for component, per in recipe.parts.values():
        part = _Need(component, need.quantity * per, need.site, need.level + 1)
        got = _ready(part, found, calendar)
        if got is None and component.lead_days:
            got = _on_lead_time(part, found, calendar)
        if got is not None and got.method != "stock" and got.on > ready:
            ready, slowest = got.on, (component.name, got.limit)
    days = tuple((_days(stage, need), stage.move_days) for stage in recipe.stages)
    slot = found.last_slot(days, ready=ready, site=need.site)
    # What goes into something else can be used on the day after it is done.
    done = (slot.free if need.level else slot.end) if slot is not None else ready
    if slowest is not None:
        return _waiting(done, ready, *slowest)
    longest = max(recipe.stages, key=lambda stage: _days(stage, need), default=None)

    def told() -> str:
        return _stage(longest, _days(longest, need)) if longest is not None else ""

    return Ready(done, lambda: _("made, materials in stock"), "ctp", told, "stage" if longest else "")


def _waiting(done: date, ready: date, material: str, limit: Words) -> Ready:
    """Made from something that is there later than all the rest."""

    def basis() -> str:
        return _("made from {material} by {day}").format(material=material, day=date_format(ready, "j M"))

    def told() -> str:
        words = limit()
        return words if material in words else f"{material}: {words}"

    return Ready(done, basis, "ctp", told, "component")


def _days(stage: Stage, need: _Need) -> int:
    return schedule.working_days(days=stage.days, per_day=stage.per_day, quantity=need.quantity)


def _stage(stage: Stage, days: int) -> str:
    said = ngettext("{n} working day", "{n} working days", days).format(n=days)
    if stage.where is None:
        return f"{stage.name}, {said}"
    return _("{stage} at {where}, {days}").format(stage=stage.name, where=stage.where, days=said)


def _parts(need: _Need, found: Known, calendar: WorkCalendar) -> list[tuple[Decimal, date]]:
    """What of it can leave earlier than the rest: from stock, then as it comes in."""
    free = max(found.free.get((need.item.pk, need.site), ZERO), ZERO)
    parts = [(free, calendar.on_or_after(found.today))] if free else []
    for supply in found.coming.get(need.item.pk, []):
        if supply.on is not None and supply.free > 0:
            parts.append((supply.free, calendar.on_or_after(max(supply.on, found.today))))
    return parts
