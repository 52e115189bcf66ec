"""What a forecast is worth, told by the backtest: errors beside the naive forecast, bias, and coverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.forecast import accuracy
from loomline.engines.forecast.quantiles import Errors
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from loomline.engines.forecast.sparse import Sparse
    from loomline.engines.forecast.steady import Combined

    Floats = NDArray[np.float64]
else:
    np = heavy("numpy")


@dataclass(frozen=True)
class Quality:
    """The backtest of one group of series (`rows` of the panel).

    `error`, `naive_error` and `bias` are of the group and relative to its demand; `measure` says which error:
    WAPE of steady series, RMSE of sparse ones (whose smallest absolute error would be to forecast nothing).
    `coverage` says for each level which share of outcomes lay inside intervals that were made without them,
    NaN where the past is too short for that. `series_*` are [series]: RMSSE, bias, tracking signal and value
    added of each one.
    """

    group: str
    rows: tuple[int, ...]
    weights: dict[str, float]
    measure: str
    error: float
    naive_error: float
    bias: float
    coverage: dict[int, float]
    series_rmsse: Floats
    series_bias: Floats
    series_signal: Floats
    series_added: Floats

    @property
    def value_added(self) -> float:
        """What the forecast takes off the error of the naive one."""
        return self.naive_error - self.error


def quality_of_steady(
    combined: Combined, values: Sequence[Floats], rows: Sequence[int], levels: Sequence[int]
) -> Quality:
    """The figures of a combination; the naive forecast is the last value or, if better, the last season's."""
    trial = combined.trial
    actual = _flat(trial.actual)
    ours = _flat(combined.past)
    naives = [at for at, name in enumerate(trial.names) if name.startswith("naive")]
    options = [_flat(trial.forecasts[:, :, at]) for at in naives]
    naive = min(options, key=lambda one: _comparable(actual, one))
    weights = {
        name: float(share) for name, share in zip(combined.names, combined.weights.mean(axis=0), strict=True)
    }
    found = {level: _cross_coverage(combined, level) for level in levels}
    return _quality("steady", rows, weights, found, actual, ours, naive, values)


def quality_of_sparse(
    sparse: Sparse,
    values: Sequence[Floats],
    rows: Sequence[int],
    shares: Sequence[float],
    levels: Sequence[int],
) -> Quality:
    """The same for sparse series; their naive forecast is the mean of the twelve periods before."""
    actual = _flat(np.moveaxis(sparse.actual, 0, 1))
    ours = _flat(np.moveaxis(sparse.past_mean, 0, 1))
    naive = _flat(np.moveaxis(sparse.past_naive, 0, 1))
    weights = {name: float(share) for name, share in zip(sparse.names, sparse.weights[0], strict=True)}
    found = {}
    for level in levels:
        low, high = shares.index((100 - level) / 200), shares.index((100 + level) / 200)
        found[level] = accuracy.coverage(sparse.actual, sparse.past_bands[:, low], sparse.past_bands[:, high])
    return _quality("sparse", rows, weights, found, actual, ours, naive, values)


def _quality(
    group: str,
    rows: Sequence[int],
    weights: dict[str, float],
    coverage: dict[int, float],
    actual: Floats,
    ours: Floats,
    naive: Floats,
    values: Sequence[Floats],
) -> Quality:
    added = [
        accuracy.value_added(actual[at : at + 1], ours[at : at + 1], naive[at : at + 1])
        for at in range(len(actual))
    ]
    known = ~np.isnan(actual)
    total = float(np.abs(actual[known]).sum())
    measured = accuracy.wape if group == "steady" else _relative_rmse
    return Quality(
        group,
        tuple(rows),
        weights,
        "WAPE" if group == "steady" else "RMSE",
        measured(actual, ours),
        measured(actual, naive),
        float((ours - actual)[known].sum()) / total if total else float("nan"),
        coverage,
        accuracy.rmsse(actual, ours, values),
        accuracy.bias(actual, ours),
        accuracy.tracking_signal(actual, ours),
        np.array(added),
    )


def _relative_rmse(actual: Floats, forecast: Floats) -> float:
    known = ~np.isnan(actual)
    size = float(np.abs(actual[known]).mean()) if known.any() else 0.0
    return float(np.sqrt(((actual - forecast)[known] ** 2).mean())) / size if size else float("nan")


def _flat(table: Floats) -> Floats:
    """[series, origin, horizon] as [series, origin * horizon], oldest first."""
    return table[:, ::-1].reshape(len(table), -1)


def _comparable(actual: Floats, forecast: Floats) -> float:
    found = accuracy.wape(actual, forecast)
    return found if found == found else float("inf")


def _cross_coverage(combined: Combined, level: int) -> float:
    """Coverage of intervals of each half of the series whose errors come from the other half."""
    trial = combined.trial
    relative = (trial.actual - combined.past) / combined.past_widths
    if len(relative) < 20 and (~np.isnan(relative)).any(axis=(0, 2)).sum() > 1:
        # Few series: the halves are the origins.
        relative = np.moveaxis(relative, 1, 0)
    known = ~np.isnan(relative)
    halves = [np.arange(len(relative)) % 2 == one for one in (0, 1)]
    if any(not known[half].any() for half in halves):
        return float("nan")
    inside = 0
    for half in halves:
        other = known & ~half[:, None, None]
        errors = Errors(relative[other], np.nonzero(other)[2], relative.shape[2])
        low, high = errors.quantile((100 - level) / 200), errors.quantile((100 + level) / 200)
        mine = known & half[:, None, None]
        inside += int((((relative >= low) & (relative <= high)) & mine).sum())
    return inside / int(known.sum())
