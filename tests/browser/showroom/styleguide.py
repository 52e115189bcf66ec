"""What the style guide shows: each component in each of its states, without a database."""

import datetime as dt
from typing import Any

from loomline.engines.drawing import draw_map, draw_thread
from loomline.surface import draw
from loomline.surface.draw_cells import Cell

TONES = ("ok", "warn", "bad", "info", "hold", "muted", "accent")
WORDS = ("On track", "At risk", "Late", "In transit", "On hold", "Draft", "New")
DAY = dt.date(2026, 11, 27)


def samples() -> dict[str, Any]:
    """Gather the samples of the page, each in the shape that its component's head describes."""
    return _words() | _parts() | _lists() | _pictures()


def _words() -> dict[str, Any]:
    return {
        "badges": list(zip(WORDS, TONES, strict=True)),
        "people": ["Mara Lindqvist", "Tom Okafor", "Inês Duarte", "Priya Raman", "Jonas Weil", "Zoë Å"],
        "stages": [(state, draw.stages(8, 3, state=state)) for state in ("now", "risk", "late", "hold")],
        "cells": _cells(),
        "changes": [
            {"label": "Promise", "before": "28 Nov", "after": "29 Nov"},
            {"label": "Reason", "before": "", "after": "Dyeing repeated"},
            {"label": "Note", "before": "Call first", "after": ""},
        ],
        "steps": [
            {"title": "Upload", "state": "done"},
            {"title": "Match", "state": "now"},
            {"title": "Check", "state": "blocked"},
            {"title": "Run", "state": ""},
        ],
    }


def _parts() -> dict[str, Any]:
    return {
        "actions": _actions(),
        "tracker": _tracker(),
        "kpis": _kpis(),
        "attention": _attention(),
        "facts": [
            {"label": "Year to date", "cell": Cell(kind="money", value=612400, unit="EUR", note="+18%")},
            {"label": "Contact", "cell": Cell(value="Ingrid Solheim", url="#")},
            {"label": "Promise", "cell": Cell(kind="slip", value=DAY, days=6, tone="bad")},
            {"label": "Empty", "cell": Cell()},
        ],
        "entries": _entries(),
        "menu": [
            {"label": "Duplicate", "url": "#", "icon": "copy"},
            {"label": "Ship", "url": "#", "icon": "truck", "why": "Line 1 is still at the dyehouse."},
            {"rule": True},
            {"label": "Cancel order", "url": "#", "icon": "x", "kind": "danger"},
        ],
    }


def _lists() -> dict[str, Any]:
    return {
        "views": [
            {"title": "Open", "url": "#", "count": "3,214", "current": True, "dirty": True},
            {"title": "Shared", "url": "#", "count": "7", "shared": True},
            {"title": "Plain", "url": "#"},
        ],
        "chips": [
            {"name": "sample", "label": "Status", "text": "Late", "remove_url": "#"},
            {"name": "fixed", "label": "Owner", "text": "Anyone"},
        ],
        "switch": [
            {"title": "List", "icon": "list", "url": "#", "current": True},
            {"title": "Board", "icon": "layout-kanban", "url": "#"},
        ],
        "pager": {"text": "51–100 of about 3,214", "prev_url": "", "next_url": "#"},
        "table": _table(),
    }


def _pictures() -> dict[str, Any]:
    return {
        "charts": _charts(),
        "ring": draw.ring(78),
        "thread": draw_thread.thread([draw_thread.Load(a, s, t) for a, s, t in LOADS], prefix="guide"),
        "map": draw_map.draw_map(
            [draw_map.Journey((91.8, 22.3), (-8.6, 41.2), 0.6, "warn", "SH-2207")],
            [draw_map.Site("Porto plant", (-8.6, 41.2), "end")],
        ),
    }


LOADS = ((18, 0.0, ""), (31, 0.26, "bad"), (15, 0.06, "warn"), (0, 0.0, ""))


def _actions() -> list[dict[str, Any]]:
    return [
        {"label": "Primary", "url": "#", "kind": "primary", "icon": "plus"},
        {"label": "Plain", "url": "#"},
        {"label": "Quiet", "url": "#", "kind": "quiet", "icon": "download"},
        {"label": "Danger", "url": "#", "kind": "danger"},
        {"label": "Not now", "url": "#", "why": "SO-10471 is shipped."},
        {"label": "More", "method": "menu", "id": "guide-more", "items": [{"label": "One", "url": "#"}]},
    ]


