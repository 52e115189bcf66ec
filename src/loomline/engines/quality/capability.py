"""How well a process fits its specification: Cp, Cpk, Pp, Ppk and Cpm with confidence limits.

Within-subgroup spread gives Cp and Cpk (what the process can do), overall spread Pp and Ppk (what it did).
Limits of Cp and Pp are from the chi-squared distribution, those of Cpk and Ppk Bissell's approximation (A. F.
Bissell, "How reliable is your capability index?", Applied Statistics 39, 1990; Kotz and Johnson, 1993).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.quality.chart import numbers
from loomline.engines.quality.charts import sizes
from loomline.engines.quality.constants import below, c4, constants

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray
    from scipy import special
else:
    np = heavy("numpy")
    special = heavy("scipy.special")

# A moving range of two tells less than a deviation: so many degrees of freedom a value.
_DEGREES_OF_RANGE = 0.62


@dataclass(frozen=True)
class Interval:
    """A figure with its confidence limits; NaN where a limit of the specification is missing."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Indices:
    """Capability from one spread: `ratio` is Cp or Pp, `nearest` Cpk or Ppk.

    `lower` and `upper` are the one-sided indices (CPL, CPU); NaN where that limit is missing.
    """

    sigma: float
    ratio: float
    nearest: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Capability:
    """The study of one characteristic.

    `outside` is the expected share outside the limits of a normal process with the overall spread, `seen` the
    share of the values themselves. `is_doubtful` says that the values are unlikely to be normally distributed
    (Anderson-Darling at 0.5 %), so that the shares and limits are not to be trusted.
    """

    values: int
    mean: float
    within: Indices
    overall: Indices
    cp: Interval
    cpk: Interval
    pp: Interval
    ppk: Interval
    cpm: float
    outside: float
    seen: float
    normality: float
    is_doubtful: bool


def indices(mean: float, sigma: float, lower: float | None, upper: float | None) -> Indices:
    """The indices of a process with this mean and spread, for a specification with one limit or two."""
    if lower is None and upper is None:
        raise BadInput("There is no specification limit.", remedy="Give a lower one, an upper one, or both.")
    if lower is not None and upper is not None and lower >= upper:
        raise BadInput(f"The limits {lower:g} and {upper:g} leave nothing.", remedy="Give the lower first.")
    if not (sigma > 0 and math.isfinite(sigma)):
        raise BadInput(f"A spread of {sigma:g} has no capability.", remedy="Measure more finely.")
    down = math.nan if lower is None else (mean - lower) / (3 * sigma)
    up = math.nan if upper is None else (upper - mean) / (3 * sigma)
    ratio = (down + up) / 2
    return Indices(sigma, ratio, min(x for x in (down, up) if not math.isnan(x)), down, up)


def study(
    values: ArrayLike,
    *,
    lower: float | None = None,
    upper: float | None = None,
    target: float | None = None,
    confidence: float = 0.95,
) -> Capability:
    """The capability of measured values: single ones in order, shape (k,), or subgroups, shape (k, n).

    The spread within is the average moving range over d2 for single values and the pooled standard deviation
    over c4 for subgroups. `target` is the middle of the limits when it is not given.
    """
    if not 0 < confidence < 1:
        raise BadInput(f"A confidence of {confidence:g} is not possible.", remedy="Give 0.95, say.")
    table = numbers(values, name="values", may_be_missing=True)
    flat = table[~np.isnan(table)]
    if len(flat) < 3:
        raise BadInput("Fewer than three values tell nothing.", remedy="Measure 50 or more.")
    sigma_within, degrees = _within(table)
    mean = float(flat.mean())
    within = indices(mean, sigma_within, lower, upper)
    overall = indices(mean, float(flat.std(ddof=1)), lower, upper)
    n, statistic = len(flat), _anderson_darling(flat)
    goal = _goal(lower, upper, target)
    return Capability(
        values=n,
        mean=mean,
        within=within,
        overall=overall,
        cp=_of_ratio(within.ratio, degrees, confidence),
        cpk=_of_nearest(within.nearest, n, degrees, confidence),
        pp=_of_ratio(overall.ratio, n - 1, confidence),
        ppk=_of_nearest(overall.nearest, n, n - 1, confidence),
        cpm=overall.ratio / math.sqrt(1 + ((mean - goal) / overall.sigma) ** 2),
        outside=sum(below(-3 * side) for side in (overall.lower, overall.upper) if not math.isnan(side)),
        seen=_seen(flat, lower, upper),
        normality=statistic,
        is_doubtful=statistic > _LIMIT,
    )


# The Anderson-Darling statistic of a normal sample (adjusted for its size) exceeds it once in 200 times.
_LIMIT = 1.159


def _within(table: NDArray[np.float64]) -> tuple[float, float]:
    """The spread within subgroups and its degrees of freedom."""
    if table.ndim == 1:
        steps = np.abs(np.diff(table[~np.isnan(table)]))
        return float(steps.mean()) / constants(2).d2, _DEGREES_OF_RANGE * len(steps)
    degrees = int(np.sum(sizes(table) - 1))
    pooled = math.sqrt(float(np.nansum((table - np.nanmean(table, axis=1, keepdims=True)) ** 2)) / degrees)
    return pooled / c4(degrees + 1), degrees


def _goal(lower: float | None, upper: float | None, target: float | None) -> float:
    if target is not None:
        return target
    return math.nan if lower is None or upper is None else (lower + upper) / 2


def _seen(values: NDArray[np.float64], lower: float | None, upper: float | None) -> float:
    out = np.zeros(len(values), dtype=bool)
    if lower is not None:
        out |= values < lower
    if upper is not None:
        out |= values > upper
    return float(out.mean())


def _of_ratio(ratio: float, degrees: float, confidence: float) -> Interval:
    tail = (1 - confidence) / 2
    low, high = (math.sqrt(float(special.chdtri(degrees, q)) / degrees) for q in (1 - tail, tail))
    return Interval(ratio, ratio * low, ratio * high)


def _of_nearest(nearest: float, n: int, degrees: float, confidence: float) -> Interval:
    reach = NormalDist().inv_cdf((1 + confidence) / 2)
    half = reach * math.sqrt(1 / (9 * n) + nearest**2 / (2 * degrees))
    return Interval(nearest, nearest - half, nearest + half)


def _anderson_darling(values: NDArray[np.float64]) -> float:
    """Anderson and Darling's statistic with mean and spread estimated, adjusted as by Stephens (1974)."""
    n, spread = len(values), values.std(ddof=1)
    if spread == 0:
        return math.nan
    z = np.sort((values - values.mean()) / spread)
    low, high = special.log_ndtr(z), special.log_ndtr(-z[::-1])
    a = -n - float(np.sum((2 * np.arange(1, n + 1) - 1) * (low + high))) / n
    return a * (1 + 0.75 / n + 2.25 / n**2)
