"""Stocking policies of items, safety stock in a network, levels of a row of stages, joint orders, buffers.

  loomline solve stocking ITEMS.csv --out PLAN.csv
  loomline solve stocking ITEMS.csv --history SERIES.csv --holding-rate 0.0004 --curve CURVE.csv
  loomline solve stocking --network FOLDER --out PLACEMENT.csv       safety stock by guaranteed service
  loomline solve stocking --row STAGES.csv                           echelon levels by stochastic service
  loomline solve stocking --joint ITEMS.csv --shared 40              items that share the cost of an order
  loomline solve stocking --buffers BUFFERS.csv --out ORDERS.csv     demand-driven buffers

Columns marked * must be there; the others may be left out. Demand and costs are per period, times in periods
of the same length.

ITEMS    item* lead_time* mean sd (of demand; out of SERIES where empty) lead_time_sd interval (of review)
         policy: sQ (order Q at s; the default), sS (up to S at s), RS (up to S each interval), newsvendor
           (one order for mean and sd of the season; holding is the cost of a unit left over), Q (the order
           quantity alone, for known demand)
         target with service: cycle (share of cycles without a shortage; the default) or fill (share of demand
           from the shelf), or else shortage (cost of a unit and period owed)
         setup (cost of an order) holding (of a unit and period; or unit_cost and --holding-rate)
         quantity (a given Q) least multiple (of an order)
         breaks (0:0.75 400:0.72 is a price from each quantity on) discount: all-units or incremental
         distribution: normal, gamma, lognormal, poisson, negative-binomial, simulated (from SERIES: for items
           that sell now and then)
SERIES   unique_id* ds* y*: demand per period and item, in the order of the days
FOLDER   stages.csv: stage* time* holding* inbound (service time of outside suppliers) promise (longest
           service time to customers; needed where a stage serves no other) mean sd (of customers' demand)
           service_level or factor (z) of the demand bound (1.645)
         links.csv: supplier* customer* units (of the supplier's good in one of the customer's)
STAGES   stage* echelon_holding* (value added, per unit and period) lead_time* mean* sd* shortage*; the stage
         that serves customers stands first and has the last three
--joint  item* own* (what its line adds to an order) holding* demand*
BUFFERS  item* daily_usage* lead_time* (days) lead_time_factor* variability_factor* least_order order_cycle
         (days) adjustment on_hand on_order demand (due today and spikes) multiple
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.stocking.classes import abc, xyz
from loomline.engines.stocking.exchange_curve import safety_curve
from loomline.engines.stocking.files import (
    Items,
    read_buffers,
    read_history,
    read_items,
    read_joint,
    read_network,
    read_row,
)
from loomline.engines.stocking.guaranteed_service import place_safety_stock
from loomline.engines.stocking.item_policy import Item, ItemPlan, plan_item
from loomline.engines.stocking.joint_replenishment import joint_replenishment
from loomline.engines.stocking.serial import best_echelon_levels
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np
else:
    np = heavy("numpy")

SHOWN = 20
CURVE = tuple(n / 10 for n in range(21))


@dataclass(frozen=True)
class Sheet:
    """A table to write, and what is said about it."""

    header: Sequence[str]
    rows: Sequence[Sequence[object]]
    said: Sequence[str]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The files."""
    parser.add_argument("items", type=Path, nargs="?", metavar="ITEMS")
    for name in ("history", "network", "row", "joint", "buffers", "curve", "out"):
        parser.add_argument(f"--{name}", type=Path, metavar="FOLDER" if name == "network" else "FILE")
    parser.add_argument("--holding-rate", type=float, default=0.0, help="cost of a unit of value and period")
    parser.add_argument("--shared", type=float, default=0.0, help="cost of any joint order")
    parser.add_argument("--seconds", type=float, default=60.0, help="for networks with rings")
    parser.add_argument("--seed", type=int, default=0, help="of simulated demand")


def run(options: argparse.Namespace, watch: Watch) -> str:
    """Do what the files ask for, write the table and say its first rows."""
    asked = [n for n in ("items", "network", "row", "joint", "buffers") if getattr(options, n)]
    if len(asked) != 1:
        raise BadInput(
            f"{len(asked)} things are asked for.",
            remedy="Give ITEMS, or one of --network, --row, --joint and --buffers.",
        )
    made = {
        "items": _items,
        "network": _network,
        "row": _row,
        "joint": _joint,
        "buffers": _buffers,
    }[asked[0]](options, watch)
    if options.out:
        _write(options.out, made)
        return "\n".join([*made.said, f"Written to {options.out}."])
    lines = [", ".join(_texts(row)) for row in made.rows[:SHOWN]]
    more = [f"and {len(made.rows) - SHOWN} more: ask for all with --out."] if len(made.rows) > SHOWN else []
    return "\n".join([*made.said, ", ".join(made.header), *lines, *more])


