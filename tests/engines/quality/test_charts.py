"""Control charts: constants as tabulated, limits worked out by hand, and patterns that are found or not."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from statistics import fmean, stdev

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.quality import attributes, charts
from loomline.engines.quality.chart import Chart, lines
from loomline.engines.quality.constants import constants
from loomline.engines.quality.rules import NELSON, WESTERN_ELECTRIC, Rule, signals

# n: A2, A3, B3, B4, D3, D4, d2, d3, c4 as in ASTM STP 15D and every textbook.
TABULATED = {
    2: (1.880, 2.659, 0, 3.267, 0, 3.267, 1.128, 0.853, 0.7979),
    3: (1.023, 1.954, 0, 2.568, 0, 2.575, 1.693, 0.888, 0.8862),
    4: (0.729, 1.628, 0, 2.266, 0, 2.282, 2.059, 0.880, 0.9213),
    5: (0.577, 1.427, 0, 2.089, 0, 2.114, 2.326, 0.864, 0.9400),
    6: (0.483, 1.287, 0.030, 1.970, 0, 2.004, 2.534, 0.848, 0.9515),
    7: (0.419, 1.182, 0.118, 1.882, 0.076, 1.924, 2.704, 0.833, 0.9594),
    8: (0.373, 1.099, 0.185, 1.815, 0.136, 1.864, 2.847, 0.820, 0.9650),
    9: (0.337, 1.032, 0.239, 1.761, 0.184, 1.816, 2.970, 0.808, 0.9693),
    10: (0.308, 0.975, 0.284, 1.716, 0.223, 1.777, 3.078, 0.797, 0.9727),
    15: (0.223, 0.789, 0.428, 1.572, 0.347, 1.653, 3.472, 0.756, 0.9823),
    20: (0.180, 0.680, 0.510, 1.490, 0.415, 1.585, 3.735, 0.729, 0.9869),
    25: (0.153, 0.606, 0.565, 1.435, 0.459, 1.541, 3.931, 0.708, 0.9896),
}


@pytest.mark.parametrize("n", TABULATED)
def test_constants_are_those_of_the_tables(n: int) -> None:
    c = constants(n)
    found = (c.A2, c.A3, c.B3, c.B4, c.D3, c.D4, c.d2, c.d3)
    # A table rounds 2.1145 down and 0.135 up, so the last digit may be one off by half a unit.
    assert found == pytest.approx(TABULATED[n][:-1], abs=0.00101 / 2 + 2e-4)
    assert round(c.c4, 4) == TABULATED[n][-1]


def test_constants_with_closed_forms_are_exact() -> None:
    assert constants(2).d2 == pytest.approx(2 / math.sqrt(math.pi), abs=1e-12)
    assert constants(2).d3 == pytest.approx(math.sqrt(2 - 4 / math.pi), abs=1e-9)
    assert constants(3).d2 == pytest.approx(3 / math.sqrt(math.pi), abs=1e-12)
    assert constants(2).c4 == pytest.approx(math.sqrt(2 / math.pi), abs=1e-14)


def test_golden_constants_of_five() -> None:
    c = constants(5)
    assert (round(c.A2, 3), round(c.d2, 3)) == (0.577, 2.326)
    assert f"{c.D4:.4f}" == "2.1145"


def test_a_subgroup_of_one_has_no_constants() -> None:
    with pytest.raises(BadInput, match="2 to 100"):
        constants(1)


def test_x_bar_and_r_limits_follow_from_the_averages() -> None:
    rows = [[10.1, 9.9, 10.0, 10.2, 9.8], [10.0, 10.3, 9.9, 10.1, 10.2], [9.7, 9.9, 10.0, 9.8, 10.1]]
    made = charts.xbar_r(rows)
    mean, spread = fmean(map(fmean, rows)), fmean(max(row) - min(row) for row in rows)
    assert made.location.centre[0] == pytest.approx(mean)
    assert made.location.upper[0] == pytest.approx(mean + 0.57682 * spread, abs=1e-5)
    assert made.location.lower[0] == pytest.approx(mean - 0.57682 * spread, abs=1e-5)
    assert made.spread.centre[0] == pytest.approx(spread)
    assert made.spread.upper[0] == pytest.approx(2.1145 * spread, abs=1e-4)
    assert made.spread.lower[0] == 0


def test_x_bar_and_s_limits_follow_from_the_averages() -> None:
    rng = random.Random(5)
    rows = [[rng.gauss(50, 2) for _ in range(8)] for _ in range(20)]
    made = charts.xbar_s(rows)
    mean, spread = fmean(map(fmean, rows)), fmean(map(stdev, rows))
    assert made.location.upper[0] == pytest.approx(mean + 1.0991 * spread, rel=1e-5)
    assert made.spread.upper[0] == pytest.approx(1.815 * spread, rel=1e-3)
    assert made.spread.lower[0] == pytest.approx(0.185 * spread, rel=5e-3)


def test_individuals_use_the_moving_range() -> None:
    made = charts.imr([10.0, 12.0, 11.0, 13.0, 12.0])
    assert made.spread.points[1:].tolist() == [2, 1, 2, 1]
    assert math.isnan(made.spread.points[0])
    assert made.location.upper[0] == pytest.approx(11.6 + 2.6587 * 1.5, abs=1e-4)
    assert made.spread.upper[0] == pytest.approx(3.2665 * 1.5, abs=1e-4)


def test_unequal_subgroups_have_limits_of_their_own() -> None:
    rng = np.random.default_rng(3)
    rows = rng.normal(0, 1, (60, 6))
    rows[::3, 4:] = np.nan
    made = charts.xbar_s(rows, mean=0.0, sigma=1.0)
    assert made.location.upper[:2] == pytest.approx([3 / 2, 3 / math.sqrt(6)])
    assert charts.xbar_s(rows).sigma == pytest.approx(1, abs=0.1)
    assert charts.xbar_r(rows).sigma == pytest.approx(1, abs=0.1)


def test_limits_may_come_from_the_first_points_only() -> None:
    values = [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 50.0, 60.0]
    made = charts.imr(values, base=6)
    assert made.mean == 1.5
    assert made.location.outside.tolist() == [False] * 6 + [True, True]


def test_p_chart_limits_move_with_the_sample() -> None:
    made = attributes.p_chart([5, 10, 3], [100, 200, 50])
    share = 18 / 350
    assert made.centre.tolist() == pytest.approx([share] * 3)
    assert made.upper[1] == pytest.approx(share + 3 * math.sqrt(share * (1 - share) / 200))
    assert made.lower[2] == 0


def test_np_c_and_u_charts_are_as_in_the_textbook() -> None:
    many = attributes.np_chart([4, 6, 5, 5], 50)
    assert (many.centre[0], many.upper[0]) == pytest.approx((5, 5 + 3 * math.sqrt(5 * 0.9)))
    # Montgomery, example 7.3: 516 nonconformities on 26 boards give 19.85, 33.22 and 6.48.
    boards = [
        21,
        24,
        16,
        12,
        15,
        5,
        28,
        20,
        31,
        25,
        20,
        24,
        16,
        19,
        10,
        17,
        13,
        22,
        18,
        39,
        30,
        24,
        16,
        19,
        17,
        15,
    ]
    c = attributes.c_chart(boards)
    assert (round(c.centre[0], 2), round(c.upper[0], 2), round(c.lower[0], 2)) == (19.85, 33.21, 6.48)
    assert np.flatnonzero(c.outside).tolist() == [5, 19]
    u = attributes.u_chart([10, 12], [5.0, 10.0])
    assert u.upper.tolist() == pytest.approx(
        [22 / 15 + 3 * math.sqrt(22 / 15 / 5), 22 / 15 + 3 * math.sqrt(22 / 150)]
    )


# Rules


def chart(*points: float) -> Chart:
    return lines("z", np.array(points), 0.0, 1.0)


def found(points: list[float], rules: tuple[Rule, ...] = NELSON) -> list[tuple[int, str]]:
    return [(signal.position, signal.rule.name) for signal in signals(chart(*points), rules)]


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([0, 3.1, -0.5], [(1, "1")]),
        ([0, 2.9, -0.5], []),
        ([0.2, 0.9, 0.3, 0.5, 0.1, 0.7, 0.2, 0.8, 0.3], [(8, "2")]),
        ([0.2, 0.9, 0.3, 0.5, 0.1, 0.7, 0.2, 0.8, -0.3], []),
        ([-0.5, -0.3, 0.1, 0.3, 0.5, 0.8], [(5, "3")]),
        ([-0.5, -0.3, 0.1, 0.1, 0.5, 0.8], []),
        ([1.5, -1.5] * 3 + [0.9, -0.9] * 4, [(13, "4")]),
        ([0, 2.1, 0.4, 2.5], [(3, "5")]),
        ([0, 2.1, 0.4, -2.5], []),
        ([1.1, 1.5, -0.2, 1.2, 1.3], [(4, "6")]),
        ([1.1, 1.5, -0.2, 1.2, 0.3], []),
        ([0.5, 0.2, -0.3, -0.6, 0.1] * 3, [(14, "7")]),
        ([1.5, -1.2, -1.8, 1.1, 1.4, -1.3, 1.2, -1.6], [(7, "8")]),
    ],
)
def test_each_pattern_is_found_at_the_point_that_completes_it(
    points: list[float], expected: list[tuple[int, str]]
) -> None:
    assert found(points) == expected


def test_western_electric_asks_for_eight_on_one_side() -> None:
    points = [0.2, 0.9, 0.3, 0.5, 0.1, 0.7, 0.2, 0.8]
    assert found(points) == []
    assert found(points, WESTERN_ELECTRIC) == [(7, "WE4")]


def test_a_pattern_that_goes_on_is_told_again() -> None:
    assert [at for at, rule in found([0.2, 0.4] * 6) if rule == "2"] == [8, 9, 10, 11]


def test_a_missing_point_breaks_a_pattern() -> None:
    points = [0.2, 0.9, 0.3, 0.5, math.nan, 0.7, 0.2, 0.8, 0.3, 0.4, 0.1]
    assert found(points) == []


def rises_or_falls(z: list[float]) -> bool:
    return all(a < b for a, b in pairwise(z)) or all(a > b for a, b in pairwise(z))


def turns_each_time(z: list[float]) -> bool:
    steps = [b - a for a, b in pairwise(z)]
    return all(a * b < 0 for a, b in pairwise(steps))


def is_crowded(z: list[float], distance: float, least: int) -> bool:
    """So many beyond the distance on the side of the last point, which is beyond it too."""
    side = math.copysign(1, z[-1])
    return side * z[-1] > distance and sum(side * x > distance for x in z) >= least


# What each rule says of so many points up to the last one.
BY_HAND: dict[str, tuple[int, Callable[[list[float]], bool]]] = {
    "1": (1, lambda z: abs(z[0]) > 3),
    "2": (9, lambda z: min(z) > 0 or max(z) < 0),
    "3": (6, rises_or_falls),
    "4": (14, turns_each_time),
    "5": (3, lambda z: is_crowded(z, 2, 2)),
    "6": (5, lambda z: is_crowded(z, 1, 4)),
    "7": (15, lambda z: max(map(abs, z)) < 1),
    "8": (8, lambda z: min(map(abs, z)) > 1),
}


def by_hand(z: list[float]) -> set[tuple[int, str]]:
    """The rules of Nelson, each point by point."""
    told = set()
    for name, (length, says) in BY_HAND.items():
        # Two of three may be the first two points there are; the other rules want all their points.
        fewest = {"5": 2, "6": 4}.get(name, length)
        for end in range(fewest, len(z) + 1):
            if says(z[max(0, end - length) : end]):
                told.add((end - 1, name))
    return told


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0.5, 1.0, 1.6]))
def test_the_rules_agree_with_a_reading_point_by_point(seed: int, spread: float) -> None:
    rng = random.Random(seed)
    points = [rng.gauss(0, spread) for _ in range(120)]
    assert set(found(points)) == by_hand(points)


# Refusals


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: charts.xbar_r([[1.0, 2.0], [3.0, math.nan]]), "position 1: The subgroup has 1 values"),
        (lambda: charts.xbar_r([1.0, 2.0]), "Use imr"),
        (lambda: charts.imr([[1.0, 2.0]]), "Use xbar_r"),
        (lambda: charts.imr([1.0, math.nan]), "position 1: nan is no value"),
        (lambda: charts.imr([2.0, 2.0, 2.0]), "all alike"),
        (lambda: charts.imr([]), "There are no values"),
        (lambda: charts.imr(["a", "b"]), "Give numbers only"),
        (lambda: charts.imr([1.0, 2.0], base=3), "Limits from the first 3 of 2"),
        (lambda: attributes.p_chart([5], [4]), "5 of 4 inspected"),
        (lambda: attributes.p_chart([1, 2], [10, 10, 10]), "3 numbers inspected for 2 samples"),
        (lambda: attributes.p_chart([1], [10], standard=1.5), "not possible"),
        (lambda: attributes.c_chart([1, 2.5]), "position 1: 2.5 is no count"),
        (lambda: attributes.c_chart([-1]), "position 0: -1 is no count"),
        (lambda: attributes.u_chart([1, 2], [1, 0]), "position 1: A size of 0"),
        (lambda: attributes.u_chart([1, 2], 1, standard=-1), "0 or more"),
    ],
)
def test_bad_input_is_refused_with_its_place(call: Callable[[], object], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        call()


def test_importing_quality_loads_no_library() -> None:
    names = "aql operating switching variables charts attributes rules capability gauge oee temperature"
    code = f"from loomline.engines.quality import {names.replace(' ', ', ')}\nimport sys\n"
    code += "print(*{'numpy', 'scipy', 'pandas', 'django'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
