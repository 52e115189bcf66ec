"""A large plan and a constrained plant, generated from a seed: seconds, memory, orders late and short."""

from __future__ import annotations

import numpy as np

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
    resource = np.concatenate([rng.integers(0, half, ends), rng.integers(half, machines, parts)])
    run = rng.uniform(0.02, 0.2, made)
    demands = Demands.of(
        names=np.char.add("SO-", np.arange(orders).astype(str)),
        item=rng.integers(0, ends, orders),
        quantity=rng.integers(1, 40, orders),
        at=rng.integers(20, 365, orders) * DAY,
        priority=rng.integers(1, 4, orders),
    )
    made_units = np.bincount(demands.item, demands.quantity, minlength=made)
    for level in (0, 1):
        rows = (takes.parent < ends) if level == 0 else np.zeros(0, dtype=bool)
        if level == 0:
            inner = rows & (takes.component < made)
            made_units += np.bincount(
                takes.component[inner],
                takes.quantity[inner] * made_units[takes.parent[inner]],
                minlength=made,
            )
    hours = np.bincount(resource, run * made_units, minlength=machines)
    run *= (load * 345 * 24 / np.maximum(hours, 1e-9))[resource]
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
        operations=Operations.of(item=np.arange(made), resource=resource, run_hours=run),
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
