"""The plan at a glance, and the button that makes it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST

from loomline.domains.supplyplan import commands, jobs, queries
from loomline.domains.supplyplan.models import ActionMessage, Advice, OrderKind, PlannedOrder
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import answer, draw_text, menu, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action, ctx_of, need, page, staff
from loomline.surface.plain_table import plain_table

HERE = "/supplyplan/"
NOW = "/supplyplan/now/"
SEE = "supplyplan.view_plannedorder"
SHORT = 20
FULL = Decimal("0.9")


@staff
def overview(request: HttpRequest) -> HttpResponse:
    """What the plan asks for: messages, proposals, and what runs short first."""
    ctx = ctx_of(request)
    need(access.may(ctx, SEE), _("see the supply plan"), SEE)
    may_run = access.may(ctx, commands.keep_plan.name)
    actions = [
        action(_("Plan now"), NOW, icon="refresh", method="post", kind="primary"),
        action(
            _("Within capacity"),
            f"{NOW}?within=capacity",
            icon="building-factory-2",
            method="post",
        ),
    ]
    found = queries.counts()
    context = {
        "page": page(_("Supply plan"), actions=actions if may_run else []),
        "plan": {"said": _said(found)},
        "panels": [_messages(found), _orders(found), _short(), *_full(ctx)],
    }
    return render(request, "supplyplan/overview.html", context)


def _said(found: queries.Counts) -> str:
    run = queries.last_run()
    if run is None:
        return _("Nothing was planned yet. “Plan now” reads orders, stock, purchases and work.")
    said = _("Planned {at} until {until}.").format(
        at=draw_text.moment(run.made_at), until=draw_text.full_day(run.until)
    )
    if run.within_capacity:
        said += " " + _("Within the capacity of work centres.")
    if run.refreshed_at is not None:
        said += " " + _("What happened since is in it, last {at}.").format(
            at=draw_text.moment(run.refreshed_at)
        )
    return said


def _messages(found: queries.Counts) -> dict[str, Any]:
    base = _path(ActionMessage)
    cells = [
        (
            Cell(kind="badge", text=str(one.label), tone=one.tone, url=f"{base}?advice={one.value}"),
            Cell(kind="number", value=found.advice[one.value]),
        )
        for one in Advice
        if found.advice.get(one.value)
    ]
    table = plain_table(_("Messages"), (_("Advice"), _("Orders")), cells, slots=("a1", "a2"))
    empty = _("No messages: orders that exist come when they are wanted.")
    return {**table, "id": "messages", "empty": empty, "empty_action": None}


def _orders(found: queries.Counts) -> dict[str, Any]:
    base = _path(PlannedOrder)
    rows = [(str(one.label), found.kinds.get(one.value, 0), f"kind={one.value}") for one in OrderKind]
    rows.append((_("Late"), found.late, "is_late=true"))
    cells = [
        (
            Cell(text=label, url=f"{base}?state=proposed&{query}&sort=start_on"),
            Cell(kind="number", value=count),
        )
        for label, count, query in rows
        if count
    ]
    table = plain_table(_("Planned orders"), (_("Kind"), _("Orders")), cells, slots=("a1", "a2"))
    empty = _("Nothing has to be bought, made or moved.")
    return {**table, "id": "orders", "empty": empty, "empty_action": None}


def _short() -> dict[str, Any]:
    cells = [
        (
            Cell(text=row.item.name, url=registry.url(row), sub=row.item.sku, strong=True),
            Cell(text=row.site.name),
            Cell(kind="date", value=row.short_on, tone="warn"),
            Cell(kind="quantity", value=row.on_hand, unit=row.item.unit.code),
            Cell(kind="party", text=row.supplier.name if row.supplier else ""),
        )
        for row in queries.short_items(most=SHORT)
    ]
    heads = _("Item"), _("Site"), _("Runs short"), _("Usable stock"), _("Supplier")
    sub = _("When nothing of the plan is done")
    table = plain_table(_("Runs short first"), heads, cells, slots=("a1", "b1", "a2", "b2", "c1"), sub=sub)
    return {**table, "id": "short", "empty": _("Nothing runs short."), "empty_action": None}


def _full(ctx: Ctx) -> list[dict[str, Any]]:
    """Where a plan within capacity fills the hours; nothing of a plan without limits."""
    found = queries.fullness(today=ctx.today)
    cells = [
        (
            Cell(text=one.centre.name, url=registry.url(one.centre), sub=one.centre.code, strong=True),
            Cell(kind="quantity", value=one.planned, unit=_("h"), decimals=0),
            Cell(kind="quantity", value=one.open, unit=_("h"), decimals=0),
            Cell(kind="quantity", value=one.capacity, unit=_("h"), decimals=0),
            Cell(text=draw_text.percent(one.share, decimals=0), tone="warn" if one.share >= FULL else ""),
        )
        for one in found[:SHORT]
    ]
    heads = _("Work centre"), _("Planned"), _("Open work"), _("Capacity"), _("Taken")
    table = plain_table(
        _("Fullest work centres"),
        heads,
        cells,
        slots=("a1", "b1", "b2", "c1", "a2"),
        sub=_("Over the next four weeks"),
    )
    return [{**table, "id": "full", "empty": "", "empty_action": None}] if found else []


def _path(model: type[Any]) -> str:
    found = registry.of(model)
    return found.path() if found is not None else HERE


@staff
@require_POST
def plan_now(request: HttpRequest) -> HttpResponse:
    """Plan everything as a job, and show how far it is; it can be stopped there."""
    ctx: Ctx = ctx_of(request)
    need(access.may(ctx, commands.keep_plan.name), _("plan all supply"), commands.keep_plan.name)
    run = jobs.plan_supply.start(ctx, within_capacity=request.GET.get("within") == "capacity")
    return answer.done(request, _("Planning runs in the background now."), to=f"/jobs/{run.pk}/")


menu.entry(_l("Supply plan"), HERE, icon="target-arrow", group="Plan", order=10, permission=SEE)

urlpatterns = [path("supplyplan/", overview), path("supplyplan/now/", plan_now)]
