"""Control charts as plain geometry: points, centre line and limits, with the signals marked and told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from loomline.domains.quality import models, queries
from loomline.domains.quality.queries import Control, Point
from loomline.kernel.context import Ctx
from loomline.surface import registry
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import plain_table

LEFT, RIGHT, TOP, BOTTOM = 44.0, 8.0, 12.0, 22.0


@dataclass(frozen=True, slots=True)
class Dot:
    """One point, its tone, and the sentence a reader hears for it."""

    x: str
    y: str
    css: str
    radius: str
    title: str


@dataclass(frozen=True, slots=True)
class Level:
    """A value on the scale, beside its line."""

    y: str
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A control chart as SVG attributes."""

    width: int
    height: int
    left: str
    label_y: str
    line: str
    centre: str
    upper: str
    lower: str
    dots: tuple[Dot, ...]
    levels: tuple[Level, ...]
    labels: tuple[tuple[str, str], ...]


def control_panel(ctx: Ctx, record: models.CheckPlan) -> dict[str, Any] | None:
    """The control charts of a plan and the points that chance alone makes rarely."""
    found = queries.control_charts(plan=record)
    if not found.charts:
        return {"cards": [], "why": found.why, "signals": None} if found.why else None
    cards = [
        {
            "title": str(NAMES.get(one.name, one.name)),
            "sub": _t("limits from the first {count} points").format(count=min(25, len(one.points))),
            "desk": picture(one, width=1100, height=260),
            "phone": picture(one, width=360, height=220),
            "label": _t("{name}: {points} points, {signals} signals").format(
                name=NAMES.get(one.name, one.name), points=len(one.points), signals=len(one.signals)
            ),
        }
        for one in found.charts
    ]
    return {"cards": cards, "why": "", "signals": _signals(found.charts)}


NAMES = {
    "Individuals": _("Single values (X)"),
    "Moving range": _("Moving range (MR)"),
    "X-bar": _("Mean of samples (X̄)"),
    "R": _("Range of samples (R)"),
    "S": _("Deviation of samples (S)"),
    "p": _("Share nonconforming (p)"),
}


def _signals(charts: Sequence[Control]) -> dict[str, Any] | None:
    rows = [
        (
            Cell(kind="code", text=point.number, url=registry.url_of_kind("quality.check", point.check_id)),
            Cell(text=date_format(point.at, "SHORT_DATE_FORMAT")),
            Cell(text=str(NAMES.get(chart.name, chart.name))),
            Cell(text=_short(point.value)),
            Cell(text="; ".join(point.signals)),
        )
        for chart in charts
        for point in chart.signals
    ]
    if not rows:
        return None
    heads = (_t("Check"), _t("Day"), _t("Chart"), _t("Value"), _t("Nelson rule"))
    return plain_table(_t("Signals"), heads, rows, sub=_t("What chance alone makes rarely"))


def picture(chart: Control, *, width: int, height: int) -> Picture:
    """One chart of this size."""
    points = chart.points
    x, y = _scales(points, width, height)
    middle = points[-1]
    every = max(1, len(points) * 60 // width)
    return Picture(
        width=width,
        height=height,
        left=f"{LEFT:g}",
        label_y=f"{height - 5}",
        line=_path([(x(n), y(point.value)) for n, point in enumerate(points)]),
        centre=_path([(x(n), y(point.centre)) for n, point in enumerate(points)]),
        upper=_path([(x(n), y(point.upper)) for n, point in enumerate(points)]),
        lower=_path([(x(n), y(point.lower)) for n, point in enumerate(points)]),
        dots=tuple(_dot(point, x(n), y(point.value)) for n, point in enumerate(points)),
        levels=tuple(
            Level(f"{y(value):.1f}", _short(value)) for value in (middle.upper, middle.centre, middle.lower)
        ),
        labels=tuple(
            (f"{x(n):.1f}", date_format(point.at, "d.m.")) for n, point in enumerate(points) if n % every == 0
        ),
    )


def _scales(
    points: Sequence[Point], width: int, height: int
) -> tuple[Callable[[float], float], Callable[[float], float]]:
    low = min(min(point.value, point.lower) for point in points)
    high = max(max(point.value, point.upper) for point in points)
    span = (high - low) or 1.0
    step = (width - LEFT - RIGHT) / max(1, len(points) - 1)
    room = height - TOP - BOTTOM
    return lambda n: LEFT + n * step, lambda value: TOP + room * (high - value) / span


def _dot(point: Point, x: float, y: float) -> Dot:
    told = "; ".join(point.signals)
    title = f"{point.number}: {_short(point.value)}" + (f" ({told})" if told else "")
    return Dot(f"{x:.1f}", f"{y:.1f}", "bad" if told else "a", "4.5" if told else "2.5", title)


def _path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)


def _short(value: float) -> str:
    return f"{value:.4g}"
