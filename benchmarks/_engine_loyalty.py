"""Loyalty: points that get lost in long random ledgers (none may), and the pace of a redemption."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from benchmarks._table import Row
from loomline.engines.bad_input import BadInput
from loomline.engines.loyalty.ledger import Cause, Grant, Ledger, expire, redeem, reverse

ENGINE = "loyalty"
START = datetime(2026, 1, 1, tzinfo=UTC)
MEMBERS, ACTS, GRANTS = 100, 60, 500


def measure(budget: float, data: Path, tell: Callable[[str], None]) -> list[Row]:
    """All of it takes seconds; the data are not needed."""
    tell("random ledgers")
    chance = random.Random(20261122)
    lost = max(_lost(chance) for _member in range(MEMBERS))
    case = f"{MEMBERS} random ledgers of {ACTS} acts"
    tell("pace")
    grants = tuple(
        Grant(f"g{n}", Decimal(10), START, START + timedelta(days=400 + n % 90)) for n in range(GRANTS)
    )
    ledger, rounds = Ledger(grants), 100
    begin = time.process_time()
    for n in range(rounds):
        redeem(ledger, Decimal(10 * n + 5), START + timedelta(days=1), act="R")
    pace = 1e3 * (time.process_time() - begin) / rounds
    return [
        Row(ENGINE, case, "points lost", float(lost), aim=0.0, note="K13: open, redeemed, expired, reversed"),
        Row(
            ENGINE, f"a member with {GRANTS} grants", "ms a redemption", pace, aim=50.0, note="processor time"
        ),
    ]


def _lost(chance: random.Random) -> Decimal:
    """The points of one member that are neither open nor gone for a reason."""
    ledger, at = Ledger(), START
    for n in range(ACTS):
        at += timedelta(days=chance.randrange(9))
        points = Decimal(chance.randrange(1, 400)) / 4
        act = chance.random()
        try:
            if act < 0.5:
                ledger = ledger.plus(Grant(f"g{n}", points, at, at + timedelta(days=chance.randrange(1, 99))))
            elif act < 0.8:
                ledger = ledger.plus(*redeem(ledger, points, at, act=f"R{n}"))
            elif ledger.grants:
                ledger = ledger.plus(*reverse(ledger, chance.choice(ledger.grants).key, points, at))
        except BadInput:
            continue
    ledger = ledger.plus(*expire(ledger, at))
    granted = sum((grant.points for grant in ledger.grants), Decimal())
    gone = sum((ledger.total(cause, at) for cause in Cause), Decimal())
    return abs(granted - gone - ledger.balance(at))
