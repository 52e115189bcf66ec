"""The record archetype: one order with what its promise stands on."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from loomline.surface import draw
from loomline.surface.draw_cells import Cell
from showroom.data import ORDERS
from showroom.lists import action, column

LINES = [
    (
        "Merino crew jumper",
        "Fjord blue, XS–XL",
        "#2f4a63",
        1,
        "late",
        "Dyeing, L-3381, re-dye",
        6,
        1200,
        "31.50",
        37800,
    ),
    (
        "Merino base layer",
        "Coal, S–XXL",
        "#26282e",
        4,
        "now",
        "Quality check, L-3364",
        0,
        900,
        "27.00",
        23328,
    ),
    ("Alpaca rib beanie", "Spruce, one size", "#3d6b57", 5, "now", "Packing, L-3359", 0, 1600, "9.80", 15680),
    ("Lambswool cardigan", "Madder, S–L", "#8c3b36", 2, "now", "Knitting, L-3388", 0, 240, "39.90", 9576),
]
PROMISE = dt.date(2026, 11, 27)

TIMELINE = [
    {"day": "Today"},
    {
        "icon": "droplet",
        "tone": "bad",
        "title": "Shade check failed",
        "text": "on dye lot L-3381, ΔE 2.4 against a limit of 1.0",
        "at": dt.datetime(2026, 11, 23, 10, 12, tzinfo=dt.UTC),
        "body": "Re-dye proposed at İzmir dyehouse, slot 24 Nov 06:00. Adds 6 days to line 1.",
    },
    {
        "icon": "headset",
        "tone": "warn",
        "title": "Case C-2291",
        "url": "#",
        "text": "opened by Ingrid Solheim",
        "when": "09:48",
        "body": "“The counter sample looks greener than the lab dip we signed. Can we see the "
        "reading before you ship?”",
        "files": [{"name": "counter-sample.jpg", "url": "#"}],
    },
    {"day": "Friday 20 November"},
    {"icon": "needle", "tone": "", "title": "Line 4", "text": "started knitting, MO-8841", "when": "14:05"},
    {
        "icon": "mail",
        "tone": "",
        "title": "Mara Lindqvist",
        "text": "sent the order confirmation",
        "when": "09:30",
    },
    {"day": "Wednesday 18 November"},
    {
        "icon": "circle-check",
        "tone": "ok",
        "title": "Order confirmed",
        "text": "for 27 November",
        "when": "16:20",
    },
]
TRACKER = [
    {"title": "Confirmed", "icon": "circle-check", "date": "18 Nov", "state": "done"},
    {"title": "Yarn", "icon": "spiral", "date": "19 Nov", "state": "done"},
    {"title": "Dyeing", "icon": "droplet", "date": "re-dye 24 Nov", "state": "risk"},
    {"title": "Knitting", "icon": "needle", "date": "26 Nov", "state": ""},
    {"title": "Tailoring", "icon": "scissors", "date": "28 Nov", "state": ""},
    {"title": "Quality", "icon": "checkup-list", "date": "30 Nov", "state": ""},
    {"title": "Packing", "icon": "package", "date": "1 Dec", "state": ""},
    {"title": "Shipping", "icon": "ship", "date": "1 Dec", "state": ""},
    {"title": "Delivered", "icon": "building", "date": "3 Dec", "state": ""},
]


def _line(place: int) -> dict[str, Any]:
    name, options, colour, stage, state, where, slip, units, price, total = LINES[place]
    expected = PROMISE + dt.timedelta(days=slip)
    return {
        "id": place,
        "cells": [
            Cell(kind="item", value=name, sub=options, colour=colour, url=f"/thread/{place}/"),
            Cell(kind="stages", value=where, stages=draw.stages(8, stage, state=state), below=True),
            Cell(
                kind="date",
                value=PROMISE,
                edit_url="/orders/SO-10471/promise/",
                edit_label="Change promise date",
            ),
            Cell(kind="slip", value=expected, days=slip, tone="bad" if slip else ""),
            Cell(kind="number", value=units),
            Cell(text=price, kind="number", sub="−4%" if place == 1 else ""),
            Cell(kind="number", value=total, strong=True),
        ],
    }


def _supply(icon: str, number: str, place: str, due: dt.date, state: str, tone: str) -> dict[str, Any]:
    return {
        "id": number,
        "cells": [
            Cell(kind="code", value=number, url="#", icon=icon, note=place),
            Cell(kind="quantity", value=1200, unit="pcs"),
            Cell(kind="date", value=due),
            Cell(kind="badge", value=state, tone=tone),
        ],
    }


def record(number: str) -> dict[str, Any]:
    """Describe one order."""
    return {
        "title": number,
        "label": f"Sales order {number}",
        "badges": [{"text": "Late, 6 days", "tone": "bad"}],
        "facts": [
            {
                "label": "",
                "name": "Customer",
                "cell": Cell(kind="party", value="Nordvik Outdoor", url="/accounts/"),
            },
            {"label": "Their PO", "cell": Cell(kind="code", value="4500-77120", strong=True)},
            {"label": "Promise", "cell": Cell(kind="date", value=PROMISE)},
            {"label": "Value", "cell": Cell(kind="money", value=86384, unit="EUR", decimals=0)},
            {"label": "Owner", "cell": Cell(value="Mara Lindqvist")},
        ],
        "actions": [
            action("Confirmation", "#", icon="printer", short=True),
            action("Re-promise", "/orders/repromise/", method="dialog"),
            action("Approve re-dye", "/undo/", method="post", kind="primary"),
        ],
        "more": [
            action("Duplicate", "#", icon="copy"),
            action("Create shipment", "#", icon="truck-delivery", why="Line 1 is still at the dyehouse."),
            action("Invoice", "#", icon="receipt"),
            {"rule": True},
            action(
                "Cancel order",
                "/undo/",
                method="post",
                kind="danger",
                icon="x",
                confirm=f"Cancel {number} for good?",
            ),
        ],
        "callouts": [
            {
                "tone": "bad",
                "title": "Line 1 will miss 27 November.",
                "text": "Dye lot L-3381 read ΔE 2.4 against a limit of 1.0. Re-dye tomorrow at 06:00 "
                "and the line "
                "arrives on 3 December. The other lines can leave on time.",
                "action": action("Compare options", "/orders/repromise/", method="dialog"),
            }
        ],
        "tracker": TRACKER,
        "tabs": [
            {"title": "Lines", "url": "?", "current": True, "count": "4"},
            {"title": "Supply", "url": "?tab=supply"},
            {"title": "Shipments", "url": "?tab=shipments", "count": "1"},
            {"title": "Quality", "url": "?tab=quality", "count": "2"},
            {"title": "Invoices", "url": "?tab=invoices"},
            {"title": "Documents", "url": "?tab=documents", "count": "6"},
            {"title": "History", "url": "?tab=history"},
        ],
        "panels": panels(),
        "rail": rail(),
        "timeline": {
            "title": "Activity",
            "entries": TIMELINE,
            "more": "",
            "filters": [
                {"title": "All", "url": "?", "current": True},
                {"title": "Notes", "url": "?only=notes"},
            ],
            "composer": {
                "url": "/undo/",
                "attach": True,
                "kinds": [
                    {"value": "note", "label": "Write a note", "icon": "note"},
                    {"value": "call", "label": "Log a call", "icon": "phone"},
                    {"value": "email", "label": "Send an email", "icon": "mail"},
                ],
            },
        },
        "topics": "orders",
    }


def panels() -> list[dict[str, Any]]:
    """Describe lines, supply and the ways a panel can be empty."""
    return [
        {
            "template": "loom/panels/table.html",
            "id": "lines",
            "table": {
                "label": "Lines",
                "columns": [
                    column("item", "Item", "a1"),
                    column("stage", "Stage", "b1"),
                    column("promise", "Promise"),
                    column("expected", "Expected", "b2"),
                    column("units", "Qty", align="end"),
                    column("price", "Price €", align="end"),
                    column("total", "Total €", "a2", align="end"),
                ],
                "rows": [_line(i) for i in range(4)],
                "totals": [
                    {"label": "Net", "text": "86,384.00"},
                    {"label": "VAT, reverse charge", "text": "0.00"},
                    {"label": "Total €", "text": "86,384.00", "strong": True},
                ],
            },
        },
        {
            "template": "loom/panels/table.html",
            "title": "Supply for line 1",
            "sub": "what this promise stands on",
            "table": {
                "label": "Supply for line 1",
                "columns": [
                    column("source", "Source", "a1"),
                    column("covers", "Covers", "b1"),
                    column("due", "Due", "b2"),
                    column("state", "State", "a2"),
                ],
                "rows": [
                    _supply(
                        "droplet", "Lot L-3381", "İzmir dyehouse", dt.date(2026, 11, 24), "Re-dye", "bad"
                    ),
                    _supply("needle", "MO-8839", "Knit line 4", dt.date(2026, 11, 28), "Waiting", "warn"),
                    _supply("scissors", "MO-8840", "Tailoring A", dt.date(2026, 11, 30), "Planned", "muted"),
                ],
            },
        },
        {
            "template": "loom/panels/table.html",
            "title": "Shipments",
            "empty": "Shipments stand here once the first line is packed.",
            "table": {"label": "Shipments", "columns": [], "rows": []},
        },
    ]


def rail() -> list[dict[str, Any]]:
    """Describe the customer beside the order."""
    return [
        {
            "template": "loom/panels/facts.html",
            "title": "Nordvik Outdoor",
            "link": {"title": "Open 360", "url": "/accounts/"},
            "health": {
                "ring": draw.ring(78),
                "tone": "ok",
                "label": "Health 78 of 100",
                "title": "Healthy, slipping",
                "text": "One late order and one open case this month",
            },
            "facts": [
                {
                    "label": "Year to date",
                    "cell": Cell(kind="money", value=612400, unit="EUR", decimals=0, note="+18%"),
                },
                {"label": "Open deals", "cell": Cell(text="€420k", url="/opportunities/")},
                {"label": "Open cases", "cell": Cell(text="1", url="#")},
                {"label": "Credit used", "cell": Cell(text="€148k of €250k")},
                {"label": "Contact", "cell": Cell(value="Ingrid Solheim")},
            ],
        }
    ]


def order(request: HttpRequest, number: str) -> HttpResponse:
    """Show one order."""
    page = {
        "title": number,
        "crumbs": [{"title": "Sales orders", "url": "/orders/"}],
        "position": {
            "text": "3 of 1,248,312",
            "prev_url": "/orders/SO-10470/",
            "next_url": "/orders/SO-10472/",
        },
    }
    return render(request, "loom/record.html", {"page": page, "record": record(number)})


def peek(request: HttpRequest, number: str) -> HttpResponse:
    """Show the drawer of one order."""
    found = record(number)
    numbers = [order.number for order in ORDERS]
    at = numbers.index(number) if number in numbers else 0
    context = {
        "record": found,
        "url": f"/orders/{number}/",
        "prev_url": f"/orders/{numbers[max(0, at - 1)]}/peek/",
        "next_url": f"/orders/{numbers[min(len(numbers) - 1, at + 1)]}/peek/",
        "actions": found["actions"][1:2],
        "panels": found["rail"],
    }
    return render(request, "loom/drawer.html", context)
