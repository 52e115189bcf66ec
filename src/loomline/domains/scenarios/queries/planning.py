"""Planning a scenario beside the live plan, from one reading of the live documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from loomline.domains.scenarios.models import Change, ChangeKind, Scenario
from loomline.domains.scenarios.queries.figures import Reading
from loomline.domains.scenarios.queries.laying import lay_over
from loomline.domains.scenarios.queries.reading import Hall, bases_of_changes, prices_of
from loomline.domains.supplyplan import queries as supplyplan
from loomline.domains.supplyplan.queries.reckoning import Report
from loomline.kernel.context import Ctx


@dataclass(frozen=True)
class Planned:
    """Both plans, what each decision would replace, and the changes that were laid over."""

    live: Reading
    tried: Reading
    bases: dict[int, str]
    changes: tuple[int, ...]

    def __str__(self) -> str:
        return f"{len(self.tried.plan.orders)} planned orders"


def changes_of(scenario: Scenario) -> list[Change]:
    """The changes of a scenario in their order, with the records that they concern. One statement."""
    rows = Change.objects.filter(scenario=scenario.pk).order_by("position", "pk")
    return list(
        rows.select_related(
            *("item__unit", "site", "supplier", "centre__site", "deal", "order_line__order"),
            "purchase_line__purchase",
        )
    )


def plan_scenario(ctx: Ctx, *, scenario: Scenario, report: Report | None = None) -> Planned:
    """What would come of the changes. It reads the live data and writes nothing.

    Where a change is one of capacity, or the plan that stands is within it, both plans are. How much work
    centres are overloaded is asked of plans without limits: within capacity nothing is.
    """
    say = report or _quiet
    say(0, 100, _("Reading documents"))
    changes = changes_of(scenario)
    found = supplyplan.read_documents(ctx, until=supplyplan.horizon(ctx))
    within = _is_within(changes)
    say(15, 100, _("Planning the live data"))
    live = supplyplan.plan_of(found, within_capacity=within)
    say(45, 100, _("Laying the changes over"))
    laid = lay_over(ctx, found=found, changes=changes)
    say(50, 100, _("Planning the scenario"))
    tried = supplyplan.plan_of(laid, within_capacity=within)
    say(80, 100, _("Comparing"))
    prices, hall = prices_of(ctx, found=[found, laid]), Hall(ctx)
    asked = [supplyplan.plan_of(docs) for docs in (found, laid)] if within else [live, tried]
    over = [hall.overloads(found=docs, plan=plan) for docs, plan in zip((found, laid), asked, strict=True)]
    return Planned(
        live=Reading(found, live, prices, over[0]),
        tried=Reading(laid, tried, prices, over[1]),
        bases=bases_of_changes(ctx, found=found, changes=_decisions(changes)),
        changes=tuple(change.pk for change in changes),
    )


def _is_within(changes: Sequence[Change]) -> bool:
    if any(change.kind == ChangeKind.CAPACITY for change in changes):
        return True
    run = supplyplan.last_run()
    return run is not None and run.within_capacity


def _decisions(changes: Sequence[Change]) -> list[Change]:
    return [change for change in changes if change.is_decision]


def _quiet(done: int, total: int, says: str) -> None:
    pass
