"""Forecasts of public series beside what the published methods said."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from loomline.engines.forecast import intermittent
from loomline.engines.forecast.forecasting import Settings, forecast
from loomline.engines.forecast.panel import make_panel


def lines(path: Path) -> Iterator[list[str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from csv.reader(file)


def smape(actual: np.ndarray, made: np.ndarray) -> float:
    """Written again here, so that the checker shares nothing with the engine."""
    total = 0.0
    for row, said in zip(actual, made, strict=True):
        total += sum(200 * abs(a - f) / (abs(a) + abs(f)) for a, f in zip(row, said, strict=True)) / len(row)
    return total / len(actual)


def mase(actual: np.ndarray, made: np.ndarray, past: list[np.ndarray], season: int) -> float:
    scale = [np.mean([abs(y[t] - y[t - season]) for t in range(season, len(y))]) for y in past]
    return float(np.mean([np.abs(a - f).mean() / s for a, f, s in zip(actual, made, scale, strict=True)]))


def m3(data: Path, period: str) -> tuple[list[str], list[np.ndarray], np.ndarray]:
    with gzip.open(data / "demand/m3/m3.jsonl.gz", "rt") as file:
        found = [one for one in map(json.loads, file) if one["period"] == period]
    past = [np.array(one["train"]) for one in found]
    return [one["id"] for one in found], past, np.array([one["test"] for one in found])


def m3_method(data: Path, method: str, ids: list[str], horizon: int) -> np.ndarray:
    said = {
        row[1]: row[2:] for row in lines(data / "demand/m3/m3-point-forecasts.csv.gz") if row[0] == method
    }
    return np.array([[float(one) for one in said[name][:horizon]] for name in ids])


@pytest.mark.parametrize(("period", "freq", "season"), [("YEARLY", "YS", 1), ("QUARTERLY", "QS", 4)])
def test_m3_is_forecast_better_than_by_theta_and_forecast_pro_without_trees(
    public_data: Path, period: str, freq: str, season: int
) -> None:
    ids, past, actual = m3(public_data, period)
    horizon = actual.shape[1]

    made = forecast(make_panel(past, freq=freq), Settings(horizon, effort="fast")).mean

    for method in ("THETA", "ForecastPro", "COMB S-H-D", "B-J auto"):
        theirs = m3_method(public_data, method, ids, horizon)
        assert mase(actual, made, past, season) < mase(actual, theirs, past, season)


def test_the_quantiles_of_car_parts_lose_less_than_those_of_sba_and_tsb(public_data: Path) -> None:
    table = [
        [float(cell) if cell else np.nan for cell in row[1:]]
        for row in list(lines(public_data / "demand/intermittent/carparts.csv.gz"))[1:]
    ]
    whole = np.array([row for row in table if not np.isnan(row).any()])
    past, actual = whole[:, :39], whole[:, 39:]

    made = forecast(make_panel(list(past), freq="MS"), Settings(12, levels=(80,), effort="fast"))

    low, high = made.interval(80)
    assert ((actual >= low) & (actual <= high)).mean() >= 0.8
    # The peers get the normal quantile around their mean, with the deviation of the past.
    deviation = past.std(axis=1)[:, None]
    ours = loss(actual, low, 0.1) + loss(actual, high, 0.9)
    for method in (intermittent.sba, intermittent.tsb):
        mean = method(past)[:, None]
        below = np.maximum(mean - 1.2816 * deviation, 0)
        assert ours < loss(actual, below, 0.1) + loss(actual, mean + 1.2816 * deviation, 0.9)


def loss(actual: np.ndarray, quantile: np.ndarray, share: float) -> float:
    away = actual - quantile
    return float(np.where(away >= 0, share * away, (share - 1) * away).mean())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "freq", "season", "aim"), [("weekly", "W", 1, 0.80), ("hourly", "H", 24, 0.50)]
)
def test_m4_reaches_its_aim(public_data: Path, name: str, freq: str, season: int, aim: float) -> None:
    folder = public_data / "demand/m4"
    past = {
        row[0]: np.array([float(one) for one in row[1:] if one])
        for row in lines(folder / f"{name}-train.csv.gz")
    }
    test, naive = (
        {row[0]: [float(one) for one in row[1:] if one] for row in lines(folder / file)}
        for file in (f"{name}-test.csv.gz", f"forecast-Naive2-{name}.csv.gz")
    )
    ids = list(past)[::2]
    actual, reference = np.array([test[one] for one in ids]), np.array([naive[one] for one in ids])
    values = [past[one] for one in ids]

    made = forecast(make_panel(values, freq=freq), Settings(actual.shape[1])).mean

    relative = smape(actual, made) / smape(actual, reference)
    relative += mase(actual, made, values, season) / mase(actual, reference, values, season)
    assert relative / 2 <= aim
