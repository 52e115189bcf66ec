"""The layouts in which instances come, and what is refused."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from loomline.app.cli import main
from loomline.engines.bad_input import BadInput
from loomline.engines.scheduling.instance_files import read_shop
from loomline.engines.scheduling.planner import plan
from loomline.engines.scheduling.project_files import read_project
from loomline.engines.scheduling.shop import Shop
from loomline.engines.scheduling.solver_run import Effort
from tests.engines.scheduling import plan_checker

CLASSIC = [[{0: 3}, {1: 2}], [{1: 4}, {0: 1}]]


def routes(shop: Shop) -> list[list[dict[int, int]]]:
    """Per job and operation, {machine as the file has it: duration}."""
    return [[{shop.labels[m]: d for m, d in shop.ways[i]} for i in span] for span in shop.jobs]


def written(folder: Path, text: str, name: str = "case.txt") -> Path:
    """The text as a file."""
    (folder / name).write_text(text)
    return folder / name


@pytest.mark.parametrize(
    "text",
    [
        "2 2\n0 3 1 2\n1 4 0 1\n",
        "# by hand\n\n  2\t2  \r\n 0  3\t1 2\r\n1 4 0 1 // second\r\n\r\n",
        " instance two by two\n +++++\n 2 2\n0 3 1 2\n1 4 0 1\n +++++\n",
        "\ufeff2 2\n0 3 1 2 1 4 0 1\n",
        "2 2\n0 3\n1 2\n1 4\n0 1\n",
        "2, 2\n0, 3, 1, 2\n1, 4, 0, 1\n",
        "2 2\n0 3.0 1 2\n1 4 0 1\n",
    ],
)
def test_a_job_shop_is_read_in_all_its_spellings(tmp_path: Path, text: str) -> None:
    assert routes(read_shop(written(tmp_path, text))) == CLASSIC


def test_machines_keep_the_numbers_of_the_file(tmp_path: Path) -> None:
    shop = read_shop(written(tmp_path, "2 2\n1 3 2 2\n2 4 1 1\n"))
    assert shop.labels == (1, 2)
    assert routes(shop) == [[{1: 3}, {2: 2}], [{2: 4}, {1: 1}]]


def test_the_matrices_of_taillard_are_read(tmp_path: Path) -> None:
    text = (
        "Nb of jobs, Nb of Machines, Time seed, Machine seed, Upper bound, Lower bound\n"
        "2 2 840612802 398197754 9 5\nTimes\n3 2\n4 1\nMachines\n1 2\n2 1\n"
    )
    assert routes(read_shop(written(tmp_path, text))) == [[{1: 3}, {2: 2}], [{2: 4}, {1: 1}]]


@pytest.mark.parametrize("header", ["2 3", "2 3 1.5", "2\t3\t2"])
def test_a_flexible_shop_is_read_with_and_without_its_average(tmp_path: Path, header: str) -> None:
    text = f"{header}\n2 2 1 5 3 4 1 2 6\n1 3 1 7 2 8 3 9\n"
    assert routes(read_shop(written(tmp_path, text))) == [[{1: 5, 3: 4}, {2: 6}], [{1: 7, 2: 8, 3: 9}]]


def test_a_flexible_shop_may_break_its_lines(tmp_path: Path) -> None:
    text = "2 3 1.5\n2 2 1 5 3 4\n1 2 6\n1\n3 1 7 2 8 3 9\n"
    assert routes(read_shop(written(tmp_path, text))) == [[{1: 5, 3: 4}, {2: 6}], [{1: 7, 2: 8, 3: 9}]]


def test_jobs_may_return_to_a_machine_and_differ_in_length(tmp_path: Path) -> None:
    shop = read_shop(written(tmp_path, "2 3\n0 3 1 2 0 4 2 5\n1 4 2 1\n"))
    assert routes(shop) == [[{0: 3}, {1: 2}, {0: 4}, {2: 5}], [{1: 4}, {2: 1}]]


@pytest.mark.parametrize(
    ("text", "row", "says"),
    [
        ("", None, "holds no numbers"),
        ("2\n0 3 1 2\n", 1, "1 numbers stand where"),
        ("0 2\n", 1, "0 jobs on 2 machines"),
        ("2 2\n0 3 1 2\n1 4 0 x\n", 3, '"x" is not a number'),
        ("2 2\n0 3 1 2\n1 4 0 1.5\n", 3, '"1.5" is not a whole number'),
        ("2 2\n0 3 1 2\n1 4 7 1\n", 3, "Machine 7 of job 1"),
        ("2 2\n0 3 1 -2\n1 4 0 1\n", 2, "Operation 1 of job 0 has a negative duration"),
        ("2 3\n1 1 1 5\n", 2, "The file ends where"),
        ("2 3 1\n1 1 1 5\n1 1 2 6\n1 1 3 7\n", 4, "4 numbers are left over"),
        ("2 3 1\n1 0 1 5\n1 1 2 6\n", 2, "0 cannot be a number of machines"),
        ("1 3\n1 1 4 5\n", 2, "Machine 4 of job 0"),
    ],
)
def test_what_is_wrong_is_said_with_its_row_and_a_remedy(
    tmp_path: Path, text: str, row: int | None, says: str
) -> None:
    with pytest.raises(BadInput) as refused:
        read_shop(written(tmp_path, text))
    assert says in refused.value.says
    assert refused.value.row == row
    assert refused.value.file == "case.txt"
    assert refused.value.remedy.endswith(".")


def test_the_command_line_refuses_with_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", "jobshop", str(tmp_path / "none.txt")]) != 0
    assert "The file cannot be read" in capsys.readouterr().err
    file = written(tmp_path, "1 1\n0 3\n")
    assert main(["solve", "jobshop", str(file), "--out", str(tmp_path / "no" / "s.csv")]) != 0
    assert "There is no folder" in capsys.readouterr().err
    assert main(["solve", "jobshop", str(file), "--seconds", "0"]) != 0
    assert "--seconds 0 is no time" in capsys.readouterr().err


def test_a_shop_of_one_operation_is_solved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "s.csv"
    assert main(["solve", "jobshop", str(written(tmp_path, "1 1\n0 3\n")), "--out", str(out)]) == 0
    assert out.read_text() == "job,operation,machine,start,end\n0,0,0,0,3\n"
    assert "makespan 3, lower bound 3, optimal" in capsys.readouterr().out


def test_importing_the_engine_loads_no_heavy_library() -> None:
    code = (
        "import sys\n"
        "import loomline.engines.scheduling.solve\n"
        "print(sorted({'numpy', 'pandas', 'ortools', 'scipy'} & sys.modules.keys()))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"


RCP = "4 1\n3\n0 0 2 2 3\n4 2 1 4\n5 2 1 4\n0 0 0\n"
SM = """\
************************************************************************
projects                      :  1
jobs (incl. supersource/sink ):  4
RESOURCES
  - renewable                 :  1   R
