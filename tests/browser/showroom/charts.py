"""Charts: demand against supply, a trend, parts of a whole."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from loomline.surface import draw
from loomline.surface.draw_cells import Cell
from showroom.lists import column

WEEKS = [
    ("W45", 38, 36),
    ("W46", 41, 42),
    ("W47", 44, 40),
    ("W48", 47, 46),
    ("W49", 52, 45),
    ("W50", 50, 43),
    ("W51", 39, 44),
    ("W52", 22, 30),
    ("W1", 31, 34),
    ("W2", 42, 43),
    ("W3", 49, 44),
    ("W4", 46, 46),
]


def thousands(value: float) -> str:
    """Label an axis that counts thousands."""
    return f"{value:g}k"


def demand(width: int = 736, height: int = 214, every: int = 1) -> draw.Chart:
    """Draw supply, what is missing, and demand across."""
    supply = [s for _, _, s in WEEKS]
    gap = [max(0, d - s) if d - s > 3 else 0 for _, d, s in WEEKS]
    return draw.bars(
        [w for w, _, _ in WEEKS],
        [draw.Series("Supply", supply), draw.Series("Gap", gap, "bad")],
        line=[d for _, d, _ in WEEKS],
        now=3,
        width=width,
        height=height,
        label_every=every,
        fmt=thousands,
    )


def demand_panel() -> dict[str, Any]:
    """Describe the chart of demand against supply, with its figures as a table."""
    return {
        "template": "loom/panels/chart.html",
        "title": "Demand against supply",
        "sub": "Pieces a week, confirmed and forecast",
        "chart": demand(),
        "phone": demand(340, 180, 3),
        "label": "Supply falls short of demand in weeks 49, 50 and 3, by 5 to 7 thousand pieces.",
        "legend": [
            {"title": "Supply", "css": "lg-a"},
            {"title": "Gap", "css": "lg-bad"},
            {"title": "Demand", "css": "lg-ink"},
        ],
    }


def chart(request: HttpRequest) -> HttpResponse:
    """Show charts with their tables."""
    rows = [
        {"id": w, "cells": [Cell(value=w), Cell(kind="number", value=d), Cell(kind="number", value=s)]}
        for w, d, s in WEEKS
    ]
    columns = [
        column("week", "Week", "a1"),
        column("demand", "Demand", "b1", align="end"),
        column("supply", "Supply", "b2", align="end"),
    ]
    parts = [
        ("Nordvik Outdoor", 420.0),
        ("Kestrel Workwear", 310.0),
        ("Oakline Retail", 160.0),
        ("Others", 240.0),
    ]
    trend = draw.area([w for w, _, _ in WEEKS], [s for _, _, s in WEEKS], fmt=thousands)
    context = {
        "title": "Demand",
        "text": "Confirmed orders and forecast, by week.",
        "switches": [
            {
                "label": "Measure",
                "items": [{"title": "Pieces", "url": "?", "current": True}, {"title": "Value", "url": "?v"}],
            }
        ],
        "panels": [
            demand_panel() | {"table": {"label": "Demand against supply", "columns": columns, "rows": rows}},
            {
                "template": "loom/panels/chart.html",
                "title": "Supply",
                "sub": "Pieces a week",
                "chart": trend,
                "label": "Supply moves between 30 and 46 thousand.",
            },
            {
                "template": "loom/panels/chart.html",
                "title": "By customer",
                "donut": draw.donut(parts, fmt=lambda v: f"€{v:.0f}k"),
                "label": "Nordvik Outdoor orders most, €420k of €1,130k.",
            },
        ],
    }
    return render(request, "loom/chart.html", {"page": {"title": "Demand"}, "chart": context})
