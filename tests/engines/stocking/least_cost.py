"""The cheapest placement by integer programming: no code of the engine but its data."""

from __future__ import annotations

import itertools
import math

import numpy as np
from scipy import optimize, sparse

from loomline.engines.stocking.network import Network


def least_cost_by_programme(network: Network) -> float:
    """A mixed-integer programme with one choice of net time per stage: no code of the engine but the data."""
    names = list(network.stages)
    longest = dict.fromkeys(names, 0)
    for n in network.order:
        ups = [longest[link.supplier] for link in network.links if link.customer == n]
        stage = network.stages[n]
        longest[n] = round(stage.time + max([stage.inbound, *ups]))
    choice = {n: dict.fromkeys(range(longest[n] + 1)) for n in names}
    columns = itertools.count()
    out = {n: next(columns) for n in names}
    into = {n: next(columns) for n in names}
    pick = {n: {t: next(columns) for t in choice[n]} for n in names}
    size = next(columns)
    cost, low, high = np.zeros(size), np.zeros(size), np.ones(size)
    rows, least, most = [], [], []

    def add(terms: dict[int, float], lo: float, hi: float) -> None:
        row = np.zeros(size)
        for column, value in terms.items():
            row[column] = value
        rows.append(row)
        least.append(lo)
        most.append(hi)

    for n in names:
        stage = network.stages[n]
        high[out[n]] = longest[n] if stage.promise is None else stage.promise
        low[into[n]], high[into[n]] = stage.inbound, longest[n]
        add(dict.fromkeys(pick[n].values(), 1), 1, 1)
        add({into[n]: 1, out[n]: -1, **{c: -t for t, c in pick[n].items()}}, -stage.time, -stage.time)
        for t, c in pick[n].items():
            cost[c] = stage.holding * stage.factor * path_sd(network, n) * math.sqrt(t)
    for link in network.links:
        add({into[link.customer]: 1, out[link.supplier]: -1}, 0, math.inf)
    found = optimize.milp(
        cost,
        constraints=optimize.LinearConstraint(sparse.csr_array(np.array(rows)), least, most),
        bounds=optimize.Bounds(low, high),
        integrality=np.array([0] * (2 * len(names)) + [1] * (size - 2 * len(names))),
        options={"mip_rel_gap": 1e-9},
    )
    assert found.success
    return float(found.fun)


def path_sd(network: Network, name: str) -> float:
    """The deviation of demand at a stage, by walking every path to a customer."""
    units: dict[str, float] = {}

    def walk(at: str, factor: float) -> None:
        units[at] = units.get(at, 0.0) + factor
        for link in network.links:
            if link.supplier == at:
                walk(link.customer, factor * link.units)

    walk(name, 1.0)
    return math.sqrt(sum((u * network.stages[end].sd) ** 2 for end, u in units.items()))
