"""Small charts as plain geometry: numbers in, frozen dataclasses of ready SVG attributes out.

Coordinates are strings, so that no template can localize a decimal point into a comma.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spark:
    """A trend without axes: the line, and the area under it."""

    width: int
    height: int
    line: str
    area: str


@dataclass(frozen=True, slots=True)
class Ring:
    """One share of a hundred, as an arc."""

    text: str
    dash: str


@dataclass(frozen=True, slots=True)
class Series:
    """One named row of numbers; `css` names its colour class."""

    name: str
    values: Sequence[float]
    css: str = "a2"


@dataclass(frozen=True, slots=True)
class GridLine:
    """One horizontal line of the scale and its label."""

    y: str
    label: str


@dataclass(frozen=True, slots=True)
class AxisLabel:
    """One label under the chart."""

    x: str
    text: str
    strong: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle, with the sentence a reader hears for it."""

    x: str
    y: str
    width: str
    height: str
    css: str
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars, lines and scale of one chart; what is not drawn is empty."""

    width: int
    height: int
    left: str
    label_y: str
    grid: tuple[GridLine, ...]
    labels: tuple[AxisLabel, ...]
    bars: tuple[Bar, ...] = ()
    line: str = ""
    stroke: str = ""
    fill: str = ""


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of a ring of parts."""

    label: str
    text: str
    css: str
    dash: str
    offset: str


@dataclass(frozen=True, slots=True)
class Donut:
    """Parts of a whole, largest first as given."""

    total: str
    slices: tuple[Slice, ...]


Format = Callable[[float], str]

LEFT, BOTTOM, TOP = 34.0, 20.0, 10.0


def plain(value: float) -> str:
    """Write a number shortly where no reader's locale is known."""
    return f"{value:g}"


def spark(values: Sequence[float], *, width: int = 84, height: int = 34, pad: int = 3) -> Spark:
    """Draw a trend that fits a table cell or a key figure."""
    if len(values) < 2:
        return Spark(width, height, "", "")
    low, high = min(values), max(values)
    span = (high - low) or 1
    step = (width - 2 * pad) / (len(values) - 1)
    points = [
        (pad + i * step, height - pad - (v - low) / span * (height - 2 * pad)) for i, v in enumerate(values)
    ]
    line = _path(points)
    area = f"{line}L{points[-1][0]:.1f} {height}L{points[0][0]:.1f} {height}Z"
    return Spark(width, height, line, area)


def ring(value: float, *, of: float = 100) -> Ring:
    """Draw how much of a whole is reached."""
    share = max(0.0, min(100.0, 100 * value / of)) if of else 0.0
    return Ring(f"{value:g}", f"{share:.1f} 100")


def bars(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    line: Sequence[float] = (),
    now: int | None = None,
    width: int = 736,
    height: int = 214,
    label_every: int = 1,
    fmt: Format = plain,
) -> Chart:
    """Stack series as bars over shared labels, with one line across them where a second fact is compared."""
    totals = [sum(max(0.0, s.values[i]) for s in series) for i in range(len(labels))]
    ticks = scale(max([*totals, *line, 0.0]))
    column = (width - LEFT) / max(1, len(labels))
    y = _vertical(ticks[-1], height)
    stacks = (_stack(i, label, series, column, y, i == now, fmt) for i, label in enumerate(labels))
    centres = [(LEFT + i * column + column / 2, y(v)) for i, v in enumerate(line)]
    return Chart(
        width=width,
        height=height,
        left=f"{LEFT:g}",
        label_y=f"{height - 4}",
        grid=_grid(ticks, y, fmt),
        labels=_labels(labels, column, now, label_every),
        bars=tuple(bar for stack in stacks for bar in stack),
        line=_path(centres),
    )


def _stack(
    place: int,
    label: str,
    series: Sequence[Series],
    column: float,
    y: Callable[[float], float],
    is_now: bool,
    fmt: Format,
) -> list[Bar]:
    """Draw the bars over one label, each standing on the one before, a hair apart."""
    drawn: list[Bar] = []
    base = 0.0
    for one in series:
        value = max(0.0, one.values[place])
        if not value:
            continue
        top, foot = y(base + value), y(base) - (1.0 if base else 0.0)
        css = "a" if is_now and one.css == "a2" else one.css
        x, wide = LEFT + (place + 0.25) * column, column * 0.5
        high = max(0.5, foot - top)
        title = f"{label}: {one.name} {fmt(value)}"
        drawn.append(Bar(f"{x:.1f}", f"{top:.1f}", f"{wide:.1f}", f"{high:.1f}", css, title))
        base += value
    return drawn


def area(
    labels: Sequence[str],
    values: Sequence[float],
    *,
    width: int = 736,
    height: int = 214,
    label_every: int = 1,
    fmt: Format = plain,
) -> Chart:
    """Draw one quantity over time as a filled line."""
    ticks = scale(max([*values, 0.0]))
    column = (width - LEFT) / max(1, len(labels))
    y = _vertical(ticks[-1], height)
    points = [(LEFT + i * column + column / 2, y(max(0.0, v))) for i, v in enumerate(values)]
    stroke = _path(points)
    foot = height - BOTTOM
    fill = f"{stroke}L{points[-1][0]:.1f} {foot:.1f}L{points[0][0]:.1f} {foot:.1f}Z" if points else ""
    return Chart(
        width=width,
        height=height,
        left=f"{LEFT:g}",
        label_y=f"{height - 4}",
        grid=_grid(ticks, y, fmt),
        labels=_labels(labels, column, None, label_every),
        stroke=stroke,
        fill=fill,
    )


def donut(parts: Sequence[tuple[str, float]], *, fmt: Format = plain) -> Donut:
    """Draw parts of a whole; each gets the next colour of the series palette."""
    total = sum(value for _, value in parts)
    turned = 0.0
    slices: list[Slice] = []
    for i, (label, value) in enumerate(parts):
        share = 100 * value / total if total else 0.0
        shown = max(0.0, share - 0.6)
        dash = f"{shown:.2f} {100 - shown:.2f}"
        slices.append(Slice(label, fmt(value), f"s{i % 7}", dash, f"{25 - turned:.2f}"))
        turned += share
    return Donut(fmt(total), tuple(slices))


def stages(count: int, at: int, *, state: str = "now") -> tuple[str, ...]:
    """Name the class of each tick of a stage bar: all before `at` are done, `at` carries the state."""
    return tuple("done" if i < at else state if i == at else "" for i in range(count))


def scale(highest: float, *, steps: int = 4) -> tuple[float, ...]:
    """Choose round numbers for an axis that begins at nothing and covers the highest value."""
    if highest <= 0:
        return (0.0, 1.0)
    rough = highest / steps
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice * steps >= highest * 0.999)
    return tuple(step * i for i in range(math.ceil(highest / step - 1e-9) + 1))


def _vertical(top: float, height: int) -> Callable[[float], float]:
    return lambda value: height - BOTTOM - (height - BOTTOM - TOP) * value / top


def _grid(ticks: Sequence[float], y: Callable[[float], float], fmt: Format) -> tuple[GridLine, ...]:
    return tuple(GridLine(f"{y(tick):.1f}", fmt(tick)) for tick in ticks)


def _labels(labels: Sequence[str], column: float, now: int | None, every: int) -> tuple[AxisLabel, ...]:
    return tuple(
        AxisLabel(f"{LEFT + i * column + column / 2:.1f}", label, i == now)
        for i, label in enumerate(labels)
        if i % max(1, every) == 0 or i == now
    )


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) if points else ""
