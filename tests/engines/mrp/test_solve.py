"""`loomline solve mrp`: what it writes, what it says, what it refuses."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from loomline.app.cli import main

ITEMS = "item,on_hand,lead_days,multiple,kind\nA,10,7,,make\nB,50,14,,make\nC,100,7,50,buy\n"
BILLS = "item,component,quantity\nA,B,2\nA,C,1\nB,C,3\n"
DEMANDS = "name,item,quantity,due\nD6,A,60,2026-02-16\nD8,A,40,2026-03-02\n"


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    """The worked example as files."""
    return files(tmp_path / "plant", items=ITEMS, bills=BILLS, demands=DEMANDS)


def files(folder: Path, **texts: str) -> Path:
    """Write tables."""
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def solve(*words: str | Path) -> int:
    """Run the command."""
    return main(["solve", "mrp", *map(str, words)])


def table(path: Path) -> list[dict[str, str]]:
    """A written table."""
    with path.open() as file:
        return list(csv.DictReader(file))


def test_the_worked_example_is_written_with_reasons(plant: Path, tmp_path: Path) -> None:
    out = tmp_path / "plan"
    assert solve(plant, "--start", "2026-01-05", "--bucket", "week", "--out", out) == 0
    orders = table(out / "orders.csv")
    assert [(row["item"], row["quantity"], row["start"]) for row in orders] == [
        ("A", "50", "2026-02-09"),
        ("A", "40", "2026-02-23"),
        ("B", "50", "2026-01-26"),
        ("B", "80", "2026-02-09"),
        ("C", "50", "2026-01-19"),
        ("C", "300", "2026-02-02"),
        ("C", "50", "2026-02-16"),
    ]
    assert "240 for B" in orders[5]["why"]
    assert sum(float(row["quantity"]) for row in table(out / "pegging.csv") if row["for"] == "D6") == 60
    assert table(out / "buckets.csv")[-1]["stock"] == "20"


def test_a_delay_names_its_victims(plant: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files(plant, receipts="name,item,quantity,due,frozen\nR1,C,500,2026-01-20,yes\n")
    assert solve(plant, "--start", "2026-01-05", "--delay", "R1=30") == 0
    said = capsys.readouterr().out
    assert "2 demands move." in said
    assert "D6: 50 A by 24 days, to 2026-03-12 (+30 R1 (C) comes later; -6 R1 (C)" in said


def test_a_constrained_plan_and_a_promise(
    plant: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files(
        plant,
        resources="resource,calendar\nM1,early\n",
        routings="item,resource,setup_hours,run_hours\nA,M1,1,1\nB,M1,1,0.5\n",
        calendars="calendar,day,start,end\n"
        + "".join(f"early,{day},06:00,14:00\n" for day in ("Mon", "Tue", "Wed", "Thu", "Fri"))
        + "early,2026-02-04,,\n",
    )
    out = tmp_path / "plan"
    words = ("--start", "2026-01-05", "--constrained", "--promise", "A,20,2026-02-16", "--out", out)
    assert solve(plant, *words) == 0
    said = capsys.readouterr().out
    assert "0 demands are late, 0 are short." in said
    assert "20 A: 2026-02-16" in said
    starts = [row["start"] for row in table(out / "operations.csv")]
    assert starts == sorted(starts, reverse=True) or len(starts) == 4
    assert not [start for start in starts if start.startswith("2026-02-04")]
    assert {row["late_days"] for row in table(out / "deliveries.csv")} == {"0"}


def test_a_network_ships_in_fair_shares(tmp_path: Path) -> None:
    folder = files(
        tmp_path / "network",
        items="item,site,on_hand,lead_days\nX,works,24,10\nX,north,5,\nX,south,0,\n",
        lanes="item,from,to,lead_days\nX,works,north,2\nX,works,south,3\n",
        demands="name,item,site,quantity,due\nN,X,north,35,2026-01-10\nS,X,south,30,2026-01-11\n",
    )
    out = tmp_path / "plan"
    assert solve(folder, "--start", "2026-01-05", "--deploy", "proportion", "--out", out) == 0
    rows = table(out / "shipments.csv")
    assert [(row["to"], row["quantity"], row["leaves"]) for row in rows] == [
        ("X @ north", "12", "2026-01-08"),
        ("X @ south", "12", "2026-01-08"),
    ]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"items": "item\n"}, "items.csv: The file has no rows below the header."),
        ({"items": "thing\nA\n"}, "items.csv, row 1: There is no column item"),
        ({"items": ITEMS + "A,1,1,,make\n"}, "items.csv, row 5, column item: A stands in row 2 already."),
        (
            {"items": ITEMS.replace(",10,7", ",-1,7")},
            'row 2, column on_hand: "-1" is not a number of 0 or more.',
        ),
        ({"items": ITEMS.replace(",10,7", ",nan,7")}, 'row 2, column on_hand: "nan" is not a number'),
        ({"items": ITEMS.replace("50,buy", "50,borrow")}, 'row 4, column kind: "borrow" is not known.'),
        (
            {"items": "item,rule\nA,fixed\nB,\nC,\n"},
            "row 2, column fixed_quantity: The rule fixed has no quantity",
        ),
        (
            {"items": "item,calendar\nA,night\nB,\nC,\n"},
            'row 2, column calendar: "night" is not in calendars.csv.',
        ),
        (
            {"demands": "name,item,quantity,due\nD,Z,1,2026-02-16\n"},
            'row 2, column item: "Z" is not in items.csv.',
        ),
        (
            {"demands": "name,item,quantity,due\nD,A,1,16.2.26\n"},
            'row 2, column due: "16.2.26" is not a date.',
        ),
        ({"demands": "name,item,quantity,due\nD,A,-3,2026-02-16\n"}, 'row 2, column quantity: "-3" is not'),
        ({"bills": BILLS + "C,A,1\n"}, "bills.csv, row "),
        ({"bills": BILLS + "C,C,1\n"}, "The bills go in a circle: C takes C."),
        (
            {"bills": "item,component,fixed\nA,B,maybe\n"},
            'row 2, column fixed: "maybe" is neither yes nor no.',
        ),
        (
            {"calendars": "calendar,day,start,end\nx,Mon,14:00,06:00\n"},
            "row 2, column end: 06:00 is not after 14:00.",
        ),
        (
            {"calendars": "calendar,day,start,end\nx,Someday,06:00,07:00\n"},
            'row 2, column day: "Someday" is no day.',
        ),
        (
            {"routings": "item,resource\nA,M9\n"},
            'routings.csv, row 2, column resource: "M9" is not in resources.csv.',
        ),
    ],
)
def test_bad_files_are_refused_with_their_place(
    plant: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, str], says: str
) -> None:
    files(plant, **changed)
    assert solve(plant) != 0
    assert says in capsys.readouterr().err


def test_a_cycle_is_named_with_its_row(plant: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files(plant, bills=BILLS + "C,A,1\n")
    solve(plant)
    said = capsys.readouterr().err
    assert "takes A" in said
    assert "column component" in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--delay", "R9=3"), 'There is no receipt "R9".'),
        (("--promise", "A,1,2026-02-01"), "A promise needs a constrained plan."),
        (("--constrained", "--promise", "A,many,2026-02-01"), "cannot be read"),
        (("--constrained", "--promise", "Q,1,2026-02-01"), 'There is no item "Q".'),
        (("--horizon", "0"), "0 days are no horizon."),
        (("--start", "soon"), '"soon" is not a date.'),
    ],
)
def test_bad_questions_are_refused(
    plant: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    assert solve(plant, *words) != 0
    assert says in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert solve(tmp_path / "nowhere") != 0
    assert "There is no folder" in capsys.readouterr().err


def test_a_missing_table_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert solve(files(tmp_path / "half", items=ITEMS)) != 0
    assert "There is no demands.csv" in capsys.readouterr().err
