"""What is recognised in columns, and which columns a model does not get to see."""

from __future__ import annotations

import numpy as np
import pytest

from loomline.engines.bad_input import BadInput
from loomline.engines.prediction import classification, guard, kinds
from loomline.engines.prediction.preparing import Question
from loomline.engines.watch import Watch
from tests.engines.prediction import tables


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2.5", "", "-3e2"], "number"),
        (["$1,234.50", "12 %", "n/a", "EUR 7"], "number"),
        (["1.234,5", "3,25", "0,1"], "number"),
        (["00123", "00456"], "category"),
        (["Yes", "No", "?"], "category"),
        (["2026-11-22", "2026-11-23 14:00", ""], "date"),
        (["22.11.2026", "01.12.2026"], "date"),
        (["4/1/2016 21:05", "12/31/2016 9:00"], "date"),
        (["02-Jun-06", "14-Nov-06"], "date"),
        (["15 Apr, 2021 00:03:00"], "date"),
        (["20161025", "20170307"], "date"),
        (["", "", ""], "category"),
    ],
)
def test_the_kind_of_a_column_is_found(cells: list[str], kind: str) -> None:
    assert kinds.look("x", cells).kind == kind


@pytest.mark.parametrize(
    ("cell", "value"),
    [("$1,234.50", 1234.5), ("12 %", 12.0), ("3,25", 3.25), ("1.234,5", 1234.5), ("-7", -7.0), ("abc", None)],
)
def test_numbers_are_read_as_people_write_them(cell: str, value: float | None) -> None:
    assert kinds.number(cell) == value


def test_a_date_with_the_day_first_is_read_so() -> None:
    trait = kinds.look("joined", ["08-03-2014", "21-08-2013"])
    assert [trait.says(value) for value in trait.values(["08-03-2014", ""])] == ["2014-03-08", "(empty)"]


def test_an_infinite_number_is_refused_with_its_row() -> None:
    with pytest.raises(BadInput, match=r"f.csv, row 3, column x"):
        kinds.Trait("x", "number").values(["1", "inf"], file="f.csv")


def left_out(cells: tables.Cells, **asked: str) -> dict[str, str]:
    """What a run on the table leaves out, with the reasons."""
    table = tables.a_table(cells)
    learned = classification.learn(table, Question("churn", exclude=("true",), **asked), Watch())
    return {one.column: one.reason for one in learned.model.left_out}


def test_columns_that_know_the_outcome_are_left_out_with_reasons() -> None:
    cells = tables.churn(500)
    draw = np.random.default_rng(4)
    gone = np.array(cells["churn"]) == "Yes"
    cells["churn reason"] = [draw.choice(["price", "service"]) if one else "" for one in gone]
    cells["final score"] = [
        f"{one * 5 + noise:.3f}" for one, noise in zip(gone, draw.normal(size=500), strict=True)
    ]
    cells["cancelled flag"] = ["1" if one and draw.random() < 0.3 else "0" for one in gone]
    cells["copy"] = cells["contract"]
    cells["country"] = ["DE"] * 500
    found = left_out(cells)
    assert "almost perfectly" in found["churn reason"]
    assert "almost perfectly" in found["final score"]
    assert found["copy"] == "says the same as contract"
    assert found["country"] == "is DE in every row"
    assert found["customer"].startswith("is an id")
    assert not {"contract", "late deliveries", "spend"} & set(found)


def test_a_flag_that_is_only_set_for_the_rare_outcome_is_left_out() -> None:
    draw = np.random.default_rng(6)
    y = (draw.random(2000) < 0.05).astype(float)
    flag = np.where((y == 1) & (draw.random(2000) < 0.4), 1.0, 0.0)
    honest = np.where(draw.random(2000) < 0.1 + 0.2 * y, 1.0, 0.0)
    traits = [kinds.Trait("overheated", "number"), kinds.Trait("old", "number")]
    out, _ = guard.outcome_faults(traits, np.column_stack([flag, honest]), y, "failure", seed=1)
    assert list(out) == [0]
    assert "gives the outcome away" in out[0]


def test_a_column_filled_in_for_decided_cases_only_is_left_out() -> None:
    cells = tables.churn(600)
    for at in range(450, 600):
        cells["churn"][at] = ""
    cells["closed on"] = ["2026-01-05"] * 200 + ["2026-02-06"] * 250 + [""] * 150
    assert "decided cases only" in left_out(cells)["closed on"]


def test_a_date_after_the_date_of_the_case_is_left_out_but_a_promise_is_not() -> None:
    cells = tables.churn(400)
    start = np.datetime64("2025-01-01")
    draw = np.random.default_rng(1)
    ordered = start + draw.integers(0, 300, 400)
    cells["ordered"] = [str(one) for one in ordered]
    cells["arrived"] = [str(one) for one in ordered + draw.integers(1, 20, 400)]
    cells["promised date"] = [str(one) for one in ordered + draw.integers(5, 9, 400)]
    found = left_out(cells, date="ordered")
    assert "date after ordered" in found["arrived"]
    assert "promised date" not in found


def test_two_numbers_whose_difference_knows_the_outcome_lose_the_later_one() -> None:
    draw = np.random.default_rng(8)
    planned = draw.integers(1, 6, 800).astype(float)
    real = draw.integers(0, 8, 800).astype(float)
    y = (real > planned).astype(float)
    traits = [kinds.Trait("planned days", "number"), kinds.Trait("days taken", "number")]
    out, _ = guard.outcome_faults(traits, np.column_stack([planned, real]), y, "late", seed=1)
    assert list(out) == [1]
    assert "days taken − planned days" in out[1] or "days taken" in out[1]


def test_a_column_that_new_cases_lack_is_left_out() -> None:
    cells = tables.churn(400)
    new = tables.a_table(
        {name: column[:5] for name, column in cells.items() if name not in {"churn", "spend"}}
    )
    learned = classification.learn(
        tables.a_table(cells), Question("churn", exclude=("true",)), Watch(), new=new
    )
    reasons = {one.column: one.reason for one in learned.model.left_out}
    assert "not in the file of new cases" in reasons["spend"]
