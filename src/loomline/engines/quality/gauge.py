"""Gauge repeatability and reproducibility of a crossed study: how much of the spread is the measuring.

Every appraiser measures every part several times. By analysis of variance (random effects, with the
interaction of part and appraiser unless it is insignificant) or by averages and ranges (AIAG, Measurement
Systems Analysis, 4th edition, 2010; Burdick, Borror and Montgomery, 2003).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.quality.chart import numbers
from loomline.engines.quality.constants import constants

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray
    from scipy import special
else:
    np = heavy("numpy")
    special = heavy("scipy.special")

# From so many ranges on, their mean is taken as exact.
_MANY = 16
# Root of two: so many 97 % intervals of the gauge fit side by side into the spread of the parts.
_DISTINCT = 1.41


@dataclass(frozen=True)
class Source:
    """One row of the analysis of variance; F and p are NaN for the last source."""

    name: str
    degrees: int
    squares: float
    mean_square: float
    f: float
    p: float


@dataclass(frozen=True)
class GaugeStudy:
    """Standard deviations of each part of the spread, in the unit of the measurements.

    `gauge` is repeatability and reproducibility together, `total` gauge and part together; reproducibility
    includes the interaction. `categories` is the number of distinct categories (ndc), a whole number of at
    least 1; 5 or more are wanted. `table` is empty when the study was made from ranges.
    """

    repeatability: float
    reproducibility: float
    interaction: float
    gauge: float
    part: float
    total: float
    categories: int
    tolerance: float | None
    table: tuple[Source, ...] = ()

    @property
    def of_study(self) -> float:
        """Gauge spread as a share of the total one (%GRR / 100): up to 0.1 is good, above 0.3 is not."""
        return self.gauge / self.total

    @property
    def contribution(self) -> float:
        """Gauge variance as a share of the total variance."""
        return self.of_study**2

    @property
    def of_tolerance(self) -> float:
        """Six gauge spreads as a share of the tolerance (P/T); NaN when no tolerance was given."""
        return math.nan if self.tolerance is None else 6 * self.gauge / self.tolerance


def anova(measurements: ArrayLike, *, tolerance: float | None = None, pool_above: float = 0.25) -> GaugeStudy:
    """By analysis of variance; measurements of shape (parts, appraisers, trials), each at least 2.

    When the interaction's p is above `pool_above` it is pooled into repeatability. Negative variance
    estimates count as zero.
    """
    x = _checked(measurements, tolerance)
    parts, appraisers, trials = x.shape
    squares = _squares(x)
    error = _Term(squares.error, parts * appraisers * (trials - 1))
    crossed = _Term(squares.crossed, (parts - 1) * (appraisers - 1))
    if _p(crossed, error) > pool_above:
        error = against = _Term(crossed.squares + error.squares, crossed.degrees + error.degrees)
        interaction, rows = 0.0, [error.row("repeatability")]
    else:
        against = crossed
        interaction = max(0.0, (crossed.mean - error.mean) / trials)
        rows = [crossed.row("part x appraiser", error), error.row("repeatability")]
    part, appraiser = _Term(squares.part, parts - 1), _Term(squares.appraiser, appraisers - 1)
    between = max(0.0, (appraiser.mean - against.mean) / (parts * trials))
    of_parts = max(0.0, (part.mean - against.mean) / (appraisers * trials))
    rows = [part.row("part", against), appraiser.row("appraiser", against), *rows]
    return _study(error.mean, between + interaction, interaction, of_parts, tolerance, rows)


def ranges(measurements: ArrayLike, *, tolerance: float | None = None) -> GaugeStudy:
    """By averages and ranges; measurements of shape (parts, appraisers, trials), each at least 2."""
    x = _checked(measurements, tolerance)
    parts, appraisers, trials = x.shape
    repeat = float(np.ptp(x, axis=2).mean()) * _k(trials, parts * appraisers)
    between = float(np.ptp(x.mean(axis=(0, 2)))) * _k(appraisers, 1)
    reproduced = max(0.0, between**2 - repeat**2 / (parts * trials))
    of_parts = float(np.ptp(x.mean(axis=(1, 2)))) * _k(parts, 1)
    return _study(repeat**2, reproduced, 0.0, of_parts**2, tolerance, ())


def _k(values: int, groups: int) -> float:
    """One over d2*, the square root of the mean squared average range (Duncan, 1974)."""
    factors = constants(values)
    if groups >= _MANY:
        return 1 / factors.d2
    return 1 / math.sqrt(factors.d2**2 + factors.d3**2 / groups)


@dataclass(frozen=True)
class _Term:
    squares: float
    degrees: int

    @property
    def mean(self) -> float:
        return self.squares / self.degrees

    def row(self, name: str, against: _Term | None = None) -> Source:
        if against is None:
            return Source(name, self.degrees, self.squares, self.mean, math.nan, math.nan)
        f = self.mean / against.mean
        return Source(name, self.degrees, self.squares, self.mean, f, _p(self, against))


@dataclass(frozen=True)
class _Squares:
    part: float
    appraiser: float
    crossed: float
    error: float


def _p(term: _Term, against: _Term) -> float:
    return float(special.fdtrc(term.degrees, against.degrees, term.mean / against.mean))


def _squares(x: NDArray[np.float64]) -> _Squares:
    """The sums of squares of the two-way layout."""
    parts, appraisers, trials = x.shape
    grand, of_parts, of_appraisers = x.mean(), x.mean(axis=(1, 2)), x.mean(axis=(0, 2))
    cells = x.mean(axis=2)
    crossed = cells - of_parts[:, None] - of_appraisers[None, :] + grand
    return _Squares(
        part=float(np.sum((of_parts - grand) ** 2)) * appraisers * trials,
        appraiser=float(np.sum((of_appraisers - grand) ** 2)) * parts * trials,
        crossed=float(np.sum(crossed**2)) * trials,
        error=float(np.sum((x - cells[:, :, None]) ** 2)),
    )


def _study(
    repeat: float,
    reproduced: float,
    interaction: float,
    of_parts: float,
    tolerance: float | None,
    rows: Sequence[Source],
) -> GaugeStudy:
    """The study of these variances."""
    gauge = repeat + reproduced
    return GaugeStudy(
        repeatability=math.sqrt(repeat),
        reproducibility=math.sqrt(reproduced),
        interaction=math.sqrt(interaction),
        gauge=math.sqrt(gauge),
        part=math.sqrt(of_parts),
        total=math.sqrt(gauge + of_parts),
        categories=max(1, math.floor(_DISTINCT * math.sqrt(of_parts / gauge))),
        tolerance=tolerance,
        table=tuple(rows),
    )


def _checked(measurements: ArrayLike, tolerance: float | None) -> NDArray[np.float64]:
    x = numbers(measurements, name="measurements")
    if x.ndim != 3 or min(x.shape) < 2:
        shape = " x ".join(map(str, x.shape))
        raise BadInput(
            f"The measurements have the shape {shape}.",
            remedy="Give parts x appraisers x trials, at least two of each, every cell filled.",
        )
    if tolerance is not None and tolerance <= 0:
        raise BadInput(
            f"A tolerance of {tolerance:g} is not possible.", remedy="Give upper less lower limit."
        )
    if float(np.ptp(x, axis=2).max()) == 0:
        raise BadInput("All trials of each part agree: there is no spread.", remedy="Record more digits.")
    return x
