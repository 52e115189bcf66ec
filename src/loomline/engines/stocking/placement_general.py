"""Service times in a network with rings: links are priced until a tree remains, then branched upon."""

from __future__ import annotations

import heapq
import itertools
import math
import time as clock
from collections.abc import Mapping
from dataclasses import dataclass

from loomline.engines.bad_input import BadInput
from loomline.engines.stocking.network import Link, Network
from loomline.engines.stocking.placement_tree import Limits, Prices, Times, TreeProgramme, own_limits
from loomline.engines.watch import Watch

CLOSE = 1e-7
ROOT_ROUNDS, ROUNDS = 150, 8
PATIENCE = 5

Ranges = dict[str, Limits]


@dataclass(frozen=True)
class _Node:
    """A part of the search: its ranges, the prices of the links left out, and the tree's solution."""

    bound: float
    ranges: Ranges
    prices: tuple[float, ...]
    found: Times


def best_service_times(network: Network, seconds: float, watch: Watch) -> tuple[dict[str, float], float]:
    """Service times and a lower bound of the cost.

    Branch and bound after Humair and Willems (2011): without some links the network is a tree, which the
    dynamic programme solves. Here a broken link costs a price per unit of time (Lagrangian relaxation,
    prices by subgradient), which bounds the cost closer than leaving it out. Where the tree's solution and
    a link disagree, the customer waits less or more than half way: two smaller problems. Ends at the optimum,
    or after `seconds` or a stop with the best so far.
    """
    return _Search(network, watch, seconds).run()


