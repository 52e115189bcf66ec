"""Control charts for measurements: X-bar and R, X-bar and S, individuals and moving ranges.

Limits are Shewhart's three standard errors. The process spread comes from within subgroups: ranges over d2 or
standard deviations over c4; with subgroups of unequal size each is weighted by how well it tells the spread
(Burr, 1969; Montgomery, Introduction to Statistical Quality Control, 6). `base` says how many of the first
subgroups the limits are computed from; the later ones are judged by them. With a given `mean` and `sigma` the
limits come from these instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.quality.chart import Chart, first, lines, numbers
from loomline.engines.quality.constants import LARGEST, Constants, constants

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray
else:
    np = heavy("numpy")

Spread = Literal["range", "deviation"]


@dataclass(frozen=True)
class Pair:
    """The chart of the location and the chart of the spread; `mean` and `sigma` are those of the process."""

    location: Chart
    spread: Chart
    mean: float
    sigma: float


def xbar_r(
    subgroups: ArrayLike, *, base: int | None = None, mean: float | None = None, sigma: float | None = None
) -> Pair:
    """Means and ranges of subgroups, shape (k, n); NaN is a missing value of a smaller subgroup."""
    return _of_subgroups(subgroups, "range", base, mean, sigma)


def xbar_s(
    subgroups: ArrayLike, *, base: int | None = None, mean: float | None = None, sigma: float | None = None
) -> Pair:
    """Means and standard deviations of subgroups, shape (k, n); NaN is a missing value."""
    return _of_subgroups(subgroups, "deviation", base, mean, sigma)


def imr(
    values: ArrayLike, *, base: int | None = None, mean: float | None = None, sigma: float | None = None
) -> Pair:
    """Single values, shape (k,), and the ranges of each with the one before; the first range is NaN."""
    points = numbers(values, name="values")
    if points.ndim != 1 or len(points) < 2:
        raise BadInput("Single values are one row of two or more.", remedy="Use xbar_r for subgroups.")
    factors = constants(2)
    ranges = np.concatenate(([np.nan], np.abs(np.diff(points))))
    known = first(points, base)
    if sigma is None:
        if len(known) < 2:
            raise BadInput("One value has no range.", remedy="Compute the limits from two or more.")
        sigma = float(np.nanmean(ranges[: len(known)])) / factors.d2
    centre = float(known.mean()) if mean is None else mean
    return Pair(
        lines("Individuals", points, centre, _positive(sigma)),
        lines("Moving range", ranges, factors.d2 * sigma, factors.d3 * sigma, least=0.0),
        centre,
        sigma,
    )


def spread_within(subgroups: NDArray[np.float64], by: Spread) -> float:
    """The process's standard deviation from the spreads within subgroups, shape (k, n), NaN is missing."""
    counts = sizes(subgroups)
    factors = _factors(counts)
    measured = _spreads(subgroups, by)
    expected, error = _moments(counts, factors, by)
    weights = (expected / error) ** 2
    return float(np.sum(weights * measured / expected) / np.sum(weights))


def _of_subgroups(
    subgroups: ArrayLike, by: Spread, base: int | None, mean: float | None, sigma: float | None
) -> Pair:
    values = numbers(subgroups, name="subgroups", may_be_missing=True)
    if values.ndim != 2:
        raise BadInput("Subgroups are the rows of a table.", remedy="Use imr for single values.")
    counts = sizes(values)
    known = first(values, base)
    if sigma is None:
        sigma = spread_within(known, by)
    centre = float(np.nanmean(known)) if mean is None else mean
    expected, error = _moments(counts, _factors(counts), by)
    return Pair(
        lines("X-bar", np.nanmean(values, axis=1), centre, _positive(sigma) / np.sqrt(counts)),
        lines(
            "R" if by == "range" else "S",
            _spreads(values, by),
            expected * sigma,
            error * sigma,
            least=0.0,
        ),
        centre,
        sigma,
    )


def sizes(subgroups: NDArray[np.float64]) -> NDArray[np.int64]:
    """How many values each subgroup has; two at least."""
    sizes = np.sum(~np.isnan(subgroups), axis=1)
    small = (sizes < 2) | (sizes > LARGEST)
    if small.any():
        at = int(np.argmax(small))
        raise BadInput(
            f"The subgroup has {sizes[at]} values.",
            remedy=f"Subgroups have 2 to {LARGEST}; leave it out, or use imr for single values.",
            position=at,
        )
    return sizes


def _factors(sizes: NDArray[np.int64]) -> dict[int, Constants]:
    return {int(n): constants(int(n)) for n in np.unique(sizes)}


def _spreads(subgroups: NDArray[np.float64], by: Spread) -> NDArray[np.float64]:
    if by == "range":
        return np.nanmax(subgroups, axis=1) - np.nanmin(subgroups, axis=1)
    return np.nanstd(subgroups, axis=1, ddof=1)


def _moments(
    sizes: NDArray[np.int64], factors: dict[int, Constants], by: Spread
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation of the spread of each subgroup, in standard deviations of the process."""
    pairs = [(c.d2, c.d3) if by == "range" else (c.c4, c.c5) for c in (factors[int(n)] for n in sizes)]
    table = np.array(pairs)
    return table[:, 0], table[:, 1]


def _positive(sigma: float) -> float:
    if not np.isfinite(sigma) or sigma <= 0:
        raise BadInput(
            "The values of the subgroups are all alike, so there is no spread.",
            remedy="Measure more finely, or give sigma.",
        )
    return sigma
