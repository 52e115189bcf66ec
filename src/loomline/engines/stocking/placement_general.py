"""Service times in a network with rings: links are left out until a tree remains, then branched upon."""

from __future__ import annotations

import heapq
import itertools
import math
import time as clock
from collections.abc import Mapping

from loomline.engines.bad_input import BadInput
from loomline.engines.stocking.network import Link, Network
from loomline.engines.stocking.placement_tree import Limits, Times, TreeProgramme, own_limits
from loomline.engines.watch import Watch

CLOSE = 1e-7

Ranges = dict[str, Limits]


def best_service_times(network: Network, seconds: float, watch: Watch) -> tuple[dict[str, float], float]:
    """Service times and a lower bound of the cost (branch and bound after Humair and Willems, 2011).

    The tree without some links costs at most as much as the network. Where its solution breaks a link that
    was left out, the supplier promises less or the customer waits longer: two smaller problems. Ends at the
    optimum, or after `seconds` or a stop with the best so far.
    """
    return _Search(network, watch).run(seconds)


class _Search:
    def __init__(self, network: Network, watch: Watch) -> None:
        self.network, self.watch = network, watch
        kept, self.left_out = _spanning(network)
        self.programme = TreeProgramme(network, kept)
        self.cost, self.best = math.inf, Times({}, {}, math.inf)
        self.count = itertools.count()
        self.waiting: list[tuple[float, int, Ranges, Times]] = []

    def run(self, seconds: float) -> tuple[dict[str, float], float]:
        self._look_at(own_limits(self.network))
        if not self.waiting:
            raise BadInput(
                "Suppliers outside take longer than promises allow.", remedy="Allow more.", column="promise"
            )
        start, root = clock.monotonic(), self.waiting[0][0]
        while self.waiting and self.waiting[0][0] < self.cost * (1 - CLOSE) - CLOSE:
            used = (clock.monotonic() - start) / max(seconds, 1e-9)
            if used >= 1 or self.watch.is_stopped():
                break
            bound, _, ranges, found = heapq.heappop(self.waiting)
            closed = (bound - root) / (self.cost - root) if self.cost > root else 1.0
            self.watch.tell(min(max(used, closed), 1.0), f"cost {self.cost:g}, at least {bound:g}")
            self._branch(ranges, found)
        bound = self.waiting[0][0] if self.waiting else self.cost
        times = {name: self.best.out[name] * self.network.unit for name in self.network.stages}
        return times, min(bound, self.cost)

    def _branch(self, ranges: Ranges, found: Times) -> None:
        link = self._worst(found)
        if link is None:
            return
        middle = (found.out[link.supplier] + found.into[link.customer]) // 2
        sooner, later = dict(ranges), dict(ranges)
        sooner[link.supplier] = ranges[link.supplier].narrowed(out_most=middle)
        later[link.customer] = ranges[link.customer].narrowed(in_least=middle + 1)
        self._look_at(sooner)
        self._look_at(later)

    def _look_at(self, ranges: Ranges) -> None:
        """Solve the tree within the ranges; keep what it proves and the plan that comes of it."""
        for link in self.left_out:
            ranges[link.customer] = ranges[link.customer].narrowed(in_least=ranges[link.supplier].out_least)
            ranges[link.supplier] = ranges[link.supplier].narrowed(out_most=ranges[link.customer].in_most)
        found = self.programme.solve(ranges, Watch())
        if found is None or found.cost >= self.cost * (1 - CLOSE):
            return
        made = self._repaired(found)
        if made.cost < self.cost:
            self.cost, self.best = made.cost, made
        heapq.heappush(self.waiting, (found.cost, next(self.count), ranges, found))

    def _repaired(self, found: Times) -> Times:
        """The same promises, with every stage waiting as long as it must."""
        into = self._waits(found.out)
        cost = math.fsum(self.programme.cost_of(n, found.out[n], into[n]) for n in self.network.stages)
        return Times(found.out, into, cost)

    def _waits(self, out: Mapping[str, int]) -> dict[str, int]:
        return {
            name: max(
                [round(stage.inbound / self.network.unit), *(out[s] for s in self.network.suppliers[name])]
            )
            for name, stage in self.network.stages.items()
        }

    def _worst(self, found: Times) -> Link | None:
        """The broken link whose repair costs most."""
        worst, most = None, -1.0
        for link in self.left_out:
            wanted, waits = found.out[link.supplier], found.into[link.customer]
            if wanted > waits:
                promised = found.out[link.customer]
                repair = self.programme.cost_of(link.customer, promised, wanted)
                repair -= self.programme.cost_of(link.customer, promised, waits)
                if repair > most:
                    worst, most = link, repair
        return worst


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
