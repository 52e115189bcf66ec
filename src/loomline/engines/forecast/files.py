"""Forecasts as files: one row a period, and a report with one row a series."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from loomline.engines.columns import Columns
from loomline.engines.forecast.forecasting import Forecast
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")


def date_style(table: Columns) -> str:
    """How dates were written: "D" for days only, else the sign between day and time."""
    first = table.cells["ds"][0]
    return "D" if len(first) <= 10 else first[10]


def write_forecast(made: Forecast, path: Path, style: str) -> None:
    """Write unique_id, ds, mean and the bounds of each level, series by series."""
    levels = made.settings.levels
    header = ["unique_id", "ds", "mean", *(f"{side}-{level}" for level in levels for side in ("lo", "hi"))]
    dates = _dates(made.panel.future(made.settings.horizon), style)
    tables = [made.mean, *(bound for level in levels for bound in made.interval(level))]
    numbers = np.stack(tables, axis=2)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(header)
        for at, name in enumerate(made.panel.ids):
            for step, row in enumerate(numbers[at].tolist()):
                out.writerow([name, dates[at][step], *(f"{number:.12g}" for number in row)])


def write_report(made: Forecast, path: Path) -> None:
    """Write what is known of each series: its class, its method, and its figures in the backtest."""
    figures = {}
    for one in made.qualities:
        for turn, at in enumerate(one.rows):
            figures[one.group == "sums", at] = (
                one.series_rmsse[turn],
                one.series_bias[turn],
                one.series_signal[turn],
                one.series_added[turn],
            )
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(REPORT)
        for at, (name, profile) in enumerate(zip(made.panel.ids, made.profiles, strict=True)):
            key = (at < made.sums, at if at < made.sums else at - made.sums)
            known = figures.get(key, (float("nan"),) * 4)
            past = made.past[at]
            out.writerow(
                [
                    name,
                    profile.kind,
                    profile.length,
                    profile.known,
                    _number(profile.adi),
                    _number(profile.cv2),
                    profile.season,
                    int(past.stockouts.sum()),
                    int(past.outliers.sum()),
                    made.methods[at],
                    *(_number(figure) for figure in known),
                ]
            )


REPORT = (
    "unique_id",
    "class",
    "periods",
    "known",
    "adi",
    "cv2",
    "season",
    "stockouts",
    "outliers",
    "method",
    "rmsse",
    "bias",
    "tracking_signal",
    "value_added",
)


def _number(figure: float) -> str:
    return "" if figure != figure else f"{figure:.6g}"


def _dates(dates: NDArray[np.datetime64], style: str) -> list[list[str]]:
    if style == "D":
        days: list[list[str]] = np.datetime_as_string(dates.astype("datetime64[D]")).tolist()
        return days
    text = np.datetime_as_string(dates, unit="s")
    made: list[list[str]] = np.char.replace(text, "T", style).tolist()
    return made
