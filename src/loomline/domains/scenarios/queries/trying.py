"""What a scenario expects to be wanted, as the own figures that a planner would write for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from loomline.domains.demand import queries as demand
from loomline.domains.demand.queries import Key
from loomline.domains.scenarios.models import Change, ChangeKind
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import PLACES

DEALS = (ChangeKind.WIN, ChangeKind.LOSE)
WEEK = timedelta(weeks=1)
ZERO = Decimal(0)
Figures = dict[Key, dict[date, Decimal]]


def tried_figures(ctx: Ctx, *, changes: Sequence[Change]) -> Figures:
    """The forecast of each series and week that the changes touch: what carrying them over would write."""
    mine = [change for change in changes if change.kind == ChangeKind.DEMAND]
    if not mine:
        return {}
    this = demand.week_of(ctx.today)
    last = max(change.until_on or this for change in mine)
    weeks = max((last - this).days // 7 + 1, 1)
    made = demand.plan(ctx, weeks=weeks, items=[change.item_id for change in mine if change.item_id])
    figures: Figures = {key: {one.week: one.forecast for one in layers} for key, layers in made.rows.items()}
    given: Figures = {}
    for change in mine:
        _try(figures, given, change, after=this)
    return given


def _try(figures: Figures, given: Figures, change: Change, *, after: date) -> None:
    """One change over what those before it have left; the week that has begun stands."""
    week = demand.week_of(change.from_on or after)
    while week <= (change.until_on or week):
        if week > after:
            keys = _keys(figures, change)
            now = {key: figures[key].get(week, ZERO) for key in keys}
            for key, quantity in _moved(now, change).items():
                figures.setdefault(key, {})[week] = quantity
                given.setdefault(key, {})[week] = quantity
        week += WEEK


def _keys(figures: Figures, change: Change) -> list[Key]:
    keys = [
        key
        for key in figures
        if key[0] == change.item_id and (change.site_id is None or key[1] == change.site_id)
    ]
    return sorted(keys, key=lambda key: (key[2] is not None, key[2] or 0, key[1] or 0))


def _moved(now: Mapping[Key, Decimal], change: Change) -> Mapping[Key, Decimal]:
    """Every series by the percentage; a quantity more for new customers, or less of what there is."""
    if change.percent is not None:
        factor = 1 + change.percent / 100
        return {key: (one * factor).quantize(PLACES) for key, one in now.items() if one}
    left = change.quantity or ZERO
    new = (change.item_id or 0, change.site_id, None)
    if left >= 0:
        return {new: now.get(new, ZERO) + left}
    found = {}
    for key, one in now.items():
        less = min(one, -left)
        if less:
            found[key], left = one - less, left + less
    return found
