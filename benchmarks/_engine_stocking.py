"""Stocking against published optima, hold-out demand of slow-moving parts, and the clock."""

from __future__ import annotations

import csv
import gzip
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from python_calamine import CalamineWorkbook

from benchmarks._table import Row
from loomline.engines.stocking.counts import Poisson
from loomline.engines.stocking.demand import Normal
from loomline.engines.stocking.economic_order import economic_order_quantity
from loomline.engines.stocking.guaranteed_service import place_safety_stock, placement
from loomline.engines.stocking.item_policy import Item, plan_item
from loomline.engines.stocking.lead_time_demand import simulated_demand
from loomline.engines.stocking.lot_sizing import lot_cost, silver_meal, wagner_whitin
from loomline.engines.stocking.network import Link, Network, Stage
from loomline.engines.stocking.newsvendor import newsvendor
from loomline.engines.stocking.order_point import Review, best_order_point
from loomline.engines.stocking.order_up_to import (
    PeriodicReview,
    best_order_up_to,
    order_up_to_cost,
    power_approximation,
)
from loomline.engines.stocking.serial import Row as SerialRow
from loomline.engines.stocking.serial import best_echelon_levels

SNYDER = "Snyder and Shen, by stockpyl 1.0.2"
LEAD, KEPT = 3, 12
TREE, RING = 1000, 24
DRAWS = 2000


def measure(budget: float, data: Path, tell: Callable[[str], None]) -> list[Row]:
    """Golden values, then parts for half of the time, then networks and items."""
    tell("golden values")
    rows = _golden()
    tell("hold-out demand of slow-moving parts")
    rows += _coverage(data, budget / 2)
    tell("lot sizes and levels beside their approximations")
    rows += [_lots(), _levels()]
    tell("networks")
    rows += [_structures(data, min(60.0, budget / 8)), _tree(), _rings(min(30.0, budget / 8))]
    tell("items")
    return [*rows, _items()]


def _golden() -> list[Row]:
    yearly = Review(Normal(1300 / 12, 150 / math.sqrt(12)), 1300, 8, 0.225, 7.5)
    stages = [
        Stage("1", 2, 1, 1, None, factor=1),
        Stage("2", 1, 3, 0, 0, sd=1, factor=1),
        Stage("3", 1, 2, factor=1),
        Stage("4", 1, 3, 0, 1, sd=1, factor=1),
    ]
    tree = Network.of(stages, [Link("1", "3"), Link("3", "2"), Link("3", "4")])
    found = {
        "order quantity, example 3.1": (
            economic_order_quantity(setup=8, holding=0.225, demand=1300).cost,
            68.4105255059,
        ),
        "newsvendor, example 4.3": (
            newsvendor(Normal(50, 8), holding=0.18, shortage=0.7).cost,
            1.99760519318,
        ),
        "(s, S), example 4.7": (
            best_order_up_to(PeriodicReview(Poisson(6), 0, 5, 1, 4)).cost,
            8.034111561471642,
        ),
        "(r, Q), example 5.1": (best_order_point(yearly).cost, 78.07116250928294),
        "tree, example 6.5": (place_safety_stock(tree).cost, 8.277916867529369),
        "row of three stages": (
            best_echelon_levels(SerialRow([1, 3, 4], [2, 1, 1], 40, Normal(10, 2))).cost,
            227.1532852565,
        ),
    }
    note = {"row of three stages": "theirs cuts demand into 100 points; with 400 it finds 227.1257"}
    return [
        Row("stocking", case, "cost", ours, published=told, source=SNYDER, note=note.get(case, ""))
        for case, (ours, told) in found.items()
    ]


