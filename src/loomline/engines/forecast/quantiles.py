"""Intervals that hold what they promise: errors of the backtest become quantiles (conformal prediction)."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    np = heavy("numpy")

# Below this many errors the normal distribution lends its shape.
ENOUGH = 40
POWERS = (0.0, 0.5, 1.0)


@dataclass(frozen=True)
class Errors:
    """Errors of the past in units of the spread of their series [errors], and the step ahead of each."""

    sizes: Floats
    steps: NDArray[np.int64]
    horizon: int

    def growth(self) -> Floats:
        """How much wider errors are at each step ahead [horizon] than at the first, never shrinking."""
        free = np.sqrt(np.arange(1, self.horizon + 1, dtype=float))
        if not len(self.sizes):
            return free
        count = np.bincount(self.steps, minlength=self.horizon)
        total = np.bincount(self.steps, np.abs(self.sizes), minlength=self.horizon)
        overall = max(float(np.abs(self.sizes).mean()), 1e-12)
        shape = free * overall / float((free * count).sum() / max(count.sum(), 1))
        mean = (total + ENOUGH / 4 * shape) / (count + ENOUGH / 4)
        smooth = (
            np.convolve(np.pad(mean, 2, mode="edge"), np.full(5, 0.2), "valid") if len(mean) > 4 else mean
        )
        made: Floats = np.maximum.accumulate(smooth)
        return made

    def quantile(self, share: float) -> Floats:
        """The error at each step ahead [horizon] that a share of all errors stays below, in spreads."""
        growth = self.growth()
        if not len(self.sizes):
            made: Floats = growth * NormalDist().inv_cdf(share) * 1.2
            return made
        alike = self.sizes / growth[self.steps]
        overall = _conformal(alike, share)
        made = np.full(self.horizon, overall)
        for step in range(self.horizon):
            near = alike[np.abs(self.steps - step) <= max(1, self.horizon // 12)]
            weight = len(near) / (len(near) + 5 * ENOUGH)
            made[step] = weight * _conformal(near, share) + (1 - weight) * overall if len(near) else overall
        return made * growth


def _conformal(errors: Floats, share: float) -> float:
    """The empirical quantile with the correction for a finite sample, normal beyond what is known."""
    n = len(errors)
    rank = (n + 1) * share - 1
    normal = NormalDist().inv_cdf(share) * 1.2533 * float(np.abs(errors).mean())
    trust = n / (n + ENOUGH / 2)
    inside = float(np.interp(np.clip(rank, 0, n - 1), np.arange(n), np.sort(errors)))
    if rank < 0 or rank > n - 1:
        inside = min(inside, normal) if share < 0.5 else max(inside, normal)
    return trust * inside + (1 - trust) * normal


def errors_of(actual: Floats, forecasts: Floats, widths: Floats) -> Errors:
    """Errors of combined forecasts in units of widths, both [series, origin, horizon]; NaN are left out."""
    relative = (actual - forecasts) / widths
    known = ~np.isnan(relative)
    return Errors(relative[known], np.nonzero(known)[2], actual.shape[2])


def widths(forecasts: Floats, spread: Floats, level: Floats, power: float) -> Floats:
    """How far off to reckon with [..., horizon]: the spread [...], larger where the forecast is high.

    A power of 0 is an error of the same size at every height, of 1 one in proportion to the forecast.
    """
    ratio = np.abs(forecasts) / np.maximum(level, 1e-300)[..., None]
    made: Floats = spread[..., None] * np.clip(ratio, 0.1, 10.0) ** power
    return made


def best_power(actual: Floats, forecasts: Floats, spread: Floats, level: Floats) -> float:
    """The power of 0, 0.5 and 1 under which the errors of the past are likeliest (Laplace)."""
    known = ~np.isnan(actual - forecasts)
    if not known.any():
        return 0.0
    costs = []
    for power in POWERS:
        width = widths(forecasts, spread, level, power)[known]
        costs.append(
            np.log(width).mean() + np.log((np.abs(actual - forecasts)[known] / width).mean() + 1e-300)
        )
    return POWERS[int(np.argmin(costs))]
