"""The board and the calendar."""

import datetime as dt

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from loomline.surface import draw_text
from loomline.surface.draw_cells import Cell
from showroom.lists import action

DEALS: list[tuple[str, int, list[tuple[str, str, int, str, str, str, str, int]]]] = [
    (
        "Qualify",
        10,
        [
            (
                "AW27 base layer, 6 styles",
                "Lumen Athletics",
                310,
                "18 Dec",
                "Tom Okafor",
                "muted",
                "Not checked yet",
                0,
            ),
            (
                "School knit tender",
                "Bramble Kids",
                84,
                "12 Jan",
                "Inês Duarte",
                "muted",
                "Not checked yet",
                0,
            ),
            (
                "Surf hoodies restart",
                "Blue Heron Surf",
                46,
                "30 Jan",
                "Priya Raman",
                "muted",
                "Not checked yet",
                3,
            ),
        ],
    ),
    (
        "Sample sent",
        30,
        [
            (
                "Alpaca accessories SS27",
                "Prairie Thread Co.",
                72,
                "9 Dec",
                "Mara Lindqvist",
                "ok",
                "Can deliver 4 Feb",
                0,
            ),
            (
                "Chef knit, fire-retardant",
                "Kestrel Workwear",
                190,
                "15 Dec",
                "Jonas Weil",
                "warn",
                "Tight: needle 14 on line 4",
                1,
            ),
            (
                "Organic cotton rib",
                "Costa Verde Moda",
                58,
                "17 Dec",
                "Inês Duarte",
                "ok",
                "Can deliver 22 Jan",
                0,
            ),
            (
                "Museum shop scarves",
                "Wolfe & Daughters",
                21,
                "20 Dec",
                "Mara Lindqvist",
                "ok",
                "From stock",
                0,
            ),
        ],
    ),
    (
        "Quote",
        50,
        [
            (
                "Crew jumper refill, 4 colours",
                "Harbour & Pine",
                128,
                "1 Dec",
                "Tom Okafor",
                "ok",
                "Can deliver 14 Jan",
                0,
            ),
            (
                "Boys' cardigan programme",
                "Maison Léonie",
                145,
                "4 Dec",
                "Priya Raman",
                "bad",
                "Short: indigo yarn, 620 kg",
                2,
            ),
            (
                "Team jackets, B2B shop",
                "Oakline Retail",
                96,
                "8 Dec",
                "Jonas Weil",
                "ok",
                "Can deliver 28 Jan",
                0,
            ),
        ],
    ),
    (
        "Negotiation",
        70,
        [
            (
                "Arctic mid-layer 2027",
                "Nordvik Outdoor",
                420,
                "27 Nov",
                "Mara Lindqvist",
                "warn",
                "Tight: dyeing, week 3",
                0,
            ),
            (
                "Yukata knit capsule",
                "Sato Knit Trading",
                77,
                "28 Nov",
                "Inês Duarte",
                "ok",
                "Can deliver 11 Jan",
                0,
            ),
        ],
    ),
    (
        "Won, hand over",
        95,
        [
            ("Merino crew, repeat", "Fjällglimt", 64, "20 Nov", "Tom Okafor", "ok", "Reserved, SO-10484", 0),
            (
                "Winter uniform, 2 depots",
                "Kestrel Workwear",
                210,
                "19 Nov",
                "Jonas Weil",
                "ok",
                "Reserved, SO-10483",
                0,
            ),
        ],
    ),
]


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
                "value": Cell(text=f"€{v}k"),
                "date": Cell(text=d),
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
            "value": Cell(text="€12k"),
            "date": Cell(text="1 Feb"),
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
