"""Placing everybody anew."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue

from loomline.domains.parties.models import Party
from loomline.domains.territories import commands
from loomline.domains.territories.models import Territory
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, job

ACTOR = "Territories"
BATCH = 1000


@job(title=_("Put all parties into their territories"))
def place_everybody(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """After rules or addresses have changed: everybody is looked at, those placed by hand stay."""
    commands.clear_places(ctx)
    total, done, moved, last = Party.objects.filter(is_active=True).count(), 0, 0, 0
    while part := list(Party.objects.filter(is_active=True, pk__gt=last).order_by("pk")[:BATCH]):
        moved += len(commands.place_parties(ctx, parties=part))
        last, done = part[-1].pk, done + len(part)
        run.report(min(done, total), total)
    return {"parties": done, "moved": moved}


@queue.periodic(cron="52 2 * * *")
@queue.task(name="territories.place_at_night", queueing_lock="territories.place_at_night")
def place_at_night(timestamp: int) -> None:
    """Each night, while there are territories."""
    if Territory.objects.filter(is_active=True).exists():
        place_everybody.start(Ctx.new(actor=system_actor(ACTOR), via="job"))
