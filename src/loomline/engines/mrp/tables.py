"""The tables that a run writes, as CSV files."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.mrp.calendars import DAY
from loomline.engines.mrp.explanation import explain
from loomline.engines.mrp.lateness import Lateness
from loomline.engines.mrp.lot_rules import LEAST
from loomline.engines.mrp.messages import Message, describe
from loomline.engines.mrp.pegging import Need, Pegging, Supply
from loomline.engines.mrp.plan_pegs import missing_by
from loomline.engines.mrp.plant import Kind, moments
from loomline.engines.mrp.promising import promise_of_plan

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from loomline.engines.mrp.finite import FinitePlan
    from loomline.engines.mrp.netting import Netting
    from loomline.engines.mrp.orders import PlannedOrders
    from loomline.engines.mrp.plant import Plant
else:
    np = heavy("numpy")

MOST_EXPLAINED = 20_000
"""Above so many orders the table of orders has no sentences; the library still explains each one."""


def write(folder: Path, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write one table; how many rows it has."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def amounts(values: NDArray[np.float64]) -> list[str]:
    """Numbers to six places without the zeros behind."""
    return [f"{value:.6f}".rstrip("0").rstrip(".") for value in (values + 0.0).tolist()]


def write_orders(folder: Path, netting: Netting, pegging: Pegging | None, orders: PlannedOrders) -> None:
    """orders.csv: planned orders with their explanations; phantoms are left out."""
    plant = netting.plant
    rows = np.flatnonzero(~plant.items.is_phantom[orders.item])
    named, items = orders.names()[rows], plant.items.names[orders.item[rows]]
    kinds = [Kind(kind).name.lower() for kind in plant.items.kind[orders.item[rows]].tolist()]
    times = [moments(plant, column[rows]) for column in (orders.start, orders.due, orders.need)]
    quantity, started = amounts(orders.quantity[rows]), amounts(orders.started[rows])
    why: list[str] = [""] * len(rows)
    if pegging is not None and len(rows) <= MOST_EXPLAINED:
        why = [str(explain(netting, pegging, orders, row)) for row in rows.tolist()]
    write(
        folder,
        "orders.csv",
        ("order", "item", "kind", "quantity", "started_quantity", "start", "due", "needed", "why"),
        zip(named, items, kinds, quantity, started, *times, why, strict=True),
    )


def write_messages(
    folder: Path, netting: Netting, orders: PlannedOrders, messages: Sequence[Message]
) -> None:
    """messages.csv: what to do, to what, and a sentence."""
    plant, names = netting.plant, orders.names()

    def row(message: Message) -> tuple[object, ...]:
        target = (
            plant.receipts.names[message.receipt] if message.receipt is not None else names[message.order]
        )
        item = plant.items.names[message.item]
        at, to = plant.moment(message.at), plant.moment(message.to)
        return (
            message.action,
            target,
            item,
            at,
            to,
            f"{message.quantity:.6g}",
            describe(netting, orders, message),
        )

    header = ("action", "order", "item", "from", "to", "quantity", "says")
    write(folder, "messages.csv", header, map(row, messages))


def write_pegging(folder: Path, plant: Plant, pegging: Pegging, orders: NDArray[np.str_]) -> None:
    """pegging.csv: one row per peg; `orders` names the supply rows that are planned orders."""
    supplies, needs = pegging.supplies, pegging.requirements
    supply = supply_names(plant, pegging, orders)
    need = (
        supply[np.where(needs.kind == Need.COMPONENT, needs.ref, 0)] if len(supply) else needs.ref.astype(str)
    )
    wanted = needs.kind == Need.DEMAND
    known = wanted & (needs.ref < len(plant.demands))
    need = np.where(known, _named(plant.demands.names, np.where(known, needs.ref, 0)), need)
    need = np.where(needs.kind == Need.SAFETY, "safety stock", need)
    kinds = np.array([kind.name.lower() for kind in Supply])[supplies.kind]
    write(
        folder,
        "pegging.csv",
        ("item", "quantity", "supply_kind", "supply", "there", "for", "wanted"),
        zip(
            plant.items.names[needs.item[pegging.need]],
            amounts(pegging.quantity),
            kinds[pegging.supply],
            supply[pegging.supply],
            moments(plant, supplies.at)[pegging.supply],
            need[pegging.need],
            moments(plant, needs.at)[pegging.need],
            strict=True,
        ),
    )


def supply_names(plant: Plant, pegging: Pegging, orders: NDArray[np.str_]) -> NDArray[np.str_]:
    """What each supply row is called: an order, a receipt, or stock."""
    supplies = pegging.supplies
    names = np.full(len(supplies.kind), "stock", dtype=object)
    received = supplies.kind == Supply.RECEIPT
    names[received] = plant.receipts.names[supplies.ref[received]]
    planned = np.flatnonzero(supplies.kind == Supply.ORDER)
    names[planned] = orders[: len(planned)]
    yielded = np.flatnonzero(supplies.kind == Supply.OUTPUT)
    names[yielded] = names[supplies.ref[yielded]]
    swapped = supplies.kind == Supply.SUBSTITUTE
    names[swapped] = plant.items.names[supplies.ref[swapped]]
    return names.astype(np.str_)


def _named(names: NDArray[np.str_], rows: NDArray[np.int64]) -> NDArray[np.str_]:
    return names[rows] if len(names) else np.full(len(rows), "")


def write_buckets(folder: Path, netting: Netting) -> None:
    """buckets.csv: the time-phased record of every item, buckets in which anything happens."""
    plant, grid = netting.plant, netting.grid
    available = promise_of_plan(netting)
    names = plant.items.names
    days = moments(plant, grid.start(np.arange(grid.count)))
    receipts = np.zeros_like(netting.gross)
    inside = grid.bucket(plant.receipts.at) < grid.count
    at = plant.receipts.item[inside], grid.bucket(plant.receipts.at[inside])
    np.add.at(receipts, at, plant.receipts.quantity[inside])
    outputs = netting.explosion.outputs(np.arange(len(plant.items)))
    receipts += 0.0 if outputs is None else outputs
    stock = plant.items.on_hand[:, None] + np.cumsum(receipts + netting.planned - netting.gross, axis=1)
    busy = (netting.gross > LEAST) | (receipts > LEAST) | (netting.planned > LEAST)
    promised = (available.discrete, available.cumulative, available.look_ahead)
    rows, buckets = np.nonzero(busy)
    columns = (netting.gross, receipts, netting.planned, stock, *promised)
    header = ("item", "bucket", "gross", "receipts", "planned", "stock")
    write(
        folder,
        "buckets.csv",
        (*header, "atp_discrete", "atp_cumulative", "atp_look_ahead"),
        zip(names[rows], days[buckets], *(amounts(c[rows, buckets]) for c in columns), strict=True),
    )


def unplanned(netting: Netting) -> dict[int, float]:
    """What a planning fence left short: {item: quantity} at the end of the horizon."""
    fenced = np.flatnonzero(netting.plant.items.planning_fence > 0)
    short = {}
    for item in fenced.tolist():
        left = float(missing_by(netting, item)[-1] - netting.movable[item] - netting.planned[item].sum())
        if left > LEAST * 10:
            short[item] = left
    return short


def write_finite(folder: Path, plant: Plant, plan: FinitePlan) -> None:
    """orders.csv, operations.csv, deliveries.csv and pegging.csv of a constrained plan."""
    supplies, loads = plan.pegging.supplies, plan.loads
    planned = np.flatnonzero(supplies.kind == Supply.ORDER)
    names = np.char.add("P-", np.arange(1, len(planned) + 1).astype(np.str_))
    real = ~plant.items.is_phantom[supplies.item[planned]]
    shown = planned[real]
    kinds = [Kind(kind).name.lower() for kind in plant.items.kind[supplies.item[shown]].tolist()]
    write(
        folder,
        "orders.csv",
        ("order", "item", "kind", "quantity", "start", "due"),
        zip(
            names[real],
            plant.items.names[supplies.item[shown]],
            kinds,
            amounts(supplies.quantity[shown]),
            moments(plant, supplies.start[shown]),
            moments(plant, supplies.at[shown]),
            strict=True,
        ),
    )
    called = supply_names(plant, plan.pegging, names)
    write(
        folder,
        "operations.csv",
        ("order", "item", "step", "resource", "unit", "start", "end"),
        zip(
            called[loads.supply],
            plant.items.names[supplies.item[loads.supply]],
            plant.operations.step[loads.operation],
            plant.resources.names[loads.resource],
            loads.lane + 1,
            moments(plant, loads.start),
            moments(plant, loads.end),
            strict=True,
        ),
    )
    write_deliveries(folder, plant, plan)
    write_pegging(folder, plant, plan.pegging, names)


def write_deliveries(folder: Path, plant: Plant, plan: FinitePlan) -> None:
    """deliveries.csv: what each demand gets and when; why it is late, and what is short."""
    why, demands = Lateness(plant, plan), plant.demands
    at: dict[int, list[tuple[float, int]]] = {}
    got = plan.deliveries
    for row, quantity, time in zip(got.demand.tolist(), got.quantity.tolist(), got.at.tolist(), strict=True):
        at.setdefault(row, []).append((quantity, time))

    def rows() -> Iterable[tuple[object, ...]]:
        for row in range(len(demands)):
            late, short = float(plan.late[row]) / DAY, float(plan.short[row])
            due, item = plant.moment(float(demands.at[row])), plant.items.names[demands.item[row]]
            says = "; ".join(f"{cause.days:+.6g} {cause.says}" for cause in why.why(row)) if late else ""
            for quantity, time in at.get(row, [(0.0, 0)]):
                when = plant.moment(time) if quantity else ""
                yield (
                    demands.names[row],
                    item,
                    f"{quantity:.6g}",
                    due,
                    when,
                    f"{late:.6g}",
                    f"{short:.6g}",
                    says,
                )

    header = ("demand", "item", "quantity", "due", "delivered", "late_days", "short", "why")
    write(folder, "deliveries.csv", header, rows())
