"""What rules have done, and how much more they may do now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from loomline.domains.automation.models import Rule, RuleState, Run, RunState, RunStep, StepState
from loomline.domains.automation.queries import offers
from loomline.engines.rules import limits
from loomline.kernel import sentence
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx

WINDOW = timedelta(hours=1)


def open_runs() -> QuerySet[Run]:
    """Runs that have something left to do, oldest first; those of a paused rule stand still with it."""
    rows = Run.objects.filter(state__in=(RunState.WAITING, RunState.HELD), rule__state=RuleState.ACTIVE)
    return rows.select_related("version", "rule__owner", "event", "activity").order_by("id")


def done_lately(ctx: Ctx, rule: Rule) -> list[datetime]:
    """When a rule acted within the hour that its rate is reckoned over."""
    done = RunStep.objects.filter(run__rule=rule, done_at__gt=ctx.now - WINDOW)
    return [at for at in done.order_by("done_at").values_list("done_at", flat=True) if at is not None]


def room_of(ctx: Ctx, run: Run, wanted: int) -> int:
    """How many more actions the rule of a run may take now."""
    return limits.room(len(done_lately(ctx, run.rule)), run.version.per_hour, wanted)


def free_at(ctx: Ctx, run: Run) -> datetime:
    """When the rule of a run may take the next action."""
    return limits.free_at(done_lately(ctx, run.rule), run.version.per_hour, WINDOW, now=ctx.now)


def differences(steps: Iterable[RunStep]) -> dict[int, list[tuple[str, str, str]]]:
    """What each step has changed: the field, what it held and what it holds, by the step's key."""
    held = {step.activity_id: step.pk for step in steps if step.activity_id is not None}
    activities = list(Activity.objects.filter(pk__in=held).order_by("pk"))
    told = zip(activities, sentence.sentences_of(activities), strict=True)
    return {held[one.pk]: [(d.label, d.before, d.after) for d in said.differences] for one, said in told}


def undoable_steps(run: Run) -> tuple[list[RunStep], list[RunStep]]:
    """The steps of a run that were done: those that can be taken back, and those that have told others."""
    done: Iterable[RunStep] = run.steps.filter(state=StepState.DONE).select_related("activity").order_by("id")
    back: list[RunStep] = []
    stay: list[RunStep] = []
    for step in done:
        doing = offers.doing_named(step.command)
        (back if doing is not None and doing.is_undoable else stay).append(step)
    return back, stay
