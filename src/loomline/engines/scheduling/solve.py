"""Schedule a job shop, flexible job shop or project: the shortest makespan found in the time given.

  loomline solve jobshop ft10.txt --seconds 10 --seed 1 --out SCHEDULE.csv

FILE is a text file of the literature; which layout it has is found out (or said with --layout):

  jsp       first line "jobs machines"; then one line per job: machine duration machine duration ...
  taillard  first line "jobs machines" (seeds and bounds may follow); a matrix of times, one of machines
  fjsp      first line "jobs machines [average]"; then per job: how many operations, and for each of them
            how many machines can do it and their "machine duration" pairs

  rcp, sm   a project with limited resources (RCPSP) in Patterson's or PSPLIB's layout, by the name of
            the file: machine stays empty, job is the activity as the file numbers it, operation is 0

Lines of text and comments (# or //) are skipped. Machines may count from 0 or 1.

SCHEDULE.csv has the columns job,operation,machine,start,end: one row per operation, job by job. Machines
have the numbers of the file; jobs, and operations within a job, count from 0 (from 1 with --from-one).

Printed are the makespan, a lower bound that no schedule can beat, and the gap between the two.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Iterable
from pathlib import Path

from loomline.engines.bad_input import BadInput
from loomline.engines.scheduling import project_files
from loomline.engines.scheduling.instance_files import LAYOUTS, read_shop
from loomline.engines.scheduling.planner import plan
from loomline.engines.scheduling.project_files import read_project
from loomline.engines.scheduling.shop import Shop, ShopSchedule
from loomline.engines.scheduling.shop_solver import solve_shop
from loomline.engines.scheduling.solver_run import Effort
from loomline.engines.watch import Watch


def arguments(parser: argparse.ArgumentParser) -> None:
    """File, time, seed, output."""
    parser.add_argument("file", metavar="FILE", type=Path, help="the instance")
    parser.add_argument("--seconds", type=float, default=10.0, help="time to search (default 10)")
    parser.add_argument("--seed", type=int, default=0, help="another seed searches elsewhere (default 0)")
    parser.add_argument("--workers", type=int, choices=(1, 2), default=2, help="processor cores (default 2)")
    parser.add_argument("--moves", type=int, help="end after this many moves of the tabu search")
    parser.add_argument(
        "--layout", choices=(*LAYOUTS, *project_files.LAYOUTS), default="", help="how the file is written"
    )
    parser.add_argument("--from-one", action="store_true", help="count jobs and operations from 1")
    parser.add_argument("--out", type=Path, metavar="SCHEDULE.csv", help="where the schedule is written")


def run(options: argparse.Namespace, watch: Watch) -> str:
    """Read, search, write."""
    if not 0 < options.seconds < float("inf"):
        raise BadInput(f"--seconds {options.seconds:g} is no time.", remedy="Give 1 or more seconds.")
    if options.moves is not None and options.moves < 1:
        raise BadInput(f"--moves {options.moves} is no work.", remedy="Give 1 or more moves.")
    if options.out is not None and not options.out.parent.is_dir():
        raise BadInput(
            f"There is no folder {options.out.parent}.", remedy="Make it, or write elsewhere.",
            file=str(options.out),
        )  # fmt: skip
    layout = options.layout or options.file.suffix.lower().lstrip(".")
    return _project(options, watch) if layout in project_files.LAYOUTS else _shop(options, watch)


def _shop(options: argparse.Namespace, watch: Watch) -> str:
    shop = read_shop(options.file, options.layout)
    answer = solve_shop(
        shop,
        seconds=options.seconds,
        seed=options.seed,
        workers=options.workers,
        most_moves=options.moves,
        watch=watch,
    )
    if options.out is not None:
        write_schedule(options.out, shop, answer.schedule, first=int(options.from_one))
    kind = "flexible job shop" if shop.is_flexible else "job shop"
    proof = "optimal" if answer.is_optimal else f"gap {answer.gap:.2%}"
    size = f"{len(shop.jobs)} jobs, {shop.machines} machines, {shop.operations} operations"
    return (
        f"{shop.name}: {kind}, {size}\n"
        f"makespan {answer.schedule.makespan}, lower bound {answer.lower_bound}, {proof}\n"
        + _where(options.out)
    )


def _project(options: argparse.Namespace, watch: Watch) -> str:
    problem = read_project(options.file, options.layout)
    effort = Effort(options.seconds, options.workers, options.seed)
    answer = plan(problem, ({"makespan": 1},), effort=effort, watch=watch)
    made = answer.schedule
    if made is None:
        raise BadInput(" ".join(answer.reasons), remedy="Correct the project.", file=options.file.name)
    if options.out is not None:
        rows = [(each.operation, int(options.from_one), "", each.start, each.end) for each in made.placed]
        _write(options.out, rows)
    bound = max((math.ceil(bound - 1e-6) for bound in answer.bounds if math.isfinite(bound)), default=0)
    makespan = made.scores["makespan"]
    proof = "optimal" if answer.is_optimal else f"gap {(makespan - bound) / max(makespan, 1):.2%}"
    return (
        f"{options.file.stem}: project, {len(made.placed)} activities, {len(problem.tools)} resources\n"
        f"makespan {makespan}, lower bound {bound}, {proof}\n" + _where(options.out)
    )


def _where(out: Path | None) -> str:
    return f"schedule in {out}\n" if out is not None else ""


def write_schedule(path: Path, shop: Shop, made: ShopSchedule, first: int = 0) -> None:
    """Write job,operation,machine,start,end; machines as the file numbers them."""
    rows: list[tuple[object, ...]] = []
    for j, span in enumerate(shop.jobs):
        for k, i in enumerate(span):
            machine, duration = shop.ways[i][made.way[i]]
            start = made.start[i]
            rows.append((j + first, k + first, shop.labels[machine], start, start + duration))
    _write(path, rows)


def _write(path: Path, rows: Iterable[tuple[object, ...]]) -> None:
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("job", "operation", "machine", "start", "end"))
            writer.writerows(rows)
    except OSError as fault:
        raise BadInput(
            f"The schedule cannot be written: {fault.strerror}.", remedy="Write elsewhere.", file=str(path)
        ) from fault
