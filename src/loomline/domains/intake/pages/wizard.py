"""The import wizard: upload, match columns, check, run, report; with an error file and the way back."""

from __future__ import annotations

import uuid
from pathlib import Path as FilePath
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import (
    HttpRequest,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from loomline.domains.intake import commands
from loomline.domains.intake.jobs import run_import
from loomline.domains.intake.models import ImportRun, ImportState
from loomline.domains.intake.pages import samples
from loomline.domains.intake.pages.forms import MatchForm
from loomline.domains.intake.pages.frame import frame, opened, run_of
from loomline.domains.intake.pages.reports import figures
from loomline.domains.intake.resources import reading, tables, targets
from loomline.domains.intake.resources.reading import Importer
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun
from loomline.kernel.refusal import NotThere, Refused
from loomline.surface import answer, draw_text, work_pages
from loomline.surface.draw_cells import Cell
from loomline.surface.page import staff
from loomline.surface.resource import Resource

LARGEST = 200 * 1024 * 1024
ACCEPT = ".csv, .tsv, .txt, .xlsx, .xls, .ods"
FOLDER = "imports"
SAMPLES = 3
SHOWN = 20


@staff
def upload_page(request: HttpRequest, domain: str, slug: str) -> HttpResponseBase:
    """Step 1: the file."""
    resource, ctx = opened(request, domain, slug)
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            run = taken(file if isinstance(file, UploadedFile) else None, resource, ctx)
            return HttpResponseRedirect(f"{resource.path()}import/{run.pk}/match/")
        except Refused as refusal:
            errors = [{"text": str(refusal), "target": "id_file"}]
    earlier = ImportRun._default_manager.filter(resource=resource.name, owner=ctx.actor).order_by("-pk")[:8]
    context = {
        **frame(
            resource, "upload", _t("Rows that are already there are found again and changed, not made twice.")
        ),
        "upload": {
            "url": request.path,
            "fields": [],
            "file_name": "file",
            "accept": ACCEPT,
            "limit": _t("up to 200 MB"),
            "template_url": f"{resource.path()}import/template.csv",
            "sample_url": f"{resource.path()}import/sample/" if resource.name in samples.ROWS else "",
            "errors": errors,
        },
        "recent": _recent(resource, list(earlier)),
    }
    return render(request, "loom/import/upload.html", context, status=422 if errors else 200)


def taken(file: UploadedFile[Any] | None, resource: type[Resource], ctx: Ctx) -> ImportRun:
    """Keep a file that somebody wants to bring into a list."""
    if file is None or not file.size:
        raise Refused(_t("Choose a file that is not empty."))
    if file.size > LARGEST:
        raise Refused(_t("The file is larger than 200 MB. Cut it into several."))
    name = FilePath(file.name or "file").name[:180]
    stored = f"{FOLDER}/{uuid.uuid4().hex}{FilePath(name).suffix.lower()[:8]}"
    target = FilePath(settings.MEDIA_ROOT) / stored
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        for piece in file.chunks():
            out.write(piece)
    try:
        return commands.upload_import(
            ctx, resource=resource.name, file_name=name, stored=stored, read=_looked_at(target, name)
        )
    except Refused:
        target.unlink(missing_ok=True)
        raise


def _looked_at(target: FilePath, name: str) -> dict[str, Any]:
    """How the file is written, its heads and the number of its rows."""
    format_ = tables.detect(target, name)
    sheet = tables.sheet_names(target, name)[0] if format_.is_sheet else ""
    source = tables.rows(target, name, format_, sheet=sheet)
    heads = targets.head_names(next(source, []))
    total = sum(1 for _row in source)
    if not heads or not total:
        raise tables.Unreadable(name=name, fault=_t("it has no rows under its heads."))
    return {
        "encoding": format_.encoding,
        "delimiter": format_.delimiter,
        "sheet": sheet,
        "columns": heads,
        "total": total,
    }


@staff
@require_POST
def sample_page(request: HttpRequest, domain: str, slug: str) -> HttpResponseBase:
    """Bring a few invented records in, all steps at once; the report takes them back."""
    resource, ctx = opened(request, domain, slug)
    if resource.name not in samples.ROWS:
        raise NotThere(reference=resource.plural())
    run = taken(SimpleUploadedFile(samples.NAME, samples.ROWS[resource.name].encode()), resource, ctx)
    known = list(Importer(run, ctx).targets.values())
    columns = targets.guess(run.columns, known)
    rehearse(ctx, run, {"columns": columns, "days": "dmy", "decimals": ".", "fixes": {}}, samples.KEY)
    run_import.start(ctx, title=_t("Bring sample data in"), import_id=run.pk)
    return HttpResponseRedirect(f"{resource.path()}import/{run.pk}/run/")


def _recent(resource: type[Resource], runs: list[ImportRun]) -> dict[str, Any] | None:
    if not runs:
        return None
    heads = (
        (_t("File"), "a1"),
        (_t("State"), "a2"),
        (_t("Uploaded"), "b1"),
        (_t("Created"), "b2"),
        (_t("Changed"), "c1"),
    )
    rows = [
        {
            "id": run.pk,
            "css": "",
            "actions": [],
            "cells": [
                Cell(text=run.file_name, url=f"{resource.path()}import/{run.pk}/{_step(run)}/"),
                Cell(kind="badge", text=run.state.label, tone=run.state.tone),
                Cell(kind="moment", value=run.uploaded_at),
                Cell(kind="number", value=run.created),
                Cell(kind="number", value=run.changed),
            ],
        }
        for run in runs
    ]
    columns = [{"label": label, "align": "", "hidden_label": False, "slot": slot} for label, slot in heads]
    table = {
        "label": _t("Earlier imports"),
        "columns": columns,
        "rows": rows,
        "totals": [],
        "note": "",
        "row_actions": False,
    }
    return {
        "title": _t("Earlier imports"),
        "sub": "",
        "id": "recent",
        "end_action": None,
        "link": None,
        "table": table,
        "empty": "",
        "empty_action": None,
    }


def _step(run: ImportRun) -> str:
    return {ImportState.UPLOADED: "match", ImportState.CHECKED: "check", ImportState.RUNNING: "run"}.get(
        run.state, "report"
    )


@staff
def match_page(request: HttpRequest, domain: str, slug: str, pk: int) -> HttpResponseBase:
    """Step 2: which column is which field."""
    resource, ctx = opened(request, domain, slug)
    run = run_of(resource, ctx, pk)
    importer = Importer(run, ctx)
    form = MatchForm(importer, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        rehearse(ctx, run, form.mapping(), form.cleaned_data["match_on"])
        return HttpResponseRedirect(f"{resource.path()}import/{run.pk}/check/")
    samples = [row.cells for row, _n in zip(importer.rows(), range(SAMPLES), strict=False)]
    fed = {form[f"c{n}"].value() for n in range(len(run.columns))}
    context = {
        **frame(
            resource, "match", _t("Matched as your last file with these columns.") if run.mapping else ""
        ),
        "match": {
            "url": request.path,
            "back_url": f"{resource.path()}import/",
            "file": run.file_name,
            "rows": draw_text.number(run.total),
            "errors": [{"text": str(e), "target": ""} for e in form.non_field_errors()],
            "columns": [
                {
                    "source": head,
                    "samples": [s[head][:40] for s in samples if s.get(head)],
                    "field": form[f"c{n}"],
                    "tone": "",
                    "note": "" if form[f"c{n}"].value() else _t("left out"),
                }
                for n, head in enumerate(run.columns)
            ],
            "options": [form["match_on"], form["days"], form["decimals"]],
            "missing": [t.label for t in importer.targets.values() if t.required and t.name not in fed],
        },
    }
    return render(request, "loom/import/match.html", context, status=422 if request.method == "POST" else 200)


def rehearse(ctx: Ctx, run: ImportRun, mapping: dict[str, Any], match_on: str) -> None:
    """Rehearse the import and keep what it said."""
    run.mapping, run.match_on = mapping, match_on
    told = Ctx.new(actor=ctx.actor, via="import", now=ctx.now, request_id=ctx.request_id, company=ctx.company)
    tally = reading.check(Importer(run, told))
    commands.check_import(
        ctx, run=run, mapping=mapping, match_on=match_on, figures=tally.figures, problems=tally.problems
    )


@staff
def check_page(request: HttpRequest, domain: str, slug: str, pk: int) -> HttpResponseBase:
    """Step 3: what would happen. Mended cells are checked again; running starts a job."""
    resource, ctx = opened(request, domain, slug)
    run = run_of(resource, ctx, pk)
    if run.state != ImportState.CHECKED:
        return HttpResponseRedirect(f"{resource.path()}import/{run.pk}/{_step(run)}/")
    if request.method == "POST" and "fix" in request.GET:
        rehearse(
            ctx,
            run,
            {**run.mapping, "fixes": {**run.mapping.get("fixes", {}), **_fixes(request, run)}},
            run.match_on,
        )
        return HttpResponseRedirect(request.path)
    if request.method == "POST":
        title = _t("Import {file} into {many}").format(file=run.file_name, many=resource.plural().lower())
        run_import.start(ctx, title=title, import_id=run.pk)
        return HttpResponseRedirect(f"{resource.path()}import/{run.pk}/run/")
    good = run.total - run.failed
    shown = run.problems[:SHOWN]
    more = len(run.problems) - len(shown)
    context = {
        **frame(resource, "check"),
        "check": {
            "url": request.path,
            "back_url": f"{resource.path()}import/{run.pk}/match/",
            "figures": figures(run),
            "warnings": [],
            "heads": run.columns,
            "problems": [_problem(p, run) for p in shown],
            "fix_url": f"{request.path}?fix=1",
            "more": _t("and {n} more").format(n=draw_text.number(run.failed - len(shown)))
            if more > 0 or run.failed > len(shown)
            else "",
            "error_file_url": f"{resource.path()}import/{run.pk}/errors.csv" if run.failed else "",
            "can_run": good > 0,
            "blocked": "" if good else str(commands.NothingToRun.says),
            "submit": ngettext("Import %(n)s row", "Import %(n)s rows", good) % {"n": draw_text.number(good)},
        },
    }
    return render(request, "loom/import/check.html", context)


def _problem(problem: dict[str, Any], run: ImportRun) -> dict[str, Any]:
    bad = set(problem["bad"])
    initial = {
        f"{problem['number']}:{n}": problem["cells"].get(h, "") for n, h in enumerate(run.columns) if h in bad
    }
    kind = {name: forms.CharField(required=False) for name in initial}
    form = type("FixForm", (forms.Form,), kind)(initial=initial, prefix="fix")
    return {
        "number": problem["number"],
        "reasons": problem["reasons"],
        "cells": [
            {
                "text": problem["cells"].get(h, ""),
                "bad": h in bad,
                "field": form[f"{problem['number']}:{n}"] if h in bad else None,
            }
            for n, h in enumerate(run.columns)
        ],
    }


def _fixes(request: HttpRequest, run: ImportRun) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, value in request.POST.items():
        number, _colon, column = name.removeprefix("fix-").partition(":")
        if (
            name.startswith("fix-")
            and number.isdigit()
            and column.isdigit()
            and int(column) < len(run.columns)
        ):
            found.setdefault(number, {})[run.columns[int(column)]] = str(value).strip()
    return found


@staff
def run_page(request: HttpRequest, domain: str, slug: str, pk: int) -> HttpResponseBase:
    """Step 4: it runs."""
    resource, ctx = opened(request, domain, slug)
    run = run_of(resource, ctx, pk)
    job = (
        JobRun._default_manager.filter(name=run_import.name, parameters__import_id=run.pk)
        .select_related("actor")
        .order_by("-pk")
        .first()
    )
    if run.state in (ImportState.DONE, ImportState.STOPPED, ImportState.UNDONE):
        # The page on screen asks again whenever the job has moved on; at its end it is led to the report.
        if run.state == ImportState.DONE and access.may(ctx, commands.undo_import.name):
            words = _t("{file} is in: {new} new, {changed} changed.")
            told = words.format(file=run.file_name, new=run.created, changed=run.changed)
            answer.later(request, told, undo=f"{resource.path()}import/{run.pk}/undo/")
        return answer.lead(request, f"{resource.path()}import/{run.pk}/report/")
    if job is None:
        return HttpResponseRedirect(f"{resource.path()}import/{run.pk}/check/")
    context = {**frame(resource, "run"), "job": work_pages.job_context(job, ctx)}
    return render(request, "loom/import/run.html", context)
