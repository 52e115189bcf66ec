"""The figures of a season: classical decomposition with shrunk indices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    np = heavy("numpy")


@dataclass(frozen=True)
class Season:
    """The seasonal figures of one series: `indices[t % period]` belongs to the period t of its values.

    Figures are factors around 1 when `by_factor`, else amounts around 0. A period of 1 is no season.
    """

    indices: Floats
    by_factor: bool

    def over(self, start: int, end: int) -> Floats:
        """The figures of the periods `start` to `end` (not counted), counted from the first value."""
        return self.indices[np.arange(start, end) % len(self.indices)]

    def taken_out(self, values: Floats) -> Floats:
        """The values [periods] without their season."""
        figures = self.over(0, len(values))
        return values / figures if self.by_factor else values - figures

    def put_back(self, values: Floats, start: int) -> Floats:
        """Values [..., periods] from period `start` on, with their season."""
        figures = self.over(start, start + values.shape[-1])
        return values * figures if self.by_factor else values + figures


def no_season() -> Season:
    """The season of a series that has none."""
    return Season(np.zeros(1), by_factor=False)


def find_season(values: Floats, period: int, *, by_factor: bool) -> Season:
    """Seasonal figures of a series [periods] without gaps, of at least two whole seasons.

    Classical decomposition around a centred moving average; figures are drawn towards no season as far as
    their scatter asks for it (James-Stein; Miller and Williams 2003).
    """
    half = period // 2
    window = np.full(period, 1.0) if period % 2 else np.r_[0.5, np.ones(period - 1), 0.5]
    trend = np.convolve(values, window / period, "valid")
    middle = values[half : half + len(trend)]
    ratio = middle / np.where(trend > 0, trend, 1.0) if by_factor else middle - trend
    at = (np.arange(len(trend)) + half) % period
    count = np.maximum(np.bincount(at, minlength=period), 1)
    indices = np.bincount(at, ratio, minlength=period) / count
    indices = _shrunk(indices, ratio - indices[at], float(count.mean()))
    if not by_factor:
        return Season(indices - indices.mean(), by_factor)
    mean = indices.mean()
    return Season(np.maximum(indices / mean, 0.01) if mean > 0 else np.ones(period), by_factor)


def _shrunk(indices: Floats, left: Floats, count: float) -> Floats:
    period = len(indices)
    freedom = max(len(left) - period, 1)
    noise = float(left @ left) / freedom / count
    away = indices - indices.mean()
    total = float(away @ away)
    if period < 4 or total <= 0:
        return indices
    kept: Floats = indices.mean() + max(0.0, 1 - (period - 3) * noise / total) * away
    return kept
