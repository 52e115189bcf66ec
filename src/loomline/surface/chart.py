"""The chart: a figure over time or by a column, with the same figures as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count as CountOf
from django.db.models import Model
from django.db.models import Sum as SumOf
from django.db.models.functions import TruncDay, TruncMonth, TruncQuarter, TruncWeek, TruncYear
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from loomline.surface import draw, draw_text, filter_forms
from loomline.surface.column import Sum
from loomline.surface.draw_cells import Cell
from loomline.surface.fields import Pool
from loomline.surface.layout import Chart
from loomline.surface.listing import Listing
from loomline.surface.path import Path

TRUNC = {"day": TruncDay, "week": TruncWeek, "month": TruncMonth, "quarter": TruncQuarter, "year": TruncYear}
REACH = {"day": 31, "week": 26, "month": 18, "quarter": 12, "year": 10}
SPAN = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}
MOST_PARTS = 7
MOST_CURRENCIES = 3


@dataclass(frozen=True)
class Figure:
    """One number: of which bucket, of which part, in which currency."""

    bucket: Any
    part: Any
    currency: str
    value: Any


def show(request: HttpRequest, listing: Listing, page: dict[str, Any]) -> HttpResponse:
    """Every chart that the Resource declares, one under the other."""
    charts = [v for v in listing.resource.views if isinstance(v, Chart)]
    panels = [panel for one in charts for panel in _panels(one, listing)]
    context = {
        "page": page,
        "chart": {
            **filter_forms.bar(listing),
            "title": page["title"],
            "text": "",
            "switches": [],
            "panels": panels,
            "note": _t("No figures for these filters."),
        },
    }
    return render(request, "loom/chart.html", context)


def _panels(chart: Chart, listing: Listing) -> list[dict[str, Any]]:
    figures = _figures(chart, listing)
    currencies = sorted(
        {f.currency for f in figures}, key=lambda c: -sum(abs(f.value) for f in figures if f.currency == c)
    )
    return [
        _panel(chart, listing, [f for f in figures if f.currency == c], c)
        for c in currencies[:MOST_CURRENCIES]
    ]


def _figures(chart: Chart, listing: Listing) -> list[Figure]:
    """All numbers in one statement."""
    source = chart.source
    rows = listing.matching([source] if source is not None else []).order_by()
    by = chart.by.lookup
    is_narrowed = any(c.filter.name == chart.by.text for c in listing.conditions.items)
    if chart.grain and not is_narrowed:
        reach = timedelta(days=REACH[chart.grain] * SPAN[chart.grain])
        low, high = _bounds(chart.by, listing, listing.ctx.today - reach, listing.ctx.today + reach)
        rows = rows.filter(**{f"{by}__gte": low, f"{by}__lt": high})
    elif chart.grain:
        rows = rows.filter(**{f"{by}__isnull": False})
    bucket = TRUNC[chart.grain](by) if chart.grain else None
    rows = rows.annotate(bucket_=bucket) if bucket is not None else rows
    keys = ["bucket_" if bucket is not None else by]
    keys += [chart.split.lookup] if chart.split is not None else []
    is_sum = isinstance(chart.measure, Sum) and source is not None
    currency = source.currency.lookup if is_sum and source is not None and source.currency is not None else ""
    keys += [currency] if currency else []
    measure = SumOf(source.lookup) if is_sum and source is not None else CountOf("pk")
    usual = listing.ctx.company.currency if is_sum and source is not None and source.kind == "money" else ""
    return [
        Figure(
            row[keys[0]],
            row[chart.split.lookup] if chart.split is not None else None,
            str(row[currency]) if currency else usual,
            row["figure_"],
        )
        for row in rows.values(*keys).annotate(figure_=measure).order_by(*keys[:1])[:2000]
        if row["figure_"] is not None
    ]


def _bounds(path: Path, listing: Listing, start: date, end: date) -> tuple[Any, Any]:
    if path.field.get_internal_type() != "DateTimeField":
        return start, end
    zone, midnight = listing.ctx.company.zone, datetime.min.time()
    return datetime.combine(start, midnight, zone), datetime.combine(end, midnight, zone)


def _panel(chart: Chart, listing: Listing, figures: list[Figure], currency: str) -> dict[str, Any]:
    names = _names(chart, listing, figures)
    buckets = _buckets(chart, figures)
    parts = _parts(figures)
    labels = [_bucket_words(chart, b, names) for b in buckets]

    def fmt(value: float) -> str:
        return draw_text.compact(value, currency)

    title = chart.measure.label if isinstance(chart.measure, Sum) else listing.resource.plural()
    words = _t("{what} by {by}").format(what=title, by=chart.by.label.lower())
    held = {(f.bucket, f.part): float(f.value) for f in figures}
    drawn: dict[str, Any] = {"chart": None, "phone": None, "donut": None, "legend": []}
    if chart.kind == "donut":
        totals = [
            (label, held.get((b, None), sum(held.get((b, p), 0.0) for p in parts)))
            for label, b in zip(labels, buckets, strict=True)
        ]
        drawn["donut"] = draw.donut(_largest(totals), fmt=fmt)
    else:
        series = [
            draw.Series(
                names.get(("part", p), title),
                [held.get((b, p), 0.0) for b in buckets],
                css=f"s{i}" if len(parts) > 1 else "a2",
            )
            for i, p in enumerate(parts)
        ]
        now = _now(chart, buckets, listing.ctx.today)
        every = max(1, len(labels) // 12)
        drawn["chart"] = draw.bars(
            labels, series, now=now, fmt=fmt, label_every=every, width=1100, height=250
        )
        drawn["phone"] = draw.bars(
            labels, series, now=now, fmt=fmt, label_every=every * 2, width=360, height=190
        )
        drawn["legend"] = (
            [{"title": s.name, "css": f"lg-s{i}"} for i, s in enumerate(series)] if len(series) > 1 else []
        )
    total = sum(held.values())
    return {
        "template": "loom/panels/chart.html",
        "title": words,
        "sub": fmt(total),
        "id": "",
        "link": None,
        **drawn,
        "label": _t("{what}: {total} in all").format(what=words, total=fmt(total)),
        "table": _table(
            words,
            labels,
            [names.get(("part", p), title) for p in parts],
            [[held.get((b, p), 0.0) for p in parts] for b in buckets],
            currency,
        ),
    }


def _parts(figures: Sequence[Figure]) -> list[Any]:
    found: dict[Any, float] = {}
    for figure in figures:
        found[figure.part] = found.get(figure.part, 0.0) + float(figure.value)
    return sorted(found, key=lambda p: -found[p])[:MOST_PARTS]


def _buckets(chart: Chart, figures: Sequence[Figure]) -> list[Any]:
    """The buckets in their order; those without a figure stand between the others as nothing."""
    found = list(dict.fromkeys(f.bucket for f in figures))
    if not chart.grain or chart.grain not in ("day", "week") or len(found) < 2:
        return found
    step, filled = timedelta(days=SPAN[chart.grain]), [found[0]]
    while filled[-1] < found[-1] and len(filled) < 400:
        filled.append(filled[-1] + step)
    return filled


def _names(chart: Chart, listing: Listing, figures: Sequence[Figure]) -> dict[Any, str]:
    pool = Pool(listing.ctx)
    found: dict[Any, str] = {}
    for what, path in (("bucket", chart.by if not chart.grain else None), ("part", chart.split)):
        if path is None:
            continue
        keys = {getattr(f, what) for f in figures}
        held: dict[Any, Model] = pool.load(path.target, keys) if path.target is not None else {}
        choices = dict(path.field.flatchoices) if getattr(path.field, "choices", None) else {}
        found |= {
            (what, k): str(held.get(k) or choices.get(k, k) if k is not None else _t("none")) for k in keys
        }
    return found


def _bucket_words(chart: Chart, bucket: Any, names: dict[Any, str]) -> str:
    if not chart.grain:
        return names.get(("bucket", bucket), str(bucket))
    day = bucket.date() if isinstance(bucket, datetime) else bucket
    match chart.grain:
        case "week":
            return f"{day.isocalendar().week:02d}"
        case "month":
            return date_format(day, "M y")
        case "quarter":
            return f"Q{(day.month + 2) // 3} {day:%y}"
        case "year":
            return str(day.year)
        case _:
            return draw_text.day(day)


def _now(chart: Chart, buckets: Sequence[Any], today: date) -> int | None:
    days = [b.date() if isinstance(b, datetime) else b for b in buckets]
    past = [i for i, d in enumerate(days) if isinstance(d, date) and d <= today]
    return past[-1] if chart.grain and past and past[-1] < len(days) else None


def _largest(totals: list[tuple[str, float]]) -> list[tuple[str, float]]:
    ordered = sorted(totals, key=lambda pair: -pair[1])
    if len(ordered) <= MOST_PARTS:
        return ordered
    return [*ordered[: MOST_PARTS - 1], (_t("others"), sum(v for _label, v in ordered[MOST_PARTS - 1 :]))]


def _table(
    words: str, labels: list[str], heads: list[str], rows: list[list[float]], currency: str
) -> dict[str, Any]:
    kind = "money" if currency else "number"
    return {
        "label": words,
        "note": "",
        "row_actions": False,
        "totals": [],
        "columns": [{"label": "", "align": "", "hidden_label": False, "slot": "a1"}]
        + [
            {"label": h, "align": "end", "hidden_label": False, "slot": f"b{min(i, 1) + 1}"}
            for i, h in enumerate(heads)
        ],
        "rows": [
            {
                "id": i,
                "css": "",
                "actions": [],
                "cells": [Cell(text=label), *(Cell(kind=kind, value=v, unit=currency) for v in values)],
            }
            for i, (label, values) in enumerate(zip(labels, rows, strict=True))
        ],
    }
