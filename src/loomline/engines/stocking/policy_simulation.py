"""A stocking policy run over random demand and lead times: what it would have cost and served."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.stocking import amounts
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray
else:
    np = heavy("numpy")

# Demand of n items of chance: asks the generator for an array of this shape.
Draw = Callable[["np.random.Generator", tuple[int, ...]], "NDArray[np.float64]"]


@dataclass(frozen=True)
class Policy:
    """At every `interval`-th period, if the position is at or below `reorder_point`, order.

    With `order_up_to` the order fills the position up to it: (R, s, S), and (R, S) where s is S. With
    `quantity` it is the least multiple of it that lifts the position above the reorder point: (R, s, nQ).
    """

    reorder_point: float
    order_up_to: float | None = None
    quantity: float | None = None
    interval: int = 1

    def __post_init__(self) -> None:
        if (self.order_up_to is None) == (self.quantity is None) or self.interval < 1:
            raise BadInput(
                "A policy has either an order-up-to level or a quantity, and an interval of 1 or more.",
                remedy="Give one of them.",
                column="order_up_to",
            )
        if self.order_up_to is not None and self.order_up_to < self.reorder_point:
            raise BadInput("S is below s.", remedy="Order up to s or more.", column="order_up_to")
        if self.quantity is not None:
            amounts.positive(quantity=self.quantity)


@dataclass(frozen=True)
class Outcome:
    """Means per period over all runs after the warm-up, and half the width of a 95 % interval of the cost."""

    cost: float
    cost_error: float
    on_hand: float
    backorders: float
    fill_rate: float
    cycle_service: float
    orders: float


def simulate(
    policy: Policy,
    demand: Draw,
    lead_times: ArrayLike,
    *,
    setup: float = 0.0,
    holding: float = 0.0,
    shortage: float = 0.0,
    periods: int = 1000,
    warm_up: int = 100,
    runs: int = 200,
    seed: int,
    watch: Watch | None = None,
) -> Outcome:
    """Run the policy `runs` times over `periods` periods, all runs side by side.

    In a period: what is due arrives, the position is reviewed and an order placed, demand comes, costs are
    charged on what is on hand or owed. An order placed with a lead time of L periods arrives L periods later,
    0 at once. `lead_times` are whole periods, drawn with equal chance; orders may overtake each other.
    Shortages are backordered. `cycle_service` is the share of periods before an arrival that end without a
    backorder.
    """
    leads = np.atleast_1d(np.asarray(lead_times, dtype=float))
    if not np.isfinite(leads).all() or (leads < 0).any() or (leads != np.floor(leads)).any():
        raise BadInput("Lead times are whole periods of 0 or more.", remedy="Round.", column="lead_times")
    amounts.not_negative(setup=setup, holding=holding, shortage=shortage)
    if min(periods, runs) < 1 or warm_up < 0:
        raise BadInput("There is nothing to run.", remedy="Give periods and runs of 1 or more.")
    course = _Course(policy, leads.astype(np.int64), runs, np.random.default_rng(seed))
    watch = watch or Watch()
    for period in range(warm_up + periods):
        if period % 50 == 0:
            watch.at(period / (warm_up + periods), f"period {period}")
        course.step(period, demand, counts=period >= warm_up)
    return course.outcome(periods, setup, holding, shortage)


class _Course:
    """All runs at one moment, and the sums so far."""

    def __init__(
        self, policy: Policy, leads: NDArray[np.int64], runs: int, chance: np.random.Generator
    ) -> None:
        self.policy, self.leads, self.chance, self.runs = policy, leads, chance, runs
        self.due = np.zeros((int(leads.max()) + 1, runs))
        start = policy.order_up_to if policy.order_up_to is not None else policy.reorder_point
        self.net = np.full(runs, float(start))
        self.position = self.net.copy()
        self.sums = {
            name: np.zeros(runs)
            for name in ("on_hand", "owed", "short", "demand", "orders", "cycles", "served")
        }

    def step(self, period: int, demand: Draw, *, counts: bool) -> None:
        slot = period % len(self.due)
        if period % self.policy.interval == 0:
            self._order(period, counts)
        ends_cycle = self.due[slot] > 0
        before = self.net.copy()
        self.net += self.due[slot]
        self.due[slot] = 0.0
        wanted = demand(self.chance, (self.runs,))
        served = np.minimum(np.maximum(self.net, 0.0), wanted)
        self.net -= wanted
        self.position -= wanted
        if counts:
            sums = self.sums
            sums["on_hand"] += np.maximum(self.net, 0.0)
            sums["owed"] += np.maximum(-self.net, 0.0)
            sums["short"] += wanted - served
            sums["demand"] += wanted
            sums["cycles"] += ends_cycle
            sums["served"] += ends_cycle & (before >= 0)

    def _order(self, period: int, counts: bool) -> None:
        low = self.position <= self.policy.reorder_point
        if self.policy.order_up_to is not None:
            lots = np.where(low, self.policy.order_up_to - self.position, 0.0)
        else:
            quantity = self.policy.quantity or 1.0
            missing = np.floor((self.policy.reorder_point - self.position) / quantity) + 1
            lots = np.where(low, missing * quantity, 0.0)
        when = (period + self.chance.choice(self.leads, size=self.runs)) % len(self.due)
        self.due[when, np.arange(self.runs)] += lots
        self.position += lots
        if counts:
            self.sums["orders"] += lots > 0

    def outcome(self, periods: int, setup: float, holding: float, shortage: float) -> Outcome:
        sums = self.sums
        costs = (setup * sums["orders"] + holding * sums["on_hand"] + shortage * sums["owed"]) / periods
        spread = float(costs.std(ddof=1)) if self.runs > 1 else math.nan
        wanted, cycles = float(sums["demand"].sum()), float(sums["cycles"].sum())
        return Outcome(
            float(costs.mean()),
            1.96 * spread / math.sqrt(self.runs),
            float(sums["on_hand"].mean()) / periods,
            float(sums["owed"].mean()) / periods,
            1 - float(sums["short"].sum()) / wanted if wanted else 1.0,
            float(sums["served"].sum()) / cycles if cycles else 1.0,
            float(sums["orders"].mean()) / periods,
        )
