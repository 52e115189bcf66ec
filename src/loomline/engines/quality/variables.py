"""Single sampling by variables, the k-method: a lot is accepted when its mean is k spreads inside the limit.

The idea of ISO 3951: the same protection as by attributes from far fewer items, for one measured, normally
distributed characteristic. A plan is designed from two points of its operating characteristic (the producer's
and the consumer's risk); with the spread unknown (the s method) the chance of acceptance is that of a
noncentral t, here integrated over the distribution of s. ISO 3951's own tables are not reproduced.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist, fmean, stdev

from loomline.engines.bad_input import BadInput
from loomline.engines.quality.constants import below

MOST = 5000
_PARTS, _REACH = 400, 9.0


@dataclass(frozen=True)
class VariablesPlan:
    """Measure `sample_size` items; accept when the quality index is `k` or more.

    `sigma` is the known spread of the process, or None when it is estimated from the sample.
    """

    sample_size: int
    k: float
    sigma: float | None = None


@dataclass(frozen=True)
class Verdict:
    """The quality indices (distance of the mean from each limit, in spreads) and what follows."""

    mean: float
    spread: float
    lower_index: float | None
    upper_index: float | None
    accepted: bool


def design(
    good: float, bad: float, *, producer: float = 0.05, consumer: float = 0.10, sigma: float | None = None
) -> VariablesPlan:
    """The smallest plan that accepts the good share (of items outside the limit) and refuses the bad one.

    `producer` is the highest risk of refusing the good, `consumer` of accepting the bad share; all between
    0 and 1. With `sigma` known the plan is a formula, otherwise the sample size is found by bisection.
    """
    if not 0 < good < bad < 1 or not 0 < producer < 1 or not 0 < consumer < 1:
        raise BadInput(
            "Good and bad shares and the risks lie between 0 and 1, and good is below bad.",
            remedy="Give for example 0.01 and 0.06.",
        )
    normal = NormalDist()
    z_good, z_bad = -normal.inv_cdf(good), -normal.inv_cdf(bad)
    z_producer, z_consumer = -normal.inv_cdf(producer), -normal.inv_cdf(consumer)
    if sigma is not None:
        if not sigma > 0:
            raise BadInput(f"A spread of {sigma:g} is not possible.", remedy="Give a positive one.")
        size = max(1, math.ceil(((z_producer + z_consumer) / (z_good - z_bad)) ** 2 - 1e-9))
        return VariablesPlan(size, z_bad + z_consumer / math.sqrt(size), sigma)
    few, enough = 1, MOST
    while enough - few > 1:
        size = (few + enough) // 2
        chance = acceptance(VariablesPlan(size, _k_for(size, bad, consumer)), good) if size > 1 else 0.0
        few, enough = (few, size) if chance >= 1 - producer else (size, enough)
    if enough == MOST:
        raise BadInput(
            f"It would take {MOST} items or more to tell {good:g} from {bad:g}.",
            remedy="Move the two shares apart.",
        )
    return VariablesPlan(enough, _k_for(enough, bad, consumer))


def acceptance(plan: VariablesPlan, share: float) -> float:
    """Chance that a lot with this share outside one limit is accepted (0 to 1)."""
    if not 0 < share < 1:
        raise BadInput(f"A share of {share:g} is not possible.", remedy="Give one between 0 and 1.")
    distance, root = -NormalDist().inv_cdf(share), math.sqrt(plan.sample_size)
    if plan.sigma is not None:
        return below((distance - plan.k) * root)
    return math.fsum(
        weight * below((distance - plan.k * s) * root) for s, weight in _spreads(plan.sample_size - 1)
    )


def judge(
    plan: VariablesPlan, values: Sequence[float], *, lower: float | None = None, upper: float | None = None
) -> Verdict:
    """Judge a lot by its measured sample; each limit that is given must be k spreads away from the mean."""
    if len(values) != plan.sample_size:
        raise BadInput(
            f"{len(values)} values were measured, the plan asks for {plan.sample_size}.",
            remedy="Measure as many as the plan says.",
        )
    for at, value in enumerate(values):
        if not math.isfinite(value):
            raise BadInput(f"{value} is no value.", remedy="Measure it again.", position=at)
    if lower is None and upper is None:
        raise BadInput("There is no limit.", remedy="Give a lower limit, an upper one, or both.")
    mean = fmean(values)
    spread = stdev(values) if plan.sigma is None else plan.sigma
    below_mean = None if lower is None else _index(mean - lower, spread)
    above_mean = None if upper is None else _index(upper - mean, spread)
    accepted = all(index >= plan.k for index in (below_mean, above_mean) if index is not None)
    return Verdict(mean, spread, below_mean, above_mean, accepted)


def _index(distance: float, spread: float) -> float:
    if spread == 0:
        return math.copysign(math.inf, distance)
    return distance / spread


def _k_for(size: int, bad: float, consumer: float) -> float:
    """The k with which a lot of the bad share is accepted with the consumer's risk, by bisection."""
    low, high = -10.0, 20.0
    for _ in range(50):
        middle = (low + high) / 2
        if acceptance(VariablesPlan(size, middle), bad) > consumer:
            low = middle
        else:
            high = middle
    return high


@lru_cache(maxsize=64)
def _spreads(degrees: int) -> list[tuple[float, float]]:
    """Values of s / sigma and their weights: the chi distribution with these degrees, on a log scale."""
    # On the logarithm of s the density dies out at both ends, so that the trapezoidal rule is near exact.
    high = _REACH / math.sqrt(2 * degrees)
    low = -max(high, 36 / degrees)
    step = (high - low) / _PARTS
    points = []
    for part in range(_PARTS + 1):
        log_s = low + part * step
        log_density = degrees * log_s - degrees / 2 * math.exp(2 * log_s)
        points.append((log_s, log_density))
    top = max(height for _, height in points)
    weights = [math.exp(height - top) for _, height in points]
    total = math.fsum(weights)
    return [(math.exp(log_s), weight / total) for (log_s, _), weight in zip(points, weights, strict=True)]
