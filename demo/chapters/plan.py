"""The season ends with a plan of what to buy, make and move next, and with what should be kept where."""

from __future__ import annotations

from decimal import Decimal

from loomline.domains.catalog.models import Item
from loomline.domains.sites.models import Site
from loomline.domains.stocking import commands as stocking
from loomline.domains.stocking import queries as stock
from loomline.domains.stocking.models import Recommendation
from loomline.domains.supplyplan import commands, queries
from loomline.domains.supplyplan.models import ItemPolicy, PlannedOrder, PlanRun, Shipment
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
    ItemPolicy.objects.create(
        item=halden.labels,
        site=Site.objects.get(code="OSL"),
        from_site=halden.plant,
        lead_days=4,
        safety_stock=Decimal(3000),
    )
    ctx = s.by("planner")
    commands.keep_plan(ctx, plan=queries.reckon(ctx), place=queries.heard_by_now(ctx))
    s.expect(PlanRun.objects.count() == 1, "supply is planned")
    kinds = set(PlannedOrder.objects.filter(state="proposed").values_list("kind", flat=True))
    s.expect({"buy", "make"} <= kinds, "something is to be bought, something to be made")
    s.expect(Shipment.objects.filter(is_short=True).exists(), "labels for Oslo are short in Porto")
    _stock(halden)


def _stock(halden: Halden) -> None:
    """What should be kept is reckoned from the season, and the chain of a best seller is placed."""
    s = halden.s
    ctx, rule = s.by("planner"), stock.house_rule()
    history = stock.read_facts(ctx, rule=rule)
    advised = stock.advise(history, rule=rule, currency=ctx.company.currency, today=ctx.today)
    made = stocking.keep_round(ctx, advised=advised)
    s.expect(made.places > len(BEST_SELLERS), "every place has a recommendation")
    last = Recommendation.objects.filter(state="open", worth="C").order_by("-difference", "pk").first()
    if last is not None:
        stocking.dismiss_recommendations(ctx, recommendations=[last], reason="Leaves the range in spring.")
    jumper = Item.objects.get(name=BEST_SELLERS[0])
    chain = stocking.lay_out_chain(ctx, item=jumper)
    chain = stocking.keep_placing(ctx, chain=chain, placed=stock.place(chain=chain))
    s.expect(chain.is_proven, "the safety stock of a jumper stands where it costs least")
