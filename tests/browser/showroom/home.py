"""The control tower."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from loomline.engines.drawing import draw_map, draw_thread
from loomline.surface import draw_text
from showroom.charts import demand_panel
from showroom.data import STAGES, walk
from showroom.lists import action

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
            "label": "Map of 7 main shipments. Late: SH-2211 to Oslo and SH-2203 from İzmir. At "
            "risk: SH-2207 from Chattogram.",
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
