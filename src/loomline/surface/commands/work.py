"""Taking back what a request or a job did; stopping long work."""

from __future__ import annotations

from django.utils.translation import gettext as _t

from loomline.kernel import access, edit
from loomline.kernel.audit import Activity, Change
from loomline.kernel.command import command, registry
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, JobState
from loomline.kernel.refusal import NotPermitted, NotThere, Refused


@command(hidden=True)
def undo_request(ctx: Ctx, *, request_id: str) -> int:
    """Take back all that one request or one job did, however many commands it gave."""
    done = list(Activity.objects.select_for_update().filter(request_id=request_id, undone_by=None))

    if not done:
        raise NotThere(reference=request_id)
    if (
        any(a.actor_id != ctx.actor.pk for a in done)
        and access.level_of(ctx.actor, "kernel.undo") < access.Level.ALL
    ):
        raise NotPermitted(verb=_t("undo what others did"), permission="kernel.undo")
    closed = next((a for a in done if a.verb not in registry or not registry[a.verb].undo), None)
    if closed is not None:
        raise edit.NotUndoable(
            _t("{verb} cannot be undone: it has told others. Correct it with another command."),
            verb=closed.verb,
        )

    count = edit.reverse(Change.objects.filter(activity__in=done))
    Activity.objects.filter(pk__in=[a.pk for a in done]).update(undone_by=edit.own_activity())
    return count


@command(hidden=True)
def stop_job(ctx: Ctx, *, run: JobRun) -> JobRun:
    """Ask long work to stop at the next place where it can."""
    run = JobRun.objects.select_for_update().get(pk=run.pk)

    if run.state not in (JobState.WAITING, JobState.RUNNING):
        raise Refused(_t("{title} has already ended."), title=run.title)
    if run.actor_id != ctx.actor.pk and not ctx.actor.is_superuser:
        raise NotPermitted(verb=_t("stop the work of others"), permission="surface.stop_job")

    run.stop_requested = True
    run.save(update_fields=["stop_requested"])
    return run
