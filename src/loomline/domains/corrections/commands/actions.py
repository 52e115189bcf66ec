"""Going after the cause: eight disciplines, each with somebody and a day, and a look at whether it worked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from loomline.domains.accounts.models import User
from loomline.domains.corrections import queries
from loomline.domains.corrections.events import (
    ActionImplemented,
    ActionOpened,
    ActionResumed,
    ActionVerified,
    StepCompleted,
)
from loomline.domains.corrections.models import (
    ActionState,
    CorrectiveAction,
    CorrectiveStep,
    Discipline,
    Nonconformance,
    NonconformanceState,
)
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused, Warned
from loomline.kernel.state import advance


class AlreadyOver(Refused):
    """One after the other."""

    says = _("{number} is {state}: no cause is gone after any more.")


class StepDone(Refused):
    """What is done is done."""

    says = _("{step} is done already.")


class ResultMissing(Refused):
    """A step without a result was not done."""

    says = _("Say what came of it.")


class StepsOpen(Refused):
    """Nothing is in place while steps are open."""

    says = _("{steps} of {number} are not done yet.")


class OutcomeMissing(Refused):
    """Whoever finds it effective says by what."""

    says = _("Say what shows it.")


class TooEarly(Warned):
    """Whether something works shows with time."""

    says = _("{number} is watched until {day}: it may be too early to tell.")


class HappenedAgain(Warned):
    """What happens again was not mended."""

    says = _("Since {number} is in place, the same was found {count} times again.")


@command(
    states=(NonconformanceState.OPEN, NonconformanceState.DISPOSED),
    label=_("Open corrective action"),
    icon="checklist",
)
def open_action(
    ctx: Ctx,
    *,
    nonconformance: Nonconformance,
    owner: User,
    due_on: date | None = None,
    title: str = "",
    watch_days: int = 30,
) -> CorrectiveAction:
    """Go after the cause of a nonconformance in eight disciplines, each with somebody and a day."""
    found = lock(nonconformance)
    if found.state in (NonconformanceState.CLOSED, NonconformanceState.CANCELLED):
        raise AlreadyOver(number=found, state=str(found.state.label).lower())

    due = due_on or ctx.today + timedelta(days=30)
    span = max(1, (due - ctx.today).days)
    action = CorrectiveAction.objects.create(
        title=title.strip() or found.title,
        nonconformance=found,
        owner=owner,
        due_on=due,
        watch_days=watch_days,
        opened_at=ctx.now,
    )
    action.refresh_from_db()
    CorrectiveStep.objects.bulk_create(
        CorrectiveStep(
            action=action,
            discipline=discipline.value,
            what=str(discipline.label),
            owner=owner,
            due_on=ctx.today + timedelta(days=max(1, days * span // 30)),
        )
        for discipline, days in queries.USUAL_STEPS
    )

    ctx.emit(ActionOpened(**_about(action), title=action.title, due_on=due))
    return action


@command(states=(ActionState.OPEN,), label=_("Add step"), icon="plus")
def add_step(
    ctx: Ctx,
    *,
    action: CorrectiveAction,
    discipline: Literal["D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8"],
    what: str,
    owner: User,
    due_on: date,
) -> CorrectiveStep:
    """Add a further step to a corrective action."""
    action = lock(action)
    if action.state != ActionState.OPEN:
        raise AlreadyOver(number=action, state=str(action.state.label).lower())
    if not what.strip():
        raise ResultMissing(at_field="what")

    made: CorrectiveStep = CorrectiveStep.objects.create(
        action=action, discipline=Discipline(discipline).value, what=what, owner=owner, due_on=due_on
    )
    return made


@command(label=_("Done"), icon="check")
def complete_step(ctx: Ctx, *, step: CorrectiveStep, result: str) -> CorrectiveStep:
    """Say that a step is done and what came of it."""
    step = lock(step)
    if step.done_at is not None:
        raise StepDone(step=step)
    if not result.strip():
        raise ResultMissing(at_field="result")

    step.done_at, step.done_by, step.result = ctx.now, ctx.actor, result
    step.save(update_fields=["done_at", "done_by", "result"])
    if step.discipline == Discipline.CAUSE:
        CorrectiveAction.objects.filter(pk=step.action_id, root_cause="").update(root_cause=result)

    ctx.emit(StepCompleted(**_about(step.action), discipline=step.discipline, result=result))
    return step


@command(move="implement", label=_("In place"), icon="circle-check")
def implement_action(ctx: Ctx, *, action: CorrectiveAction) -> CorrectiveAction:
    """Say that all is in place; from now on it is watched whether it works."""
    action = lock(action)
    left = queries.open_steps(action=action, but=(Discipline.THANKS,))
    names = sorted(set(left.values_list("discipline", flat=True)))
    if names:
        raise StepsOpen(steps=", ".join(names), number=action)

    check_on = ctx.today + timedelta(days=action.watch_days)
    advance(action, "implement", implemented_at=ctx.now, check_on=check_on)

    ctx.emit(ActionImplemented(**_about(action), check_on=check_on))
    return action


@command(move="verify", label=_("Effective"), icon="shield-check")
def verify_action(ctx: Ctx, *, action: CorrectiveAction, outcome: str) -> CorrectiveAction:
    """Say that it worked, and what shows it; how often it happened again is counted and kept."""
    action = lock(action)
    if not outcome.strip():
        raise OutcomeMissing(at_field="outcome")
    if action.check_on is not None and action.check_on > ctx.today:
        ctx.warn(TooEarly(number=action, day=action.check_on))
    again = queries.repeats(action=action).count()
    if again:
        ctx.warn(HappenedAgain(number=action, count=again))

    advance(
        action, "verify", verified_at=ctx.now, verified_by=ctx.actor, outcome=outcome[:300], repeats=again
    )
    for step in queries.open_steps(action=action):
        complete_step(ctx, step=step, result=outcome)

    ctx.emit(ActionVerified(**_about(action), outcome=outcome, repeats=again))
    return action


@command(move="resume", label=_("Not effective"), icon="arrow-back-up", danger=True)
def resume_action(ctx: Ctx, *, action: CorrectiveAction, reason: str) -> CorrectiveAction:
    """Say that it did not work: the cause is gone after again."""
    action = lock(action)
    if not reason.strip():
        raise OutcomeMissing(at_field="reason")

    advance(action, "resume", implemented_at=None, check_on=None)
    CorrectiveStep.objects.create(
        action=action,
        discipline=Discipline.CAUSE.value,
        what=reason[:300],
        owner=action.owner,
        due_on=ctx.today + timedelta(days=10),
    )

    ctx.emit(ActionResumed(**_about(action), reason=reason))
    return action


def _about(action: CorrectiveAction) -> dict[str, Any]:
    return {
        "action_id": action.pk,
        "number": str(action.number),
        "nonconformance_id": action.nonconformance_id,
        "supplier_id": action.nonconformance.supplier_id,
    }