class _Search:
    def __init__(self, network: Network, watch: Watch, seconds: float) -> None:
        self.network, self.watch = network, watch
        self.start, self.seconds = clock.monotonic(), max(seconds, 1e-9)
        kept, self.left_out = _spanning(network)
        self.programme = TreeProgramme(network, kept)
        self.cost, self.best = math.inf, Times({}, {}, math.inf)
        self.most: dict[str, int] = {}
        self.count = itertools.count()
        self.waiting: list[tuple[float, int, _Node]] = []

    def run(self) -> tuple[dict[str, float], float]:
        ranges = own_limits(self.network)
        self.most = {name: limits.out_most for name, limits in ranges.items()}
        self._look_at(ranges, (0.0,) * len(self.left_out), ROOT_ROUNDS)
        if not self.best.out:
            raise BadInput(
                "Suppliers outside take longer than promises allow.", remedy="Allow more.", column="promise"
            )
        root = self._bound()
        while self.waiting and not self._is_proven(self.waiting[0][0]):
            bound = self._bound()
            closed = (bound - root) / (self.cost - root) if self.cost > root else 1.0
            self.watch.tell(min(max(self._used(), closed), 1.0), f"cost {self.cost:g}, at least {bound:g}")
            if self._is_over():
                break
            self._branch(heapq.heappop(self.waiting)[2])
        times = {name: self.best.out[name] * self.network.unit for name in self.network.stages}
        return times, self._bound()

    def _bound(self) -> float:
        return min(self.waiting[0][0], self.cost) if self.waiting else self.cost

    def _used(self) -> float:
        return (clock.monotonic() - self.start) / self.seconds

    def _is_over(self) -> bool:
        return self._used() >= 1 or self.watch.is_stopped()

    def _is_proven(self, bound: float) -> bool:
        return bound >= self.cost * (1 - CLOSE) - CLOSE

    def _branch(self, node: _Node) -> None:
        at = self._most_wrong(node)
        if at is None:
            return
        link, ranges = self.left_out[at], node.ranges
        own, other = ranges[link.customer], ranges[link.supplier]
        middle = (node.found.out[link.supplier] + node.found.into[link.customer]) // 2
        if own.in_least < own.in_most:
            if not own.in_least <= middle < own.in_most:
                middle = (own.in_least + own.in_most) // 2
            name, low, high = link.customer, own.narrowed(in_most=middle), own.narrowed(in_least=middle + 1)
        else:
            if not other.out_least <= middle < other.out_most:
                middle = (other.out_least + other.out_most) // 2
            name, low = link.supplier, other.narrowed(out_most=middle)
            high = other.narrowed(out_least=middle + 1)
        for limits in (low, high):
            self._look_at({**ranges, name: limits}, node.prices, ROUNDS)

    def _look_at(self, ranges: Ranges, prices: tuple[float, ...], rounds: int) -> None:
        """Price the links to raise the bound of these ranges; keep them unless they cannot hold the best."""
        for link in self.left_out:
            ranges[link.customer] = ranges[link.customer].narrowed(in_least=ranges[link.supplier].out_least)
            ranges[link.supplier] = ranges[link.supplier].narrowed(out_most=ranges[link.customer].in_most)
        # Where nothing is left to choose there is nothing to pay for.
        prices = tuple(
            price if _is_open(link, ranges) else 0.0
            for link, price in zip(self.left_out, prices, strict=True)
        )
        node: _Node | None = None
        stride, idle = 1.0, 0
        for _ in range(rounds):
            found = self.programme.solve(ranges, Watch(), self._by_stage(prices))
            if found is None:
                return
            self._keep(found)
            if self._is_proven(found.cost):
                return
            if node is None or found.cost > node.bound + CLOSE:
                node, idle = _Node(found.cost, ranges, prices, found), 0
            elif (idle := idle + 1) >= PATIENCE:
                stride, idle, prices, found = stride / 2, 0, node.prices, node.found
            moved = self._moved(prices, found, stride)
            if moved is None or self._is_over():
                break
            prices = moved
        if node is not None:
            heapq.heappush(self.waiting, (node.bound, next(self.count), node))

    def _moved(self, prices: tuple[float, ...], found: Times, stride: float) -> tuple[float, ...] | None:
        """Prices one step along the broken links; None where nothing is broken or paid in vain."""
        broken = [found.out[link.supplier] - found.into[link.customer] for link in self.left_out]
        steps = [gap if gap > 0 or price > 0 else 0 for gap, price in zip(broken, prices, strict=True)]
        size = sum(step * step for step in steps)
        if size == 0:
            return None
        length = stride * (self.cost - found.cost) / size
        return tuple(max(0.0, price + length * step) for price, step in zip(prices, steps, strict=True))

    def _by_stage(self, prices: tuple[float, ...]) -> dict[str, Prices]:
        made: dict[str, Prices] = {}
        for link, price in zip(self.left_out, prices, strict=True):
            if price:
                out, into = made.get(link.supplier, (0.0, 0.0))
                made[link.supplier] = (out + price, into)
                out, into = made.get(link.customer, (0.0, 0.0))
                made[link.customer] = (out, into - price)
        return made

    def _keep(self, found: Times) -> None:
        """The same promises as far as they can be kept, with every stage waiting as long as it must."""
        out = dict(found.out)
        for name in self.network.order:
            out[name] = min(out[name], self._longest(name, out))
        cost = self._cost(out)
        if cost < self.cost * 1.1 and self._improve(out):
            cost = self._cost(out)
        if cost < self.cost:
            self.cost, self.best = cost, Times(out, {}, cost)

    def _cost(self, out: Mapping[str, int]) -> float:
        return math.fsum(self._cost_of(name, out) for name in self.network.stages)

    def _cost_of(self, name: str, out: Mapping[str, int]) -> float:
        return self.programme.cost_of(name, out[name], self._wait(name, out))

    def _wait(self, name: str, out: Mapping[str, int]) -> int:
        own = round(self.network.stages[name].inbound / self.network.unit)
        return max([own, *(out[supplier] for supplier in self.network.suppliers[name])])

    def _longest(self, name: str, out: Mapping[str, int]) -> int:
        return self._wait(name, out) + round(self.network.stages[name].time / self.network.unit)

    def _improve(self, out: dict[str, int]) -> bool:
        """Each stage, suppliers first, to promise nothing or all its time, where that alone is cheaper."""
        is_better = False
        for name in self.network.order:
            before, customers = out[name], self.network.customers[name]
            now = self._around(name, customers, out)
            for promise in {0, min(self._longest(name, out), self.most[name])} - {before}:
                out[name] = promise
                then = self._around(name, customers, out)
                if then < now - CLOSE:
                    now, before, is_better = then, promise, True
            out[name] = before
        return is_better

    def _around(self, name: str, customers: list[str], out: Mapping[str, int]) -> float:
        """What a stage and its customers cost; a customer that promised more than it can is no plan."""
        for customer in customers:
            if out[customer] > self._longest(customer, out):
                return math.inf
        return self._cost_of(name, out) + sum(self._cost_of(customer, out) for customer in customers)

    def _most_wrong(self, node: _Node) -> int | None:
        """The link whose disagreement costs most: by its price, and by the stock to repair it."""
        worst, most = None, 0.0
        for at, (link, price) in enumerate(zip(self.left_out, node.prices, strict=True)):
            wanted, waits = node.found.out[link.supplier], node.found.into[link.customer]
            wrong = price * abs(wanted - waits)
            if wanted > waits:
                promised = node.found.out[link.customer]
                wrong += self.programme.cost_of(link.customer, promised, wanted)
                wrong -= self.programme.cost_of(link.customer, promised, waits)
            if wrong > most and _is_open(link, node.ranges):
                worst, most = at, wrong
        return worst


def _is_open(link: Link, ranges: Ranges) -> bool:
    """True while the customer's wait or the supplier's promise may still be one of several."""
    own, other = ranges[link.customer], ranges[link.supplier]
    return own.in_least < own.in_most or other.out_least < other.out_most


def _spanning(network: Network) -> tuple[list[Link], list[Link]]:
    """Links that join all stages without a ring, those into costly stock first, and the links left out."""
    weight = {
        name: stage.holding * stage.factor * network.demand[name][1] for name, stage in network.stages.items()
    }
    root = {name: name for name in network.stages}

    def find(name: str) -> str:
        while root[name] != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    kept, left_out = [], []
    for link in sorted(network.links, key=lambda one: -weight[one.customer] - weight[one.supplier]):
        supplier, customer = find(link.supplier), find(link.customer)
        if supplier == customer:
            left_out.append(link)
        else:
            root[supplier] = customer
            kept.append(link)
    return kept, left_out
