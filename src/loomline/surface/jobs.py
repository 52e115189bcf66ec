"""Long work of the surface: bulk edits and commands too large for one answer; the trash at night."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as queue

from loomline.kernel.actor import system_actor
from loomline.kernel.command import registry as commands
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobInterrupted, JobRun, job
from loomline.surface import argument, bulk, closed, registry
from loomline.surface.bulk import Outcome
from loomline.surface.commands import clear_trash
from loomline.surface.fields import Pool
from loomline.surface.selection import Selection


def _through(
    ctx: Ctx, run: JobRun, selection: Selection, work: bulk.Work, *, one_by_one: bool
) -> dict[str, Any]:
    total, outcome = selection.count, Outcome()
    for records in bulk.chunks(selection):
        part = bulk.apply(ctx, records, work, one_by_one=one_by_one)
        outcome.done += part.done
        outcome.failed += part.failed
        run.report(outcome.done + len(outcome.failed), total)
    return outcome.as_result()


@job(title=_("Change many records"))
def bulk_edit(ctx: Ctx, run: JobRun, *, selection: dict[str, Any], field: str, value: Any) -> dict[str, Any]:
    """Set one field of many records."""
    chosen = _selection(ctx, selection)
    target: Any = chosen.resource.model._meta.get_field(field)
    typed = Pool(ctx).get(target.related_model, value) if target.is_relation else target.to_python(value)
    edit = chosen.resource.plain["edit"]
    return _through(
        ctx, run, chosen, lambda c, rows: edit(c, records=rows, values={field: typed}), one_by_one=False
    )


@job(title=_("Delete many records"))
def bulk_delete(ctx: Ctx, run: JobRun, *, selection: dict[str, Any]) -> dict[str, Any]:
    """Delete many records that nothing uses."""
    chosen = _selection(ctx, selection)
    delete = chosen.resource.plain["delete"]
    return _through(ctx, run, chosen, lambda c, rows: delete(c, records=rows), one_by_one=False)


@job(title=_("Do the same to many records"))
def bulk_command(
    ctx: Ctx,
    run: JobRun,
    *,
    selection: dict[str, Any],
    name: str,
    arguments: dict[str, Any],
    accepted: list[str],
) -> dict[str, Any]:
    """Give one command for many records."""
    chosen = _selection(ctx, selection)
    command = commands[name]
    pool = Pool(ctx)
    given = {
        n: argument.resolved(command.parameters[n].annotation, v, pool, name=n) for n, v in arguments.items()
    }
    told = replace(ctx, accepted=frozenset(accepted))
    return _through(
        told, run, chosen, argument.on_records(command, given), one_by_one=not argument.takes_many(command)
    )


@bulk_command.when_interrupted
def leave_bulk_command(ctx: Ctx, run: JobRun, **_given: Any) -> None:
    """What commands do is not done twice."""
    raise JobInterrupted


@job(title=_("Clear the trash"))
def clear_old_trash(ctx: Ctx, run: JobRun) -> dict[str, Any]:
    """Clear what was deleted longer ago than the company keeps it."""
    return {"done": clear_trash(ctx)}


@queue.periodic(cron="41 2 * * *")
@queue.task(name="surface.clear_trash_at_night", queueing_lock="surface.clear_trash_at_night")
def clear_trash_at_night(timestamp: int) -> None:
    """Every night; the result stands on the page of jobs."""
    clear_old_trash.start(Ctx.new(actor=system_actor("Housekeeping"), via="job"))


def _selection(ctx: Ctx, kept: dict[str, Any]) -> Selection:
    return Selection(
        closed.seen_by(registry.by_name(kept["resource"]), ctx),
        ctx,
        ids=tuple(kept["ids"]),
        query=kept["query"],
        is_all=kept["is_all"],
    )
