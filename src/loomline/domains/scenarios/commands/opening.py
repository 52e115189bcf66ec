"""Opening scenarios and ending them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loomline.domains.scenarios.events import ScenarioDiscarded, ScenarioOpened
from loomline.domains.scenarios.models import Change, Scenario, ScenarioState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class NameTaken(Refused):
    """Scenarios are compared by their names."""

    says = _("There is a scenario called {name} already. Give this one another name.")


class NameMissing(Refused):
    """Nobody finds what has no name."""

    says = _("Give the scenario a name of at most 40 letters.")


@command(label=_("New scenario"), icon="plus", creates=Scenario)
def open_scenario(ctx: Ctx, *, name: str, purpose: str = "") -> Scenario:
    """Begin to try something; nothing of the live data changes by it."""
    named = name.strip()

    if not named or len(named) > 40:
        raise NameMissing(at_field="name")
    if Scenario.objects.filter(name=named).exists():
        raise NameTaken(name=named, at_field="name")

    made: Scenario = Scenario.objects.create(
        name=named, purpose=purpose.strip()[:300], owner=ctx.actor, opened_at=ctx.now
    )

    ctx.emit(ScenarioOpened(scenario_id=made.pk, scenario=made.name))
    return made


@command(label=_("Copy"), icon="copy")
def copy_scenario(ctx: Ctx, *, scenario: Scenario, name: str) -> Scenario:
    """Go on from a scenario without touching it: the same changes, under another name."""
    made = open_scenario(ctx, name=name, purpose=scenario.purpose)
    rows = list(scenario.changes.order_by("position", "pk"))
    for row in rows:
        row.pk, row.scenario, row.is_chosen, row.basis = None, made, False, ""
    Change.objects.bulk_create(rows)
    return made


@command(move="reopen", hidden=True)
def reopen_scenario(ctx: Ctx, *, scenario: Scenario) -> Scenario:
    """What was planned no longer is what stands in the list of changes."""
    advance(scenario, "reopen")
    scenario.orders.all().delete()
    scenario.outcomes.all().delete()
    return scenario


@command(move="discard", label=_("Discard"), icon="archive")
def discard_scenario(ctx: Ctx, *, scenario: Scenario) -> Scenario:
    """Nobody goes on with it; it stays to be read and to be copied."""
    scenario = lock(scenario)

    advance(scenario, "discard")

    ctx.emit(ScenarioDiscarded(scenario_id=scenario.pk, scenario=scenario.name))
    return scenario


OPEN = (ScenarioState.DRAFT, ScenarioState.PLANNED)