************************************************************************
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          2           2   3
   2        1          1           4
   3        1          1           4
   4        1          0
************************************************************************
REQUESTS/DURATIONS:
jobnr. mode duration  R 1
------------------------------------------------------------------------
  1      1     0       0
  2      1     4       2
  3      1     5       2
  4      1     0       0
************************************************************************
RESOURCEAVAILABILITIES:
  R 1
    3
************************************************************************
"""


def test_both_layouts_of_a_project_say_the_same(tmp_path: Path) -> None:
    rcp = read_project(written(tmp_path, RCP, "case.rcp"))
    assert read_project(written(tmp_path, SM, "case.sm")) == rcp
    assert [(link.before, link.after) for link in rcp.links] == [
        ("1", "2"),
        ("1", "3"),
        ("2", "4"),
        ("3", "4"),
    ]


def test_a_project_is_solved_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "s.csv"
    file = written(tmp_path, SM, "case.sm")
    assert main(["solve", "jobshop", str(file), "--seconds", "30", "--out", str(out)]) == 0
    assert "makespan 9, lower bound 9, optimal" in capsys.readouterr().out
    with out.open(newline="") as rows:
        assert [row["job"] for row in csv.DictReader(rows)] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "The file is empty"),
        ("4 1\n3\n0 0 2 2 3\n4 2", "ends too early"),
        (RCP + "7\n", "1 numbers are left over"),
        (RCP.replace("5 2 1 4", "5 2 1 9"), "successor that does not exist"),
        (RCP.replace("5 2 1 4", "-5 2 1 4"), "negative duration"),
    ],
)
def test_a_broken_project_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read_project(written(tmp_path, text, "case.rcp"))


def test_a_project_in_a_circle_is_refused(tmp_path: Path) -> None:
    problem = read_project(written(tmp_path, RCP.replace("0 0 0\n", "0 0 1 2\n"), "case.rcp"))
    with pytest.raises(BadInput, match="wait for each other"):
        plan(problem)


@pytest.mark.parametrize(("name", "best"), [("j90_10_4", 94), ("j90_11_5", 81)])
def test_public_projects_reach_their_proven_makespan(public_data: Path, name: str, best: int) -> None:
    problem = read_project(public_data / f"scheduling/rcpsp/j90/{name}.rcp")
    answer = plan(problem, ({"makespan": 1},), effort=Effort(60.0))
    assert answer.schedule is not None
    assert answer.is_optimal
    assert plan_checker.faults(problem, answer.schedule) == []
    assert answer.schedule.scores["makespan"] == best
