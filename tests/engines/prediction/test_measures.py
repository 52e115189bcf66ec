"""The figures of predictions, against worked examples and plain definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.prediction import calibration, intervals, measures
from loomline.engines.prediction.survival import measures as survival_measures


def brute_auc(y: list[int], score: list[float]) -> float:
    pairs = [
        (a, b)
        for a, one in zip(score, y, strict=True)
        if one
        for b, no in zip(score, y, strict=True)
        if not no
    ]
    return sum(1.0 if a > b else 0.5 if a == b else 0.0 for a, b in pairs) / len(pairs)


def test_the_figures_of_a_worked_example() -> None:
    y = np.array([0.0, 0.0, 1.0, 1.0])
    p = np.array([0.1, 0.4, 0.35, 0.8])
    found = measures.quality(y, p, 0.5)
    assert found.auc == 0.75
    assert found.brier == pytest.approx((0.01 + 0.16 + 0.4225 + 0.04) / 4, abs=1e-12)
    assert found.base_brier == 0.25
    assert found.average_precision == pytest.approx(0.5 * 1 + 0.5 * 2 / 3, abs=1e-12)
    assert found.confusion == (1, 0, 1, 2)
    assert (found.precision, found.recall, found.f1) == (1.0, 0.5, pytest.approx(2 / 3))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 6)), min_size=2, max_size=30))
def test_the_auc_is_the_share_of_ordered_pairs(pairs: list[tuple[int, int]]) -> None:
    y, score = [one for one, _ in pairs], [float(value) for _, value in pairs]
    found = measures.roc_auc(np.array(y, dtype=float), np.array(score))
    if len(set(y)) < 2:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(brute_auc(y, score), abs=1e-12)


def test_the_phm_score_punishes_late_more_than_early() -> None:
    true = np.array([50.0])
    assert measures.phm_score(true, np.array([63.0])) == pytest.approx(math.exp(1.3) - 1)
    assert measures.phm_score(true, np.array([37.0])) == pytest.approx(math.exp(1) - 1)


def test_harrells_c_of_a_worked_example_leaves_out_pairs_that_cannot_be_compared() -> None:
    duration, event = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 0.0, 1.0, 0.0])
    # Comparable: (1,2) (1,3) (1,4) (3,4); the second and third are in order, (3,4) is tied.
    risk = np.array([5.0, 7.0, 2.0, 2.0])
    assert survival_measures.concordance(duration, event, risk) == (2 + 0.5) / 4


def test_isotonic_calibration_of_a_worked_example() -> None:
    raw = np.array([1.0, 2.0, 3.0, 4.0])
    found = calibration.isotonic(raw, np.array([0.0, 1.0, 0.0, 1.0]))
    # 2 and 3 are pooled to one half; each share is drawn by one case towards the mean of one half.
    assert found.scores == (1.0, 2.5, 4.0)
    assert found.shares == (0.25, 0.5, 0.75)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_a_calibration_never_changes_the_order_of_two_cases(seed: int) -> None:
    draw = np.random.default_rng(seed)
    raw = draw.normal(0, 2, 300)
    y = (draw.random(300) < 1 / (1 + np.exp(-0.4 * raw))).astype(float)
    for fit in (calibration.isotonic, calibration.platt):
        p = fit(raw, y).probability(np.sort(raw))
        assert (np.diff(p) >= 0).all()
        assert ((p > 0) & (p < 1)).all()


def test_overconfident_scores_are_calibrated() -> None:
    draw = np.random.default_rng(1)
    true = draw.normal(0, 1, 4000)
    y = (draw.random(4000) < 1 / (1 + np.exp(-true))).astype(float)
    found = calibration.choose(3 * true, y, seed=1)
    assert found.method in {"platt", "isotonic"}
    assert measures.calibration_error(y, found.probability(3 * true)) < 0.03
    assert measures.calibration_error(y, 1 / (1 + np.exp(-3 * true))) > 0.08


def test_the_threshold_by_cost_is_the_cheapest_for_calibrated_probabilities() -> None:
    y, p = np.array([0.0, 1.0]), np.array([0.2, 0.6])
    assert calibration.best_threshold(y, p, miss=9.0, alarm=1.0) == 0.1


def test_the_threshold_without_costs_has_the_best_f1() -> None:
    draw = np.random.default_rng(2)
    p = draw.random(200)
    y = (draw.random(200) < p).astype(float)
    found = calibration.best_threshold(y, p, miss=None, alarm=1.0)
    best = max(measures.f1(y, (p >= one).astype(float)) for one in p)
    assert measures.f1(y, (p >= found).astype(float)) == best


def test_bounds_cover_the_promised_share_of_new_values() -> None:
    draw = np.random.default_rng(3)
    said = draw.uniform(0, 100, 4000)
    y = said + draw.normal(0, 1 + said / 10)
    found = intervals.fit(y[:2000], said[:2000], level=0.8)
    low, high = found.around(said[2000:])
    inside = (y[2000:] >= low) & (y[2000:] <= high)
    assert 0.77 <= inside.mean() <= 0.84
    # Large values err more: their bounds are wider.
    assert (high - low)[said[2000:] > 80].mean() > 2 * (high - low)[said[2000:] < 20].mean()
