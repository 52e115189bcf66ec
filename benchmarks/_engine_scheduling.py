"""Scheduling: the gap to the best known makespan after 10 s and 60 s, CP-SAT's plain default beside it.

Both get the same instance, the same seconds and 2 workers, one after the other. Every schedule of ours is
checked here before it counts. The instances are a seeded sample, as many as the time allows.
"""

from __future__ import annotations

import csv
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import mean

from ortools.sat.python import cp_model

from benchmarks._table import Row
from loomline.engines.scheduling.calendar import weekly
from loomline.engines.scheduling.instance_files import read_shop
from loomline.engines.scheduling.planner import first_plan, plan
from loomline.engines.scheduling.problem import Job, Machine, Mode, Operation, Operator, Problem
from loomline.engines.scheduling.project_files import read_project
from loomline.engines.scheduling.shop import Shop, ShopSchedule
from loomline.engines.scheduling.shop_solver import solve_shop
from loomline.engines.scheduling.solver_run import Effort

SEED = 20261122
ENGINE, PEER = "scheduling", "CP-SAT 9.15 default, 2 workers"
MEASURE = "mean gap to best known, %"
# The source ran CP-SAT on other hardware and on its whole collection: a landmark, no duel.
PUBLISHED = 3.22
SOURCE = "ScheduleOpt/benchmarks: CP-SAT 9.15, 4 cores, 600 s, 350 of 376 job shops"
KINDS = (("job shop", "jobshop"), ("flexible job shop", "flexible-jobshop"))


@dataclass(frozen=True)
class Case:
    """One instance and what is known of it."""

    kind: str
    file: Path
    best: int


@dataclass(frozen=True)
class Gaps:
    """Gaps in percent; the peer's is None where it found no schedule."""

    kind: str
    ours: float
    peer: float | None


def measure(budget: float, data: Path, tell: Callable[[str], None]) -> list[Row]:
    """All rows; with much time the whole collection at both times."""
    began = time.monotonic()
    cases = _cases(data / "scheduling")
    rows = [_at_once()]
    rows += _projects(data / "scheduling", min(budget * 0.1, 240.0), tell)
    for seconds, until in ((10.0, budget * 0.6), (60.0, budget)):
        gaps: list[Gaps] = []
        for case in cases:
            if time.monotonic() - began + 2 * seconds > until + 5:
                break
            gaps.append(_compare(case, seconds, tell))
        rows += _rows(gaps, seconds)
    return rows


def _cases(folder: Path) -> list[Case]:
    """Both kinds by turns, in a seeded order."""
    chance, decks = random.Random(SEED), []
    for kind, name in KINDS:
        with (folder / name / "best-known.csv").open(newline="") as file:
            deck = [
                Case(kind, folder / name / f"{row['instance']}.txt", int(row["best_known_makespan"]))
                for row in csv.DictReader(file)
            ]
        chance.shuffle(deck)
        decks.append([((at + 0.5) / len(deck), case.file.name, case) for at, case in enumerate(deck)])
    return [case for _, _, case in sorted([*decks[0], *decks[1]], key=lambda each: each[:2])]


def _compare(case: Case, seconds: float, tell: Callable[[str], None]) -> Gaps:
    shop = read_shop(case.file)
    made = solve_shop(shop, seconds=seconds, seed=SEED, workers=2).schedule
    _check(shop, made)
    peer = _plain(shop, seconds)
    ours = 100 * (made.makespan / case.best - 1)
    theirs = None if peer is None else 100 * (peer / case.best - 1)
    said = "none" if theirs is None else f"{theirs:.2f} %"
    tell(f"{case.file.stem} {seconds:.0f} s: gap {ours:.2f} %, CP-SAT {said}")
    return Gaps(case.kind, ours, theirs)


def _check(shop: Shop, made: ShopSchedule) -> None:
    """Raise when the schedule is none."""
    busy: dict[int, list[tuple[int, int]]] = {}
    for span in shop.jobs:
        free = 0
        for i in span:
            machine, duration = shop.ways[i][made.way[i]]
            if made.start[i] < free or made.start[i] + duration > made.makespan:
                raise RuntimeError(f"{shop.name}: operation {i} is out of order")
            free = made.start[i] + duration
            busy.setdefault(machine, []).append((made.start[i], free))
    for spans in busy.values():
        spans.sort()
        if any(b[0] < a[1] for a, b in pairwise(spans)):
            raise RuntimeError(f"{shop.name}: a machine does two things at once")


