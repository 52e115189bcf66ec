"""The control tower and the pages of the chain: thread, board, calendar, charts."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from loomline.surface import draw, draw_map, draw_text, draw_thread
from loomline.surface.draw_cells import Cell
from showroom.data import STAGES, walk
from showroom.lists import action, column

FLOW = [
    (18400, "1.9 d", "2.0 d", 0, 0.0),
    (31250, "4.6 d", "3.0 d", 3, 0.26),
    (14900, "2.8 d", "3.0 d", 1, 0.06),
    (16100, "3.1 d", "3.5 d", 0, 0.0),
    (5200, "0.9 d", "1.0 d", 1, 0.10),
    (7400, "0.6 d", "1.0 d", 0, 0.0),
    (22800, "9.4 d", "9.0 d", 2, 0.09),
    (26300, "", "", 0, 0.0),
]
RISK = [
    (
        "Nordvik Outdoor",
        "SO-10471",
        "droplet",
        "Dye lot L-3381 failed shade check",
        "27 Nov",
        "3 Dec",
        "bad",
        "€86,400",
        "Re-dye at İzmir",
    ),
    (
        "Kestrel Workwear",
        "SO-10466",
        "spiral",
        "Yarn short by 410 kg, PO-5521 late",
        "2 Dec",
        "5 Dec",
        "warn",
        "€124,900",
        "Use lot L-3302",
    ),
    (
        "Oakline Retail",
        "SO-10459",
        "ship",
        "Vessel rolled, SH-2207 sails 26 Nov",
        "4 Dec",
        "8 Dec",
        "warn",
        "€61,250",
        "Part by air",
    ),
    (
        "Maison Léonie",
        "SO-10463",
        "needle",
        "Knit line 2 down since 06:40",
        "30 Nov",
        "2 Dec",
        "warn",
        "€38,760",
        "Move to line 4",
    ),
    (
        "Fjällglimt",
        "SO-10470",
        "checkup-list",
        "Measurement fail on 3 of 80 pieces",
        "28 Nov",
        "29 Nov",
        "warn",
        "€22,310",
        "Inspect all",
    ),
    (
        "Sato Knit Trading",
        "SO-10455",
        "file-text",
        "Export papers missing origin proof",
        "1 Dec",
        "3 Dec",
        "warn",
        "€48,120",
        "Request from supplier",
    ),
    (
        "Harbour & Pine",
        "SO-10449",
        "lock",
        "Customer on credit hold, €31k over",
        "3 Dec",
        "held",
        "hold",
        "€30,400",
        "Ask finance",
    ),
]
WEEKS = [
    ("W45", 38, 36), ("W46", 41, 42), ("W47", 44, 40), ("W48", 47, 46), ("W49", 52, 45), ("W50", 50, 43),
    ("W51", 39, 44), ("W52", 22, 30), ("W1", 31, 34), ("W2", 42, 43), ("W3", 49, 44), ("W4", 46, 46),
]  # fmt: skip
PORTO, IZMIR, CHATTOGRAM = (-8.6, 41.2), (27.1, 38.4), (91.8, 22.3)
TRIPS = [
    (CHATTOGRAM, PORTO, 0.63, "warn", "SH-2207"),
    (PORTO, (-83.0, 40.0), 0.41, "", "SH-2214"),
    (PORTO, (135.5, 34.7), 0.28, "", "SH-2219"),
    (PORTO, (10.7, 59.9), 0.7, "bad", "SH-2211"),
    (IZMIR, PORTO, 0.55, "bad", "SH-2203"),
    (PORTO, (153.6, -28.6), 0.83, "", "SH-2198"),
    (PORTO, (-97.0, 49.9), 0.16, "", "SH-2221"),
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


def stages() -> list[dict[str, Any]]:
    """Describe the chain of today."""
    return [
        {
            "title": title,
            "icon": icon,
            "url": "/orders/",
            "amount": draw_text.number(amount),
            "unit": "pcs",
            "dwell": dwell,
            "standard": standard,
            "slow": share > 0.2,
            "note": "last 7 days",
            "slipping": f"{count} order{'s' if count > 1 else ''} slipping" if count else "",
            "tone": "bad" if share > 0.2 else "warn",
        }
        for (title, icon), (amount, dwell, standard, count, share) in zip(STAGES, FLOW, strict=True)
    ]


def signal(icon: str, tone: str, who: str, text: str, when: str) -> dict[str, str]:
    """Make one line of the signals."""
    return {"icon": icon, "tone": tone, "title": who, "text": text, "when": when}


def kpi(
    title: str, value: str, unit: str, delta: str, note: str, *, up: bool, tone: str, values: list[float]
) -> dict[str, Any]:
    """Make one key figure."""
    return {
        "title": title,
        "value": value,
        "unit": unit,
        "url": "/chart/",
        "delta": delta,
        "up": up,
        "tone": tone,
        "note": note,
        "values": values,
    }


def tower(request: HttpRequest) -> HttpResponse:
    """Show the home page."""
    loads = [draw_thread.Load(a, share, "bad" if share > 0.2 else "warn") for a, _, _, _, share in FLOW]
    sites = [
        draw_map.Site("Porto plant", PORTO, "end"),
        draw_map.Site("Chattogram", CHATTOGRAM),
        draw_map.Site("", IZMIR),
    ]
    journeys = [draw_map.Journey(a, b, k, tone, label) for a, b, k, tone, label in TRIPS]
    page = {
        "title": "Control tower",
        "actions": [
            action(
                "Next 6 weeks",
                method="menu",
                kind="quiet",
                icon="calendar-event",
                id="weeks",
                spare=True,
                items=[action("Next 2 weeks"), action("Next 6 weeks", current=True)],
            ),
            action(
                "All sites",
                method="menu",
                kind="quiet",
                icon="building-warehouse",
                id="sites",
                spare=True,
                items=[action("Porto plant")],
            ),
        ],
    }
    context = {
        "greeting": "Good morning, Mara",
        "text": "Monday 23 November, week 48. Three things need a decision today.",
        "updated": "updated 10:24",
        "topics": "tower",
        "attention": [
            {
                "tone": "bad",
                "icon": "droplet",
                "url": "/orders/SO-10471/",
                "title": "Dye lot L-3381 failed its shade check",
                "text": "Nordvik Outdoor, €86,400. Re-dye slot tomorrow 06:00 keeps the slip to 6 days.",
            },
            {
                "tone": "warn",
                "icon": "spiral",
                "url": "#",
                "title": "Yarn PO-5521 is 410 kg short",
                "text": "Kestrel Workwear waits. Lot L-3302 covers it if Costa Verde moves to week 50.",
            },
            {
                "tone": "info",
                "icon": "target-arrow",
                "url": "/opportunities/",
                "title": "Arctic mid-layer closes Friday",
                "text": "€420k at 70%. It would take 61% of dyeing in week 3. Hold the slot?",
            },
        ],
        "kpis": [
            kpi(
                "On time, in full",
                "94.2",
                "%",
                "1.4 pts",
                "vs last 30 days",
                up=True,
                tone="ok",
                values=walk(90, 94.2, jitter=0.012),
            ),
            kpi(
                "Orders at risk",
                "7",
                "worth €412k",
                "2",
                "since Friday",
                up=True,
                tone="bad",
                values=walk(4, 7, jitter=0.15),
            ),
            kpi(
                "Weighted pipeline",
                "€2.84M",
                "",
                "8.1%",
                "38 deals this quarter",
                up=True,
                tone="ok",
                values=walk(2.2, 2.84, jitter=0.04),
            ),
            kpi(
                "Inventory cover",
                "38",
                "days",
                "3 days",
                "target 35",
                up=False,
                tone="ok",
                values=walk(45, 38, jitter=0.03),
            ),
            kpi(
                "Late supplier lines",
                "5",
                "of 212",
                "1",
                "2 block production",
                up=False,
                tone="ok",
                values=walk(9, 5, jitter=0.12),
            ),
        ],
        "chain": {
            "title": "Chain today",
            "text": "Pieces in each stage. Coloured threads are slipping.",
            "label": "Chain by stage. Dyeing holds most, 31,250 pieces, and is slow: 4.6 days of 3.0.",
            "measures": [
                {"title": "Units", "url": "?", "current": True},
                {"title": "Orders", "url": "?by=orders"},
                {"title": "Value", "url": "?by=value"},
            ],
            "thread": draw_thread.thread(loads),
            "stages": stages(),
        },
        "risk": {
            "title": "Orders at risk",
            "count": "7",
            "all_url": "/orders/",
            "all_title": "All orders",
            "empty": "Every open order arrives when it was promised.",
            "rows": [
                {
                    "party": p,
                    "number": n,
                    "url": f"/orders/{n}/",
                    "icon": i,
                    "cause": c,
                    "promise": a,
                    "expected": b,
                    "tone": t,
                    "value": v,
                    "action": action(x, "/orders/repromise/", method="dialog"),
                }
                for p, n, i, c, a, b, t, v, x in RISK
            ],
        },
        "map": {
            "title": "On the way",
            "text": "23 shipments, 3 late",
            "map": draw_map.draw_map(journeys, sites),
            "label": "Map of 7 main shipments. Late: SH-2211 to Oslo and SH-2203 from İzmir. At risk: SH-2207 from Chattogram.",
            "all_url": "/calendar/",
            "worst": [
                {
                    "number": "SH-2211",
                    "url": "#",
                    "text": "to Oslo. Road, DFDS",
                    "late": "2 days late",
                    "tone": "bad",
                },
                {
                    "number": "SH-2203",
                    "url": "#",
                    "text": "to Porto plant. Dyed yarn, road",
                    "late": "1 day late",
                    "tone": "bad",
                },
                {
                    "number": "SH-2207",
                    "url": "#",
                    "text": "to Porto plant. Sea, rolled to 26 Nov",
                    "late": "4 days at risk",
                    "tone": "warn",
                },
            ],
        },
        "demand": demand_panel(),
        "signals": {
            "title": "Customer signals",
            "all_url": "#",
            "entries": [
                signal(
                    "headset",
                    "bad",
                    "Nordvik Outdoor",
                    "opened a case about SO-10471: shade differs from the lab dip",
                    "12 min ago",
                ),
                signal(
                    "target-arrow",
                    "accent",
                    "Lumen Athletics",
                    "moved to Negotiation, €310k. Dyeing capacity is tight for week 3",
                    "38 min ago",
                ),
                signal(
                    "truck-delivery", "ok", "Harbour & Pine", "received SO-10438, 2 days early", "1 h ago"
                ),
                signal(
                    "receipt", "warn", "Alma Tessuti", "is 9 days past due on INV-7712, €18,900", "3 h ago"
                ),
            ],
        },
    }
    return render(request, "loom/tower.html", {"page": page, "tower": context})


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


DEALS: list[tuple[str, int, list[tuple[str, str, int, str, str, str, str, int]]]] = [
    ("Qualify", 10, [
        ("AW27 base layer, 6 styles", "Lumen Athletics", 310, "18 Dec", "Tom Okafor", "muted", "Not checked yet", 0),
        ("School knit tender", "Bramble Kids", 84, "12 Jan", "Inês Duarte", "muted", "Not checked yet", 0),
        ("Surf hoodies restart", "Blue Heron Surf", 46, "30 Jan", "Priya Raman", "muted", "Not checked yet", 3),
    ]),
    ("Sample sent", 30, [
        ("Alpaca accessories SS27", "Prairie Thread Co.", 72, "9 Dec", "Mara Lindqvist", "ok", "Can deliver 4 Feb", 0),
        ("Chef knit, fire-retardant", "Kestrel Workwear", 190, "15 Dec", "Jonas Weil", "warn", "Tight: needle 14 on line 4", 1),
        ("Organic cotton rib", "Costa Verde Moda", 58, "17 Dec", "Inês Duarte", "ok", "Can deliver 22 Jan", 0),
        ("Museum shop scarves", "Wolfe & Daughters", 21, "20 Dec", "Mara Lindqvist", "ok", "From stock", 0),
    ]),
    ("Quote", 50, [
        ("Crew jumper refill, 4 colours", "Harbour & Pine", 128, "1 Dec", "Tom Okafor", "ok", "Can deliver 14 Jan", 0),
        ("Boys' cardigan programme", "Maison Léonie", 145, "4 Dec", "Priya Raman", "bad", "Short: indigo yarn, 620 kg", 2),
        ("Team jackets, B2B shop", "Oakline Retail", 96, "8 Dec", "Jonas Weil", "ok", "Can deliver 28 Jan", 0),
    ]),
    ("Negotiation", 70, [
        ("Arctic mid-layer 2027", "Nordvik Outdoor", 420, "27 Nov", "Mara Lindqvist", "warn", "Tight: dyeing, week 3", 0),
        ("Yukata knit capsule", "Sato Knit Trading", 77, "28 Nov", "Inês Duarte", "ok", "Can deliver 11 Jan", 0),
    ]),
    ("Won, hand over", 95, [
        ("Merino crew, repeat", "Fjällglimt", 64, "20 Nov", "Tom Okafor", "ok", "Reserved, SO-10484", 0),
        ("Winter uniform, 2 depots", "Kestrel Workwear", 210, "19 Nov", "Jonas Weil", "ok", "Reserved, SO-10483", 0),
    ]),
]  # fmt: skip


def board(request: HttpRequest) -> HttpResponse:
    """Show the pipeline."""
    columns = []
    for name, likely, deals in DEALS:
        total = sum(deal[2] for deal in deals)
        cards = [
            {
                "id": f"{name[:2]}{i}",
                "url": "/orders/SO-10471/",
                "title": t,
                "party": p,
                "value": f"€{v}k",
                "date": d,
                "owner": o,
                "promise": {"tone": tone, "text": text},
                "late": f"{late} overdue task{'s' if late > 1 else ''}" if late else "",
            }
            for i, (t, p, v, d, o, tone, text, late) in enumerate(deals)
        ]
        columns.append(
            {
                "name": name,
                "title": name,
                "count": str(len(deals)),
                "sum": f"€{total}k",
                "likely": likely,
                "weighted": f"€{total * likely / 100:.0f}k",
                "cards": cards,
            }
        )
    columns[0] |= {"more": "12 more", "more_url": "/opportunities/more/"}
    page = {
        "title": "Opportunities",
        "layouts": [
            {"title": "List", "icon": "list", "url": "/orders/"},
            {"title": "Board", "icon": "layout-kanban", "url": "?", "current": True},
            {"title": "Calendar", "icon": "calendar", "url": "/calendar/"},
        ],
        "actions": [action("New", "/orders/new/", tail="opportunity", icon="plus", kind="primary", keys="c")],
    }
    context = {
        "title": "Autumn pipeline",
        "text": "14 open, €1.92M in total, €1.07M weighted. Two deals need capacity you do not have yet.",
        "label": "Opportunities by stage",
        "move_url": "/opportunities/move/",
        "can_move": True,
        "note": "Supply checked 10:24",
        "chips": [
            {"name": "owner", "label": "Owner", "text": "Anyone", "edit_url": "/orders/filter/"},
            {
                "name": "closes",
                "label": "Closes",
                "text": "this quarter",
                "edit_url": "/orders/filter/",
                "remove_url": "?",
            },
            {"name": "supply", "label": "Supply", "text": "any answer", "edit_url": "/orders/filter/"},
        ],
        "add_filters": [{"name": "value", "label": "Value", "icon": "coin", "edit_url": "/orders/filter/"}],
        "columns": columns,
    }
    return render(request, "loom/board.html", {"page": page, "board": context})


def board_more(request: HttpRequest) -> HttpResponse:
    """Answer with further cards of one column."""
    cards = [
        {
            "id": "more1",
            "url": "#",
            "title": "Late arrival",
            "party": "Fjällglimt",
            "value": "€12k",
            "date": "1 Feb",
            "owner": "Tom Okafor",
        }
    ]
    return render(
        request,
        "loom/board_more.html",
        {"col": {"name": "Qualify", "cards": cards}, "board": {"can_move": True}},
    )


def move(request: HttpRequest) -> HttpResponse:
    """Move a card; deals are never won without a quote."""
    to = request.POST.get("to", "")
    if to == "Won, hand over":
        return JsonResponse({"text": "Only a quoted deal can be won. Send the quote first."}, status=409)
    said = {"text": f"Moved to {to}. The promise is being checked.", "undo_url": "/undo/"}
    return JsonResponse({"toast": said, "columns": {to: {"count": "9", "sum": "€999k", "weighted": "€99k"}}})


def calendar(request: HttpRequest) -> HttpResponse:
    """Show a month of shipments and receipts."""
    start = dt.date(2026, 11, 23)
    days = []
    for i in (0, 1, 3, 4, 7):
        day = start + dt.timedelta(days=i)
        days.append(
            {
                "label": draw_text.full_day(day),
                "date": day.isoformat(),
                "today": i == 0,
                "events": [
                    {
                        "id": f"s{i}",
                        "title": f"SH-22{11 + i}",
                        "sub": "to Oslo, road",
                        "url": "/orders/SO-10471/",
                        "start": day.isoformat(),
                        "end": "",
                        "at": "",
                        "tone": "bad" if i == 1 else "",
                        "icon": "truck-delivery",
                        "layer": "ship",
                        "movable": True,
                    },
                    {
                        "id": f"r{i}",
                        "title": f"Receipt PO-55{21 + i}",
                        "sub": "Filatura Serra",
                        "url": "#",
                        "start": f"{day.isoformat()}T08:00:00",
                        "end": f"{day.isoformat()}T09:30:00",
                        "at": "08:00",
                        "tone": "ok",
                        "icon": "package",
                        "layer": "receipt",
                    },
                ],
            }
        )
    context = {
        "title": "November 2026",
        "text": "10 events, one late.",
        "view": request.GET.get("as", "month"),
        "views": [
            {"title": n.title(), "url": f"?as={n}", "current": request.GET.get("as", "month") == n}
            for n in ("month", "week", "list")
        ],
        "date": start.isoformat(),
        "prev_url": "?to=10",
        "next_url": "?to=12",
        "today_url": "?",
        "move_url": "/opportunities/move/",
        "layers": [
            {"name": "ship", "label": "Shipments", "tone": "a", "on": True},
            {"name": "receipt", "label": "Receipts", "tone": "ok", "on": True},
        ],
        "days": days,
        "note": "Nothing is due in this month.",
    }
    page = {
        "title": "Shipments",
        "actions": [action("New", "/orders/new/", tail="shipment", icon="plus", kind="primary")],
    }
    return render(request, "loom/calendar.html", {"page": page, "calendar": context})


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
        ("Yarn", "spiral", "done", "2 days of 2", [
            node("Supplier lot", "BY-7781", "Merino 2/48, ecru", 524.16, "kg", "2026-11-14", 0, "Received", "ok", "Biella Yarns", share="524.16 of 800 kg are for this line."),
            node("Purchase order", "PO-5509", "from Biella Yarns", 800, "kg", "2026-11-14", 0, "Received", "muted", "Biella Yarns"),
        ]),
        ("Dyeing", "droplet", "late", "4.6 days of 3", [
            node("Dye lot", "L-3381", "Fjord blue", 512, "kg", "2026-11-20", 6, "Re-dye", "bad", "İzmir dyehouse", focus=True, place="Vat A", why="Shade read ΔE 2.4 against a limit of 1.0 on 23 November; re-dye tomorrow 06:00."),
        ]),
        ("Knitting", "needle", "", "", [node("Work order", "MO-8839", "crew body and sleeves", 1200, "pcs", "2026-11-26", 4, "Waiting", "warn", "Knit line 4")]),
        ("Tailoring", "scissors", "", "", [node("Work order", "MO-8840", "linking", 1200, "pcs", "2026-11-28", 4, "Planned", "muted", "Tailoring A")]),
        ("Shipping", "ship", "", "", [node("Shipment", "SH-2230", "to Oslo, road", 1200, "pcs", "2026-11-27", 6, "Planned", "muted", "DFDS")]),
        ("Customer", "building", "", "", [node("Order line", "SO-10471 / 1", "Nordvik Outdoor", 1200, "pcs", "2026-11-27", 6, "Late", "bad", "Nordvik Outdoor")]),
    ]  # fmt: skip
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
