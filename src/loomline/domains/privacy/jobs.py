"""What privacy does at night."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue

from loomline.domains.parties.models import Party
from loomline.domains.privacy import commands, queries
from loomline.domains.privacy.models import RetentionPolicy
from loomline.kernel.actor import system_actor
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, job

ACTOR = "Housekeeping"
BATCH = 100


@job(title=_("Erase people nobody was in contact with"))
def apply_retention(ctx: Ctx, run: JobRun, *, policy_id: int) -> dict[str, Any]:
    """Erase whom a policy names, a hundred at a time; asked to stop, those before stay erased."""
    policy = RetentionPolicy.objects.get(pk=policy_id)
    keys = list(queries.due(policy=policy, today=ctx.today).values_list("pk", flat=True))
    reason = _t("{policy}: {months} months without contact").format(policy=policy.name, months=policy.months)
    for at in range(0, len(keys), BATCH):
        run.report(at, len(keys))
        people = list(Party.objects.filter(pk__in=keys[at : at + BATCH]))
        commands.erase_people(ctx, people=people, reason=reason)
    return {"erased": len(keys)}


@queue.periodic(cron="37 1 * * *")
@queue.task(name="privacy.apply_retention_at_night", queueing_lock="privacy.apply_retention_at_night")
def apply_retention_at_night(timestamp: int) -> None:
    """Each night, every policy that is active and has somebody to erase."""
    ctx = Ctx.new(actor=system_actor(ACTOR), via="job")
    for policy in RetentionPolicy.objects.filter(is_active=True).order_by("pk"):
        if queries.due(policy=policy, today=ctx.today).exists():
            apply_retention.start(ctx, policy_id=policy.pk)
