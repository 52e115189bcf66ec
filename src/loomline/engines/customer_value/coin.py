"""Customers who may leave after a purchase: BG/NBD and its variant that also lets them leave after the first.

While alive a customer buys at random at a rate of gamma(r, alpha); after a purchase a coin with a
beta(a, b) chance decides whether it was the last. BG/NBD (Fader, Hardie and Lee 2005, Marketing Science 24:2)
throws it after each repeat purchase, MBG/NBD (Batislam, Denizel and Filiztekin 2007, IJRM 24:3) after the
first one, too.
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

STARTS = ((0.3, 0.1, 0.8, 2.5), (1.0, 0.3, 1.0, 1.0), (3.0, 1.0, 0.2, 4.0))
# Between these the formulas divide by zero; the values on both sides differ by less than they matter.
NEARLY = 1e-6
STEEPEST = 200.0
NODES = 48
TINY = 1e-300


@dataclass(frozen=True)
class BgNbd:
    """A fitted BG/NBD model; time is in the unit of the summary that it was fitted on."""

    r: float
    alpha: float
    a: float
    b: float
    name: ClassVar[str] = "BG/NBD"
    first: ClassVar[int] = 0

    @classmethod
    def fit(cls, histories: Histories, watch: Watch) -> tuple[Self, float, bool]:
        """The maximum-likelihood model, its log-likelihood, and whether a parameter is out of proportion."""
        few = histories.sample(SAMPLE)
        rough = maximise(lambda p: cls._likelihood(few, p), STARTS, watch)
        found = maximise(lambda p: cls._likelihood(histories, p), [rough.parameters.tolist()], watch)
        r, alpha, a, b = map(float, found.parameters)
        model = cls(r, alpha * histories.scale, a, b)
        shift = -float((histories.count * histories.x).sum()) * float(np.log(histories.scale))
        return model, found.log_likelihood + shift, found.at_edge

    @property
    def parameters(self) -> dict[str, float]:
        """The four parameters by name."""
        return {"r": self.r, "alpha": self.alpha, "a": self.a, "b": self.b}

    def log_likelihood(
        self, x: NDArray[np.float64], t_x: NDArray[np.float64], age: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """The log-likelihood of each history, shape (m,)."""
        histories = Histories(x, t_x, age, np.ones(len(x)), 1.0)
        return self._likelihood(histories, np.array([self.r, self.alpha, self.a, self.b]))[0]

    def alive(
        self, x: NDArray[np.float64], t_x: NDArray[np.float64], age: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """The probability that each customer may still buy, shape (m,)."""
        throws = x + self.first
        odds = np.log(self.a) - np.log(self.b + np.maximum(throws, 1) - 1)
        odds = odds + (self.r + x) * (np.log(self.alpha + age) - np.log(self.alpha + t_x))
        return np.where(throws > 0, special.expit(-odds), 1.0)

    def purchases(
        self, time: float, x: NDArray[np.float64], t_x: NDArray[np.float64], age: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """The expected purchases of each customer in the time to come, shape (m,).

        The hypergeometric function is taken after Euler's transformation (Abramowitz and Stegun 15.3.3),
        whose terms do not grow with the number of purchases. Where its parameters are beyond what it is
        computed well for, the integral that it stands for is summed.
        """
        a = self.a if abs(self.a - 1) > NEARLY else 1 + NEARLY
        whole = a + self.b + x + self.first - 1
        whole = np.where(np.abs(whole) > NEARLY, whole, NEARLY)
        z = time / (self.alpha + age + time)
        shape = a + self.b + self.first - 1 - self.r
        with np.errstate(all="ignore"):
            left = np.exp((a - 1) * np.log1p(-z)) * special.hyp2f1(shape, a - 1, whole, z)
            found = whole / (a - 1) * (1 - left)
            most = (self.r + x) / (self.alpha + age) * time
            doubtful = ~((found >= 0) & (found <= most * (1 + NEARLY))) | (abs(shape) > STEEPEST)
        if doubtful.any():
            found[doubtful] = self._summed(time, x[doubtful], age[doubtful])
        return found * self.alive(x, t_x, age)

    def _summed(self, time: float, x: NDArray[np.float64], age: NDArray[np.float64]) -> NDArray[np.float64]:
        """The expected purchases of customers who are alive, over the quantiles of their chance to leave."""
        nodes, weights = np.polynomial.legendre.leggauss(NODES)
        found = np.zeros(len(x))
        for node, weight in zip(nodes, weights, strict=True):
            chance = special.betaincinv(self.a, self.b + x + self.first, (1 + node) / 2)
            chance = np.maximum(np.nan_to_num(chance), TINY)
            bought = -np.expm1(-(self.r + x) * np.log1p(chance * time / (self.alpha + age))) / chance
            found += weight / 2 * bought
        return found

    def purchases_of_new(self, time: float) -> float:
        """The expected repeat purchases of a customer in the time after the first purchase."""
        nothing = np.zeros(1)
        return float(self.purchases(time, nothing, nothing, nothing)[0])

    @classmethod
    def _likelihood(cls, histories: Histories, parameters: NDArray[np.float64]) -> Gradient:
        r, alpha, a, b = parameters
        x, count = histories.x, histories.count
        # Gamma functions depend on x alone, which takes few values.
        kinds, kind = np.unique(x, return_inverse=True)
        throws = kinds + cls.first
        before = np.maximum(throws, 1) - 1
        whole = special.gammaln(a + b) - special.gammaln(a + b + throws)
        lived = whole + special.gammaln(b + throws) - special.gammaln(b)
        left = whole + np.log(a) + special.gammaln(b + before) - special.gammaln(b)
        left = np.where(throws > 0, left, -np.inf)
        bought = special.gammaln(r + kinds) - special.gammaln(r) + r * np.log(alpha)
        log_age, log_last = np.log(alpha + histories.age), np.log(alpha + histories.t_x)
        lives = lived[kind] - (r + x) * log_age
        leaves = left[kind] - (r + x) * log_last
        either = np.logaddexp(lives, leaves)
        p = np.exp(lives - either)
        each = count * (bought[kind] + either)
        by_r = (special.digamma(r + kinds) - special.digamma(r) + np.log(alpha))[kind]
        by_r = by_r - p * log_age - (1 - p) * log_last
        by_alpha = r / alpha - (r + x) * (p / (alpha + histories.age) + (1 - p) / (alpha + histories.t_x))
        of_whole = (special.digamma(a + b) - special.digamma(a + b + throws))[kind]
        by_a = of_whole + (1 - p) / a
        of_b = special.digamma(b)
        by_b = p * (special.digamma(b + throws) - of_b)[kind] + of_whole
        by_b = by_b + (1 - p) * (special.digamma(b + before) - of_b)[kind]
        return each, np.array([float((count * by).sum()) for by in (by_r, by_alpha, by_a, by_b)])


@dataclass(frozen=True)
class MbgNbd(BgNbd):
    """A fitted MBG/NBD model: as BG/NBD, but customers may leave after their first purchase as well."""

    name: ClassVar[str] = "MBG/NBD"
    first: ClassVar[int] = 1
