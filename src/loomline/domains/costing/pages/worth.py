"""What stock is worth on any day, and what lies in work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loomline.domains.catalog.models import Item
from loomline.domains.costing import commands, queries
from loomline.domains.costing.models import CostLayer, WorkInProgress
from loomline.domains.costing.queries import Behind, Worth
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.kernel.refusal import Refused
from loomline.surface import draw_text, menu, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import ctx_of, need, page, staff
from loomline.surface.plain_table import plain_table

SEE = access.view_permission(CostLayer)
ZERO = Decimal(0)
SHOWN = 500
BLANK = {"unit": "", "url": "", "delta": "", "up": False, "tone": "", "values": [], "stale": "", "note": ""}


class DayUnclear(Refused):
    """No day can be read from the address."""

    says = _l("{text} is no day up to today. Write it like 2026-11-30.")
    status = 400


@staff
def worth(request: HttpRequest) -> HttpResponse:
    """What all stock is worth, today or at the end of any past day."""
    ctx = ctx_of(request)
    need(access.may(ctx, SEE), _("see what stock is worth"), SEE)
    day = _day(ctx, request.GET.get("day", ""))
    behind = commands.catch_up(ctx)
    rows = queries.worth_on(day=day) if day else queries.worth_now()
    rows.sort(key=lambda row: (-row.value, row.item_id))
    total = sum((row.value for row in rows), ZERO)
    context = {
        "page": page(_("Worth of stock")),
        "worth": {
            "title": _("Worth of stock"),
            "text": _("What is on hand, at what it cost to get it here."),
            "day": (day or ctx.today).isoformat(),
            "max": ctx.today.isoformat(),
            "past": _("As it was at the end of {day}").format(day=draw_text.full_day(day)) if day else "",
            "kpis": _worth_kpis(ctx, rows, total),
            "callouts": [*_waiting(behind), *([] if day else _apart(ctx))],
            "table": _worth_table(ctx, rows, total),
        },
    }
    return render(request, "costing/worth.html", context)


@staff
def work(request: HttpRequest) -> HttpResponse:
    """What lies in work that is not finished, the most first."""
    ctx = ctx_of(request)
    need(access.may(ctx, SEE), _("see what lies in work"), SEE)
    rows = list(queries.in_work()[:SHOWN])
    total = sum((row.value for row in rows), ZERO)
    context = {
        "page": page(_("Work in progress")),
        "work": {
            "title": _("Work in progress"),
            "text": _("What work has taken up and has not given yet, by work order."),
            "kpis": [
                {**BLANK, "title": _("In work"), "value": draw_text.compact(total, ctx.company.currency)},
                {**BLANK, "title": _("Work orders"), "value": draw_text.number(len(rows))},
            ],
            "table": _work_table(ctx, rows),
        },
    }
    return render(request, "costing/work.html", context)


def _day(ctx: Ctx, text: str) -> date | None:
    """A past day; None for today, which is read from what is left of the layers."""
    if not text:
        return None
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None or found > ctx.today:
        raise DayUnclear(text=text)
    return found if found < ctx.today else None


def _worth_kpis(ctx: Ctx, rows: Sequence[Worth], total: Decimal) -> list[dict[str, Any]]:
    most = rows[0] if rows else None
    figures = [
        {"title": _("Worth"), "value": draw_text.compact(total, ctx.company.currency)},
        {"title": _("Items"), "value": draw_text.number(len(rows))},
    ]
    if most is not None and total:
        part = draw_text.percent(most.value / total)
        figures.append({"title": _("In the first item"), "value": part})
    waiting = queries.waiting().count()
    if waiting:
        note = _("late costs are being handed on")
        figures.append({"title": _("Layers to reprice"), "value": draw_text.number(waiting), "note": note})
    return [{**BLANK, **figure} for figure in figures]


def _waiting(behind: Behind) -> list[dict[str, str]]:
    """Up to which posting stock is valued, where some wait."""
    if not behind.waiting:
        return []
    text = _("Valued up to posting M-{key}; up to {n} more are valued within seconds.").format(
        key=behind.move_id, n=draw_text.number(behind.waiting)
    )
    return [{"tone": "info", "title": _("Goods have just been moved."), "text": text}]


def _apart(ctx: Ctx) -> list[dict[str, str]]:
    """Where layers and accounts do not agree; that never happens through commands."""
    found = queries.compare_accounts()
    if not found:
        return []
    difference = sum((one.here - one.there for one in found), ZERO)
    text = _("Layers and accounts differ by {amount}. Compare them under Jobs.").format(
        amount=draw_text.money(difference, ctx.company.currency)
    )
    return [{"tone": "bad", "title": _("The books do not agree."), "text": text}]


def _worth_table(ctx: Ctx, rows: Sequence[Worth], total: Decimal) -> dict[str, Any]:
    shown = rows[:SHOWN]
    seen = access.visible(ctx, Item).select_related("unit", "category")
    items = seen.in_bulk([row.item_id for row in shown])
    currency = ctx.company.currency
    cells = [
        [
            Cell(
                text=items[row.item_id].name, sub=items[row.item_id].sku, url=registry.url(items[row.item_id])
            ),
            Cell(text=str(items[row.item_id].category or "")),
            Cell(kind="quantity", value=row.quantity, unit=items[row.item_id].unit.code),
            Cell(kind="money", value=row.unit_cost, unit=currency, decimals=4),
            Cell(kind="money", value=row.value, unit=currency, strong=True),
        ]
        for row in shown
        if row.item_id in items
    ]
    heads = [_("Item"), _("Category"), _("On hand"), _("Cost per unit"), _("Worth")]
    made = plain_table(_("By item"), heads, cells, slots=("a1", "hide", "a2", "b2", "b1"), sub=_sub(rows))
    made["empty"] = _("Nothing was in stock that had a cost.")
    made["table"]["totals"] = [
        {"label": _("All items"), "text": draw_text.money(total, currency), "strong": True}
    ]
    return made


def _sub(rows: Sequence[Worth]) -> str:
    if len(rows) <= SHOWN:
        return ""
    return _("the first {n} of {all}").format(n=SHOWN, all=draw_text.number(len(rows)))


def _work_table(ctx: Ctx, rows: Sequence[WorkInProgress]) -> dict[str, Any]:
    names = _names(ctx, rows)
    currency = ctx.company.currency
    cells = [
        [
            Cell(
                text=names.get((row.origin_kind, row.origin_id), "–"),
                url=registry.url_of_kind(row.origin_kind, row.origin_id),
                strong=True,
            ),
            *(Cell(kind="money", value=v, unit=currency) for v in (row.put_in, row.got_out, row.settled)),
            Cell(kind="money", value=row.value, unit=currency, strong=True),
        ]
        for row in rows
    ]
    heads = [_("Work"), _("Put in"), _("Got out"), _("Settled"), _("In work")]
    made = plain_table(_("By work order"), heads, cells, slots=("a1", "b1", "hide", "hide", "a2"))
    made["empty"] = _("Nothing lies in work. Material that is issued to a work order will stand here.")
    return made


def _names(ctx: Ctx, rows: Iterable[WorkInProgress]) -> dict[tuple[str, int], str]:
    """What the work is called; costing itself knows only kinds and keys."""
    by_kind: dict[str, list[int]] = {}
    for row in rows:
        by_kind.setdefault(row.origin_kind, []).append(row.origin_id)
    found = {}
    for kind, keys in by_kind.items():
        for pk, record in access.visible(ctx, apps.get_model(kind)).in_bulk(keys).items():
            found[kind, int(pk)] = str(record)
    return found


menu.entry(_l("Worth of stock"), "/costing/worth/", icon="scale", group="Finance", order=53, permission=SEE)
menu.entry(_l("Work in progress"), "/costing/work/", icon="tools", group="Finance", order=54, permission=SEE)

urlpatterns = [path("costing/worth/", worth), path("costing/work/", work)]
