"""The schedule as a Gantt chart of work centres, its list, and what is done there."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from loomline.domains.scheduling import commands, jobs, queries
from loomline.domains.scheduling.models import Operation, ScheduleRun, StabilityLimit
from loomline.domains.scheduling.pages import drawing
from loomline.domains.workcentres.models import WorkCentre
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotThere
from loomline.surface import answer, draw_text, menu, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action, ctx_of, need, page, staff
from loomline.surface.plain_table import plain_table

HERE = "/scheduling/"
SEE = access.view_permission(Operation)
ZOOMS = {"week": drawing.WEEK, "day": drawing.DAY}
MOST = 200
# The end of a day is the first minute of the next one.
MINUTE = timedelta(minutes=1)


@staff
def overview(request: HttpRequest) -> HttpResponse:
    """All work centres over two weeks or two days, and everything drawn there as a list."""
    ctx = ctx_of(request)
    need(access.may(ctx, SEE), _("see the schedule"), SEE)
    zoom = request.GET.get("zoom", "week")
    zoom = zoom if zoom in ZOOMS else "week"
    scale, first = ZOOMS[zoom], _first(ctx, request.GET.get("from", ""), zoom)
    centres = access.visible(ctx, WorkCentre).filter(is_active=True)
    chart = queries.chart(
        centres=centres.select_related("site__party").order_by("site__party_id", "code"),
        first=datetime.combine(first, time.min, ctx.company.zone),
        days=scale.days,
    )
    late = _last_of(list(queries.late_operations()[:MOST]))
    may_move = access.may(ctx, commands.move_operation.name)
    here = ctx.now.astimezone(ctx.company.zone)
    context = {
        "page": page(_("Schedule"), actions=_actions(ctx)),
        "schedule": {
            "text": _said(queries.last_run()),
            "worst": _worst(late),
            "zooms": [
                {"title": title, "url": _address(name, first), "current": name == zoom}
                for name, title in (("day", _("Day")), ("week", _("Week")))
            ],
            "prev_url": _address(zoom, first - timedelta(days=scale.days // 2)),
            "next_url": _address(zoom, first + timedelta(days=scale.days // 2)),
            "today_url": _address(zoom, None),
            "may_move": may_move,
            "is_empty": not any(row.bars for row in chart.rows),
            "limits_url": _list(StabilityLimit),
            "runs_url": _list(ScheduleRun),
            **drawing.drawn(chart, scale, now=here, may_move=may_move),
        },
        "panels": [_why(late), _listed(chart.operations)] if late else [_listed(chart.operations)],
    }
    return render(request, "scheduling/schedule.html", context)


def _first(ctx: Ctx, text: str, zoom: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = ctx.today if zoom == "day" else ctx.today - timedelta(days=ctx.today.weekday())
    return day if 1900 < day.year < 2999 else ctx.today


def _address(zoom: str, first: date | None) -> str:
    query = {"zoom": zoom} | ({"from": first.isoformat()} if first is not None else {})
    return f"{HERE}?{urlencode(query)}"


def _list(model: type[Any]) -> str:
    found = registry.of(model)
    return found.path() if found is not None else HERE


def _actions(ctx: Ctx) -> list[dict[str, Any]]:
    if not access.may(ctx, commands.schedule_now.name):
        return []
    return [
        action(_("Improve"), f"{HERE}improve/", icon="sparkles", method="post", spare=True),
        action(_("Schedule now"), f"{HERE}now/", icon="refresh", method="post", kind="primary"),
    ]


def _said(run: ScheduleRun | None) -> str:
    if run is None:
        return _("Nothing was scheduled yet. “Schedule now” places all open work on its machines.")
    said = _("{kind} {at}: {n} operations, all done {end}.").format(
        kind=run.get_kind_display(),
        at=draw_text.moment(run.made_at),
        n=run.operations,
        end=draw_text.moment(run.ends_at),
    )
    late = ngettext("{n} work order is late.", "{n} work orders are late.", run.late).format(n=run.late)
    return f"{said} {late}" if run.late else f"{said} {_('Nothing is late.')}"


def _last_of(rows: list[Operation]) -> list[Operation]:
    """The last operation of each late work order: it says what the order waits for."""
    last: dict[int, Operation] = {}
    for one in rows:
        last[one.stage.work_id] = one
    return sorted(last.values(), key=lambda one: (-one.late_days, one.pk))


def _worst(late: list[Operation]) -> dict[str, str] | None:
    if not late:
        return None
    title = f"{late[0].stage.work}: {drawing.said_late(late[0].late_days)}."
    return {"title": title, "text": late[0].reason, "url": registry.url(late[0])}


def _why(late: list[Operation]) -> dict[str, Any]:
    cells = [
        (
            Cell(text=str(one.stage.work), url=registry.url(one.stage.work), strong=True),
            Cell(kind="badge", text=drawing.said_late(one.late_days), tone="bad"),
            Cell(text=draw_text.day(one.due_at - MINUTE if one.due_at else None)),
            Cell(kind="moment", value=one.ends_at),
            Cell(text=one.reason, wrap=True),
        )
        for one in late
    ]
    heads = _("Work order"), _("Late"), _("Due"), _("Ends"), _("Waits for")
    table = plain_table(_("Late, and why"), heads, cells, slots=("a1", "a2", "c1", "c2", "b1"))
    return {**table, "id": "late", "empty": _("Everything is done when it is due."), "empty_action": None}


def _listed(rows: list[Operation]) -> dict[str, Any]:
    cells = [
        (
            Cell(text=f"{one.stage.work} {one.stage.name}", url=registry.url(one), strong=True),
            Cell(text=one.place),
            Cell(kind="moment", value=one.starts_at),
            Cell(kind="moment", value=one.ends_at),
            Cell(kind="badge", text=drawing.said_late(one.late_days), tone="bad")
            if one.late_days
            else Cell(text=""),
            Cell(text=one.reason, wrap=True),
        )
        for one in rows[:MOST]
    ]
    heads = _("Operation"), _("Where"), _("Start"), _("End"), _("Late"), _("Waits for")
    table = plain_table(_("As a list"), heads, cells, slots=("a1", "b1", "c1", "c2", "a2", "b2"))
    empty = _("Nothing runs in this time.")
    return {**table, "id": "list", "empty": empty, "empty_action": None}


@staff
@require_POST
def now(request: HttpRequest) -> HttpResponse:
    """Place everything at once, and look for something better in the background."""
    ctx = ctx_of(request)
    run = commands.schedule_now(ctx)
    jobs.improve_schedule.start(ctx)
    words = ngettext(
        "{n} operation scheduled. Something better is looked for in the background.",
        "{n} operations scheduled. Something better is looked for in the background.",
        run.operations,
    )
    return answer.done(request, words.format(n=run.operations), to=HERE)


@staff
@require_POST
def improve(request: HttpRequest) -> HttpResponse:
    """Look for something better, and show how far it is; it can be stopped there."""
    ctx = ctx_of(request)
    name = commands.keep_improved.name
    need(access.may(ctx, name), _("improve the schedule"), name)
    run = jobs.improve_schedule.start(ctx)
    return answer.done(request, _("A better schedule is looked for now."), to=f"/jobs/{run.pk}/")


@staff
@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """A bar was dragged or moved by keys: so many minutes along, maybe to another machine."""
    ctx = ctx_of(request)
    operation = _operation(ctx, request.POST.get("id", ""))
    centre, _dot, machine = request.POST.get("lane", "").partition(".")
    stays = centre in ("", "-") or operation.centre_id is None
    if not stays and centre != str(operation.centre_id):
        raise commands.NotThatMachine(
            what=operation,
            place=operation.centre,
            machines=operation.centre.machines if operation.centre else 0,
        )
    minutes = _minutes(request.POST.get("minutes", ""))
    moved = commands.move_operation(
        ctx,
        operation=operation,
        starts_at=operation.starts_at + timedelta(minutes=minutes),
        machine=None if stays or not machine.isdigit() else int(machine),
    )
    words = _("{what} starts {at} now and is pinned.").format(
        what=moved, at=draw_text.moment(moved.starts_at)
    )
    return answer.done(request, words, undo=answer.undo_url(ctx, commands.move_operation))


def _operation(ctx: Ctx, key: str) -> Operation:
    rows = access.visible(ctx, Operation).select_related("stage__work", "centre")
    found = rows.filter(pk=int(key)).first() if key.isdigit() and len(key) < 19 else None
    if found is None:
        raise NotThere(reference=key)
    return found


def _minutes(text: str) -> int:
    try:
        return max(min(int(text), 525_600), -525_600)
    except ValueError:
        return 0


menu.entry(_l("Schedule"), HERE, icon="timeline", group="Plan", order=40, permission=SEE)
