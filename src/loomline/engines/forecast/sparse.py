"""Series without demand in many periods: the mean, and quantiles of what a period may ask for.

No formula fits the demand of spare parts, so quantiles come from what was seen: the own past (recent periods
count more), the past of series of the same size, and trees trained on the panel. The backtest decides, for
each quantile, how much each is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.forecast import intermittent
from loomline.engines.forecast.backtest import origin_cuts
from loomline.engines.forecast.sparse_trees import forecast_trees, train_trees
from loomline.engines.forecast.steady import Effort
from loomline.engines.heavy import heavy
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    np = heavy("numpy")

HALF_LIVES = (4.0, 8.0, 16.0, 1000.0)
BINS = 12
PATIENCE = 200
ROUNDS = 200


@dataclass(frozen=True)
class Sparse:
    """The mean [series, horizon] and quantiles [share, series, horizon] with the weights of their sources.

    `actual` [origin, series, horizon], `past_mean` and `past_bands` are the same at the origins of the
    backtest, NaN where a series has none; `past_naive` is the mean of the twelve periods before.
    """

    mean: Floats
    bands: Floats
    names: tuple[str, ...]
    weights: Floats
    actual: Floats
    past_mean: Floats
    past_naive: Floats
    past_bands: Floats


@dataclass(frozen=True)
class _Said:
    """What each source says: means [series, source, horizon], quantiles [share, series, source, horizon]."""

    means: Floats
    bands: Floats


def forecast_sparse(
    values: Sequence[Floats], horizon: int, shares: tuple[float, ...], effort: Effort, watch: Watch
) -> Sparse:
    """Forecast series [periods] without gaps; `shares` are the probabilities of the quantiles, ascending."""
    cuts = origin_cuts([len(one) for one in values], horizon, max(2, effort.origins), 4)
    ask = _asker(horizon, shares, effort)
    said, truth, rows, naive = [], [], [], []
    for turn, cut in enumerate(cuts.T):
        at = [int(i) for i in np.nonzero(cut)[0]]
        if not at:
            continue
        past = [values[i][: len(values[i]) - cut[i]] for i in at]
        said.append(ask(past, watch.part(turn / 3, (turn + 1) / 3)))
        truth.append(_truth([values[i] for i in at], cut[at], horizon))
        rows.append(at)
        naive.append([float(one[-12:].mean()) for one in past])
    now = ask(values, watch.part(0.7, 1.0))
    mean_size = np.array([float(np.abs(one).mean()) for one in values])
    size = np.maximum(mean_size, 0.5 * np.median(mean_size) + 1e-9)
    count = now.means.shape[1]
    weights = [_weights(_learn(said, truth, rows, size, None), count, None)]
    weights += [
        _weights(_learn(said, truth, rows, size, band), count, shares[band]) for band in range(len(shares))
    ]
    table = np.array(weights)
    mean, bands = _mixed(now, table)
    shape = (len(said), len(values), horizon)
    actual, past_mean, past_naive = (np.full(shape, np.nan) for _ in range(3))
    past_bands = np.full((len(said), len(shares), len(values), horizon), np.nan)
    for turn, (one, at) in enumerate(zip(said, rows, strict=True)):
        actual[turn, at] = truth[turn]
        past_naive[turn, at] = np.array(naive[turn])[:, None]
        past_mean[turn, at], past_bands[turn][:, at] = _mixed(one, table)
    return Sparse(mean, bands, SOURCES[:count], table, actual, past_mean, past_naive, past_bands)


SOURCES = (
    *(f"own-{life:g}" for life in HALF_LIVES),
    "kindred",
    "sba",
    "tsb",
    "imapa",
    "trees",
)


def _asker(
    horizon: int, shares: tuple[float, ...], effort: Effort
) -> Callable[[Sequence[Floats], Watch], _Said]:
    def ask(values: Sequence[Floats], watch: Watch) -> _Said:
        table = intermittent.aligned(values)
        own = [_weighted(table, life, shares) for life in HALF_LIVES]
        rates = [intermittent.sba(table), intermittent.tsb(table), intermittent.imapa(table)]
        kindred = _kindred(table, shares)
        means = [*(mean for mean, _ in own), np.mean([mean for mean, _ in own], axis=0), *rates]
        bands = [*(band for _, band in own), kindred, *(_scaled(own[2], rate) for rate in rates)]
        wide_means = np.repeat(np.stack(means, axis=1)[:, :, None], horizon, axis=2)
        wide_bands = np.repeat(np.stack(bands, axis=2)[..., None], horizon, axis=3)
        if effort.learning is not None:
            trees = train_trees(values, horizon, shares, effort.learning, watch)
            if trees is not None:
                mean, band = forecast_trees(trees, values)
                wide_means = np.concatenate([wide_means, mean[:, None]], axis=1)
                wide_bands = np.concatenate([wide_bands, band[:, :, None]], axis=2)
        watch.at(1.0, "sizes and intervals")
        return _Said(wide_means, wide_bands)

    return ask


def _truth(values: Sequence[Floats], cut: NDArray[np.int64], horizon: int) -> Floats:
    made = np.full((len(values), horizon), np.nan)
    for at, (one, n) in enumerate(zip(values, cut, strict=True)):
        seen = one[len(one) - n :][:horizon]
        made[at, : len(seen)] = seen
    return made


def _weighted(table: Floats, life: float, shares: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Mean [series] and quantiles [share, series] of each row; half a weight for each half-life back."""
    back = np.arange(table.shape[1])[::-1]
    weight = np.where(np.isnan(table), 0.0, 0.5 ** (back / life)[None])
    weight /= weight.sum(axis=1, keepdims=True)
    mean = (weight * np.nan_to_num(table)).sum(axis=1)
    order = np.argsort(table, axis=1)
    ranked = np.take_along_axis(table, order, axis=1)
    cumulated = np.cumsum(np.take_along_axis(weight, order, axis=1), axis=1)
    bands = []
    for share in shares:
        at = np.minimum((cumulated < share - 1e-12).sum(axis=1), table.shape[1] - 1)
        bands.append(np.nan_to_num(ranked[np.arange(len(table)), at]))
    return mean, np.array(bands)


