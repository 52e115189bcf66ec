"""Sums that add up, whole units, and orders that consume the forecast."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.forecast.consumption import consume
from loomline.engines.forecast.forecasting import Settings, forecast
from loomline.engines.forecast.hierarchy import crossed, nested
from loomline.engines.forecast.panel import make_panel
from loomline.engines.forecast.reconciliation import (
    METHODS,
    Method,
    reconcile,
    round_to_sums,
    shrunk_covariance,
)
from loomline.engines.forecast.totals import forecast_totals

KEYS = [("north", "a"), ("north", "b"), ("south", "a"), ("south", "b"), ("south", "c")]
TREE = nested(KEYS, ("region", "item"), [f"{region}-{item}" for region, item in KEYS])


def random_base(seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    bottom = random.gamma(2, 50, (5, 3))
    base = TREE.sums(bottom) * random.uniform(0.8, 1.2, (len(TREE.names), 3))
    return base, random.normal(0, 10, (len(TREE.names), 40))


def test_a_nested_hierarchy_names_its_sums() -> None:
    assert TREE.names[:3] == ("total", "region=north", "region=south")
    assert TREE.matrix()[:3].tolist() == [[1] * 5, [1, 1, 0, 0, 0], [0, 0, 1, 1, 1]]


def test_a_crossed_hierarchy_sums_by_every_choice_of_columns() -> None:
    made = crossed(KEYS, ("region", "item"), ["1", "2", "3", "4", "5"])

    assert made.names[:6] == ("total", "region=north", "region=south", "item=a", "item=b", "item=c")


@pytest.mark.parametrize("method", METHODS)
def test_reconciling_what_adds_up_changes_nothing(method: Method) -> None:
    bottom = np.arange(1.0, 16.0).reshape(5, 3)
    errors = random_base(1)[1]
    variance = np.ones(len(TREE.names))

    made = reconcile(TREE.sums(bottom), TREE, method, errors=errors, variance=variance)

    assert made == pytest.approx(bottom)


def test_least_squares_is_the_projection_of_the_textbook() -> None:
    base, errors = random_base(3)
    summing = TREE.matrix()
    weight = np.linalg.inv(shrunk_covariance(errors))
    textbook = np.linalg.solve(summing.T @ weight @ summing, summing.T @ weight @ base)
    plain = np.linalg.solve(summing.T @ summing, summing.T @ base)

    assert reconcile(base, TREE, "mint", errors=errors) == pytest.approx(textbook)
    assert reconcile(base, TREE, "ols") == pytest.approx(plain)


def test_top_down_keeps_the_total_and_bottom_up_the_parts() -> None:
    base = random_base(5)[0]

    assert reconcile(base, TREE, "top-down").sum(axis=0) == pytest.approx(base[0])
    assert np.array_equal(reconcile(base, TREE, "bottom-up"), base[3:])


def test_the_covariance_of_unrelated_errors_is_shrunk_to_variances() -> None:
    errors = np.random.default_rng(7).normal(0, 1, (6, 2000))

    made = shrunk_covariance(errors)

    assert made == pytest.approx(np.eye(6), abs=0.1)
    assert abs(made[0, 1]) < abs(np.mean(errors[0] * errors[1]))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=5, max_size=5))
def test_whole_units_keep_every_nested_sum_within_one(values: list[float]) -> None:
    bottom = np.array(values)[:, None]

    whole = round_to_sums(bottom, TREE)

    assert whole.sum() == int(np.floor(bottom.sum() + 0.5))
    assert (np.abs(TREE.sums(whole.astype(float)) - TREE.sums(bottom)) < 1 + 1e-6).all()
    assert (whole >= 0).all()


def test_forecasts_of_all_sums_add_up_to_the_unit() -> None:
    random = np.random.default_rng(11)
    series = [30 * (at + 1) + random.poisson(10, 48) for at in range(5)]
    bottom = forecast(make_panel(series, freq="MS", ids=TREE.names[3:]), Settings(6, effort="fast"))

    made = forecast_totals(bottom, TREE, whole=True)

    assert made.panel.ids == TREE.names
    assert np.array_equal(made.mean, np.round(made.mean))
    assert np.array_equal(made.mean[0], made.mean[1] + made.mean[2])
    assert np.array_equal(made.mean[2], made.mean[5:].sum(axis=0))


def test_sums_of_series_that_end_apart_are_refused() -> None:
    panel = make_panel([[1.0] * 20] * 4 + [[1.0] * 19], freq="MS", ids=TREE.names[3:])

    with pytest.raises(BadInput, match="does not end in the same period"):
        forecast_totals(forecast(panel, Settings(2, effort="fast")), TREE)


def test_base_forecasts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(BadInput, match="8 nodes"):
        reconcile(np.ones((5, 2)), TREE)
    with pytest.raises(BadInput, match="too few errors"):
        reconcile(np.ones((8, 2)), TREE, "mint")


def test_orders_consume_their_period_then_earlier_then_later_ones() -> None:
    made = consume(np.array([10.0, 10, 10, 10]), np.array([2]), np.array([35.0]), backward=1, forward=1)

    assert made.taken.tolist() == [[0, 10, 10, 10]]
    assert made.left.tolist() == [10, 0, 0, 0]
    assert made.unmatched.tolist() == [5]
    assert made.total.tolist() == [10, 0, 35, 0]


def test_without_windows_an_order_consumes_only_its_own_period() -> None:
    made = consume(np.array([10.0, 10, 10]), np.array([1, 1]), np.array([4.0, 9.0]))

    assert made.left.tolist() == [10, 0, 10]
    assert made.unmatched.tolist() == [0, 3]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 100), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 150)), max_size=6),
    st.integers(0, 3),
    st.integers(0, 3),
)
def test_nothing_is_lost_when_orders_consume(
    amounts: list[int], orders: list[tuple[int, int]], backward: int, forward: int
) -> None:
    forecasts = np.array(amounts, dtype=float)
    periods = np.array([period % len(amounts) for period, _ in orders], dtype=np.int64)
    asked = np.array([quantity for _, quantity in orders], dtype=float)

    made = consume(forecasts, periods, asked, backward=backward, forward=forward)

    assert np.array_equal(made.left + made.taken.sum(axis=0), forecasts)
    assert np.array_equal(made.taken.sum(axis=1) + made.unmatched, asked)
    assert made.total.sum() == made.left.sum() + asked.sum()
    for order, period in enumerate(periods):
        used = np.flatnonzero(made.taken[order])
        assert all(period - backward <= one <= period + forward for one in used)


@pytest.mark.parametrize(("quantity", "period"), [(-1.0, 0), (1.0, 3), (float("nan"), 0)])
def test_orders_that_make_no_sense_are_refused(quantity: float, period: int) -> None:
    with pytest.raises(BadInput, match="position 0"):
        consume(np.ones(3), np.array([period]), np.array([quantity]))
