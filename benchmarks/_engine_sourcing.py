"""Sourcing against worked examples, and a split award beside giving each item to its cheapest bidder."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks._table import Row
from loomline.engines.bad_input import BadInput
from loomline.engines.sourcing.award import Bid, Price, Rules
from loomline.engines.sourcing.ranking import rank
from loomline.engines.sourcing.split import split_award
from loomline.engines.sourcing.weights import weights_of

SUPPLIERS, ITEMS = 12, 30
AIRCRAFT = [
    [2.0, 1500, 20000, 5.5, 5, 9],
    [2.5, 2700, 18000, 6.5, 3, 5],
    [1.8, 2000, 21000, 4.5, 7, 7],
    [2.2, 1800, 20000, 5.0, 5, 5],
]


def measure(budget: float, data: Path, tell: Callable[[str], None]) -> list[Row]:
    """The worked examples, then one large award."""
    tell("worked examples")
    weights = weights_of([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]])
    ranking = rank(AIRCRAFT, weights=[2, 1, 1, 1, 2, 3], is_benefit=[True, True, True, False, True, True])
    rows = [
        Row(
            "sourcing", "judgements 3, 5, 3", "consistency ratio", weights.consistency_ratio, published=0.033,
            source="Saaty (1980)",
        ),
        Row(
            "sourcing", "four aircraft, closeness of the first", "closeness", float(ranking.closeness[0]),
            published=0.643, source="Hwang and Yoon (1981)", more_is_better=True,
        ),
    ]  # fmt: skip
    tell("split award")
    return [*rows, *_award(budget / 2)]


def _award(seconds: float) -> list[Row]:
    demand, bids, rules = _market()
    begin = time.perf_counter()
    try:
        split = split_award(demand, bids, rules, seconds=seconds)
    except BadInput:
        return []
    took = time.perf_counter() - begin
    case = f"{ITEMS} items, {SUPPLIERS} suppliers, price breaks, at most 6 of them"
    return [
        Row(
            "sourcing", case, "cost", split.cost, peer=_item_by_item(demand, bids, rules),
            peer_name="each item to its cheapest bid", seconds=took,
            note="theirs keeps no limit on the number of suppliers",
        ),
        Row("sourcing", case, "gap to the bound", split.cost / split.bound - 1, aim=0.0, seconds=took),
    ]  # fmt: skip


def _market() -> tuple[dict[str, float], list[Bid], Rules]:
    chance = np.random.default_rng(7)
    demand = {f"i{n}": float(chance.integers(200, 2000)) for n in range(ITEMS)}
    bids = []
    for item, quantity in demand.items():
        worth = float(chance.uniform(2, 40))
        for at in range(SUPPLIERS):
            price = worth * float(chance.uniform(0.9, 1.2))
            steps = (
                Price(0, price),
                Price(quantity * 0.4, price * 0.97),
                Price(quantity * 0.8, price * 0.93),
            )
            bids.append(Bid(f"s{at}", item, steps, most=quantity * float(chance.uniform(0.6, 1.5))))
    fixed = {f"s{at}": float(chance.uniform(500, 6000)) for at in range(SUPPLIERS)}
    return demand, bids, Rules(fixed=fixed, suppliers=(1, 6))


def _item_by_item(demand: dict[str, float], bids: Sequence[Bid], rules: Rules) -> float:
    """The habit: sort the bids of each item by price and fill up."""
    total, used = 0.0, set()
    for item, wanted in demand.items():
        missing = wanted
        own = [bid for bid in bids if bid.item == item]
        for bid in sorted(own, key=lambda one: one.cost(min(one.most, wanted)) / min(one.most, wanted)):
            given = min(bid.most, missing)
            if given > 0:
                total += bid.cost(given)
                used.add(bid.supplier)
                missing -= given
    return total + sum(rules.fixed[supplier] for supplier in used)
