"""Freight against the golden charges, and its pace."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np

from benchmarks._table import Row
from loomline.engines.freight.rating import Shipment, charge
from loomline.engines.freight.tariff import Break, Tariff, Zone

GOLDEN = {20: 70, 40: 72, 80: 120, 250: 300, 290: 300}
BREAKS = ((0, "2.0"), (45, "1.6"), (100, "1.2"), (300, "1.0"))
MOST = 50_000


def measure(budget: float, data: Path, tell: Callable[[str], None]) -> list[Row]:
    """The five golden charges, what the deficit rule saves, and shipments per second."""
    zone = Zone(tuple(Break(Decimal(start), Decimal(rate)) for start, rate in BREAKS), Decimal(70))
    tariff = Tariff("road", {"1": zone}, divisor=Decimal(3000), step=Decimal(1), fuel=Decimal(12))
    plain = Tariff("road", {"1": zone})
    tell("golden charges")
    off = max(
        abs(charge(Shipment("s", "1", Decimal(weight)), plain).total - amount)
        for weight, amount in GOLDEN.items()
    )
    golden = Row(
        "freight", "five golden charges", "largest difference", float(off), published=0.0,
        source="spec", aim=0.0,
    )  # fmt: skip
    tell("pace")
    weights = [Decimal(int(w)) / 10 for w in np.random.default_rng(1).integers(10, 6000, MOST)]
    loose = Tariff("road", {"1": zone}, has_deficit=False)
    end, rated, ours, peer = time.perf_counter() + budget / 2, 0, Decimal(0), Decimal(0)
    begin = time.perf_counter()
    for weight in weights:
        ours += charge(Shipment("s", "1", weight), tariff).amount("base")
        rated += 1
        if rated % 500 == 0 and time.perf_counter() > end:
            break
    took = time.perf_counter() - begin
    for weight in weights[:rated]:
        whole = weight.to_integral_value("ROUND_CEILING")
        peer += charge(Shipment("s", "1", whole), loose).amount("base")
    return [
        golden,
        Row(
            "freight", f"{rated:,} shipments of 1 to 600 kg", "mean base charge", float(ours / rated),
            peer=float(peer / rated), peer_name="own break, no deficit weight",
        ),
        Row(
            "freight", "rated with fuel and reasons", "shipments per second", rated / took,
            more_is_better=True,
        ),
    ]  # fmt: skip
