"""Customers who may leave at any time: Pareto/NBD.

While alive a customer buys at random at a rate of gamma(r, alpha) and leaves after a time that is
exponential at a rate of gamma(s, beta) (Schmittlein, Morrison and Colombo 1987; Fader and Hardie 2005).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from loomline.engines.customer_value.fitting import SAMPLE, Gradient, Histories, maximise
from loomline.engines.heavy import heavy
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy import special
else:
    np = heavy("numpy")
    special = heavy("scipy.special")

STARTS = ((0.5, 0.3, 0.6, 0.3), (1.0, 1.0, 1.0, 1.0), (2.0, 0.5, 0.3, 3.0))
NODES = 32
# Beyond so many e-foldings nothing is left to integrate.
DEEPEST = 40.0
NEARLY = 1e-6


@dataclass(frozen=True)
class ParetoNbd:
    """A fitted Pareto/NBD model; time is in the unit of the summary that it was fitted on."""

    r: float
    alpha: float
    s: float
    beta: float
    name: ClassVar[str] = "Pareto/NBD"

    @classmethod
    def fit(cls, histories: Histories, watch: Watch) -> tuple[Self, float, bool]:
        """The maximum-likelihood model, its log-likelihood, and whether a parameter is out of proportion."""
        few = histories.sample(SAMPLE)
        rough = maximise(lambda p: _likelihood(few, p), STARTS, watch)
        found = maximise(lambda p: _likelihood(histories, p), [rough.parameters.tolist()], watch)
        r, alpha, s, beta = map(float, found.parameters)
        model = cls(r, alpha * histories.scale, s, beta * histories.scale)
        shift = -float((histories.count * histories.x).sum()) * float(np.log(histories.scale))
        return model, found.log_likelihood + shift, found.at_edge

    @property
    def parameters(self) -> dict[str, float]:
        """The four parameters by name."""
        return {"r": self.r, "alpha": self.alpha, "s": self.s, "beta": self.beta}

    def log_likelihood(
        self, x: NDArray[np.float64], t_x: NDArray[np.float64], age: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """The log-likelihood of each history, shape (m,)."""
        histories = Histories(x, t_x, age, np.ones(len(x)), 1.0)
        return _likelihood(histories, np.array([self.r, self.alpha, self.s, self.beta]))[0]

    def alive(
        self, x: NDArray[np.float64], t_x: NDArray[np.float64], age: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """The probability that each customer may still buy, shape (m,)."""
        lives = -(self.r + x) * np.log(self.alpha + age) - self.s * np.log(self.beta + age)
        leaves, _share, _at = _left(
            Histories(x, t_x, age, np.ones(len(x)), 1.0), self.r, self.alpha, self.s, self.beta
        )
        return special.expit(lives - leaves)

    def purchases(
        self, time: float, x: NDArray[np.float64], t_x: NDArray[np.float64], age: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """The expected purchases of each customer in the time to come, shape (m,)."""
        rate = (self.r + x) / (self.alpha + age)
        stay = np.log1p(time / (self.beta + age))
        s = self.s - 1
        # (1 - e^(-s stay)) / s, also where s is 0.
        lasting = stay * special.exprel(-s * stay)
        return rate * (self.beta + age) * lasting * self.alive(x, t_x, age)

    def purchases_of_new(self, time: float) -> float:
        """The expected repeat purchases of a customer in the time after the first purchase."""
        nothing = np.zeros(1)
        return float(self.purchases(time, nothing, nothing, nothing)[0])


def _likelihood(histories: Histories, parameters: NDArray[np.float64]) -> Gradient:
    r, alpha, s, beta = parameters
    x, age, count = histories.x, histories.age, histories.count
    log_alpha, log_beta = np.log(alpha + age), np.log(beta + age)
    lives = -(r + x) * log_alpha - s * log_beta
    leaves, share, at = _left(histories, r, alpha, s, beta)
    either = np.logaddexp(lives, leaves)
    p, q = np.exp(lives - either), np.exp(leaves - either)
    bought = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    log_at, log_beta_at = (share * np.log(alpha + at)).sum(axis=0), (share * np.log(beta + at)).sum(axis=0)
    inverse, inverse_beta = (share / (alpha + at)).sum(axis=0), (share / (beta + at)).sum(axis=0)
    by_r = special.digamma(r + x) - special.digamma(r) + np.log(alpha) - p * log_alpha - q * log_at
    by_alpha = r / alpha - (r + x) * (p / (alpha + age) + q * inverse)
    by_s = np.log(beta) - p * log_beta + q * (1 / s - log_beta_at)
    by_beta = s / beta - p * s / (beta + age) - q * (s + 1) * inverse_beta
    slopes = np.array([float((count * by).sum()) for by in (by_r, by_alpha, by_s, by_beta)])
    return count * (bought + either), slopes


def _left(
    histories: Histories, r: float, alpha: float, s: float, beta: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The log of s times the integral of (alpha+u)^-(r+x) (beta+u)^-(s+1) over u from t_x to T.

    By Gauss-Legendre in the logarithm of alpha + u, from which the gradient comes without more
    hypergeometric functions; with the shares (nodes, m) of the nodes in the integral and their u.
    """
    x, low = histories.x, np.log(alpha + histories.t_x)
    high = np.minimum(np.log(alpha + histories.age), low + DEEPEST / np.maximum(r + x - 1, 0.05))
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    half = (high - low) / 2
    y = low + half * (1 + nodes[:, None])
    at = np.exp(y) - alpha
    terms = -(r + x - 1) * y - (s + 1) * np.log(beta + at) + np.log(weights)[:, None]
    most = terms.max(axis=0)
    parts = np.exp(terms - most)
    whole = parts.sum(axis=0)
    with np.errstate(divide="ignore"):
        return np.log(s) + most + np.log(whole) + np.log(half), parts / whole, at
