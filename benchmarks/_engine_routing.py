"""Routing on public instances: gaps to the best known beside the plain default of PyVRP."""

from __future__ import annotations

import csv
import random
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyvrp
from pyvrp.stop import MaxRuntime

from benchmarks._table import Row
from loomline.engines.routing import answer
from loomline.engines.routing.case import Case
from loomline.engines.routing.case_model import model
from loomline.engines.routing.search import Limits

SEED = 20261122
BUSY = 1.15
PEER = "PyVRP 0.14.1, default"


@dataclass(frozen=True)
class _Set:
    """Instances that are compared in one row."""

    case: str
    folder: str
    pattern: str
    seconds: float
    aim: float | None
    published: float | None
    source: str
    largest: int = 10_000


SETS = (
    _Set("Solomon, 100 customers", "solomon", "*.txt", 10, 0.5, 1.63, "VROOM 1.12, distance only, spec 3.1"),
    _Set("CVRPLIB X, up to 300 customers", "cvrplib-x", "*.vrp", 60, 1.0, 0.31, "PyVRP 0.14.0, 2.4 n s", 301),
    _Set("Solomon, 100 customers", "solomon", "*.txt", 60, None, None, ""),
    _Set("CVRPLIB X, up to 300 customers", "cvrplib-x", "*.vrp", 10, None, None, "", 301),
    _Set("Li and Lim, 100 tasks", "li-lim-pdptw", "l*.txt", 10, None, 0.45, "PyVRP 0.14.0, PDPTW, 2.4 n s"),
)


def measure(budget: float, data: Path, tell: Callable[[str], None]) -> list[Row]:
    """Each set with a share of the budget: a seeded sample, every instance solved by both."""
    warnings.simplefilter("ignore")
    rows: list[Row] = []
    share = budget / len(SETS)
    for one in SETS:
        paths = sorted(path for path in (data / "routing" / one.folder).glob(one.pattern) if _fits(path, one))
        paths = [path for path in paths if "best" not in path.name]
        count = min(len(paths), int(share / (2 * BUSY * one.seconds)))
        if count == 0:
            tell(f"routing: {one.case} at {one.seconds:g} s needs more than {share:.0f} s, left out")
            continue
        rows += _compare(one, random.Random(SEED).sample(paths, count), len(paths), tell)
    return rows


def _fits(path: Path, one: _Set) -> bool:
    return one.folder != "cvrplib-x" or int(path.stem.split("-")[1][1:]) <= one.largest


def _compare(one: _Set, paths: list[Path], of: int, tell: Callable[[str], None]) -> list[Row]:
    best = _best_known(paths[0].parent)
    ours, peers = [], []
    for path in paths:
        tell(f"routing: {path.stem} at {one.seconds:g} s")
        case = answer.read(path)
        vehicles, cost = best[path.stem]
        ours.append(_ours(case, one.seconds, vehicles, cost))
        peers.append(_peer(case, one.seconds, vehicles, cost))
    note = f"{len(paths)} of {of} instances"
    rows = []
    if paths[0].suffix == ".txt":
        # Extra vehicles come first in this literature: a distance is compared at equal numbers only.
        even = [(mine, peer) for mine, peer in zip(ours, peers, strict=True) if mine[0] <= 0]
        extra = sum(mine[0] for mine in ours) / len(ours)
        peer_extra = sum(peer[0] for peer in peers) / len(peers)
        rows.append(
            _row(one, f"vehicles above the best known, {one.seconds:g} s", extra, peer_extra, note, aim=0.0)
        )
        same = f"{len(even)} of {len(paths)} with as few vehicles as best known; the peer counts no vehicles"
        gaps = [mine[1] for mine, _ in even]
        if gaps:
            peer_gaps = [peer[1] for _, peer in even]
            rows.append(_row(one, _gap(one), _mean(gaps), _mean(peer_gaps), same, one.published, one.aim))
        return rows
    mean, peer_mean = _mean([mine[1] for mine in ours]), _mean([peer[1] for peer in peers])
    return [_row(one, _gap(one), mean, peer_mean, note, one.published, one.aim)]


def _gap(one: _Set) -> str:
    return f"mean gap of the cost to the best known in %, {one.seconds:g} s"


def _row(
    one: _Set,
    name: str,
    ours: float,
    peer: float,
    note: str,
    published: float | None = None,
    aim: float | None = None,
) -> Row:
    return Row(
        "routing",
        one.case,
        name,
        round(ours, 3),
        peer=round(peer, 3),
        peer_name=PEER,
        published=published,
        source=one.source if published is not None else "",
        aim=aim,
        seconds=one.seconds,
        note=note,
    )


def _mean(figures: list[float]) -> float:
    return sum(figures) / len(figures)


def _best_known(folder: Path) -> dict[str, tuple[int, float]]:
    """Vehicles (0 where they do not count) and cost by instance."""
    with (folder / "best-known.csv").open() as file:
        return {
            row["instance"]: (
                int(row.get("vehicles") or 0),
                float(row.get("distance") or row["best_known_cost"]),
            )
            for row in csv.DictReader(file)
        }


def _ours(case: Case, seconds: float, vehicles: int, cost: float) -> tuple[int, float]:
    found = answer.solve(case, limits=Limits(seconds), seed=1, workers=2)
    return found.vehicles - vehicles, 100 * (found.cost / cost - 1)


def _peer(case: Case, seconds: float, vehicles: int, cost: float) -> tuple[int, float]:
    """PyVRP as it comes, on the same data; it is told the best known number of vehicles, where they count."""
    made = model(case)
    data = made.data
    if case.fewest_first:
        data = data.replace(vehicle_types=[data.vehicle_type(0).replace(num_available=vehicles)])
    started = time.monotonic()
    found = pyvrp.solve(data, MaxRuntime(seconds), seed=1, collect_stats=False)
    if not found.is_feasible():
        data = made.data
        left = max(1.0, seconds - (time.monotonic() - started))
        found = pyvrp.solve(data, MaxRuntime(left), seed=1, collect_stats=False)
    return found.best.num_routes() - vehicles, 100 * (found.cost() / made.cost_scale / cost - 1)
