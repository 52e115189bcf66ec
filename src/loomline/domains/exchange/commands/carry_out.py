"""An uploaded import rehearsed, and brought in: whole, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.exchange.commands import intake
from loomline.domains.exchange.commands.outcome import Outcome, Progress
from loomline.domains.exchange.commands.prepare import recipe_of
from loomline.domains.exchange.commands.run import run_recipe
from loomline.domains.exchange.commands.takeover import StillRunning, as_kept, undo_takeover
from loomline.domains.exchange.models import Takeover, TakeoverState
from loomline.kernel.command import command
from loomline.kernel.context import Ctx
from loomline.kernel.record import lock
from loomline.kernel.refusal import Refused
from loomline.kernel.state import advance


class NotTakenBack(Refused):
    """An import broke off, and what it had brought in has to stay."""

    says = _("{fault} What had come in before could not be taken back: {why}")


def rehearse(ctx: Ctx, *, takeover: Takeover, progress: Progress) -> Outcome:
    """Do everything in one transaction, take it back, and keep the report."""
    with transaction.atomic():
        start_takeover(ctx.fresh(), takeover=takeover, job_id=0)
        outcome = _run(ctx, takeover, progress, is_dry=True)
        transaction.set_rollback(True)
    check_takeover(
        ctx.fresh(),
        takeover=takeover,
        counts=outcome.as_counts(),
        findings=outcome.findings,
        errors=outcome.errors,
    )
    return outcome


def bring_in(ctx: Ctx, *, takeover: Takeover, job_id: int, progress: Progress) -> Outcome:
    """Bring the files in. An import that breaks off or is stopped takes back what it has done.

    A job that a killed worker has left comes here a second time and goes on: each batch that came in is
    remembered, so its rows count as unchanged.
    """
    takeover = Takeover.objects.get(pk=takeover.pk)
    if takeover.state != TakeoverState.RUNNING or takeover.job_id != job_id:
        takeover = start_takeover(ctx.fresh(), takeover=takeover, job_id=job_id)
        told = []
    else:
        told = [_t("The worker was interrupted and went on; what had come in before counts as unchanged.")]
    files = intake.kept_files(takeover.files)
    try:
        outcome = _run(ctx, takeover, progress, notes=told)
    except Exception as fault:
        _take_back(ctx, takeover, fault)
        intake.drop(files)
        raise
    intake.drop(files)
    return outcome


@command(hidden=True)
def start_takeover(ctx: Ctx, *, takeover: Takeover, job_id: int) -> Takeover:
    """Say that the files are coming in now, carried by this job."""
    takeover = lock(takeover)
    other = Takeover.objects.filter(recipe=takeover.recipe, state=TakeoverState.RUNNING)

    if running := other.exclude(pk=takeover.pk).first():
        raise StillRunning(number=running.number, title=running.title)

    advance(takeover, "begin", job_id=job_id, started_at=ctx.now)
    return takeover


@command(hidden=True)
def check_takeover(
    ctx: Ctx, *, takeover: Takeover, counts: dict[str, Any], findings: list[str], errors: list[Any]
) -> Takeover:
    """Keep what the rehearsal said."""
    takeover = lock(takeover)
    advance(takeover, "check", counts=counts, **as_kept(findings, errors))
    return takeover


def _run(
    ctx: Ctx, takeover: Takeover, progress: Progress, *, is_dry: bool = False, notes: Sequence[str] = ()
) -> Outcome:
    progress(0, 0, _t("Reading the files"))
    recipe = recipe_of(takeover)
    return run_recipe(
        ctx.fresh(),
        recipe=recipe,
        files=intake.contents(recipe, intake.kept_files(takeover.files)),
        source=takeover.source,
        answers=takeover.answers,
        is_dry=is_dry,
        progress=progress,
        takeover=takeover,
        notes=notes,
    )


def _take_back(ctx: Ctx, takeover: Takeover, fault: Exception) -> None:
    try:
        undo_takeover(ctx.fresh(), takeover=takeover)
    except Refused as why:
        raise NotTakenBack(fault=str(fault), why=str(why)) from fault
