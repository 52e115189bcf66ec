"""The long work of imports: rehearse one, bring it in, take it back."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.exchange import commands as exchange
from loomline.domains.exchange.models import Takeover
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, JobStopped, Report, job, reporting_apart


class RehearsalStopped(JobStopped):
    """A rehearsal was stopped."""

    says = _("Stopped on request. Nothing was changed.")


class ImportStopped(JobStopped):
    """An import was stopped and has taken back what it had done."""

    says = _("Stopped on request. What had come in before was taken back.")


@job(title=_("Rehearse an import"))
def rehearse_import(ctx: Ctx, run: JobRun, *, takeover_id: int) -> dict[str, Any]:
    """Do everything and keep nothing but the report."""
    takeover = Takeover.objects.get(pk=takeover_id)
    try:
        # All of it is one transaction, in which nobody would see how far it is.
        with reporting_apart(run) as report:
            outcome = exchange.rehearse(_told(ctx), takeover=takeover, progress=_within(report))
    except JobStopped as stop:
        raise RehearsalStopped from stop
    run.message = _summary(outcome)
    return {}


@job(title=_("Import the files of another system"))
def bring_in(ctx: Ctx, run: JobRun, *, takeover_id: int) -> dict[str, Any]:
    """Bring the rows in; stopped on the way, nothing of them stays."""
    takeover = Takeover.objects.get(pk=takeover_id)
    try:
        outcome = exchange.bring_in(
            _told(ctx), takeover=takeover, job_id=run.pk, progress=_within(run.report)
        )
    except JobStopped as stop:
        raise ImportStopped from stop
    run.message = _summary(outcome)
    return {"done": outcome.created + outcome.changed, "failed": len(outcome.errors)}


@job(title=_("Undo an import"))
def take_back(ctx: Ctx, run: JobRun, *, takeover_id: int) -> dict[str, Any]:
    """Take back what an import brought in: all of it, or nothing."""
    run.report(0, 0, _t("Taking back what came in"))
    exchange.undo_takeover(ctx, takeover=Takeover.objects.get(pk=takeover_id))
    return {}


def _summary(outcome: exchange.Outcome) -> str:
    words = _t("{created} created, {changed} changed, {errors} left out")
    return words.format(created=outcome.created, changed=outcome.changed, errors=len(outcome.errors))


def _told(ctx: Ctx) -> Ctx:
    return Ctx.new(actor=ctx.actor, via="import", now=ctx.now, request_id=ctx.request_id, company=ctx.company)


def _within(report: Report) -> exchange.Progress:
    """A report that never says more than all: a file that two steps read is counted by both."""

    def progress(done: int, total: int, message: str) -> None:
        report(min(done, total), total, capfirst(message))

    return progress
