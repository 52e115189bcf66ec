"""Measures of forecasts, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from loomline.engines.forecast import accuracy

ACTUAL = np.array([[10.0, 20.0, np.nan], [0.0, 4.0, 8.0]])
FORECAST = np.array([[12.0, 16.0, 99.0], [0.0, 6.0, 8.0]])
TRAIN = [np.array([1.0, 3.0, 2.0, 6.0]), np.array([5.0, 5.0, 5.0])]


def test_smape_counts_nothing_for_nothing_as_right() -> None:
    assert accuracy.smape(ACTUAL, FORECAST) == pytest.approx(
        [200 * (2 / 22 + 4 / 36) / 2, 200 * (2 / 10) / 3]
    )


def test_mape_leaves_out_periods_without_demand() -> None:
    assert accuracy.mape(ACTUAL, FORECAST) == pytest.approx([20.0, 25.0])


def test_mase_is_relative_to_the_naive_forecast_and_unknown_for_a_constant() -> None:
    found = accuracy.mase(ACTUAL, FORECAST, TRAIN, 1)

    assert found[0] == pytest.approx(3 / (7 / 3))
    assert np.isnan(found[1])


def test_rmsse_is_relative_to_the_squared_naive_forecast() -> None:
    assert accuracy.rmsse(ACTUAL, FORECAST, TRAIN)[0] == pytest.approx(np.sqrt(10 / (21 / 3)))


def test_the_owa_of_the_reference_is_one() -> None:
    assert accuracy.owa(9.161, 2.777, 9.161, 2.777) == 1.0


def test_pinball_weighs_too_little_by_the_share() -> None:
    actual, quantile = np.array([[10.0, 10.0]]), np.array([[6.0, 12.0]])

    assert accuracy.pinball(actual, quantile, 0.9) == pytest.approx([(0.9 * 4 + 0.1 * 2) / 2])


def test_coverage_counts_known_values_only() -> None:
    assert accuracy.coverage(ACTUAL, ACTUAL - 1, np.array([[11, 19, 0], [1, 5, 9]])) == pytest.approx(4 / 5)


def test_bias_is_above_zero_when_too_much_was_forecast() -> None:
    assert accuracy.bias(ACTUAL, FORECAST) == pytest.approx([-2 / 30, 2 / 12])


def test_the_tracking_signal_grows_with_a_lasting_bias() -> None:
    low = np.array([[10.0] * 6])

    assert accuracy.tracking_signal(low, low - 2)[0] == pytest.approx(6.0)
    assert accuracy.tracking_signal(low, low)[0] == 0.0


def test_value_added_is_what_the_error_falls_by() -> None:
    actual, naive, better = np.array([[10.0, 10.0]]), np.array([[5.0, 15.0]]), np.array([[9.0, 11.0]])

    assert accuracy.value_added(actual, better, naive) == pytest.approx(0.4)


def test_measures_of_nothing_are_unknown() -> None:
    nothing = np.full((1, 2), np.nan)

    assert np.isnan(accuracy.wape(nothing, np.zeros((1, 2))))
    assert np.isnan(accuracy.smape(nothing, np.zeros((1, 2)))[0])
