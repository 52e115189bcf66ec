"""Quality against the tables of the textbooks, the run lengths of theory, and the pace of a library."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import stats

from benchmarks._table import Row
from loomline.engines.quality import capability, gauge, operating
from loomline.engines.quality.aql import plan
from loomline.engines.quality.chart import lines
from loomline.engines.quality.constants import constants
from loomline.engines.quality.rules import NELSON, WESTERN_ELECTRIC, Rule, signals
from loomline.engines.quality.temperature import mean_kinetic_temperature

# d2, d3 and c4 of ASTM STP 15D, to the digits printed there.
ASTM = {
    2: (1.128, 0.853, 0.7979), 3: (1.693, 0.888, 0.8862), 4: (2.059, 0.880, 0.9213),
    5: (2.326, 0.864, 0.9400), 6: (2.534, 0.848, 0.9515), 7: (2.704, 0.833, 0.9594),
    8: (2.847, 0.820, 0.9650), 9: (2.970, 0.808, 0.9693), 10: (3.078, 0.797, 0.9727),
    15: (3.472, 0.756, 0.9823), 20: (3.735, 0.729, 0.9869), 25: (3.931, 0.708, 0.9896),
}  # fmt: skip
# The crossed study of AIAG's Measurement Systems Analysis: a line a trial, three of each appraiser.
AIAG = """
 0.29 -0.56 1.34 0.47 -0.80  0.02 0.59 -0.31 2.26 -1.36
 0.41 -0.68 1.17 0.50 -0.92 -0.11 0.75 -0.20 1.99 -1.25
 0.64 -0.58 1.27 0.64 -0.84 -0.21 0.66 -0.17 2.01 -1.31
 0.08 -0.47 1.19 0.01 -0.56 -0.20 0.47 -0.63 1.80 -1.68
 0.25 -1.22 0.94 1.03 -1.20  0.22 0.55  0.08 2.12 -1.62
 0.07 -0.68 1.34 0.20 -1.28  0.06 0.83 -0.34 2.19 -1.50
 0.04 -1.38 0.88 0.14 -1.46 -0.29 0.02 -0.46 1.77 -1.49
-0.11 -1.13 1.09 0.20 -1.07 -0.67 0.01 -0.56 1.45 -1.77
-0.15 -0.96 0.67 0.11 -1.45 -0.49 0.21 -0.49 1.87 -2.16
"""
# Of the four rules' runs one in 18,000 is longer, and of the first rule's four times that.
RUN, POINTS = 900, 200_000


def measure(budget: float, data: Path, tell: Callable[[str], None]) -> list[Row]:
    """Golden values first, then run lengths for half the time, then the pace."""
    tell("golden values")
    rows = [*_golden(), *_gauges()]
    tell("run lengths")
    rows += [_run_length("Western Electric's four rules", WESTERN_ELECTRIC, 91.75, budget / 4)]
    rows += [_run_length("beyond three sigma alone", NELSON[:1], 370.40, budget / 4)]
    tell("pace")
    return [*rows, _operating_pace(), _rules_pace()]


def _golden() -> list[Row]:
    worst = max(
        abs(found - printed)
        for n, told in ASTM.items()
        for found, printed in zip((constants(n).d2, constants(n).d3, constants(n).c4), told, strict=True)
    )
    risk = operating.risks(plan(800, 1.5).sample_size, plan(800, 1.5).accept, 1.5)
    cpk = capability.indices(10.1, 0.12, 9.4, 10.6).nearest
    kinetic = mean_kinetic_temperature([2, 4, 8, 15])
    return [
        Row("quality", "d2, d3, c4 of n 2 to 25", "largest difference from the table", worst,
            aim=0.0006, note="the table has three and four digits"),
        Row("quality", "plan J, AQL 1.5 (80, 3)", "limiting quality, %", 100 * risk.limiting,
            published=8.16, source="ISO 2859-1", note="the chance of acceptance is 10 % there"),
        Row("quality", "mean 10.1, s 0.12, limits 9.4 and 10.6", "Cpk", cpk, published=1.389,
            source="by hand", note="golden value of the specification"),
        Row("quality", "2, 4, 8 and 15 °C", "mean kinetic temperature, °C", kinetic, published=8.812,
            source="by hand", note="golden value of the specification"),
    ]  # fmt: skip


def _gauges() -> list[Row]:
    table = np.array([[float(cell) for cell in line.split()] for line in AIAG.strip().splitlines()])
    x = table.reshape(3, 3, 10).transpose(2, 0, 1)
    return [
        Row("quality", "gauge study of AIAG, ANOVA", "gauge share of spread, %",
            100 * gauge.anova(x).of_study, published=27.86, source="AIAG MSA"),
        Row("quality", "gauge study of AIAG, ranges", "gauge share of spread, %",
            100 * gauge.ranges(x).of_study, published=26.68, source="AIAG MSA"),
    ]  # fmt: skip


def _run_length(case: str, rules: tuple[Rule, ...], published: float, seconds: float) -> Row:
    """Points up to the first signal of a process that is in control, on average."""
    rng, begin = np.random.default_rng(20261122), time.monotonic()
    lengths: list[int] = []
    length = RUN if len(rules) > 1 else 4 * RUN
    while len(lengths) < 400 or (time.monotonic() - begin < seconds and len(lengths) < 40_000):
        found = signals(lines("z", rng.standard_normal(length), 0.0, 1.0), rules)
        lengths.append(found[0].position + 1 if found else length)
    error = float(np.std(lengths) / len(lengths) ** 0.5)
    return Row(
        "quality",
        case,
        "points between false alarms",
        float(np.mean(lengths)),
        published=published,
        source="Champ and Woodall 1987" if len(rules) > 1 else "1 / 0.0027",
        note=f"{len(lengths)} simulated runs, standard error {error:.2g}",
    )


def _operating_pace() -> Row:
    shares = np.linspace(0.001, 0.2, 2000)
    begin = time.process_time()
    for share in shares:
        operating.binomial(80, 3, float(share))
    ours, begin = time.process_time() - begin, time.process_time()
    for share in shares:
        stats.binom.cdf(3, 80, float(share))
    peer = time.process_time() - begin
    return Row(
        "quality",
        "operating characteristic of (80, 3)",
        "µs a point",
        1e6 * ours / len(shares),
        peer=1e6 * peer / len(shares),
        peer_name="scipy.stats.binom.cdf",
        note="one quality at a time, as a page asks; processor time",
    )


def _rules_pace() -> Row:
    chart = lines("z", np.random.default_rng(1).standard_normal(POINTS), 0.0, 1.0)
    begin = time.process_time()
    signals(chart)
    seconds = time.process_time() - begin
    return Row("quality", f"Nelson's eight rules on {POINTS:,} points", "seconds", seconds,
               aim=1.0, note="processor time")  # fmt: skip
