"""Every work centre at a glance: what runs, what stands and why, what the day was worth so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from loomline.domains.shopfloor import queries
from loomline.domains.shopfloor.models import TimeEntry, TimeKind
from loomline.domains.workcentres.models import WorkCentre
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import draw_text, menu, registry
from loomline.surface.page import action, ctx_of, need, page, staff

HERE = "/shopfloor/"
SEE = access.view_permission(TimeEntry)


def may_see(ctx: Ctx) -> None:
    """Refuse whoever may not look at the floor."""
    need(access.may(ctx, SEE), _("see the shop floor"), SEE)


@staff
def floor(request: HttpRequest) -> HttpResponse:
    """The andon board; a scanned code leads to its machine."""
    ctx = ctx_of(request)
    may_see(ctx)
    code = request.GET.get("code", "").strip()
    found = [stage for stage in queries.scanned(code=code) if stage.centre_id] if code else []
    if found:
        return HttpResponseRedirect(f"{HERE}centres/{found[0].centre_id}/?job={found[0].pk}")
    centres = centres_of(ctx)
    clocks = queries.board(centres=centres)
    days = {
        day.centre.pk: day
        for day in queries.effectiveness(centres=centres, first=ctx.today, last=ctx.today, now=ctx.now)
    }
    context = {
        "page": page(_("Shop floor"), actions=actions()),
        "floor": {
            "code": code,
            "not_found": _("Nothing open is called {code}.").format(code=code) if code else "",
            "text": _text(clocks),
            "centres": [_card(one, clocks[one.pk], days[one.pk], ctx) for one in centres],
        },
    }
    return render(request, "shopfloor/floor.html", context)


def centres_of(ctx: Ctx) -> list[WorkCentre]:
    """The work centres in use that the actor may see."""
    rows = access.visible(ctx, WorkCentre).filter(is_active=True)
    return list(rows.select_related("site").order_by("code"))


def actions() -> list[dict[str, Any]]:
    """Where the pages of the floor lead."""
    return [
        action(_("Load"), f"{HERE}load/", icon="chart-bar"),
        action(_("Effectiveness"), f"{HERE}effectiveness/", icon="chart-line"),
    ]


def _text(clocks: dict[int, list[TimeEntry]]) -> str:
    running = sum(entry.kind != TimeKind.STOP for rows in clocks.values() for entry in rows)
    stands = sum(entry.kind == TimeKind.STOP for rows in clocks.values() for entry in rows)
    return " ".join(
        (
            ngettext("{n} machine runs.", "{n} machines run.", running).format(n=running),
            ngettext("{n} stands.", "{n} stand.", stands).format(n=stands) if stands else "",
        )
    ).strip()


def _card(centre: WorkCentre, clocks: Sequence[TimeEntry], day: queries.Day, ctx: Ctx) -> dict[str, Any]:
    stops = [entry for entry in clocks if entry.kind == TimeKind.STOP]
    runs = [entry for entry in clocks if entry.kind != TimeKind.STOP]
    tone = "bad" if stops else "ok" if runs else "muted"
    word = _("Stands") if stops else _("Runs") if runs else _("Free")
    oee = day.value.oee if day.value is not None else None
    return {
        "name": centre.name,
        "url": f"{HERE}centres/{centre.pk}/",
        "badge": {"text": word, "tone": tone},
        "text": centre.site.name,
        "lines": [_line(entry, ctx) for entry in (*stops, *runs)],
        "oee": draw_text.percent(oee) if oee is not None else "",
        "record": registry.url(centre),
    }


def _line(entry: TimeEntry, ctx: Ctx) -> str:
    minutes = draw_text.number(round(entry.minutes(until=ctx.now)), decimals=0)
    what = f"{entry.stage.work} {entry.stage}, " if entry.stage else ""
    return _("{what}{kind} for {minutes} min").format(what=what, kind=str(entry), minutes=minutes)


menu.entry(_l("Shop floor"), HERE, icon="building-factory-2", group="Make", order=5, permission=SEE)
