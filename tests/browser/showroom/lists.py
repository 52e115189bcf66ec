"""The list archetype: orders, and each way a list can have nothing to show."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from loomline.surface.draw_cells import Cell
from showroom.data import ORDERS, Order


def action(label: str, url: str = "#", **more: Any) -> dict[str, Any]:
    """Make one Action with its defaults."""
    return {"label": label, "url": url, "method": "get", "kind": "", "icon": "", **more}


def column(name: str, label: str, slot: str = "", **more: Any) -> dict[str, Any]:
    """Make one column with its defaults."""
    return {"name": name, "label": label, "slot": slot, "align": "", "sort": "", "sort_url": "", **more}


COLUMNS = [
    column("number", "Order", "a1", sort_url="?sort=number"),
    column("customer", "Customer", "b1"),
    column("reference", "Their PO"),
    column("state", "Status", "a2"),
    column("stage", "Stage", "c1"),
    column("promise", "Promise", "c2", sort="ascending", sort_url="?sort=-promise"),
    column("expected", "Expected"),
    column("units", "Units", align="end"),
    column("value", "Value", "b2", align="end"),
    column("owner", "Owner"),
]


def cells(order: Order) -> list[Cell]:
    """Show one order in the columns above."""
    return [
        Cell(kind="code", value=order.number, url=f"/orders/{order.number}/"),
        Cell(kind="party", value=order.customer),
        Cell(kind="code", value=order.reference),
        Cell(kind="badge", value=order.state, tone=order.tone),
        Cell(kind="stages", value=order.stage, stages=order.ticks),
        Cell(
            kind="date",
            value=order.promise,
            edit_url=f"/orders/{order.number}/promise/",
            edit_label=f"Change promise date of {order.number}",
        ),
        Cell(
            kind="slip",
            value=order.expected,
            days=order.slip,
            tone=order.tone if order.slip else "",
            edit_url=f"/orders/{order.number}/promise/",
            edit_label=f"Change expected date of {order.number}",
        ),
        Cell(kind="number", value=order.units),
        Cell(kind="money", value=order.value, unit="EUR", decimals=0, strong=True),
        Cell(kind="person", value=order.owner.split()[0]),
    ]


def row(order: Order) -> dict[str, Any]:
    """Make one row."""
    return {
        "id": order.number,
        "url": f"/orders/{order.number}/",
        "label": order.number,
        "select": f"Select {order.number}",
        "cells": cells(order),
        "peek_url": f"/orders/{order.number}/peek/",
    }


def order_list(request: HttpRequest) -> dict[str, Any]:
    """Describe the list of orders as its address asks."""
    wanted = request.GET.get("q", "").lower()
    found = [o for o in ORDERS if wanted in o.customer.lower() or wanted in o.number.lower()]
    rows = [row(order) for order in found]
    if request.GET.get("group") and rows:
        rows[0]["group"] = {"label": "Late", "count": "4", "sums": "€243k"}
        rows[4 % len(rows)]["group"] = {"label": "On track", "count": "46", "sums": "€3.7M"}
    return {
        "title": "Sales orders",
        "url": "/orders/",
        "state": "rows" if rows else "nomatch",
        "note": "" if rows else "No order, customer or reference has these letters.",
        "views": [
            {"title": "Open orders", "url": "?", "count": "3,214", "current": True, "dirty": bool(wanted)},
            {"title": "Slipping", "url": "?view=slipping", "count": "7"},
            {"title": "My accounts", "url": "?view=mine", "count": "412"},
            {"title": "Ships this week", "url": "?view=week", "count": "96", "shared": True},
            {"title": "On hold", "url": "?view=hold", "count": "11"},
            {"title": "Everything", "url": "?view=all", "count": "1.2M"},
        ],
        "save_view_url": "/orders/save-view/",
        "search": {
            "name": "q",
            "value": request.GET.get("q", ""),
            "placeholder": "Order, customer or their PO",
        },
        "keep": [],
        "chips": [
            {
                "name": "state",
                "label": "Status",
                "text": "On track, At risk, Late",
                "edit_url": "/orders/filter/",
                "remove_url": "?",
            },
            {
                "name": "promise",
                "label": "Promise",
                "text": "next 45 days",
                "edit_url": "/orders/filter/",
                "remove_url": "?",
            },
        ],
        "add_filters": [
            {"name": "owner", "label": "Owner", "icon": "user-circle", "edit_url": "/orders/filter/"},
            {"name": "value", "label": "Value", "icon": "coin", "edit_url": "/orders/filter/"},
        ],
        "builder_url": "/orders/builder/",
        "clear_url": "?" if wanted else "",
        "columns_url": "/orders/columns/",
        "groupings": [
            {"label": "None", "url": "?", "current": True},
            {"label": "Status", "url": "?group=state"},
        ],
        "columns": COLUMNS,
        "rows": rows,
        "sums": [{"label": "Sum", "text": "€3.94M"}],
        "pager": {"text": f"1–{len(rows)} of about 3,214", "prev_url": "", "next_url": "?after=50"},
        "bulk": {
            "all_text": "all 3,214 that match",
            "actions": [
                action("Re-promise", "/orders/repromise/", icon="calendar-event"),
                action("Owner", "/orders/repromise/", icon="user-circle"),
                action("Ship together", "/orders/repromise/", icon="truck-delivery"),
                action("Export", "/orders/repromise/", icon="download"),
            ],
        },
        "topics": "orders",
    }


def orders(request: HttpRequest) -> HttpResponse:
    """Show the list; answer a request for its changing part with that part."""
    page = {
        "title": "Sales orders",
        "actions": [
            action("Import", "/import/upload/", icon="upload", kind="quiet", spare=True),
            action("Export", icon="download", kind="quiet", spare=True),
            action("New", "/orders/new/", tail="order", icon="plus", kind="primary", keys="c"),
        ],
    }
    wants_part = request.headers.get("HX-Request-Type") == "partial"
    name = "loom/list_rows.html" if wants_part else "loom/list.html"
    return render(request, name, {"page": page, "list": order_list(request)})


STATES = {
    "empty": {
        "note": "Orders stand here once a customer has bought something. Win a deal, or write the "
        "first order yourself.",
        "empty_action": action("New order", "/orders/new/", kind="primary", icon="plus"),
        "import_url": "/import/upload/",
    },
    "nomatch": {"note": "No order is late and also on hold.", "clear_url": "?"},
    "denied": {"note": "Sales orders are for people with the role Sales.", "who": "Tom Okafor"},
    "error": {
        "note": "The database did not answer within 5 seconds. Nothing is lost; try again in a minute."
    },
}


def nothing(request: HttpRequest, state: str) -> HttpResponse:
    """Show a list without rows."""
    found = {"title": "Sales orders", "url": "/orders/", "state": state, "columns": COLUMNS, **STATES[state]}
    return render(request, "loom/list.html", {"page": {"title": "Sales orders"}, "list": found})


def search(request: HttpRequest) -> HttpResponse:
    """Answer the palette."""
    wanted = request.GET.get("q", "").lower()
    found = [o for o in ORDERS if wanted and wanted in f"{o.number} {o.customer}".lower()][:5]
    options = [
        {"title": o.number, "sub": o.customer, "icon": "file-invoice", "url": f"/orders/{o.number}/"}
        for o in found
    ]
    return render(
        request,
        "loom/palette_results.html",
        {"groups": [{"title": "Sales orders", "options": options}] if found else []},
    )


def undo(request: HttpRequest) -> HttpResponse:
    """Take something back."""
    return HttpResponse(status=204, headers={"HX-Trigger": '{"toast": {"text": "Taken back."}}'})
