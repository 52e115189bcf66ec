"""Items that share the cost of an order: a common interval and for each item how often it joins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from loomline.engines.bad_input import BadInput
from loomline.engines.stocking import amounts

MOST_STEPS = 200_000


@dataclass(frozen=True)
class JointOrder:
    """Every `interval` an order goes out; item i is in each `multiples[i]`-th with `quantities[i]`."""

    interval: float
    multiples: tuple[int, ...]
    quantities: tuple[float, ...]
    cost: float


def joint_replenishment(
    *, shared: float, own: Sequence[float], holding: Sequence[float], demand: Sequence[float]
) -> JointOrder:
    """The best cyclic joint order (Goyal, 1974).

    `shared` is the cost of any order, `own[i]` what item i adds to it; `holding` per unit and time, `demand`
    per time. Between two breakpoints of the interval the best multiples stay the same, so that walking all
    breakpoints down to where the shared cost alone exceeds the best cost finds the optimum.
    """
    _check(shared, own, holding, demand)
    carried = [h * d for h, d in zip(holding, demand, strict=True)]
    interval = math.sqrt(2 * (shared + sum(own)) / sum(carried))
    multiples = [_multiple(a, c, interval) for a, c in zip(own, carried, strict=True)]
    best_cost, best_interval, best = math.inf, interval, tuple(multiples)
    for _ in range(MOST_STEPS):
        fixed = shared + sum(a / k for a, k in zip(own, multiples, strict=True))
        held = sum(c * k for c, k in zip(carried, multiples, strict=True))
        cost = math.sqrt(2 * fixed * held)
        if cost < best_cost * (1 - 1e-15):
            best_cost, best_interval, best = cost, math.sqrt(2 * fixed / held), tuple(multiples)
        ends = [math.sqrt(2 * a / (c * k * (k + 1))) for a, c, k in zip(own, carried, multiples, strict=True)]
        end = max(ends)
        if end <= 0 or shared / end >= best_cost:
            break
        for item, at in enumerate(ends):
            if at >= end * (1 - 1e-12):
                multiples[item] += 1
    lots = tuple(k * best_interval * d for k, d in zip(best, demand, strict=True))
    return JointOrder(best_interval, best, lots, best_cost)


def joint_cost(
    interval: float,
    multiples: Sequence[int],
    *,
    shared: float,
    own: Sequence[float],
    holding: Sequence[float],
    demand: Sequence[float],
) -> float:
    """Cost per time of a given joint order."""
    amounts.positive(interval=interval)
    fixed = shared + sum(a / k for a, k in zip(own, multiples, strict=True))
    held = sum(k * h * d for k, h, d in zip(multiples, holding, demand, strict=True))
    return fixed / interval + interval * held / 2


def _multiple(own: float, carried: float, interval: float) -> int:
    """The least k with k (k + 1) >= 2 own / (carried interval²)."""
    return max(1, math.ceil((math.sqrt(1 + 8 * own / (carried * interval**2)) - 1) / 2 - 1e-12))


def _check(shared: float, own: Sequence[float], holding: Sequence[float], demand: Sequence[float]) -> None:
    if not len(own) == len(holding) == len(demand) or not own:
        raise BadInput(
            f"There are {len(own)} own costs, {len(holding)} holding costs and {len(demand)} demands.",
            remedy="Give each item all three.",
        )
    amounts.positive(shared=shared)
    for item, (a, h, d) in enumerate(zip(own, holding, demand, strict=True)):
        amounts.not_negative(**{f"own {item}": a})
        amounts.positive(**{f"holding {item}": h, f"demand {item}": d})
