"""The constants of control charts, computed: d2, d3 and c4 by their definitions, the others from these.

d2 and d3 are mean and standard deviation of the range of n standard normal values (Tippett, 1925), c4 is the
mean of their standard deviation (ASTM STP 15D; ISO 7870-2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from loomline.engines.bad_input import BadInput

LARGEST = 100
_REACH, _STEP = 9.0, 0.1
_WIDEST, _PARTS = 16.0, 640


@dataclass(frozen=True)
class Constants:
    """The factors of a subgroup of `n` values, with three standard deviations as limits."""

    n: int
    d2: float
    d3: float
    c4: float

    @property
    def A2(self) -> float:
        """Limits of the mean, from the average range."""
        return 3 / (self.d2 * math.sqrt(self.n))

    @property
    def A3(self) -> float:
        """Limits of the mean, from the average standard deviation."""
        return 3 / (self.c4 * math.sqrt(self.n))

    @property
    def D3(self) -> float:
        """Lower limit of the range, from the average range."""
        return max(0.0, 1 - 3 * self.d3 / self.d2)

    @property
    def D4(self) -> float:
        """Upper limit of the range, from the average range."""
        return 1 + 3 * self.d3 / self.d2

    @property
    def B3(self) -> float:
        """Lower limit of the standard deviation, from the average one."""
        return max(0.0, 1 - 3 * self.c5 / self.c4)

    @property
    def B4(self) -> float:
        """Upper limit of the standard deviation, from the average one."""
        return 1 + 3 * self.c5 / self.c4

    @property
    def E2(self) -> float:
        """Limits of single values, from the average moving range of n."""
        return 3 / self.d2

    @property
    def c5(self) -> float:
        """Standard deviation of the standard deviation."""
        return math.sqrt(1 - self.c4**2)


@lru_cache(maxsize=LARGEST)
def constants(n: int) -> Constants:
    """The constants of subgroups of n values, 2 to 100."""
    if not 2 <= n <= LARGEST:
        raise BadInput(f"A subgroup of {n} has no spread here.", remedy=f"Take 2 to {LARGEST} values.")
    mean = _mean_range(n)
    return Constants(n, mean, math.sqrt(_mean_square_range(n) - mean**2), c4(n))


def c4(n: int) -> float:
    """Mean of the standard deviation of n standard normal values; n is 2 or more."""
    if n < 2:
        raise BadInput("One value has no standard deviation.", remedy="Take two values or more.")
    return math.sqrt(2 / (n - 1)) * math.exp(math.lgamma(n / 2) - math.lgamma((n - 1) / 2))


def below(x: float) -> float:
    """The standard normal distribution function."""
    return 0.5 * math.erfc(-x / math.sqrt(2))


def _mean_range(n: int) -> float:
    # The trapezoidal rule is exact to rounding for a smooth function that dies out at both ends.
    total = 0.0
    for k in range(-round(_REACH / _STEP), round(_REACH / _STEP) + 1):
        low, high = below(k * _STEP), below(-k * _STEP)
        total += -math.expm1(n * math.log1p(-min(high, 1 - 1e-300))) - high**n if high < low else 0.0
        total += -math.expm1(n * math.log1p(-low)) - low**n if low <= high else 0.0
    return total * _STEP


def _mean_square_range(n: int) -> float:
    """The mean of the squared range: the integral of 2w P(W > w), by Simpson's rule."""
    grid = [k * _STEP for k in range(-round(_REACH / _STEP), round(_REACH / _STEP) + 1)]
    heights = [n * _STEP * math.exp(-x * x / 2) / math.sqrt(2 * math.pi) for x in grid]
    width = _WIDEST / _PARTS
    total = 0.0
    for part in range(1, _PARTS):
        w = part * width
        narrower = sum(
            height * (below(x + w) - below(x)) ** (n - 1) for x, height in zip(grid, heights, strict=True)
        )
        total += (4 if part % 2 else 2) * 2 * w * (1 - narrower)
    return total * width / 3
