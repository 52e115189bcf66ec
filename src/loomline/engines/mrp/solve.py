"""Plan what to make, buy and move, when and for whom, from a folder of CSV files.

  loomline solve mrp PLANT --out PLAN
  loomline solve mrp PLANT --start 2026-01-05 --bucket week --out PLAN
  loomline solve mrp PLANT --constrained --out PLAN
  loomline solve mrp PLANT --delay R-17=6 --delay R-18=2
  loomline solve mrp PLANT --constrained --promise "bicycle,40,2026-03-01"
  loomline solve mrp PLANT --deploy cover --out PLAN

PLANT holds (a column in brackets may be left out; every file may also be .csv.gz or .xlsx):

  items.csv        item, [site, on_hand, safety_stock, safety_days, lead_days, lead_days_per_unit, calendar,
                   kind (buy, make, move, none), yield (0 to 1), phantom, rule (lot for lot, fixed, period,
                   economic, silver-meal, wagner-whitin), fixed_quantity, minimum, multiple, maximum,
                   period_days, setup_cost, holding_cost (per unit and year), demand_fence, planning_fence,
                   release_fence, open_days]
  demands.csv      name, item, quantity, due, [site, priority (lowest first), forecast, least, late_days]
  bills.csv        item, component, [site, component_site, quantity, scrap (0.04 for 4 %), fixed, output,
                   offset_days, from, to, step]          scrap adds to the quantity; output: a co-product
  lanes.csv        item, from, to, [lead_days]           from site to site
  stock.csv        item, quantity, [site]                adds to on_hand
  receipts.csv     name, item, quantity, due, [site, frozen]
  substitutes.csv  item, by, [site, by_site, ratio, rank]
  resources.csv    resource, [capacity, calendar]
  routings.csv     item, resource, [site, step, setup_hours, run_hours (per unit), wait_hours, units, rank]
  blocks.csv       resource, start, end                  one unit is not there
  calendars.csv    calendar, day (Mon to Sun, or a date), [start, end]   a date without hours is closed

Dates are 2026-11-22 or 2026-11-22T14:00; yes and no are yes and no. Only items.csv and demands.csv must be
there. Without --start the plan starts at the first date of demands and receipts. PLAN gets orders.csv,
messages.csv, pegging.csv and buckets.csv (with ATP); constrained: orders.csv, operations.csv, deliveries.csv
and pegging.csv; --delay adds impact.csv, --deploy adds shipments.csv.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.heavy import heavy
from loomline.engines.mrp import tables
from loomline.engines.mrp.allocation import FairShare
from loomline.engines.mrp.answers import delayed_receipts, deployed, hits, promised
from loomline.engines.mrp.finite import FinitePlanner
from loomline.engines.mrp.folder import read_plant
from loomline.engines.mrp.grid import grid_for
from loomline.engines.mrp.messages import Message, action_messages
from loomline.engines.mrp.netting import Netting
from loomline.engines.mrp.orders import planned_orders
from loomline.engines.mrp.plan_pegs import cone, peg
from loomline.engines.mrp.plant import LotRule
from loomline.engines.watch import Watch

if TYPE_CHECKING:
    import numpy as np

    from loomline.engines.mrp.orders import PlannedOrders
    from loomline.engines.mrp.plant import Plant
else:
    np = heavy("numpy")

BUCKETS = {"day": 1, "week": 7}
MOST_PEGGED = 300_000
"""Orders of a plan above which pegs are written only when asked for."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the engine asks for."""
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the plant, as CSV files")
    parser.add_argument("--start", default="", metavar="DATE", help="the first day of the plan")
    parser.add_argument("--bucket", choices=sorted(BUCKETS), help="length of a bucket (day)")
    parser.add_argument("--horizon", type=int, metavar="DAYS", help="how far to plan (to the last date)")
    parser.add_argument("--constrained", action="store_true", help="keep to lead times and capacity")
    parser.add_argument("--fixed-receipts", action="store_true", help="receipts come when they are due")
    parser.add_argument("--tolerance", type=float, default=0.0, metavar="DAYS", help="for expedite and defer")
    parser.add_argument("--delay", action="append", default=[], metavar="RECEIPT=DAYS", help="what it hits")
    parser.add_argument("--promise", action="append", default=[], metavar="ITEM,QUANTITY,DATE")
    parser.add_argument("--deploy", choices=[str(rule) for rule in FairShare], help="share shortages fairly")
    parser.add_argument("--pegging", action="store_true", help="write pegging.csv however large it is")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where the plan is written")


