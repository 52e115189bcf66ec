"""Rules act with the rights of their owner, tell what they could not do, and try again when asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loomline.domains.automation import commands as automation
from loomline.domains.automation.models import Run, RunState
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.timeline.models import Note
from loomline.kernel.context import Ctx
from tests.domains.automation.desk import look_around, move_to, person, set_next_step, states, write_note

Make = Callable[..., Any]
OWN = {
    "automation.*": "own",
    "pipeline.*": "own",
    "pipeline.view_stage": "all",
    "parties.view": "all",
    "timeline.*": "all",
}


def test_at_level_own_a_rule_works_on_the_records_of_its_owner_only(
    ctx: Ctx, rule: Make, deal: Make, stage: Make
) -> None:
    sam = person(ctx, "Sam", **OWN)
    by_sam = Ctx.new(actor=sam, via="page", now=ctx.now)
    rule(by=by_sam, active=True)
    mine, other = deal(name="Mine", owner=sam), deal(name="Other")
    for one in (mine, other):
        pipeline.move_to_stage(ctx, opportunity=one, stage=stage("Negotiating"))
    look_around(ctx)

    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.next_step, other.next_step) == ("Call Nord Living about Mine", "")
    assert Run.objects.get().records == 1


def test_a_right_that_was_taken_away_stops_the_rule(ctx: Ctx, rule: Make, deal: Make, stage: Make) -> None:
    sam = person(ctx, "Sam", **OWN)
    rule(by=Ctx.new(actor=sam, via="page", now=ctx.now), active=True, actions=[move_to(stage("Agreed"))])
    made = deal(owner=sam)
    pipeline.move_to_stage(ctx, opportunity=made, stage=stage("Negotiating"))
    automation.read_events(ctx)
    sam.is_active = False
    sam.save(update_fields=["is_active"])
    automation.carry_on(ctx)

    made.refresh_from_db()
    assert made.stage.name == "Negotiating"
    assert [state for state, _reason in states()] == ["failed"]


def test_a_failed_step_says_why_and_holds_up_only_its_own_record(
    ctx: Ctx, rule: Make, deal: Make, stage: Make
) -> None:
    quoted = stage("Quoted")
    made = rule(active=True, condition="", actions=[move_to(quoted), write_note("Moved on")])
    standing, free = deal(name="Standing", stage=quoted), deal(name="Free")
    automation.run_now(ctx, rule=made)
    automation.carry_on(ctx)

    run = Run.objects.get()
    assert (run.state, run.note) == (RunState.FAILED, "1 step failed.")
    assert states() == [
        ("failed", f"Opportunity {standing.number} already stands in Quoted."),
        ("waiting", ""),
        ("done", ""),
        ("done", ""),
    ]
    assert [n.about_id for n in Note.objects.all()] == [free.pk]


def test_trying_again_does_only_what_was_not_done(ctx: Ctx, rule: Make, deal: Make, stage: Make) -> None:
    quoted = stage("Quoted")
    made = rule(active=True, condition="", actions=[write_note("Once"), move_to(quoted), set_next_step()])
    standing = deal(stage=quoted)
    automation.run_now(ctx, rule=made)
    automation.carry_on(ctx)
    run = Run.objects.get()
    pipeline.move_to_stage(ctx, opportunity=standing, stage=stage("Agreed"))
    automation.retry_run(ctx, run=run)
    automation.carry_on(ctx)

    run.refresh_from_db()
    standing.refresh_from_db()
    assert (run.state, Note.objects.count(), standing.stage.name) == (RunState.DONE, 1, "Quoted")
    assert [s.tries for s in run.steps.order_by("position")] == [1, 2, 1]
    with pytest.raises(automation.NothingFailed):
        automation.retry_run(ctx, run=run)


def test_a_record_that_is_gone_fails_with_a_reason(ctx: Ctx, rule: Make, deal: Make, stage: Make) -> None:
    sam = person(ctx, "Sam", **OWN)
    rule(by=Ctx.new(actor=sam, via="page", now=ctx.now), active=True)
    made = deal(owner=sam)
    pipeline.move_to_stage(ctx, opportunity=made, stage=stage("Negotiating"))
    automation.read_events(ctx)
    made.owner = ctx.actor
    made.save(update_fields=["owner"])
    automation.carry_on(ctx)

    assert states() == [("failed", "The owner of the rule, Sam, does not see this record (any more).")]
