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
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from loomline.engines import columns
from loomline.engines.bad_input import BadInput
from loomline.engines.columns import Columns
from loomline.engines.forecast.calendar import FREQUENCIES
from loomline.engines.forecast.files import date_style, write_forecast, write_report
from loomline.engines.forecast.forecasting import Forecast, Settings, forecast
from loomline.engines.forecast.hierarchy import Hierarchy, nested
from loomline.engines.forecast.panel import Panel, labels, read_panel, with_future
from loomline.engines.forecast.steady import EFFORTS
from loomline.engines.forecast.totals import forecast_totals, in_whole_units
from loomline.engines.heavy import heavy
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the forecast."""
    add = parser.add_argument
    add("series", type=Path, metavar="SERIES.csv")
    add("--horizon", type=int, required=True, help="periods to forecast")
    add("--freq", required=True, help=f"one of {', '.join(FREQUENCIES)}")
    add("--levels", default="80,95", help="coverage of the intervals in percent")
    add("--out", type=Path, help="where the forecasts go (CSV)")
    add("--report", type=Path, help="a CSV with a row for each series: its class and its backtest")
    add("--effort", default="normal", help=f"one of {', '.join(EFFORTS)}")
    add("--seed", type=int, default=1)
    add("--clean", choices=("auto", "none"), default="auto", help="look for stock-outs and outliers")
    add("--negatives", choices=("refuse", "allow"), default="refuse")
    add("--with", dest="drivers", metavar="COLUMNS", default="", help="columns that move demand")
    add("--future", type=Path, help="a file with these columns for the periods to come")
    add("--stockout", metavar="COLUMN", default="", help="1 where the shelf was empty")
    add("--like", metavar="COLUMN", default="", help="what an item is like, for new ones")
    add("--sums", metavar="COLUMNS", default="", help="columns to sum over, the widest first")
    add("--whole", action="store_true", help="whole units")


def run(options: argparse.Namespace, watch: Watch) -> str:
    """Read, forecast, write, and say what came out."""
    # Threads of the trees that spin while they wait slow each other down on a busy machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    table = columns.read(options.series)
    panel, stockouts = _read(options, table)
    settings = Settings(
        horizon=options.horizon,
        levels=_levels(options.levels),
        effort=options.effort,
        search=options.clean == "auto",
        seed=options.seed,
        stockouts=stockouts,
        groups=tuple(labels(table, panel.ids, options.like)) if options.like else (),
    )
    summed = _hierarchy(table, panel, _names(options.sums))
    started = time.monotonic()
    made = forecast(panel, settings, watch.part(0.0, 0.7) if summed else watch)
    if summed:
        made = forecast_totals(made, summed, whole=options.whole, watch=watch.part(0.7, 1.0))
    elif options.whole:
        made = in_whole_units(made)
    seconds = time.monotonic() - started
    if options.out:
        write_forecast(made, options.out, date_style(table))
    if options.report:
        write_report(made, options.report)
    return _summary(made, seconds, options.out)


def _read(options: argparse.Namespace, table: Columns) -> tuple[Panel, tuple[NDArray[np.bool_], ...]]:
    """The panel with its regressors, past and future, and the marks of known stock-outs."""
    names, marks = _names(options.drivers), _names(options.stockout)
    panel = read_panel(
        table,
        freq=options.freq,
        regressors=(*names, *marks),
        negatives=options.negatives == "allow",
    )
    if bool(names) != bool(options.future):
        raise BadInput(
            "--with and --future need each other.",
            remedy="Name the columns, and a file with their values to come.",
        )
    regressors = dict(panel.regressors)
    found = regressors.pop(marks[0]) if marks else ()
    panel = replace(panel, regressors=regressors)
    if names:
        panel = with_future(panel, columns.read(options.future), names, options.horizon)
    return panel, tuple(np.nan_to_num(one) > 0 for one in found)


def _hierarchy(table: Columns, panel: Panel, names: tuple[str, ...]) -> Hierarchy | None:
    if not names:
        return None
    keys = list(zip(*(labels(table, panel.ids, name) for name in names), strict=True))
    return nested(keys, names, panel.ids)


def _names(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())


def _levels(text: str) -> tuple[int, ...]:
    try:
        return tuple(dict.fromkeys(int(one) for one in _names(text)))
    except ValueError as fault:
        raise BadInput(f'The levels "{text}" are no whole numbers.', remedy="Say --levels 80,95.") from fault


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
        covered = ", ".join(
            f"{level} %: {f'{share:.1%}' if share == share else 'unknown'}"
            for level, share in one.coverage.items()
        )
        lines.append(
            f"{one.group}: backtest {one.measure} {one.error:.3f}, naive {one.naive_error:.3f}, "
            f"value added {one.value_added:+.3f}, bias {one.bias:+.3f}; coverage {covered}"
        )
        best = sorted(one.weights.items(), key=lambda pair: -pair[1])[:4]
        lines.append(f"  weights: {', '.join(f'{name} {share:.0%}' for name, share in best)}")
    if out:
        lines.append(f"written to {out}")
    return "\n".join(lines)
