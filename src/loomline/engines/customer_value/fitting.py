"""Maximum likelihood of positive parameters: gradient descent in their logarithms, from several starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.customer_value.summary import Summary
from loomline.engines.heavy import heavy
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy import optimize
else:
    np = heavy("numpy")
    optimize = heavy("scipy.optimize")

FEWEST = 10
SAMPLE = 4000
# As far from a start as a parameter may go, in e-foldings.
FURTHEST = 9.0
# Beyond these (with times as parts of the longest age) customers do not differ, or not but in extremes:
# the likelihood is a ridge and not a peak.
LEAST, MOST = 1e-4, 1e3

Gradient = tuple["NDArray[np.float64]", "NDArray[np.float64]"]


@dataclass(frozen=True)
class Histories:
    """Different histories (x, t_x, T), shape (m,), and how many customers share each; times are scaled."""

    x: NDArray[np.float64]
    t_x: NDArray[np.float64]
    age: NDArray[np.float64]
    count: NDArray[np.float64]
    scale: float

    @classmethod
    def of(cls, summary: Summary) -> Histories:
        """The histories of a summary, in order; the longest age becomes 1."""
        if int((summary.frequency > 0).sum()) < FEWEST:
            raise BadInput(
                f"Fewer than {FEWEST} customers came back.",
                remedy="A model needs more of them: take a longer time or more customers.",
            )
        scale = float(summary.age.max())
        order = np.lexsort((summary.age, summary.recency, summary.frequency))
        rows = np.column_stack((summary.frequency, summary.recency, summary.age))[order]
        starts = np.flatnonzero(np.r_[True, (np.diff(rows, axis=0) != 0).any(axis=1)])
        count = np.diff(np.r_[starts, len(rows)]).astype(np.float64)
        x, t_x, age = rows[starts].T
        return cls(x, t_x / scale, age / scale, count, scale)

    def sample(self, size: int) -> Histories:
        """Every n-th history, so that about `size` of them are left."""
        step = max(1, len(self.x) // size)
        return Histories(self.x[::step], self.t_x[::step], self.age[::step], self.count[::step], self.scale)


@dataclass(frozen=True)
class Found:
    """The maximum: parameters, log-likelihood, and whether one of them is out of all proportion."""

    parameters: NDArray[np.float64]
    log_likelihood: float
    at_edge: bool


def maximise(
    likelihood: Callable[[NDArray[np.float64]], Gradient], starts: Sequence[Sequence[float]], watch: Watch
) -> Found:
    """The best maximum from the starts by L-BFGS-B.

    `likelihood` gives the log-likelihood of each entry, already weighted, shape (m,), and the derivatives
    of their sum by each parameter, shape (p,).
    """
    best: Found | None = None
    for start in starts:
        found = _climb(likelihood, np.log(np.asarray(start, dtype=np.float64)), watch)
        if best is None or found.log_likelihood > best.log_likelihood:
            best = found
    if best is None or not np.isfinite(best.log_likelihood):
        raise BadInput("The likelihood has no maximum.", remedy="Check the data for odd customers.")
    return best


def _climb(
    likelihood: Callable[[NDArray[np.float64]], Gradient], start: NDArray[np.float64], watch: Watch
) -> Found:
    size = float(max(1, len(likelihood(np.exp(start))[0])))

    def downhill(logs: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        watch.at(0.5, "fitting")
        parameters = np.exp(logs)
        each, slopes = likelihood(parameters)
        return -float(each.sum()) / size, -slopes * parameters / size

    edge = [(at - FURTHEST, at + FURTHEST) for at in start]
    options = {"maxiter": 2000, "ftol": 1e-15, "gtol": 1e-9, "maxcor": 20}
    result = optimize.minimize(downhill, start, jac=True, method="L-BFGS-B", bounds=edge, options=options)
    found = np.exp(result.x)
    return Found(found, -float(result.fun) * size, bool(((found < LEAST) | (found > MOST)).any()))
