"""The same forecasts on many machines: blocks of series over any engine of Fugue, such as Spark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loomline.engines.bad_input import BadInput
from loomline.engines.columns import Columns
from loomline.engines.forecast.forecasting import Forecast, Settings, forecast
from loomline.engines.forecast.panel import read_panel
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
else:
    np = heavy("numpy")
    pd = heavy("pandas")

fugue: Any = heavy("fugue.api")
BLOCK = 500


def distribute(
    frame: pd.DataFrame,
    *,
    freq: str,
    settings: Settings,
    engine: Any = None,
    block: int = BLOCK,
    negatives: bool = False,
) -> pd.DataFrame:
    """Forecast a frame with unique_id, ds, y on an engine of Fugue, such as a Spark session.

    Blocks of `block` series learn from each other; which series stand in a block follows from their order in
    the frame only, so every engine gives the same figures as None (this process), and a single block the same
    as `forecast`. The result is a frame with unique_id, ds, mean, lo-80, hi-80, ..., and the method and the
    RMSSE of the backtest of the series. Raises BadInput for the whole frame before any work is sent away.
    """
    if settings.stockouts or settings.groups:
        raise BadInput(
            "Stock-outs and groups of single series are not sent to other machines.",
            remedy="Leave them out, or forecast in this process.",
        )
    cells = _cells(frame)
    read_panel(cells, freq=freq, negatives=negatives)
    code = pd.factorize(pd.Series(cells.cells["unique_id"]))[0]
    sent = pd.DataFrame(
        {
            **{name: cells.cells[name] for name in ("unique_id", "ds", "y")},
            "block": code // block,
            "row": np.arange(len(code)),
        }
    )
    numbers = ["mean", *(f"{side}_{level}" for level in settings.levels for side in ("lo", "hi"))]
    schema = ",".join(
        [
            "row:long",
            "unique_id:str",
            "ds:str",
            *(f"{one}:double" for one in numbers),
            "method:str,rmsse:double",
        ]
    )
    made = fugue.transform(
        sent,
        forecast_block,
        schema=schema,
        params={"freq": freq, "settings": settings, "negatives": negatives},
        partition={"by": "block", "num": int(code.max()) // block + 1},
        engine=engine,
        as_local=True,
    )
    table = fugue.as_pandas(made).sort_values(["row", "ds"], ignore_index=True).drop(columns="row")
    # Spark hands back texts and numbers in types of its own.
    texts = ("unique_id", "ds", "method")
    table = table.astype({name: object if name in texts else float for name in table})
    return table.rename(columns={one: one.replace("_", "-") for one in numbers if one != "mean"})


def forecast_block(frame: pd.DataFrame, freq: str, settings: Settings, negatives: bool) -> pd.DataFrame:
    """Forecast the series of one block; the unit of work that is sent to a worker."""
    ordered = frame.sort_values("row", ignore_index=True)
    first = ordered.groupby("unique_id", sort=False)["row"].min()
    panel = read_panel(_cells(ordered), freq=freq, negatives=negatives)
    return _table(forecast(panel, settings), first.loc[list(panel.ids)].to_numpy())


def _cells(frame: pd.DataFrame) -> Columns:
    """The frame as text, exact to the last digit, so that the same is checked and refused as in a file."""
    cells = {}
    for name in frame.columns:
        if name == "y" and frame[name].dtype.kind in "fiu":
            cells[name] = ["" if number != number else repr(number) for number in frame[name].tolist()]
        elif frame[name].dtype.kind == "M":
            cells[name] = np.datetime_as_string(frame[name].to_numpy(), unit="s").tolist()
        elif name in {"unique_id", "ds", "y"}:
            cells[name] = frame[name].astype(str).tolist()
    return Columns("", cells, len(frame))


def _table(made: Forecast, rows: Any) -> pd.DataFrame:
    horizon, levels = made.settings.horizon, made.settings.levels
    rmsse = np.full(len(made.panel.ids), np.nan)
    for one in made.qualities:
        rmsse[list(one.rows)] = one.series_rmsse
    dates = np.datetime_as_string(made.panel.future(horizon), unit="s")
    columns = {
        "row": np.repeat(rows, horizon),
        "unique_id": np.repeat(np.array(made.panel.ids, dtype=object), horizon),
        "ds": dates.ravel().astype(object),
        "mean": made.mean.ravel(),
    }
    for level in levels:
        low, high = made.interval(level)
        columns |= {f"lo_{level}": low.ravel(), f"hi_{level}": high.ravel()}
    columns["method"] = np.repeat(np.array(made.methods, dtype=object), horizon)
    columns["rmsse"] = np.repeat(rmsse, horizon)
    return pd.DataFrame(columns)
