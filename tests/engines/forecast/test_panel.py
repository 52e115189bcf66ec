"""Files of series are read as a panel, or refused with the row, the column and the remedy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from loomline.engines import columns
from loomline.engines.bad_input import BadInput
from loomline.engines.forecast.panel import labels, make_panel, read_panel, with_future


def table(folder: Path, text: str, name: str = "series.csv") -> columns.Columns:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return columns.read(path)


def refused(folder: Path, text: str, freq: str = "MS") -> BadInput:
    with pytest.raises(BadInput) as caught:
        read_panel(table(folder, text), freq=freq)
    return caught.value


def test_a_missing_month_and_an_empty_cell_are_gaps_and_ids_stay_text(tmp_path: Path) -> None:
    text = "unique_id,ds,y\n000123,2024-01-01,5\n000123,2024-03-01,\n000123,2024-04-01,7\n"

    panel = read_panel(table(tmp_path, text), freq="MS")

    assert panel.ids == ("000123",)
    assert np.array_equal(panel.values[0], [5, np.nan, np.nan, 7], equal_nan=True)


def test_series_may_be_interleaved_and_keep_their_first_order(tmp_path: Path) -> None:
    text = "unique_id,ds,y\nb,2024-01-01,1\na,2024-01-01,2\nb,2024-01-02,3\na,2024-01-02,4\n"

    panel = read_panel(table(tmp_path, text), freq="D")

    assert panel.ids == ("b", "a")
    assert [one.tolist() for one in panel.values] == [[1, 3], [2, 4]]


def test_leading_gaps_are_cut_off(tmp_path: Path) -> None:
    panel = read_panel(
        table(tmp_path, "unique_id,ds,y\na,2024-01-01,\na,2024-02-01,4\na,2024-03-01,5\n"), freq="MS"
    )

    assert panel.values[0].tolist() == [4, 5]
    assert panel.starts[0] == np.datetime64("2024-02-01")


@pytest.mark.parametrize(
    ("freq", "last", "following"),
    [
        ("H", "2024-02-28T23:00", ["2024-02-29T00:00", "2024-02-29T01:00"]),
        ("D", "2024-02-28", ["2024-02-29", "2024-03-01"]),
        ("W", "2024-12-29", ["2025-01-05", "2025-01-12"]),
        ("MS", "2024-12-01", ["2025-01-01", "2025-02-01"]),
        ("QS", "2024-10-01", ["2025-01-01", "2025-04-01"]),
        ("YS", "2024-01-01", ["2025-01-01", "2026-01-01"]),
    ],
)
def test_the_future_follows_the_calendar(tmp_path: Path, freq: str, last: str, following: list[str]) -> None:
    panel = read_panel(table(tmp_path, f"unique_id,ds,y\na,{last},1\n"), freq=freq)

    assert panel.future(2)[0].tolist() == [np.datetime64(one, "s").item() for one in following]


def test_unsorted_dates_are_refused_with_their_row(tmp_path: Path) -> None:
    fault = refused(tmp_path, "unique_id,ds,y\na,2024-02-01,5\nb,2024-01-01,1\na,2024-01-01,7\n")

    assert (fault.row, fault.column) == (4, "ds")
    assert fault.remedy == "Sort the rows by unique_id and ds."


def test_a_date_that_stands_twice_is_refused_with_its_row(tmp_path: Path) -> None:
    fault = refused(tmp_path, "unique_id,ds,y\na,2024-01-01,5\na,2024-02-01,6\na,2024-01-01,7\n")

    assert (fault.row, fault.column) == (4, "unique_id, ds")
    assert "row 2 already" in fault.says


def test_negative_demand_is_refused_unless_it_is_allowed(tmp_path: Path) -> None:
    text = "unique_id,ds,y\na,2024-01-01,5\na,2024-02-01,-7\n"

    fault = refused(tmp_path, text)

    assert (fault.row, fault.column) == (3, "y")
    assert "--negatives allow" in fault.remedy
    assert read_panel(table(tmp_path, text), freq="MS", negatives=True).values[0].tolist() == [5, -7]


@pytest.mark.parametrize(
    ("rows", "freq", "row", "column"),
    [
        ("a,2024-01-01,5\na,2024-01-15,6\n", "MS", 3, "ds"),
        ("a,2024-01-01,5\na,2024-01-06,6\n", "W", 3, "ds"),
        ("a,2024-01-01T00:00,5\na,2024-01-01T00:30,6\n", "H", 3, "ds"),
        ("a,2024-01-31,5\n", "MS", 2, "ds"),
        ("a,2024-01-01,NaN\n", "MS", 2, "y"),
        ("a,2024-01-01,many\n", "MS", 2, "y"),
        ("a,yesterday,5\n", "MS", 2, "ds"),
        (",2024-01-01,5\n", "MS", 2, "unique_id"),
        ("a,0001-01-01,5\na,2024-01-01,5\n", "H", 3, "ds"),
    ],
)
def test_cells_that_do_not_fit_are_refused(
    tmp_path: Path, rows: str, freq: str, row: int, column: str
) -> None:
    fault = refused(tmp_path, "unique_id,ds,y\n" + rows, freq)

    assert (fault.row, fault.column) == (row, column)
    assert fault.remedy


@pytest.mark.parametrize("text", ["unique_id,ds,y\n", "unique_id,ds\na,2024-01-01\n", ""])
def test_a_file_without_rows_or_columns_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput):
        read_panel(table(tmp_path, text), freq="MS")


def test_an_unknown_frequency_is_refused() -> None:
    with pytest.raises(BadInput, match="H, D, W, MS, QS, YS"):
        make_panel([[1.0]], freq="M")


def test_regressors_continue_into_the_future_and_a_missing_row_is_named(tmp_path: Path) -> None:
    past = "unique_id,ds,y,promo\na,2024-01-01,5,0\na,2024-02-01,6,1\n"
    panel = read_panel(table(tmp_path, past), freq="MS", regressors=["promo"])
    ahead = "unique_id,ds,promo\na,2024-03-01,1\n"

    known = with_future(panel, table(tmp_path, ahead, "f.csv"), ["promo"], 1)

    assert known.regressors["promo"][0].tolist() == [0, 1, 1]
    with pytest.raises(BadInput, match="a at 2024-04-01"):
        with_future(panel, table(tmp_path, ahead, "f.csv"), ["promo"], 2)


def test_a_label_that_changes_within_a_series_is_refused(tmp_path: Path) -> None:
    made = table(tmp_path, "unique_id,ds,y,region\na,2024-01-01,5,north\na,2024-02-01,6,south\n")

    with pytest.raises(BadInput, match="row 3, column region"):
        labels(made, ["a"], "region")
