"""Planning all supply, and following what happens meanwhile."""

from __future__ import annotations

from datetime import timedelta
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
# Within capacity everything hangs together: it is planned anew as a whole, but not every few seconds.
PAUSE = timedelta(minutes=10)


@job(title=_("Plan all supply"))
def plan_supply(ctx: Ctx, run: JobRun, *, within_capacity: bool = False) -> dict[str, Any]:
    """Requirements against stock and receipts, through all levels; the plan before stands until the end.

    Within capacity, no work centre is asked for more than it can do.
    """
    place = queries.heard_by_now(ctx)
    plan = queries.reckon(ctx, report=run.report, within_capacity=within_capacity)
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
    if run.within_capacity and ctx.now - run.made_at < PAUSE:
        return 0
    if not news.is_whole and not run.within_capacity:
        cone = queries.cone_of(ctx, items=news.items)
        try:
            plan = queries.reckon(ctx, only=cone.read)
            return commands.refresh_plan(ctx, plan=plan, items=sorted(cone.written), place=news.place)
        except commands.PlanMovedOn:
            pass
    place = queries.heard_by_now(ctx)
    plan = queries.reckon(ctx, within_capacity=run.within_capacity)
    return commands.keep_plan(ctx, plan=plan, place=place).items


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
    run = queries.last_run()
    if run is not None:
        ctx = Ctx.new(actor=system_actor(ACTOR), via="job")
        plan_supply.start(ctx, within_capacity=run.within_capacity)