def run(options: argparse.Namespace, watch: Watch) -> str:
    """Read, plan, write; a short summary."""
    if options.horizon is not None and options.horizon < 1:
        raise BadInput(f"{options.horizon} days are no horizon.", remedy="Plan at least one day.")
    watch.at(0.0, "reading")
    plant = read_plant(options.folder, start=options.start)
    if options.constrained:
        return _constrained(plant, options, watch)
    if options.promise:
        raise BadInput("A promise needs a constrained plan.", remedy="Add --constrained.")
    return _netted(plant, options, watch)


def _netted(plant: Plant, options: argparse.Namespace, watch: Watch) -> str:
    grid = grid_for(plant, bucket_days=BUCKETS.get(options.bucket or ""), horizon_days=options.horizon)
    netting = Netting(plant, grid, reschedule=not options.fixed_receipts)
    netting.run(watch.part(0.1, 0.6))
    orders = planned_orders(netting)
    messages = action_messages(netting, orders, tolerance_days=options.tolerance)
    counts = Counter(str(message.action) for message in messages)
    lines = [
        f"{len(plant.items)} items on {int(netting.level.max()) + 1} levels, {len(plant.demands)} demands, "
        f"{grid.count} buckets of {grid.days:g} days from {plant.moment(0)}.",
        f"{len(orders)} planned orders.",
        f"Messages: {', '.join(f'{count} {name}' for name, count in sorted(counts.items())) or 'none'}.",
    ]
    if netting.beyond:
        lines.append(f"{netting.beyond} demands lie beyond the horizon and are not planned.")
    if options.delay:
        items = plant.receipts.item[delayed_receipts(plant, options.delay)]
        lines += hits(plant, peg(netting, cone(netting, items, down=False, up=True))[0], options)
    if options.deploy:
        lines += deployed(netting, FairShare(options.deploy), options.out)
    if options.out:
        watch.at(0.7, "pegging and writing")
        lines += _written(netting, orders, messages, options, watch)
    return "\n".join(lines)


def _written(
    netting: Netting,
    orders: PlannedOrders,
    messages: list[Message],
    options: argparse.Namespace,
    watch: Watch,
) -> list[str]:
    """Write the plan; of a very large one the pegs and explanations only when they are asked for."""
    out, pegging = options.out, None
    if options.pegging or len(orders) <= MOST_PEGGED:
        pegging, orders = peg(netting)
        tables.write_pegging(out, netting.plant, pegging, orders.names())
        watch.at(0.8, "writing")
    tables.write_orders(out, netting, pegging, orders)
    tables.write_messages(out, netting, orders, messages)
    watch.at(0.9, "writing")
    tables.write_buckets(out, netting)
    if pegging is None:
        return [f"Written to {out}, without pegging.csv: add --pegging for it."]
    return [f"Written to {out} with {len(pegging.quantity)} pegs."]


def _constrained(plant: Plant, options: argparse.Namespace, watch: Watch) -> str:
    planner = FinitePlanner(plant)
    plan = planner.run(watch.part(0.1, 0.9))
    late = plan.late[plan.late > 0]
    orders = int((plan.pegging.supplies.kind == 2).sum())
    lines = [
        f"{len(plant.items)} items, {len(plant.demands)} demands, {len(plant.resources)} resources "
        f"from {plant.moment(0)}.",
        f"{orders} planned orders, {len(plan.loads.start)} operations, {len(plan.pegging.quantity)} pegs.",
        f"{len(late)} demands are late{_mean(late)}, {int((plan.short > 0).sum())} are short.",
    ]
    ahead = np.isin(plant.items.rule, [LotRule.PERIOD, LotRule.SILVER_MEAL, LotRule.WAGNER_WHITIN])
    if ahead.any():
        lines.append(
            f"{int(ahead.sum())} items have a lot rule that looks ahead; "
            "a constrained plan orders what each demand needs."
        )
    if options.delay:
        lines += hits(plant, plan.pegging, options)
    if options.out:
        watch.at(0.9, "writing")
        tables.write_finite(options.out, plant, plan)
        lines.append(f"Written to {options.out}.")
    return "\n".join(lines + promised(planner, options.promise))


def _mean(late: np.ndarray) -> str:
    return f" (by {late.mean() / 86_400:.1f} days on average)" if len(late) else ""
