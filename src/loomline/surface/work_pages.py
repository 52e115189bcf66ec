"""Undo, and the page of long work: what runs, how far, how it ended, stop, take back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from loomline.kernel import access, edit, query
from loomline.kernel.audit import Activity
from loomline.kernel.context import Ctx
from loomline.kernel.job import JobRun, JobState
from loomline.kernel.query import Sort
from loomline.kernel.refusal import NotThere
from loomline.surface import answer, draw_text
from loomline.surface.commands import stop_job, undo_request
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action, ctx_of, page, staff

PAST = 50
ENDED = (JobState.DONE, JobState.FAILED, JobState.STOPPED)
# These jobs only give commands that can be taken back.
UNDOABLE = ("surface.bulk_edit", "surface.bulk_delete")


@staff
def undo_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one activity back."""
    ctx = ctx_of(request)
    found = (
        access.rows_at(ctx, Activity, edit.undo.name).filter(pk=pk).first()
        if request.method == "POST"
        else None
    )
    if found is None:
        raise NotThere(reference=str(pk))
    edit.undo(ctx, activity=found)
    return answer.done(request, _t("Taken back."), undo=answer.undo_url(ctx, edit.undo))


@staff
def undo_request_page(request: HttpRequest, request_id: str) -> HttpResponse:
    """Take back all that one request or job did."""
    if request.method != "POST":
        raise NotThere(reference=request_id)
    count = undo_request(ctx_of(request), request_id=request_id)
    return answer.done(
        request, ngettext("%(n)s change taken back.", "%(n)s changes taken back.", count) % {"n": count}
    )


def _visible(ctx: Ctx) -> Any:
    return (
        access.rows_at(ctx, JobRun, access.view_permission(JobRun))
        if access.may(ctx, access.view_permission(JobRun))
        else JobRun._default_manager.filter(actor=ctx.actor)
    )


@staff
def jobs_page(request: HttpRequest) -> HttpResponse:
    """What runs in the background, and what has run."""
    ctx = ctx_of(request)
    rows = _visible(ctx).select_related("actor")
    running = list(rows.filter(state__in=(JobState.WAITING, JobState.RUNNING)).order_by("-pk")[:20])
    past = query.page(
        rows.filter(state__in=ENDED),
        sort=Sort("pk", descending=True),
        size=PAST,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    table = {
        "label": _t("Ended jobs"),
        "note": "",
        "row_actions": False,
        "totals": [],
        "columns": [
            {"label": label, "align": "", "hidden_label": False, "slot": slot}
            for label, slot in (
                (_t("Job"), "a1"),
                (_t("State"), "a2"),
                (_t("Started by"), "b1"),
                (_t("Ended"), "b2"),
                (_t("Result"), "c1"),
            )
        ],
        "rows": [{"id": run.pk, "css": "", "actions": [], "cells": _cells(run)} for run in past.rows],
    }
    link = {"title": _t("Older"), "url": f"/jobs/?after={past.after}"} if past.after else None
    context = {
        "page": page(_t("Jobs")),
        "jobs": {
            "running": [job_context(run, ctx) for run in running],
            "note": _t("Nothing runs at the moment."),
            "figures": [],
            "topics": "jobs",
            "past": {
                "title": _t("Ended"),
                "sub": "",
                "id": "past",
                "end_action": None,
                "link": link,
                "table": table,
                "empty": _t("No job has ended yet."),
                "empty_action": None,
            },
        },
    }
    return render(request, "loom/jobs.html", context)


def _cells(run: JobRun) -> list[Cell]:
    return [
        Cell(text=run.title, url=f"/jobs/{run.pk}/", strong=True),
        Cell(kind="badge", text=run.state.label, tone=run.state.tone),
        Cell(kind="person", value=run.actor, text=str(run.actor)),
        Cell(kind="moment", value=run.ended_at),
        Cell(text=run.message or result_words(run), wrap=True),
    ]


def result_words(run: JobRun) -> str:
    """The outcome in a few words."""
    done, failed = run.result.get("done"), run.result.get("failed")
    if done is None:
        return ""
    return _t("{done} done, {failed} left").format(
        done=draw_text.number(done), failed=draw_text.number(failed or 0)
    )


@staff
def job_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One job."""
    ctx = ctx_of(request)
    run = _job(ctx, pk)
    context = {
        "page": page(run.title, crumbs=[{"title": _t("Jobs"), "url": "/jobs/"}]),
        "job": job_context(run, ctx),
    }
    return render(request, "loom/job.html", context)


@staff
def stop_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a job to stop."""
    ctx = ctx_of(request)
    run = _job(ctx, pk)
    if request.method != "POST":
        raise NotThere(reference=str(pk))
    stop_job(ctx, run=run)
    return answer.done(
        request, _t("It stops after the rows it is working on; its page says what became of them.")
    )


def _job(ctx: Ctx, pk: int) -> JobRun:
    found: JobRun | None = _visible(ctx).select_related("actor").filter(pk=pk).first()
    if found is None:
        raise NotThere(reference=_t("job {pk}").format(pk=pk))
    return found


def job_context(run: JobRun, ctx: Ctx) -> dict[str, Any]:
    """A job as loom/parts/job.html draws it."""
    running = run.state in (JobState.WAITING, JobState.RUNNING)
    actions = []
    if running and not run.stop_requested:
        actions.append(action(_t("Stop"), f"/jobs/{run.pk}/stop/", icon="hand-stop", method="post"))
    if run.name in UNDOABLE and run.state in (JobState.DONE, JobState.STOPPED):
        actions.append(
            action(
                _t("Take back"),
                f"/undo/request/job-{run.pk}/",
                icon="arrow-back-up",
                method="post",
                confirm=_t("Take back everything that this job did?"),
            )
        )
    reasons = [f"{what}: {why}" for what, why in run.result.get("reasons", [])]
    figures = (
        [
            {"label": _t("Done"), "value": draw_text.number(run.result["done"])},
            {"label": _t("Left as they were"), "value": draw_text.number(run.result.get("failed", 0))},
        ]
        if "done" in run.result
        else []
    )
    return {
        "id": run.pk,
        "title": run.title,
        "state": {"text": run.state.label, "tone": run.state.tone},
        "done": run.done,
        "total": run.total,
        "percent": int(100 * run.done / run.total) if run.total else 0,
        "by": str(run.actor),
        "started": run.started_at or run.created_at,
        "text": run.message
        or (_t("Waiting for a free worker") if run.state == JobState.WAITING else _t("Working")),
        "left": _left(run, ctx.now),
        "error": run.message if run.state == JobState.FAILED else "",
        "figures": figures,
        "log": reasons,
        "actions": actions,
        "running": running,
        "topics": f"job:{run.pk}",
        "url": f"/jobs/{run.pk}/",
    }


def _left(run: JobRun, now: datetime) -> str:
    if run.state != JobState.RUNNING or not run.done or not run.total or run.started_at is None:
        return ""
    spent = now - run.started_at
    left = spent * (run.total - run.done) / run.done
    if left < timedelta(minutes=1):
        return _t("less than a minute left")
    minutes = round(left.total_seconds() / 60)
    return ngettext("about %(n)s min left", "about %(n)s min left", minutes) % {"n": minutes}
