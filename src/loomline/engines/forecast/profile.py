"""What kind of demand a series is: its length, season, gaps and the class of Syntetos, Boylan and Croston."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    np = heavy("numpy")

ADI_LIMIT = 1.32
CV2_LIMIT = 0.49
# Of twelve pairs; with four of a short quarterly series chance passes one time in thirty.
STUDENT = 2.76


@dataclass(frozen=True)
class Profile:
    """What is known about one series before it is forecast.

    `adi` is the average interval between periods with demand (1 = always), infinite when there was none;
    `cv2` the squared coefficient of variation of the sizes. `kind` is smooth, erratic, intermittent or lumpy
    (cut-offs 1.32 and 0.49: Syntetos, Boylan and Croston 2005), or empty (no value), zero, constant, short
    (fewer than five values). `season` is the period of the strongest significant season, 1 when none is.
    """

    length: int
    known: int
    adi: float
    cv2: float
    kind: str
    season: int

    @property
    def is_intermittent(self) -> bool:
        """Is there demand in so few periods that sizes and intervals are forecast apart?"""
        return self.kind in {"intermittent", "lumpy"}


def profile(values: Floats, seasons: tuple[int, ...] = ()) -> Profile:
    """The profile of a series [periods], NaN for gaps, tested for the given seasons (in periods)."""
    known = values[~np.isnan(values)]
    sizes = known[known != 0]
    adi = len(known) / len(sizes) if len(sizes) else math.inf
    mean = float(np.mean(sizes)) if len(sizes) else 0.0
    cv2 = float(np.var(sizes) / mean**2) if mean and len(sizes) > 1 else 0.0
    season = next((m for m in sorted(seasons, reverse=True) if is_seasonal(filled(values), m)), 1)
    return Profile(len(values), len(known), adi, cv2, _kind(known, sizes, adi, cv2), season)


def _kind(known: Floats, sizes: Floats, adi: float, cv2: float) -> str:
    if not len(known):
        return "empty"
    if not len(sizes):
        return "zero"
    if len(known) > 1 and np.ptp(known) == 0:
        return "constant"
    if len(known) < 5:
        return "short"
    if adi >= ADI_LIMIT:
        return "lumpy" if cv2 >= CV2_LIMIT else "intermittent"
    return "erratic" if cv2 >= CV2_LIMIT else "smooth"


def is_seasonal(values: Floats, season: int, *, z: float = 1.645) -> bool:
    """Is the autocorrelation at the seasonal lag significant at 90 % (Assimakopoulos and Nikolopoulos 2000)?

    `values` [periods] has no gaps. From two to three seasons must be alike, once their line is taken out;
    fewer than two are never seasonal.
    """
    n = len(values)
    if season < 2 or n < 2 * season:
        return False
    if n < 3 * season:
        return _is_repeated(values, season)
    away = values - values.mean()
    total = float(away @ away)
    if total <= 1e-12 * float(values @ values):
        return False
    size = 1 << (2 * n - 1).bit_length()
    spectrum = np.abs(np.fft.rfft(away, size)) ** 2
    acf = np.fft.irfft(spectrum, size)[1 : season + 1] / total
    limit = z * math.sqrt((1 + 2 * float(acf[:-1] @ acf[:-1])) / n)
    return bool(abs(acf[-1]) > limit)


def _is_repeated(values: Floats, season: int) -> bool:
    """Is the correlation of values one season apart significant at 99 % (one-sided, Student's t)?"""
    at = np.arange(len(values)) - (len(values) - 1) / 2
    away = values - values.mean()
    away = away - at * float(at @ away) / float(at @ at)
    before, after = away[:-season] - away[:-season].mean(), away[season:] - away[season:].mean()
    size = math.sqrt(float(before @ before) * float(after @ after))
    if size <= 1e-12 * float(values @ values):
        return False
    r = min(float(before @ after) / size, 1 - 1e-12)
    return r * math.sqrt((len(before) - 2) / (1 - r * r)) > STUDENT


def filled(values: Floats) -> Floats:
    """The series [periods] with its gaps drawn straight from neighbour to neighbour."""
    gap = np.isnan(values)
    if not gap.any():
        return values
    if gap.all():
        return np.zeros(len(values))
    at = np.arange(len(values))
    made = values.copy()
    made[gap] = np.interp(at[gap], at[~gap], values[~gap])
    return made
