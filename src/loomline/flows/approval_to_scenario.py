"""Those who decide say yes, and the chosen part of a scenario is carried over in the same moment."""

from __future__ import annotations

from loomline.domains.approvals.events import ApprovalWithdrawn, DocumentApproved, DocumentRefused
from loomline.domains.scenarios import commands, queries
from loomline.domains.scenarios.models import Scenario, ScenarioState
from loomline.kernel.context import Ctx
from loomline.kernel.event import on


@on(DocumentApproved)
def scenario_approved(ctx: Ctx, event: DocumentApproved) -> None:
    """What was chosen is made so; where the live data has moved on, the yes is refused with it."""
    if event.kind == queries.KIND:
        commands.commit_scenario(ctx, scenario=Scenario.objects.get(pk=event.document_id))


@on(DocumentRefused)
def scenario_refused(ctx: Ctx, event: DocumentRefused) -> None:
    """It is a planned scenario again, with the reason."""
    if event.kind == queries.KIND:
        found = Scenario.objects.get(pk=event.document_id)
        commands.take_back_scenario(ctx, scenario=found, reason=event.reason)


@on(ApprovalWithdrawn)
def scenario_withdrawn(ctx: Ctx, event: ApprovalWithdrawn) -> None:
    """A scenario that nobody decides on is a planned one again."""
    found = Scenario.objects.filter(pk=event.document_id, state=ScenarioState.ASKED).first()
    if event.kind == queries.KIND and found is not None:
        commands.take_back_scenario(ctx, scenario=found)
