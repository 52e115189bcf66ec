"""Scoring: golden values of decay and promoters, and scores a second with all their explanations."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from benchmarks._table import Row
from loomline.engines.scoring.points import Condition, Event, Kind, Model, Rule, decayed, score
from loomline.engines.scoring.surveys import nps

ENGINE = "scoring"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
MONTH = timedelta(days=30)
LEADS, EVENTS = 1000, 50
MODEL = Model(
    "leads",
    tuple(
        Rule(f"event {n}", Kind.BEHAVIOUR, Decimal(n + 1), event=f"e{n}", half_life=MONTH, cap=Decimal(30))
        for n in range(10)
    )
    + tuple(
        Rule(f"fit {n}", Kind.FIT, Decimal(5), conditions=(Condition("size", "at least", 100 * n),))
        for n in range(10)
    ),
    most=Decimal(100),
)


def measure(budget: float, data: Path, tell: Callable[[str], None]) -> list[Row]:
    """All of it takes seconds; the data are not needed."""
    tell("golden values")
    promoters = nps([9] * 18 + [8] * 11 + [3] * 2)
    rows = [
        Row(ENGINE, "K4: 10 points, half-life 30 d, age 60 d", "points",
            float(decayed(Decimal(10), 2 * MONTH, MONTH)), published=2.5, source="specification"),
        Row(ENGINE, "K9: 18, 11, 2 of 31", "NPS", round(promoters.value, 1), published=51.6,
            source="specification"),
        Row(ENGINE, "K9: 18, 11, 2 of 31", "± of the NPS", round(promoters.margin, 1), published=21.7,
            source="specification"),
    ]  # fmt: skip
    tell("pace")
    chance = random.Random(20261122)
    leads = [
        [
            Event(f"e{chance.randrange(12)}", NOW - timedelta(hours=chance.randrange(4000)))
            for _ in range(EVENTS)
        ]
        for _ in range(LEADS)
    ]
    begin, off = time.process_time(), Decimal()
    for events in leads:
        found = score(MODEL, {"size": len(events) * 7}, events, now=NOW)
        off = max(off, abs(found.total - sum(line.counts for line in found.lines)))
    pace = 1e3 * (time.process_time() - begin) / LEADS
    case = f"{LEADS:,} leads of {EVENTS} events, {len(MODEL.rules)} rules"
    return [
        *rows,
        Row(ENGINE, case, "points not explained", float(off), aim=0.0),
        Row(ENGINE, case, "ms a score", pace, aim=5.0, note="processor time, explanation included"),
    ]
