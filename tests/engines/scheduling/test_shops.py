"""Job shops and flexible job shops: public instances, small ones by brute force, stopping, repeating."""

from __future__ import annotations

import csv
import itertools
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.app.cli import main
from loomline.engines.scheduling.disjunctive_graph import Graph
from loomline.engines.scheduling.instance_files import read_shop
from loomline.engines.scheduling.shop import Shop, ShopSchedule, from_routes
from loomline.engines.scheduling.shop_bound import lower_bound, preemptive
from loomline.engines.scheduling.shop_dispatching import dispatched, order_of
from loomline.engines.scheduling.shop_solver import solve_shop
from loomline.engines.watch import Watch
from tests.engines.scheduling import shop_checker

Routes = list[list[list[tuple[int, int]]]]


def brute_force(routes: Routes) -> int:
    """The least makespan over every choice of machines and every order of starting."""
    best = 10**9
    operations = [(j, k) for j, job in enumerate(routes) for k in range(len(job))]
    turns = set(itertools.permutations([j for j, _ in operations]))
    for choice in itertools.product(*(routes[j][k] for j, k in operations)):
        chosen = dict(zip(operations, choice, strict=True))
        for turn in turns:
            at, job_free, machine_free = [0] * len(routes), [0] * len(routes), dict[int, int]()
            for j in turn:
                machine, duration = chosen[j, at[j]]
                job_free[j] = max(job_free[j], machine_free.get(machine, 0)) + duration
                machine_free[machine] = job_free[j]
                at[j] += 1
            best = min(best, max(job_free))
    return best


def is_sound(shop: Shop, made: ShopSchedule) -> bool:
    """Jobs in order, no machine does two things, the makespan is the last end."""
    loads: dict[int, list[tuple[int, int]]] = {}
    last = 0
    for span in shop.jobs:
        free = 0
        for i in span:
            machine, duration = shop.ways[i][made.way[i]]
            if made.start[i] < free:
                return False
            free = made.start[i] + duration
            if duration:
                loads.setdefault(machine, []).append((made.start[i], free))
            last = max(last, free)
    pairs = (pair for spans in loads.values() for pair in itertools.pairwise(sorted(spans)))
    return last == made.makespan and all(a[1] <= b[0] for a, b in pairs)


@st.composite
def small_routes(draw: st.DrawFn) -> Routes:
    def ways() -> list[tuple[int, int]]:
        machines = draw(st.sets(st.integers(0, 2), min_size=1, max_size=2))
        return [(machine, draw(st.integers(0, 9))) for machine in sorted(machines)]

    return [[ways() for _ in range(draw(st.integers(1, 2)))] for _ in range(draw(st.integers(1, 3)))]


@settings(max_examples=25, deadline=None)
@given(routes=small_routes(), seed=st.integers(0, 3))
def test_small_shops_are_solved_as_brute_force_does(routes: Routes, seed: int) -> None:
    shop = from_routes("small", routes)
    answer = solve_shop(shop, seconds=20, seed=seed, workers=1, most_moves=3000)
    assert is_sound(shop, answer.schedule)
    assert answer.schedule.makespan == brute_force(routes)
    assert answer.lower_bound <= answer.schedule.makespan


@settings(max_examples=20, deadline=None)
@given(routes=small_routes(), seed=st.integers(0, 99))
def test_after_any_moves_the_graph_equals_a_new_one(routes: Routes, seed: int) -> None:
    shop, chance = from_routes("small", routes), random.Random(seed)
    made = dispatched(shop, seed)[0]
    graph = Graph(shop, made.way, order_of(shop, made))
    for _ in range(30):
        i = chance.randrange(shop.operations)
        way = chance.randrange(len(shop.ways[i]))
        machine = shop.ways[i][way][0]
        before = (graph.makespan, [*graph.way], [[*s] for s in graph.sequences])
        room = len(graph.sequences[machine]) - (machine == graph.machine[i])
        if not graph.move(i, way, chance.randint(0, room)):
            assert before == (graph.makespan, graph.way, graph.sequences)
        anew = Graph(shop, graph.way, graph.order)
        assert anew.sequences == graph.sequences
        assert anew.ends == graph.ends
        assert anew.tails == graph.tails
        assert is_sound(shop, graph.schedule())


@settings(max_examples=20, deadline=None)
@given(routes=small_routes())
def test_every_rule_gives_a_sound_schedule_not_below_the_bound(routes: Routes) -> None:
    shop = from_routes("small", routes)
    for made in dispatched(shop):
        assert is_sound(shop, made)
        assert made.makespan >= lower_bound(shop)


