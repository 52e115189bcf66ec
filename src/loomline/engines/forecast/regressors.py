"""What promotions, prices and the pipeline do to demand: effects learned over the panel, then by series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.forecast.profile import filled
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    np = heavy("numpy")

SMOOTH = 13


@dataclass(frozen=True)
class Effects:
    """Effects [series, regressor] in logarithms, and the regressors [periods, regressor] of each series."""

    names: tuple[str, ...]
    coefficients: Floats
    drivers: tuple[Floats, ...]

    def factor(self, series: int) -> Floats:
        """What demand of the series is multiplied by in each period, past and future [periods + horizon]."""
        made: Floats = np.exp(np.clip(self.drivers[series] @ self.coefficients[series], -3, 3))
        return made


def learn_effects(
    values: Sequence[Floats], regressors: dict[str, tuple[Floats, ...]], horizon: int
) -> Effects:
    """Learn how demand [periods] moves with the regressors [periods + horizon] of each series.

    Demand and regressors are taken relative to their own moving means, so that trend does not pose as an
    effect (Frisch and Waugh 1933); a series' own coefficients are drawn to those of the panel by ridge
    regression. A regressor of zeros and ones is taken as it is, a positive one as its logarithm. Raises
    BadInput when future values are missing.
    """
    names = tuple(regressors)
    drivers = tuple(
        _drivers([regressors[name][at] for name in names], names, len(one), horizon, at)
        for at, one in enumerate(values)
    )
    moments, products, noise = [], [], []
    for one, driver in zip(values, drivers, strict=True):
        x, y = _relative(one, driver[: len(one)])
        moments.append(x.T @ x)
        products.append(x.T @ y)
        noise.append(y)
    count = len(names)
    total = np.sum(moments, axis=0)
    small = 1e-6 * np.trace(total) / max(count, 1) + 1e-9
    pooled = np.linalg.solve(total + small * np.eye(count), np.sum(products, axis=0))
    variance = float(np.concatenate(noise).var()) + 1e-9
    # Own coefficients are believed to differ from the panel's by 0.3 or so.
    ridge = variance / 0.3**2 * np.eye(count)
    own = [
        np.linalg.solve(moment + ridge, product + ridge @ pooled)
        for moment, product in zip(moments, products, strict=True)
    ]
    return Effects(names, np.array(own), drivers)


def _drivers(columns: list[Floats], names: tuple[str, ...], length: int, horizon: int, at: int) -> Floats:
    made = np.zeros((length + horizon, len(names)))
    for turn, (column, name) in enumerate(zip(columns, names, strict=True)):
        ahead = column[length : length + horizon]
        if len(ahead) < horizon or np.isnan(ahead).any():
            missing = int(np.isnan(ahead).argmax()) if np.isnan(ahead).any() else len(ahead)
            raise BadInput(
                f"The regressor {name} has no value in period {missing + 1} of the future.",
                remedy=f"Give it for all {horizon} periods to come.",
                position=at,
                column=name,
            )
        made[:, turn] = _driver(np.r_[filled(column[:length]), ahead], length)
    return made


def _driver(whole: Floats, length: int) -> Floats:
    """Zeros and ones as they are, a positive regressor as its logarithm, another relative to its size."""
    if np.isin(whole, (0.0, 1.0)).all():
        return whole
    mean = float(whole[:length].mean())
    if whole.min() > 0:
        return np.log(whole / mean)
    made: Floats = (whole - mean) / max(float(np.abs(whole[:length]).mean()), 1e-9)
    return made


def _relative(values: Floats, driver: Floats) -> tuple[Floats, Floats]:
    """Regressors [periods, regressor] and log demand [periods] less their moving means."""
    floor = 0.05 * max(float(np.abs(values).mean()), 1e-9)
    y = np.log(np.maximum(values, floor))
    width = min(SMOOTH, len(values) - (1 - len(values) % 2))
    kernel = np.full(width, 1 / width)
    edge = np.convolve(np.ones(len(values)), kernel, "same")
    table = np.column_stack([y, driver])
    mean = np.column_stack([np.convolve(column, kernel, "same") / edge for column in table.T])
    away = table - mean
    return away[:, 1:], away[:, 0]
