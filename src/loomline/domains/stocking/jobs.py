"""Recommending stock for all places, and placing safety stock in a chain."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue

from loomline.domains.stocking import commands, queries
from loomline.domains.stocking.models import Chain
from loomline.engines.bad_input import BadInput
from loomline.engines.watch import Watch
from loomline.kernel.actor import system_actor
from loomline.kernel.command import fetch
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, job
from loomline.kernel.refusal import Refused

ACTOR = "Planner"
PARTS = 100


class Unplaceable(Refused):
    """The chain as it stands has no solution."""

    says = _("{says} {remedy}")


@job(title=_("Recommend stock"))
def recommend_stock(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """Policies for all places from what really happened; those before stand until this is whole."""
    run.report(0, PARTS, _t("Reading demand, receipts and costs"))
    rule = queries.house_rule()
    history = queries.read_facts(ctx, rule=rule)

    def tell(done: int, total: int) -> None:
        run.report(10 + 80 * done // max(total, 1), PARTS, _t("Reckoning policies"))

    advised = queries.advise(
        history,
        rule=rule,
        by_site=queries.rules_by_site(),
        currency=ctx.company.currency,
        today=ctx.today,
        report=tell,
    )
    run.report(90, PARTS, _t("Writing"))
    made = commands.keep_round(ctx, advised=advised)
    return {"places": made.places}


@job(title=_("Place safety stock"))
def place_safety_stock(ctx: Ctx, run: JobRun, *, chain_id: int) -> dict[str, Any]:
    """The cheapest service times of a chain; stopped, a chain with rings keeps nothing of it."""
    chain = fetch(Chain, chain_id)
    told = -1

    def tell(done: float, says: str) -> None:
        nonlocal told
        if int(done * PARTS) > told:
            told = int(done * PARTS)
            run.report(told, PARTS, says)

    try:
        placed = queries.place(chain=chain, watch=Watch(tell))
    except BadInput as fault:
        raise Unplaceable(says=fault.says, remedy=fault.remedy) from fault
    commands.keep_placing(ctx, chain=chain, placed=placed)
    return {"stages": len(placed.stages), "cost": str(placed.cost)}


@queue.periodic(cron="17 4 * * 1")
@queue.task(name="stocking.recommend_weekly", queueing_lock="stocking.recommend_weekly")
def recommend_weekly(timestamp: int) -> None:
    """In the night to Monday, once somebody has begun to: another week has another history."""
    if queries.last_round() is not None:
        recommend_stock.start(Ctx.new(actor=system_actor(ACTOR), via="job"))
