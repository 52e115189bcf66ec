"""Planning all supply, and following what happens meanwhile."""

from __future__ import annotations

from typing import Any

from django.db import close_old_connections
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue

from loomline.domains.supplyplan import commands, queries
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, JobState, job

ACTOR = "Planner"
FOLLOW = "supplyplan.follow"
# Events that concern no item are read again until there are so many of them.
MANY = 200


@job(title=_("Plan all supply"))
def plan_supply(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """Requirements against stock and receipts, through all levels; the plan before stands until the end."""
    place = queries.heard_by_now(ctx)
    plan = queries.reckon(ctx, report=run.report)
    made = commands.keep_plan(ctx, plan=plan, place=place)
    return {"orders": made.orders, "messages": made.messages}


def follow(ctx: Ctx) -> int:
    """Plan what events have touched anew; how many items that were."""
    run = queries.last_run()
    if run is None:
        return 0
    news = queries.news(ctx, run=run)
    if not news.items and not news.is_whole:
        if news.count > MANY:
            commands.hear_events(ctx, place=news.place)
        return 0
    if not news.is_whole:
        cone = queries.cone_of(ctx, items=news.items)
        try:
            plan = queries.reckon(ctx, only=cone.read)
            return commands.refresh_plan(ctx, plan=plan, items=sorted(cone.written), place=news.place)
        except commands.PlanMovedOn:
            pass
    place = queries.heard_by_now(ctx)
    return commands.keep_plan(ctx, plan=queries.reckon(ctx), place=place).items


@queue.periodic(cron="* * * * * */5")
@queue.task(name=FOLLOW, queueing_lock=FOLLOW, lock=FOLLOW)
def follow_events(timestamp: int) -> None:
    """Every few seconds, while there is a plan and no run is under way."""
    close_old_connections()
    busy = JobRun.objects.filter(name=plan_supply.name, state=JobState.RUNNING)
    if queries.last_run() is not None and not busy.exists():
        follow(Ctx.new(actor=system_actor(ACTOR), via="job"))


@queue.periodic(cron="41 3 * * *")
@queue.task(name="supplyplan.plan_at_night", queueing_lock="supplyplan.plan_at_night")
def plan_at_night(timestamp: int) -> None:
    """Each night, once somebody has begun to plan: another day has other dates."""
    if queries.last_run() is not None:
        plan_supply.start(Ctx.new(actor=system_actor(ACTOR), via="job"))
