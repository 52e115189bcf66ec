"""How steady a process is: control charts with their signals, and how well it fits between its limits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, Max, Min, StdDev

from loomline.domains.quality.models import Check, CheckPlan, CheckState, Reading, Sampling
from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import NotInstalled
from loomline.engines.quality import attributes, charts, rules
from loomline.engines.quality import capability as engine
from loomline.engines.quality.chart import Chart

# Limits come from the first so many points; the later ones are judged by them.
BASE = 25
MOST = 200
FEWEST = 3


@dataclass(frozen=True, slots=True)
class Capability:
    """How well measured values lie between the limits of a plan.

    `ppk` is what the process did, by the spread of all values; `cpk` is what it can do, by the spread from
    one value to the next, or within samples.
    """

    count: int
    mean: Decimal | None
    deviation: Decimal | None
    lowest: Decimal | None
    highest: Decimal | None
    ppk: Decimal | None
    cpk: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a chart, of which check, and the rules that it breaks."""

    check_id: int
    number: str
    at: datetime
    value: float
    centre: float
    lower: float
    upper: float
    signals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Control:
    """A control chart ready to be drawn."""

    name: str
    points: tuple[Point, ...]

    @property
    def signals(self) -> list[Point]:
        """The points that break a rule."""
        return [point for point in self.points if point.signals]


@dataclass(frozen=True, slots=True)
class ControlCharts:
    """The charts of a plan, the one of the location first; `why` says why there are none."""

    charts: tuple[Control, ...] = field(default_factory=tuple)
    why: str = ""


def control_charts(*, plan: CheckPlan) -> ControlCharts:
    """The control charts of what was found by a plan: X-bar and R of samples, single values, or shares.

    Two statements at most.
    """
    done = Check.objects.filter(plan=plan).exclude(state=CheckState.OPEN)
    kept = (
        done.exclude(nonconforming=None)
        if plan.sampling == Sampling.ATTRIBUTES
        else done.exclude(measured=None)
    )
    rows = list(kept.order_by("-checked_at", "-pk")[:MOST])[::-1]
    if len(rows) < FEWEST:
        return ControlCharts()
    try:
        return ControlCharts(tuple(_charts(plan, rows)))
    except (BadInput, NotInstalled) as fault:
        return ControlCharts(why=str(fault))


def _charts(plan: CheckPlan, rows: Sequence[Check]) -> Iterable[Control]:
    base = min(BASE, len(rows))
    if plan.sampling == Sampling.ATTRIBUTES:
        found, sizes = [row.nonconforming or 0 for row in rows], [row.sample_size or 1 for row in rows]
        yield _control(rows, attributes.p_chart(found, sizes, base=base), rules.NELSON[:4])
        return
    if plan.sampling == Sampling.VARIABLES:
        pair = charts.xbar_s(_samples(rows), base=base)
    else:
        pair = charts.imr([float(row.measured or 0) for row in rows], base=base)
    yield _control(rows, pair.location, rules.NELSON)
    yield _control(rows, pair.spread, rules.NELSON[:1])


def _samples(rows: Sequence[Check]) -> list[list[float]]:
    """The readings of each check in a row as long as the longest; what is missing is no number."""
    by_check: dict[int, list[float]] = {row.pk: [] for row in rows}
    readings = Reading.objects.filter(inspection__in=by_check).order_by("inspection", "position")
    for check, value in readings.values_list("inspection_id", "value"):
        by_check[check].append(float(value))
    width = max(map(len, by_check.values()))
    return [values + [float("nan")] * (width - len(values)) for values in by_check.values()]


def _control(rows: Sequence[Check], chart: Chart, by: Iterable[rules.Rule]) -> Control:
    broken: dict[int, list[str]] = {}
    for signal in rules.signals(chart, by):
        broken.setdefault(signal.position, []).append(f"{signal.rule.name}: {signal.rule.says}")
    figures: Any = zip(chart.points, chart.centre, chart.lower, chart.upper, strict=True)
    points = []
    for n, (row, figure) in enumerate(zip(rows, figures, strict=True)):
        value, centre, lower, upper = map(float, figure)
        at = row.checked_at or row.opened_at
        point = Point(row.pk, str(row.number), at, value, centre, lower, upper, tuple(broken.get(n, ())))
        points.append(point)
    # The first moving range is no number.
    return Control(chart.name, tuple(point for point in points if not math.isnan(point.value)))


def capability(*, plan: CheckPlan) -> Capability:
    """Mean, spread and capability of what was measured by a plan; of samples, of every reading."""
    if plan.sampling == Sampling.VARIABLES:
        rows: Any = Reading.objects.filter(inspection__plan=plan)
        name = "value"
    else:
        rows, name = Check.objects.filter(plan=plan, measured__isnull=False), "measured"
    sums = rows.aggregate(
        count=Count("pk"),
        mean=Avg(name),
        deviation=StdDev(name, sample=True),
        lowest=Min(name),
        highest=Max(name),
    )
    mean, deviation = sums["mean"], sums["deviation"]
    deviation = Decimal(str(deviation)) if deviation is not None else None
    return Capability(
        sums["count"],
        mean,
        deviation,
        sums["lowest"],
        sums["highest"],
        nearest(mean=mean, deviation=deviation, lower=plan.lower, upper=plan.upper),
        _within(plan, rows, name),
    )


def nearest(
    *, mean: Decimal | None, deviation: Decimal | None, lower: Decimal | None, upper: Decimal | None
) -> Decimal | None:
    """The distance from the mean to the nearer limit in units of three standard deviations."""
    if mean is None or not deviation:
        return None
    sides = [upper - mean if upper is not None else None, mean - lower if lower is not None else None]
    found = [side / (3 * deviation) for side in sides if side is not None]
    return min(found) if found else None


def _within(plan: CheckPlan, rows: Any, name: str) -> Decimal | None:
    """Cpk by the engine; None where it says nothing, or is not installed."""
    if plan.sampling == Sampling.VARIABLES:
        last = list(Check.objects.filter(plan=plan, measured__isnull=False).order_by("-pk")[:MOST])[::-1]
        values: Any = _samples(last) if last else []
    else:
        found = list(rows.order_by("-checked_at", "-pk").values_list(name, flat=True)[:MOST])
        values = [float(value) for value in reversed(found)]
    if len(values) < FEWEST:
        return None
    lower, upper = (float(limit) if limit is not None else None for limit in (plan.lower, plan.upper))
    try:
        return Decimal(f"{engine.study(values, lower=lower, upper=upper).cpk.value:.6f}")
    except (BadInput, NotInstalled):
        return None
