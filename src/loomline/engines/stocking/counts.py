"""Demand in whole pieces: Poisson, negative binomial, geometric, and demand as it was observed."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.stocking import amounts
from loomline.engines.stocking.demand import Demand, Normal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray
    from scipy import special
else:
    np, special = heavy("numpy"), heavy("scipy.special")

TAIL = 1e-13
MOST_VALUES = 200_000


class Counts(Demand):
    """Demand 0, 1, 2, ... pieces."""

    is_discrete = True

    @abstractmethod
    def masses(self, length: int) -> NDArray[np.float64]:
        """P(X = 0), ..., P(X = length - 1)."""

    def quantile(self, share: float) -> float:
        amounts.share(share=share)
        high = max(1, math.ceil(self.mean + self.sd))
        while self.cover(high) < share:
            high *= 2
        low = -1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.cover(middle) >= share else (middle, high)
        return float(high)


@dataclass(frozen=True)
class Poisson(Counts):
    """Poisson demand."""

    average: float

    def __post_init__(self) -> None:
        amounts.positive(mean=self.average)

    @property
    def mean(self) -> float:
        return self.average

    @property
    def sd(self) -> float:
        return math.sqrt(self.average)

    def tail(self, level: float) -> tuple[float, float, float]:
        whole, m = math.floor(level), self.average
        above, first, second = (float(special.pdtrc(k, m)) if k >= 0 else 1.0 for k in _down(whole))
        return above, m * first, m * first + m * m * second

    def masses(self, length: int) -> NDArray[np.float64]:
        k = np.arange(length)
        return np.exp(k * math.log(self.average) - self.average - special.gammaln(k + 1))

    def over(self, periods: float) -> Poisson:
        amounts.positive(periods=periods)
        return Poisson(self.average * periods)


@dataclass(frozen=True)
class NegativeBinomial(Counts):
    """Failures before the r-th success of chance p; r need not be whole. Its variance exceeds its mean."""

    r: float
    p: float

    def __post_init__(self) -> None:
        amounts.positive(r=self.r)
        amounts.share(p=self.p)

    @classmethod
    def of(cls, mean: float, sd: float) -> NegativeBinomial:
        """The negative binomial of this mean and standard deviation; refuses a variance up to the mean."""
        amounts.positive(mean=mean, sd=sd)
        if sd**2 <= mean:
            raise BadInput(
                f"The variance {sd**2:g} is not above the mean {mean:g}.",
                remedy="Use poisson or normal.",
                column="sd",
            )
        return cls(mean**2 / (sd**2 - mean), mean / sd**2)

    @property
    def mean(self) -> float:
        return self.r * (1 - self.p) / self.p

    @property
    def sd(self) -> float:
        return math.sqrt(self.r * (1 - self.p)) / self.p

    def tail(self, level: float) -> tuple[float, float, float]:
        odds = (1 - self.p) / self.p
        above, first, second = (
            float(special.betainc(k + 1, self.r + n, 1 - self.p)) if k >= 0 else 1.0
            for n, k in enumerate(_down(math.floor(level)))
        )
        upper = self.mean * first
        return above, upper, upper + self.r * (self.r + 1) * odds**2 * second

    def masses(self, length: int) -> NDArray[np.float64]:
        k = np.arange(length)
        ways = special.gammaln(k + self.r) - special.gammaln(k + 1) - math.lgamma(self.r)
        return np.exp(ways + self.r * math.log(self.p) + k * math.log1p(-self.p))

    def over(self, periods: float) -> NegativeBinomial:
        amounts.positive(periods=periods)
        return NegativeBinomial(self.r * periods, self.p)


@dataclass(frozen=True)
class Geometric(Counts):
    """Trials up to the first success of chance p: 1, 2, 3, ..."""

    p: float

    def __post_init__(self) -> None:
        amounts.share(p=self.p)

    @property
    def mean(self) -> float:
        return 1 / self.p

    @property
    def sd(self) -> float:
        return math.sqrt(1 - self.p) / self.p

    def tail(self, level: float) -> tuple[float, float, float]:
        above, first, second = NegativeBinomial(1, self.p).tail(level - 1)
        return above, first + above, second + 2 * first + above

    def masses(self, length: int) -> NDArray[np.float64]:
        k = np.arange(length)
        return np.where(k > 0, self.p * (1 - self.p) ** np.maximum(k - 1, 0), 0.0)

    def over(self, periods: float) -> Demand:
        """A normal of the same mean and variance, but for one period."""
        amounts.positive(periods=periods)
        return self if periods == 1 else Normal(self.mean * periods, self.sd * math.sqrt(periods))


@dataclass(frozen=True)
class Empirical(Demand):
    """Demand as observed: values in rising order and their chances, which add up to 1.

    Values need not be whole; they are whenever the observed ones are.
    """

    values: tuple[float, ...]
    chances: tuple[float, ...]

    @classmethod
    def of(cls, observed: ArrayLike) -> Empirical:
        """Each observation has the same chance; shape (n,), n > 0, no number below 0."""
        made = np.asarray(observed, dtype=float)
        wrong = ~np.isfinite(made) | (made < 0)
        if made.ndim != 1 or made.size == 0 or wrong.any():
            raise BadInput(
                "Observed demand needs numbers of 0 or more.",
                remedy="Give at least one; leave gaps out.",
                column="demand",
                position=int(np.argmax(wrong)) if wrong.any() else None,
            )
        values, times = np.unique(made, return_counts=True)
        return cls(tuple(values.tolist()), tuple((times / made.size).tolist()))

    @classmethod
    def weighted(cls, values: Sequence[float], chances: Sequence[float]) -> Empirical:
        """Values with their chances, in any order; values may repeat."""
        if len(values) != len(chances) or not values or not math.isclose(sum(chances), 1, abs_tol=1e-6):
            raise BadInput("The chances do not add up to 1.", remedy="Give one chance per value.")
        amounts.not_negative(**{f"chance {n}": chance for n, chance in enumerate(chances)})
        levels, where = np.unique(np.asarray(values, dtype=float), return_inverse=True)
        weights = np.bincount(where, weights=np.asarray(chances)) / sum(chances)
        return cls(tuple(levels.tolist()), tuple(weights.tolist()))

    @property
    def mean(self) -> float:
        return math.fsum(v * c for v, c in zip(self.values, self.chances, strict=True))

    @property
    def sd(self) -> float:
        m = self.mean
        return math.sqrt(math.fsum(c * (v - m) ** 2 for v, c in zip(self.values, self.chances, strict=True)))

    def tail(self, level: float) -> tuple[float, float, float]:
        values, chances = np.asarray(self.values), np.asarray(self.chances)
        upper = values > level
        held, weight = values[upper], chances[upper]
        return float(weight.sum()), float(held @ weight), float((held * held) @ weight)

    def quantile(self, share: float) -> float:
        amounts.share(share=share)
        grown = np.cumsum(self.chances)
        at = int(np.searchsorted(grown, share - 1e-12))
        return self.values[min(at, len(self.values) - 1)]

    def over(self, periods: float) -> Demand:
        """The exact sum of whole periods while it has few values, else a normal of its mean and variance."""
        amounts.positive(periods=periods)
        made = Normal(self.mean * periods, self.sd * math.sqrt(periods))
        if periods != int(periods):
            return made
        sums: dict[float, float] = {0.0: 1.0}
        for _ in range(int(periods)):
            if len(sums) * len(self.values) > MOST_VALUES:
                return made
            grown: dict[float, float] = {}
            for total, weight in sums.items():
                for value, chance in zip(self.values, self.chances, strict=True):
                    grown[total + value] = grown.get(total + value, 0.0) + weight * chance
            sums = grown
        return Empirical.weighted([*sums], [*sums.values()])


def whole_masses(demand: Demand, *, tail: float = TAIL) -> NDArray[np.float64]:
    """P(X = 0), P(X = 1), ... of demand in whole pieces, until less than `tail` is left; adds up to 1.

    Continuous demand is rounded to the next whole number, and what falls below 0 counts as 0. Observed
    demand must be whole.
    """
    if isinstance(demand, Empirical):
        levels = np.asarray(demand.values)
        if (levels != np.floor(levels)).any():
            raise BadInput("Observed demand is not whole.", remedy="Count in smaller units.", column="demand")
        made = np.zeros(int(levels[-1]) + 1)
        made[levels.astype(int)] = demand.chances
        return made
    length = math.ceil(demand.quantile(1 - tail)) + 2
    if isinstance(demand, Counts):
        made = demand.masses(length)
    else:
        grown = np.array([demand.cover(k + 0.5) for k in range(length)])
        made = np.diff(grown, prepend=0.0)
    return np.maximum(made, 0.0) / made.sum()


def _down(whole: int) -> tuple[int, int, int]:
    return whole, whole - 1, whole - 2
