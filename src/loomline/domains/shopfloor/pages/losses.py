"""Effectiveness of work centres day by day, and the reasons that cost most."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loomline.domains.shopfloor import queries
from loomline.domains.shopfloor.pages.floor import HERE, SEE, centres_of, may_see
from loomline.domains.shopfloor.queries import Day
from loomline.domains.workcentres.models import WorkCentre
from loomline.engines.quality.oee import Effectiveness, Loss
from loomline.surface import draw, draw_text, menu
from loomline.surface.draw_cells import Cell
from loomline.surface.page import ctx_of, page, staff
from loomline.surface.plain_table import plain_table

URL = f"{HERE}effectiveness/"
DAYS = 14
LOSSES = {
    Loss.BREAKDOWN: _l("Breakdowns"),
    Loss.SETUP: _l("Set-up and adjustment"),
    Loss.MINOR_STOP: _l("Minor stops"),
    Loss.SPEED: _l("Reduced speed"),
    Loss.REJECT: _l("Rejects"),
    Loss.STARTUP: _l("Rejects while starting"),
}


@staff
def losses(request: HttpRequest) -> HttpResponse:
    """The last two weeks of all work centres, or of one."""
    ctx = ctx_of(request)
    may_see(ctx)
    centres = centres_of(ctx)
    chosen = [one for one in centres if str(one.pk) == request.GET.get("centre", "")]
    first = ctx.today - timedelta(days=DAYS - 1)
    of = chosen or centres
    days = queries.effectiveness(centres=of, first=first, last=ctx.today, now=ctx.now)
    whole = queries.together(days=days)
    reasons = queries.stops_by_reason(centres=of, first=first, last=ctx.today, now=ctx.now)
    context = {
        "page": page(_("Effectiveness"), crumbs=[{"title": _("Shop floor"), "url": HERE}]),
        "losses": {
            "text": _opening(whole),
            "centres": [
                {"title": _("All"), "url": URL, "current": not chosen},
                *(
                    {"title": one.name, "url": f"{URL}?centre={one.pk}", "current": one in chosen}
                    for one in centres
                ),
            ],
            "kpis": _kpis(whole.value),
            "empty": "" if whole.value else _("Nothing was on in these two weeks."),
            "trend": _trend(days, of),
            "six": _six(whole),
            "pareto": _pareto(reasons),
            "days": _days(days),
        },
    }
    return render(request, "shopfloor/losses.html", context)


def _opening(whole: queries.Together) -> str:
    if whole.value is None or not whole.losses:
        return ""
    loss, minutes = whole.losses[0]
    return _("The largest loss of the last {days} days: {loss}, {hours} h.").format(
        days=DAYS, loss=str(LOSSES[loss]).lower(), hours=draw_text.number(minutes / 60, decimals=1)
    )


def _share(value: float) -> str:
    return draw_text.percent(value)


def _kpis(value: Effectiveness | None) -> list[dict[str, Any]]:
    if value is None:
        return []
    found = (
        (_("Effectiveness"), value.oee, _("good pieces at ideal speed, of the planned time")),
        (_("Availability"), value.availability, _("time that it ran")),
        (_("Performance"), value.performance, value.remark or _("speed while it ran")),
        (_("Quality"), value.quality, _("good at the first go")),
    )
    blank = {"unit": "", "url": "", "delta": "", "up": False, "tone": "", "values": [], "stale": ""}
    return [{**blank, "title": title, "value": _share(share), "note": note} for title, share, note in found]


def _trend(days: Sequence[Day], centres: Sequence[WorkCentre]) -> dict[str, Any]:
    by_day = {on: [day for day in days if day.on == on] for on in sorted({day.on for day in days})}
    values = [queries.together(days=rows).value for rows in by_day.values()]
    numbers = [value.oee * 100 if value else 0.0 for value in values]
    labels = [f"{on:%d.%m.}" for on in by_day]
    series = [draw.Series(_("Effectiveness"), numbers)]
    label = _("Effectiveness of {n} work centres by day, in percent").format(n=len(centres))
    return {
        "title": _("By day"),
        "sub": _("percent"),
        "id": "trend",
        "link": None,
        "chart": draw.bars(labels, series, now=len(labels) - 1, width=1100, height=220),
        "phone": draw.bars(labels, series, now=len(labels) - 1, width=360, height=190, label_every=4),
        "donut": None,
        "legend": [],
        "label": label,
    }


def _six(whole: queries.Together) -> dict[str, Any]:
    total = sum(minutes for _loss, minutes in whole.losses if minutes > 0)
    rows = [
        [
            Cell(text=str(LOSSES[loss])),
            Cell(kind="number", value=round(minutes)),
            Cell(text=_share(max(minutes, 0) / total) if total else "–"),
        ]
        for loss, minutes in whole.losses
    ]
    return _table(_("The six big losses"), (_("Loss"), _("Minutes"), _("Share")), rows)


def _pareto(reasons: Sequence[Any]) -> dict[str, Any]:
    rows = [
        [
            Cell(text=capfirst(one.reason), sub=one.loss),
            Cell(kind="number", value=one.times),
            Cell(kind="number", value=round(one.minutes)),
            Cell(text=_share(one.share)),
            Cell(text=_share(one.cumulated)),
        ]
        for one in reasons
    ]
    heads = (_("Reason"), _("Times"), _("Minutes"), _("Share"), _("Adds up to"))
    return _table(_("Why machines stood"), heads, rows)


def _days(days: Sequence[Day]) -> dict[str, Any]:
    rows = [
        [
            Cell(text=day.centre.name, sub=draw_text.day(day.on)),
            Cell(text=_share(day.value.oee), strong=True),
            Cell(text=_share(day.value.availability)),
            Cell(text=_share(day.value.performance)),
            Cell(text=_share(day.value.quality)),
            Cell(kind="number", value=round(day.good)),
            Cell(kind="number", value=round(day.rejected)),
        ]
        for day in sorted(days, key=lambda day: (day.on, day.centre.code), reverse=True)
        if day.value is not None and (day.good or day.rejected or day.value.losses.get(Loss.BREAKDOWN))
    ]
    heads = (
        *(_("Work centre"), _("Effectiveness"), _("Availability"), _("Performance"), _("Quality")),
        *(_("Good"), _("Rejected")),
    )
    return _table(_("Each day"), heads, rows)


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> dict[str, Any]:
    made = plain_table(title, heads, rows)
    empty = _("Nothing yet. It comes from what is started, stopped and counted on the shop floor.")
    return {**made, "id": "", "empty": empty, "empty_action": None, "end_action": None, "link": None}


menu.entry(_l("Effectiveness"), URL, icon="chart-line", group="Make", order=46, permission=SEE)
