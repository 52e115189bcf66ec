"""Booked orders take their share out of the forecast, so that nothing is planned twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    np = heavy("numpy")


@dataclass(frozen=True)
class Consumed:
    """Forecast that is left [period], what each order took from each period [order, period], and the excess.

    `total` [period] is what to plan for: all orders and the rest of the forecast. `unmatched` [order] is what
    an order asks for beyond the forecast inside its windows.
    """

    left: Floats
    taken: Floats
    unmatched: Floats
    total: Floats


def consume(
    forecast: Floats, periods: NDArray[np.int64], quantities: Floats, *, backward: int = 0, forward: int = 0
) -> Consumed:
    """Let orders consume a forecast [period].

    Order o asks for `quantities[o]` in period `periods[o]`. It takes from its own period first, then from up
    to `backward` earlier ones, the nearest first, then from up to `forward` later ones. Orders are served by
    period and, within one, in the order given. Raises BadInput for negative amounts and unknown periods.
    """
    for name, amounts in (("forecast", forecast), ("order", quantities)):
        wrong = ~(np.isfinite(amounts) & (amounts >= 0))
        if wrong.any():
            at = int(np.argmax(wrong))
            raise BadInput(
                f"The {name} {amounts[at]:g} is no amount.", remedy="Give zero or more.", position=at
            )
    outside = (periods < 0) | (periods >= len(forecast))
    if outside.any():
        at = int(np.argmax(outside))
        raise BadInput(
            f"The order is for period {periods[at]}, which the forecast does not have.",
            remedy=f"Give a period from 0 to {len(forecast) - 1}.",
            position=at,
        )
    left, taken = forecast.astype(float).copy(), np.zeros((len(quantities), len(forecast)))
    unmatched = quantities.astype(float).copy()
    for order in np.argsort(periods, kind="stable"):
        for period in _windows(int(periods[order]), backward, forward, len(forecast)):
            amount = min(left[period], unmatched[order])
            left[period] -= amount
            unmatched[order] -= amount
            taken[order, period] += amount
    total: Floats = left.copy()
    np.add.at(total, periods, quantities)
    return Consumed(left, taken, unmatched, total)


def _windows(period: int, backward: int, forward: int, count: int) -> list[int]:
    earlier = range(period - 1, max(period - backward, 0) - 1, -1)
    later = range(period + 1, min(period + forward, count - 1) + 1)
    return [period, *earlier, *later]
