"""Planning a scenario."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.scenarios import commands, queries
from loomline.domains.scenarios.models import Scenario
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, job


@job(title=_("Plan a scenario"))
def plan_scenario(ctx: Ctx, run: JobRun, scenario_id: int) -> dict[str, Any]:
    """The live data with the changes laid over, planned in memory; what was known stands until the end."""
    scenario = Scenario.objects.get(pk=scenario_id)
    planned = queries.plan_scenario(ctx, scenario=scenario, report=run.report)
    commands.keep_outcome(ctx, scenario=scenario, planned=planned)
    return {"orders": len(planned.tried.plan.orders), "late": len(planned.tried.late)}
