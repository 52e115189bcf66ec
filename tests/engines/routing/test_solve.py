"""The command line: files in, .sol and tables out, and every refusal with its row and remedy."""

from __future__ import annotations

import argparse
import multiprocessing
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from loomline.app.cli import main
from loomline.engines.bad_input import BadInput
from loomline.engines.routing import answer, solve
from loomline.engines.watch import Watch
from tests.engines.routing import checker

SMALL = """NAME : small
TYPE : CVRP
DIMENSION : 5
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 10
NODE_COORD_SECTION
1 0 0
2 10 0
3 20 0
4 0 10
5 0 20
DEMAND_SECTION
1 0
2 5
3 5
4 5
5 5
DEPOT_SECTION
1
-1
EOF
"""
TINY = """T1

VEHICLE
NUMBER     CAPACITY
  3         10

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE TIME

    0      0         0          0          0       100          0
    1      3         4          5          0        50          1
    2      6         8          5          0        50          1
"""
STOPS = """name,lat,lon,deliver,service,windows,prize
Ada,48.20,11.60,4,10,08:00-12:00,
Bob,48.10,11.50,4,10,08:00-10:00 14:00-16:00,
Far,52.00,13.00,1,10,,5
"""
DEPOTS = "name,lat,lon\nHub,48.14,11.58\n"
VEHICLES = """name,start,capacity,shift,cost_per_km,fixed_cost,rules,co2e_per_km
Van,Hub,10,07:00-17:00,0.5,80,eu561,0.3
"""


def _run(*words: str) -> str:
    parser = argparse.ArgumentParser()
    solve.arguments(parser)
    return solve.run(parser.parse_args(words), Watch())


def _folder(tmp_path: Path, **tables: str) -> Path:
    for name, text in {"stops": STOPS, "depots": DEPOTS, "vehicles": VEHICLES, **tables}.items():
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


def test_a_vrplib_file_becomes_a_sol_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "small.vrp").write_text(SMALL)
    out = tmp_path / "small.sol"
    words = ["solve", "routes", str(tmp_path / "small.vrp"), "--iterations", "50", "--out", str(out)]
    assert main(words) == 0
    routes, cost = checker.read_sol(out.read_text())
    assert (cost, sorted(map(sorted, routes.values()))) == (80, [[1, 2], [3, 4]])
    assert "small: 2 vehicles, cost 80" in capsys.readouterr().out


def test_solomons_layout_counts_unrounded_distance_from_customer_one(tmp_path: Path) -> None:
    path = tmp_path / "t1.txt"
    path.write_text(TINY)
    assert _run(str(path), "--iterations", "20").splitlines()[:2] == ["Route #1: 2 1", "Cost 20"] or _run(
        str(path), "--iterations", "20"
    ).splitlines()[:2] == ["Route #1: 1 2", "Cost 20"]


def test_the_rounding_can_be_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "small.vrp"
    path.write_text(SMALL.replace("5 0 20", "5 1 20"))
    assert "Cost 80\n" in _run(str(path), "--iterations", "50")
    assert "Cost 80.0748" in _run(str(path), "--iterations", "50", "--rounding", "double")


