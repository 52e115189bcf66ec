"""The methods of the pool: golden values, and what each must do with simple series."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.forecast import intermittent
from loomline.engines.forecast.cleansing import cleanse, empty_shelves
from loomline.engines.forecast.local import local_members
from loomline.engines.forecast.profile import is_seasonal, profile
from loomline.engines.forecast.seasonal import find_season
from loomline.engines.forecast.smoothing import Grid, Start, smooth

PARTS = np.array([[0, 0, 3, 0, 0, 0, 5, 0, 2, 0, 0, 4]], dtype=float)


def one_set(alpha: float, beta: float = 0.0, phi: float = 1.0, gamma: float = 0.0) -> Grid:
    return Grid(*(np.array([one]) for one in (alpha, beta, phi, 1.0, gamma)))


def test_croston_smooths_sizes_and_intervals_apart() -> None:
    # Sizes 3, 5, 2, 4 and intervals 3, 4, 2, 3 with a weight of 0.1, worked by hand.
    size, interval = 3.179, 2.9790 + 0.021
    size = ((3 * 0.9 + 5 * 0.1) * 0.9 + 2 * 0.1) * 0.9 + 4 * 0.1
    interval = ((3 * 0.9 + 4 * 0.1) * 0.9 + 2 * 0.1) * 0.9 + 3 * 0.1

    assert intermittent.croston(PARTS)[0] == pytest.approx(size / interval, abs=1e-12)
    assert intermittent.croston(PARTS)[0] == pytest.approx(3.172 / 2.991, abs=1e-12)


def test_sba_takes_five_percent_off_croston() -> None:
    assert intermittent.sba(PARTS, 0.1)[0] == pytest.approx(0.95 * 3.172 / 2.991, abs=1e-12)


def test_tsb_lets_an_item_die() -> None:
    dying = np.array([[4.0] * 6 + [0.0] * 12])

    assert intermittent.tsb(dying)[0] == pytest.approx(4 * 0.9**12, abs=1e-12)
    assert intermittent.croston(dying)[0] == 4.0


def test_adida_of_regular_demand_is_its_mean() -> None:
    regular = np.array([[0.0, 0.0, 6.0] * 8])

    assert intermittent.adida(regular)[0] == pytest.approx(2.0)


def test_the_imapa_of_constant_demand_is_the_demand() -> None:
    assert intermittent.imapa(np.full((1, 20), 7.0))[0] == pytest.approx(7.0)


def test_shorter_series_of_a_table_are_forecast_as_if_alone() -> None:
    table = intermittent.aligned([PARTS[0], PARTS[0, 4:]])

    for method in (intermittent.croston, intermittent.tsb, intermittent.adida, intermittent.imapa):
        assert method(table)[1] == pytest.approx(method(PARTS[:, 4:])[0], abs=1e-12)


def test_simple_smoothing_with_one_weight_is_the_textbook_recursion() -> None:
    made = smooth([np.array([12.0, 11.0, 14.0])], Start(np.array([10.0]), np.zeros(1)), one_set(0.5), 2)

    assert made.forecasts[0].tolist() == [12.5, 12.5]
    assert made.variance[0] == pytest.approx((2**2 + 0 + 3**2) / 3)


def test_a_damped_trend_fades_as_the_textbook_says() -> None:
    made = smooth([np.array([], dtype=float), np.array([1.0])], _start(), one_set(0.5, 0.25, 0.8), 3)

    # Level 0, trend 1: 0.8 ahead; the value 1 is 0.2 more: level 0.9, trend 0.85.
    trend = 0.85 * np.array([0.8, 0.8**2, 0.8**3])
    assert made.forecasts[1] == pytest.approx(0.9 + np.cumsum(trend))
    assert made.forecasts[0] == pytest.approx(np.cumsum([0.8, 0.8**2, 0.8**3]))


def _start() -> Start:
    return Start(np.zeros(2), np.ones(2))


def test_a_season_is_counted_from_the_first_value_of_each_series() -> None:
    season = np.array([[5.0, -5.0], [5.0, -5.0]])
    values = [np.array([15.0, 5.0, 15.0]), np.array([15.0, 5.0])]

    made = smooth(values, Start(np.full(2, 10.0), np.zeros(2), season), one_set(0.3, gamma=0.1), 2)

    assert made.forecasts.tolist() == [[5.0, 15.0], [15.0, 5.0]]


def test_series_of_a_batch_do_not_know_each_other() -> None:
    random = np.random.default_rng(4)
    values = [random.gamma(3, 10, n) for n in (30, 61, 44)]

    together = local_members(values, (12,), 6)

    for at, one in enumerate(values):
        assert np.allclose(local_members([one], (12,), 6).forecasts[0], together.forecasts[at])


@settings(max_examples=15, deadline=None)
@given(st.floats(0.1, 1e6), st.integers(6, 60), st.integers(1, 20))
def test_every_member_forecasts_a_constant_as_constant(level: float, length: int, horizon: int) -> None:
    made = local_members([np.full(length, level)], (12,), horizon)

    assert made.forecasts[0] == pytest.approx(np.full((len(made.names), horizon), level), rel=1e-6)


def test_classical_decomposition_finds_the_factors() -> None:
    factors = np.array([0.5, 1.0, 1.5, 1.0])

    season = find_season(100 * np.tile(factors, 6), 4, by_factor=True)

    assert season.indices == pytest.approx(factors, rel=1e-9)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0, 0, 5, 0, 0, 5, 0, 0, 5], "intermittent"),
        ([0, 0, 1, 0, 0, 50, 0, 0, 2], "lumpy"),
        ([5, 6, 5, 7, 5, 6, 7, 5], "smooth"),
        ([1, 90, 1, 2, 70, 1, 2, 1], "erratic"),
        ([0, 0, 0, 0, 0], "zero"),
        ([4, 4, 4], "constant"),
        ([4], "short"),
        ([np.nan, np.nan], "empty"),
    ],
)
def test_the_class_of_a_series(values: list[float], kind: str) -> None:
    assert profile(np.array(values, dtype=float)).kind == kind


def test_the_interval_and_variation_of_demand() -> None:
    made = profile(np.array([0, 2, 0, 4, 0, 0, 6, 0], dtype=float))

    assert made.adi == pytest.approx(8 / 3)
    assert made.cv2 == pytest.approx((8 / 3) / 16)


def test_a_sine_is_seasonal_and_noise_is_not() -> None:
    wave = np.sin(2 * np.pi * np.arange(60) / 12)

    assert is_seasonal(10 + wave, 12)
    assert not is_seasonal(np.random.default_rng(1).normal(10, 1, 60), 12)
    assert not is_seasonal(np.full(60, 3.0), 12)


def test_gaps_are_filled_with_the_season() -> None:
    whole = np.tile([10.0, 20.0, 30.0, 20.0], 8)
    gapped = whole.copy()
    gapped[[13, 14]] = np.nan

    assert cleanse(gapped, (4,)).values[[13, 14]] == pytest.approx([20, 30], rel=0.05)


def test_a_known_stockout_is_replaced_by_no_less_than_was_sold() -> None:
    values = np.array([10.0, 11, 10, 2, 10, 30, 10, 11])
    marked = np.arange(8)

    made = cleanse(values, out_of_stock=np.isin(marked, (3, 5)), search=False)

    assert made.values.tolist() == [10, 11, 10, 10, 10, 30, 10, 11]
    assert made.stockouts.sum() == 2


def test_a_long_run_of_zeros_is_an_empty_shelf_but_not_one_that_comes_every_year() -> None:
    values = np.tile(np.arange(20.0, 32.0), 5)
    values[30:34] = 0
    yearly = np.tile(np.arange(20.0, 32.0), 5)
    yearly.reshape(5, 12)[:, 6:9] = 0

    assert np.flatnonzero(empty_shelves(values, (12,))).tolist() == [30, 31, 32, 33]
    assert not empty_shelves(yearly, (12,)).any()


def test_a_freak_value_is_tamed_and_a_level_shift_is_not() -> None:
    random = np.random.default_rng(2)
    values = 100 + random.normal(0, 3, 60)
    freak, shift = values.copy(), values.copy()
    freak[30] = 900
    shift[30:] += 500

    assert np.flatnonzero(cleanse(freak).outliers).tolist() == [30]
    assert cleanse(freak).values[30] < 120
    assert not cleanse(shift).outliers.any()


def test_only_an_unheard_of_last_value_of_a_seasonal_past_is_a_freak() -> None:
    values = 100 + np.random.default_rng(2).normal(0, 3, 60)
    not_over, fallen = values.copy(), values.copy()
    not_over[-1], fallen[-1] = 2, 55

    assert np.flatnonzero(cleanse(not_over, (12,)).outliers).tolist() == [59]
    assert cleanse(not_over, (12,)).values[-1] > 80
    assert not cleanse(fallen, (12,)).outliers.any()
    assert not cleanse(not_over).outliers.any()


def test_two_years_that_are_alike_are_seasonal_and_two_years_of_a_trend_are_not() -> None:
    random = np.random.default_rng(4)
    year = random.normal(100, 20, 12)
    alike = np.r_[year, year + 30] + random.normal(0, 5, 24)

    assert is_seasonal(alike, 12)
    assert not is_seasonal(alike[:23], 12)
    assert not is_seasonal(100 + np.arange(24.0) + random.normal(0, 5, 24), 12)
    assert not is_seasonal(np.arange(24.0), 12)
