"""Sales and pipeline ask for a day; planning answers from stock, purchases and what making takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loomline.domains.pipeline import ports as pipeline
from loomline.domains.pipeline.models import Opportunity, OpportunityLine
from loomline.domains.planning import queries as planning
from loomline.domains.sales import ports as sales
from loomline.kernel.context import Ctx
from loomline.kernel.port import fill


@fill(sales.promise_dates)
def promise_dates(ctx: Ctx, *, asks: list[sales.Ask]) -> list[sales.Promise]:
    """The earliest honest day for each line."""
    return planning.promises(ctx, asks=asks)


@fill(sales.promise_choices)
def promise_choices(ctx: Ctx, *, asks: list[sales.Ask]) -> list[sales.Promise]:
    """The same days, and what else could be done where it takes long."""
    return planning.promises(ctx, asks=asks, with_choices=True)


@fill(pipeline.deliveries)
def deliveries(ctx: Ctx, *, opportunities: Sequence[Opportunity]) -> Mapping[int, pipeline.Delivery]:
    """When each opportunity could be delivered, its slowest line deciding."""
    lines = list(
        OpportunityLine.objects.filter(opportunity__in=[o.pk for o in opportunities]).select_related(
            "item__style"
        )
    )
    asks = [sales.Ask(item=line.item, quantity=line.quantity) for line in lines]
    found: dict[int, pipeline.Delivery] = {}
    for line, promise in zip(lines, planning.promises(ctx, asks=asks), strict=True):
        known = found.get(line.opportunity_id)
        if known is not None and known.on is not None and known.on >= promise.on:
            continue
        late = line.wanted_on is not None and promise.on > line.wanted_on
        day = date_format(promise.on, "j M")
        text = _("Tight: {day}, wanted earlier") if late else _("Can deliver {day}")
        found[line.opportunity_id] = pipeline.Delivery(
            on=promise.on, text=text.format(day=day), tone="warn" if late else "ok"
        )
    return found
