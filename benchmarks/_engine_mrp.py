"""A large plan and a constrained plant, generated from a seed: seconds, memory, orders late and short."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks._table import Row
from loomline.engines.mrp.finite import FinitePlanner
from loomline.engines.mrp.grid import grid_for
from loomline.engines.mrp.net_change import NetChange
from loomline.engines.mrp.netting import Netting
from loomline.engines.mrp.plant import (
    Bills,
    Demands,
    Items,
    Kind,
    LotRule,
    Operations,
    Plant,
    Resources,
)

DAY = 86_400
PEER_SECONDS = 933.0
PEER_LATE = 1656.0
PEER_SHORT = 1.0
PEER = "the best open planner on a plant of this size (issue of this engine)"
WHOLE_BUDGET = 120.0
"""Seconds from which on the large cases run; with less, a fifth of them, without published figures."""


def measure(budget: float, data: Path, tell: Callable[[str], None]) -> list[Row]:
    """Seconds and memory of a large plan, a net change and a constrained plan."""
    share = 1.0 if budget >= WHOLE_BUDGET else 0.2
    tell(f"mrp: a plan of {100_000 * share:,.0f} items")
    rows = _netting_rows(share)
    tell(f"mrp: a constrained plan of {50_000 * share:,.0f} orders")
    return rows + _finite_rows(share)


def _netting_rows(share: float) -> list[Row]:
    items, requirements = round(100_000 * share), round(1_000_000 * share)
    plant = large_plant(items, 5, requirements)
    case = f"{items:,} items, 5 levels, {requirements:,} demands, 52 weeks"
    begun, used = time.perf_counter(), time.process_time()
    netting = Netting(plant, grid_for(plant, bucket_days=7))
    netting.run()
    seconds, cpu = time.perf_counter() - begun, time.process_time() - used
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    change = NetChange(netting)
    taken = []
    for row in range(0, requirements, requirements // 20):
        before = time.perf_counter()
        change.change_demands({row: (500.0, 20 * 7 * DAY)})
        taken.append((time.perf_counter() - before) * 1000)
    median, orders = float(np.median(taken)), int((netting.planned > 0).sum())
    aim = 10.0 if share == 1 else None
    return [
        Row("mrp", case, "s", seconds, aim=aim, note=f"{orders:,} planned orders, {cpu:.1f} s of CPU"),
        Row("mrp", case, "MB at most in the process", memory),
        Row("mrp", f"net change of one demand: {case}", "ms, median of 20", median, aim=50.0),
    ]


def _finite_rows(share: float) -> list[Row]:
    items, orders = round(10_000 * share), round(50_000 * share)
    machines = max(round(30 * share), 2)
    plant = busy_plant(items, orders, machines)
    case = f"constrained: {items:,} items, {orders:,} orders, 3 levels, {machines} machines at 70 %"
    begun, used = time.perf_counter(), time.process_time()
    plan = FinitePlanner(plant).run()
    seconds, cpu = time.perf_counter() - begun, time.process_time() - used
    late, short = float((plan.late > 0).sum()), float((plan.short > 0).sum())
    note = f"{len(plan.pegging.quantity):,} pegs, {len(plan.loads.start):,} operations, {cpu:.1f} s of CPU"
    if share < 1:
        figures = (("s", seconds), ("orders late", late), ("orders short", short))
        return [Row("mrp", case, measured, ours, note=note) for measured, ours in figures]
    return [
        Row("mrp", case, "s", seconds, published=PEER_SECONDS, source=PEER, aim=60.0, note=note),
        Row("mrp", case, "orders late", late, published=PEER_LATE, source=PEER, aim=PEER_LATE),
        Row("mrp", case, "orders short", short, published=PEER_SHORT, source=PEER, aim=PEER_SHORT),
    ]


def large_plant(
    items: int = 100_000, levels: int = 5, requirements: int = 1_000_000, weeks: int = 52, seed: int = 1
) -> Plant:
    """Items in equal levels, each with two to six components of the next level, all lot rules mixed."""
    rng = np.random.default_rng(seed)
    depth = np.sort(np.arange(items) % levels)
    first = np.searchsorted(depth, np.arange(levels + 1))
    parents, components = [], []
    for level in range(levels - 1):
        above = np.arange(first[level], first[level + 1])
        count = rng.integers(2, 7, len(above))
        parents.append(np.repeat(above, count))
        components.append(rng.integers(first[level + 1], first[level + 2], int(count.sum())))
    pairs = np.unique(np.stack([np.concatenate(parents), np.concatenate(components)]), axis=1)
    rule = rng.choice([0, 0, 0, 1, 2, 3], items)
    made = Items.of(
        names=np.char.add("I", np.arange(items).astype(str)),
        on_hand=rng.integers(0, 200, items),
        safety_stock=rng.integers(0, 20, items),
        lead_days=rng.integers(1, 4, items) * 7,
        kind=np.where(depth < levels - 1, Kind.MAKE, Kind.BUY),
        rule=rule,
        fixed_quantity=np.where(rule == LotRule.FIXED, rng.integers(1, 20, items) * 50, 0),
        minimum=np.where(rng.random(items) < 0.3, rng.integers(1, 10, items) * 20, 0),
        multiple=np.where(rng.random(items) < 0.3, 10, 0),
        period_days=28,
        setup_cost=50,
        holding_cost=2,
    )
    bills = Bills.of(
        parent=pairs[0], component=pairs[1], quantity=rng.integers(1, 4, pairs.shape[1]), scrap_share=0.01
    )
    wanted = first[1] + rng.integers(0, items - first[1], requirements // 10)
    asked = np.concatenate([rng.integers(0, first[1], requirements - len(wanted)), wanted])
    demands = Demands.of(
        names=np.char.add("D", np.arange(requirements).astype(str)),
        item=asked,
        quantity=rng.integers(1, 50, requirements),
        at=rng.integers(6, weeks, requirements) * 7 * DAY,
    )
    return Plant(made, bills, demands)


def busy_plant(
    items: int = 10_000, orders: int = 50_000, machines: int = 30, load: float = 0.7, seed: int = 1
) -> Plant:
    """Three levels (two made, one bought), machines shared by the items of a level, a year of orders."""
    rng = np.random.default_rng(seed)
    ends, parts = items // 5, items * 3 // 10
    bought = items - ends - parts
    half = machines // 2
    takes = _random_bills(rng, ends, parts, bought)
    made = ends + parts
    machine = np.concatenate([rng.integers(0, half, ends), rng.integers(half, machines, parts)])
    run = rng.uniform(0.02, 0.2, made)
    demands = Demands.of(
        names=np.char.add("SO-", np.arange(orders).astype(str)),
        item=rng.integers(0, ends, orders),
        quantity=rng.integers(1, 40, orders),
        at=rng.integers(20, 365, orders) * DAY,
        priority=rng.integers(1, 4, orders),
    )
    made_units = np.bincount(demands.item, demands.quantity, minlength=made)
    inner = (takes.parent < ends) & (takes.component < made)
    passed = takes.quantity[inner] * made_units[takes.parent[inner]]
    made_units += np.bincount(takes.component[inner], passed, minlength=made)
    hours = np.bincount(machine, run * made_units, minlength=machines)
    run *= (load * 345 * 24 / np.maximum(hours, 1e-9))[machine]
    return Plant(
        Items.of(
            names=np.char.add("I", np.arange(items).astype(str)),
            on_hand=np.where(np.arange(items) < made, 0, rng.integers(0, 500, items)),
            lead_days=np.where(np.arange(items) < made, 0, rng.integers(3, 15, items)),
            kind=np.where(np.arange(items) < made, Kind.MAKE, Kind.BUY),
            minimum=np.where(np.arange(items) < made, 0, 200),
        ),
        takes,
        demands,
        operations=Operations.of(item=np.arange(made), resource=machine, run_hours=run),
        resources=Resources.of(names=np.char.add("M", np.arange(machines).astype(str))),
    )


def _random_bills(rng: np.random.Generator, ends: int, parts: int, bought: int) -> Bills:
    """Each end item takes two to four parts and a bought item, each part one to three bought items."""
    made = ends + parts
    rows = []
    for item in range(ends):
        rows += [(item, ends + int(part)) for part in rng.choice(parts, rng.integers(2, 5), replace=False)]
        rows.append((item, made + int(rng.integers(bought))))
    for item in range(ends, made):
        rows += [(item, made + int(part)) for part in rng.choice(bought, rng.integers(1, 4), replace=False)]
    pairs = np.array(rows)
    return Bills.of(parent=pairs[:, 0], component=pairs[:, 1], quantity=rng.integers(1, 4, len(pairs)))
