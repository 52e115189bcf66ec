"""Carrying a chosen part of a scenario over to the live data, when those who decide have said yes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from loomline.domains.approvals import commands as approvals
from loomline.domains.approvals import queries as approval_queries
from loomline.domains.approvals.models import Approval, ApprovalState
from loomline.domains.scenarios import queries
from loomline.domains.scenarios.commands.deciding import make_so
from loomline.domains.scenarios.events import ScenarioAsked, ScenarioCommitted, ScenarioTakenBack
from loomline.domains.scenarios.models import Change, Scenario, ScenarioOrder, ScenarioState
from loomline.domains.scenarios.queries import KIND
from loomline.domains.supplyplan import commands as supplyplan
from loomline.domains.supplyplan.commands import ProposalDraft
from loomline.domains.supplyplan.models import OrderKind
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class NotPlanned(Refused):
    """What is chosen must be known with its consequences."""

    says = _("{scenario} is {state}. Only parts of a planned scenario can be chosen.")


class NotOurs(Refused):
    """What others decide is an assumption."""

    says = _("“{change}” is for others to decide and stays an assumption. Choose changes of ours.")


class NobodySupplies(Refused):
    """An order goes to somebody."""

    says = _("Nobody supplies {item}, so the order cannot be carried over. Name a supplier and plan again.")


class NothingChosen(Refused):
    """An empty decision decides nothing."""

    says = _("Nothing of {scenario} is chosen. Choose changes or planned orders first.")


class LiveMoved(Refused):
    """Whoever said yes said it to what stood there then."""

    says = _("{what} is no longer as it was when {scenario} was planned. Plan it again, then choose anew.")


@command(label=_("Choose"), icon="check")
def choose_changes(ctx: Ctx, *, changes: list[Change]) -> list[Change]:
    """Mark changes that are to be carried over."""
    for change in changes:
        if not change.is_decision:
            raise NotOurs(change=change)
    return _mark_changes(changes, True)


@command(label=_("Leave out"), icon="x")
def leave_changes(ctx: Ctx, *, changes: list[Change]) -> list[Change]:
    """Mark changes that are not to be carried over after all."""
    return _mark_changes(changes, False)


@command(label=_("Choose"), icon="check")
def choose_orders(ctx: Ctx, *, orders: list[ScenarioOrder]) -> list[ScenarioOrder]:
    """Mark planned orders that are to become documents."""
    for order in orders:
        if order.kind == OrderKind.NONE:
            raise NobodySupplies(item=order.item)
    return _mark_orders(orders, True)


@command(label=_("Leave out"), icon="x")
def leave_orders(ctx: Ctx, *, orders: list[ScenarioOrder]) -> list[ScenarioOrder]:
    """Mark planned orders that are not to become documents after all."""
    return _mark_orders(orders, False)


@command(move="ask", label=_("Carry over"), icon="hand-stop")
def ask_commit(ctx: Ctx, *, scenario: Scenario, note: str = "") -> Scenario:
    """Ask those who decide to make the chosen part so; what crosses no rule is made so at once."""
    scenario = lock(scenario)
    changes, orders = queries.chosen(scenario=scenario)

    if scenario.state != ScenarioState.PLANNED:
        raise NotPlanned(scenario=scenario, state=scenario.state.label.lower())
    if not changes and not orders:
        raise NothingChosen(scenario=scenario)
    _refuse_moved(ctx, scenario, changes, orders)

    advance(scenario, "ask", answer="")

    told: dict[str, Any] = {"scenario_id": scenario.pk, "scenario": scenario.name}
    ctx.emit(ScenarioAsked(**told, changes=len(changes), orders=len(orders)))
    subject = queries.subject_of(scenario=scenario, changes=changes, orders=orders)
    if approval_queries.needs(ctx, subject=subject):
        approvals.ask_approval(ctx, subject=subject, note=note or scenario.purpose)
        return scenario
    return commit_scenario(ctx, scenario=scenario)


@command(move="take_back", label=_("Take back"), icon="arrow-back-up")
def take_back_scenario(ctx: Ctx, *, scenario: Scenario, reason: str = "") -> Scenario:
    """Carry nothing over for now; nobody is asked any more."""
    scenario = lock(scenario)

    advance(scenario, "take_back", answer=reason.strip()[:300])
    waiting = Approval.objects.filter(kind=KIND, document_id=scenario.pk, state=ApprovalState.WAITING).first()
    if waiting is not None:
        approvals.withdraw_approval(ctx, approval=waiting)

    told: dict[str, Any] = {"scenario_id": scenario.pk, "scenario": scenario.name}
    ctx.emit(ScenarioTakenBack(**told, reason=scenario.answer))
    return scenario


@command(move="commit", hidden=True)
def commit_scenario(ctx: Ctx, *, scenario: Scenario) -> Scenario:
    """Make the chosen part so, by the commands that people give, all of it or nothing."""
    scenario = lock(scenario)
    changes, orders = queries.chosen(scenario=scenario)

    _refuse_moved(ctx, scenario, changes, orders)

    advance(scenario, "commit", committed_at=ctx.now)
    make_so(ctx, changes=changes)
    if orders:
        supplyplan.firm_proposals(ctx, drafts=[_draft(order) for order in orders])

    told: dict[str, Any] = {"scenario_id": scenario.pk, "scenario": scenario.name}
    ctx.emit(ScenarioCommitted(**told, changes=len(changes), orders=len(orders)))
    return scenario


def _mark_changes(changes: Sequence[Change], is_chosen: bool) -> list[Change]:
    _planned({change.scenario_id for change in changes})
    Change.objects.filter(pk__in=[change.pk for change in changes]).update(is_chosen=is_chosen)
    for change in changes:
        change.is_chosen = is_chosen
    return list(changes)


def _mark_orders(orders: Sequence[ScenarioOrder], is_chosen: bool) -> list[ScenarioOrder]:
    _planned({order.scenario_id for order in orders})
    ScenarioOrder.objects.filter(pk__in=[order.pk for order in orders]).update(is_chosen=is_chosen)
    for order in orders:
        order.is_chosen = is_chosen
    return list(orders)


def _planned(keys: set[int]) -> None:
    for scenario in Scenario.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",)):
        if scenario.state != ScenarioState.PLANNED:
            raise NotPlanned(scenario=scenario, state=scenario.state.label.lower())


def _refuse_moved(
    ctx: Ctx, scenario: Scenario, changes: Sequence[Change], orders: Sequence[ScenarioOrder]
) -> None:
    """Only what is concerned is looked at: the rest of the live data may move on."""
    moved = queries.moved_since(ctx, changes=changes, orders=orders)
    if moved:
        raise LiveMoved(what=moved, scenario=scenario)


def _draft(order: ScenarioOrder) -> ProposalDraft:
    return ProposalDraft(
        item_id=order.item_id,
        site_id=order.site_id,
        kind=order.kind,
        quantity=order.quantity,
        started=order.started,
        start_on=order.start_on,
        due_on=order.due_on,
        need_on=order.need_on,
        is_late=order.is_late,
        supplier_id=order.supplier_id,
        from_site_id=order.from_site_id,
    )
