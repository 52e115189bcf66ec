"""What is to be carried over, as those see it who approve, and whether it still fits the live data."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _t

from loomline.domains.approvals.models import DocumentKind
from loomline.domains.approvals.queries import Subject
from loomline.domains.scenarios.models import Change, Outcome, Scenario, ScenarioOrder
from loomline.domains.scenarios.queries.planning import changes_of
from loomline.domains.scenarios.queries.reading import bases_of_changes, bases_of_places
from loomline.domains.supplyplan import queries as supplyplan
from loomline.kernel.context import Ctx

KIND = DocumentKind.SCENARIO.value
ZERO = Decimal(0)


def chosen(*, scenario: Scenario) -> tuple[list[Change], list[ScenarioOrder]]:
    """The changes and planned orders that somebody has chosen. Two statements."""
    changes = [change for change in changes_of(scenario) if change.is_chosen]
    orders = ScenarioOrder.objects.filter(scenario=scenario, is_chosen=True).select_related("item", "site")
    return changes, list(orders.order_by("start_on", "pk"))


def subject_of(*, scenario: Scenario, changes: Sequence[Change], orders: Sequence[ScenarioOrder]) -> Subject:
    """What is at stake: the planned orders, and by how much the changes move what is bought."""
    amounts: dict[int, Decimal] = defaultdict(Decimal)
    for order in orders:
        amounts[order.item.category_id or 0] += order.value
    if changes:
        amounts[0] += _moved_buys(scenario)
    said = [str(change) for change in changes]
    if orders:
        said.append(_t("{n} planned orders").format(n=len(orders)))
    rows = [[change.pk for change in changes], [order.pk for order in orders], scenario.planned_at]
    return Subject(
        kind=KIND,
        document_id=scenario.pk,
        number=scenario.name,
        title=scenario.purpose,
        goods="; ".join(said),
        amounts=amounts,
        requester_id=scenario.owner_id,
        fingerprint=hashlib.sha256(repr(rows).encode()).hexdigest(),
    )


def _moved_buys(scenario: Scenario) -> Decimal:
    rows = Outcome.objects.filter(scenario=scenario) | Outcome.objects.filter(scenario__isnull=True)
    buys: dict[int | None, Decimal] = dict(rows.values_list("scenario", "buys"))
    return abs(buys.get(scenario.pk, ZERO) - buys.get(None, ZERO))


def moved_since(ctx: Ctx, *, changes: Sequence[Change], orders: Sequence[ScenarioOrder]) -> str:
    """What these rest on and has changed since they were planned; nothing when all stands."""
    if not changes and not orders:
        return ""
    found = supplyplan.read_documents(ctx, until=supplyplan.horizon(ctx))
    bases = bases_of_changes(ctx, found=found, changes=changes)
    for change in changes:
        if bases[change.pk] != change.basis:
            return str(change)
    there = bases_of_places(found=found, places=[(order.item_id, order.site_id) for order in orders])
    for order in orders:
        if there[order.item_id, order.site_id] != order.basis:
            return _t("{item} at {site}").format(item=order.item, site=order.site)
    return ""
