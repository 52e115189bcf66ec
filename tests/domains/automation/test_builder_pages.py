"""A rule is built without code: choices lead to choices, and what is saved is what was chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from loomline.domains.automation import commands as automation
from loomline.domains.automation.models import Rule, RuleState, Run, RunState
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Opportunity
from loomline.kernel.context import Ctx
from loomline.kernel.custom import CustomField
from tests.domains.automation.desk import set_next_step, write_note

Make = Callable[..., Any]


@pytest.fixture
def posted(stage: Make) -> dict[str, str]:
    """What the builder posts for: a deal moves to Negotiating and is above 20,000, then set its next step."""
    return {
        "name": "Large deals",
        "description": "",
        "trigger": "event",
        "event": "pipeline.StageMoved",
        "entity": "pipeline.opportunity",
        "is_free": "",
        "join": "and",
        "rows": "2",
        "row-0-fact": "event.to_stage",
        "row-0-operator": "is",
        "row-0-value": "Negotiating",
        "row-1-fact": "record.amount",
        "row-1-operator": "above",
        "row-1-value": "20000",
        "actions": "1",
        "action-0-command": "pipeline.edit_opportunity",
        "action-0-was": "pipeline.edit_opportunity",
        "action-0-next_step-as": "text",
        "action-0-next_step-is": "Call {record.party.name}",
        "per_hour": "50",
        "pause_days": "",
    }


def test_a_new_rule_begins_with_a_name(client: Client, ctx: Ctx) -> None:
    assert client.get("/automation/rules/new/").status_code == 200
    answer = client.post("/automation/rules/new/", {"name": "Large deals", "description": ""})
    made = Rule.objects.get()

    assert answer["Location"] == f"/automation/rules/{made.pk}/build/"
    again = client.post("/automation/rules/new/", {"name": "Large deals"})
    assert (again.status_code, Rule.objects.count()) == (422, 1)
    assert "Another rule has this name." in again.content.decode()


def test_choices_lead_to_choices_and_write_nothing(client: Client, ctx: Ctx, posted: dict[str, str]) -> None:
    rule = automation.add_rule(ctx, name="Large deals")
    page = client.post(f"/automation/rules/{rule.pk}/build/", posted).content.decode()

    for words in (
        'value="20000"',
        "Call {record.party.name}",
        "Set fields of opportunity",
        "record.party.name",
        "event.to_stage",
    ):
        assert words in page
    more = {**posted, "do": "add-row", "action-0-add": "closes_on"}
    page = client.post(f"/automation/rules/{rule.pk}/build/", more).content.decode()
    assert 'name="row-2-fact"' in page
    assert 'name="action-0-closes_on-is"' in page
    less = {**posted, "do": "remove-row-0"}
    page = client.post(f"/automation/rules/{rule.pk}/build/", less).content.decode()
    assert "row-1-fact" not in page
    rule.refresh_from_db()
    assert (rule.event, rule.actions) == ("", [])


def test_what_was_chosen_is_saved_and_opens_again(client: Client, ctx: Ctx, posted: dict[str, str]) -> None:
    rule = automation.add_rule(ctx, name="Large deals")
    address = f"/automation/rules/{rule.pk}/build/"
    answer = client.post(address, {**posted, "do": "activate"})

    assert (answer.status_code, answer["Location"]) == (302, f"/automation/rules/{rule.pk}/")
    rule.refresh_from_db()
    assert (rule.state, rule.number, rule.per_hour) == (RuleState.ACTIVE, 1, 50)
    assert rule.condition == (
        'event.to_stage == "Negotiating" && (record.amount != null && record.amount > 20000)'
    ) or rule.condition == (
        'event.to_stage == "Negotiating" && record.amount != null && record.amount > 20000'
    )
    assert rule.actions == [
        {
            "command": "pipeline.edit_opportunity",
            "arguments": {"next_step": {"as": "text", "is": "Call {record.party.name}"}},
        }
    ]
    page = client.get(address).content.decode()
    assert 'value="Negotiating"' in page


def test_a_bad_expression_is_shown_with_its_place(client: Client, ctx: Ctx, posted: dict[str, str]) -> None:
    rule = automation.add_rule(ctx, name="Large deals")
    bad = {**posted, "is_free": "yes", "condition": "record.amount >\n 5 &&", "do": "save"}
    answer = client.post(f"/automation/rules/{rule.pk}/build/", bad)

    assert answer.status_code == 422
    assert "Line 2, column 6: This cannot be read: it ends too early." in answer.content.decode()
    rule.refresh_from_db()
    assert rule.condition == ""


def test_a_rule_that_cannot_act_is_not_activated_by_its_page(
    client: Client, ctx: Ctx, posted: dict[str, str]
) -> None:
    rule = automation.add_rule(ctx, name="Large deals")
    empty = {**posted, "actions": "0", "do": "activate"}
    answer = client.post(f"/automation/rules/{rule.pk}/build/", empty)

    assert answer.status_code == 422
    assert "Say what shall be done." in answer.content.decode()
    rule.refresh_from_db()
    assert rule.state == RuleState.DRAFT


@pytest.mark.parametrize(
    "given",
    [
        {"trigger": "schedule", "event": "", "every": "week", "days": [1, 3], "condition": ""},
        {"trigger": "schedule", "event": "", "every": "month", "days": [31], "condition": ""},
        {"trigger": "schedule", "event": "", "every": "hour", "condition": ""},
        {"trigger": "field", "event": "", "fields": ["amount"], "condition": "before.amount > 5"},
        {"trigger": "added", "event": "", "condition": ""},
        {"actions": [write_note("Hello")]},
        {"event": "", "entity": "", "condition": "", "actions": []},
    ],
)
def test_every_kind_of_rule_opens_in_the_builder_and_on_its_page(
    client: Client, rule: Make, given: dict[str, Any]
) -> None:
    made = rule(**given)

    assert client.get(f"/automation/rules/{made.pk}/build/").status_code == 200
    assert client.get(f"/automation/rules/{made.pk}/").status_code == 200
    assert client.get(f"/automation/rules/{made.pk}/reach/").status_code == 200


def test_the_reach_and_a_rehearsal_are_seen(
    client: Client, ctx: Ctx, rule: Make, deal: Make, stage: Make
) -> None:
    made = rule(actions=[set_next_step(), write_note("Told")])
    one = deal()
    pipeline.move_to_stage(ctx, opportunity=one, stage=stage("Negotiating"))
    page = client.get(f"/automation/rules/{made.pk}/reach/").content.decode()
    assert "Autumn range" in page or one.number in page
    page = client.post(f"/automation/rules/{made.pk}/rehearse/").content.decode()

    assert "Call Nord Living about Autumn range" in page
    assert "Write a note" in page
    assert Opportunity.objects.get().next_step == ""


def test_an_expression_that_rows_can_say_opens_as_rows_and_reads_as_a_sentence(
    client: Client, rule: Make
) -> None:
    made = rule(condition='event.to_stage == "Negotiating" && record.amount > 20000')
    page = client.get(f"/automation/rules/{made.pk}/build/").content.decode()
    assert 'name="row-1-fact"' in page
    assert 'value="20000"' in page

    page = client.get(f"/automation/rules/{made.pk}/").content.decode()
    assert "To stage is “Negotiating”" in page
    assert "Amount is above 20,000" in page
    beyond = rule(name="Beyond", condition="record.amount * 2 > 20000")
    page = client.get(f"/automation/rules/{beyond.pk}/build/").content.decode()
    assert "record.amount * 2 &gt; 20000" in page


def test_who_is_left_alone_is_told_why(client: Client, ctx: Ctx, rule: Make, deal: Make, stage: Make) -> None:
    made = rule(condition='event.to_stage == "Negotiating" && record.amount > 20000')
    pipeline.move_to_stage(ctx, opportunity=deal(amount=15000), stage=stage("Negotiating"))

    page = client.get(f"/automation/rules/{made.pk}/reach/").content.decode()
    assert "Amount is above 20,000; here it is 15,000" in page
    assert "To stage is" not in page


def test_buttons_that_would_do_nothing_are_not_offered(client: Client, ctx: Ctx, rule: Make) -> None:
    made = rule(active=True)
    base = f"/automation/rules/{made.pk}/"
    assert "activate_rule" not in client.get(base).content.decode()
    assert "take_over_rule" not in client.get(base).content.decode()

    automation.define_rule(ctx, rule=made, definition={"condition": "record.amount > 5"})
    assert "activate_rule" in client.get(base).content.decode()


def test_a_run_by_hand_is_begun_and_shown(client: Client, ctx: Ctx, rule: Make, deal: Make) -> None:
    made = rule(active=True, condition="record.amount > 1")
    deal()
    answer = client.post(f"/automation/rules/{made.pk}/run/")
    run = Run.objects.get()
    automation.carry_on(ctx)

    assert answer["Location"] == f"/automation/runs/{run.pk}/"
    page = client.get(f"/automation/runs/{run.pk}/").content.decode()
    assert "Next step: – → Call Nord Living about Autumn range" in page
    assert "Take back" in page
    client.post(f"/automation/runs/do/undo_run/?ids={run.pk}")
    run.refresh_from_db()
    assert run.state == RunState.UNDONE


def test_a_stranger_sees_no_rule(ctx: Ctx, rule: Make) -> None:
    made = rule()
    browser = Client()
    assert browser.get(f"/automation/rules/{made.pk}/build/").status_code == 302
    from_outside = type(ctx.actor).objects.create(email="pat@example.org", name="Pat")
    browser.force_login(from_outside)

    for page in ("build", "reach"):
        assert browser.get(f"/automation/rules/{made.pk}/{page}/").status_code == 404
    assert browser.post(f"/automation/rules/{made.pk}/rehearse/").status_code == 404
    assert browser.post(f"/automation/rules/{made.pk}/run/").status_code == 404


def test_a_field_of_ones_own_is_defined_on_its_page(client: Client, ctx: Ctx) -> None:
    given = {"entity": "pipeline.opportunity", "label": "Yarn", "kind": "choice", "choices": "Wool, Silk"}
    assert client.get("/kernel/custom-fields/new/").status_code == 200
    assert client.post("/kernel/custom-fields/new/", {**given, "choices": "Wool"}).status_code == 422
    answer = client.post("/kernel/custom-fields/new/", given)

    made = CustomField.objects.get()
    assert (answer.status_code, made.choices) == (302, ["Wool", "Silk"])
    assert client.get(f"/kernel/custom-fields/{made.pk}/").status_code == 200
    assert "Yarn" in client.get("/pipeline/opportunities/new/").content.decode()
