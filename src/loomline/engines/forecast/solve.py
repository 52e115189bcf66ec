"""Forecast many series of demand, with intervals that hold what they promise.

  loomline solve forecast SERIES.csv --horizon 12 --freq MS --levels 80,95 --out F.csv
  loomline solve forecast SERIES.csv --horizon 8 --freq W --report R.csv --effort thorough
  loomline solve forecast SERIES.csv --horizon 4 --freq W --with promo,price --future F.csv --out OUT.csv
  loomline solve forecast SERIES.csv --horizon 6 --freq MS --sums customer,region,item --out OUT.csv

SERIES.csv has the columns unique_id, ds, y (any delimiter, also .gz or .xlsx), one row a period. Dates of a
series ascend; an empty y and a missing date are gaps. Frequencies: H D W MS QS YS (months, quarters and
years by their first day). The result has unique_id, ds, mean, lo-80, hi-80, lo-95, hi-95 for the periods
after the last one of each series.

  --with      more columns that move demand: promotions (0 or 1), prices, pipeline; --future is a file with
              unique_id, ds and these columns for the periods to come
  --stockout  a column that is 1 where the shelf was empty: what was sold then is the least that was asked for
  --like      a column that says what an item is like (its category): new items borrow the shape of its others
  --sums      columns to sum over: rows are added for every total, and all of them add up
  --whole     whole units; sums stay exact
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from loomline.engines import columns
from loomline.engines.bad_input import BadInput
from loomline.engines.columns import Columns
from loomline.engines.forecast.calendar import FREQUENCIES
from loomline.engines.forecast.forecasting import Forecast, Settings, forecast
from loomline.engines.forecast.panel import read_panel
from loomline.engines.forecast.steady import EFFORTS
from loomline.engines.heavy import heavy
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the forecast."""
    parser.add_argument("series", type=Path, metavar="SERIES.csv")
    parser.add_argument("--horizon", type=int, required=True, help="periods to forecast")
    parser.add_argument("--freq", required=True, help=f"one of {', '.join(FREQUENCIES)}")
    parser.add_argument("--levels", default="80,95", help="coverage of the intervals in percent")
    parser.add_argument("--out", type=Path, help="where the forecasts go (CSV)")
    parser.add_argument(
        "--report", type=Path, help="a CSV with a row for each series: its class and backtest"
    )
    parser.add_argument("--effort", default="normal", help=f"one of {', '.join(EFFORTS)}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--clean", choices=("auto", "none"), default="auto", help="look for stock-outs, outliers"
    )
    parser.add_argument("--negatives", choices=("refuse", "allow"), default="refuse")
    parser.add_argument("--stockout", metavar="COLUMN", default="")
    parser.add_argument("--like", metavar="COLUMN", default="")


def run(options: argparse.Namespace, watch: Watch) -> str:
    """Read, forecast, write, and say what came out."""
    # Threads of the trees that spin while they wait slow each other down on a busy machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    levels = _levels(options.levels)
    table = columns.read(options.series)
    panel = read_panel(table, freq=options.freq, negatives=options.negatives == "allow")
    settings = Settings(
        horizon=options.horizon,
        levels=levels,
        effort=options.effort,
        search=options.clean == "auto",
        seed=options.seed,
    )
    started = time.monotonic()
    made = forecast(panel, settings, watch)
    seconds = time.monotonic() - started
    if options.out:
        _write(made, options.out, _style(table))
    return _summary(made, seconds, options.out)


def _levels(text: str) -> tuple[int, ...]:
    try:
        levels = tuple(dict.fromkeys(int(one) for one in text.split(",") if one.strip()))
    except ValueError as fault:
        raise BadInput(f'The levels "{text}" are no whole numbers.', remedy="Say --levels 80,95.") from fault
    return levels


def _style(table: Columns) -> str:
    """Dates are written as they were read: only a day, or with a time after a T or a blank."""
    first = table.cells["ds"][0]
    return "D" if len(first) <= 10 else first[10]


def _dates(dates: NDArray[np.datetime64], style: str) -> list[list[str]]:
    if style == "D":
        return np.datetime_as_string(dates.astype("datetime64[D]")).tolist()
    text = np.datetime_as_string(dates, unit="s")
    return np.char.replace(text, "T", style).tolist()


def _write(made: Forecast, path: Path, style: str) -> None:
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
                out.writerow([name, dates[at][step], *(f"{number:.10g}" for number in row)])


def _summary(made: Forecast, seconds: float, out: Path | None) -> str:
    count = len(made.panel.ids)
    kinds: dict[str, int] = {}
    for profile in made.profiles:
        kinds[profile.kind] = kinds.get(profile.kind, 0) + 1
    lines = [
        f"{count} series ({', '.join(f'{n} {kind}' for kind, n in sorted(kinds.items()))}), "
        f"{made.settings.horizon} periods ahead, {seconds:.1f} s, {count / max(seconds, 1e-9):.0f} series/s"
    ]
    for one in made.qualities:
        covered = ", ".join(f"{level} %: {share:.1%}" for level, share in one.coverage.items())
        lines.append(
            f"{one.group}: backtest {one.measure} {one.error:.3f}, naive {one.naive_error:.3f}, "
            f"value added {one.value_added:+.3f}, bias {one.bias:+.3f}; coverage {covered}"
        )
        best = sorted(one.weights.items(), key=lambda pair: -pair[1])[:4]
        lines.append(f"  weights: {', '.join(f'{name} {share:.0%}' for name, share in best)}")
    if out:
        lines.append(f"written to {out}")
    return "\n".join(lines)
