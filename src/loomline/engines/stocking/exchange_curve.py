"""What service costs in stock over all items: one factor for all, each point a policy that can be chosen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray
    from scipy import special
else:
    np, special = heavy("numpy"), heavy("scipy.special")

ROOT_2_PI = math.sqrt(2 * math.pi)
STEPS = 80


@dataclass(frozen=True)
class CyclePoint:
    """One choice of setup over holding: orders per time and the value of cycle stock."""

    ratio: float
    orders: float
    cycle_stock: float


@dataclass(frozen=True)
class SafetyPoint:
    """One choice of service: the value of safety stock, and the value short per time.

    `service` is the share of the value of demand met from the shelf; `stocks` are the units per item.
    """

    safety_stock: float
    short: float
    service: float
    stocks: NDArray[np.float64]


def cycle_curve(demand: ArrayLike, value: ArrayLike, ratios: Sequence[float]) -> tuple[CyclePoint, ...]:
    """Orders per time against cycle stock for ratios of setup cost to holding rate (Brown, 1967).

    `demand` per time and `value` of a unit, shape (n,). Each item is ordered by its economic quantity
    sqrt(2 demand ratio / value); orders times cycle stock stay the same along the curve.
    """
    rate, worth = _above_zero(demand=demand, value=value)
    made = []
    for ratio in ratios:
        lots = np.sqrt(2 * rate * ratio / worth)
        made.append(CyclePoint(ratio, float((rate / lots).sum()), float((lots * worth).sum() / 2)))
    return tuple(made)


def safety_curve(
    demand: ArrayLike,
    value: ArrayLike,
    quantity: ArrayLike,
    lead_time_sd: ArrayLike,
    *,
    budgets: Sequence[float],
) -> tuple[SafetyPoint, ...]:
    """The least value short per time for each budget of safety stock (Gerson and Brown, 1970).

    Shape (n,) each: `demand` per time, `value` of a unit, order `quantity`, and the deviation of lead-time
    demand `lead_time_sd`, taken as normal. At the optimum every item has the same worth of another unit of
    value in stock: (demand / quantity) P(short), or no safety stock at all.
    """
    rate, worth, lots, spread = _above_zero(
        demand=demand, value=value, quantity=quantity, lead_time_sd=lead_time_sd
    )
    made = []
    for budget in budgets:
        if not (math.isfinite(budget) and budget >= 0):
            raise BadInput(f"The budget is {budget:g}.", remedy="Give 0 or more.", column="budgets")
        low, high = -60.0, math.log(float((rate / lots).max()))
        for _ in range(STEPS):
            middle = (low + high) / 2
            held = float((_factors(math.exp(middle), rate / lots) * spread * worth).sum())
            low, high = (middle, high) if held > budget else (low, middle)
        stocks = _factors(math.exp(high), rate / lots) * spread
        made.append(safety_point(rate, worth, lots, spread, stocks=stocks))
    return tuple(made)


def safety_point(
    demand: ArrayLike, value: ArrayLike, quantity: ArrayLike, lead_time_sd: ArrayLike, *, stocks: ArrayLike
) -> SafetyPoint:
    """Where given safety stocks in units, shape (n,), stand in the plane of the curve; none below 0."""
    rate, worth, lots, spread = _above_zero(
        demand=demand, value=value, quantity=quantity, lead_time_sd=lead_time_sd
    )
    held = np.asarray(stocks, dtype=float)
    wrong = ~np.isfinite(held) | (held < 0)
    if held.shape != rate.shape or wrong.any():
        raise BadInput(
            "There is a safety stock missing or below 0.",
            remedy="Give one of 0 or more for each item.",
            column="stocks",
            position=int(np.argmax(wrong)) if held.shape == rate.shape else None,
        )
    factors = held / spread
    loss = np.exp(-factors * factors / 2) / ROOT_2_PI - factors * special.ndtr(-factors)
    short = float((rate / lots * loss * spread * worth).sum())
    return SafetyPoint(float((held * worth).sum()), short, 1 - short / float((rate * worth).sum()), held)


def _factors(worth: float, cycles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Safety factors at which another unit of value in stock saves `worth` per time, none below 0."""
    share = np.minimum(worth / cycles, 0.5)
    return np.maximum(-special.ndtri(share), 0.0)


def _above_zero(**given: ArrayLike) -> list[NDArray[np.float64]]:
    made = {name: np.asarray(values, dtype=float) for name, values in given.items()}
    length = len(next(iter(made.values())))
    for name, values in made.items():
        wrong = ~np.isfinite(values) | (values <= 0)
        if values.shape != (length,) or wrong.any():
            raise BadInput(
                "There is a number missing or not above 0.",
                remedy="Correct it or leave the item out.",
                column=name,
                position=int(np.argmax(wrong)) if values.shape == (length,) else None,
            )
    return [*made.values()]