@pytest.mark.parametrize("name", ["C101", "rc205"])
def test_solomon_in_vrplib_layout_counts_vehicles_first(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.vrp"
    text = (
        SMALL.replace("small", name)
        .replace("CVRP", "VRPTW")
        .replace("CAPACITY : 10", "VEHICLES : 4\nCAPACITY : 10")
    )
    path.write_text(text)
    case = answer.read(path)
    assert (case.rounding, case.fewest_first) == ("double", True)


def test_explicit_distances_are_read_from_a_lower_triangle(tmp_path: Path) -> None:
    path = tmp_path / "x.vrp"
    path.write_text(
        "NAME : e\nTYPE : CVRP\nDIMENSION : 3\nEDGE_WEIGHT_TYPE : EXPLICIT\nEDGE_WEIGHT_FORMAT : LOWER_ROW\n"
        "CAPACITY : 9\nEDGE_WEIGHT_SECTION\n7\n9 4\n"
        "DEMAND_SECTION\n1 0\n2 3\n3 3\nDEPOT_SECTION\n1\n-1\nEOF\n"
    )
    assert "Cost 20\n" in _run(str(path), "--iterations", "20")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("3 20 0", "3 20 zero", 'row 9: "zero" is not a number. Correct the number.'),
        ("3 20 0\n", "", "row 9: The row of NODE_COORD_SECTION is numbered 4, where 3 should stand."),
        ("4 5\n", "4 11\n", "row 16: Place 4: it asks for 11; no vehicle holds more than 10. Split it."),
        ("4 5\n", "4 -1\n", "row 16: Place 4: the demand -1 is negative. Write 0 or more."),
        ("CAPACITY : 10", "CAPACITY : ten", 'row 5: CAPACITY is "ten", which is not a number.'),
        ("EUC_2D", "EUC_7D", "row 4: EDGE_WEIGHT_TYPE EUC_7D is not known."),
        (
            "DEPOT_SECTION\n1",
            "DEPOT_SECTION\n9",
            "row 19: Depot 9 is no place. Write a whole number, 1 to 5.",
        ),
        ("DIMENSION : 5", "DIMENSION : 6", "row 11: NODE_COORD_SECTION has 5 rows instead of 6."),
        ("DEMAND_SECTION", "WISH_SECTION", "row 12: The section WISH_SECTION is not known."),
        ("DIMENSION : 5\n", "", "There is no line DIMENSION."),
    ],
)
def test_a_broken_vrplib_file_is_refused_with_its_row(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = tmp_path / "bad.vrp"
    path.write_text(SMALL.replace(old, new, 1))
    with pytest.raises(BadInput) as refused:
        answer.read(path)
    assert str(refused.value).removeprefix("bad.vrp, ").removeprefix("bad.vrp: ").startswith(says)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("    2      6 ", "    3      6 ", "row 12: The row is numbered 3, where 2 should stand."),
        (
            "  0        50          1\n    2",
            "  60        50          1\n    2",
            "row 11: Place 2: the window opens at 60",
        ),
        ("  3         10", "  3", 'row 5: "3" is no fleet.'),
        ("NUMBER  ", "COUNT", "There is no line NUMBER CAPACITY."),
    ],
)
def test_a_broken_solomon_file_is_refused_with_its_row(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_text(TINY.replace(old, new, 1))
    with pytest.raises(BadInput) as refused:
        answer.read(path)
    assert str(refused.value).removeprefix("bad.txt, ").removeprefix("bad.txt: ").startswith(says)


def test_windows_that_no_fleet_can_keep_end_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "late.txt"
    path.write_text(TINY.replace("0        50          1\n    2", "0         2          1\n    2"))
    with pytest.raises(BadInput, match=r"No feasible routes .* Give more seconds or more vehicles"):
        _run(str(path), "--iterations", "30")


def test_a_folder_of_tables_becomes_tours_with_cost_and_co2e(tmp_path: Path) -> None:
    out = tmp_path / "tours.csv"
    said = _run(str(_folder(tmp_path)), "--iterations", "60", "--out", str(out))
    lines = out.read_text().splitlines()
    assert lines[0] == "vehicle,position,kind,name,arrives,begins,ends,km,load"
    assert {line.split(",")[3] for line in lines[1:]} == {"Hub", "Ada", "Bob"}
    assert "kg CO2e; 1 unserved." in said
    assert "Far (driving): Van: It needs" in said


@pytest.mark.parametrize(
    ("table", "old", "new", "says"),
    [
        (
            "stops",
            "08:00-12:00",
            "12:00-08:00",
            'stops.csv, row 2, column windows: "12:00-08:00" cannot be read.',
        ),
        ("stops", "48.10", "98.10", 'stops.csv, row 3, column lat: "98.10" is not a number from -90 to 90.'),
        ("stops", "Bob", "Ada", "stops.csv, row 3, column name: Ada stands in row 2 already."),
        ("vehicles", "eu561", "eu562", 'vehicles.csv, row 2, column rules: "eu562" is not known here.'),
        ("vehicles", "Van,Hub", "Van,Hut", "vehicles, position 0, column start: There is no depot Hut."),
        ("depots", "lat", "latitude", "depots.csv, row 1: There is no column lat"),
    ],
)
def test_a_broken_table_is_refused_with_row_and_column(
    tmp_path: Path, table: str, old: str, new: str, says: str
) -> None:
    text = {"stops": STOPS, "depots": DEPOTS, "vehicles": VEHICLES}[table].replace(old, new, 1)
    with pytest.raises(BadInput) as refused:
        _run(str(_folder(tmp_path, **{table: text})), "--iterations", "5")
    assert str(refused.value).startswith(says)


def test_a_stopped_search_answers_at_once_with_what_it_has(public_data: Path) -> None:
    stopped = threading.Event()
    told: list[float] = []

    def tell(done: float, says: str) -> None:
        told.append(done)
        if len(told) > 20:
            stopped.set()

    case = answer.read(public_data / "routing" / "cvrplib-x" / "X-n106-k14.vrp")
    found = answer.solve(case, limits=answer.Limits(600.0), watch=Watch(tell, stopped.is_set))
    assert found.vehicles >= 14
    assert len(told) < 40


def test_importing_the_engine_loads_no_heavy_library() -> None:
    script = (
        "import sys, loomline.engines.routing.solve\n"
        "print([name for name in ('numpy', 'scipy', 'pyvrp', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_two_processes_find_feasible_routes_and_leave_nothing_running(public_data: Path) -> None:
    path = public_data / "routing" / "solomon" / "C105.txt"
    found = answer.solve(answer.read(path), limits=answer.Limits(2.5), seed=1, workers=2)
    routes, _ = checker.read_sol(answer.text(found))
    assert checker.judge(checker.read_text(path), routes, "double")[1] == []
    assert multiprocessing.active_children() == []
