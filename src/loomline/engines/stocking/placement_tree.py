"""Service times in a network without rings: dynamic programming over its branches."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.stocking.network import Link, Network
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = heavy("numpy")

MOST_TIMES = 3_000

# Added to a stage's cost per unit of the time that it promises, and of the time that it waits.
Prices = tuple[float, float]
FREE: Prices = (0.0, 0.0)


@dataclass(frozen=True)
class Limits:
    """The least and most that a stage may promise (`out`) and wait for (`into`), in units of time."""

    out_least: int
    out_most: int
    in_least: int
    in_most: int

    def narrowed(
        self,
        *,
        out_least: int = 0,
        out_most: int | None = None,
        in_least: int = 0,
        in_most: int | None = None,
    ) -> Limits:
        """These limits and the given ones together."""
        return Limits(
            max(self.out_least, out_least),
            self.out_most if out_most is None else min(self.out_most, out_most),
            max(self.in_least, in_least),
            self.in_most if in_most is None else min(self.in_most, in_most),
        )


@dataclass(frozen=True)
class Times:
    """A solution: what each stage promises and waits for, in units of time, and its cost."""

    out: Mapping[str, int]
    into: Mapping[str, int]
    cost: float


@dataclass
class _Branch:
    """What a stage and all behind it cost, by the time it agrees on with its neighbour nearer the root."""

    cost: NDArray[np.float64]
    other: NDArray[np.int64]


def best_service_times(network: Network, watch: Watch) -> dict[str, float]:
    """The outbound service time of every stage at least cost.

    Every time is a whole multiple of the network's unit: the cost is concave in the net time, so an optimum
    has only sums of the given times. Raises BadInput where a promise cannot be kept.
    """
    limits = own_limits(network)
    found = TreeProgramme(network, network.links).solve(limits, watch)
    if found is None:
        raise BadInput(
            "Suppliers outside take longer than promises allow.", remedy="Allow more.", column="promise"
        )
    return {name: found.out[name] * network.unit for name in network.stages}


def own_limits(network: Network) -> dict[str, Limits]:
    """What each stage may promise and wait for by itself."""
    made = {}
    for name, stage in network.stages.items():
        most, time = _units(network.longest[name], network), _units(stage.time, network)
        if most > MOST_TIMES:
            raise BadInput(
                f"Stage {name} may take {most} units of {network.unit:g}.",
                remedy="Round times to a coarser unit.",
                column="time",
            )
        promise = (
            most if stage.promise is None else min(most, math.floor(stage.promise / network.unit + 1e-9))
        )
        made[name] = Limits(0, promise, _units(stage.inbound, network), most - time)
    return made


class TreeProgramme:
    """The dynamic programme on some links of a network, which must not form a ring."""

    def __init__(self, network: Network, links: Sequence[Link]) -> None:
        self.network = network
        self.suppliers: dict[str, list[str]] = {name: [] for name in network.stages}
        self.customers: dict[str, list[str]] = {name: [] for name in network.stages}
        for link in links:
            self.suppliers[link.customer].append(link.supplier)
            self.customers[link.supplier].append(link.customer)
        self.parents: dict[str, str | None] = {}
        self.order = self._from_leaves_in()
        self.costs = {name: self._cost_by_net_time(name) for name in network.stages}

    def solve(
        self, limits: Mapping[str, Limits], watch: Watch, prices: Mapping[str, Prices] | None = None
    ) -> Times | None:
        """The cheapest times within the limits; None where there are none.

        With `prices` the cost of a stage has its promise times the first added and its wait times the second.
        """
        branches: dict[str, _Branch] = {}
        for done, name in enumerate(self.order):
            watch.at(done / len(self.order), f"stage {name}")
            price = prices.get(name, FREE) if prices else FREE
            branches[name] = self._folded(name, limits[name], branches, price)
            if not np.isfinite(branches[name].cost).any():
                return None
        out: dict[str, int] = {}
        into: dict[str, int] = {}
        for name in reversed(self.order):
            self._unfold(name, branches[name], out, into)
        cost = math.fsum(
            float(branches[n].cost.min()) for n, parent in self.parents.items() if parent is None
        )
        return Times(out, into, cost)

    def cost_of(self, name: str, out: int, into: int) -> float:
        """What a stage costs with these times."""
        return float(self.costs[name][into + _units(self.network.stages[name].time, self.network) - out])

    def _from_leaves_in(self) -> list[str]:
        """Stages so that each comes after all neighbours but one, its parent."""
        seen: list[str] = []
        for start in self.network.order:
            if start in self.parents:
                continue
            self.parents[start] = None
            stack = [start]
            while stack:
                name = stack.pop()
                seen.append(name)
                for other in (*self.suppliers[name], *self.customers[name]):
                    if other not in self.parents:
                        self.parents[other] = name
                        stack.append(other)
        return seen[::-1]

    def _cost_by_net_time(self, name: str) -> NDArray[np.float64]:
        stage = self.network.stages[name]
        spread = stage.holding * stage.factor * self.network.demand[name][1]
        longest = _units(self.network.longest[name], self.network)
        return spread * np.sqrt(np.arange(longest + 1) * self.network.unit)

    def _folded(self, name: str, limits: Limits, branches: Mapping[str, _Branch], price: Prices) -> _Branch:
        """Cost by outbound time (rows) and inbound time (columns), reduced to what the parent sees."""
        time, costs = _units(self.network.stages[name].time, self.network), self.costs[name]
        parent = self.parents[name]
        out, into = np.arange(len(costs))[:, None], np.arange(len(costs) - time)[None, :]
        net = into + time - out
        table = np.where(net >= 0, costs[np.maximum(net, 0)], np.inf)
        if price != FREE:
            table += price[0] * out + price[1] * into
        table[:, : limits.in_least] = np.inf
        table[:, limits.in_most + 1 :] = np.inf
        table[: limits.out_least, :] = np.inf
        table[limits.out_most + 1 :, :] = np.inf
        for supplier in self.suppliers[name]:
            if supplier != parent:
                table += _up_to(branches[supplier].cost, table.shape[1])[None, :]
        for customer in self.customers[name]:
            if customer != parent:
                table += _from(branches[customer].cost, table.shape[0])[:, None]
        axis = 1 if parent is None or parent in self.customers[name] else 0
        return _Branch(table.min(axis=axis), table.argmin(axis=axis))

    def _unfold(self, name: str, branch: _Branch, out: dict[str, int], into: dict[str, int]) -> None:
        """Read the best times back, from the root out."""
        parent = self.parents[name]
        if parent is not None and parent in self.suppliers[name]:
            low = out[parent]
            into[name] = low + int(np.argmin(branch.cost[low:]))
            out[name] = int(branch.other[into[name]])
            return
        end = len(branch.cost) if parent is None else into[parent] + 1
        out[name] = int(np.argmin(branch.cost[:end]))
        into[name] = int(branch.other[out[name]])


def _units(time: float, network: Network) -> int:
    return round(time / network.unit)


def _up_to(cost: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """The least cost of a supplier that promises at most 0, 1, 2, ..."""
    least = np.minimum.accumulate(cost)
    return np.concatenate((least, np.full(max(length - len(least), 0), least[-1])))[:length]


def _from(cost: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """The least cost of a customer that is promised 0, 1, 2, ... or waits longer."""
    least = np.minimum.accumulate(cost[::-1])[::-1]
    return np.concatenate((least, np.full(max(length - len(least), 0), np.inf)))[:length]
