"""The planner asks what would be if the dyer stood still for two weeks, and sees whom it concerns."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from loomline.domains.scenarios import commands, queries
from loomline.domains.scenarios.models import Outcome, Scenario
from loomline_demo.halden import Halden


def proves(halden: Halden) -> None:
    """Told after the plan: two questions, each answered beside the live plan, and nothing of it changed."""
    s = halden.s
    ctx = s.by("planner")
    dyer = commands.open_scenario(
        ctx, name="Dyer out for two weeks", purpose="Which customers wait if the dyehouse stands still?"
    )
    commands.lose_partner(
        ctx,
        scenario=dyer,
        partner=halden.partners["dyer"],
        until_on=s.today + timedelta(days=14),
        reason="The boiler is to be replaced",
    )
    labels = commands.open_scenario(
        ctx, name="More labels on the shelf", purpose="What does it cost to run short less often?"
    )
    commands.change_policy(
        ctx,
        scenario=labels,
        item=halden.labels,
        parameter="reorder_level",
        quantity=Decimal(90_000),
        site=halden.plant,
        reason="Labels ran short twice this season",
    )
    for scenario in (labels, dyer):
        planned = queries.plan_scenario(ctx, scenario=scenario)
        commands.keep_outcome(ctx, scenario=scenario, planned=planned)
    s.expect(Scenario.objects.filter(state="planned").count() == 2, "two scenarios are planned")
    s.expect(Outcome.objects.count() == 3, "each stands beside one live plan")
