"""A run is taken back as a whole, exactly, and what cannot be is said before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loomline.domains.automation import commands as automation
from loomline.domains.automation.models import Run, RunState
from loomline.domains.pipeline import commands as pipeline
from loomline.domains.pipeline.models import Opportunity, StageChange
from loomline.domains.timeline.models import Note
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.edit import NotUndoable, plain_commands
from loomline.kernel.event import StoredEvent
from tests.domains.automation.desk import look_around, move_to, set_next_step, states, write_note

Make = Callable[..., Any]


def picture() -> list[dict[str, Any]]:
    """Every deal and its way, as they stand."""
    return [*Opportunity.objects.order_by("id").values(), *StageChange.objects.order_by("id").values()]


def test_a_run_is_taken_back_exactly(ctx: Ctx, rule: Make, deal: Make, stage: Make) -> None:
    made = rule(active=True, condition="", actions=[set_next_step(), move_to(stage("Quoted"))])
    for number in range(3):
        deal(name=f"Deal {number}", next_step="Wait")
    before = picture()
    automation.run_now(ctx, rule=made)
    automation.carry_on(ctx)
    run = Run.objects.get()
    assert picture() != before
    automation.undo_run(ctx, run=run)

    run.refresh_from_db()
    assert picture() == before
    assert (run.state, {state for state, _why in states()}) == (RunState.UNDONE, {"undone"})
    assert not Activity.objects.filter(via="rule", undone_by=None).exists()
    said = StoredEvent.objects.latest("id").sentence
    assert said == "What rule Large deals did on 3 records was taken back"
    with pytest.raises(automation.NothingToUndo):
        automation.undo_run(ctx, run=run)


def test_what_somebody_has_touched_since_stays(ctx: Ctx, rule: Make, deal: Make) -> None:
    made = rule(active=True, condition="")
    one, two = deal(name="One"), deal(name="Two")
    automation.run_now(ctx, rule=made)
    automation.carry_on(ctx)
    plain_commands(Opportunity)["edit"](ctx, records=[two], values={"next_step": "Mine"})
    with pytest.raises(NotUndoable, match="has been changed since"):
        automation.undo_run(ctx, run=Run.objects.get())

    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.next_step, two.next_step) == ("Call Nord Living about One", "Mine")
    assert Run.objects.get().state == RunState.DONE


def test_two_rules_on_the_same_record_are_taken_back_one_after_the_other(
    ctx: Ctx, rule: Make, deal: Make
) -> None:
    first = rule(active=True, condition="", name="First", actions=[set_next_step("First")])
    second = rule(active=True, condition="", name="Second", actions=[set_next_step("Second")])
    one = deal(next_step="Wait")
    before = picture()
    for made in (first, second):
        automation.run_now(ctx, rule=made)
        automation.carry_on(ctx)
    older, newer = Run.objects.order_by("pk")
    with pytest.raises(NotUndoable, match="has been changed since"):
        automation.undo_run(ctx, run=older)

    automation.undo_run(ctx, run=newer)
    one.refresh_from_db()
    assert one.next_step == "First"
    automation.undo_run(ctx, run=older)
    assert picture() == before


def test_what_has_told_others_stays_when_that_is_accepted(ctx: Ctx, rule: Make, deal: Make) -> None:
    made = rule(active=True, condition="", actions=[set_next_step(), write_note("Told")])
    one = deal()
    automation.run_now(ctx, rule=made)
    automation.carry_on(ctx)
    run = Run.objects.get()
    with pytest.raises(automation.StaysDone, match="others have been told"):
        automation.undo_run(ctx, run=run)
    accepting = Ctx.new(actor=ctx.actor, via="page", now=ctx.now, accepted=["StaysDone"])
    automation.undo_run(accepting, run=run)

    one.refresh_from_db()
    assert (one.next_step, Note.objects.count()) == ("", 1)
    assert sorted(state for state, _why in states()) == ["done", "undone"]


def test_taking_back_sets_no_rule_off(ctx: Ctx, rule: Make, deal: Make, stage: Make) -> None:
    rule(active=True)
    rule(
        name="Watcher",
        active=True,
        trigger="field",
        event="",
        fields=["next_step"],
        condition="",
        actions=[write_note("Seen")],
    )
    pipeline.move_to_stage(ctx, opportunity=deal(), stage=stage("Negotiating"))
    for _n in range(2):
        look_around(ctx)
    assert Note.objects.count() == 1
    automation.undo_run(ctx, run=Run.objects.get(rule__name="Large deals"))
    for _n in range(2):
        look_around(ctx)

    assert (Note.objects.count(), Run.objects.count()) == (1, 2)
