"""The calendar: records on their days, in layers; a drag changes the day as an edit would."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from loomline.kernel.refusal import NotPermitted, NotThere, Refused
from loomline.surface import answer, draw_text, filter_forms
from loomline.surface.fields import as_key
from loomline.surface.layout import Calendar
from loomline.surface.listing import Listing
from loomline.surface.page import open_resource, record_of, staff
from loomline.surface.path import Path

MOST = 400
SPANS = ("month", "week", "list")
# The first layer has the accent, which needs no name.
TONES = ("", "info", "ok", "hold", "warn")


def show(request: HttpRequest, listing: Listing, page: dict[str, Any]) -> HttpResponse:
    """The records of a month or a week."""
    layout = listing.layout
    assert isinstance(layout, Calendar)
    view = listing.params.get("cal.span", "")
    view = view if view in SPANS else "month"
    day = _day(listing.params.get("cal.on", ""), listing.ctx.today)
    start, end = _window(view, day)
    events = _events(layout, listing, start, end)
    step = timedelta(days=7) if view == "week" else None
    context = {
        "page": page,
        "calendar": {
            **filter_forms.bar(listing),
            "title": _title(view, start),
            "text": "",
            "view": view,
            "date": day.isoformat(),
            "views": [
                {"title": t, "url": listing.address(**{"cal.span": v}), "current": v == view}
                for v, t in zip(SPANS, (_t("Month"), _t("Week"), _t("Agenda")), strict=True)
            ],
            "prev_url": listing.address(
                **{"cal.on": (start - step if step else _first(start - timedelta(days=1))).isoformat()}
            ),
            "next_url": listing.address(**{"cal.on": end.isoformat()}),
            "today_url": listing.address(**{"cal.on": ""}),
            "move_url": f"{listing.resource.path()}reschedule/" if _may_move(listing) else "",
            "layers": _layers(layout),
            "days": _days(events, listing.ctx.today),
            "note": _t("Nothing on these days."),
            "topics": listing.resource.model._meta.label_lower,
        },
    }
    return render(request, "loom/calendar.html", context)


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if 1900 <= day.year <= 2999 else today


def _window(view: str, day: date) -> tuple[date, date]:
    if view == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    first = _first(day)
    return first, _first(first + timedelta(days=32))


def _first(day: date) -> date:
    return day.replace(day=1)


def _title(view: str, start: date) -> str:
    if view == "week":
        return _t("Week {n}, {day}").format(n=start.isocalendar().week, day=draw_text.day(start))
    return date_format(start, "F Y")


def _layers(layout: Calendar) -> list[dict[str, Any]]:
    if len(layout.starts) < 2:
        return []
    return [
        {"name": p.text, "label": p.label, "tone": TONES[i % len(TONES)], "on": True}
        for i, p in enumerate(layout.starts)
    ]


def _events(layout: Calendar, listing: Listing, start: date, end: date) -> list[dict[str, Any]]:
    # The month view also shows the days around the month.
    wide_start, wide_end = start - timedelta(days=7), end + timedelta(days=7)
    zone = listing.ctx.company.zone
    wanted = Q()
    for path in layout.starts:
        is_moment = path.field.get_internal_type() == "DateTimeField"
        low: Any = datetime.combine(wide_start, datetime.min.time(), zone) if is_moment else wide_start
        high: Any = datetime.combine(wide_end, datetime.min.time(), zone) if is_moment else wide_end
        wanted |= Q(**{f"{path.lookup}__gte": low, f"{path.lookup}__lt": high})
    rows = listing.matching(listing.columns).filter(wanted).order_by(layout.starts[0].lookup, "pk")[:MOST]
    may = _may_move(listing)
    found = []
    for row in rows:
        for number, path in enumerate(layout.starts):
            value = path.value(row)
            if value is None or not wide_start <= _as_day(value) < wide_end:
                continue
            found.append(_event(layout, listing, row, path, value, number, may))
    return found


def _event(
    layout: Calendar, listing: Listing, row: Any, path: Path, value: date, number: int, may: bool
) -> dict[str, Any]:
    is_moment = isinstance(value, datetime)
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    ends = layout.end.value(row) if layout.end is not None and number == 0 else None
    tone = (
        getattr(getattr(row, "state", ""), "tone", "")
        if len(layout.starts) == 1
        else TONES[number % len(TONES)]
    )
    second = next(
        (c for c in listing.columns if not c.is_first and c.path is not None and c.path.is_relation), None
    )
    return {
        "id": f"{row.pk}-{path.text}",
        "title": _name(row, str(second.value(row) or "") if second else ""),
        "sub": str(second.value(row) or "") if second else "",
        "url": listing.resource.url(row.pk),
        "start": local.isoformat(),
        "end": ends.isoformat() if ends else "",
        "at": draw_text.clock(value) if is_moment and isinstance(value, datetime) else "",
        "tone": tone,
        "icon": "",
        "layer": path.text,
        "movable": may and _is_open(listing, row, path),
        "day": _as_day(value),
    }


def _name(row: Any, beside: str) -> str:
    """What stands on the day: the record's name; a bare number says more with whom it is for."""
    name = str(getattr(row, "name", "") or "")
    return name or f"{row} {beside}".strip()


def _as_day(value: date) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


def _may_move(listing: Listing) -> bool:
    return listing.resource.may_edit(listing.ctx)


def _is_open(listing: Listing, row: Any, path: Path) -> bool:
    in_form = any(isinstance(p, Path) and p.text == path.text for p in listing.resource.form)
    may = getattr(row, "may_edit", None)
    return in_form and (may is None or bool(may(path.text)))


def _days(events: list[dict[str, Any]], today: date) -> list[dict[str, Any]]:
    found: dict[date, list[dict[str, Any]]] = {}
    for event in sorted(events, key=lambda e: (e["day"], e["at"], e["title"])):
        found.setdefault(event["day"], []).append(event)
    return [
        {"label": draw_text.full_day(d), "date": d.isoformat(), "today": d == today, "events": held}
        for d, held in found.items()
    ]


@staff
def reschedule_page(request: HttpRequest, domain: str, slug: str) -> HttpResponse:
    """An event was dragged to another day."""
    resource, ctx = open_resource(request, domain, slug)
    layout = next((v for v in resource.views if isinstance(v, Calendar)), None)
    key, _dash, name = request.POST.get("id", "").partition("-")
    pk = as_key(key)
    path = next((p for p in layout.starts if p.text == name), None) if layout is not None else None
    if pk is None or path is None or request.method != "POST":
        raise NotThere(reference=resource.title())
    if not resource.may_edit(ctx):
        raise NotPermitted(
            verb=_t("change this"), permission=f"{domain}.save_{resource.model._meta.model_name}"
        )
    record = record_of(resource, ctx, pk)
    if not any(isinstance(p, Path) and p.text == name for p in resource.form):
        raise Refused(_t("{field} is not changed by hand; use the command for it.").format(field=path.label))
    save = resource.plain["save"]
    save(ctx, record=record, values={name: _read(request.POST.get("start", ""), path)})
    words = _t("{field} of {record} was changed.").format(field=path.label, record=record)
    return answer.done(request, words, undo=answer.undo_url(ctx, save))


def _read(text: str, path: Path) -> date:
    moment = parse_datetime(text)
    if path.field.get_internal_type() == "DateTimeField" and moment is not None:
        return moment if moment.tzinfo else moment.replace(tzinfo=timezone.get_current_timezone())
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise Refused(_t("{text} is no day.").format(text=text[:20])) from None
