"""What every control chart is: points, a centre line and limits; and where the figures come from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray
else:
    np = heavy("numpy")


@dataclass(frozen=True)
class Chart:
    """A control chart of k points; every array has the shape (k,).

    `sigma` is the standard error of a point, limits are three of it from the centre unless a natural bound
    (zero, all) is nearer. A point that cannot be computed, such as the first moving range, is NaN.
    """

    name: str
    points: NDArray[np.float64]
    centre: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    sigma: NDArray[np.float64]

    @property
    def standardised(self) -> NDArray[np.float64]:
        """Each point's distance from the centre in standard errors."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return (self.points - self.centre) / self.sigma

    @property
    def outside(self) -> NDArray[np.bool_]:
        """Which points lie beyond a limit."""
        return (self.points > self.upper) | (self.points < self.lower)


def lines(
    name: str,
    points: NDArray[np.float64],
    centre: NDArray[np.float64] | float,
    sigma: NDArray[np.float64] | float,
    *,
    least: float = -math.inf,
    most: float = math.inf,
) -> Chart:
    """The chart of these points with limits three standard errors from the centre."""
    middle = np.broadcast_to(np.asarray(centre, dtype=float), points.shape)
    spread = np.broadcast_to(np.asarray(sigma, dtype=float), points.shape)
    return Chart(
        name,
        points,
        middle,
        np.maximum(middle - 3 * spread, least),
        np.minimum(middle + 3 * spread, most),
        spread,
    )


def numbers(values: ArrayLike, *, name: str, may_be_missing: bool = False) -> NDArray[np.float64]:
    """The values as floats; text, infinities and (unless they may be missing) NaN are refused."""
    try:
        made = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise BadInput(f"The {name} are not a table of numbers.", remedy="Give numbers only.") from None
    if made.size == 0:
        raise BadInput(f"There are no {name}.", remedy="Give at least two.")
    wrong = np.isinf(made) if may_be_missing else ~np.isfinite(made)
    if wrong.any():
        at = np.argwhere(wrong)[0]
        column = f"{at[1]}" if made.ndim > 1 else ""
        raise BadInput(
            f"{made[tuple(at)]:g} is no value.",
            remedy="Leave it out or correct it.",
            position=int(at[0]),
            column=column,
        )
    return made


def first(values: NDArray[np.float64], base: int | None) -> NDArray[np.float64]:
    """The rows that the limits are computed from: the first `base`, or all."""
    if base is None:
        return values
    if not 1 <= base <= len(values):
        raise BadInput(
            f"Limits from the first {base} of {len(values)} points are not possible.",
            remedy="Name as many as there are, or fewer.",
        )
    return values[:base]
