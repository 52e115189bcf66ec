"""The long work of an import: chunk after chunk, so that stopping keeps what is done."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.intake import commands, ports
from loomline.domains.intake.models import ImportRun, ImportState
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobInterrupted, JobRun, job


@job(title=_("Import a file"))
def run_import(ctx: Ctx, run: JobRun, *, import_id: int) -> dict[str, Any]:
    """Bring the rows of a checked file in, each chunk in a transaction of its own."""
    found = ImportRun.objects.get(pk=import_id)
    told = Ctx.new(
        actor=found.owner, via="import", now=ctx.now, request_id=ctx.request_id, company=ctx.company
    )
    file, tally = ports.incoming(told, run=found), ports.Tally()
    commands.begin_import(told, run=found, job_id=run.pk)
    finished = False
    try:
        for part in file.chunks():
            file.take(part, tally)
            run.report(tally.read, found.total, _t("{n} rows read").format(n=tally.read))
        finished = True
    finally:
        commands.end_import(
            told, run=found, figures=tally.figures, problems=tally.problems, finished=finished
        )
    return {"done": tally.created + tally.changed, "failed": tally.failed}


@run_import.when_interrupted
def leave_import(ctx: Ctx, run: JobRun, *, import_id: int) -> None:
    """Whole chunks have come in; they stay, and can be taken back as those of an import that was stopped."""
    found = ImportRun.objects.get(pk=import_id)
    if found.state == ImportState.RUNNING:
        commands.leave_import(ctx, run=found)
    raise JobInterrupted
