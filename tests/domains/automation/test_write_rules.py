"""Rules are drafted, checked, activated as versions that never change, and paused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from loomline.domains.automation import commands as automation
from loomline.domains.automation import queries
from loomline.domains.automation.models import Rule, RuleState, RuleVersion
from loomline.kernel.context import Ctx
from loomline.kernel.edit import FieldClosed, plain_commands
from loomline.kernel.event import StoredEvent
from loomline.kernel.refusal import Invalid, MoveRefused, NotPermitted, Refused
from tests.domains.automation.desk import person, set_next_step

Make = Callable[..., Any]


def test_a_rule_begins_as_a_draft_of_whoever_writes_it(ctx: Ctx, rule: Make) -> None:
    made = rule()

    assert (made.state, made.number, made.owner) == (RuleState.DRAFT, 0, ctx.actor)
    with pytest.raises(Invalid, match="has this name"):
        rule()
    with pytest.raises(automation.RuleUnnamed):
        automation.add_rule(ctx, name=" ")
    assert Rule.objects.count() == 1


def test_activating_makes_a_version_and_tells(ctx: Ctx, rule: Make) -> None:
    made = automation.activate_rule(ctx, rule=rule())

    version = RuleVersion.objects.get()
    assert (made.state, made.number) == (RuleState.ACTIVE, 1)
    assert (version.number, version.condition, version.actions) == (1, made.condition, made.actions)
    assert StoredEvent.objects.latest("id").sentence == "Rule Large deals is active with version 1"


def test_a_changed_draft_acts_only_after_it_was_activated(ctx: Ctx, rule: Make) -> None:
    made = rule(active=True)
    automation.define_rule(ctx, rule=made, definition={"condition": "record.amount > 50000"})

    assert [v.condition for v in RuleVersion.objects.all()] == [
        'event.to_stage == "Negotiating" && record.amount > 20000'
    ]
    made = automation.activate_rule(ctx, rule=made)
    assert (made.number, RuleVersion.objects.count()) == (2, 2)
    with pytest.raises(automation.NothingToPublish):
        automation.activate_rule(ctx, rule=made)


def test_pausing_and_activating_the_same_keeps_the_version(ctx: Ctx, rule: Make) -> None:
    made = automation.pause_rule(ctx, rule=rule(active=True))

    assert made.state == RuleState.PAUSED
    with pytest.raises(MoveRefused, match="is paused"):
        automation.pause_rule(ctx, rule=made)
    assert automation.activate_rule(ctx, rule=made).number == 1


def test_a_version_never_changes(ctx: Ctx, rule: Make) -> None:
    rule(active=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        RuleVersion.objects.update(condition="true")
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleVersion.objects.all().delete()


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("record.amount >", "Line 1, column 16: This cannot be read: it ends too early."),
        (
            "record.amount > 5 &&\nrecord.amout < 9",
            "Line 2, column 1: There is no fact called record.amout; did you mean record.amount.",
        ),
        ("record.name > 5", "Line 1, column 1: These values do not go together: "),
        ("record.amount", "Line 1, column 1: This gives number, but boolean is wanted."),
        (
            "record.party == 5",
            "Line 1, column 1: record.party is a whole record; name one of its fields, such as record.party.",
        ),
    ],
)
def test_a_bad_condition_is_refused_with_its_place(ctx: Ctx, rule: Make, condition: str, says: str) -> None:
    made = rule()
    with pytest.raises(Invalid) as caught:
        automation.define_rule(ctx, rule=made, definition={"condition": condition})

    assert caught.value.errors["condition"][0].startswith(says)
    made.refresh_from_db()
    assert made.condition == 'event.to_stage == "Negotiating" && record.amount > 20000'


@pytest.mark.parametrize(
    ("given", "where", "says"),
    [
        ({"event": ""}, "event", "Choose what must happen."),
        ({"entity": ""}, "entity", "Choose the records that the rule works on."),
        ({"entity": "sales.order"}, "entity", "This event is not about such a record."),
        ({"actions": []}, "actions", "Say what shall be done."),
        ({"trigger": "field", "condition": ""}, "fields", "Choose at least one field to watch."),
        ({"trigger": "schedule", "condition": ""}, "every", "Say how often the rule looks."),
        (
            {"trigger": "schedule", "condition": "", "every": "week"},
            "days",
            "Say on which days the rule looks.",
        ),
        (
            {"actions": [{"command": "accounts.add_role", "arguments": {}}]},
            "actions.0",
            "A rule cannot give the command accounts.add_role.",
        ),
        (
            {"actions": [{"command": "pipeline.move_to_stage", "arguments": {}}]},
            "actions.0.stage",
            "Stage must be filled in.",
        ),
        (
            {
                "actions": [
                    {"command": "pipeline.move_to_stage", "arguments": {"stage": {"as": "value", "is": "0"}}}
                ]
            },
            "actions.0.stage",
            "Stage: 0 does not fit here.",
        ),
        (
            {"actions": [set_next_step("Call {record.nmae}")]},
            "actions.0.next_step",
            "Line 1, column 7: There is no fact called record.nmae; did you mean record.name.",
        ),
        (
            {"actions": [{"command": "pipeline.edit_opportunity", "arguments": {}}]},
            "actions.0",
            "Choose at least one field to set.",
        ),
    ],
)
def test_what_cannot_act_is_not_activated(
    ctx: Ctx, rule: Make, given: dict[str, Any], where: str, says: str
) -> None:
    made = rule(**given)
    with pytest.raises(Invalid) as caught:
        automation.activate_rule(ctx, rule=made)

    assert caught.value.errors[where][0].startswith(says)
    made.refresh_from_db()
    assert (made.state, RuleVersion.objects.count()) == (RuleState.DRAFT, 0)


def test_a_rule_can_only_promise_what_its_owner_may_do(ctx: Ctx, rule: Make) -> None:
    sam = person(ctx, "Sam", **{"automation.*": "own", "pipeline.view": "all"})
    by_sam = Ctx.new(actor=sam, via="page", now=ctx.now)
    made = rule(by=by_sam)

    with pytest.raises(Invalid) as caught:
        automation.activate_rule(by_sam, rule=made)
    assert caught.value.errors["actions.0"] == [
        "The owner of the rule may not do this: Set fields of opportunity."
    ]


def test_who_may_not_automate_is_refused(ctx: Ctx, rule: Make) -> None:
    made = rule()
    pat = Ctx.new(actor=person(ctx, "Pat", **{"pipeline.*": "all"}), via="page", now=ctx.now)

    with pytest.raises(NotPermitted):
        automation.add_rule(pat, name="Mine")
    with pytest.raises(NotPermitted):
        automation.activate_rule(pat, rule=made)
    assert Rule.objects.count() == 1


def test_nobody_lets_a_rule_loose_with_the_rights_of_another(ctx: Ctx, rule: Make) -> None:
    made = rule(active=True)
    sam = person(ctx, "Sam", **{"automation.*": "all", "pipeline.*": "own"})
    by_sam = Ctx.new(actor=sam, via="page", now=ctx.now)
    automation.define_rule(by_sam, rule=made, definition={"condition": ""})

    with pytest.raises(automation.OwnersWord, match="acts with the rights of Ada Boss"):
        automation.activate_rule(by_sam, rule=made)
    with pytest.raises(FieldClosed):
        plain_commands(Rule)["save"](ctx, record=made, values={"owner": sam})
    assert RuleVersion.objects.count() == 1
    taken = automation.activate_rule(by_sam, rule=automation.take_over_rule(by_sam, rule=made))
    assert (taken.owner, taken.number) == (sam, 2)


def test_taking_over_lends_the_own_rights_only(ctx: Ctx, rule: Make) -> None:
    made = rule()
    with pytest.raises(Refused, match="already own"):
        automation.take_over_rule(ctx, rule=made)
    sam = person(ctx, "Sam", **{"automation.*": "all"})

    taken = automation.take_over_rule(Ctx.new(actor=sam, via="page", now=ctx.now), rule=made)
    assert taken.owner == sam


def test_a_copy_is_a_draft_of_its_own(ctx: Ctx, rule: Make) -> None:
    made = rule(active=True)
    copied = automation.copy_rule(ctx, rule=made, name="Huge deals")

    assert (copied.state, copied.condition, copied.actions) == (RuleState.DRAFT, made.condition, made.actions)


def test_commands_that_need_what_no_rule_can_give_are_not_offered(ctx: Ctx, rule: Make) -> None:
    names = {doing.name for doing in queries.offered_commands(rule(), ctx.actor)}

    assert {"pipeline.move_to_stage", "pipeline.edit_opportunity", "timeline.write_note"} <= names
    assert not {n for n in names if n.startswith(("accounts.", "automation.", "kernel.", "surface."))}
    assert "pipeline.set_opportunity_lines" not in names


def test_actions_that_cannot_be_taken_back_are_named_beforehand(ctx: Ctx, rule: Make) -> None:
    lose = {"command": "pipeline.lose_opportunity", "arguments": {"reason": {"as": "value", "is": "Price"}}}
    made = rule(actions=[set_next_step(), lose])
    can_be_undone = queries.doing_named("pipeline.lose_opportunity")

    assert can_be_undone is not None
    assert queries.lasting(made) == ([] if can_be_undone.is_undoable else [can_be_undone.label])
