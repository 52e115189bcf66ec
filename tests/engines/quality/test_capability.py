"""Capability indices, gauge studies, effectiveness, mean kinetic temperature and plans by variables."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from loomline.engines.bad_input import BadInput
from loomline.engines.quality import capability, gauge, oee, variables
from loomline.engines.quality.oee import Loss, Run
from loomline.engines.quality.temperature import mean_kinetic_temperature

# Capability


def test_golden_cpk_of_the_specification() -> None:
    made = capability.indices(10.1, 0.12, 9.4, 10.6)
    assert round(made.nearest, 3) == 1.389
    assert made.ratio == pytest.approx(1.2 / 0.72)


def test_one_limit_gives_its_own_index_only() -> None:
    made = capability.indices(10.0, 1.0, None, 13.0)
    assert made.nearest == made.upper == pytest.approx(1.0)
    assert math.isnan(made.lower)
    assert math.isnan(made.ratio)


def test_within_leaves_out_what_moves_between_subgroups() -> None:
    rng = np.random.default_rng(11)
    rows = rng.normal(0, 1, (200, 5)) + rng.normal(0, 2, (200, 1)) + 20
    made = capability.study(rows, lower=10, upper=30)
    assert made.within.sigma == pytest.approx(1, abs=0.05)
    assert made.overall.sigma == pytest.approx(math.sqrt(5), abs=0.2)
    assert made.cpk.value > 2 * made.ppk.value


def test_single_values_take_the_spread_from_moving_ranges() -> None:
    values = [5.0, 7.0, 6.0, 8.0, 6.0]
    made = capability.study(values, lower=0, upper=12)
    assert made.within.sigma == pytest.approx((2 + 1 + 2 + 2) / 4 / 1.128379, rel=1e-6)


def test_confidence_limits_of_pp_are_those_of_chi_squared() -> None:
    values = np.random.default_rng(2).normal(0, 1, 50)
    made = capability.study(values, lower=-4, upper=4)
    low, high = stats.chi2.ppf([0.025, 0.975], 49)
    assert made.pp.low == pytest.approx(made.pp.value * math.sqrt(low / 49))
    assert made.pp.high == pytest.approx(made.pp.value * math.sqrt(high / 49))


def test_confidence_limits_cover_the_true_figure_as_often_as_they_say() -> None:
    rng = np.random.default_rng(7)
    studies = [capability.study(rng.normal(10, 1, 40), lower=6, upper=13) for _ in range(400)]
    covered = np.mean([made.ppk.low <= 1.0 <= made.ppk.high for made in studies])
    assert 0.92 < covered < 0.98


def test_values_that_are_not_normal_are_told() -> None:
    rng = np.random.default_rng(1)
    assert capability.study(rng.exponential(1, 200), upper=8).is_doubtful
    assert not capability.study(rng.normal(0, 1, 200), upper=8).is_doubtful


def test_the_normality_statistic_is_that_of_scipy() -> None:
    values = np.random.default_rng(4).gamma(3, 1, 60)
    plain = stats.anderson(values, "norm", method="interpolate").statistic
    adjusted = plain * (1 + 0.75 / 60 + 2.25 / 60**2)
    assert capability.study(values, upper=20).normality == pytest.approx(adjusted, rel=1e-9)


def test_expected_and_seen_shares_outside() -> None:
    values = np.array([*NormalDist(0, 1).samples(2000, seed=3)])
    made = capability.study(values, lower=-1.5, upper=1.5)
    assert made.seen == np.mean(np.abs(values) > 1.5)
    assert made.outside == pytest.approx(made.seen, abs=0.02)


# Gauge studies. The study of ten parts, three appraisers and three trials of AIAG's MSA manual.

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


@pytest.fixture
def aiag() -> np.ndarray:
    rows = np.array([[float(cell) for cell in line.split()] for line in AIAG.strip().splitlines()])
    return rows.reshape(3, 3, 10).transpose(2, 0, 1)


def test_analysis_of_variance_gives_the_published_study(aiag: np.ndarray) -> None:
    made = gauge.anova(aiag)
    assert [round(row.squares, 4) for row in made.table] == [88.3619, 3.1673, 3.1179]
    assert [row.degrees for row in made.table] == [9, 2, 78]
    assert round(made.repeatability, 6) == 0.199933
    assert round(made.reproducibility, 6) == 0.226838
    assert round(made.gauge, 5) == 0.30237
    assert round(made.part, 5) == 1.04233
    assert round(made.total, 4) == 1.0853
    assert round(100 * made.of_study, 2) == 27.86
    assert round(100 * made.contribution, 2) == 7.76
    assert made.categories == 4


def test_averages_and_ranges_give_the_published_study(aiag: np.ndarray) -> None:
    made = gauge.ranges(aiag)
    assert made.repeatability == pytest.approx(0.20188, abs=5e-5)
    assert made.reproducibility == pytest.approx(0.22963, abs=1e-4)
    assert made.gauge == pytest.approx(0.30575, abs=5e-5)
    assert made.part == pytest.approx(1.10456, abs=2e-4)
    assert made.total == pytest.approx(1.14610, abs=2e-4)
    assert round(100 * made.of_study, 2) == 26.68
    assert made.categories == 5


def test_an_interaction_that_matters_stays_in_the_table() -> None:
    rng = np.random.default_rng(8)
    x = rng.normal(0, 3, (10, 1, 1)) + rng.normal(0, 2, (10, 3, 1)) + rng.normal(0, 0.3, (10, 3, 3))
    made = gauge.anova(x)
    assert [row.name for row in made.table] == ["part", "appraiser", "part x appraiser", "repeatability"]
    assert made.interaction == pytest.approx(2, rel=0.4)
    assert made.gauge**2 == pytest.approx(made.repeatability**2 + made.reproducibility**2)
    assert gauge.anova(x, pool_above=0.0).interaction == 0.0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 6), st.integers(2, 4), st.integers(2, 4))
def test_sums_of_squares_add_up(seed: int, parts: int, appraisers: int, trials: int) -> None:
    x = np.random.default_rng(seed).normal(0, 1, (parts, appraisers, trials))
    made = gauge.anova(x)
    assert sum(row.squares for row in made.table) == pytest.approx(float(np.sum((x - x.mean()) ** 2)))
    assert sum(row.degrees for row in made.table) == x.size - 1


def test_the_share_of_the_tolerance_is_six_spreads() -> None:
    x = np.random.default_rng(0).normal(0, 1, (5, 2, 3))
    made = gauge.anova(x, tolerance=12.0)
    assert made.of_tolerance == pytest.approx(made.gauge / 2)


# Effectiveness


def test_effectiveness_of_the_usual_example() -> None:
    # 420 planned minutes, 47 of them stopped, 1 s an item, 19 271 made, 423 of them rejected.
    run = Run(420 * 60, 1.0, 19_271, 423, stops={Loss.BREAKDOWN: 47 * 60})
    made = oee.effectiveness(run)
    assert round(100 * made.availability, 2) == 88.81
    assert round(100 * made.performance, 2) == 86.11
    assert round(100 * made.quality, 2) == 97.80
    assert round(100 * made.oee, 2) == 74.79
    assert next(iter(made.losses)) is Loss.SPEED


@settings(max_examples=100, deadline=None)
@given(
    st.floats(3600, 100_000),
    st.tuples(st.floats(0, 0.3), st.floats(0, 0.3), st.floats(0, 0.2)),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_losses_and_good_time_add_up_to_the_planned_time(
    planned: float, stops: tuple[float, float, float], speed: float, bad: float
) -> None:
    lost = dict(zip((Loss.BREAKDOWN, Loss.SETUP, Loss.MINOR_STOP), (planned * s for s in stops), strict=True))
    made_items = int(speed * (planned - sum(lost.values())) / 7.5)
    rejects = int(bad * made_items)
    made = oee.effectiveness(Run(planned, 7.5, made_items, rejects, rejects // 3, lost))
    good = (made_items - rejects) * 7.5
    assert math.fsum(made.losses.values()) + good == pytest.approx(planned)
    assert made.oee == pytest.approx(good / planned)
    assert min(made.losses.values()) > -1e-6
    assert not made.remark


def test_runs_are_added_not_averaged() -> None:
    short = Run(3600, 10, 360)
    long = Run(7200, 10, 360, stops={Loss.SETUP: 3600})
    made = oee.together([short, long])
    assert made.oee == pytest.approx(7200 / 10_800)
    assert made.losses[Loss.SETUP] == 3600


def test_a_machine_faster_than_its_ideal_is_told() -> None:
    made = oee.effectiveness(Run(3600, 10, 400))
    assert made.performance > 1
    assert "correct the ideal cycle" in made.remark


# Mean kinetic temperature


def test_golden_mean_kinetic_temperature_of_the_specification() -> None:
    assert round(mean_kinetic_temperature([2, 4, 8, 15]), 3) == 8.812


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-40, 80), min_size=1, max_size=30))
def test_it_lies_between_the_arithmetic_mean_and_the_warmest_reading(readings: list[float]) -> None:
    found = mean_kinetic_temperature(readings)
    assert math.fsum(readings) / len(readings) - 1e-9 <= found <= max(readings) + 1e-9


def test_durations_weigh_the_readings() -> None:
    assert mean_kinetic_temperature([5, 25], [3, 1]) == pytest.approx(mean_kinetic_temperature([5, 5, 5, 25]))
    assert mean_kinetic_temperature([5, 25], [1, 0]) == pytest.approx(5)


# Plans by variables


def test_the_plan_of_the_nomograph_example() -> None:
    # Montgomery, example 16.1: 1 % and 6 % with risks of 5 % and 10 % need about 40 (15 with sigma), k 1.9.
    unknown, known = variables.design(0.01, 0.06), variables.design(0.01, 0.06, sigma=2.0)
    assert (round(unknown.k, 1), round(known.k, 1)) == (1.9, 1.9)
    assert 40 <= unknown.sample_size <= 42
    assert known.sample_size == 15


@pytest.mark.parametrize(("size", "k"), [(2, 1.0), (3, 1.5), (5, 2.0), (15, 1.8), (200, 1.9)])
def test_acceptance_is_that_of_the_noncentral_t(size: int, k: float) -> None:
    for share in (0.001, 0.01, 0.1, 0.4):
        shift = math.sqrt(size) * NormalDist().inv_cdf(1 - share)
        expected = stats.nct.cdf(-k * math.sqrt(size), size - 1, -shift)
        found = variables.acceptance(variables.VariablesPlan(size, k), share)
        assert found == pytest.approx(expected, abs=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.floats(0.002, 0.02), st.floats(3, 8))
def test_a_designed_plan_keeps_both_risks_and_is_the_smallest(good: float, ratio: float) -> None:
    made = variables.design(good, good * ratio)
    assert variables.acceptance(made, good) >= 0.95
    assert variables.acceptance(made, good * ratio) <= 0.10 + 1e-9


def test_a_lot_is_judged_by_its_nearest_limit() -> None:
    plan = variables.VariablesPlan(4, 1.2)
    fine = variables.judge(plan, [9.9, 10.0, 10.1, 10.0], lower=9.5, upper=10.5)
    assert fine.accepted
    assert fine.lower_index == pytest.approx(0.5 / fine.spread)
    assert not variables.judge(plan, [9.9, 10.0, 10.1, 10.0], lower=9.95).accepted


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: capability.indices(1, 1, None, None), "no specification limit"),
        (lambda: capability.indices(1, 1, 5, 4), "Give the lower first"),
        (lambda: capability.study([1.0, 1.0, 1.0], upper=2), "no capability"),
        (lambda: capability.study([1.0, 2.0], upper=3), "Fewer than three"),
        (lambda: capability.study([1.0, 2.0, math.inf], upper=3), "position 2"),
        (lambda: gauge.anova([[1.0, 2.0]]), "shape 1 x 2"),
        (lambda: gauge.anova(np.ones((3, 2, 2))), "Record more digits"),
        (lambda: gauge.ranges(np.ones((3, 2, 2))), "Record more digits"),
        (lambda: gauge.anova(np.eye(4).reshape(4, 2, 2), tolerance=0), "A tolerance of 0"),
        (lambda: oee.effectiveness(Run(0, 1, 1)), "planned time is 0"),
        (lambda: oee.effectiveness(Run(10, 1, 1, 2)), "do not fit"),
        (lambda: oee.effectiveness(Run(10, 1, 1, stops={Loss.SETUP: 11})), "longer than the planned"),
        (lambda: oee.effectiveness(Run(10, 1, 1, stops={Loss.REJECT: 1})), "not measured as a stop"),
        (lambda: oee.effectiveness(Run(10, 1, 1, stops={Loss.SETUP: -1})), "is -1 s"),
        (lambda: oee.together([]), "no run"),
        (lambda: mean_kinetic_temperature([]), "no reading"),
        (lambda: mean_kinetic_temperature([5, -300]), "position 1"),
        (lambda: mean_kinetic_temperature([5], [1, 2]), "2 durations for 1"),
        (lambda: mean_kinetic_temperature([5, 6], [0, 0]), "All durations are 0"),
        (lambda: mean_kinetic_temperature([5], activation_energy=0), "above 0"),
        (lambda: variables.design(0.06, 0.01), "good is below bad"),
        (lambda: variables.design(0.01, 0.0101), "Move the two shares apart"),
        (lambda: variables.design(0.01, 0.06, sigma=0), "not possible"),
        (lambda: variables.judge(variables.VariablesPlan(3, 1), [1, 2]), "asks for 3"),
        (lambda: variables.judge(variables.VariablesPlan(2, 1), [1, 2]), "no limit"),
        (lambda: variables.judge(variables.VariablesPlan(2, 1), [1, math.nan], upper=2), "position 1"),
    ],
)
def test_bad_input_is_refused_with_its_remedy(call: Callable[[], object], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        call()
