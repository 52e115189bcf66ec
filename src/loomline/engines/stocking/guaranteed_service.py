"""Where in a network to hold safety stock when every stage promises a service time and keeps it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from loomline.engines.bad_input import BadInput
from loomline.engines.stocking import placement_general, placement_tree
from loomline.engines.stocking.network import Network
from loomline.engines.watch import Watch

SLACK = 1e-9


@dataclass(frozen=True)
class StagePlan:
    """One stage: what it promises, what it waits for, how long its stock must last, and how much that is."""

    name: str
    service_time: float
    inbound_time: float
    net_time: float
    safety_stock: float
    base_stock: float
    cost: float


@dataclass(frozen=True)
class Placement:
    """The plan of every stage, suppliers first; `bound` is what no placement can cost less than."""

    stages: tuple[StagePlan, ...]
    cost: float
    bound: float

    @property
    def is_proven(self) -> bool:
        """True when no other placement is cheaper."""
        return self.cost <= self.bound * (1 + 1e-6) + 1e-9

    @property
    def service_times(self) -> dict[str, float]:
        """The outbound service time by stage."""
        return {stage.name: stage.service_time for stage in self.stages}


def place_safety_stock(network: Network, *, seconds: float = 60.0, watch: Watch | None = None) -> Placement:
    """The cheapest service times (Graves and Willems, 2000).

    Demand over a time t is bounded by mean t + factor sd sqrt(t), and stages order each period. Networks
    without rings are solved exactly by dynamic programming; others by branch and bound within `seconds`,
    whose result says how far from proven it is. Raises BadInput where a promise cannot be kept; told to
    stop, a tree raises Stopped and a network with rings gives its best so far.
    """
    watch = watch or Watch()
    if network.is_forest():
        times = placement_tree.best_service_times(network, watch)
        made = placement(network, times)
        return Placement(made.stages, made.cost, made.cost)
    times, bound = placement_general.best_service_times(network, seconds, watch)
    made = placement(network, times)
    return Placement(made.stages, made.cost, min(bound, made.cost))


def placement(network: Network, service_times: Mapping[str, float]) -> Placement:
    """What given service times need in stock and cost; times that cannot be kept are refused."""
    made = []
    for name in network.order:
        stage, (mean, sd) = network.stages[name], network.demand[name]
        promised = service_times[name]
        inbound = max([stage.inbound, *(service_times[s] for s in network.suppliers[name])])
        net = inbound + stage.time - promised
        if net < -SLACK or (stage.promise is not None and promised > stage.promise + SLACK):
            raise BadInput(
                f"Stage {name} cannot promise {promised:g}.",
                remedy=f"Promise at most {min(inbound + stage.time, stage.promise or math.inf):g}.",
                column="service_time",
            )
        net = max(net, 0.0)
        safety = stage.factor * sd * math.sqrt(net)
        made.append(
            StagePlan(name, promised, inbound, net, safety, mean * net + safety, stage.holding * safety)
        )
    return Placement(tuple(made), math.fsum(stage.cost for stage in made), 0.0)
