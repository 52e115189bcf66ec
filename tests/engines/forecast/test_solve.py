"""The command line: the file that comes out, refusals with row and remedy, and the options."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from loomline.app.cli import main

SEASON = [100, 120, 90, 80, 110, 130, 150, 140, 95, 85, 105, 160]


def months(name: str, values: list[object], extra: str = "") -> str:
    rows = [
        f"{name},{2018 + at // 12}-{at % 12 + 1:02d}-01,{value}{extra}" for at, value in enumerate(values)
    ]
    return "\n".join(rows) + "\n"


def solve(*words: object) -> int:
    return main(["solve", "forecast", *map(str, words)])


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_file_of_series_becomes_a_file_of_forecasts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "S.csv.gz", tmp_path / "F.csv"
    text = "unique_id,ds,y\n" + months("000123", SEASON * 4) + months("b", [0] * 24)
    source.write_bytes(gzip.compress(text.encode()))

    code = solve(source, "--horizon", 3, "--freq", "MS", "--levels", "80,95", "--out", out)

    assert code == 0
    assert out.read_text().splitlines()[0] == "unique_id,ds,mean,lo-80,hi-80,lo-95,hi-95"
    made = rows(out)
    assert [(one["unique_id"], one["ds"]) for one in made] == [
        ("000123", "2022-01-01"),
        ("000123", "2022-02-01"),
        ("000123", "2022-03-01"),
        ("b", "2020-01-01"),
        ("b", "2020-02-01"),
        ("b", "2020-03-01"),
    ]
    assert [float(one["mean"]) for one in made] == pytest.approx([100, 120, 90, 0, 0, 0], rel=0.02)
    assert "2 series (1 smooth, 1 zero)" in capsys.readouterr().out


def test_hours_keep_the_way_that_they_were_written(tmp_path: Path) -> None:
    source, out = tmp_path / "S.csv", tmp_path / "F.csv"
    source.write_text("unique_id,ds,y\na,2024-12-31 22:00:00,5\na,2024-12-31 23:00:00,7\n")

    assert solve(source, "--horizon", 1, "--freq", "H", "--levels", "50", "--out", out) == 0

    assert rows(out)[0]["ds"] == "2025-01-01 00:00:00"
    assert list(rows(out)[0]) == ["unique_id", "ds", "mean", "lo-50", "hi-50"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("unique_id,ds,y\na,2024-02-01,1\na,2024-01-01,2\n", "row 3, column ds"),
        ("unique_id,ds,y\na,2024-01-01,1\na,2024-01-01,2\n", "row 3, column unique_id, ds"),
        ("unique_id,ds,y\na,2024-01-01,-4\n", "row 2, column y"),
        ("unique_id,ds,y\na,2024-01-01,\n", "row 2, column y: No row has a value"),
        ("unique_id,ds,y\na,2024-01-01,1e300\n", "row 2, column y"),
        ("unique_id,ds,y\n", "has no rows"),
        ("id,date,value\na,2024-01-01,1\n", "row 1"),
        ("", "is empty"),
    ],
)
def test_bad_files_are_refused_where_the_fault_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, says: str
) -> None:
    source = tmp_path / "S.csv"
    source.write_text(text)

    code = solve(source, "--horizon", 2, "--freq", "MS")

    assert code != 0
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [("--horizon", 0), ("--horizon", 2, "--levels", "x"), ("--horizon", 2, "--effort", "no")]
)
def test_options_that_make_no_sense_are_refused(tmp_path: Path, words: tuple[object, ...]) -> None:
    source = tmp_path / "S.csv"
    source.write_text("unique_id,ds,y\na,2024-01-01,1\n")

    assert solve(source, "--freq", "MS", *words) != 0


def test_all_sums_are_written_and_add_up_in_whole_units(tmp_path: Path) -> None:
    source, out, report = tmp_path / "S.csv", tmp_path / "F.csv", tmp_path / "R.csv"
    text = "unique_id,ds,y,region\n"
    for turn, region in enumerate(("north", "north", "south")):
        noisy = [one * (turn + 1) + (7 * at + turn) % 11 for at, one in enumerate(SEASON * 4)]
        text += months(f"i{turn}", noisy, f",{region}")
    source.write_text(text)

    code = solve(
        source, "--horizon", 4, "--freq", "MS", "--sums", "region", "--whole", "--out", out,
        "--report", report, "--effort", "fast",
    )  # fmt: skip

    assert code == 0
    mean = {(one["unique_id"], one["ds"]): float(one["mean"]) for one in rows(out)}
    for step in range(1, 5):
        day = f"2022-{step:02d}-01"
        assert mean["total", day] == mean["region=north", day] + mean["region=south", day]
        assert mean["region=north", day] == mean["i0", day] + mean["i1", day]
        assert mean["i2", day] == int(mean["i2", day])
    assert [one["unique_id"] for one in rows(report)] == [
        "total", "region=north", "region=south", "i0", "i1", "i2",
    ]  # fmt: skip
    assert all(one["class"] == "smooth" and float(one["rmsse"]) < 1 for one in rows(report))


def test_promotions_come_with_their_future(tmp_path: Path) -> None:
    source, future, out = tmp_path / "S.csv", tmp_path / "N.csv", tmp_path / "F.csv"
    lines = [
        f"a,{2010 + at // 12}-{at % 12 + 1:02d}-01,{100 + 80 * (at % 5 == 2)},{int(at % 5 == 2)}"
        for at in range(96)
    ]
    source.write_text("unique_id,ds,y,promo\n" + "\n".join(lines) + "\n")
    future.write_text("unique_id,ds,promo\na,2018-01-01,1\na,2018-02-01,0\n")
    words = (source, "--horizon", 2, "--freq", "MS", "--with", "promo", "--effort", "fast", "--out", out)

    assert solve(*words) != 0
    assert solve(*words, "--future", future) == 0

    assert [float(one["mean"]) for one in rows(out)] == pytest.approx([180, 100], rel=0.05)


def test_a_thousand_short_series_of_every_kind_are_forecast(tmp_path: Path) -> None:
    source, out = tmp_path / "S.csv", tmp_path / "F.csv"
    text = "unique_id,ds,y\n"
    for at in range(1000):
        text += months(f"{at:06d}", [(at * (step + 3)) % (at % 17 + 1) for step in range(at % 30 + 1)])
    source.write_text(text)

    assert solve(source, "--horizon", 6, "--freq", "MS", "--effort", "fast", "--out", out) == 0

    made = rows(out)
    assert len(made) == 6000
    assert all(0 <= float(one["lo-95"]) <= float(one["mean"]) <= float(one["hi-95"]) for one in made)
