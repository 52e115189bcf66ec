"""A plan from the documents: planned orders, whom they are for, and what to do to orders that exist."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loomline.domains.supplyplan.models import OrderKind
from loomline.domains.supplyplan.queries.buckets import Days
from loomline.domains.supplyplan.queries.deploying import Asked, shippings
from loomline.domains.supplyplan.queries.documents import Documents, read_documents
from loomline.domains.supplyplan.queries.plant import lay_out
from loomline.domains.supplyplan.queries.proposals import Reckoned
from loomline.domains.supplyplan.queries.reading import Reading
from loomline.domains.supplyplan.queries.within import plan_within
from loomline.engines.mrp.grid import grid_for
from loomline.engines.mrp.netting import Netting
from loomline.engines.mrp.plan_pegs import peg
from loomline.engines.watch import Watch
from loomline.kernel.context import Ctx

Report = Callable[[int, int, str], None]
HORIZON_DAYS = 365
# Above so many items at sites the plan is one of weeks.
MOST_BY_DAY = 20_000
WITHIN = _l("Fitting work into the hours of work centres")


def reckon(
    ctx: Ctx,
    *,
    report: Report | None = None,
    only: Collection[int] | None = None,
    within_capacity: bool = False,
) -> Reckoned:
    """Plan all items, or only these: they must hold all parents of each."""
    say = report or _quiet
    say(0, 100, _("Reading documents"))
    found = read_documents(ctx, until=horizon(ctx), only=only)
    return plan_of(found, report=say, within_capacity=within_capacity)


def horizon(ctx: Ctx) -> date:
    """The day up to which supply is planned."""
    return ctx.today + timedelta(days=HORIZON_DAYS)


def plan_of(found: Documents, *, report: Report | None = None, within_capacity: bool = False) -> Reckoned:
    """The plan of documents as they are, or as somebody tries them.

    Within capacity no work centre is asked for more on a day than it can do: what does not fit is made
    earlier or later.
    """
    say = report or _quiet
    say(20, 100, _("Laying out bills and lead times"))
    laid = lay_out(found)
    step = 1 if len(laid.rows) <= MOST_BY_DAY else 7
    netting = Netting(laid.plant, grid_for(laid.plant, bucket_days=step, horizon_days=HORIZON_DAYS))
    netting.run(Watch(lambda done, _says: say(30 + int(done * 30), 100, _("Netting"))))
    say(60, 100, _("Pegging"))
    pegging, orders = peg(netting)
    say(75, 100, _("Reading the plan"))
    made: Days
    made = net = Reading(found, laid, pegging, netting.grid, netting, orders)
    if within_capacity:
        made = plan_within(net, Watch(lambda done, _s: say(75 + int(done * 14), 100, str(WITHIN))))
    proposals = list(made.orders())
    moves = [
        Asked(one.planning.place, one.started, max(one.start_on, found.today))
        for one in proposals
        if one.planning.kind == OrderKind.MOVE
    ]
    plan = Reckoned(
        today=found.today,
        until=found.until,
        items=list(made.items()),
        orders=proposals,
        ties=list(made.ties()),
        told=list(made.told()),
        shipments=shippings(netting, laid, moves, today=found.today),
        within_capacity=within_capacity,
    )
    say(90, 100, _("Writing"))
    return plan


def _quiet(done: int, total: int, says: str) -> None:
    pass
