"""Order quantities and levels when the supplier fails for a while, or delivers more or less than ordered."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.stocking import amounts
from loomline.engines.stocking.demand import Demand
from loomline.engines.stocking.economic_order import Order

if TYPE_CHECKING:
    from scipy import optimize
else:
    optimize = heavy("scipy.optimize")


def order_quantity_with_disruptions(
    *,
    setup: float,
    holding: float,
    shortage: float,
    demand: float,
    failing: float,
    recovering: float,
    quantity: float | None = None,
    is_approximate: bool = False,
) -> Order:
    """The economic quantity when supply fails at rate `failing` and comes back at rate `recovering`.

    Both are per time and exponential; `shortage` is paid per unit of demand lost (Parlar and Berk, 1991;
    Berk and Arreola-Risa, 1994). `is_approximate` takes the chance of a failure at the end of a cycle as
    that in the long run, which has a closed form (Snyder, 2014).
    """
    amounts.positive(
        setup=setup, holding=holding, shortage=shortage, demand=demand, failing=failing, recovering=recovering
    )
    both = failing + recovering

    def cost(lot: float) -> float:
        change = 1.0 if is_approximate else -math.expm1(-both * lot / demand)
        down = failing / both * change
        cycle = lot / demand + down / recovering
        return (setup + holding * lot * lot / (2 * demand) + shortage * demand * down / recovering) / cycle

    if quantity is None:
        start = math.sqrt(2 * setup * demand / holding)
        far = start + demand * shortage / holding
        found = optimize.minimize_scalar(
            cost,
            bounds=(start * 1e-3, far),
            method="bounded",
            options={"xatol": 1e-9 * start, "maxiter": 1000},
        )
        quantity = (
            _closed_form(setup, holding, shortage, demand, failing, recovering)
            if is_approximate
            else (float(found.x))
        )
    amounts.positive(quantity=quantity)
    return Order(quantity, cost(quantity))


def level_with_disruptions(
    *,
    holding: float,
    shortage: float,
    demand: float,
    failing: float,
    recovering: float,
    level: float | None = None,
) -> tuple[float, float]:
    """The base-stock level and its cost for known `demand` per period when the supplier fails by the period.

    `failing` and `recovering` are chances per period; `shortage` is paid per unit and period owed (Tomlin,
    2006). The level covers a whole number of periods: the least whose chance covers the critical ratio.
    """
    amounts.positive(holding=holding, shortage=shortage, demand=demand)
    amounts.share(failing=failing, recovering=recovering)
    ratio, stay = shortage / (shortage + holding), 1 - recovering
    up = recovering / (failing + recovering)
    # P(down for n periods or less) = 1 - (1 - up) stay^n.
    periods = 0
    while 1 - (1 - up) * stay**periods < ratio - 1e-12:
        periods += 1
    held = (periods + 1) * demand if level is None else level
    cost, n = 0.0, 0
    tail = 1 - up
    chance = up
    while chance > 0 and (tail > 1e-16 or n < held / demand):
        need = (n + 1) * demand
        cost += chance * (holding * max(held - need, 0.0) + shortage * max(need - held, 0.0))
        n += 1
        chance = (1 - up) * recovering * stay ** (n - 1)
        tail = (1 - up) * stay**n
    return held, cost


def order_quantity_with_yield(
    *,
    setup: float,
    holding: float,
    demand: float,
    yield_mean: float,
    yield_sd: float,
    is_additive: bool = False,
    quantity: float | None = None,
) -> Order:
    """The economic quantity when what arrives is the order times a random share, or plus a random amount.

    Silver (1976): the mean and deviation are those of the share, or of the amount with `is_additive`.
    """
    amounts.positive(setup=setup, holding=holding, demand=demand)
    amounts.not_negative(yield_sd=yield_sd)
    best = 2 * setup * demand / holding
    if is_additive:
        made = math.sqrt(best + yield_sd**2) - yield_mean if quantity is None else quantity
        first, second = made + yield_mean, (made + yield_mean) ** 2 + yield_sd**2
    else:
        amounts.positive(yield_mean=yield_mean)
        power = yield_mean**2 + yield_sd**2
        made = math.sqrt(best / power) if quantity is None else quantity
        first, second = made * yield_mean, made * made * power
    amounts.positive(quantity=made, received=first)
    return Order(made, setup * demand / first + holding * second / (2 * first))


def level_with_additive_yield(
    *, holding: float, shortage: float, demand: float, gain: Demand, level: float | None = None
) -> tuple[float, float]:
    """How much to order for known demand when a random `gain` (or loss, below 0) is added; and the cost."""
    amounts.positive(holding=holding, shortage=shortage, demand=demand)
    held = demand - gain.quantile(holding / (holding + shortage)) if level is None else level
    if not math.isfinite(held):
        raise BadInput("The level is no number.", remedy="Give one.", column="level")
    missing = demand - held
    return held, holding * gain.shortage(missing) + shortage * gain.surplus(missing)


def _closed_form(
    setup: float, holding: float, shortage: float, demand: float, failing: float, recovering: float
) -> float:
    """The root of the derivative when the chance of a failure does not depend on the quantity."""
    wait = failing / (failing + recovering) / recovering
    lost = demand * wait
    return math.sqrt(lost**2 + 2 * demand * (setup + shortage * lost) / holding) - lost
