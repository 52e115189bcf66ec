"""The orders that wait to be picked: which are ready, which are late, and picking many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from loomline.domains.sales.models import Order
from loomline.domains.warehouse import commands, queries
from loomline.domains.warehouse.queries import ToPick
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import answer, draw_text, menu, registry
from loomline.surface.draw_cells import Cell
from loomline.surface.page import ctx_of, need, page, staff

HERE = "/warehouse/to-pick/"
PICK = commands.pick_order
SIZE = 50
FILTERS = ("site", "carrier", "ready")
Test = Callable[[ToPick, date], bool]
VIEWS: dict[str, tuple[Any, Test]] = {
    "": (_l("All"), lambda one, on: True),
    "ready": (_l("Ready now"), lambda one, on: one.ready.is_complete),
    "late": (_l("Late"), lambda one, on: one.days_late(on) > 0),
    "today": (_l("Today"), lambda one, on: one.due_on == on),
}
STATES: dict[str, tuple[Any, str]] = {
    "ready": (_l("Ready"), "ok"),
    "partly": (_l("Partly"), "warn"),
    "nothing": (_l("Nothing on hand"), "bad"),
}


@staff
def to_pick(request: HttpRequest) -> HttpResponse:
    """Confirmed orders of which something is neither shipped nor being picked, the most urgent first."""
    ctx = ctx_of(request)
    need(access.may(ctx, PICK.name), PICK.label.lower(), PICK.name)
    asked = {name: request.GET.get(name, "") for name in (*FILTERS, "view")}
    asked["view"] = asked["view"] if asked["view"] in VIEWS else ""
    everything = queries.to_pick(ctx)
    fitting = [one for one in everything if _fits(one, asked)]
    shown = [one for one in fitting if VIEWS[asked["view"]][1](one, ctx.today)]
    start = _start(shown, request.GET.get("after", ""))
    part = shown[start : start + SIZE]
    orders = queries.orders_of(order_ids=[one.ready.order_id for one in part])
    context = {
        "page": page(_("To pick")),
        "picking": {
            "url": HERE,
            "view": asked["view"],
            "said": _said(everything, ctx.today),
            "filters": _filters(everything, asked),
        },
        "list": {
            **_empty(everything, shown),
            "title": _("Orders to pick"),
            "url": HERE,
            "topics": "sales.order warehouse.shipment inventory.balance",
            "views": _tabs(fitting, asked, ctx.today),
            "columns": _columns(),
            "rows": [
                _row(one, orders[one.ready.order_id], ctx) for one in part if one.ready.order_id in orders
            ],
            "pager": _pager(shown, start, asked),
            "bulk": _bulk(),
        },
    }
    is_part = answer.is_htmx(request) and request.headers.get("HX-Target", "").endswith("list")
    return render(request, "loom/list_rows.html" if is_part else "warehouse/to_pick.html", context)


def state_of(one: ToPick) -> str:
    """Ready, partly or nothing."""
    return "ready" if one.ready.is_complete else "partly" if one.ready.is_there else "nothing"


def _fits(one: ToPick, asked: dict[str, str]) -> bool:
    held = {"site": str(one.site_id or ""), "carrier": str(one.carrier_id or ""), "ready": state_of(one)}
    return all(not asked[name] or asked[name] == held[name] for name in FILTERS)


def _said(rows: Sequence[ToPick], on: date) -> str:
    if not rows:
        return _("Everything that was confirmed has left or is being picked.")
    ready = sum(one.ready.is_complete for one in rows)
    late = sum(one.days_late(on) > 0 for one in rows)
    words = ngettext(
        "{n} order waits: {ready} ready, {late} late.",
        "{n} orders wait: {ready} ready, {late} late.",
        len(rows),
    )
    return words.format(n=len(rows), ready=ready, late=late)


def _tabs(rows: Sequence[ToPick], asked: dict[str, str], on: date) -> list[dict[str, Any]]:
    return [
        {
            "title": str(title),
            "url": _address({**asked, "view": name}),
            "count": draw_text.number(sum(test(one, on) for one in rows)),
            "current": name == asked["view"],
            "dirty": False,
            "shared": False,
        }
        for name, (title, test) in VIEWS.items()
    ]


def _filters(rows: Iterable[ToPick], asked: dict[str, str]) -> list[dict[str, Any]]:
    places = {one.site_id for one in rows if one.site_id}
    ways = {one.carrier_id for one in rows if one.carrier_id}
    sites, carriers = queries.names_of(site_ids=places, carrier_ids=ways)
    offered = (
        ("site", _("Every site"), sites),
        ("carrier", _("Every carrier"), carriers),
        ("ready", _("Ready or not"), [(name, str(title)) for name, (title, _tone) in STATES.items()]),
    )
    return [
        {
            "name": name,
            "title": title,
            "options": [
                {"value": value, "title": words, "current": asked[name] == str(value)}
                for value, words in options
            ],
        }
        for name, title, options in offered
    ]


def _columns() -> list[dict[str, Any]]:
    heads = (
        (_("Order"), "a1", ""),
        (_("Customer"), "b1", ""),
        (_("Promised"), "c2", ""),
        (_("Ready"), "a2", ""),
        (_("Lines"), "hide", "end"),
        (_("Ships from"), "c1", ""),
        (_("Carrier"), "b2", ""),
    )
    return [
        {"label": label, "align": align, "sort": "", "sort_url": "", "hidden_label": False, "slot": slot}
        for label, slot, align in heads
    ]


def _row(one: ToPick, order: Order, ctx: Ctx) -> dict[str, Any]:
    title, tone = STATES[state_of(one)]
    late = one.days_late(ctx.today)
    words = ngettext("{n} day late", "{n} days late", late).format(n=draw_text.number(late)) if late else ""
    there = _("{whole} of {lines} lines complete").format(whole=one.ready.whole, lines=one.ready.lines)
    url = registry.url(order)
    return {
        "id": order.pk,
        "url": url,
        "label": str(order),
        "select": _("Select {what}").format(what=order),
        "cells": [
            Cell(kind="code", text=str(order.number), url=url, sub=order.customer_reference),
            Cell(kind="party", text=str(order.customer)),
            Cell(kind="date", value=one.due_on, tone="bad" if late else "", sub=words),
            Cell(kind="badge", text=str(title), tone=tone, sub=there if tone == "warn" else ""),
            Cell(kind="number", value=one.ready.lines),
            Cell(text=str(order.site or "")),
            Cell(text=str(order.carrier or "")),
        ],
        "peek_url": f"{url}peek/",
        "actions": [],
        "css": "",
        "group": None,
    }


def _start(shown: Sequence[ToPick], after: str) -> int:
    """Where the page begins: behind the order that the one before ended with."""
    return next((n for n, one in enumerate(shown, 1) if str(one.ready.order_id) == after), 0)


def _pager(shown: Sequence[ToPick], start: int, asked: dict[str, str]) -> dict[str, str]:
    end = min(start + SIZE, len(shown))
    text = ngettext("{n} order", "{n} orders", len(shown)).format(n=draw_text.number(len(shown)))
    if len(shown) > SIZE:
        text = _("{first}–{last} of {all}").format(
            first=start + 1, last=end, all=draw_text.number(len(shown))
        )
    ahead = str(shown[end - 1].ready.order_id) if end < len(shown) else ""
    before = start - SIZE - 1
    back = {**asked, "after": str(shown[before].ready.order_id) if before >= 0 else ""}
    return {
        "text": text,
        "prev_url": _address(back) if start else "",
        "next_url": _address({**asked, "after": ahead}) if ahead else "",
    }


def _empty(everything: Sequence[ToPick], shown: Sequence[ToPick]) -> dict[str, str]:
    if shown:
        return {"state": "rows", "note": "", "clear_url": ""}
    if everything:
        return {"state": "nomatch", "note": _("No orders to pick fit this."), "clear_url": HERE}
    words = _("Nothing to pick. Orders stand here from the moment they are confirmed until they are picked.")
    return {"state": "empty", "note": words, "clear_url": ""}


def _bulk() -> dict[str, Any]:
    """Picking is the command of the order itself, given for all that are ticked."""
    resource = registry.of(Order)
    assert resource is not None
    pick = {"label": PICK.label, "icon": PICK.icon, "url": f"{resource.path()}do/{PICK.verb}/", "kind": ""}
    return {"url": HERE, "all_text": "", "actions": [pick]}


def _address(asked: dict[str, str]) -> str:
    text = urlencode({name: value for name, value in asked.items() if value})
    return f"{HERE}?{text}" if text else HERE


menu.entry(_l("To pick"), HERE, icon="clipboard-list", group="Orders", order=38, permission=PICK.name)

urlpatterns = [path(HERE[1:], to_pick)]
