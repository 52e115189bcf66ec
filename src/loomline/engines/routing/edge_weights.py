"""Distances between the places of a benchmark file, by the names of TSPLIB (Reinelt 1995), unrounded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

TSPLIB_EARTH = 6378.388
TSPLIB_PI = 3.141592
FORMATS = (
    "FULL_MATRIX",
    "LOWER_ROW",
    "LOWER_DIAG_ROW",
    "UPPER_ROW",
    "UPPER_DIAG_ROW",
    "LOWER_COL",
    "UPPER_COL",
    "LOWER_DIAG_COL",
    "UPPER_DIAG_COL",
)


def euclidean(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Straight lines between the rows of (n, 2) coordinates, as (n, n)."""
    gaps = places[:, None, :] - places[None, :, :]
    made: NDArray[np.float64] = np.sqrt((gaps**2).sum(axis=2))
    return made


def explicit(values: Sequence[float], form: str, size: int) -> NDArray[np.float64] | None:
    """The (n, n) matrix of an EDGE_WEIGHT_SECTION; None when the number of values does not fit the form."""
    if form == "FULL_MATRIX":
        return np.array(values).reshape(size, size) if len(values) == size * size else None
    shape = form.replace("_COL", "_ROW")
    # The columns of one triangle are the rows of the other, read in the same order.
    if form.endswith("_COL"):
        shape = shape.replace("LOWER", "upper").replace("UPPER", "LOWER").replace("upper", "UPPER")
    if form not in FORMATS:
        return None
    shift = 0 if "DIAG" in shape else 1
    rows, columns = (
        np.tril_indices(size, -shift) if shape.startswith("LOWER") else np.triu_indices(size, shift)
    )
    if len(values) != len(rows):
        return None
    made = np.zeros((size, size))
    made[rows, columns] = values
    made[columns, rows] = values
    return made


def _ceiling(places: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.ceil(euclidean(places))


def _manhattan(places: NDArray[np.float64]) -> NDArray[np.float64]:
    made: NDArray[np.float64] = np.abs(places[:, None, :] - places[None, :, :]).sum(axis=2)
    return made


def _maximum(places: NDArray[np.float64]) -> NDArray[np.float64]:
    made: NDArray[np.float64] = np.abs(places[:, None, :] - places[None, :, :]).max(axis=2)
    return made


def _pseudo(places: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.ceil(euclidean(places) / np.sqrt(10.0))


def _geographic(places: NDArray[np.float64]) -> NDArray[np.float64]:
    degrees = np.trunc(places)
    angles = TSPLIB_PI * (degrees + 5.0 * (places - degrees) / 3.0) / 180.0
    latitude, longitude = angles[:, 0], angles[:, 1]
    q1 = np.cos(longitude[:, None] - longitude[None, :])
    q2 = np.cos(latitude[:, None] - latitude[None, :])
    q3 = np.cos(latitude[:, None] + latitude[None, :])
    inside = np.clip(0.5 * ((1.0 + q1) * q2 - (1.0 - q1) * q3), -1.0, 1.0)
    made = np.floor(TSPLIB_EARTH * np.arccos(inside) + 1.0)
    np.fill_diagonal(made, 0.0)
    return made


METRICS: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "EUC_2D": euclidean,
    "CEIL_2D": _ceiling,
    "MAN_2D": _manhattan,
    "MAX_2D": _maximum,
    "ATT": _pseudo,
    "GEO": _geographic,
}