def _cells() -> list[tuple[str, Cell]]:
    stages = draw.stages(8, 2, state="late")
    cells = [
        Cell(value="Plain words"),
        Cell(kind="code", value="SO-10471", url="#"),
        Cell(kind="money", value=86384, unit="EUR", strong=True),
        Cell(kind="number", value=1200),
        Cell(kind="quantity", value=524.16, unit="kg"),
        Cell(kind="percent", value=0.942, decimals=1),
        Cell(kind="date", value=DAY),
        Cell(kind="slip", value=DAY, days=6, tone="bad"),
        Cell(kind="moment", value=dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)),
        Cell(kind="badge", value="At risk", tone="warn"),
        Cell(kind="person", value="Mara Lindqvist"),
        Cell(kind="party", value="Nordvik Outdoor"),
        Cell(kind="item", value="Merino crew jumper", sub="Fjord blue, XS–XL", colour="#2f4a63"),
        Cell(kind="stages", value="Dyeing, late", stages=stages),
        Cell(kind="swatch", value="#8c3b36", text="Madder"),
        Cell(kind="tags", tags=("wool", "repeat")),
        Cell(kind="bool", value=True),
        Cell(kind="progress", value=0.65),
        Cell(kind="spark", value=(3.0, 5.0, 4.0, 7.0, 6.0, 9.0), text="rising"),
        Cell(kind="file", value="confirmation.pdf", url="#"),
        Cell(),
    ]
    return [(cell.kind, cell) for cell in cells]


def _tracker() -> list[dict[str, str]]:
    states = ("done", "now", "risk", "late", "hold", "")
    icons = ("circle-check", "droplet", "needle", "scissors", "lock", "ship")
    names = ("Done", "Now", "At risk", "Late", "On hold", "To come")
    return [
        {"title": name, "icon": icon, "date": f"{18 + i} Nov", "state": state}
        for i, (name, icon, state) in enumerate(zip(names, icons, states, strict=True))
    ]


def _kpis() -> list[dict[str, Any]]:
    trend = [3.0, 4.0, 3.5, 5.0, 4.8, 6.0]
    shared = {"url": "#", "values": trend, "stale": ""}
    return [
        {
            "title": "Good",
            "value": "94.2",
            "unit": "%",
            "delta": "1.4 pts",
            "up": True,
            "tone": "ok",
            "note": "vs May",
            **shared,
        },
        {
            "title": "Bad",
            "value": "7",
            "unit": "late",
            "delta": "2",
            "up": True,
            "tone": "bad",
            "note": "",
            **shared,
        },
        {"title": "Flat", "value": "€2.84M", "unit": "", "delta": "", "note": "no change", **shared},
        {"title": "Stale", "value": "38", "unit": "days", "delta": "", **shared, "stale": "since 09:10"},
    ]


def _attention() -> list[dict[str, str]]:
    text = "Nordvik Outdoor, €86,400. Re-dye slot tomorrow 06:00 keeps the slip to 6 days."
    icons = {"bad": "droplet", "warn": "spiral", "info": "target-arrow"}
    return [{"tone": t, "icon": i, "title": f"Tone {t}", "text": text, "url": "#"} for t, i in icons.items()]


def _entries() -> list[dict[str, str]]:
    made: list[dict[str, str]] = [{"day": "Today"}]
    made += [
        {"icon": "point", "tone": tone, "title": tone.title(), "text": "happened here", "when": "10:12"}
        for tone in ("", *TONES)
    ]
    made[1]["body"] = "With a quotation in a box."
    return made


def _charts() -> list[dict[str, Any]]:
    labels = ["W1", "W2", "W3", "W4", "W5", "W6"]
    stacked = [draw.Series("Supply", [30, 42, 38, 44, 40, 46]), draw.Series("Gap", [0, 5, 0, 0, 8, 0], "bad")]
    return [
        {
            "chart": draw.bars(labels, stacked, line=[30, 47, 36, 40, 48, 41], now=2, height=180),
            "label": "Bars",
        },
        {"chart": draw.area(labels, [3, 5, 4, 7, 6, 9], height=180), "label": "Area, rising"},
        {"donut": draw.donut([("Wool", 60), ("Alpaca", 25), ("Cotton", 15)]), "label": "Wool is most"},
    ]


def _table() -> dict[str, Any]:
    names = ("Item", "Promise", "Total €")
    rows = [
        [
            Cell(kind="item", value="Merino crew jumper", sub="Fjord blue", colour="#2f4a63"),
            Cell(kind="date", value=DAY),
        ],
        [
            Cell(kind="item", value="Alpaca rib beanie", sub="Spruce", colour="#3d6b57"),
            Cell(kind="date", value=DAY),
        ],
    ]
    totals = [Cell(kind="number", value=37800, strong=True), Cell(kind="number", value=15680, strong=True)]
    slots = ("a1", "b1", "a2")
    columns = [
        {"label": n, "slot": s, "align": "end" if s == "a2" else ""}
        for n, s in zip(names, slots, strict=True)
    ]
    return {
        "label": "Lines",
        "columns": columns,
        "rows": [
            {"id": i, "cells": [*row, total]} for i, (row, total) in enumerate(zip(rows, totals, strict=True))
        ],
        "totals": [{"label": "Total €", "text": "53,480.00", "strong": True}],
    }