def _coverage(data: Path, budget: float) -> list[Row]:
    """How often demand of three months stays within the quantile, over the last year, not seen before."""
    parts = _parts(data)
    np.random.default_rng(20261121).shuffle(parts)
    shares, end = (0.95, 0.99), time.monotonic() + budget
    ours: dict[float, list[bool]] = {share: [] for share in shares}
    plain: dict[float, list[bool]] = {share: [] for share in shares}
    seen = 0
    for seed, series in enumerate(parts):
        if time.monotonic() > end:
            break
        past, later = series[:-KEPT], series[-KEPT:].reshape(-1, LEAD).sum(axis=1)
        drawn = simulated_demand(past, LEAD, draws=DRAWS, seed=seed)
        normal = Normal(float(past.mean()), float(past.std(ddof=1))).over(LEAD)
        for share in shares:
            ours[share] += (later <= drawn.quantile(share)).tolist()
            plain[share] += (later <= normal.quantile(share)).tolist()
        seen += 1
    return [
        Row(
            "stocking",
            f"carparts, quarters within the {share:.0%} quantile",
            "distance of coverage from nominal",
            abs(float(np.mean(ours[share])) - share),
            peer=abs(float(np.mean(plain[share])) - share),
            peer_name="normal formula",
            aim=0.03,
            note=f"{seen} parts; covered {np.mean(ours[share]):.3f}, normal {np.mean(plain[share]):.3f}",
        )
        for share in shares
    ]


def _parts(data: Path) -> list[NDArray[np.float64]]:
    with gzip.open(data / "demand/intermittent/carparts.csv.gz", "rt", newline="") as file:
        rows: Sequence[list[str]] = [*csv.reader(file)][1:]
    return [np.array(row[1:], dtype=float) for row in rows if "" not in row]


def _lots() -> Row:
    """Wagner and Whitin's cost as a share of Silver and Meal's over random demand."""
    chance = np.random.default_rng(1)
    ours = plain = 0.0
    begin = time.perf_counter()
    for _ in range(300):
        demand = chance.poisson(40, 52) * (chance.random(52) < 0.5)
        ours += lot_cost(demand, wagner_whitin(demand, setup=300, holding=1), setup=300, holding=1)
    took = time.perf_counter() - begin
    chance = np.random.default_rng(1)
    for _ in range(300):
        demand = chance.poisson(40, 52) * (chance.random(52) < 0.5)
        plain += lot_cost(demand, silver_meal(demand, setup=300, holding=1), setup=300, holding=1)
    return Row(
        "stocking", "lots of 300 lumpy items, 52 weeks", "mean cost", ours / 300, peer=plain / 300,
        peer_name="Silver-Meal", seconds=took, note="exact",
    )  # fmt: skip


def _levels() -> Row:
    """The exact (s, S) beside the power approximation over random items."""
    chance = np.random.default_rng(2)
    ours = plain = 0.0
    begin = time.perf_counter()
    for _ in range(40):
        mean = float(chance.uniform(10, 80))
        review = PeriodicReview(
            Normal(mean, mean * float(chance.uniform(0.1, 0.5))),
            int(chance.integers(0, 4)),
            float(chance.uniform(10, 200)),
            1,
            float(chance.uniform(4, 50)),
        )
        near = power_approximation(review)
        ours += best_order_up_to(review).cost
        plain += order_up_to_cost(review, round(near.reorder_point), round(near.order_up_to))
    return Row(
        "stocking", "(s, S) of 40 random items", "mean cost", ours / 40, peer=plain / 40,
        peer_name="power approximation", seconds=time.perf_counter() - begin, note="exact",
    )  # fmt: skip


def _structures(data: Path, budget: float) -> Row:
    """Mean cost of the data's product structures, beside holding stock everywhere or at the end alone."""
    end, ours, plain, proven = time.monotonic() + budget, [], [], 0
    begin = time.perf_counter()
    for path in sorted((data / "planning/lot-sizing").glob("*.xlsx")):
        if time.monotonic() > end:
            break
        network = _structure(path)
        made = place_safety_stock(network, seconds=10)
        proven += made.is_proven
        ours.append(made.cost)
        late = {}
        for name in network.order:
            waits = max([0.0, *(late[s] for s in network.suppliers[name])]) + network.stages[name].time
            late[name] = waits if network.stages[name].promise is None else 0.0
        everywhere = placement(network, dict.fromkeys(network.stages, 0.0)).cost
        plain.append(min(everywhere, placement(network, late).cost))
    return Row(
        "stocking", f"{len(ours)} product structures of Tempelmeier and Derstroff",
        "mean cost of safety stock", float(np.mean(ours)), peer=float(np.mean(plain)),
        peer_name="stock everywhere, or at the end",
        seconds=time.perf_counter() - begin, note=f"{proven} proven optimal",
    )  # fmt: skip


