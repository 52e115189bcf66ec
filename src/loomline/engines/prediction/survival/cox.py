"""Proportional hazards (Cox 1972) with Efron's (1977) treatment of ties, a ridge, and Breslow's baseline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.prediction.survival.kaplan_meier import event_table
from loomline.engines.watch import Stopped, Watch

if TYPE_CHECKING:
    import numpy as np
    import scipy.linalg as linalg
    from numpy.typing import NDArray
else:
    np = heavy("numpy")
    linalg = heavy("scipy.linalg")

STEPS = 50
STEEPEST = 40.0
WATCH = Watch()


@dataclass(frozen=True)
class Cox:
    """A fitted model: hazard(t | x) = baseline(t) · exp((x - means) · weights).

    `weights` and `means` have shape (columns,); `times` and `hazard` (m,) are the cumulative baseline of a
    mean case; `errors` are the standard errors of the weights, `log_likelihood` the partial one.
    """

    weights: NDArray[np.float64]
    errors: NDArray[np.float64]
    means: NDArray[np.float64]
    times: NDArray[np.float64]
    hazard: NDArray[np.float64]
    log_likelihood: float

    def risk(self, columns: NDArray[np.float64]) -> NDArray[np.float64]:
        """The log of the hazard against the mean case, shape (rows,)."""
        return (columns - self.means) @ self.weights

    def survival(self, columns: NDArray[np.float64], when: NDArray[np.float64]) -> NDArray[np.float64]:
        """Survival of rows (n, columns) at times (m,), shape (n, m)."""
        place = np.searchsorted(self.times, when, side="right")
        baseline = np.concatenate([[0.0], self.hazard])[place]
        scale = np.exp(np.clip(self.risk(columns), -STEEPEST, STEEPEST))
        return np.exp(-np.outer(scale, baseline))


def fit(
    columns: NDArray[np.float64],
    duration: NDArray[np.float64],
    event: NDArray[np.float64],
    *,
    ridge: float = 0.0,
    watch: Watch = WATCH,
) -> Cox:
    """Maximise the partial likelihood less ridge/2 · |weights|² by Newton's method, halving bad steps."""
    means = columns.mean(axis=0)
    order = np.argsort(-duration, kind="stable")
    x, d, e = columns[order] - means, duration[order], event[order]
    weights = np.zeros(x.shape[1])
    value, slope, curve = _likelihood(weights, x, d, e, ridge, watch)
    for _ in range(STEPS):
        step = linalg.solve(curve, slope, assume_a="sym")
        for _ in range(20):
            tried = _likelihood(weights + step, x, d, e, ridge, watch)
            if tried[0] >= value - 1e-9:
                break
            step = step / 2
        gained = tried[0] - value
        weights = weights + step
        value, slope, curve = tried
        if abs(gained) < 1e-9 * (1 + abs(value)):
            break
    errors = np.sqrt(np.maximum(np.diag(linalg.pinvh(curve)), 0.0))
    times, hazard = _baseline(x @ weights, d, e)
    return Cox(weights, errors, means, times, hazard, value + ridge / 2 * float(weights @ weights))


def _likelihood(
    weights: NDArray[np.float64],
    x: NDArray[np.float64],
    duration: NDArray[np.float64],
    event: NDArray[np.float64],
    ridge: float,
    watch: Watch,
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Value, slope and curvature; rows are sorted from the longest duration to the shortest."""
    score = np.clip(x @ weights, -STEEPEST, STEEPEST)
    scale = np.exp(score)
    size = x.shape[1]
    total, slope_sum, curve_sum = 0.0, np.zeros(size), np.zeros((size, size))
    value, slope, curve = -ridge / 2 * float(weights @ weights), -ridge * weights, ridge * np.eye(size)
    starts = np.flatnonzero(np.append(True, np.diff(duration) != 0))
    ends = np.append(starts[1:], len(duration))
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if watch.is_stopped():
            raise Stopped
        rows, weight = x[start:end], scale[start:end]
        total += float(weight.sum())
        slope_sum = slope_sum + weight @ rows
        curve_sum = curve_sum + (rows * weight[:, None]).T @ rows
        died = event[start:end] == 1
        count = int(died.sum())
        if not count:
            continue
        # Efron: of the tied events, each next one meets a risk set with one share less of the tied.
        shares = np.arange(count) / count
        tied, tied_weight = rows[died], weight[died]
        tied_slope = tied_weight @ tied
        left = total - shares * float(tied_weight.sum())
        means = (slope_sum[None, :] - shares[:, None] * tied_slope[None, :]) / left[:, None]
        tied_curve = (tied * tied_weight[:, None]).T @ tied
        value += float(score[start:end][died].sum()) - float(np.log(left).sum())
        slope = slope + tied.sum(axis=0) - means.sum(axis=0)
        curve = curve + curve_sum * float((1 / left).sum()) - tied_curve * float((shares / left).sum())
        curve = curve - means.T @ means
    return value, slope, curve


def _baseline(
    score: NDArray[np.float64], duration: NDArray[np.float64], event: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Breslow's cumulative hazard of the mean case at each time of an event."""
    times, deaths, _ = event_table(duration, event)
    scale = np.exp(np.clip(score, -STEEPEST, STEEPEST))
    at_risk = np.cumsum(scale)
    # Sorted from long to short: those at risk at t are the rows up to the last with a duration of t or more.
    last = np.searchsorted(-duration, -times, side="right") - 1
    return times, np.cumsum(deaths / at_risk[last])
