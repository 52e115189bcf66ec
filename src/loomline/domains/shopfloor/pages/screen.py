"""The screen of one work centre, for a tablet beside the machine: what is next, and one tap for each verb."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from loomline.domains.manufacturing.models import StageState, WorkState
from loomline.domains.shopfloor import commands, queries
from loomline.domains.shopfloor.models import TimeKind
from loomline.domains.shopfloor.pages.floor import HERE, may_see
from loomline.domains.shopfloor.pages.forms import PauseForm, ReportForm
from loomline.domains.shopfloor.queries import Job
from loomline.domains.workcentres.models import WorkCentre
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.quantity import plain
from loomline.kernel.refusal import NotThere, Refused, Warned
from loomline.surface import answer, draw_text, registry
from loomline.surface.page import action, ctx_of, page, staff

NEXT = 8


@staff
def screen(request: HttpRequest, pk: int) -> HttpResponse:
    """What is on at this work centre, and what comes next; a scanned code chooses the job."""
    ctx = ctx_of(request)
    centre = _centre(ctx, pk)
    code = request.GET.get("code", "").strip()
    if code:
        found = queries.scanned(code=code, centre=centre)
        if found:
            return HttpResponseRedirect(_here(centre, found[0].pk))
    not_found = _("Nothing open here is called {code}.").format(code=code) if code else ""
    return _draw(request, ctx, centre, request.GET.get("job", ""), problem=_problem(not_found))


@staff
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the command of a button; a question comes back with a button that answers it."""
    ctx = replace(ctx_of(request), accepted=frozenset(request.POST.getlist("accept")))
    centre = _centre(ctx, pk)
    job = _chosen(queries.jobs_at(centre=centre), request.POST.get("job", ""))
    if job is None:
        raise NotThere(reference=_("this job"))
    pause = PauseForm(ctx, request.POST)
    report = ReportForm(ctx, job.stage, request.POST, is_last=_is_last(job))
    verb = request.POST.get("act", "")
    if (verb == "pause" and not pause.is_valid()) or (verb in ("report", "finish") and not report.is_valid()):
        return _draw(request, ctx, centre, str(job.stage.pk), pause=pause, report=report, status=422)
    try:
        said = _do(ctx, verb, job, pause, report)
    except Refused as refusal:
        problem = _problem(str(refusal), refusal, request)
        return _draw(
            request, ctx, centre, str(job.stage.pk), problem=problem, pause=None, report=report, status=422
        )
    return answer.done(request, said, to=_here(centre, None if verb == "finish" else job.stage.pk))


def _do(ctx: Ctx, verb: str, job: Job, pause: PauseForm, report: ReportForm) -> str:
    stage = job.stage
    given = getattr(report, "cleaned_data", {}) if verb in ("report", "finish") else {}
    counted: dict[str, Any] = {
        "good": given.get("good") or Decimal(0),
        "rejected": given.get("rejected") or Decimal(0),
        "reason": given.get("reason"),
        "lot": given.get("lot") or "",
        "line": given.get("line"),
    }
    verbs: dict[str, tuple[Callable[[], Any], str]] = {
        "start": (lambda: commands.start_job(ctx, stage=stage), _("The clock runs.")),
        "run": (lambda: commands.run_job(ctx, stage=stage), _("The set-up is done.")),
        "pause": (
            lambda: commands.pause_job(ctx, stage=stage, **pause.cleaned_data),
            _("It stands; the reason is kept."),
        ),
        "report": (
            lambda: commands.report_job(ctx, stage=stage, hand_over=given.get("hand_over", False), **counted),
            _("The output is counted."),
        ),
        "finish": (lambda: commands.finish_job(ctx, stage=stage, **counted), _("The job is finished.")),
    }
    if verb not in verbs:
        raise NotThere(reference=_("this button"))
    run, said = verbs[verb]
    run()
    return said


def _draw(
    request: HttpRequest,
    ctx: Ctx,
    centre: WorkCentre,
    chosen: str,
    *,
    problem: dict[str, Any] | None = None,
    pause: PauseForm | None = None,
    report: ReportForm | None = None,
    status: int = 200,
) -> HttpResponse:
    jobs = queries.jobs_at(centre=centre)
    job = _chosen(jobs, chosen) or next(iter(jobs), None)
    if job is not None and (report is None or status == 200):
        report = ReportForm(ctx, job.stage, is_last=_is_last(job))
    [day] = queries.effectiveness(centres=[centre], first=ctx.today, last=ctx.today, now=ctx.now)
    crumbs = [{"title": _("Shop floor"), "url": HERE}]
    context = {
        "page": page(
            centre.name, crumbs=crumbs, actions=[action(_("Work centre"), registry.url(centre), icon="tools")]
        ),
        "screen": {
            "title": centre.name,
            "url": f"{HERE}centres/{centre.pk}/",
            "text": _text(centre, day),
            "problem": problem,
            "job": _job(ctx, job) if job is not None else None,
            "pause": pause or PauseForm(ctx),
            "report": report,
            "next": [_row(centre, one) for one in jobs if job is None or one.stage.pk != job.stage.pk][:NEXT],
        },
    }
    return render(request, "shopfloor/screen.html", context, status=status)