def _kindred(table: Floats, shares: tuple[float, ...]) -> Floats:
    """Quantiles [share, series] of recent demand relative to its mean, pooled over series of like mean."""
    recent = table[:, -24:]
    mean = np.nanmean(recent, axis=1)
    rank = np.argsort(np.argsort(mean, kind="stable"), kind="stable")
    bins = rank * BINS // max(len(mean), 1)
    made = np.zeros((len(shares), len(mean)))
    for one in range(BINS):
        rows = (bins == one) & (mean > 0)
        if rows.any():
            pooled = recent[rows] / mean[rows][:, None]
            found = np.nanquantile(pooled, shares, method="inverted_cdf")
            made[:, rows] = found[:, None] * mean[rows][None]
    return made


def _scaled(own: tuple[Floats, Floats], rate: Floats) -> Floats:
    """The own quantiles moved to another mean, at most threefold."""
    mean, bands = own
    ratio = np.clip(np.where(mean > 0, rate / np.where(mean > 0, mean, 1), 1.0), 0.0, 3.0)
    made: Floats = bands * ratio[None]
    return made


def _learn(
    said: list[_Said], truth: list[Floats], rows: list[list[int]], size: Floats, band: int | None
) -> tuple[Floats, Floats] | None:
    """Forecasts [rows, source] and actual [rows] relative to the size of their series, of mean or band."""
    if not said or len({one.means.shape[1] for one in said}) > 1:
        return None
    forecasts, actual = [], []
    for one, real, at in zip(said, truth, rows, strict=True):
        known = ~np.isnan(real)
        source = one.means if band is None else one.bands[band]
        relative = np.broadcast_to(size[at][:, None], real.shape)[known]
        forecasts.append(np.moveaxis(source, 1, 2)[known] / relative[:, None])
        actual.append(real[known] / relative)
    return np.concatenate(forecasts), np.concatenate(actual)


def _weights(learned: tuple[Floats, Floats] | None, count: int, share: float | None) -> Floats:
    """Weights [source] by exponentiated gradient of the squared error (share None) or of the pinball loss."""
    equal = np.full(count, 1 / count)
    if learned is None or not len(learned[1]):
        return equal
    forecasts, actual = learned
    weights, total = equal.copy(), np.zeros(count)
    for turn in range(ROUNDS):
        away = forecasts @ weights - actual
        loss = np.clip(away, -5, 5) if share is None else np.where(away < 0, -share, 1 - share)
        slope = loss @ forecasts / len(actual)
        weights = weights * np.exp(np.clip(-4 * (slope - slope.mean()) / (1 + turn) ** 0.5, -2, 2))
        weights /= weights.sum()
        total += weights
    made: Floats = (len(actual) * total / ROUNDS + PATIENCE * equal) / (len(actual) + PATIENCE)
    return made


def _mixed(said: _Said, weights: Floats) -> tuple[Floats, Floats]:
    """The mean [series, horizon] and quantiles [share, series, horizon], which never cross."""
    mean = np.einsum("j,ijh->ih", weights[0], said.means)
    bands = np.einsum("qj,qijh->qih", weights[1:], said.bands)
    return np.maximum(mean, 0), np.maximum.accumulate(np.maximum(bands, 0), axis=0)
