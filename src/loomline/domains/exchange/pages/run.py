"""The other steps of an import: the dry run, the run, the report, the way back."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from loomline.domains.exchange import commands, jobs, resources
from loomline.domains.exchange.models import Takeover, TakeoverState
from loomline.domains.exchange.pages.frame import frame, is_busy, newest_job, next_address, opened
from loomline.domains.exchange.resources import import_address
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, JobState
from loomline.surface import answer, draw_text, registry, work_pages
from loomline.surface.page import action, ctx_of, record_of, staff

S = TakeoverState
BROKEN = (JobState.FAILED, JobState.STOPPED)


@staff
def here_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Wherever the import stands."""
    takeover, _ctx = opened(request, pk)
    return answer.lead(request, next_address(takeover, newest_job(takeover)))


@staff
@require_http_methods(["GET", "POST"])
def check_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 3: what the dry run said; going on starts the job."""
    takeover, ctx = opened(request, pk)
    job = newest_job(takeover)
    if takeover.state != S.CHECKED or is_busy(job):
        return answer.lead(request, next_address(takeover, job))
    total = _sum(takeover, "created") + _sum(takeover, "changed")
    if request.method == "POST" and total:
        title = _t("Import {title}").format(title=takeover.title)
        jobs.bring_in.start(ctx, title=title, takeover_id=takeover.pk)
        return HttpResponseRedirect(import_address(takeover, "progress"))
    tone, blocked = _blocked(takeover, job, total)
    text = _t("Nothing is kept yet. This is what the run would do.")
    context = {
        **frame("check", takeover, text=text),
        "check": {
            "url": request.path,
            "back_url": import_address(takeover, "files"),
            "figures": _figures(takeover),
            "blocked": blocked,
            "blocked_tone": tone,
            "notes": _notes(takeover),
            "panels": _panels(ctx, takeover),
            "problems": [],
            "warnings": [],
            "can_run": bool(total),
            "submit": ngettext("Import %(n)s record", "Import %(n)s records", total)
            % {"n": draw_text.number(total)},
        },
    }
    return render(request, "loom/import/check.html", context)


@staff
def progress_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A job of the import at work; when it ends, the page leads on by itself."""
    takeover, ctx = opened(request, pk)
    job = newest_job(takeover)
    if job is None or not is_busy(job):
        return answer.lead(request, next_address(takeover, job))
    at = "check" if job.name == jobs.rehearse_import.name else "run"
    context = {**frame(at, takeover), "job": work_pages.job_context(job, ctx)}
    return render(request, "loom/import/run.html", context)


@staff
def report_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 5: what was read, created, changed and left out, and the way back."""
    takeover, ctx = opened(request, pk)
    job = newest_job(takeover)
    if is_busy(job) or takeover.state in (S.WAITING, S.CHECKED, S.DISCARDED):
        return answer.lead(request, next_address(takeover, job))
    tone, title = _verdict(takeover)
    resource = registry.of(Takeover)
    assert resource is not None
    context = {
        **frame("done", takeover),
        "report": {
            "tone": tone,
            "title": title,
            "text": job.message if job is not None and job.state in BROKEN else takeover.source,
            "figures": _figures(takeover),
            "notes": _notes(takeover),
            "panels": _panels(ctx, takeover),
            "error_file_url": resources.error_file_address(takeover),
            "undo": _undo(ctx, takeover),
            "undone": _t("Taken back") if takeover.state == S.UNDONE else "",
            "list_url": resource.url(takeover.pk),
            "list_title": _t("Open {number}").format(number=takeover.number),
        },
    }
    return render(request, "loom/import/report.html", context)


@staff
@require_POST
def undo_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the whole import back, as a job: a large one takes minutes."""
    takeover, ctx = opened(request, pk)
    access.require(ctx, commands.undo_takeover, {"takeover": takeover})
    job = newest_job(takeover)
    if not is_busy(job):
        title = _t("Undo the import of {title}").format(title=takeover.title)
        jobs.take_back.start(ctx, title=title, takeover_id=takeover.pk)
    return answer.lead(request, import_address(takeover, "progress"))