def test_the_preemptive_bound_is_that_of_carliers_example() -> None:
    heads, times, tails = [10, 13, 11, 20, 30, 0, 30], [5, 6, 7, 4, 3, 6, 2], [7, 26, 24, 21, 8, 17, 0]
    assert preemptive(list(zip(heads, times, tails, strict=True))) == 49


@pytest.mark.parametrize(("name", "best"), [("ft06", 55), ("la06", 926), ("la12", 1039)])
def test_easy_job_shops_are_solved_to_the_proven_optimum(
    public_data: Path, tmp_path: Path, name: str, best: int, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = public_data / f"scheduling/jobshop/{name}.txt", tmp_path / "s.csv"
    assert main(["solve", "jobshop", str(file), "--seconds", "30", "--seed", "1", "--out", str(out)]) == 0
    assert shop_checker.faults(shop_checker.classic(file), out) == ([], best)
    assert f"makespan {best}, lower bound {best}, optimal" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "best"), [("fattahi5", 119), ("kacem2", 11), ("mk08", 523)])
def test_easy_flexible_shops_are_solved_to_the_known_optimum(
    public_data: Path, tmp_path: Path, name: str, best: int, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = public_data / f"scheduling/flexible-jobshop/{name}.txt", tmp_path / "s.csv"
    words = ["solve", "jobshop", str(file), "--seconds", "20", "--workers", "1", "--moves", "8000"]
    assert main([*words, "--from-one", "--out", str(out)]) == 0
    assert shop_checker.faults(shop_checker.flexible(file), out, first=1) == ([], best)
    assert f"makespan {best}" in capsys.readouterr().out


def test_every_public_instance_is_read_as_the_checker_reads_it(public_data: Path) -> None:
    folder = public_data / "scheduling"
    readers = (("jobshop", shop_checker.classic), ("flexible-jobshop", shop_checker.flexible))
    files = [(file, read) for kind, read in readers for file in sorted((folder / kind).glob("*.txt"))]
    assert len(files) == 120
    for file, read in files:
        shop = read_shop(file)
        ours = [[{shop.labels[m]: d for m, d in shop.ways[i]} for i in span] for span in shop.jobs]
        assert ours == read(file), file.name


def test_lower_bounds_stay_below_the_best_known(public_data: Path) -> None:
    for kind in ("jobshop", "flexible-jobshop"):
        with (public_data / f"scheduling/{kind}/best-known.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                shop = read_shop(public_data / f"scheduling/{kind}/{row['instance']}.txt")
                assert 0 < lower_bound(shop) <= int(row["best_known_makespan"]), row["instance"]


def test_the_same_seed_and_moves_give_the_same_schedule(public_data: Path) -> None:
    shop = read_shop(public_data / "scheduling/jobshop/la21.txt")
    answers = [solve_shop(shop, seconds=60, seed=5, workers=1, most_moves=700) for _ in range(2)]
    assert answers[0].schedule == answers[1].schedule
    assert answers[0].moves == 700
    assert [made for _, made, _ in answers[0].history] == [made for _, made, _ in answers[1].history]


def test_each_better_schedule_is_told_at_once_and_sound(public_data: Path) -> None:
    shop = read_shop(public_data / "scheduling/jobshop/la38.txt")
    told: list[ShopSchedule] = []
    answer = solve_shop(shop, seconds=60, workers=1, most_moves=500, found=told.append)
    assert told[-1] == answer.schedule
    assert [made.makespan for made in told] == sorted({made.makespan for made in told}, reverse=True)
    assert all(is_sound(shop, made) for made in told)
    assert len(told) > 3


@pytest.mark.parametrize("name", ["ta72js", "la38"])
def test_a_stopped_run_ends_and_keeps_its_best(public_data: Path, name: str) -> None:
    shop = read_shop(public_data / f"scheduling/jobshop/{name}.txt")
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    began = time.monotonic()
    answer = solve_shop(shop, seconds=600, watch=Watch(is_stopped=stop.is_set))
    assert is_sound(shop, answer.schedule)
    assert time.monotonic() - began < 60


@pytest.mark.slow
@pytest.mark.parametrize("name", ["jobshop/la21.txt", "rcpsp/j120/j120_11_3.rcp"])
def test_an_interrupted_command_writes_its_best_and_ends_well(
    public_data: Path, tmp_path: Path, name: str
) -> None:
    out = tmp_path / "s.csv"
    words = [
        "solve",
        "jobshop",
        str(public_data / "scheduling" / name),
        "--seconds",
        "600",
        "--out",
        str(out),
    ]
    code = "import sys; from loomline.app.cli import main; sys.exit(main(sys.argv[1:]))"
    process = subprocess.Popen([sys.executable, "-c", code, *words], stdout=subprocess.PIPE, text=True)
    time.sleep(8)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "makespan" in said
    assert len(out.read_text().splitlines()) > 100