def _text(centre: WorkCentre, day: queries.Day) -> str:
    machines = ngettext("{site}, {n} machine.", "{site}, {n} machines.", centre.machines)
    said = machines.format(site=centre.site, n=centre.machines)
    if day.value is not None:
        today = _("Effectiveness today {share}.").format(share=draw_text.percent(day.value.oee))
    elif day.planned:
        today = _("Nothing was done yet today.")
    else:
        today = _("No hours are planned today.")
    return f"{said} {today}"


def _job(ctx: Ctx, job: Job) -> dict[str, Any]:
    stage, unit = job.stage, job.stage.unit.code if job.stage.unit else ""
    kind = job.clock.kind if job.clock is not None else ""
    paused = stage.work.state == WorkState.PAUSED
    figures = (
        (_("To do"), job.into),
        (_("Good"), job.good),
        (_("Rejected"), job.rejected),
        (_("Left"), job.left),
    )
    return {
        "pk": stage.pk,
        "title": f"{stage.work} {stage.name}",
        "text": str(stage.work.item or stage.work.style or ""),
        "url": registry.url(stage),
        "badge": _badge(job),
        "clock": _clock(ctx, job),
        "kpis": [_kpi(title, plain(amount), unit) for title, amount in figures],
        "start": "" if job.runs or paused or stage.state == StageState.WAITING else _start_word(job),
        "set_up": kind == TimeKind.SETUP,
        "runs": job.runs,
        "counts": stage.state == StageState.RUNNING and not paused,
        "note": _why_not(job, paused),
    }


def _start_word(job: Job) -> str:
    if job.stands:
        return _("Go on")
    return (
        _("Start set-up") if job.stage.setup_minutes and job.stage.state == StageState.READY else _("Start")
    )


def _why_not(job: Job, paused: bool) -> str:
    if paused:
        return _("The work order is paused: {reason}").format(reason=job.stage.work.cause)
    if job.stage.state == StageState.WAITING:
        return _("It waits for the stage before it.")
    return ""


def _badge(job: Job) -> dict[str, str]:
    if job.stands:
        return {"text": _("Stands"), "tone": "bad"}
    if job.runs:
        return {"text": _("Runs"), "tone": "accent"}
    return {"text": job.stage.state.label, "tone": job.stage.state.tone}


def _clock(ctx: Ctx, job: Job) -> str:
    if job.clock is None:
        return ""
    minutes = draw_text.number(round(job.clock.minutes(until=ctx.now)), decimals=0)
    said = " ".join(part for part in (str(job.clock), job.clock.note) if part)
    return _("{what} for {minutes} min").format(what=said, minutes=minutes)


def _row(centre: WorkCentre, job: Job) -> dict[str, Any]:
    unit = job.stage.unit.code if job.stage.unit else ""
    made = job.stage.work.item or job.stage.work.style
    start = draw_text.day(job.stage.expected_start)
    return {
        "title": f"{job.stage.work} {job.stage.name}",
        "text": f"{made}, {plain(job.left)} {unit}, {start}",
        "badge": _badge(job),
        "actions": [action(_("Open"), _here(centre, job.stage.pk))],
        "switch": None,
    }


def _kpi(title: str, value: str, unit: str) -> dict[str, Any]:
    blank = {"url": "", "delta": "", "up": False, "tone": "", "note": "", "values": [], "stale": ""}
    return {**blank, "title": title, "value": value, "unit": unit}


def _problem(
    text: str, refusal: Refused | None = None, request: HttpRequest | None = None
) -> dict[str, Any] | None:
    """What went wrong; a warning brings all that was typed, to be sent again with its acceptance."""
    if not text:
        return None
    again: list[dict[str, str]] = []
    if isinstance(refusal, Warned) and request is not None:
        again = [
            {"name": name, "value": str(value)}
            for name, values in request.POST.lists()
            if name != "csrfmiddlewaretoken"
            for value in values
        ]
        again.append({"name": "accept", "value": refusal.code})
    return {"text": text, "again": again}


def _chosen(jobs: list[Job], key: str) -> Job | None:
    return next((job for job in jobs if str(job.stage.pk) == key), None)


def _is_last(job: Job) -> bool:
    return not job.stage.work.stages.filter(position__gt=job.stage.position).exists()


def _here(centre: WorkCentre, job: int | None) -> str:
    return f"{HERE}centres/{centre.pk}/" + (f"?job={job}" if job else "")


def _centre(ctx: Ctx, pk: int) -> WorkCentre:
    may_see(ctx)
    found: WorkCentre | None = (
        access.visible(ctx, WorkCentre).select_related("site").filter(pk=pk).first() if pk < 2**63 else None
    )
    if found is None:
        raise NotThere(reference=_("work centre {pk}").format(pk=pk))
    return found
