"""A chosen part becomes live by the ordinary commands, with a yes, all of it or nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from loomline.domains.accounts.models import User
from loomline.domains.approvals import commands as approvals
from loomline.domains.approvals.models import Approval, ApprovalRule, RuleStep
from loomline.domains.demand.models import Override
from loomline.domains.procurement import commands as procurement
from loomline.domains.procurement.models import Purchase
from loomline.domains.scenarios import commands
from loomline.domains.scenarios.models import Parameter, Scenario, ScenarioOrder, ScenarioState
from loomline.domains.supplyplan.models import ActionMessage, ItemPolicy, PlannedOrder
from loomline.kernel.context import Ctx
from tests.domains.scenarios.conftest import d, on, plan

pytestmark = pytest.mark.django_db


def proposals(rows: Any) -> list[tuple[Any, ...]]:
    found = rows.order_by("due_on", "item", "pk")
    return [(row.item.sku, row.kind, row.quantity, row.start_on, row.due_on) for row in found]


def test_what_is_carried_over_makes_the_live_plan_that_was_tried(
    ctx: Ctx, works: Any, scenario: Scenario
) -> None:
    works.order(works.variant(), "100", on=on(2, 1))
    commands.change_policy(
        ctx,
        scenario=scenario,
        item=works.merino,
        parameter=Parameter.MINIMUM,
        quantity=d("75"),
        reason="A full bale",
    )
    commands.change_supplier(ctx, scenario=scenario, supplier=works.mill, days=3, reason="Busy")
    commands.change_demand(
        ctx, scenario=scenario, item=works.variant("oat"), from_on=on(3, 1), quantity=d("30"), reason="A fair"
    )
    plan(ctx, scenario)
    commands.choose_changes(ctx, changes=list(scenario.changes.all()))

    done = commands.ask_commit(ctx, scenario=scenario)

    assert done.state == ScenarioState.COMMITTED
    assert ItemPolicy.objects.get(item=works.merino).minimum == d("75")
    override = Override.objects.get()
    assert (override.quantity, override.week, override.reason) == (d("30"), on(3, 1), "A fair")
    works.run()
    assert proposals(scenario.orders) == proposals(PlannedOrder.objects.filter(state="proposed"))
    with pytest.raises(commands.NotOpen, match="What if is carried over; its changes stand"):
        commands.change_supplier(ctx, scenario=scenario, supplier=works.mill, days=1, reason="More")


def test_those_who_decide_are_asked_and_orders_become_documents(
    ctx: Ctx, works: Any, scenario: Scenario
) -> None:
    boss = User.objects.create(email="ben@example.org", name="Ben Chief", is_superuser=True)
    rule = ApprovalRule.objects.create(name="Scenarios", document="scenarios.scenario")
    RuleStep.objects.create(rule=rule, level=1, above=d("100"), person=boss)
    works.order(works.variant(), "100", on=on(2, 1))
    plan(ctx, scenario)
    yarn = scenario.orders.get(item=works.merino)
    commands.choose_orders(ctx, orders=[yarn])

    asked = commands.ask_commit(ctx, scenario=scenario, note="Before the strike")
    approval = Approval.objects.get()
    assert (asked.state, approval.number, approval.amount) == (ScenarioState.ASKED, "What if", yarn.value)
    # 100 pieces of 0.4368 kg at 30.
    assert yarn.value == d("1310.4000")
    assert not Purchase.objects.exists()

    chief = replace(Ctx.new(actor=boss, via="page"), now=ctx.now)
    approvals.refuse_approval(chief, approval=approval, reason="Too early")
    scenario.refresh_from_db()
    assert (scenario.state, scenario.answer) == (ScenarioState.PLANNED, "Too early")

    commands.ask_commit(ctx, scenario=scenario)
    approvals.approve_documents(chief, approvals=[Approval.objects.get(state="waiting")])
    scenario.refresh_from_db()
    line = Purchase.objects.get(supplier=works.mill).lines.get()
    assert (scenario.state, line.item, line.quantity) == (ScenarioState.COMMITTED, works.merino, yarn.started)
    assert PlannedOrder.objects.get(state="firmed").document == Purchase.objects.get().number


def test_where_the_live_data_moved_on_nothing_is_carried_over(
    ctx: Ctx, works: Any, scenario: Scenario
) -> None:
    works.order(works.variant(), "100", on=on(2, 1))
    commands.change_policy(
        ctx,
        scenario=scenario,
        item=works.label,
        parameter=Parameter.SAFETY_STOCK,
        quantity=d("50"),
        reason="Safer",
    )
    plan(ctx, scenario)
    commands.choose_changes(ctx, changes=list(scenario.changes.all()))
    commands.choose_orders(ctx, orders=[scenario.orders.get(item=works.merino)])
    works.stock(works.merino, "12")
    with pytest.raises(commands.LiveMoved, match="Merino 2/48 at Porto works is no longer as it was"):
        commands.ask_commit(ctx, scenario=scenario)
    assert not ItemPolicy.objects.exists()

    # What is not concerned may move: the stock of yarn means nothing to the policy of labels.
    commands.leave_orders(ctx, orders=list(ScenarioOrder.objects.filter(is_chosen=True)))
    commands.ask_commit(ctx, scenario=scenario)
    assert ItemPolicy.objects.get().safety_stock == d("50")


def test_assumptions_stay_assumptions_and_nothing_is_not_carried_over(
    ctx: Ctx, works: Any, scenario: Scenario
) -> None:
    lost = commands.lose_partner(
        ctx, scenario=scenario, partner=works.dyer, until_on=on(12, 14), reason="Boiler"
    )
    plan(ctx, scenario)
    with pytest.raises(
        commands.NotOurs, match="“Partner lost for a time: Braga Dye” is for others to decide"
    ):
        commands.choose_changes(ctx, changes=[lost])
    with pytest.raises(commands.NothingChosen, match="Nothing of What if is chosen"):
        commands.ask_commit(ctx, scenario=scenario)
    copied = commands.copy_scenario(ctx, scenario=scenario, name="Again")
    commands.discard_scenario(ctx, scenario=scenario)
    assert [(one.supplier, one.reason) for one in copied.changes.all()] == [(works.dyer, "Boiler")]


def test_the_pages_say_what_is_better_and_what_is_worse(ctx: Ctx, works: Any, scenario: Scenario) -> None:
    client = Client()
    client.force_login(ctx.actor)
    assert b"No scenario is planned yet." in client.get("/scenarios/compare/").content
    works.order(works.variant(), "100", on=on(2, 1))
    commands.lose_partner(ctx, scenario=scenario, partner=works.mill, until_on=on(2, 1), reason="A strike")
    _live, tried = plan(ctx, scenario)

    page = client.get(f"/scenarios/compare/?with={scenario.pk}").content.decode()
    assert "1 more, worse" in page
    assert f"{tried.late_days} days late" in page
    assert "Nord Living" in page
    record = client.get(f"/scenarios/scenarios/{scenario.pk}/").content.decode()
    assert "Assumption" in record
    assert "Choose changes and planned orders, then carry them over." in record
    assert client.get(f"/scenarios/changes/?scenario={scenario.pk}").status_code == 200
    assert client.post(f"/scenarios/{scenario.pk}/plan/").status_code == 302


def test_a_message_of_the_plan_is_tried(ctx: Ctx, works: Any, scenario: Scenario) -> None:
    from_mill = procurement.open_purchase(
        ctx,
        supplier=works.mill,
        site=works.home,
        requested_on=on(1, 25),
        lines=[procurement.PurchaseLineDraft(item=works.merino, quantity=d("60"))],
    )
    works.order(works.variant(), "100", on=on(2, 1))
    works.run()
    message = ActionMessage.objects.get(receipt_id=from_mill.pk, advice="expedite")

    made = commands.try_message(ctx, message=message, scenario=scenario)

    assert (made.purchase_line, made.from_on) == (from_mill.lines.get(), message.to_on)
    assert made.reason == message.says
    plan(ctx, scenario)
    assert scenario.outcomes.get().expedite == 0
