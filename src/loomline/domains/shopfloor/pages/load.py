"""What waits for each work centre beside what it can do, and what overtime or another hand would change."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loomline.domains.shopfloor import ports, queries
from loomline.domains.shopfloor.pages.floor import HERE, SEE, centres_of, may_see
from loomline.domains.shopfloor.queries import Bucket, Change, Loaded
from loomline.surface import draw, draw_text, menu, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import ctx_of, page, staff
from loomline.surface.plain_table import plain_table

URL = f"{HERE}load/"
GRAINS = {"week": (7, 10), "day": (1, 14)}
MOST_OVERTIME, SHOWN = Decimal(16), 3


@staff
def load_page(request: HttpRequest) -> HttpResponse:
    """Bars and the limit of each work centre, overload in words, the tightest first."""
    ctx = ctx_of(request)
    may_see(ctx)
    grain = request.GET.get("by", "week")
    days, buckets = GRAINS.get(grain, GRAINS["week"])
    grain = grain if grain in GRAINS else "week"
    change = Change(
        overtime=_number(request.GET.get("overtime", ""), MOST_OVERTIME),
        outsourced=_number(request.GET.get("outsourced", ""), Decimal(100)) / 100,
    )
    first = ctx.today - timedelta(days=ctx.today.weekday() if days == 7 else 0)
    centres = centres_of(ctx)
    foreseen = ports.foreseen(ctx, first=first, last=first + timedelta(days=days * buckets - 1))
    loads = queries.load(
        centres=centres, first=first, buckets=buckets, days=days, change=change, foreseen=foreseen
    )
    tight = queries.bottlenecks(loads)
    rest = [one for one in loads if one not in tight]
    context = {
        "page": page(_("Load and capacity"), crumbs=[{"title": _("Shop floor"), "url": HERE}]),
        "load": {
            "text": _opening(tight, loads),
            "grains": [
                {"title": title, "url": f"{URL}?{urlencode({'by': name})}", "current": name == grain}
                for name, title in (("week", _("By week")), ("day", _("By day")))
            ],
            "by": grain,
            "overtime": draw_text.number(change.overtime),
            "outsourced": draw_text.number(change.outsourced * 100),
            "summary": _summary(loads),
            "panels": [_panel(one, days) for one in (*tight, *rest)],
        },
    }
    return render(request, "shopfloor/load.html", context)


def _number(text: str, most: Decimal) -> Decimal:
    try:
        found = Decimal(text.replace(",", ".") or "0")
    except InvalidOperation:
        return Decimal(0)
    return min(max(found, Decimal(0)), most) if found.is_finite() else Decimal(0)


def _opening(tight: list[Loaded], loads: list[Loaded]) -> str:
    if not loads:
        return _("There are no work centres yet.")
    if not tight:
        return _("Nothing is asked for beyond what the work centres can do.")
    names = ", ".join(one.centre.name for one in tight[:SHOWN])
    return _("More is asked for than can be done at {names}.").format(names=names)


def _hours(minutes: Decimal) -> str:
    return _("{hours} h").format(hours=draw_text.number(minutes / 60, decimals=1))


def _when(bucket: Bucket, days: int) -> str:
    if days == 1:
        return draw_text.day(bucket.first)
    return _("week {week}").format(week=f"{bucket.first.isocalendar().week:02d}")


def _words(one: Loaded, days: int) -> str:
    """What is too much, when, through what, and what would cover it."""
    if not one.has_hours:
        return _("It has no shifts yet, so nothing can be planned there. Add them on its page.")
    worst = one.worst
    if worst is None:
        return _("Everything fits: {load} of {capacity}.").format(
            load=_hours(one.load), capacity=_hours(one.capacity)
        )
    names = [f"{w.stage.work} {w.stage.name} ({_hours(w.minutes)})" for w in worst.waiting[:SHOWN]]
    if worst.foreseen:
        names.append(_("planned orders ({hours})").format(hours=_hours(worst.foreseen)))
    largest = ", ".join(names)
    said = [
        _("In {when} {over} too much: {load} asked for, {capacity} there. Most of it: {largest}.").format(
            when=_when(worst, days),
            over=_hours(worst.over),
            load=_hours(worst.load),
            capacity=_hours(worst.capacity),
            largest=largest,
        )
    ]
    done = one.done_by
    if done is None:
        said.append(_("Levelled, it is not done within the time shown."))
    else:
        said.append(_("Levelled, it is all done by {day}.").format(day=draw_text.day(done)))
    return " ".join(said)


def _panel(one: Loaded, days: int) -> dict[str, Any]:
    labels = [f"{b.first:%d.%m.}" if days == 1 else f"{b.first.isocalendar().week:02d}" for b in one.buckets]
    ordered = [float(min(b.load - b.foreseen, b.capacity)) / 60 for b in one.buckets]
    planned = [float(min(b.load, b.capacity)) / 60 - n for b, n in zip(one.buckets, ordered, strict=True)]
    over = [float(b.over) / 60 for b in one.buckets]
    limit = [float(b.capacity) / 60 for b in one.buckets]
    series = [
        draw.Series(_("Ordered"), ordered, css="a2"),
        draw.Series(_("Planned"), planned, css="info"),
        draw.Series(_("Too much"), over, css="bad"),
    ]
    words = _words(one, days)
    rows = [
        [
            Cell(text=_when(b, days).capitalize(), sub=draw_text.day(b.first)),
            Cell(kind="number", value=round(b.load / 60, 1)),
            Cell(kind="number", value=round(b.foreseen / 60, 1)),
            Cell(kind="number", value=round(b.capacity / 60, 1)),
            Cell(kind="number", value=round(b.over / 60, 1), tone="bad" if b.over else ""),
        ]
        for b in one.buckets
    ]
    heads = (_("When"), _("Asked for, h"), _("Of it planned, h"), _("There, h"), _("Too much, h"))
    share = draw_text.percent(one.share) if one.share is not None else "–"
    return {
        "title": one.centre.name,
        "sub": _("{share} of {site}").format(share=share, site=one.centre.site),
        "id": f"centre-{one.centre.pk}",
        "link": {"title": _("Screen"), "url": f"{HERE}centres/{one.centre.pk}/"},
        "chart": draw.bars(labels, series, line=limit, now=0, width=1100, height=220),
        "phone": draw.bars(labels, series, line=limit, now=0, width=360, height=190, label_every=2),
        "donut": None,
        "legend": [
            {"title": _("Ordered"), "css": "lg-a2"},
            {"title": _("Planned"), "css": "lg-info"},
            {"title": _("Too much"), "css": "lg-bad"},
            {"title": _("Limit"), "css": "lg-ink"},
        ],
        "label": words,
        "words": words,
        "tone": "bad" if one.worst else "muted" if one.has_hours else "warn",
        "table": plain_table(one.centre.name, heads, rows)["table"],
    }


def _summary(loads: list[Loaded]) -> dict[str, Any]:
    ordered = sorted(loads, key=lambda one: -(one.share or Decimal(0)))
    rows = [
        [
            Cell(text=one.centre.name, url=registry.url(one.centre), strong=True),
            Cell(text=_hours(one.load)),
            Cell(text=_hours(one.capacity)),
            Cell(
                text=draw_text.percent(one.share) if one.share is not None else "–",
                tone="bad" if one.worst else "",
            ),
        ]
        for one in ordered
    ]
    heads = (_("Work centre"), _("Asked for"), _("There"), _("Share"))
    made = plain_table(_("Bottlenecks first"), heads, rows)
    return {
        **made,
        "id": "summary",
        "empty": _("No work centres yet."),
        "empty_action": None,
        "end_action": None,
        "link": None,
    }


menu.entry(_l("Load"), URL, icon="chart-bar", group="Make", order=45, permission=SEE)
