from __future__ import annotations

import csv
from pathlib import Path

import pytest

from loomline.app.cli import main

RATES = """tariff,zone,from_kg,rate,minimum
road,1,0,2.0,70
road,1,45,1.6,
road,1,100,1.2,
road,1,300,1.0,
air,A,0,9,50
"""
TERMS = """tariff,currency,divisor,step_kg,fuel_percent,carrier
road,EUR,3000,1,10,Norte
air,EUR,6000,0.5,0,Alto
"""
ZONES = """tariff,prefix,zone
road,DE,1
road,DE9,2
air,DE,A
"""
EXTRAS = """code,kind,amount,bears_fuel
lift,fixed,25,yes
"""
FACTORS = """mode,kg_per_tkm,tier
road,0.1,modelled
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (
        ("rates", RATES),
        ("terms", TERMS),
        ("zones", ZONES),
        ("extras", EXTRAS),
        ("factors", FACTORS),
    ):
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


def solve(folder: Path, shipments: str, *more: str) -> list[dict[str, str]]:
    (folder / "shipments.csv").write_text(shipments)
    words = [
        str(folder / "shipments.csv"),
        "--tariffs",
        str(folder / "rates.csv"),
        "--out",
        str(folder / "out.csv"),
    ]
    for name in more:
        words += [f"--{name}", str(folder / f"{name}.csv")]
    assert main(["solve", "freight", *words]) == 0
    with (folder / "out.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def refused(folder: Path, shipments: str, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    (folder / "shipments.csv").write_text(shipments)
    words = [str(folder / "shipments.csv"), "--tariffs", str(folder / "rates.csv")]
    for name in more:
        words += [f"--{name}", str(folder / f"{name}.csv")]
    assert main(["solve", "freight", *words]) != 0
    return capsys.readouterr().err


def test_rates_alone_give_the_golden_charges(folder: Path) -> None:
    rows = solve(
        folder,
        "shipment,weight_kg,zone,tariff\na,20,1,road\nb,40,1,road\nc,80,1,road\nd,250,1,road\ne,290,1,road\n",
    )
    assert [row["total"] for row in rows] == ["70.00", "72.00", "120.00", "300.00", "300.00"]
    assert rows[2]["rated_kg"] == "100"


def test_all_files_together_choose_the_cheapest_tariff_and_explain_it(folder: Path) -> None:
    rows = solve(
        folder,
        "shipment,weight_kg,to,length_cm,width_cm,height_cm,pieces,extras,mode,distance_km,invoiced\n"
        "a,40,DE10115,100,60,50,1,lift,road,500,170\n"
        "b,1,DE10115,1,1,1,1,,road,500,\n",
        "terms",
        "zones",
        "extras",
        "factors",
    )
    # 300,000 cm3 are 100 kg: base 120, lift 25, fuel 10 % of 145; 0.04 t over 500 km at 0.1.
    assert (rows[0]["tariff"], rows[0]["zone"], rows[0]["total"]) == ("road", "1", "159.50")
    assert rows[0]["difference"] == "10.50"
    assert (rows[0]["co2e_kg"], rows[0]["tier"]) == ("2.000", "modelled")
    assert (rows[1]["tariff"], rows[1]["zone"], rows[1]["total"]) == ("air", "A", "50.00")


def test_the_summary_says_totals_and_reasons(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "s.csv").write_text("shipment,weight_kg,zone\na,80,1\n")
    assert main(["solve", "freight", str(folder / "s.csv"), "--tariffs", str(folder / "rates.csv")]) == 0
    said = capsys.readouterr().out
    assert "1 shipments rated.\nCharges 120.00 EUR." in said
    assert "a: 120.00 EUR. 80 kg rated as 100 kg at 1.2 per kg (deficit weight): 120.00." in said


@pytest.mark.parametrize(
    ("shipments", "more", "says"),
    [
        (
            "shipment,weight_kg,zone\na,5,1\nb,x,1\n",
            (),
            'shipments.csv, row 3, column weight_kg: "x" is not a number',
        ),
        ("shipment,weight_kg,zone\na,NaN,1\n", (), "row 2, column weight_kg"),
        ("shipment,weight_kg,zone\na,-5,1\n", (), 'row 2, column weight_kg: "-5" is below 0'),
        ("shipment,weight_kg,zone\na,0,1\n", (), "row 2"),
        ("shipment,weight_kg,zone\na,5,1\na,6,1\n", (), "row 3, column shipment: a stands in row 2 already"),
        ("shipment,weight_kg,zone,tariff\na,5,7,road\n", (), "row 2, column zone: Tariff road has no zone 7"),
        ("shipment,weight_kg,zone,tariff\na,5,1,rail\n", (), "row 2, column tariff: There is no tariff rail"),
        ("shipment,weight_kg,to\na,5,FR75\n", ("zones",), "row 2, column to: No zone holds FR75"),
        ("shipment,weight_kg,zone,on\na,5,1,22.11.2026\n", (), "row 2, column on"),
        ("shipment,zone\na,1\n", (), "row 1: There is no column weight_kg"),
        ("", (), "is empty"),
        ("shipment,weight_kg,zone,mode,distance_km\na,5,1,air,10\n", ("factors",), "row 2, column mode"),
    ],
)
def test_a_wrong_cell_is_refused_with_row_column_and_remedy(
    folder: Path, capsys: pytest.CaptureFixture[str], shipments: str, more: tuple[str, ...], says: str
) -> None:
    assert says in refused(folder, shipments, capsys, *more)


def test_a_tariff_without_a_rate_from_zero_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "rates.csv").write_text("tariff,zone,from_kg,rate\nroad,1,0,1\nroad,2,45,1\n")
    said = refused(folder, "shipment,weight_kg,zone\na,5,1\n", capsys)
    assert "rates.csv, row 3, column from_kg: road, zone 2: The first break is not 0." in said
