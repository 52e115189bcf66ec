"""How much to order in which period when demand is known: exact and quick rules, one item without limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray
else:
    np = heavy("numpy")

Closes = Callable[[Sequence[float], int, int, float], bool]


class Rule(Protocol):
    """A lot-sizing rule with steady costs."""

    def __call__(self, demand: ArrayLike, *, setup: float, holding: float) -> NDArray[np.float64]: ...


def wagner_whitin(
    demand: ArrayLike, *, setup: ArrayLike, holding: ArrayLike, unit_cost: ArrayLike = 0.0
) -> NDArray[np.float64]:
    """The cheapest orders that meet known demand on time (Wagner and Whitin, 1958).

    `demand` has one quantity per period, shape (T,). `setup` is the cost of an order, `holding` the cost of
    carrying one unit from the end of a period to the next, `unit_cost` the price of a unit; each is one
    number or one per period. Returns the order quantity of each period, shape (T,); an order arrives before
    the demand of its period. Of equally cheap plans the one with the later last order is taken. Costs per
    period may vary freely, also so that it pays to speculate. Raises BadInput for numbers below 0 or
    missing ones.
    """
    need = _amounts("demand", demand)
    periods = len(need)
    fixed, carry, price = (
        _per_period(name, given, periods)
        for name, given in (("setup", setup), ("holding", holding), ("unit_cost", unit_cost))
    )
    steady = _never_rises(price, carry)
    best, ordered = [0.0] + [float("inf")] * periods, [0] * (periods + 1)
    for end in range(1, periods + 1):
        _close_at(end, need, fixed, carry, price, best, ordered, steady)
    return _orders(need, ordered)


def silver_meal(demand: ArrayLike, *, setup: float, holding: float) -> NDArray[np.float64]:
    """Each order covers periods as long as the cost per period falls (Silver and Meal, 1973).

    `demand` has shape (T,), `setup` is the cost of an order, `holding` the cost of a unit and period. Returns
    the order quantities, shape (T,). Periods without demand are passed over: no order is placed in them, and
    they lengthen the cover of the order before.
    """

    def closes(need: Sequence[float], start: int, end: int, carried: float) -> bool:
        before = (setup + carried) / (end - start)
        return (setup + carried + holding * (end - start) * need[end]) / (end - start + 1) > before

    return _by_rule(demand, setup, holding, closes)


def least_unit_cost(demand: ArrayLike, *, setup: float, holding: float) -> NDArray[np.float64]:
    """Each order covers periods as long as the cost per unit falls (Gorham, 1968); as `silver_meal`."""

    def closes(need: Sequence[float], start: int, end: int, carried: float) -> bool:
        covered = sum(need[start:end])
        return (setup + carried + holding * (end - start) * need[end]) / (covered + need[end]) > (
            setup + carried
        ) / covered

    return _by_rule(demand, setup, holding, closes)


def part_period_balancing(demand: ArrayLike, *, setup: float, holding: float) -> NDArray[np.float64]:
    """Each order covers periods until holding comes nearest to one set-up (DeMatteis, 1968)."""

    def closes(need: Sequence[float], start: int, end: int, carried: float) -> bool:
        after = carried + holding * (end - start) * need[end]
        return after > setup and abs(after - setup) > abs(carried - setup)

    return _by_rule(demand, setup, holding, closes)


def lot_cost(
    demand: ArrayLike,
    quantities: ArrayLike,
    *,
    setup: ArrayLike,
    holding: ArrayLike,
    unit_cost: ArrayLike = 0.0,
) -> float:
    """What a plan costs: set-ups, stock carried between periods, units; one that is short is refused."""
    need, lots = _amounts("demand", demand), _amounts("quantities", quantities)
    if len(need) != len(lots):
        raise BadInput(
            f"There are {len(need)} demands and {len(lots)} quantities.", remedy="Give one per period."
        )
    fixed, carry, price = (
        _per_period(name, given, len(need))
        for name, given in (("setup", setup), ("holding", holding), ("unit_cost", unit_cost))
    )
    stock, cost = 0.0, 0.0
    for period, (out, lot) in enumerate(zip(need, lots, strict=True)):
        stock += lot - out
        if stock < -1e-6 * max(1.0, out):
            raise BadInput(
                f"The plan is short by {-stock:g}.",
                remedy="Order before the demand.",
                column="quantities",
                position=period,
            )
        cost += (fixed[period] if lot > 0 else 0.0) + price[period] * lot + carry[period] * max(stock, 0.0)
    return cost


def _close_at(
    end: int,
    need: Sequence[float],
    fixed: Sequence[float],
    carry: Sequence[float],
    price: Sequence[float],
    best: list[float],
    ordered: list[int],
    steady: bool,
) -> None:
    """Find the best last order for the first `end` periods, walking its period back from the end."""
    if need[end - 1] == 0:
        best[end], ordered[end] = best[end - 1], ordered[end - 1]
        return
    # Where units never become dearer, an order never moves back behind the last order of a shorter horizon.
    first = ordered[end - 1] if steady else 0
    covered = holding = 0.0
    for start in range(end - 1, first - 1, -1):
        if start < end - 1:
            holding += carry[start] * covered
        covered += need[start]
        cost = best[start] + fixed[start] + holding + price[start] * covered
        if cost < best[end]:
            best[end], ordered[end] = cost, start
        if holding > best[end]:
            break


def _never_rises(price: Sequence[float], carry: Sequence[float]) -> bool:
    """True where it never pays to buy early for the price alone: the planning-horizon theorem holds."""
    return all(after <= before + held for before, after, held in zip(price, price[1:], carry, strict=False))


def _orders(need: Sequence[float], ordered: Sequence[int]) -> NDArray[np.float64]:
    lots = np.zeros(len(need))
    end = len(need)
    while end > 0:
        while end > 0 and need[end - 1] == 0:
            end -= 1
        if end == 0:
            break
        start = ordered[end]
        lots[start] = sum(need[start:end])
        end = start
    return lots


def _by_rule(demand: ArrayLike, setup: float, holding: float, closes: Closes) -> NDArray[np.float64]:
    need = _amounts("demand", demand)
    _per_period("setup", setup, 1)
    _per_period("holding", holding, 1)
    lots = np.zeros(len(need))
    start, carried = -1, 0.0
    for period, amount in enumerate(need):
        if amount == 0:
            continue
        if start < 0 or closes(need, start, period, carried):
            start, carried = period, 0.0
        else:
            carried += holding * (period - start) * amount
        lots[start] += amount
    return lots


def _amounts(name: str, given: ArrayLike) -> list[float]:
    made = np.asarray(given, dtype=float)
    if made.ndim != 1:
        raise BadInput(f"{name} has {made.ndim} dimensions.", remedy="Give one number per period.")
    wrong = ~np.isfinite(made) | (made < 0)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise BadInput(
            f"{made[at]:g} is not a number of 0 or more.", remedy="Correct it.", column=name, position=at
        )
    return made.tolist()


def _per_period(name: str, given: ArrayLike, periods: int) -> list[float]:
    made = np.asarray(given, dtype=float)
    if made.ndim == 0:
        return _amounts(name, made.reshape(1)) * periods
    if made.shape != (periods,):
        raise BadInput(
            f"{name} has shape {made.shape}.",
            remedy=f"Give one number, or one for each of {periods} periods.",
        )
    return _amounts(name, made)
