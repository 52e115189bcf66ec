"""Tours of vehicles, for a benchmark file of the literature or for a folder of tables.

  loomline solve routes X-n101-k25.vrp --seconds 60 --out X-n101-k25.sol
  loomline solve routes C101.txt --seconds 10 --seed 1 --out C101.sol
  loomline solve routes monday/ --seconds 30 --out tours.csv

FILE is one of
  VRPLIB            CVRP, VRPTW, PDPTW, MDVRPTW, SDVRPTW, HFVRP, VRPB, GVRP, PCVRPTW, MTVRPTWR and others,
                    with the section names of PyVRP's dialect; CVRP counts EUC_2D as TSPLIB rounds it
  Solomon's text    also Gehring and Homberger's; the fewest vehicles count first, then unrounded distance
  Li and Lim's text pick-up and delivery; counted as Solomon's
  a folder          stops.csv (name,lat,lon,deliver,pick_up,service,windows,ready,prize,skills,vehicle),
                    depots.csv (name,lat,lon,opens,closes,service), vehicles.csv (name,start,end,capacity,
                    shift,max_hours,max_km,fixed_cost,cost_per_km,cost_per_hour,skills,reload_at,rules,breaks,order,
                    co2e_per_km,co2e_per_km_full,kmh), shipments.csv and travel.csv (from,to,metres,seconds).
                    Minutes for service, hh:mm for times, rules eu561. docs/engines/routing.md says more

The .sol file has a line "Route #1: 5 7 ..." a vehicle (customers count from 1, the depot is 0; in files with
more depots, places count from 0 in the order of the file) and a line "Cost N".
"""

from __future__ import annotations

import argparse
import dataclasses
import os
from pathlib import Path

from loomline.engines.bad_input import BadInput
from loomline.engines.routing import answer, folder, planning
from loomline.engines.routing.case import ROUNDINGS
from loomline.engines.routing.search import Limits
from loomline.engines.watch import Watch


def arguments(parser: argparse.ArgumentParser) -> None:
    """The file, the time, the seed and where the answer goes."""
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="a VRPLIB, Solomon or Li-Lim file, or a folder"
    )
    parser.add_argument("--seconds", type=float, default=10.0, metavar="N", help="how long to search (10)")
    parser.add_argument(
        "--iterations", type=int, metavar="N", help="end after so many iterations at the latest"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the random numbers (0)")
    parser.add_argument(
        "--workers", type=int, default=min(2, os.cpu_count() or 1), metavar="W", help="processes, 1 or 2"
    )
    parser.add_argument(
        "--rounding", choices=ROUNDINGS, help="of distances, when not as the file's set is published"
    )
    parser.add_argument("--objective", choices=("fleet", "cost"), help="fewest vehicles first, or cost only")
    parser.add_argument("--out", type=Path, metavar="OUT", help="where the routes are written")


def run(options: argparse.Namespace, watch: Watch) -> str:
    """Read, search, write."""
    if not options.seconds > 0 or (options.iterations is not None and options.iterations < 1):
        raise BadInput(
            "The search has no time.", remedy="Give --seconds above 0 and --iterations of 1 or more."
        )
    limits = Limits(options.seconds, options.iterations)
    if options.file.is_dir():
        return _plan(options, limits, watch)
    case = answer.read(options.file)
    if options.rounding:
        case = dataclasses.replace(case, rounding=options.rounding)
    if options.objective:
        case = dataclasses.replace(case, fewest_first=options.objective == "fleet")
    found = answer.solve(case, limits=limits, seed=options.seed, workers=options.workers, watch=watch)
    routes = answer.text(found)
    said = (
        f"{case.name}: {found.vehicles} vehicles, cost {answer.written(round(found.cost, 2))} "
        f"({'fewest vehicles first, ' if case.fewest_first else ''}distances {case.rounding}), "
        f"{found.iterations:,} iterations."
    )
    if options.out is None:
        return f"{routes}{said}"
    options.out.write_text(routes, encoding="utf-8")
    return f"{said} Written to {options.out}."


def _plan(options: argparse.Namespace, limits: Limits, watch: Watch) -> str:
    made = planning.plan(folder.problem(options.file), limits=limits, seed=options.seed, watch=watch)
    said = folder.summary(made)
    if options.out is None:
        return f"{folder.table(made)}{said}"
    options.out.write_text(folder.table(made), encoding="utf-8")
    return f"{said}\nWritten to {options.out}."
