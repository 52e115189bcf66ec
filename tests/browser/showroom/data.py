"""Invented orders, deals and stages of an invented knitwear maker."""

import datetime as dt
import random

from loomline.surface import draw

RANDOM = random.Random(20261123)
TODAY = dt.date(2026, 11, 23)

STAGES = [
    ("Yarn sourcing", "spiral"),
    ("Dyeing", "droplet"),
    ("Knitting", "needle"),
    ("Tailoring", "scissors"),
    ("Quality check", "checkup-list"),
    ("Packing", "package"),
    ("Shipping", "ship"),
    ("Delivered", "circle-check"),
]
CUSTOMERS = [
    "Nordvik Outdoor",
    "Maison Léonie",
    "Harbour & Pine",
    "Kestrel Workwear",
    "Oakline Retail",
    "Sato Knit Trading",
    "Bramble Kids",
    "Alma Tessuti",
    "Fjällglimt",
    "Blue Heron Surf",
    "Costa Verde Moda",
    "Wolfe & Daughters",
    "Prairie Thread Co.",
    "Lumen Athletics",
]
OWNERS = ["Mara Lindqvist", "Tom Okafor", "Inês Duarte", "Priya Raman", "Jonas Weil"]
TONES = {"On track": "ok", "At risk": "warn", "Late": "bad", "On hold": "hold"}
TICKS = {"On track": "now", "At risk": "risk", "Late": "late", "On hold": "hold"}


class Order:
    """One invented sales order."""

    def __init__(self, number: int, state: str, stage: int, promise: dt.date, slip: int) -> None:
        self.number = f"SO-{number}"
        self.customer = RANDOM.choice(CUSTOMERS)
        self.reference = f"{RANDOM.choice(['PO', '4500', 'ORD-'])}{RANDOM.randint(10000, 99999)}"
        self.state = state
        self.tone = TONES[state]
        self.stage = STAGES[stage][0]
        self.ticks = draw.stages(8, stage, state=TICKS[state])
        self.promise = promise
        self.slip = slip
        self.expected = promise + dt.timedelta(days=slip)
        self.units = RANDOM.randint(4, 160) * 25
        self.value = RANDOM.randint(38, 1890) * 100 + RANDOM.randint(0, 99)
        self.owner = RANDOM.choice(OWNERS)


def orders(count: int = 50) -> list[Order]:
    """Make orders, the latest promises last."""
    made = []
    for i in range(count):
        state = "Late" if i < 4 else RANDOM.choices(list(TONES), [66, 18, 9, 7])[0]
        slip = {"At risk": RANDOM.randint(1, 4), "Late": RANDOM.randint(5, 12)}.get(state, 0)
        promise = TODAY + dt.timedelta(days=RANDOM.randint(-6, 4) if i < 6 else RANDOM.randint(8, 46))
        made.append(Order(10_428 - i * 6, state, RANDOM.choice([0, 1, 1, 2, 2, 3, 4, 5, 6]), promise, slip))
    return sorted(made, key=lambda order: order.promise)


ORDERS = orders()


def walk(start: float, end: float, *, jitter: float) -> list[float]:
    """Make a trend that is going somewhere."""
    middle = abs(start + end) / 2
    return [start + (end - start) * i / 15 + RANDOM.uniform(-1, 1) * jitter * middle for i in range(16)]
