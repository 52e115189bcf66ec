from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from loomline.app.cli import main

HEADER = (
    "item,mean,sd,lead_time,lead_time_sd,setup,holding,unit_cost,shortage,target,service,policy,distribution,"
    "quantity,breaks\n"
)
ITEMS = """\
safe,100,20,9,2,,,3,,0.95,cycle,sQ,normal,300,
filled,100,20,9,2,,,3,,0.98,fill,sQ,normal,300,
best,1300,150,0.08333333333333333,,8,0.225,1,7.5,,,sQ,normal,,
pieces,6,,0,,5,1,1,4,,,sS,poisson,,
week,50,8,4,,,0.18,1,0.7,,,RS,normal,,
season,50,8,1,,,0.18,1,0.7,,,newsvendor,normal,,
known,1300,,0,,8,0.225,1,,,,Q,normal,,
broken,1300,30,1,,8,,0.7,,0.95,,sQ,normal,,0:0.75 400:0.72 800:0.68
"""
STAGES = """stage,time,holding,inbound,promise,sd,factor
1,2,1,1,,,1
2,1,3,,0,1,1
3,1,2,,,,1
4,1,3,,1,1,1
"""
LINKS = "supplier,customer\n1,3\n3,2\n3,4\n"
ROW = "stage,echelon_holding,lead_time,mean,sd,shortage\nshop,3,1,5,1,37.12\nhub,2,1,,,\nplant,2,2,,,\n"
JOINT = "item,own,holding,demand\na,120,160,1\nb,840,20,1\nc,300,50,1\n"
BUFFERS = """item,daily_usage,lead_time,lead_time_factor,variability_factor,on_hand,on_order,demand,multiple
calm,10,12,0.5,0.5,211,0,0,
due,10,12,0.5,0.5,100,80,30,25
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "net").mkdir()
    for name, text in (
        ("items", HEADER + ITEMS),
        ("net/stages", STAGES),
        ("net/links", LINKS),
        ("row", ROW),
        ("joint", JOINT),
        ("buffers", BUFFERS),
    ):
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


def solve(folder: Path, *words: str) -> dict[str, dict[str, str]]:
    assert main(["solve", "stocking", *words, "--out", str(folder / "out.csv")]) == 0
    with (folder / "out.csv").open(newline="") as file:
        return {next(iter(row.values())): row for row in csv.DictReader(file)}


def test_each_policy_of_the_items_file_has_its_golden_numbers(folder: Path) -> None:
    made = solve(folder, str(folder / "items.csv"), "--holding-rate", "0.3")

    def number(item: str, column: str) -> float:
        return float(made[item][column])

    assert round(number("safe", "safety_stock"), 4) == 343.4555
    assert round(number("safe", "reorder_point"), 4) == 1243.4555
    assert number("filled", "fill_rate") == pytest.approx(0.98)
    assert number("best", "order_quantity") == pytest.approx(328.4491, abs=1e-3)
    assert number("best", "cost") == pytest.approx(78.0711, abs=1e-3)
    assert (number("pieces", "reorder_point"), number("pieces", "order_up_to")) == (4, 10)
    assert number("week", "order_up_to") == pytest.approx(264.76689, abs=1e-4)
    assert number("season", "order_quantity") == pytest.approx(56.60395592743, abs=1e-8)
    assert number("season", "cost") == pytest.approx(1.99760519318, abs=1e-8)
    assert number("broken", "order_quantity") == 800
    assert number("known", "order_quantity") == pytest.approx(304.0467800264, abs=1e-6)
    assert number("known", "cost") == pytest.approx(68.4105255059, abs=1e-7)


def test_simulated_items_take_their_demand_from_the_history(folder: Path) -> None:
    (folder / "items.csv").write_text(
        "item,lead_time,target,quantity,distribution\nlumpy,3,0.95,10,simulated\n"
    )
    days = [f"lumpy,2026-01-{day:02},{9 if day % 7 == 0 else 0}" for day in range(1, 29)]
    (folder / "series.csv").write_text("\n".join(["unique_id,ds,y", *days]) + "\n")
    words = (str(folder / "items.csv"), "--history", str(folder / "series.csv"))
    first = solve(folder, *words)["lumpy"]
    assert float(first["reorder_point"]) >= 9
    assert solve(folder, *words)["lumpy"] == first


def test_the_exchange_curve_is_written_around_the_present_stock(folder: Path) -> None:
    solve(folder, str(folder / "items.csv"), "--holding-rate", "0.3", "--curve", str(folder / "curve.csv"))
    with (folder / "curve.csv").open(newline="") as file:
        rows = [{name: float(cell) for name, cell in row.items()} for row in csv.DictReader(file)]
    assert len(rows) == 21
    assert [row["fill_rate"] for row in rows] == sorted(row["fill_rate"] for row in rows)


def test_the_network_has_its_published_service_times(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = solve(folder, "--network", str(folder / "net"))
    assert {name: row["service_time"] for name, row in made.items()} == {
        "1": "0",
        "3": "0",
        "2": "0",
        "4": "1",
    }
    assert "Safety stock costs 8.27792 per period; no placement costs less." in capsys.readouterr().out


def test_the_row_has_its_levels(folder: Path) -> None:
    made = solve(folder, "--row", str(folder / "row.csv"))
    assert [f"{float(row['local_level']):.2f}" for row in made.values()] == ["6.49", "5.53", "10.69"]


def test_joint_orders_and_buffers_are_solved_from_files(folder: Path) -> None:
    joint = solve(folder, "--joint", str(folder / "joint.csv"), "--shared", "600")
    assert [row["every"] for row in joint.values()] == ["1", "3", "1"]
    buffers = solve(folder, "--buffers", str(folder / "buffers.csv"))
    assert [(name, row["order"]) for name, row in buffers.items()] == [("due", "125"), ("calm", "0")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "item,mean,sd,lead_time,target,quantity\na,5,1,x,0.9,3\n",
            'row 2, column lead_time: "x" is not a number',
        ),
        ("item,mean,sd,lead_time,target,quantity\na,5,1,2,0.9,3\na,5,1,2,0.9,3\n", "row 3, column item"),
        ("item,mean,sd,lead_time,target,quantity\na,5,1,2,1.5,3\n", "row 2, column target"),
        ("item,mean,sd,lead_time,target,quantity\na,-5,1,2,0.9,3\n", "row 2, column mean"),
        ("item,mean,sd,lead_time,quantity\na,5,1,2,3\n", "row 2, column target, shortage"),
        ("item,mean,sd,lead_time,target,quantity\na,5,1,2,0.9,0\n", "row 2, column quantity: quantity is 0"),
        ("item,mean,sd,lead_time,target\na,5,1,2,0.9\n", "row 2, column setup: This policy needs setup"),
        ("item,mean,lead_time,target,quantity\na,5,2,0.9,3\n", "row 2, column sd"),
        (
            "item,lead_time,target,quantity\na,2,0.9,3\n",
            "row 2, column mean: There is neither a mean nor a history",
        ),
        ("item,mean,sd,lead_time,target,quantity,policy\na,5,1,2,0.9,3,xy\n", "row 2, column policy"),
        ("item,mean,sd,lead_time,target,setup,breaks\na,5,1,2,0.9,3,0-1\n", "row 2, column breaks"),
        ("item,mean,sd,lead_time,target,quantity\n", "no rows"),
        ("", "is empty"),
    ],
)
def test_a_wrong_item_is_refused_with_row_and_column(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, says: str
) -> None:
    (folder / "items.csv").write_text(text)
    assert main(["solve", "stocking", str(folder / "items.csv")]) != 0
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        (
            "net/links",
            "supplier,customer\n1,3\n3,2\n3,4\n2,1\n",
            "links.csv, column supplier: Goods go in circles",
        ),
        ("net/links", "supplier,customer\n1,3\n3,9\n", "links.csv, row 3, column customer: 9 is no stage"),
        ("net/stages", STAGES.replace("4,1,3,,1,", "4,1,3,,,"), "stages.csv, row 5, column promise"),
        ("net/stages", STAGES.replace("1,2,1,", "1,-2,1,"), "stages.csv, row 2, column time"),
    ],
)
def test_a_wrong_network_is_refused_with_row_and_column(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, says: str
) -> None:
    (folder / f"{name}.csv").write_text(text)
    assert main(["solve", "stocking", "--network", str(folder / "net")]) != 0
    assert says in capsys.readouterr().err


def test_importing_the_engine_loads_no_heavy_library() -> None:
    names = "loomline.engines.stocking.solve loomline.engines.freight.solve loomline.engines.sourcing.solve"
    code = f"import sys, importlib; [importlib.import_module(n) for n in '{names}'.split()]; "
    code += "print([m for m in ('numpy', 'scipy', 'pandas', 'ortools') if m in sys.modules])"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "[]"
