"""How good forecasts were: the measures of the forecasting competitions and of the planning meeting.

Arrays are [series, horizon] unless said otherwise; NaN in `actual` is left out. `train` is a sequence of
series [periods]. A measure over no known value is NaN.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    np = heavy("numpy")


def smape(actual: Floats, forecast: Floats) -> Floats:
    """Symmetric absolute percentage error, 0 to 200, of each series (Makridakis and Hibon 2000); 0/0 is 0."""
    size = np.abs(actual) + np.abs(forecast)
    share = np.abs(actual - forecast) / np.where(size > 0, size, 1)
    return 200 * _mean(np.where(np.isnan(actual), np.nan, share))


def mape(actual: Floats, forecast: Floats) -> Floats:
    """Absolute percentage error of each series; periods without demand are left out."""
    share = np.abs(actual - forecast) / np.abs(np.where(actual == 0, np.nan, actual))
    return 100 * _mean(share)


def wape(actual: Floats, forecast: Floats) -> float:
    """Sum of absolute errors by the sum of demand, over all series."""
    known = ~np.isnan(actual)
    total = float(np.abs(actual[known]).sum())
    return float(np.abs(actual - forecast)[known].sum()) / total if total else float("nan")


def naive_scale(train: Sequence[Floats], season: int, *, power: int = 1) -> Floats:
    """Mean absolute (or squared) change of each series from one season to the next; NaN where it is 0."""
    made = np.full(len(train), np.nan)
    for at, values in enumerate(train):
        known = values[~np.isnan(values)]
        if len(known) > season:
            made[at] = float((np.abs(known[season:] - known[:-season]) ** power).mean())
    return np.where(made > 0, made, np.nan)


def mase(actual: Floats, forecast: Floats, train: Sequence[Floats], season: int) -> Floats:
    """Absolute error of each series by that of the seasonal naive one in the past (Hyndman, Koehler 2006)."""
    return _mean(np.abs(actual - forecast)) / naive_scale(train, season)


def rmsse(actual: Floats, forecast: Floats, train: Sequence[Floats], season: int = 1) -> Floats:
    """The same with squares and a root, as in M5 (Makridakis, Spiliotis and Assimakopoulos 2022)."""
    squares = _mean((actual - forecast) ** 2)
    made: Floats = np.sqrt(squares / naive_scale(train, season, power=2))
    return made


def owa(smape_: float, mase_: float, naive_smape: float, naive_mase: float) -> float:
    """Overall weighted average of M4: the mean of both errors relative to those of Naive2."""
    return (smape_ / naive_smape + mase_ / naive_mase) / 2


def pinball(actual: Floats, quantile: Floats, share: float) -> Floats:
    """Quantile loss of each series; `share` is the probability that the quantile was meant to have."""
    away = actual - quantile
    return _mean(np.maximum(share * away, (share - 1) * away))


def coverage(actual: Floats, lower: Floats, upper: Floats) -> float:
    """The share of the known values that lay inside their interval."""
    known = ~np.isnan(actual)
    inside = (actual >= lower) & (actual <= upper)
    return float(inside[known].mean()) if known.any() else float("nan")


def bias(actual: Floats, forecast: Floats) -> Floats:
    """Forecast less demand by demand, of each series: above zero is too much."""
    known = ~np.isnan(actual)
    total = np.where(known, np.abs(actual), 0).sum(axis=1)
    away = np.where(known, forecast - actual, 0).sum(axis=1)
    return np.where(total > 0, away / np.where(total > 0, total, 1), np.nan)


def tracking_signal(actual: Floats, forecast: Floats) -> Floats:
    """Sum of errors by their mean absolute size, of each series (Brown 1959): beyond 4 it is no accident.

    An error is demand less forecast, so that a forecast that stays too low has a positive signal.
    """
    error = actual - forecast
    known = ~np.isnan(error)
    size = _mean(np.abs(error))
    total = np.where(known, error, 0).sum(axis=1)
    exact = known.any(axis=1) & (np.nan_to_num(size) == 0)
    return np.where(exact, 0.0, total / np.where(size > 0, size, np.nan))


def value_added(actual: Floats, forecast: Floats, before: Floats) -> float:
    """What a step of forecasting takes away from the error: WAPE before less WAPE after (Gilliland 2010)."""
    return wape(actual, before) - wape(actual, forecast)


def _mean(values: Floats) -> Floats:
    with warnings.catch_warnings():
        # A series without a known value has no mean, and that is what NaN says.
        warnings.simplefilter("ignore", RuntimeWarning)
        made: Floats = np.nanmean(values, axis=1)
    return made
