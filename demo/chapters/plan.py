"""The season ends with a plan of what to buy and make next."""

from __future__ import annotations

from decimal import Decimal

from loomline.domains.catalog.models import Item
from loomline.domains.supplyplan import commands, queries
from loomline.domains.supplyplan.models import ItemPolicy, PlannedOrder, PlanRun
from loomline_demo.halden import Halden

# What is kept of the jumpers that sell best, for shops that order a handful again.
BEST_SELLERS = ("Merino crew jumper Fjord M", "Merino crew jumper Coal M", "Merino crew jumper Fjord L")


def proves(halden: Halden) -> None:
    """Told last, when everything else stands: the planner says what is kept, and plans all supply."""
    s = halden.s
    for name in BEST_SELLERS:
        ItemPolicy.objects.create(
            item=Item.objects.get(name=name),
            site=halden.plant,
            reorder_level=Decimal(60),
            minimum=Decimal(80),
        )
    ItemPolicy.objects.create(
        item=halden.labels,
        site=halden.plant,
        reorder_level=Decimal(60_000),
        multiple=Decimal(5_000),
    )
    ctx = s.by("planner")
    commands.keep_plan(ctx, plan=queries.reckon(ctx), place=queries.heard_by_now(ctx))
    s.expect(PlanRun.objects.count() == 1, "supply is planned")
    kinds = set(PlannedOrder.objects.filter(state="proposed").values_list("kind", flat=True))
    s.expect({"buy", "make"} <= kinds, "something is to be bought, something to be made")
