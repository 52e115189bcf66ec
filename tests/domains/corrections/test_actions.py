"""The cause is gone after in eight disciplines, and whether it worked is looked at later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from loomline.domains.corrections import commands as corrections
from loomline.domains.corrections.models import ActionState, CorrectiveAction, Nonconformance
from loomline.domains.inventory.models import Lot
from tests.domains.inventory.mill import Mill


@pytest.fixture
def found(mill: Mill, lot: Lot) -> Nonconformance:
    return corrections.raise_nonconformance(mill.ctx, title="Oil stains", lot=lot)


@pytest.fixture
def action(mill: Mill, found: Nonconformance) -> CorrectiveAction:
    return corrections.open_action(mill.ctx, nonconformance=found, owner=mill.ctx.actor)


def complete(mill: Mill, action: CorrectiveAction, *, but: str = "") -> None:
    for step in action.steps.filter(done_at=None).exclude(discipline__in=["D8", but]):
        corrections.complete_step(mill.ctx, step=step, result=f"{step.discipline} came out")


def test_eight_steps_with_days_until_the_due_day(mill: Mill, action: CorrectiveAction) -> None:
    steps = list(action.steps.order_by("discipline").values_list("discipline", "due_on"))
    assert [name for name, _day in steps] == [f"D{n}" for n in range(1, 9)]
    assert (action.due_on, steps[3][1]) == (date(2026, 12, 23), date(2026, 12, 3))


def test_it_is_in_place_when_all_steps_but_the_last_are_done(mill: Mill, action: CorrectiveAction) -> None:
    complete(mill, action, but="D6")
    with pytest.raises(corrections.StepsOpen, match=r"^D6 of CA-"):
        corrections.implement_action(mill.ctx, action=action)
    complete(mill, action)
    corrections.implement_action(mill.ctx, action=action)

    action.refresh_from_db()
    assert (action.state, action.check_on) == (ActionState.IMPLEMENTED, date(2026, 12, 23))
    assert action.root_cause == "D4 came out"


def test_whether_it_worked_is_said_in_time_and_with_what_was_found_again(
    mill: Mill, lot: Lot, action: CorrectiveAction, found: Nonconformance
) -> None:
    complete(mill, action)
    corrections.implement_action(mill.ctx, action=action)
    with pytest.raises(corrections.TooEarly):
        corrections.verify_action(mill.ctx, action=action, outcome="30 clean lots")

    later = replace(mill.ctx, now=mill.ctx.now + timedelta(days=31))
    corrections.raise_nonconformance(later, title="Oil stains", item=mill.yarn)
    with pytest.raises(corrections.HappenedAgain, match="found 1 times again"):
        corrections.verify_action(later, action=action, outcome="30 clean lots")
    accepting = replace(later, accepted=frozenset({"HappenedAgain"}))
    corrections.verify_action(accepting, action=action, outcome="the other was old")

    action.refresh_from_db()
    assert (action.state, action.repeats) == (ActionState.CLOSED, 1)
    assert not action.steps.filter(done_at=None).exists()


def test_one_that_did_not_work_goes_on_with_the_cause(mill: Mill, action: CorrectiveAction) -> None:
    complete(mill, action)
    corrections.implement_action(mill.ctx, action=action)
    corrections.resume_action(mill.ctx, action=action, reason="stains came back")
    action.refresh_from_db()
    assert (action.state, action.check_on) == (ActionState.OPEN, None)
    assert action.steps.get(done_at=None, discipline="D4").what == "stains came back"


def test_a_step_is_done_once_and_with_a_result(mill: Mill, action: CorrectiveAction) -> None:
    step = action.steps.get(discipline="D1")
    with pytest.raises(corrections.ResultMissing):
        corrections.complete_step(mill.ctx, step=step, result=" ")
    corrections.complete_step(mill.ctx, step=step, result="Mei, Rui")
    with pytest.raises(corrections.StepDone):
        corrections.complete_step(mill.ctx, step=step, result="again")


def test_a_nonconformance_stays_open_as_long_as_its_action(
    mill: Mill, action: CorrectiveAction, found: Nonconformance
) -> None:
    corrections.dispose_nonconformance(mill.ctx, nonconformance=found, disposition="use_as_is")
    with pytest.raises(corrections.ActionStillOpen, match="is not closed yet"):
        corrections.close_nonconformance(mill.ctx, nonconformance=found)
