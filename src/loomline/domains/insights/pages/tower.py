"""The control tower: the home page of everybody who works here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loomline.domains.insights import queries
from loomline.domains.insights.queries import AtRisk, Decision, Figure, OrderAtRisk, Station, Underway
from loomline.engines.drawing import draw_map, draw_thread
from loomline.kernel.context import Ctx
from loomline.surface import draw, draw_text, history, registry
from loomline.surface.page import action, ctx_of, page, staff

TOPICS = "sales.order manufacturing.workstage procurement.purchase warehouse.shipment quality.check"


@staff
def tower(request: HttpRequest) -> HttpResponse:
    """What needs a decision today, the key figures, the chain, what is at risk and what is on its way."""
    ctx = ctx_of(request)
    risk = queries.at_risk(ctx)
    decisions = queries.decisions(ctx, risk=risk[0])
    now = timezone.localtime(ctx.now, ctx.company.zone)
    return render(
        request,
        "loom/tower.html",
        {
            "page": page(_("Control tower")),
            "tower": {
                "greeting": greeting(now, ctx),
                "text": _opening(now, len(decisions)),
                "updated": _("updated {time}").format(time=draw_text.clock(now)),
                "topics": TOPICS,
                "attention": [_attention(found) for found in decisions],
                "kpis": [_kpi(figure) for figure in queries.figures(ctx, risk=risk)],
                "chain": _chain(queries.chain(ctx), request.GET.get("measure", "")),
                "risk": _risk(risk),
                "map": _map(ctx),
                "demand": _demand(ctx),
                "signals": _signals(ctx),
                "panels": [],
            },
        },
    )


def greeting(now: datetime, ctx: Ctx) -> str:
    """Good morning, by name."""
    part = _("Good morning") if now.hour < 12 else _("Good afternoon") if now.hour < 18 else _("Good evening")
    return f"{part}, {ctx.actor.first_name}"


def _opening(now: datetime, decisions: int) -> str:
    day = _("{day}, week {week}.").format(day=date_format(now, "l j F"), week=now.isocalendar().week)
    if not decisions:
        return f"{day} {_('Nothing needs a decision today.')}"
    words = ngettext("{n} thing needs a decision today.", "{n} things need a decision today.", decisions)
    return f"{day} {words.format(n=decisions)}"


def _list(kind: str) -> str:
    """The address of the list of a kind; empty while nobody shows it."""
    resource = registry.by_kind(kind)
    return resource.path() if resource is not None else ""


def _attention(found: Decision) -> dict[str, str]:
    return {
        "tone": found.tone,
        "icon": found.icon,
        "title": found.title,
        "text": found.text,
        "url": registry.url_of_kind(found.kind, found.object_id),
    }


def _kpi(figure: Figure) -> dict[str, Any]:
    return {
        "title": figure.name,
        "value": _value(figure),
        "unit": figure.unit if figure.kind != "money" else "",
        "url": _list(figure.leads_to),
        "delta": f"{abs(figure.change):g}" if figure.change else "",
        "up": bool(figure.change and figure.change > 0),
        "tone": "" if not figure.change else "ok" if figure.is_good else "bad",
        "note": figure.note,
        "values": [float(value) for value in figure.trend] if len(figure.trend) > 2 else [],
        "stale": "",
    }


def _value(figure: Figure) -> str:
    if figure.value is None:
        return "–"
    if figure.kind == "money":
        return draw_text.compact(figure.value, figure.unit)
    return draw_text.number(figure.value, decimals=1 if figure.kind == "percent" else 0)


def _chain(stations: Sequence[Station], measure: str) -> dict[str, Any]:
    by_orders = measure == "orders"
    loads = [
        draw_thread.Load(
            amount=float(station.orders if by_orders else station.quantity),
            slipping=float(station.share_slipping),
            tone="bad" if station.tone == "bad" else "warn",
        )
        for station in stations
    ]
    slipping = [station for station in stations if station.slipping]
    finding = ", ".join(f"{s.name}: {_slipping(s)}" for s in slipping) or _("Nothing slips.")
    return {
        "title": _("Chain today"),
        "text": _("What stands in each stage. Coloured threads are slipping."),
        "label": finding,
        "measures": [
            {"title": _("Units"), "url": "?measure=units", "current": not by_orders},
            {"title": _("Orders"), "url": "?measure=orders", "current": by_orders},
        ],
        "topics": TOPICS,
        "thread": draw_thread.thread(loads),
        "stages": [_station(station, by_orders=by_orders) for station in stations],
    }


def _station(station: Station, *, by_orders: bool) -> dict[str, Any]:
    slow = bool(
        station.dwell_days
        and station.standard_days
        and station.dwell_days > station.standard_days * Decimal("1.2")
    )
    days = _("{n} d")
    by_orders = by_orders or not station.unit
    return {
        "title": station.name,
        "icon": station.icon,
        "url": _list(STATION_LISTS.get(station.key, "manufacturing.workorder")),
        "amount": draw_text.number(Decimal(station.orders) if by_orders else station.quantity, decimals=0),
        "unit": _("orders") if by_orders else station.unit,
        "dwell": days.format(n=station.dwell_days) if station.dwell_days is not None else "",
        "standard": days.format(n=station.standard_days) if station.standard_days is not None else "",
        "slow": slow,
        "slipping": _slipping(station) if station.slipping else "",
        "tone": station.tone,
        "note": _("last 7 days") if station.key == "delivered" else "",
    }


STATION_LISTS = {
    "sourcing": "procurement.purchase",
    "shipping": "warehouse.shipment",
    "delivered": "warehouse.shipment",
}


def _slipping(station: Station) -> str:
    return ngettext("{n} order slipping", "{n} orders slipping", station.slipping).format(n=station.slipping)


def _risk(risk: AtRisk) -> dict[str, Any]:
    rows, count, _worth = risk
    return {
        "title": _("Orders at risk"),
        "count": str(count) if count else "",
        "all_url": _list("sales.order"),
        "all_title": _("All orders"),
        "empty": _("Every open order will keep its promise."),
        "rows": [_risk_row(row) for row in rows],
    }


def _risk_row(row: OrderAtRisk) -> dict[str, Any]:
    way = registry.url_of_kind(row.way.kind, row.way.object_id)
    return {
        "party": row.customer,
        "number": row.number,
        "url": registry.url_of_kind("sales.order", row.order_id),
        "icon": row.icon,
        "cause": row.cause,
        "promise": draw_text.day(row.promised_on),
        "expected": _("held")
        if row.is_held
        else draw_text.day(row.expected_on)
        if row.expected_on
        else _("no date"),
        "tone": row.tone,
        "value": draw_text.money(row.total, row.currency, decimals=0),
        "action": action(row.way.label, way) if way else None,
    }


def _map(ctx: Ctx) -> dict[str, Any]:
    moving = queries.underway(ctx)
    late = [found for found in moving if found.tone]
    journeys = [
        draw_map.Journey(
            start=_place(found.start),
            end=_place(found.end),
            progress=_progress(found),
            tone=found.tone,
            label=found.number,
            url=registry.url_of_kind("warehouse.shipment", found.shipment_id),
        )
        for found in moving
        if found.start and found.end
    ]
    homes = {_place(found.start) for found in moving if found.start}
    sites = [draw_map.Site(name="", place=home) for home in sorted(homes)]
    words = ngettext("{n} shipment", "{n} shipments", len(moving)).format(n=len(moving))
    finding = ", ".join(f"{found.number} {found.goal}" for found in late[:3])
    return {
        "title": _("On the way"),
        "text": _("{shipments}, {late} late").format(shipments=words, late=len(late)),
        "map": draw_map.draw_map(journeys, sites),
        "label": _("Map of {n} shipments. Late: {late}.").format(n=len(moving), late=finding or _("none")),
        "all_url": _list("warehouse.shipment"),
        "worst": [_worst(found) for found in moving[:3]],
        "empty": _("Nothing is on the road now."),
    }


def _place(point: tuple[Decimal, Decimal] | None) -> draw_map.Place:
    latitude, longitude = point or (Decimal(0), Decimal(0))
    return float(longitude), float(latitude)


def _progress(found: Underway) -> float:
    """How far along the straight line between start and goal it was last seen; half-way when never."""
    if not (found.at and found.start and found.end):
        return 0.5
    start, end, at = _place(found.start), _place(found.end), _place(found.at)
    whole = (end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2
    if not whole:
        return 0.5
    along = (at[0] - start[0]) * (end[0] - start[0]) + (at[1] - start[1]) * (end[1] - start[1])
    return min(max(along / whole, 0.04), 0.96)


def _worst(found: Underway) -> dict[str, str]:
    days = ngettext("{n} day late", "{n} days late", found.days_late).format(n=found.days_late)
    arrives = _("due {day}").format(day=draw_text.day(found.expected_on)) if found.expected_on else ""
    return {
        "number": found.number,
        "url": registry.url_of_kind("warehouse.shipment", found.shipment_id),
        "text": _("to {goal}. {mode}").format(goal=found.goal, mode=found.mode),
        "late": days if found.days_late else arrives,
        "tone": found.tone or "muted",
    }


def _demand(ctx: Ctx) -> dict[str, Any]:
    weeks = queries.weeks(ctx)
    labels = [week.label for week in weeks]
    supply = draw.Series(_("Supply"), [float(week.supply) for week in weeks])
    gap = draw.Series(_("Gap"), [float(week.gap) for week in weeks], "bad")
    demand = [float(week.demand) for week in weeks]
    now = next((n for n, week in enumerate(weeks) if week.is_now), None)
    short = [week.label for week in weeks if week.gap]
    return {
        "title": _("Demand against supply"),
        "sub": _("Pieces a week, promised and coming out of production"),
        "id": "demand",
        "chart": draw.bars(labels, [supply, gap], line=demand, now=now),
        "phone": draw.bars(labels, [supply, gap], line=demand, now=now, width=340, height=180, label_every=3),
        "donut": None,
        "label": _("Supply falls short of demand in {weeks}.").format(weeks=", ".join(short) or _("no week")),
        "legend": [
            {"title": _("Supply"), "css": "lg-a"},
            {"title": _("Gap"), "css": "lg-bad"},
            {"title": _("Demand"), "css": "lg-ink"},
        ],
        "link": None,
        "table": None,
    }


def _signals(ctx: Ctx) -> dict[str, Any]:
    events = queries.signals(ctx)
    return {
        "title": _("Customer signals"),
        "all_url": "/audit/",
        "entries": [
            entry | {"at": None, "when": draw_text.ago(entry["at"])}
            for entry in history.as_entries(events)
            if "title" in entry
        ],
        "empty": _("What customers, suppliers and the floor tell will stand here."),
    }
