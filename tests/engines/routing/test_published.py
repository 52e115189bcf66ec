"""Published instances: read right, solved feasibly, costed as their publishers cost them."""

from __future__ import annotations

from pathlib import Path

import pytest

from loomline.engines.routing import answer
from loomline.engines.routing.case import Case
from loomline.engines.routing.search import Limits
from tests.engines.routing import checker

KINDS = [
    ("cvrplib-x/X-n106-k14", "round", 26362),
    ("gehring-homberger-1000/R1_10_7", "dimacs", 439974),
    ("gvrp/M-n101-k10-C34-V4", "round", 458),
    ("hfvrp/X219-HD", "exact", 12073699908),
    ("mdvrptw/PR21B", "exact", 4822337),
    ("mtvrptwr/C205R0.5", "dimacs", 14900),
    ("pcvrptw/C1_10_3", "dimacs", 243955),
    ("sdvrptw/PR15", "exact", 4609199),
    ("vrpb/X-n716-66-k23", "round", 32485),
]
SMALL = [kind for kind in KINDS if not kind[0].startswith(("gehring", "pcvrptw", "vrpb"))]


def _routes_of(case: Case, routes: dict[int, list[int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(routes.get(number, ())) for number in range(1, len(case.vehicles) + 1))


@pytest.mark.parametrize(("name", "rounding", "cost"), KINDS)
def test_the_checker_finds_the_published_routes_feasible_at_their_published_cost(
    public_data: Path, name: str, rounding: str, cost: int
) -> None:
    path = public_data / "routing" / f"{name}.vrp"
    routes, _ = checker.read_sol(path.with_suffix(".sol").read_text())
    assert checker.judge(checker.read_vrplib(path), routes, rounding) == (cost, [])


@pytest.mark.parametrize(("name", "rounding", "cost"), KINDS)
def test_published_routes_cost_what_was_published(
    public_data: Path, name: str, rounding: str, cost: int
) -> None:
    path = public_data / "routing" / f"{name}.vrp"
    case = answer.read(path)
    routes, published = checker.read_sol(path.with_suffix(".sol").read_text())
    assert case.rounding == rounding
    assert answer.cost_of(case, _routes_of(case, routes)) == pytest.approx(published, abs=1e-6)


@pytest.mark.parametrize(("name", "rounding", "cost"), SMALL)
def test_every_kind_of_file_is_solved_feasibly_at_the_cost_that_is_said(
    public_data: Path, name: str, rounding: str, cost: int
) -> None:
    path = public_data / "routing" / f"{name}.vrp"
    found = answer.solve(answer.read(path), limits=Limits(60, 60), seed=1)
    routes, said = checker.read_sol(answer.text(found))
    judged, faults = checker.judge(checker.read_vrplib(path), routes, rounding)
    assert faults == []
    assert said == pytest.approx(judged, abs=1e-6)
    assert cost <= judged < 1.5 * cost


@pytest.mark.parametrize("name", ["solomon/C102", "solomon/R205", "li-lim-pdptw/lc101", "li-lim-pdptw/lr203"])
def test_text_layouts_are_solved_feasibly_in_unrounded_distance(public_data: Path, name: str) -> None:
    path = public_data / "routing" / f"{name}.txt"
    found = answer.solve(answer.read(path), limits=Limits(60, 200), seed=1)
    routes, said = checker.read_sol(answer.text(found))
    judged, faults = checker.judge(checker.read_text(path), routes, "double")
    assert faults == []
    assert said == pytest.approx(judged, abs=1e-5)


def test_a_run_limited_by_iterations_is_the_same_for_the_same_seed(public_data: Path) -> None:
    case = answer.read(public_data / "routing" / "solomon" / "R101.txt")
    one, two, other = (
        answer.solve(case, limits=Limits(float("inf"), 120), seed=seed).routes for seed in (3, 3, 4)
    )
    assert one == two
    assert one != other


def test_solomons_c1_needs_ten_vehicles_and_the_published_distance(public_data: Path) -> None:
    case = answer.read(public_data / "routing" / "solomon" / "C105.txt")
    found = answer.solve(case, limits=Limits(60, 800), seed=1)
    assert (found.vehicles, round(found.cost, 2)) == (10, 828.94)
