"""Random demand over some time: its quantiles, and what is short or left over of a given stock."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.stocking import amounts

if TYPE_CHECKING:
    from scipy import special
else:
    special = heavy("scipy.special")

ROOT_2_PI = math.sqrt(2 * math.pi)


class Demand(ABC):
    """Demand X over a period or a lead time, in units of the item; loss functions as in Zipkin (2000)."""

    is_discrete = False

    @property
    @abstractmethod
    def mean(self) -> float:
        """E[X]."""

    @property
    @abstractmethod
    def sd(self) -> float:
        """The standard deviation of X."""

    @abstractmethod
    def tail(self, level: float) -> tuple[float, float, float]:
        """P(X > level) and the parts of E[X] and E[X²] that lie above the level."""

    @abstractmethod
    def quantile(self, share: float) -> float:
        """The least level that covers demand with this probability, 0 < share < 1."""

    @abstractmethod
    def over(self, periods: float) -> Demand:
        """Demand of so many independent periods, `periods` > 0."""

    def cover(self, level: float) -> float:
        """P(X <= level), the cycle service of a stock of this level."""
        return 1.0 - self.tail(level)[0]

    def shortage(self, level: float) -> float:
        """E[(X - level)+], the first-order loss function: units short on average."""
        above, first, _ = self.tail(level)
        return max(first - level * above, 0.0)

    def surplus(self, level: float) -> float:
        """E[(level - X)+]: units left over on average."""
        return max(level - self.mean + self.shortage(level), 0.0)

    def second_shortage(self, level: float) -> float:
        """Half E[((X - level)+)²], for discrete demand half E[(X - level)+ (X - level - 1)+]."""
        above, first, second = self.tail(level)
        step = 1.0 if self.is_discrete else 0.0
        return max(second - (2 * level + step) * first + level * (level + step) * above, 0.0) / 2

    def second_surplus(self, level: float) -> float:
        """Half E[((level - X)+)²], for discrete demand half E[(level - X)+ (level - X + 1)+]."""
        short = self.mean - level
        square = self.sd**2 + short**2 - (short if self.is_discrete else 0.0)
        return max(square / 2 - self.second_shortage(level), 0.0)


@dataclass(frozen=True)
class Normal(Demand):
    """Normal demand; a deviation of 0 is a known demand."""

    average: float
    deviation: float

    def __post_init__(self) -> None:
        amounts.finite(mean=self.average)
        amounts.not_negative(sd=self.deviation)

    @property
    def mean(self) -> float:
        return self.average

    @property
    def sd(self) -> float:
        return self.deviation

    def tail(self, level: float) -> tuple[float, float, float]:
        if self.deviation == 0:
            above = float(self.average > level)
            return above, above * self.average, above * self.average**2
        z = (level - self.average) / self.deviation
        above, density = _above(z), _density(z)
        first = self.average * above + self.deviation * density
        square = (self.average**2 + self.deviation**2) * above
        return above, first, square + self.deviation * (self.average + level) * density

    def shortage(self, level: float) -> float:
        if self.deviation == 0:
            return max(self.average - level, 0.0)
        z = (level - self.average) / self.deviation
        return max(self.deviation * (_density(z) - z * _above(z)), 0.0)

    def second_shortage(self, level: float) -> float:
        if self.deviation == 0:
            return max(self.average - level, 0.0) ** 2 / 2
        z = (level - self.average) / self.deviation
        return max(self.deviation**2 * ((z * z + 1) * _above(z) - z * _density(z)) / 2, 0.0)

    def quantile(self, share: float) -> float:
        amounts.share(share=share)
        return self.average + self.deviation * float(special.ndtri(share))

    def over(self, periods: float) -> Normal:
        amounts.positive(periods=periods)
        return Normal(self.average * periods, self.deviation * math.sqrt(periods))


@dataclass(frozen=True)
class Lognormal(Demand):
    """Demand whose logarithm is normal with this mean and deviation (`mu`, `sigma`)."""

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        amounts.finite(mu=self.mu)
        amounts.positive(sigma=self.sigma)

    @classmethod
    def of(cls, mean: float, sd: float) -> Lognormal:
        """The lognormal of this mean and standard deviation."""
        amounts.positive(mean=mean, sd=sd)
        variance = math.log1p((sd / mean) ** 2)
        return cls(math.log(mean) - variance / 2, math.sqrt(variance))

    @property
    def mean(self) -> float:
        return math.exp(self.mu + self.sigma**2 / 2)

    @property
    def sd(self) -> float:
        return self.mean * math.sqrt(math.expm1(self.sigma**2))

    def tail(self, level: float) -> tuple[float, float, float]:
        if level <= 0:
            return 1.0, self.mean, self.mean**2 + self.sd**2
        z = (math.log(level) - self.mu) / self.sigma
        square = math.exp(2 * self.mu + 2 * self.sigma**2)
        return _above(z), self.mean * _above(z - self.sigma), square * _above(z - 2 * self.sigma)

    def quantile(self, share: float) -> float:
        amounts.share(share=share)
        return math.exp(self.mu + self.sigma * float(special.ndtri(share)))

    def over(self, periods: float) -> Lognormal:
        """The lognormal with the mean and variance of the sum (Fenton, 1960), which has no formula."""
        amounts.positive(periods=periods)
        return Lognormal.of(self.mean * periods, self.sd * math.sqrt(periods))


@dataclass(frozen=True)
class Gamma(Demand):
    """Gamma demand with a shape (no unit) and a scale (in units); shape 1 is the exponential."""

    shape: float
    scale: float

    def __post_init__(self) -> None:
        amounts.positive(shape=self.shape, scale=self.scale)

    @classmethod
    def of(cls, mean: float, sd: float) -> Gamma:
        """The gamma of this mean and standard deviation."""
        amounts.positive(mean=mean, sd=sd)
        return cls((mean / sd) ** 2, sd**2 / mean)

    @property
    def mean(self) -> float:
        return self.shape * self.scale

    @property
    def sd(self) -> float:
        return math.sqrt(self.shape) * self.scale

    def tail(self, level: float) -> tuple[float, float, float]:
        x = max(level, 0.0) / self.scale
        above, first, second = (float(special.gammaincc(self.shape + n, x)) for n in range(3))
        return above, self.mean * first, self.mean * (self.mean + self.scale) * second

    def quantile(self, share: float) -> float:
        amounts.share(share=share)
        return self.scale * float(special.gammaincinv(self.shape, share))

    def over(self, periods: float) -> Gamma:
        amounts.positive(periods=periods)
        return Gamma(self.shape * periods, self.scale)


@dataclass(frozen=True)
class Uniform(Demand):
    """Demand that is anywhere between two levels with the same chance."""

    least: float
    most: float

    def __post_init__(self) -> None:
        amounts.finite(least=self.least)
        amounts.positive(span=self.most - self.least)

    @property
    def mean(self) -> float:
        return (self.least + self.most) / 2

    @property
    def sd(self) -> float:
        return (self.most - self.least) / math.sqrt(12)

    def tail(self, level: float) -> tuple[float, float, float]:
        low, high, span = min(max(level, self.least), self.most), self.most, self.most - self.least
        return (high - low) / span, (high**2 - low**2) / (2 * span), (high**3 - low**3) / (3 * span)

    def quantile(self, share: float) -> float:
        amounts.share(share=share)
        return self.least + share * (self.most - self.least)

    def over(self, periods: float) -> Demand:
        """A normal of the same mean and variance, but for one period."""
        amounts.positive(periods=periods)
        return self if periods == 1 else Normal(self.mean * periods, self.sd * math.sqrt(periods))


def _above(z: float) -> float:
    return float(special.ndtr(-z))


def _density(z: float) -> float:
    return math.exp(-z * z / 2) / ROOT_2_PI
