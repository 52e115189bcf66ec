from __future__ import annotations

import csv
from pathlib import Path

import pytest

from loomline.app.cli import main

JUDGEMENTS = "criterion,other,judgement\nprice,quality,3\nprice,speed,5\nquality,speed,3\n"
CRITERIA = "criterion,better\nprice,lower\nquality,higher\nspeed,lower\n"
SCORES = "supplier,price,quality,speed\nBiella,11,9,20\nPorto,9,6,14\nIzmir,8,5,30\n"
DEMAND = "item,quantity\nyarn,1000\n"
BIDS = """supplier,item,from_quantity,unit_price,most,incumbent
Biella,yarn,0,11,800,yes
Biella,yarn,500,10,,
Porto,yarn,0,9,600,no
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (
        ("judgements", JUDGEMENTS),
        ("criteria", CRITERIA),
        ("scores", SCORES),
        ("demand", DEMAND),
        ("bids", BIDS),
    ):
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


def words(folder: Path, *names: str) -> list[str]:
    return [word for name in names for word in (f"--{name}", str(folder / f"{name}.csv"))]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_judgements_alone_give_weights_and_their_consistency(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["solve", "sourcing", *words(folder, "judgements")]) == 0
    said = capsys.readouterr().out
    assert "price: weight 0.6370\nquality: weight 0.2583\nspeed: weight 0.1047" in said
    assert "Consistency ratio 0.0332 (lambda 3.0385)." in said


def test_scores_are_ranked_and_the_ranges_of_the_winner_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = words(folder, "judgements", "criteria", "scores")
    assert main(["solve", "sourcing", *asked, "--out", str(folder / "out")]) == 0
    ranking = rows(folder / "out/ranking.csv")
    assert [row["supplier"] for row in ranking] == ["Porto", "Izmir", "Biella"]
    assert "Porto stays first while the weight of" in capsys.readouterr().out


def test_weights_of_sub_criteria_are_shares_of_their_parents(folder: Path) -> None:
    (folder / "criteria.csv").write_text(
        "criterion,parent\ncost,\nservice,\nprice,cost\nfreight,cost\nspeed,service\n"
    )
    (folder / "judgements.csv").write_text("criterion,other,judgement\ncost,service,3\nfreight,price,1/4\n")
    assert (
        main(["solve", "sourcing", *words(folder, "judgements", "criteria"), "--out", str(folder / "out")])
        == 0
    )
    made = {row["criterion"]: float(row["weight"]) for row in rows(folder / "out/weights.csv")}
    assert made == pytest.approx({"price": 0.6, "freight": 0.15, "speed": 0.25})


def test_the_award_is_split_by_price_break_and_capacity(folder: Path) -> None:
    # Porto 500 at 9 and Biella 500 at 10 cost 9500; Porto 600 leaves Biella 400 at 11: 9800.
    assert main(["solve", "sourcing", *words(folder, "bids", "demand"), "--out", str(folder / "out")]) == 0
    awards = {row["supplier"]: (row["quantity"], row["cost"]) for row in rows(folder / "out/awards.csv")}
    assert awards == {"Biella": ("500", "5000.0000"), "Porto": ("500", "4500.0000")}


@pytest.mark.parametrize(
    ("name", "text", "asked", "says"),
    [
        ("judgements", "criterion,other,judgement\na,b,x\n", ("judgements",), "row 2, column judgement"),
        (
            "judgements",
            "criterion,other,judgement\na,b,3\nb,c,11\na,c,2\n",
            ("judgements",),
            "row 3, column judgement",
        ),
        (
            "scores",
            "supplier,price,quality\nA,1,2\n",
            ("judgements", "criteria", "scores"),
            "no column speed",
        ),
        (
            "scores",
            "supplier,price,quality,speed\nA,1,,2\n",
            ("judgements", "criteria", "scores"),
            "row 2, column quality",
        ),
        ("criteria", "criterion,better\nprice,cheap\n", ("criteria", "scores"), "row 2, column better"),
        (
            "bids",
            "supplier,item,unit_price\nA,silk,2\n",
            ("bids", "demand"),
            "row 2, column item: silk is not wanted",
        ),
        ("bids", "supplier,item,unit_price,most\nA,yarn,2,10\n", ("bids", "demand"), "reach 10 of 1000"),
        ("demand", "item,quantity\nyarn,-1\n", ("bids", "demand"), "row 2, column quantity"),
        ("bids", "supplier,item,unit_price\n", ("bids", "demand"), "has no rows"),
    ],
)
def test_a_wrong_cell_is_refused_with_row_and_column(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, asked: tuple[str, ...], says: str
) -> None:
    (folder / f"{name}.csv").write_text(text)
    assert main(["solve", "sourcing", *words(folder, *asked)]) != 0
    assert says in capsys.readouterr().err
