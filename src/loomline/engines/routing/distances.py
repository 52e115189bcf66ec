"""Distances over the earth between coordinates in degrees, for when no road matrix is at hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

MEAN_RADIUS = 6_371_008.8
# WGS 84
MAJOR = 6_378_137.0
FLATTENING = 1 / 298.257223563
MINOR = MAJOR * (1 - FLATTENING)
STEPS = 200
SMALL = 1e-12


def great_circle(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres between all pairs of places in degrees, (n, n), on a sphere: within 0.6 % of the truth.

    The haversine formula (Sinnott 1984). Raises BadInput for coordinates that are none.
    """
    for name, values, most in (("latitude", latitude, 90.0), ("longitude", longitude, 360.0)):
        wrong = ~(np.abs(values) <= most)
        if wrong.any():
            at = int(np.argmax(wrong))
            raise BadInput(
                f"{values[at]:g} is no {name} in degrees.",
                remedy=f"Write -{most:g} to {most:g}.",
                position=at,
                column=name,
            )
    phi, theta = np.radians(latitude), np.radians(longitude)
    across = np.sin((phi[:, None] - phi[None, :]) / 2) ** 2
    along = np.sin((theta[:, None] - theta[None, :]) / 2) ** 2
    inside = np.clip(across + np.cos(phi[:, None]) * np.cos(phi[None, :]) * along, 0.0, 1.0)
    made: NDArray[np.float64] = 2 * MEAN_RADIUS * np.arcsin(np.sqrt(inside))
    return made


def geodesic(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Metres between two (latitude, longitude) in degrees on the WGS 84 ellipsoid (Vincenty 1975).

    To a millimetre, except for nearly opposite points of the earth, where the iteration does not settle and
    the sphere's distance is returned.
    """
    u1, u2 = (math.atan((1 - FLATTENING) * math.tan(math.radians(point[0]))) for point in (start, end))
    gap = math.radians(end[1] - start[1])
    gap = math.remainder(gap, 2 * math.pi)
    lam = gap
    for _ in range(STEPS):
        sines = (math.cos(u2) * math.sin(lam), _northing(u1, u2, lam))
        sin_sigma = math.hypot(*sines)
        if sin_sigma == 0:
            return 0.0
        cos_sigma = math.sin(u1) * math.sin(u2) + math.cos(u1) * math.cos(u2) * math.cos(lam)
        sigma = math.atan2(sin_sigma, cos_sigma)
        sin_alpha = math.cos(u1) * math.cos(u2) * math.sin(lam) / sin_sigma
        cos2_alpha = 1 - sin_alpha**2
        middle = cos_sigma - 2 * math.sin(u1) * math.sin(u2) / cos2_alpha if cos2_alpha else 0.0
        c = FLATTENING / 16 * cos2_alpha * (4 + FLATTENING * (4 - 3 * cos2_alpha))
        turn = sigma + c * sin_sigma * (middle + c * cos_sigma * (2 * middle**2 - 1))
        before, lam = lam, gap + (1 - c) * FLATTENING * sin_alpha * turn
        if abs(lam - before) < SMALL:
            return _length(cos2_alpha, sigma, middle)
    ends = np.array([start, end])
    return float(great_circle(ends[:, 0], ends[:, 1])[0, 1])


def _northing(u1: float, u2: float, lam: float) -> float:
    return math.cos(u1) * math.sin(u2) - math.sin(u1) * math.cos(u2) * math.cos(lam)


def _length(cos2_alpha: float, sigma: float, middle: float) -> float:
    squared = cos2_alpha * (MAJOR**2 - MINOR**2) / MINOR**2
    a = 1 + squared / 16384 * (4096 + squared * (-768 + squared * (320 - 175 * squared)))
    b = squared / 1024 * (256 + squared * (-128 + squared * (74 - 47 * squared)))
    sine, cosine = math.sin(sigma), math.cos(sigma)
    inner = cosine * (2 * middle**2 - 1) - b / 6 * middle * (4 * sine**2 - 3) * (4 * middle**2 - 3)
    return MINOR * a * (sigma - b * sine * (middle + b / 4 * inner))