def _plain(shop: Shop, seconds: float) -> int | None:
    """The textbook model, solved as it is; model and solver count, the import of the library does not."""
    began = time.monotonic()
    model = cp_model.CpModel()
    horizon = sum(max(duration for _, duration in ways) for ways in shop.ways)
    busy: list[list[cp_model.IntervalVar]] = [[] for _ in shop.labels]
    makespan = model.new_int_var(0, horizon, "")
    for span in shop.jobs:
        before = None
        for i in span:
            start, end = model.new_int_var(0, horizon, ""), model.new_int_var(0, horizon, "")
            literals = [model.new_bool_var("") for _ in shop.ways[i]]
            model.add_exactly_one(literals)
            for literal, (machine, duration) in zip(literals, shop.ways[i], strict=True):
                busy[machine].append(model.new_optional_interval_var(start, duration, end, literal, ""))
            if before is not None:
                model.add(start >= before)
            before = end
        if before is not None:
            model.add(makespan >= before)
    for intervals in busy:
        model.add_no_overlap(intervals)
    model.minimize(makespan)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.max_time_in_seconds = max(seconds - (time.monotonic() - began), 0.1)
    status = solver.solve(model)
    return round(solver.objective_value) if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None


def _rows(gaps: Sequence[Gaps], seconds: float) -> list[Row]:
    rows = []
    for kind, _ in KINDS:
        own = [gap for gap in gaps if gap.kind == kind]
        if not own:
            continue
        peers = [gap.peer for gap in own if gap.peer is not None]
        beaten = sum(gap.peer is None or gap.ours < gap.peer for gap in own)
        equal = sum(gap.peer is not None and gap.ours == gap.peer for gap in own)
        note = f"better on {beaten}, equal on {equal}, worst of ours {max(gap.ours for gap in own):.2f}"
        if len(peers) < len(own):
            note += f"; CP-SAT found nothing on {len(own) - len(peers)}, which are not in its mean"
        is_job_shop = kind == "job shop"
        rows.append(
            Row(
                ENGINE,
                f"{kind}, {len(own)} instances, {seconds:.0f} s",
                MEASURE,
                round(mean(gap.ours for gap in own), 3),
                peer=round(mean(peers), 3) if peers else None,
                peer_name=PEER,
                published=PUBLISHED if is_job_shop else None,
                source=SOURCE if is_job_shop else "",
                seconds=seconds,
                note=note,
            )
        )
    return rows


def _projects(folder: Path, budget: float, tell: Callable[[str], None]) -> list[Row]:
    """RCPSP: the j90 instances of PSPLIB."""
    began, gaps, seconds = time.monotonic(), [], 10.0
    with (folder / "rcpsp" / "j90-best-known.csv").open(newline="") as file:
        known = list(csv.DictReader(file))
    random.Random(SEED).shuffle(known)
    for row in known:
        if gaps and time.monotonic() - began > budget:
            break
        problem = read_project(folder / "rcpsp" / "j90" / f"{row['instance']}.rcp")
        made = plan(problem, ({"makespan": 1},), effort=Effort(seconds, 2, SEED)).schedule
        if made is None:
            continue
        gaps.append(100 * (made.scores["makespan"] / int(row["upper_bound"]) - 1))
        tell(f"{row['instance']}: gap {gaps[-1]:.2f} %")
    case = f"RCPSP j90, {len(gaps)} instances, {seconds:.0f} s"
    return [Row(ENGINE, case, MEASURE, round(mean(gaps), 3), seconds=seconds)] if gaps else []


def _at_once() -> Row:
    """How long the first plan of a floor of about 100 operations takes."""
    problem, taken = _floor(), []
    for _ in range(5):
        began = time.perf_counter()
        first_plan(problem)
        taken.append(1000 * (time.perf_counter() - began))
    operations = sum(len(job.operations) for job in problem.jobs)
    case = f"first plan: {operations} operations, 8 machines, 10 people, shifts, skills, set-ups"
    return Row(ENGINE, case, "milliseconds, best of 5", round(min(taken), 1), aim=100.0)


def _floor() -> Problem:
    chance = random.Random(SEED)
    shifts, late = weekly([(480, 720), (750, 960)]), weekly([(360, 840), (840, 1320)])
    setups = {(a, b): 20 for a in "abc" for b in "abc" if a != b}
    machines = tuple(
        Machine(f"M{k}", late if k % 2 else shifts, setups={} if k % 3 else setups) for k in range(8)
    )
    people = tuple(
        Operator(f"P{k}", frozenset({"s"} if k % 2 else {"s", "t"}), shifts if k % 3 else late)
        for k in range(10)
    )
    jobs = []
    for j in range(30):
        operations = tuple(
            Operation(
                f"{j}.{k}",
                tuple(Mode(f"M{m}", chance.randint(20, 120), {"s": 1}) for m in chance.sample(range(8), 2)),
                chance.choice("abc"),
                may_pause=True,
            )
            for k in range(chance.randint(2, 5))
        )
        due = chance.randint(1, 10) * 1440
        jobs.append(Job(f"J{j}", operations, due=due, weight=chance.randint(1, 3)))
    return Problem(tuple(jobs), machines, people)
