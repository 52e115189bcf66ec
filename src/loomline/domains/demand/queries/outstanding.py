"""What is wanted beyond the orders: for whoever plans supply."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from loomline.domains.demand.queries.layers import Given, plan
from loomline.domains.demand.queries.streams import week_of
from loomline.kernel.context import Ctx

FORECAST, PIPELINE = "forecast", "pipeline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outstanding:
    """Demand that no order asks for yet: where, when, how much, of which kind, in words, and whose."""

    item_id: int
    site_id: int | None
    day: date
    quantity: Decimal
    kind: str
    label: str
    party_id: int | None


def outstanding(
    ctx: Ctx, *, since: date, until: date, given: Given | None = None, without: Collection[int] = ()
) -> list[Outstanding]:
    """Forecast that orders have not consumed, and lines of open deals by their probability, by day.

    A forecast is wanted on the Monday of its week, never before today. Both days count. To try something,
    give figures instead of what is expected, and deals to go without.
    """
    made = plan(ctx, weeks=max((week_of(until) - week_of(ctx.today)).days // 7 + 1, 1), given=given)
    rows = [
        Outstanding(
            item_id=key[0],
            site_id=key[1],
            day=max(one.week, ctx.today),
            quantity=one.left,
            kind=FORECAST,
            label=_t("Forecast, week of {day}").format(day=date_format(one.week, "j M Y")),
            party_id=key[2],
        )
        for key, layers in made.rows.items()
        for one in layers
        if one.left
    ]
    rows += [
        Outstanding(
            item_id=line.key[0],
            site_id=line.key[1],
            day=line.day,
            quantity=line.weighted,
            kind=PIPELINE,
            label=_t("{deal}, {chance} %").format(deal=line.label, chance=line.probability),
            party_id=line.key[2],
        )
        for line in made.lines
        if line.deal_id not in without
    ]
    rows = [row for row in rows if since <= row.day <= until]
    return sorted(rows, key=lambda row: (row.day, row.item_id, row.kind, row.site_id or 0, row.party_id or 0))