@staff
def error_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that were left out with their cells and the reason: mend them there and import that file."""
    resource = registry.of(Takeover)
    assert resource is not None
    takeover: Takeover = record_of(resource, ctx_of(request), pk)
    name, data = commands.left_out(takeover.number, takeover.errors)
    kind = "application/zip" if name.endswith(".zip") else "text/csv; charset=utf-8"
    response = HttpResponse(data, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _sum(takeover: Takeover, what: str) -> int:
    return sum(int(step[what]) for step in takeover.counts.values())


def _figures(takeover: Takeover) -> list[dict[str, str]]:
    labels = {
        "read": _t("Rows read"),
        "created": _t("New"),
        "changed": _t("Changed"),
        "unchanged": _t("The same already"),
        "skipped": _t("Skipped"),
        "errors": _t("Left out"),
    }
    figures = {name: _sum(takeover, name) for name in labels}
    return [
        {
            "label": labels[name],
            "value": draw_text.number(figure),
            "tone": "bad" if name == "errors" and figure else "",
        }
        for name, figure in figures.items()
    ]


def _panels(ctx: Ctx, takeover: Takeover) -> list[dict[str, Any]]:
    found = (resources.counts(ctx, takeover), resources.errors(ctx, takeover))
    return [panel for panel in found if panel is not None]


def _notes(takeover: Takeover) -> list[str]:
    """What the files are like, and why rows were skipped on purpose."""
    recipe = commands.known_recipe_of(takeover)
    steps = {step.name: step for step in recipe.steps} if recipe is not None else {}
    notes = [str(finding) for finding in takeover.findings]
    for name, count in takeover.counts.items():
        step = steps.get(name)
        if not count["skipped"] or step is None:
            continue
        empty, filled = ", ".join(step.unless_empty), ", ".join(step.only_empty)
        reason = (
            _t("their column {columns} is empty").format(columns=empty)
            if empty
            else _t("their column {columns} is filled").format(columns=filled)
        )
        words = _t("{step}: {n} rows were skipped, because {reason}.")
        notes.append(words.format(step=capfirst(name), n=draw_text.number(count["skipped"]), reason=reason))
    return notes


def _blocked(takeover: Takeover, job: JobRun | None, total: int) -> tuple[str, str]:
    """Why the run cannot start, or did not when somebody tried: (tone, sentence)."""
    if job is not None and job.name == jobs.bring_in.name and job.state in BROKEN:
        return "bad", job.message
    if total:
        return "", ""
    if _sum(takeover, "errors"):
        return "bad", _t("Not one row can come in. Mend the reasons below in the files and send them again.")
    return "ok", _t("Everything in these files is here already. There is nothing to bring in.")


def _verdict(takeover: Takeover) -> tuple[str, str]:
    left_out = _sum(takeover, "errors")
    if takeover.state == S.UNDONE:
        return "warn", _t("This import was taken back.")
    if takeover.state == S.FAILED:
        return "bad", _t("This import broke off.")
    if takeover.state == S.RUNNING:
        return "info", _t("This import is running.")
    if not _sum(takeover, "created") + _sum(takeover, "changed") + left_out:
        return "ok", _t("Everything was here already. Nothing was changed.")
    return ("warn" if left_out else "ok"), _t("The files are in.")


def _undo(ctx: Ctx, takeover: Takeover) -> dict[str, Any] | None:
    brought = _sum(takeover, "created") + _sum(takeover, "changed")
    may = access.may(ctx, commands.undo_takeover.name)
    if not may or not brought or "undo" not in takeover.moves.open_to(takeover.state):
        return None
    return action(
        _t("Undo the whole import"),
        import_address(takeover, "undo"),
        icon="arrow-back-up",
        method="post",
        kind="danger",
        confirm=_t("Take back every record that this import made or changed?"),
    )
