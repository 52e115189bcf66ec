"""The thread of one order line, now or at a past moment."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from loomline.surface.draw_cells import Cell


def node(
    kind: str,
    number: str,
    what: str,
    amount: float,
    unit: str,
    promised: str,
    slip: int,
    state: str,
    tone: str,
    holder: str,
    **more: Any,
) -> dict[str, Any]:
    """Make one node of a thread."""
    day = dt.date.fromisoformat(promised)
    return {
        "kind": kind,
        "number": number,
        "url": "#",
        "what": what,
        "tone": tone if tone in ("bad", "warn") else "",
        "quantity": Cell(kind="quantity", value=amount, unit=unit),
        "promised": Cell(kind="date", value=day),
        "expected": Cell(
            kind="slip", value=day + dt.timedelta(days=slip), days=slip, tone="bad" if slip else ""
        ),
        "badge": {"text": state, "tone": tone},
        "holder": holder,
        **more,
    }


def thread(request: HttpRequest, place: int) -> HttpResponse:
    """Show the thread of one line, now or as it was."""
    past = request.GET.get("at", "")
    stages_ = [
        (
            "Yarn",
            "spiral",
            "done",
            "2 days of 2",
            [
                node(
                    "Supplier lot",
                    "BY-7781",
                    "Merino 2/48, ecru",
                    524.16,
                    "kg",
                    "2026-11-14",
                    0,
                    "Received",
                    "ok",
                    "Biella Yarns",
                    share="524.16 of 800 kg are for this line.",
                ),
                node(
                    "Purchase order",
                    "PO-5509",
                    "from Biella Yarns",
                    800,
                    "kg",
                    "2026-11-14",
                    0,
                    "Received",
                    "muted",
                    "Biella Yarns",
                ),
            ],
        ),
        (
            "Dyeing",
            "droplet",
            "late",
            "4.6 days of 3",
            [
                node(
                    "Dye lot",
                    "L-3381",
                    "Fjord blue",
                    512,
                    "kg",
                    "2026-11-20",
                    6,
                    "Re-dye",
                    "bad",
                    "İzmir dyehouse",
                    focus=True,
                    place="Vat A",
                    why="Shade read ΔE 2.4 against a limit of 1.0 on 23 November; re-dye tomorrow 06:00.",
                ),
            ],
        ),
        (
            "Knitting",
            "needle",
            "",
            "",
            [
                node(
                    "Work order",
                    "MO-8839",
                    "crew body and sleeves",
                    1200,
                    "pcs",
                    "2026-11-26",
                    4,
                    "Waiting",
                    "warn",
                    "Knit line 4",
                )
            ],
        ),
        (
            "Tailoring",
            "scissors",
            "",
            "",
            [
                node(
                    "Work order",
                    "MO-8840",
                    "linking",
                    1200,
                    "pcs",
                    "2026-11-28",
                    4,
                    "Planned",
                    "muted",
                    "Tailoring A",
                )
            ],
        ),
        (
            "Shipping",
            "ship",
            "",
            "",
            [
                node(
                    "Shipment",
                    "SH-2230",
                    "to Oslo, road",
                    1200,
                    "pcs",
                    "2026-11-27",
                    6,
                    "Planned",
                    "muted",
                    "DFDS",
                )
            ],
        ),
        (
            "Customer",
            "building",
            "",
            "",
            [
                node(
                    "Order line",
                    "SO-10471 / 1",
                    "Nordvik Outdoor",
                    1200,
                    "pcs",
                    "2026-11-27",
                    6,
                    "Late",
                    "bad",
                    "Nordvik Outdoor",
                )
            ],
        ),
    ]
    words = {"done": "done", "late": "late", "": "not begun"}
    context = {
        "title": "Merino crew jumper, Fjord blue",
        "text": "Line 1 of SO-10471 for Nordvik Outdoor",
        "badges": [{"text": "Late, 6 days", "tone": "bad"}],
        "facts": [
            {"label": "Ordered", "cell": Cell(kind="quantity", value=1200, unit="pcs")},
            {"label": "Promise", "cell": Cell(kind="date", value=dt.date(2026, 11, 27))},
            {"label": "Expected", "cell": Cell(kind="slip", value=dt.date(2026, 12, 3), days=6, tone="bad")},
        ],
        "as_of": {
            "url": request.path,
            "value": past,
            "max": "2026-11-23T10:30",
            "past": "As it was on 20 November, 10:00." if past else "",
            "now_url": request.path,
        },
        "stages": [
            {"title": t, "icon": i, "state": s, "text": x, "state_text": words[s], "nodes": n}
            for t, i, s, x, n in stages_
        ],
        "topics": "orders",
    }
    page = {
        "title": "Thread",
        "crumbs": [
            {"title": "Sales orders", "url": "/orders/"},
            {"title": "SO-10471", "url": "/orders/SO-10471/"},
        ],
    }
    return render(request, "loom/thread.html", {"page": page, "thread": context})
