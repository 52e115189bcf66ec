"""How the demand of one item is drawn: history, what is expected and how surely, and the layers by week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from loomline.domains.demand import queries
from loomline.domains.demand.models import DemandItem, Forecast, Run
from loomline.domains.demand.queries import Layers
from loomline.kernel.context import Ctx
from loomline.surface import draw, draw_text
from loomline.surface.draw_cells import Cell
from loomline.surface.plain_table import plain_table

HISTORY_WEEKS, SHOWN_WEEKS = 26, 13
HISTORY = timedelta(weeks=HISTORY_WEEKS)
ZERO = Decimal(0)


def sparks(records: Sequence[DemandItem]) -> Mapping[int, Cell]:
    """Half a year of history of each item on a page, up to the last run. Two statements."""
    run = queries.latest_run()
    if run is None:
        return {}
    past = queries.weeks_from(run.first_week - HISTORY, HISTORY_WEEKS)
    items = [record.item_id for record in records]
    known = queries.history_by_item(items=items, since=past[0], until=run.first_week)
    found = {}
    for record in records:
        values = tuple(float(known[record.item_id][week]) for week in past)
        words = _("{quantity} in 26 weeks").format(quantity=draw_text.number(sum(values), decimals=0))
        found[record.pk] = Cell(kind="spark", value=values, text=words)
    return found


def fan(ctx: Ctx, record: DemandItem) -> dict[str, Any] | None:
    """Bars of what was wanted, then what is expected: the middle as a line, 8 of 10 outcomes as an area."""
    run = queries.latest_run()
    figure = queries.item_figure(record, run=run) if run else None
    first = run.first_week if run else queries.week_of(ctx.today)
    past = queries.weeks_from(first - HISTORY, HISTORY_WEEKS)
    known = queries.history_by_item(items=[record.item_id], since=past[0], until=first)[record.item_id]
    history = [float(known[week]) for week in past]
    if figure is None and not any(history):
        return None
    expected = _expected(figure)
    ahead = queries.weeks_from(first, len(expected["mean"]))
    labels = [draw_text.day(week) for week in (*past, *ahead)]
    words = _("{history} {unit} wanted in the last 26 weeks, {expected} expected in the next 13").format(
        history=draw_text.number(sum(history), decimals=0),
        unit=record.item.unit.code,
        expected=draw_text.number(sum(expected["mean"]), decimals=0),
    )
    return {
        "chart": _chart(labels, history, expected, every=4),
        "phone": _chart(labels, history, expected, every=8, width=360, height=190),
        "donut": None,
        "label": words,
        "sub": words,
        "legend": [
            {"title": _("Wanted"), "css": "lg-a2"},
            {"title": _("Expected"), "css": "lg-ink"},
            {"title": _("P50, with P10 to P90"), "css": "lg-a"},
        ],
        "link": None,
        "table": None,
    }


def _expected(figure: Forecast | None) -> dict[str, list[float]]:
    names = ("mean", "p10", "p50", "p90")
    return {
        name: [float(value) for value in getattr(figure, name)[:SHOWN_WEEKS]] if figure else []
        for name in names
    }


def _chart(
    labels: Sequence[str],
    history: Sequence[float],
    expected: Mapping[str, Sequence[float]],
    *,
    every: int,
    width: int = 736,
    height: int = 214,
) -> draw.Chart:
    """Bars for the past; the fan stands where its weeks are."""
    nothing = [0.0] * len(history)
    bars = [draw.Series(_("Wanted"), [*history, *(0.0 for _n in expected["mean"])])]
    made = draw.bars(
        labels, bars, line=[*nothing, *expected["p90"]], width=width, height=height, label_every=every
    )
    top = draw.scale(max([*history, *expected["p90"], 0.0]))[-1]
    column = (width - draw.LEFT) / max(1, len(labels))

    def points(values: Sequence[float]) -> list[str]:
        room = height - draw.BOTTOM - draw.TOP
        return [
            f"{draw.LEFT + (len(history) + n + 0.5) * column:.1f} {height - draw.BOTTOM - room * v / top:.1f}"
            for n, v in enumerate(values)
        ]

    if not expected["mean"]:
        return replace(made, line="")
    area = [*points(expected["p90"]), *reversed(points(expected["p10"]))]
    return replace(
        made,
        fill=f"M{'L'.join(area)}Z",
        stroke=f"M{'L'.join(points(expected['p50']))}",
        line=f"M{'L'.join(points(expected['mean']))}",
    )


def layers(ctx: Ctx, record: DemandItem) -> dict[str, Any]:
    """What each of the next thirteen weeks is made of."""
    weeks = queries.plan_of(ctx, item_id=record.item_id, weeks=SHOWN_WEEKS)
    spans = _spans(record, weeks)
    unit = record.item.unit.code
    heads = (
        _("Week of"),
        _("Orders"),
        _("Pipeline"),
        _("Statistical"),
        _("Promotions"),
        _("Own figure"),
        _("Consumed"),
        _("Forecast left"),
        _("Total"),
    )
    rows = [_row(one, spans.get(one.week, ""), unit) for one in weeks]
    rows.append(_total(weeks, unit))
    made = plain_table(
        _("Layers by week"),
        heads,
        rows,
        slots=("a1", "b1", "b2", "hide", "hide", "hide", "hide", "c1", "a2"),
        sub=_("Total = orders + forecast left + pipeline"),
    )
    return {**made, "id": "layers", "empty": "", "empty_action": None, "end_action": None, "link": None}


def _row(one: Layers, span: str, unit: str) -> list[Cell]:
    deals = _("{quantity} of deals").format(quantity=_plain(one.of_deals)) if one.of_deals else ""
    return [
        Cell(kind="date", value=one.week, strong=True),
        _quantity(one.orders, unit, sub=deals),
        _quantity(one.pipeline, unit),
        _quantity(one.statistical, unit, sub=span),
        _quantity(one.promotion, unit) if one.promotion else Cell(text="–"),
        Cell(text="–") if one.override is None else _quantity(one.override, unit),
        _quantity(one.consumed, unit),
        _quantity(one.left, unit),
        _quantity(one.total, unit, strong=True),
    ]


def _total(weeks: Sequence[Layers], unit: str) -> list[Cell]:
    def summed(name: str) -> Decimal:
        return sum((getattr(one, name) for one in weeks), ZERO)

    return [
        Cell(text=_("Together"), strong=True),
        *(
            _quantity(summed(name), unit, strong=True)
            for name in ("orders", "pipeline", "statistical", "promotion")
        ),
        Cell(text=""),
        *(_quantity(summed(name), unit, strong=True) for name in ("consumed", "left", "total")),
    ]


def _spans(record: DemandItem, weeks: Sequence[Layers]) -> dict[date, str]:
    """P10 to P90 of the item, by week."""
    run: Run | None = record.run
    figure = queries.item_figure(record, run=run) if run else None
    if run is None or figure is None:
        return {}
    start = (weeks[0].week - run.first_week).days // 7
    pairs = list(zip(figure.p10, figure.p90, strict=True))[start:]
    return {
        one.week: _("{low} to {high}").format(low=_plain(low), high=_plain(high))
        for one, (low, high) in zip(weeks, pairs, strict=False)
    }


def own_figures(ctx: Ctx, record: DemandItem) -> dict[str, Any]:
    """Who expects something else than history does, and why; the newest first."""
    cells = [
        [
            Cell(kind="date", value=one.week, strong=True),
            Cell(text=one.series.whom),
            _quantity(one.quantity, record.item.unit.code),
            Cell(text=one.reason, wrap=True),
            Cell(text=str(one.author), sub=draw_text.day(one.at.date())),
        ]
        for one in queries.own_figures(record)[:50]
    ]
    heads = (_("Week of"), _("Customer"), _("Own figure"), _("Reason"), _("By"))
    made = plain_table(_("Own figures"), heads, cells, slots=("a1", "b1", "a2", "c1", "c2"))
    empty = _("Nobody differs from the statistical figures. Type in the grid to do so.")
    return {**made, "id": "own", "empty": empty, "empty_action": None, "end_action": None, "link": None}


def _quantity(value: Decimal, unit: str, *, sub: str = "", strong: bool = False) -> Cell:
    return Cell(kind="quantity", value=value, unit=unit, sub=sub, strong=strong, decimals=_places(value))


def _places(value: Decimal) -> int:
    return 0 if value == value.to_integral_value() else 1


def _plain(value: Decimal) -> str:
    return draw_text.number(value, decimals=_places(value))
