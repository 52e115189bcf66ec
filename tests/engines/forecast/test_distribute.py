"""Blocks of series on another engine give the same figures as this process."""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from loomline.engines.bad_input import BadInput
from loomline.engines.forecast.distribute import distribute
from loomline.engines.forecast.forecasting import Settings, forecast
from loomline.engines.forecast.panel import make_panel

HAS_FUGUE = importlib.util.find_spec("fugue") is not None
HAS_SPARK = HAS_FUGUE and importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None
NO_FUGUE = "fugue is not installed: DISTRIBUTED FORECASTS WERE NOT TESTED (pip install 'loomline[spark]')"
NO_SPARK = (
    "pyspark or Java is missing: FORECASTS ON SPARK WERE NOT TESTED (pip install 'loomline[spark]', Java 17)"
)
FAST = Settings(horizon=3, effort="fast")


def frame(count: int) -> pd.DataFrame:
    random = np.random.default_rng(2)
    days = pd.date_range("2020-01-01", periods=36, freq="MS")
    parts = [
        pd.DataFrame({"unique_id": f"{at:05d}", "ds": days, "y": random.gamma(2, 10, 36).round(3)})
        for at in range(count)
    ]
    made = pd.concat(parts, ignore_index=True)
    made.loc[5, "y"] = np.nan
    return made


@pytest.mark.skipif(not HAS_FUGUE, reason=NO_FUGUE)
def test_one_block_is_the_same_as_the_forecast_of_this_process() -> None:
    data = frame(6)
    values = [group["y"].to_numpy() for _, group in data.groupby("unique_id")]

    made = distribute(data, freq="MS", settings=FAST)

    alone = forecast(make_panel(values, freq="MS"), FAST)
    assert np.array_equal(made["mean"].to_numpy(), alone.mean.ravel())
    assert np.array_equal(made["hi-80"].to_numpy(), alone.interval(80)[1].ravel())
    assert made["unique_id"].unique().tolist() == [f"{at:05d}" for at in range(6)]
    assert list(made.columns) == [
        "unique_id", "ds", "mean", "lo-80", "hi-80", "lo-95", "hi-95", "method", "rmsse",
    ]  # fmt: skip


@pytest.mark.skipif(not HAS_FUGUE, reason=NO_FUGUE)
def test_bad_frames_are_refused_before_they_are_sent_away() -> None:
    data = frame(2)
    data.loc[3, "y"] = -1

    with pytest.raises(BadInput, match="row 5, column y"):
        distribute(data, freq="MS", settings=FAST)


@pytest.mark.skipif(not HAS_FUGUE, reason=NO_FUGUE)
def test_settings_of_single_series_are_refused_before_they_are_cut_into_blocks() -> None:
    with pytest.raises(BadInput, match="groups of single series"):
        distribute(frame(2), freq="MS", settings=replace(FAST, groups=("a", "b")))


@pytest.mark.slow
@pytest.mark.skipif(not HAS_SPARK, reason=NO_SPARK)
def test_two_spark_workers_give_the_same_figures_as_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    builder = importlib.import_module("pyspark.sql").SparkSession.builder
    session = (
        builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    data = frame(20)
    try:
        made = distribute(data, freq="MS", settings=FAST, engine=session, block=5)
    finally:
        session.stop()

    pd.testing.assert_frame_equal(made, distribute(data, freq="MS", settings=FAST, block=5), check_exact=True)
