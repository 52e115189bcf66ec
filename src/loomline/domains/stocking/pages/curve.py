"""The exchange curve: what service costs in stock, where the house stands, and the way to another point."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST

from loomline.domains.sites import queries as sites
from loomline.domains.stocking import commands, jobs, queries
from loomline.domains.stocking.models import Recommendation
from loomline.domains.stocking.queries import Curve, CurvePoint
from loomline.kernel import access
from loomline.kernel.context import Ctx
from loomline.surface import answer, draw, draw_text, menu
from loomline.surface.draw_cells import Cell
from loomline.surface.page import action, ctx_of, need, page, staff
from loomline.surface.plain_table import plain_table

HERE, CHOOSE = "/stocking/curve/", "/stocking/curve/choose/"
SEE = access.view_permission(Recommendation)
PICK = commands.choose_targets.name
RIGHT, ROOM = 12.0, 0.15
STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of the plane, with the sentence that a reader hears for it."""

    x: str
    y: str
    css: str
    radius: str
    title: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The curve and its points as SVG attributes."""

    width: int
    height: int
    left: str
    label_y: str
    stroke: str
    grid: tuple[tuple[str, str], ...]
    labels: tuple[tuple[str, str], ...]
    marks: tuple[Mark, ...]


@staff
def shown(request: HttpRequest) -> HttpResponse:
    """The curve of all places, or of one site or class."""
    ctx = ctx_of(request)
    need(access.may(ctx, SEE), _("see stock policies"), SEE)
    worth, site = request.GET.get("worth", ""), request.GET.get("site", "")
    worth = worth if worth in ("A", "B", "C") else ""
    site = site if site.isdigit() else ""
    rows = access.visible(ctx, Recommendation)
    if worth:
        rows = rows.filter(worth=worth)
    if site:
        rows = rows.filter(site=int(site))
    found = queries.curve(rows.order_by("pk"))
    currency = ctx.company.currency
    context = {
        "page": page(_("Exchange curve"), crumbs=[{"title": _("Stock policies"), "url": "/stocking/"}]),
        "curve": {
            "said": _said(found, currency),
            "classes": _tabs(worth, [("", _("All classes")), *((c, c) for c in "ABC")], "worth", site=site),
            "sites": _sites(site, worth),
            "desk": _picture(found, currency, width=1100, height=320) if found.points else None,
            "phone": _picture(found, currency, width=360, height=240) if found.points else None,
            "label": _label(found, currency),
            "empty": _("No place with demand, a cost and a spread yet. Recommend stock first."),
        },
        "panel": _table(ctx, found, is_whole=not worth and not site),
    }
    return render(request, "stocking/curve.html", context)


def _tabs(chosen: str, given: list[tuple[str, str]], name: str, **other: str) -> list[dict[str, Any]]:
    kept = {key: value for key, value in other.items() if value}
    return [
        {
            "title": title,
            "url": f"{HERE}?{urlencode({**kept, **({name: key} if key else {})})}",
            "current": key == chosen,
        }
        for key, title in given
    ]


def _sites(chosen: str, worth: str) -> list[dict[str, Any]]:
    own = [(str(site.pk), site.name) for site in sites.own_sites().order_by("pk")]
    return _tabs(chosen, [("", _("All sites")), *own], "site", worth=worth) if len(own) > 1 else []


def _said(found: Curve, currency: str) -> str:
    if found.now is None or found.then is None:
        return _("What service costs in safety stock, over all places at once.")
    best = _at_service(found, found.now.service)
    said = _(
        "Present policies hold {now} of safety stock and serve {service} of demand from the shelf; "
        "as recommended it would be {then} and {better}."
    ).format(
        now=draw_text.compact(found.now.value, currency),
        service=_percent(found.now.service),
        then=draw_text.compact(found.then.value, currency),
        better=_percent(found.then.service),
    )
    if best is not None and best.value < found.now.value * 0.98:
        said += " " + _("The same service as now could be had for {value}.").format(
            value=draw_text.compact(best.value, currency)
        )
    return said


def _at_service(found: Curve, service: float) -> CurvePoint | None:
    return next((one for one in found.points if one.service >= service), None)


def _label(found: Curve, currency: str) -> str:
    if found.now is None:
        return ""
    last = found.points[-1]
    return _("From no safety stock at {low} of demand served to {value} at {high}").format(
        low=_percent(found.points[0].service),
        value=draw_text.compact(last.value, currency),
        high=_percent(last.service),
    )


def _picture(found: Curve, currency: str, *, width: int, height: int) -> Picture:
    """Service over safety stock: the curve, and both points that stand beside it."""
    assert found.now is not None
    assert found.then is not None
    ticks = draw.scale(found.points[-1].value, steps=6 if width > 600 else 3)
    low = min(found.points[0].service, found.now.service, found.then.service)
    floor = max(0.0, low - (1 - low) * ROOM)
    left, foot = draw.LEFT + 10, height - draw.BOTTOM

    def x(value: float) -> float:
        return left + (width - left - RIGHT) * value / ticks[-1]

    def y(service: float) -> float:
        return foot - (foot - draw.TOP) * (service - floor) / (1 - floor)

    levels = [floor + (1 - floor) * n / 4 for n in range(5)]
    points = "L".join(f"{x(one.value):.1f} {y(one.service):.1f}" for one in found.points)
    marks = [
        Mark(f"{x(one.value):.1f}", f"{y(one.service):.1f}", css, radius, f"{name}: {_point(one, currency)}")
        for name, css, radius, one in (
            *((_("On the curve"), "a2", "3", one) for one in found.points),
            (_("Recommended"), "ok", "6", found.then),
            (_("Now"), "warn", "6", found.now),
        )
    ]
    return Picture(
        width=width,
        height=height,
        left=f"{left:g}",
        label_y=f"{height - 4}",
        stroke=f"M{points}",
        grid=tuple((f"{y(level):.1f}", draw_text.percent(level)) for level in levels),
        labels=tuple(
            (f"{min(x(tick), width - 24):.1f}", draw_text.compact(tick, currency)) for tick in ticks
        ),
        marks=tuple(marks),
    )


def _point(one: CurvePoint, currency: str) -> str:
    return _("{value} of safety stock, {service} served").format(
        value=draw_text.money(one.value, currency, decimals=0), service=_percent(one.service)
    )


def _table(ctx: Ctx, found: Curve, *, is_whole: bool) -> dict[str, Any]:
    """The same points in words; any of them can be chosen while all places are shown."""
    currency = ctx.company.currency
    may = is_whole and access.may(ctx, PICK)
    named = [(_("On the curve"), "", one) for one in found.points[1:]]
    if found.now is not None and found.then is not None:
        named += [(_("Now"), "warn", found.now), (_("Recommended"), "ok", found.then)]
    named.sort(key=lambda row: row[2].value)
    cells = [
        (
            Cell(kind="badge", text=name, tone=tone) if tone else Cell(text=name),
            Cell(kind="money", value=one.value, unit=currency, decimals=0, strong=bool(tone)),
            Cell(kind="money", value=one.value + found.cycle_stock, unit=currency, decimals=0),
            Cell(text=_percent(one.service), strong=True),
            Cell(text=" · ".join(_percent(share) for share in one.targets)),
            Cell(kind="money", value=one.short, unit=currency, decimals=0),
        )
        for name, tone, one in named
    ]
    heads = (
        *(_("Point"), _("Safety stock"), _("With cycle stock"), _("Demand served")),
        *(_("A · B · C"), _("Short in a year")),
    )
    sub = _("Choose a point, and its service by class becomes the target of the house")
    made = plain_table(
        _("Points"), heads, cells, slots=("a1", "a2", "hide", "b2", "c1", "b1"), sub=sub if may else ""
    )
    for row, (_name, tone, one) in zip(made["table"]["rows"], named, strict=True):
        row["actions"] = [_choice(one)] if may and not tone else []
    made["table"]["row_actions"] = may
    return {**made, "id": "points", "empty": "", "empty_action": None}


def _choice(one: CurvePoint) -> dict[str, Any]:
    targets = zip(("target_a", "target_b", "target_c"), one.targets, strict=True)
    shares = [{"name": name, "value": str(Decimal(str(share)).quantize(STEP))} for name, share in targets]
    return action(
        _("Choose"),
        CHOOSE,
        method="post",
        fields=shares,
        confirm=_("Aim at {service} of demand served, and recommend anew?").format(
            service=_percent(one.service)
        ),
    )


@staff
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Make the service of a point the target of each class, and recommend anew."""
    ctx = ctx_of(request)
    try:
        a, b, c = (Decimal(request.POST.get(f"target_{letter}", "")) for letter in "abc")
    except InvalidOperation as fault:
        raise commands.PointMissing from fault
    commands.choose_targets(ctx, target_a=a, target_b=b, target_c=c)
    run = jobs.recommend_stock.start(ctx)
    return answer.done(request, _("Targets are set. Stock is reckoned anew."), to=f"/jobs/{run.pk}/")


def _percent(share: float) -> str:
    return draw_text.percent(share, decimals=1)


menu.entry(_l("Exchange curve"), HERE, icon="chart-line", group="Plan", order=33, permission=SEE)