def _structure(path: Path) -> Network:
    book = CalamineWorkbook.from_path(path)
    products = book.get_sheet_by_name("Productdata").to_python()
    heads = [str(cell) for cell in products[0]]
    names = [str(row[0]) for row in products[1:]]
    rows = book.get_sheet_by_name("Requirement").to_python()
    links = [
        Link(str(rows[0][at]), str(row[0]), float(cast(float, row[at])))
        for row in rows[1:]
        for at in range(1, len(row))
        if row[at]
    ]
    forecast = book.get_sheet_by_name("ForecastedAverageDemand").to_python()[1:]
    demand = np.array(
        [[float(cast(float, cell or 0)) for cell in row[1 : len(names) + 1]] for row in forecast]
    )
    used = {link.supplier for link in links}
    lead, holding = heads.index("Leadtimes"), heads.index("InventoryCosts")
    stages = [
        Stage(
            name,
            float(cast(float, row[lead])),
            float(cast(float, row[holding])),
            promise=None if name in used else 0,
            sd=float(demand[:, at].std()),
        )
        for at, (name, row) in enumerate(zip(names, products[1:], strict=True))
    ]
    return Network.of(stages, links)


def _tree() -> Row:
    chance = np.random.default_rng(3)
    links = [Link(f"n{at}", f"n{int(chance.integers(max(0, at - 40), at))}") for at in range(1, TREE)]
    begin = time.perf_counter()
    made = place_safety_stock(Network.of(_stages(TREE, links, chance), links))
    took = time.perf_counter() - begin
    return Row(
        "stocking", f"tree of {TREE} stages, to optimality", "seconds", took, note=f"cost {made.cost:.0f}"
    )


def _rings(seconds: float) -> Row:
    chance = np.random.default_rng(4)
    pairs = {(f"n{at}", f"n{int(chance.integers(0, at))}") for at in range(1, RING)}
    pairs |= {
        (f"n{b}", f"n{a}") for a, b in (sorted(chance.choice(RING, 2, replace=False)) for _ in range(12))
    }
    links = [Link(supplier, customer) for supplier, customer in sorted(pairs)]
    begin = time.perf_counter()
    made = place_safety_stock(Network.of(_stages(RING, links, chance), links), seconds=seconds)
    return Row(
        "stocking", f"{RING} stages with rings ({len(links)} links)", "gap to the bound",
        round(made.cost / made.bound - 1, 12), aim=0.0, seconds=time.perf_counter() - begin,
    )  # fmt: skip


def _stages(count: int, links: Sequence[Link], chance: np.random.Generator) -> list[Stage]:
    sells = {f"n{at}" for at in range(count)} - {link.supplier for link in links}
    return [
        Stage(
            f"n{at}",
            time=int(chance.integers(1, 8)),
            holding=float(chance.uniform(1, 20)),
            promise=0 if f"n{at}" in sells else None,
            sd=float(chance.uniform(1, 30)) if f"n{at}" in sells else 0,
        )
        for at in range(count)
    ]


def _items() -> Row:
    chance = np.random.default_rng(5)
    begin = time.perf_counter()
    for at in range(1000):
        mean = float(chance.uniform(5, 500))
        plan_item(
            Item(
                f"i{at}",
                mean,
                mean / 3,
                4,
                1,
                setup=40,
                holding=0.05,
                target=0.97,
                service="fill",
                shape="gamma",
            )
        )
    took = time.perf_counter() - begin
    return Row(
        "stocking", "order point by fill rate, gamma", "items per second", 1000 / took, more_is_better=True,
        seconds=took,
    )  # fmt: skip
