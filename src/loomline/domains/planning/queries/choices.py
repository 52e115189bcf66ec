"""What else could be done for a line that takes long: a part earlier, or all of it from another site."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loomline.domains.inventory import queries as inventory
from loomline.domains.sales.ports import Alternative, Ask, Promise
from loomline.domains.sites import queries as sites
from loomline.kernel.calendar import WorkCalendar
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain

MOST_PARTS = 3
Parts = Sequence[tuple[Decimal, date]]


def alternatives(
    ctx: Ctx, *, asks: Sequence[Ask], promises: Sequence[Promise], parts: Sequence[Parts], outbound: int
) -> list[tuple[Alternative, ...]]:
    """The alternatives of each promise, the earliest first; none where stock or the wished day is kept."""
    slow = {
        n
        for n, promise in enumerate(promises)
        if promise.method != "stock" and promise.limit_kind != "wanted"
    }
    elsewhere = _elsewhere(ctx, [(n, asks[n]) for n in sorted(slow)], outbound)
    places = {ask.site.pk: ask.site for ask in asks if ask.site is not None}
    calendars = sites.work_calendars(sites=places.values()) if slow else {}
    found: list[tuple[Alternative, ...]] = []
    for n, (ask, promise) in enumerate(zip(asks, promises, strict=True)):
        told = []
        if n in slow:
            calendar = calendars[ask.site.pk if ask.site else None]
            split = _split(ask, promise, parts[n], calendar, outbound)
            told = [*([split] if split is not None else []), *elsewhere.get(n, [])]
        found.append(
            tuple(sorted((one for one in told if one.on < promise.on), key=lambda one: (one.on, one.kind)))
        )
    return found


def _split(
    ask: Ask, promise: Promise, parts: Parts, calendar: WorkCalendar, outbound: int
) -> Alternative | None:
    """So much on the first day, so much on the next, the rest when all could be there."""
    left, by_day = ask.quantity, dict[date, Decimal]()
    for quantity, ready in parts:
        day = calendar.add(ready, outbound)
        if day >= promise.on or left <= 0 or (day not in by_day and len(by_day) >= MOST_PARTS):
            continue
        by_day[day] = by_day.get(day, Decimal(0)) + min(quantity, left)
        left -= min(quantity, left)
    if not by_day or left <= 0:
        return None
    shown = [*sorted(by_day.items()), (promise.on, left)]
    words = [
        _("{n} on {day}").format(n=plain(quantity), day=date_format(day, "j M")) for day, quantity in shown
    ]
    first = min(by_day)
    return Alternative(kind="split", on=first, quantity=by_day[first], text=", ".join(words))


def _elsewhere(ctx: Ctx, asks: Sequence[tuple[int, Ask]], outbound: int) -> dict[int, list[Alternative]]:
    """Our other sites that have all of it."""
    placed = [(n, ask, ask.site.pk) for n, ask in asks if ask.site is not None]
    if not placed:
        return {}
    free = inventory.available_by_site(item_ids={ask.item.pk for _n, ask, _here in placed}, on=ctx.today)
    own = {site.pk: site for site in sites.own_sites()}
    calendars = sites.work_calendars(sites=own.values())
    found: dict[int, list[Alternative]] = {}
    for n, ask, here in placed:
        for (item, site), quantity in sorted(free.items()):
            if item != ask.item.pk or site not in own or site == here or quantity < ask.quantity:
                continue
            calendar = calendars[site]
            on = calendar.add(calendar.on_or_after(ctx.today), outbound)
            text = _("{n} from {site} on {day}").format(
                n=plain(ask.quantity), site=own[site], day=date_format(on, "j M")
            )
            found.setdefault(n, []).append(Alternative(kind="site", on=on, quantity=ask.quantity, text=text))
    return found
