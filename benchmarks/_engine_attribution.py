"""Attribution: its golden vector, sums to the cent over many orders, and the pace of rules and paths."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from benchmarks._table import Row
from loomline.engines.attribution.paths import Path as Journey
from loomline.engines.attribution.paths import markov, shapley
from loomline.engines.attribution.rules import Conversion, Rule, Touch, credits

ENGINE = "attribution"
ORDERED = datetime(2026, 5, 20, 12, tzinfo=UTC)
CHANNELS = [f"channel {n:02}" for n in range(20)]
ORDERS, JOURNEYS = 2000, 100_000


def measure(budget: float, data: Path, tell: Callable[[str], None]) -> list[Row]:
    """All of it takes a few seconds; the data are not needed."""
    tell("golden vector")
    touches = tuple(Touch(f"{days}", ORDERED - timedelta(days=days)) for days in (14, 7, 0))
    found = credits(Conversion("S-1", ORDERED, Decimal(100), touches), Rule.TIME_DECAY)
    off = max(abs(c.amount - Decimal(e)) for c, e in zip(found, ("14.29", "28.57", "57.14"), strict=True))
    golden = Row(ENGINE, "K12: touches 14, 7 and 0 days before", "largest difference, %", float(off), aim=0.0)
    tell("rules")
    rows = [golden, *_rules()]
    tell("paths")
    return [*rows, *_paths()]


def _rules() -> list[Row]:
    chance = random.Random(20261122)
    orders = [
        Conversion(
            f"S-{n}",
            ORDERED,
            Decimal(chance.randrange(1, 10**7)) / 100,
            tuple(
                Touch(chance.choice(CHANNELS), ORDERED - timedelta(minutes=chance.randrange(10**5)))
                for _ in range(chance.randrange(1, 12))
            ),
        )
        for n in range(ORDERS)
    ]
    begin, off, answers = time.process_time(), Decimal(), 0
    for order in orders:
        for rule in Rule:
            off = max(off, abs(sum(c.amount for c in credits(order, rule)) - order.amount))
            answers += 1
    pace = 1e6 * (time.process_time() - begin) / answers
    case = f"{ORDERS:,} random orders, {len(Rule)} rules"
    return [
        Row(ENGINE, case, "largest remainder, money", float(off), aim=0.0),
        Row(ENGINE, case, "µs an order and rule", pace, aim=1000.0, note="processor time"),
    ]


def _paths() -> list[Row]:
    chance = random.Random(7)
    journeys = []
    for _ in range(JOURNEYS):
        channels = tuple(chance.choice(CHANNELS) for _ in range(chance.randrange(1, 7)))
        buys = chance.random() < 0.1
        amount = Decimal(chance.randrange(1, 10**6)) / 100 if buys else Decimal()
        journeys.append(Journey(channels, int(buys), amount, int(not buys)))
    whole = sum(journey.amount for journey in journeys)
    rows = []
    for name, made in (
        ("Markov, order 1", lambda: markov(journeys)),
        ("Markov, order 2", lambda: markov(journeys, order=2)),
        ("Shapley", lambda: shapley(journeys)),
    ):
        begin = time.process_time()
        found = made()
        seconds = time.process_time() - begin
        off = abs(sum(credit.amount for credit in found) - whole)
        case = f"{JOURNEYS:,} random paths of {len(CHANNELS)} channels, {name}"
        rows += [
            Row(ENGINE, case, "seconds", seconds, aim=10.0, note="processor time"),
            Row(ENGINE, case, "remainder, money", float(off), aim=0.0),
        ]
    return rows
