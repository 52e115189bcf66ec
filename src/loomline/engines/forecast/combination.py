"""How much each member is believed: weights learned from the backtest of the whole panel, then by series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loomline.engines.forecast.backtest import Trial
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    np = heavy("numpy")

# Until the panel has shown this many origins, equal weights count as much as learned ones.
PATIENCE = 10
ROUNDS = 300
# Members that are only there to be beaten have no share until they earn it.
UNLIKELY = ("naive", "holt", "simple")


def learn_weights(trial: Trial, scale: Floats, level: Floats, *, tilt: float = 0.5) -> Floats:
    """Weights [series, member] that add up to one.

    The panel's weights minimise the absolute error of the combination (relative to the scale [series] of each
    series and to its level) by exponentiated gradient (Kivinen and Warmuth 1997) and are drawn to
    equal weights while there are few origins. `tilt` is how far a series believes its own past.
    """
    prior = _prior(trial.names)
    known = ~np.isnan(trial.actual)
    series = np.nonzero(known)[0]
    if not len(series) or len(trial.names) < 2:
        return np.repeat(prior[None], len(trial.actual), axis=0)
    forecasts = np.moveaxis(trial.forecasts, 2, 3)[known]
    actual = trial.actual[known]
    error = np.abs(forecasts - actual[:, None])
    row = _row_weights(error.mean(axis=1), series, scale, level)
    panel = _exponentiated(forecasts * row[:, None], actual * row, prior)
    origins = float((known.any(axis=2)).sum())
    panel = (origins * panel + PATIENCE * prior) / (origins + PATIENCE)
    return _tilted(panel, error, series, len(trial.actual), tilt)


def _prior(names: tuple[str, ...]) -> Floats:
    likely = np.array([0.0 if name.startswith(UNLIKELY) else 1.0 for name in names])
    # Global models are few and see more than the local ones.
    likely *= np.array([2.0 if name.startswith("global") else 1.0 for name in names])
    if not likely.sum():
        likely = np.ones(len(names))
    made: Floats = likely / likely.sum()
    return made


def _row_weights(error: Floats, series: NDArray[np.int64], scale: Floats, level: Floats) -> Floats:
    """Half of the loss is relative to the scale, half to the level; each is one on average."""
    made = np.zeros(len(error))
    for size in (scale, level):
        relative = 1 / np.maximum(size[series], 1e-12)
        made += relative / max(float((error * relative).mean()), 1e-12)
    return made


def _exponentiated(forecasts: Floats, actual: Floats, prior: Floats) -> Floats:
    # Each member starts with a share, also those that the prior does not like.
    weights = 0.9 * prior + 0.1 / len(prior)
    total = np.zeros_like(weights)
    for turn in range(ROUNDS):
        slope = np.sign(forecasts @ weights - actual) @ forecasts / len(actual)
        step = (slope - slope.mean()) / (1 + turn) ** 0.5
        weights = weights * np.exp(np.clip(-step, -2, 2))
        weights /= weights.sum()
        total += weights
    made: Floats = total / ROUNDS
    return made


def _tilted(panel: Floats, error: Floats, series: NDArray[np.int64], count: int, tilt: float) -> Floats:
    rows = np.bincount(series, minlength=count)
    total = np.stack([np.bincount(series, one, minlength=count) for one in error.T], axis=1)
    mean: Floats = total / np.maximum(rows, 1)[:, None]
    # A few steps of backtest say little about one series: 12 of them earn half of the tilt.
    trust = tilt * rows / (rows + 12)
    least = np.maximum(mean.min(axis=1, keepdims=True), 1e-3 * mean.max(axis=1, keepdims=True) + 1e-300)
    made = panel[None] * (np.maximum(mean, least) / least) ** -trust[:, None]
    weights: Floats = made / made.sum(axis=1, keepdims=True)
    return weights
