"""Rules hear what was told and changed, follow the clock, and do each thing once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from loomline.domains.automation import commands as automation
from loomline.domains.automation.commands import following
from loomline.domains.automation.models import Cursor, Rule, Run, RunState, RunStep
from loomline.domains.parties.models import Party
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.commands import OpportunityDraft
from loomline.domains.pipeline.models import Opportunity, Stage
from loomline.domains.timeline.models import Note
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.edit import plain_commands
from loomline.kernel.refusal import MoveRefused
from tests.domains.automation.conftest import NOW
from tests.domains.automation.desk import look_around, move_to, set_next_step, states, write_note

Make = Callable[..., Any]


def moved(ctx: Ctx, deal: Opportunity, stage: Stage) -> Opportunity:
    return pipeline.move_to_stage(ctx, opportunity=deal, stage=stage)


def test_a_deal_that_moves_gets_its_next_step(ctx: Ctx, rule: Make, deal: Make, stage: Make) -> None:
    made = rule(active=True)
    large, small = deal(), deal(name="Socks", amount=Decimal(20_000))
    moved(ctx, large, stage("Negotiating"))
    moved(ctx, small, stage("Negotiating"))
    look_around(ctx)

    large.refresh_from_db()
    small.refresh_from_db()
    assert (large.next_step, large.next_step_on) == (
        "Call Nord Living about Autumn range",
        date(2026, 11, 26),
    )
    assert (small.next_step, small.next_step_on) == ("", None)
    run = Run.objects.get()
    assert (run.rule, run.state, run.records, run.version.number) == (made, RunState.DONE, 1, 1)
    assert run.says == f"Opportunity {large.number} moved from First talk to Negotiating"
    done = Activity.objects.get(via="rule")
    assert (done.actor.name, done.verb, done.request_id) == (
        "Rules",
        "pipeline.edit_opportunity",
        f"rule-{run.pk}",
    )
    assert run.steps.get().activity == done


def test_another_stage_sets_nothing_off(ctx: Ctx, rule: Make, deal: Make, stage: Make) -> None:
    rule(active=True)
    moved(ctx, deal(), stage("Quoted"))
    look_around(ctx)

    assert not Run.objects.exists()


def test_a_draft_and_a_paused_rule_do_nothing(ctx: Ctx, rule: Make, deal: Make, stage: Make) -> None:
    rule()
    paused = rule(name="Paused", active=True)
    automation.pause_rule(ctx, rule=paused)
    moved(ctx, deal(), stage("Negotiating"))
    look_around(ctx)
    automation.activate_rule(ctx, rule=paused)
    look_around(ctx)

    assert not Run.objects.exists()


def test_what_happened_before_a_rule_was_active_is_not_made_up(
    ctx: Ctx, rule: Make, deal: Make, stage: Make
) -> None:
    draft = rule()
    moved(ctx, deal(), stage("Negotiating"))
    automation.activate_rule(ctx.at(NOW + timedelta(minutes=1)), rule=draft)
    look_around(ctx.at(NOW + timedelta(minutes=2)))

    assert not Run.objects.exists()


def test_the_same_cause_never_acts_twice(ctx: Ctx, rule: Make, deal: Make, stage: Make) -> None:
    rule(active=True, actions=[write_note("Large: {record.amount}")])
    moved(ctx, deal(), stage("Negotiating"))
    look_around(ctx)
    Cursor.objects.update(position=0, fence=None)
    look_around(ctx)
    automation.carry_out(ctx, key=Run.objects.get().pk)

    assert [n.body for n in Note.objects.all()] == ["Large: 30000"]
    assert (RunStep.objects.count(), RunStep.objects.get().tries) == (1, 1)


def test_several_actions_are_done_in_their_order(ctx: Ctx, rule: Make, deal: Make, stage: Make) -> None:
    rule(active=True, actions=[set_next_step("Prepare"), write_note("Next: {record.next_step}")])
    made = deal()
    moved(ctx, made, stage("Negotiating"))
    look_around(ctx)

    assert [n.body for n in Note.objects.all()] == ["Next: Prepare"]
    assert states() == [("done", ""), ("done", "")]


def test_a_changed_field_sets_a_rule_off_and_knows_what_was_there(ctx: Ctx, rule: Make, deal: Make) -> None:
    rule(
        active=True,
        trigger="field",
        event="",
        fields=["amount"],
        condition="before.amount < 20000 && record.amount >= 20000",
        actions=[write_note("From {before.amount} to {record.amount}")],
    )
    edit = plain_commands(Opportunity)["edit"]
    deals = [deal(amount=Decimal(15_000)), deal(amount=Decimal(25_000)), deal(amount=Decimal(1_000))]
    edit(ctx, records=deals, values={"amount": Decimal(40_000)})
    edit(ctx, records=deals, values={"source": "fair"})
    look_around(ctx)

    assert sorted(n.body for n in Note.objects.all()) == ["From 1000 to 40000", "From 15000 to 40000"]
    assert (Run.objects.get().records, Run.objects.get().state) == (2, RunState.DONE)


def test_the_former_owner_is_known_by_name(ctx: Ctx, rule: Make, deal: Make) -> None:
    rule(
        active=True,
        trigger="field",
        event="",
        fields=["stage"],
        condition='before.stage.text == "First talk"',
        actions=[write_note("{before.stage.text} → {record.stage.name}")],
    )
    made = deal()
    moved(ctx, made, Stage.objects.get(name="Quoted"))
    look_around(ctx)

    assert Note.objects.get().body == "First talk → Quoted"


def test_a_new_record_sets_a_rule_off(ctx: Ctx, rule: Make, deal: Make) -> None:
    rule(active=True, trigger="added", event="", condition="", actions=[write_note("Welcome")])
    deal()
    look_around(ctx)
    look_around(ctx)

    assert Note.objects.count() == 1


def test_a_rule_follows_the_clock(ctx: Ctx, rule: Make, deal: Make) -> None:
    deal(next_step="Call")
    forgotten = deal(name="Forgotten")
    rule(
        active=True,
        trigger="schedule",
        event="",
        every="day",
        at="06:00",
        condition='record.next_step == "" && record.state == "open"',
    )
    for hours in (1, 10, 22, 23):
        automation.follow_clock(ctx.at(NOW + timedelta(hours=hours)))
    automation.carry_on(ctx.at(NOW + timedelta(hours=23)))

    forgotten.refresh_from_db()
    assert (forgotten.next_step, forgotten.next_step_on) == (
        "Call Nord Living about Forgotten",
        date(2026, 11, 27),
    )
    assert [(r.cause, r.records) for r in Run.objects.all()] == [("tick-2026-11-24T06:00:00+00:00", 1)]


def test_a_record_is_left_alone_for_so_many_days(ctx: Ctx, rule: Make, deal: Make) -> None:
    deal()
    rule(
        active=True,
        trigger="schedule",
        event="",
        every="day",
        condition="",
        pause_days=7,
        actions=[write_note("Still open")],
    )
    for day in range(1, 16):
        later = ctx.at(NOW + timedelta(days=day))
        automation.follow_clock(later)
        automation.carry_on(later)

    assert [r.cause[5:15] for r in Run.objects.order_by("id")] == ["2026-11-24", "2026-12-01", "2026-12-08"]


def test_by_hand_a_rule_works_through_all_that_fits(ctx: Ctx, rule: Make, deal: Make) -> None:
    made: Rule = rule(active=True, condition="record.amount > 20000", actions=[write_note("Look")])
    deal()
    deal(amount=Decimal(5))
    automation.run_now(ctx, rule=made)
    automation.carry_on(ctx)

    assert (Note.objects.count(), Run.objects.get().says) == (1, "Started by Ada Boss")


def test_a_run_that_takes_only_a_part_says_so_and_the_next_one_goes_on(
    ctx: Ctx, rule: Make, deal: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MOST_RECORDS", 2)
    deals = [deal() for _n in range(5)]
    made: Rule = rule(active=True, condition="", pause_days=7, actions=[write_note("Look")])
    for minutes in range(4):
        at = ctx.at(NOW + timedelta(minutes=minutes))
        automation.run_now(Ctx.new(actor=at.actor, via="page", now=at.now), rule=made)
        automation.carry_on(at)

    runs = list(Run.objects.order_by("id"))
    assert [run.records for run in runs] == [2, 2, 1]
    more = "More than 2 records fit; this run takes the first 2."
    assert [run.note.startswith(more) for run in runs] == [True, True, False]
    assert {note.about_id for note in Note.objects.all()} == {one.pk for one in deals}


def test_a_rule_is_not_set_off_by_what_it_did_itself(ctx: Ctx, rule: Make, deal: Make) -> None:
    rule(
        active=True,
        trigger="field",
        event="",
        fields=["probability_override"],
        condition="",
        actions=[
            {
                "command": "pipeline.edit_opportunity",
                "arguments": {"probability_override": {"as": "cel", "is": "record.probability_override + 1"}},
            }
        ],
    )
    made = deal(probability_override=10)
    plain_commands(Opportunity)["edit"](ctx, records=[made], values={"probability_override": 20})
    for _n in range(3):
        look_around(ctx)

    made.refresh_from_db()
    assert made.probability_override == 21
    assert [(r.state, r.note) for r in Run.objects.order_by("id")] == [
        (RunState.DONE, ""),
        (RunState.STOPPED, "Not begun: the rule itself led here, and would go round in a circle."),
    ]


def test_two_rules_that_call_each_other_stop(ctx: Ctx, rule: Make, deal: Make, stage: Make) -> None:
    there, back = stage("Quoted"), stage("Negotiating")
    rule(name="There", active=True, condition='event.to_stage == "Negotiating"', actions=[move_to(there)])
    rule(name="Back", active=True, condition='event.to_stage == "Quoted"', actions=[move_to(back)])
    moved(ctx, deal(), stage("Negotiating"))
    for _n in range(6):
        look_around(ctx)

    found = [(r.rule.name, r.state) for r in Run.objects.order_by("id")]
    assert found == [("There", RunState.DONE), ("Back", RunState.DONE), ("There", RunState.STOPPED)]


def test_a_long_row_of_rules_stops(ctx: Ctx, rule: Make, deal: Make) -> None:
    edit = "pipeline.edit_opportunity"
    for number in range(8):
        rule(
            name=f"Step {number}",
            active=True,
            trigger="field",
            event="",
            fields=["source"],
            condition=f'record.source == "{number}"',
            actions=[{"command": edit, "arguments": {"source": {"as": "value", "is": str(number + 1)}}}],
        )
    made = deal(source="x")
    plain_commands(Opportunity)["edit"](ctx, records=[made], values={"source": "0"})
    for _n in range(10):
        look_around(ctx)

    made.refresh_from_db()
    assert made.source == "5"
    assert Run.objects.latest("id").note == "Not begun: 5 rules in a row have led here."


def test_above_its_rate_a_rule_waits(ctx: Ctx, rule: Make, deal: Make) -> None:
    made = rule(active=True, condition="", per_hour=3, actions=[write_note("Look")])
    for number in range(5):
        deal(name=f"Deal {number}")
    automation.run_now(ctx, rule=made)
    automation.carry_on(ctx)
    run = Run.objects.get()

    assert (Note.objects.count(), run.state) == (3, RunState.HELD)
    assert run.note == "The rate of the rule is reached; the next action is free at 10:00."
    automation.carry_on(ctx.at(NOW + timedelta(minutes=59)))
    assert Note.objects.count() == 3
    automation.carry_on(ctx.at(NOW + timedelta(minutes=61)))
    run.refresh_from_db()
    assert (Note.objects.count(), run.state, run.note) == (5, RunState.DONE, "")


def test_a_pause_holds_up_what_was_begun(ctx: Ctx, rule: Make, deal: Make) -> None:
    made = rule(active=True, condition="", actions=[write_note("Look")])
    deal()
    automation.run_now(ctx, rule=made)
    automation.pause_rule(ctx, rule=made)
    automation.carry_on(ctx)
    assert (Note.objects.count(), states()) == (0, [("waiting", "")])
    automation.activate_rule(ctx, rule=made)
    automation.carry_on(ctx)

    assert (Note.objects.count(), states()) == (1, [("done", "")])


def test_a_run_is_stopped_where_it_stands(ctx: Ctx, rule: Make, deal: Make) -> None:
    made = rule(active=True, condition="", per_hour=2, actions=[write_note("Look")])
    for _n in range(3):
        deal()
    automation.run_now(ctx, rule=made)
    automation.carry_on(ctx)
    run = automation.stop_run(ctx, run=Run.objects.get())
    automation.carry_on(ctx.at(NOW + timedelta(hours=2)))

    run.refresh_from_db()
    assert (Note.objects.count(), run.state) == (2, RunState.STOPPED)
    assert run.note == "Stopped by Ada Boss; 1 steps were left undone."
    with pytest.raises(MoveRefused, match="already ended"):
        automation.stop_run(ctx, run=run)


def test_a_condition_that_cannot_be_reckoned_is_told(ctx: Ctx, rule: Make, deal: Make, stage: Make) -> None:
    rule(active=True, condition="record.closes_on < today")
    made = deal()
    moved(ctx, made, stage("Quoted"))
    look_around(ctx)

    run = Run.objects.get()
    assert (run.state, run.note) == (RunState.STOPPED, f"{made}: record.closes_on is empty.")


def test_a_fault_in_one_rule_does_not_keep_others_from_acting(
    ctx: Ctx, rule: Make, deal: Make, stage: Make
) -> None:
    broken = rule(name="Broken", active=True)
    rule(active=True)
    type(broken.versions.get()).objects.filter(pk=0).update(entity="")
    made = deal()
    moved(ctx, made, stage("Negotiating"))
    look_around(ctx)

    assert Run.objects.filter(state=RunState.DONE).count() == 2


def test_more_than_is_read_at_once_is_read_on(
    ctx: Ctx, rule: Make, shop: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MOST", 3)
    rule(active=True, trigger="added", event="", condition="", actions=[write_note("Welcome")])
    pipeline.open_opportunities(ctx, drafts=[OpportunityDraft(name=f"{n}", party=shop) for n in range(7)])
    for _n in range(3):
        look_around(ctx)

    assert (Note.objects.count(), Run.objects.count()) == (7, 3)
