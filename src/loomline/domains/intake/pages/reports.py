"""What an import has done, its files, and taking it back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from loomline.domains.intake import commands
from loomline.domains.intake.models import ImportRun, ImportState
from loomline.domains.intake.pages.frame import frame, opened, run_of
from loomline.domains.intake.resources import targets
from loomline.kernel import access
from loomline.kernel.job import JobRun, JobState
from loomline.kernel.refusal import NotThere
from loomline.surface import answer, draw_text, spreadsheet
from loomline.surface.fields import Pool
from loomline.surface.page import action, staff


def figures(run: ImportRun) -> list[dict[str, str]]:
    """What becomes of the rows, or became of them."""
    return [
        {"label": _t("New"), "value": draw_text.number(run.created), "tone": ""},
        {"label": _t("Changed"), "value": draw_text.number(run.changed), "tone": ""},
        {"label": _t("The same already"), "value": draw_text.number(run.unchanged), "tone": ""},
        {"label": _t("Left out"), "value": draw_text.number(run.failed), "tone": "bad" if run.failed else ""},
    ]


@staff
def report_page(request: HttpRequest, domain: str, slug: str, pk: int) -> HttpResponse:
    """Step 5: what was done, and the way back."""
    resource, ctx = opened(request, domain, slug)
    run = run_of(resource, ctx, pk)
    job = JobRun._default_manager.filter(pk=run.job_id).first() if run.job_id else None
    failed = job is not None and job.state == JobState.FAILED
    words = {
        ImportState.DONE: _t("The file is in."),
        ImportState.STOPPED: _t("Stopped before the end. What came in before stays."),
        ImportState.UNDONE: _t("This import was taken back."),
    }.get(run.state, run.state.label)
    may_undo = (
        run.state in (ImportState.DONE, ImportState.STOPPED)
        and access.may(ctx, commands.undo_import.name)
        and run.created + run.changed
    )
    undo = action(
        _t("Take the whole import back"),
        f"{resource.path()}import/{run.pk}/undo/",
        icon="arrow-back-up",
        method="post",
        confirm=_t("Take back every row that this import made or changed?"),
    )
    context = {
        **frame(resource, "done"),
        "report": {
            "tone": "bad" if failed else "warn" if run.failed or run.state == ImportState.STOPPED else "ok",
            "title": words,
            "text": job.message if failed and job is not None else run.file_name,
            "figures": figures(run),
            "notes": [],
            "panels": [],
            "error_file_url": f"{resource.path()}import/{run.pk}/errors.csv" if run.failed else "",
            "undo": undo if may_undo else None,
            "undone": _t("Taken back") if run.state == ImportState.UNDONE else "",
            "list_url": resource.path(),
            "list_title": resource.plural(),
        },
    }
    return render(request, "loom/import/report.html", context)


@staff
def undo_import_page(request: HttpRequest, domain: str, slug: str, pk: int) -> HttpResponse:
    """Take the whole import back."""
    resource, ctx = opened(request, domain, slug)
    run = run_of(resource, ctx, pk)
    if request.method != "POST":
        raise NotThere(reference=str(pk))
    count = commands.undo_import(ctx, run=run)
    words = ngettext("%(n)s change taken back.", "%(n)s changes taken back.", count) % {
        "n": draw_text.number(count)
    }
    return answer.done(request, words, to=f"{resource.path()}import/{run.pk}/report/")


@staff
def error_file(request: HttpRequest, domain: str, slug: str, pk: int) -> HttpResponseBase:
    """The rows that were left out as a file, each with the reason: mend and import it."""
    resource, ctx = opened(request, domain, slug)
    run = run_of(resource, ctx, pk)
    rows = ([p["cells"].get(h, "") for h in run.columns] + ["; ".join(p["reasons"])] for p in run.problems)
    return _csv([*run.columns, _t("Why")], rows, f"left-out-{run.pk}.csv")


@staff
def template_file(request: HttpRequest, domain: str, slug: str) -> HttpResponseBase:
    """An empty file with the right heads."""
    resource, ctx = opened(request, domain, slug)
    heads = [t.label for t in targets.targets_of(resource, Pool(ctx))]
    return _csv(heads, iter(()), f"{resource.slug}.csv")


def _csv(head: list[str], rows: Iterator[list[Any]], name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(
        spreadsheet.csv_lines(head, rows), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
