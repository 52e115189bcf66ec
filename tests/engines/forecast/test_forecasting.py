"""The whole way: series of every kind, intervals, regressors, new items, and a run that is told to stop."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from loomline.engines.bad_input import BadInput
from loomline.engines.forecast.backtest import origin_cuts
from loomline.engines.forecast.crosslearning import Learning, train
from loomline.engines.forecast.forecasting import Settings, forecast
from loomline.engines.forecast.panel import Panel, find_frequency, make_panel
from loomline.engines.forecast.quantiles import Errors
from loomline.engines.watch import Stopped, Watch

FAST = Settings(horizon=6, effort="fast")


def months(count: int, length: int, seed: int = 1) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    season = 1 + 0.3 * np.sin(2 * np.pi * np.arange(length) / 12)
    return [50 * (at % 7 + 1) * season * random.lognormal(0, 0.1, length) for at in range(count)]


def test_importing_the_engine_imports_no_heavy_library() -> None:
    code = (
        "import sys, loomline.engines.forecast.solve, loomline.engines.forecast.distribute; "
        "print([m for m in ('numpy','scipy','pandas','lightgbm','sklearn','fugue') if m in sys.modules])"
    )

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"


def test_a_seasonal_series_is_forecast_with_its_season() -> None:
    wave = 100 + 30 * np.sin(2 * np.pi * np.arange(72) / 12)

    made = forecast(make_panel([wave[:60]], freq="MS"), Settings(horizon=12, effort="fast"))

    assert made.mean[0] == pytest.approx(wave[60:], rel=0.02)


def test_a_straight_line_goes_on() -> None:
    made = forecast(make_panel([np.arange(10.0, 50.0)], freq="YS"), FAST)

    assert made.mean[0] == pytest.approx(np.arange(50.0, 56.0), rel=0.02)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([0.0] * 20, 0.0), ([7.0] * 20, 7.0), ([5.0], 5.0), ([4.0, 6.0], 5.0), ([np.nan, 3.0], 3.0)],
)
def test_series_that_say_little_are_forecast_by_what_they_say(values: list[float], expected: float) -> None:
    made = forecast(make_panel([values], freq="W"), FAST)

    assert made.mean[0].tolist() == [expected] * 6
    low, high = made.interval(80)
    assert (low <= made.mean).all()
    assert (made.mean <= high).all()


def test_intervals_are_nested_around_the_mean_and_not_below_zero() -> None:
    random = np.random.default_rng(3)
    series = [*months(4, 50), random.poisson(0.3, 60), random.poisson(2, 40), np.zeros(30), [3.0]]

    made = forecast(make_panel(series, freq="MS"), FAST)

    (low80, high80), (low95, high95) = made.interval(80), made.interval(95)
    ordered = [np.zeros_like(low95), low95, low80, made.mean, high80, high95]
    for below, above in pairwise(ordered):
        assert (below <= above).all()


def test_negative_series_may_go_below_zero() -> None:
    made = forecast(make_panel([np.linspace(50, -60, 40)], freq="MS"), FAST)

    assert (made.mean < -60).all()


def test_what_the_intervals_promise_holds_on_periods_that_they_have_not_seen() -> None:
    series = months(80, 66)
    made = forecast(make_panel([one[:60] for one in series], freq="MS"), FAST)
    actual = np.array([one[60:] for one in series])

    low, high = made.interval(80)

    assert 0.72 <= ((actual >= low) & (actual <= high)).mean() <= 0.88
    assert 0.75 <= made.qualities[0].coverage[80] <= 0.85


def test_the_combination_adds_value_to_the_naive_forecast() -> None:
    made = forecast(make_panel(months(30, 60), freq="MS"), FAST)

    assert made.qualities[0].value_added > 0.01
    assert sum(made.qualities[0].weights.values()) == pytest.approx(1.0)


def test_sparse_quantiles_cover_what_they_promise() -> None:
    random = np.random.default_rng(8)
    series = [random.binomial(1, 0.2, 72) * random.integers(1, 6, 72) for _ in range(200)]
    actual = np.array([one[60:] for one in series])

    made = forecast(
        make_panel([one[:60] for one in series], freq="MS"), Settings(12, levels=(80,), effort="fast")
    )

    low, high = made.interval(80)
    assert ((actual >= low) & (actual <= high)).mean() >= 0.8
    assert made.mean.mean() == pytest.approx(0.6, rel=0.1)


def test_trees_that_learn_across_series_know_what_a_short_one_does_not() -> None:
    random = np.random.default_rng(6)
    wave = 1 + 0.5 * np.sin(2 * np.pi * np.arange(72) / 12)
    series = [50 * (1 + at % 5) * wave * random.lognormal(0, 0.05, 72) for at in range(60)]
    learning = Learning(rows=20_000, trees=40)

    model = train(series, (12,), 6, "season", learning)

    assert model is not None
    made = model.forecast([one[:66] for one in series])
    truth = np.array([one[66:] for one in series])
    assert np.abs(made / truth - 1).mean() < 0.08
    again = train(series, (12,), 6, "season", learning)
    assert again is not None
    assert np.array_equal(again.forecast(series), model.forecast(series))


@pytest.mark.slow
def test_the_same_seed_gives_the_same_figures_and_global_models_take_part() -> None:
    panel = make_panel(months(40, 84), freq="MS")

    first, second = (forecast(panel, Settings(horizon=12)) for _ in range(2))

    assert np.array_equal(first.mean, second.mean)
    assert np.array_equal(first.quantiles, second.quantiles)
    assert "global-season" in first.qualities[0].weights


def test_a_run_stops_when_it_is_told_to() -> None:
    asked = []

    def is_stopped() -> bool:
        asked.append(1)
        return len(asked) > 3

    with pytest.raises(Stopped):
        forecast(make_panel(months(10, 60), freq="MS"), FAST, Watch(is_stopped=is_stopped))


def test_progress_goes_from_nothing_to_all() -> None:
    seen: list[float] = []

    forecast(make_panel(months(10, 60), freq="MS"), FAST, Watch(lambda done, _says: seen.append(done)))

    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_a_promotion_lifts_the_period_that_it_is_planned_for() -> None:
    random = np.random.default_rng(5)
    promo = (random.random((20, 66)) < 0.2).astype(float)
    promo[:, 60:] = [0, 1, 0, 0, 1, 0]
    series = 100 * 1.8 ** promo[:, :60] * random.lognormal(0, 0.05, (20, 60))
    panel = Panel(
        tuple(map(str, range(20))),
        tuple(series),
        np.full(20, np.datetime64("2020-01-01", "s")),
        find_frequency("W"),
        {"promo": tuple(promo)},
    )

    made = forecast(panel, FAST)

    assert made.mean[:, [1, 4]].mean() == pytest.approx(180, rel=0.05)
    assert made.mean[:, [0, 2, 3, 5]].mean() == pytest.approx(100, rel=0.05)


def test_a_regressor_without_a_future_is_refused() -> None:
    panel = Panel(
        ("a",),
        (np.arange(1.0, 31.0),),
        np.full(1, np.datetime64("2020-01-01", "s")),
        find_frequency("MS"),
        {"price": (np.ones(30),)},
    )

    with pytest.raises(BadInput, match="column price"):
        forecast(panel, FAST)


def test_a_new_item_borrows_the_shape_of_its_group() -> None:
    seasonal = months(6, 57)
    flat = [one * 0 + 20 + np.random.default_rng(at).normal(0, 0.5, 57) for at, one in enumerate(seasonal)]
    groups = ("knit",) * 6 + ("steel",) * 6 + ("knit", "steel", "knit")
    level = float(np.mean([one[-1] / one.mean() for one in seasonal]))
    series = [*seasonal, *flat, [10 * level], [10.0], [np.nan]]

    made = forecast(make_panel(series, freq="MS"), Settings(horizon=6, effort="fast", groups=groups))

    assert np.ptp(made.mean[12]) > 3
    assert np.ptp(made.mean[13]) < 1
    assert made.methods[12] == "analogue of 6"
    assert made.mean[14].mean() == pytest.approx(np.median([one[-1:].mean() for one in seasonal]), rel=0.5)


def test_errors_that_are_normal_give_normal_quantiles() -> None:
    random = np.random.default_rng(1)
    steps = np.repeat(np.arange(4), 2000)
    errors = Errors(random.normal(0, 1, 8000) * (1 + steps), steps, 4)

    assert errors.quantile(0.9) == pytest.approx(1.2816 * np.array([1, 2, 3, 4]), rel=0.1)


def test_a_panel_without_values_is_refused() -> None:
    with pytest.raises(BadInput, match="No series has a value"):
        forecast(make_panel([[np.nan, np.nan]], freq="MS"), FAST)


@pytest.mark.parametrize(
    "wrong", [{"horizon": 0}, {"horizon": 1, "levels": (100,)}, {"horizon": 1, "effort": "heroic"}]
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        Settings(**wrong)


def test_thirty_months_teach_a_season_and_an_honest_interval() -> None:
    random = np.random.default_rng(5)
    series = []
    for _ in range(80):
        wave = 1 + 0.3 * np.sin(2 * np.pi * (np.arange(42) + random.integers(12)) / 12)
        level = 100 * np.exp(np.cumsum(random.normal(0, 0.03, 42)))
        series.append(level * wave * (1 + 0.1 * random.normal(size=42)))
    past, actual = [one[:30] for one in series], np.array([one[30:] for one in series])

    made = forecast(make_panel(past, freq="MS"), Settings(12, effort="fast"))

    last = np.array([one[-1:] for one in past])
    assert np.abs(actual - made.mean).mean() < 0.6 * np.abs(actual - last).mean()
    low, high = made.interval(80)
    assert 0.72 < ((actual >= low) & (actual <= high)).mean() < 0.88


def test_five_periods_of_many_series_have_intervals_of_a_likely_width() -> None:
    table = np.random.default_rng(3).integers(0, 21, (500, 8)).astype(float)

    made = forecast(make_panel(list(table[:, :5]), freq="MS"), Settings(3, effort="fast"))

    low, high = made.interval(80)
    assert 0.72 < ((table[:, 5:] >= low) & (table[:, 5:] <= high)).mean() < 0.9
    # No period ever asks for more than 20.
    assert np.quantile(high, 0.9) < 40


def test_the_naive_forecast_of_rare_demand_does_not_know_what_came() -> None:
    table = np.zeros((30, 36))
    table[:, ::3] = 3.0
    table[:, -6:] *= 4

    made = forecast(make_panel(list(table), freq="MS"), Settings(6, effort="fast"))

    (found,) = made.qualities
    # At the only origin before the jump the mean of a year was 1; it came to 12, 0, 0, 12, 0, 0.
    before = np.tile([3.0, 0, 0], 2)
    errors = np.concatenate([(np.tile([12.0, 0, 0], 2) - 1) ** 2, (before - 1) ** 2])
    assert found.naive_error == pytest.approx(np.sqrt(errors.mean()) / np.r_[before, before * 4].mean())


def test_three_years_of_one_series_give_a_year_with_narrow_intervals() -> None:
    random = np.random.default_rng(1)
    year = np.arange(100.0, 220, 10)
    past = np.tile(year, 3) + random.uniform(0, 5, 36)

    made = forecast(make_panel([past], freq="MS"), Settings(12, effort="fast"))

    low, high = made.interval(80)
    assert made.mean[0] == pytest.approx(year + 2.5, abs=4)
    assert (high - low).mean() < 15


def test_origins_are_as_many_as_the_past_can_spare() -> None:
    assert origin_cuts([36, 27, 20], 4, 4, 20).tolist() == [[4, 8, 12, 16], [4, 5, 6, 7], [4, 0, 0, 0]]
