"""The grid in which planners type what they expect: series by weeks, as in a spreadsheet."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from loomline.domains.demand import commands, jobs, queries
from loomline.domains.demand.commands import OverrideDraft
from loomline.domains.demand.models import DemandItem, Series
from loomline.domains.demand.queries import GridPage
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import NotThere, Refused
from loomline.surface import answer, draw_text, menu, registry
from loomline.surface.page import action, ctx_of, need, page, staff

HERE = "/demand/grid/"
SEE = access.view_permission(DemandItem)
MOST_EDITS = 5000
SPACES = dict.fromkeys(map(ord, " \t\u00a0\u202f\u2009'"))


class NoNumber(Refused):
    """What was typed or pasted is something else."""

    says = _l("“{text}” is no number. Write it as in 1200 or 12.5.")


class TooMany(Refused):
    """A whole workbook was pasted."""

    says = _l("{count} weeks are too many at once. Paste up to 5,000.")


@staff
def sheet(request: HttpRequest) -> HttpResponse:
    """A page of series and their next thirteen weeks."""
    ctx = ctx_of(request)
    need(access.may(ctx, SEE), _("see the demand plan"), SEE)
    find, after = request.GET.get("q", "")[:60], request.GET.get("after", "")[:80]
    rows = access.visible(ctx, Series)
    made = queries.grid(ctx, series=rows, find=find, after=after)
    total = rows.count()
    context = {
        "page": page(_("Demand grid"), actions=_actions(ctx)),
        "sheet": {
            "text": ngettext("{n} series", "{n} series", total).format(n=draw_text.number(total)),
            "find": find,
            "may": access.may(ctx, commands.override_weeks.name),
            "weeks": [draw_text.day(week) for week in made.weeks],
            "rows": _rows(made),
            "first_url": f"{HERE}?{urlencode({'q': find})}" if after else "",
            "next_url": f"{HERE}?{urlencode({'q': find, 'after': made.after})}" if made.after else "",
        },
    }
    return render(request, "demand/sheet.html", context)


@staff
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep what was typed or pasted: all of it, or nothing."""
    ctx = ctx_of(request)
    edits = _edits(request.POST.get("edits", ""))
    seen = set(
        access.visible(ctx, Series)
        .filter(pk__in={one.series_id for one in edits})
        .values_list("pk", flat=True)
    )
    hidden = {one.series_id for one in edits} - seen
    if hidden:
        raise NotThere(reference=_("demand series {pk}").format(pk=min(hidden)))
    commands.override_weeks(ctx, edits=edits, reason=request.POST.get("reason", ""))
    said = ngettext("{n} week set.", "{n} weeks set.", len(edits)).format(n=len(edits))
    return answer.done(request, said, undo=answer.undo_url(ctx, commands.override_weeks))


@staff
@require_POST
def forecast(request: HttpRequest) -> HttpResponse:
    """Have everything forecast now, by the worker."""
    ctx = ctx_of(request)
    name = commands.keep_run.name
    need(access.may(ctx, name), _("forecast demand"), name)
    run = jobs.forecast_demand.start(ctx)
    said = _("The worker forecasts; the last run counts until this one is whole.")
    return answer.done(request, said, to=f"/jobs/{run.pk}/")


def _actions(ctx: Ctx) -> list[dict[str, Any]]:
    if not access.may(ctx, commands.keep_run.name):
        return []
    return [action(_("Forecast now"), "/demand/forecast/", icon="refresh", method="post")]


def _rows(made: GridPage) -> list[dict[str, Any]]:
    return [
        {
            "pk": row.series.pk,
            "item": row.series.demand.item.name,
            "sku": row.series.demand.item.sku,
            "unit": row.series.demand.item.unit.code,
            "url": registry.url(row.series.demand),
            "whom": row.series.whom,
            "site": row.series.site.code if row.series.site else "",
            "cells": [
                {
                    "week": one.week.isoformat(),
                    "value": _shown(one.forecast),
                    "own": one.override is not None,
                    "why": _("{reason} (statistical: {figure})").format(
                        reason=one.reason, figure=_shown(one.statistical)
                    )
                    if one.override is not None
                    else _("{figure} of promotions").format(figure=_shown(one.promotion))
                    if one.promotion
                    else "",
                }
                for one in row.cells
            ],
            "total": _shown(sum((one.forecast for one in row.cells), Decimal(0))),
        }
        for row in made.rows
    ]


def _shown(value: Decimal) -> str:
    """As a spreadsheet has it: whole where it is large, one place where it is small."""
    rounded = value.quantize(Decimal(1) if value >= 100 else Decimal("0.1"))
    return draw_text.number(rounded, decimals=0 if rounded == rounded.to_integral_value() else 1)


def _edits(text: str) -> list[OverrideDraft]:
    try:
        given = json.loads(text)
        rows = [(int(series), _day(week), str(value)) for series, week, value in given]
    except (ValueError, TypeError, RecursionError):
        raise NoNumber(text=text[:40]) from None
    if len(rows) > MOST_EDITS:
        raise TooMany(count=len(rows))
    return [
        OverrideDraft(series_id=series, week=week, quantity=number(value)) for series, week, value in rows
    ]


def _day(text: Any) -> date:
    found = parse_date(str(text))
    if found is None:
        raise ValueError(text)
    return found


def number(text: str) -> Decimal | None:
    """A quantity as people and spreadsheets write it: 1200, 1 200,5 or 1,200.50; None where it is empty."""
    plain = text.translate(SPACES)
    if not plain:
        return None
    decimal = max(plain.rfind(","), plain.rfind("."))
    both = "," in plain and "." in plain
    many = not both and plain.count(plain[decimal]) > 1 if decimal >= 0 else False
    if decimal >= 0 and (both or not many):
        whole = plain[:decimal].replace(",", "").replace(".", "")
        plain = f"{whole}.{plain[decimal + 1 :]}"
    else:
        plain = plain.replace(",", "").replace(".", "")
    try:
        found = Decimal(plain)
    except InvalidOperation:
        raise NoNumber(text=text[:40]) from None
    return found


menu.entry(_l("Demand grid"), HERE, icon="columns-3", group="Plan", order=11, permission=SEE)
