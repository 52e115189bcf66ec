"""Taking back what a rule did, and trying again what it could not do."""

from __future__ import annotations

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loomline.domains.automation import queries
from loomline.domains.automation.events import RunUndone
from loomline.domains.automation.models import Run, RunState, StepState
from loomline.kernel import edit
from loomline.kernel.audit import Activity, Change
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import MoveRefused, Refused, Warned


class NothingToUndo(Refused):
    """The run has done nothing that still stands."""

    says = _("This run has done nothing that could be taken back.")


class NothingFailed(Refused):
    """There is nothing to try again."""

    says = _("No step of this run has failed.")


class StaysDone(Warned):
    """Some of what was done has told others."""

    says = _("This stays as it is, because others have been told: {what}. The rest is taken back.")


TAKEN_BACK = (RunState.DONE, RunState.FAILED, RunState.HELD, RunState.STOPPED)


@command(label=_("Take back"), icon="arrow-back-up", states=TAKEN_BACK)
def undo_run(ctx: Ctx, *, run: Run) -> Run:
    """Take back all that a rule did for one cause, exactly, if nobody has touched the same rows since."""
    run = Run.objects.select_for_update(of=("self",)).select_related("rule").get(pk=run.pk)

    back, stay = queries.undoable_steps(run)
    if not back:
        raise NothingToUndo
    if stay:
        ctx.warn(StaysDone(what="; ".join(sorted({str(step) for step in stay})[:10])))

    activities = [step.activity_id for step in back if step.activity_id is not None]
    edit.reverse(Change.objects.filter(activity__in=activities))
    Activity.objects.filter(pk__in=activities).update(undone_by=edit.own_activity())
    run.steps.filter(pk__in=[step.pk for step in back]).update(state=StepState.UNDONE)
    run.steps.filter(state=StepState.WAITING).update(state=StepState.UNDONE)
    Run.objects.filter(pk=run.pk).update(state=RunState.UNDONE, ended_at=ctx.now, note="")

    records = len({(step.kind, step.object_id) for step in back})
    what = ngettext("{n} record", "{n} records", records).format(n=records)
    ctx.emit(RunUndone(rule_id=run.rule_id, rule=run.rule.name, run_id=run.pk, records=records, what=what))
    run.state = RunState.UNDONE
    return run


@command(label=_("Stop"), icon="hand-stop", states=(RunState.WAITING, RunState.HELD))
def stop_run(ctx: Ctx, *, run: Run) -> Run:
    """Leave undone what a run has not done yet; what it has done stays until it is taken back."""
    run = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)

    if run.state not in (RunState.WAITING, RunState.HELD):
        raise MoveRefused(_t("{run} has already ended."), run=run)

    left = run.steps.filter(state=StepState.WAITING)
    note = _t("Stopped by {person}; {n} steps were left undone.").format(person=ctx.actor, n=left.count())
    left.update(state=StepState.UNDONE, reason=_t("Stopped before it was begun."))
    Run.objects.filter(pk=run.pk).update(state=RunState.STOPPED, note=note, ended_at=ctx.now)
    run.state = RunState.STOPPED
    return run


@command(label=_("Try again"), icon="refresh", states=(RunState.FAILED,))
def retry_run(ctx: Ctx, *, run: Run) -> Run:
    """Try the failed steps of a run again; what was done is not done twice."""
    run = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)

    failed = run.steps.filter(state=StepState.FAILED)
    if not failed.exists():
        raise NothingFailed

    failed.update(state=StepState.WAITING, reason="")
    Run.objects.filter(pk=run.pk).update(state=RunState.WAITING, note="", ended_at=None)
    run.state = RunState.WAITING
    return run