def _items(options: argparse.Namespace, watch: Watch) -> Sheet:
    history = read_history(options.history) if options.history else {}
    read = read_items(options.items, history, holding_rate=options.holding_rate, seed=options.seed)
    plans = [*_planned(read, watch)]
    means, sds = [one.mean for one in read.items], [one.sd for one in read.items]
    values = [m * (1.0 if math.isnan(c) else c) for m, c in zip(means, read.unit_costs, strict=True)]
    classes = [a + x for a, x in zip(abc(values), xyz(means, sds), strict=True)]
    said = [f"{len(plans)} items planned, {sum(c.startswith('A') for c in classes)} of them A by value."]
    if options.curve:
        said += _curve(options.curve, read, plans)
    return Sheet(
        (
            *("item", "class", "policy", "order_quantity", "reorder_point", "order_up_to"),
            *("safety_stock", "cycle_service", "fill_rate", "cost", "why"),
        ),
        [
            (
                plan.name,
                kind,
                plan.kind,
                *(plan.quantity, plan.reorder_point, plan.order_up_to, plan.safety_stock),
                *(plan.cycle_service, plan.fill_rate, plan.cost, plan.why),
            )
            for plan, kind in zip(plans, classes, strict=True)
        ],
        said,
    )


def _planned(read: Items, watch: Watch) -> Iterator[ItemPlan]:
    for at, item in enumerate(read.items):
        watch.at(at / len(read.items), f"item {item.name}")
        try:
            yield plan_item(item)
        except BadInput as fault:
            raise BadInput(
                fault.says, remedy=fault.remedy, file=read.file, row=at + 2, column=fault.column
            ) from fault


def _curve(path: Path, read: Items, plans: Sequence[ItemPlan]) -> list[str]:
    """The exchange curve around the safety stock that is planned now."""
    some = [
        (
            item.mean,
            cost,
            plan.quantity,
            _spread(item),
            plan.safety_stock,
        )
        for item, cost, plan in zip(read.items, read.unit_costs, plans, strict=True)
        if plan.quantity and cost > 0 and _spread(item) > 0
    ]
    if not some:
        raise BadInput(
            "No item has unit_cost, quantity and deviation.", remedy="Fill unit_cost.", file=read.file
        )
    demand, value, lots, spread, stocks = (np.array(column) for column in zip(*some, strict=True))
    now = float((np.maximum(stocks, 0) * value).sum())
    points = safety_curve(demand, value, lots, spread, budgets=[share * now for share in CURVE])
    rows = [(point.safety_stock, point.short, point.service) for point in points]
    _write(path, Sheet(("safety_stock_value", "value_short_per_period", "fill_rate"), rows, ()))
    here = points[CURVE.index(1.0)]
    return [
        f"Safety stock is worth {now:.2f}. Spread best over {len(some)} items it fills {here.service:.2%} of "
        f"demand by value; the curve is in {path}."
    ]


def _spread(item: Item) -> float:
    return math.hypot(item.sd * math.sqrt(item.lead_time + item.interval), item.mean * item.lead_time_sd)


def _network(options: argparse.Namespace, watch: Watch) -> Sheet:
    made = place_safety_stock(read_network(options.network), seconds=options.seconds, watch=watch)
    said = f"Safety stock costs {made.cost:.6g} per period; "
    said += (
        "no placement costs less." if made.is_proven else f"no placement costs less than {made.bound:.6g}."
    )
    return Sheet(
        (
            *("stage", "service_time", "inbound_time", "net_time"),
            *("safety_stock", "base_stock", "cost"),
        ),
        [
            (s.name, s.service_time, s.inbound_time, s.net_time, s.safety_stock, s.base_stock, s.cost)
            for s in made.stages
        ],
        [said],
    )


def _row(options: argparse.Namespace, watch: Watch) -> Sheet:
    names, row = read_row(options.row)
    made = best_echelon_levels(row, watch)
    return Sheet(
        ("stage", "echelon_level", "local_level"),
        [*zip(names, made.levels, made.local_levels, strict=True)],
        [f"Expected cost {made.cost:.6g} per period."],
    )


def _joint(options: argparse.Namespace, watch: Watch) -> Sheet:
    watch.at(0.0, "joint order")
    given = read_joint(options.joint)
    made = joint_replenishment(
        shared=options.shared, own=given.own, holding=given.holding, demand=given.demand
    )
    return Sheet(
        ("item", "every", "quantity"),
        [*zip(given.names, made.multiples, made.quantities, strict=True)],
        [f"An order every {made.interval:.6g} periods; cost {made.cost:.6g} per period."],
    )


def _buffers(options: argparse.Namespace, watch: Watch) -> Sheet:
    watch.at(0.0, "buffers")
    found = sorted(read_buffers(options.buffers), key=lambda one: one[2].priority)
    due = sum(one.quantity > 0 for _, _, one in found)
    return Sheet(
        ("item", "red", "yellow", "green", "top_of_green", "net_flow", "priority", "colour", "order"),
        [
            (
                name,
                *(zones.red, zones.yellow, zones.green, zones.top_of_green),
                *(one.net_flow, one.priority, one.colour, one.quantity),
            )
            for name, zones, one in found
        ],
        [f"{due} of {len(found)} buffers need an order, the most urgent first."],
    )


def _write(path: Path, sheet: Sheet) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(sheet.header)
        rows.writerows(_texts(row) for row in sheet.rows)


def _texts(row: Sequence[object]) -> list[str]:
    return ["" if c is None else f"{c:.10g}" if isinstance(c, float) else str(c) for c in row]
