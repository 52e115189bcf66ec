"""Accelerated failure times with Weibull errors by maximum likelihood (Kalbfleisch & Prentice 2002)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    import scipy.optimize as optimize
    from numpy.typing import NDArray
else:
    np = heavy("numpy")
    optimize = heavy("scipy.optimize")

STEEPEST = 50.0


@dataclass(frozen=True)
class Weibull:
    """log T = constant + x · weights + scale · W, with W the extreme-value error; 1 / scale is the shape."""

    weights: NDArray[np.float64]
    constant: float
    scale: float
    log_likelihood: float

    def location(self, columns: NDArray[np.float64]) -> NDArray[np.float64]:
        """The log of the characteristic life of rows (n, columns), shape (n,)."""
        return self.constant + columns @ self.weights

    def risk(self, columns: NDArray[np.float64]) -> NDArray[np.float64]:
        """Higher for shorter lives, shape (n,)."""
        return -self.location(columns) / self.scale

    def survival(self, columns: NDArray[np.float64], when: NDArray[np.float64]) -> NDArray[np.float64]:
        """Survival of rows (n, columns) at times (m,), shape (n, m)."""
        late = np.log(np.maximum(when, 1e-12))[None, :] - self.location(columns)[:, None]
        return np.exp(-np.exp(np.clip(late / self.scale, -STEEPEST, STEEPEST)))


def fit(
    columns: NDArray[np.float64],
    duration: NDArray[np.float64],
    event: NDArray[np.float64],
    *,
    ridge: float = 0.0,
) -> Weibull:
    """Maximise the likelihood less ridge/2 · |weights|² by L-BFGS; durations must be above 0."""
    log_time = np.log(np.maximum(duration, 1e-9))
    means = columns.mean(axis=0)
    x = columns - means
    size = x.shape[1]

    def minus(params: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, constant, log_scale = params[:size], params[size], params[size + 1]
        scale = np.exp(log_scale)
        error = np.clip((log_time - constant - x @ weights) / scale, -STEEPEST, STEEPEST)
        power = np.exp(error)
        value = float(np.sum(event * (error - log_scale - log_time) - power))
        pull = (power - event) / scale
        slope = np.concatenate(
            [
                x.T @ pull - ridge * weights,
                [pull.sum(), np.sum((power - event) * error - event)],
            ]
        )
        return -(value - ridge / 2 * float(weights @ weights)), -slope

    events = max(float(event.sum()), 1.0)
    start = np.concatenate([np.zeros(size), [float(np.log(duration.sum() / events)), 0.0]])
    bounds = [(None, None)] * (size + 1) + [(-6.0, 4.0)]
    found = optimize.minimize(
        minus, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 2000, "ftol": 1e-13}
    )
    weights = np.asarray(found.x[:size])
    value = -float(found.fun) + ridge / 2 * float(weights @ weights)
    constant = float(found.x[size]) - float(means @ weights)
    return Weibull(weights, constant, float(np.exp(found.x[size + 1])), value)
