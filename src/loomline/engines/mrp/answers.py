"""Answers to single questions on the command line: a delay, a promise, a deployment."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.columns import DATES
from loomline.engines.heavy import heavy
from loomline.engines.mrp import tables
from loomline.engines.mrp.calendars import DAY
from loomline.engines.mrp.capable import capable_to_promise
from loomline.engines.mrp.distribution import deploy
from loomline.engines.mrp.impact import delays_of_receipts, impact
from loomline.engines.mrp.plant import Kind, moments

if TYPE_CHECKING:
    import numpy as np

    from loomline.engines.mrp.allocation import FairShare
    from loomline.engines.mrp.finite import FinitePlanner
    from loomline.engines.mrp.netting import Netting
    from loomline.engines.mrp.pegging import Pegging
    from loomline.engines.mrp.plant import Plant
else:
    np = heavy("numpy")

SHOWN = 10


def delayed_receipts(plant: Plant, delays: list[str]) -> list[int]:
    """The receipts that `RECEIPT=DAYS` texts name."""
    return [_delay(plant, text)[0] for text in delays]


def hits(plant: Plant, pegging: Pegging, options: Namespace) -> list[str]:
    """Which demands delayed receipts hit, the worst first; all of them in impact.csv."""
    later = dict(_delay(plant, text) for text in options.delay)
    found = impact(plant, pegging, delays_of_receipts(pegging, later))
    found.sort(key=lambda hit: (hit.before - hit.after, hit.demand))
    rows = [
        (
            str(plant.demands.names[hit.demand]),
            str(plant.items.names[plant.demands.item[hit.demand]]),
            f"{hit.quantity:.6g}",
            plant.moment(hit.before),
            plant.moment(hit.after),
            f"{hit.days:.6g}",
            "; ".join(f"{cause.days:+.6g} {cause.says}" for cause in hit.causes),
        )
        for hit in found
    ]
    if options.out:
        header = ("demand", "item", "quantity", "before", "after", "days", "why")
        tables.write(options.out, "impact.csv", header, rows)
    lines = [f"{len(found)} demands move."]
    lines += [
        f"  {row[0]}: {row[2]} {row[1]} by {row[5]} days, to {row[4]} ({row[6]})" for row in rows[:SHOWN]
    ]
    return lines


def _delay(plant: Plant, text: str) -> tuple[int, int]:
    name, _, days = text.rpartition("=")
    rows = np.flatnonzero(plant.receipts.names == name)
    if not len(rows):
        raise BadInput(f'There is no receipt "{name}".', remedy="Write --delay RECEIPT=DAYS.")
    try:
        later = float(days)
    except ValueError:
        raise BadInput(f'"{days}" is no number of days.', remedy="Write --delay RECEIPT=DAYS.") from None
    return int(rows[0]), int(plant.receipts.at[rows[0]]) + round(later * DAY)


def promised(planner: FinitePlanner, asked: list[str]) -> list[str]:
    """When each asked quantity can be there, and on what basis."""
    lines = []
    for text in asked:
        item, quantity, wanted = _asked(planner.plant, text)
        promise = capable_to_promise(planner, item, quantity, wanted)
        name = planner.plant.items.names[item]
        if promise.at is None:
            lines.append(f"{quantity:g} {name} can never be there: something of it has no source.")
            continue
        when = planner.plant.moment(max(promise.at, 0))
        said = f"{quantity:g} {name}: {when}"
        if not promise.is_kept:
            said += f" ({promise.by_wish:g} of them on {planner.plant.moment(wanted)})"
        lines.append(said)
        for basis in promise.basis[:SHOWN]:
            at = planner.plant.moment(max(basis.at, 0))
            lines.append(f"  {basis.kind.name.lower()} of {basis.item}: {basis.quantity:.6g} on {at}")
    return lines


def _asked(plant: Plant, text: str) -> tuple[int, float, int]:
    parts = [part.strip() for part in text.rsplit(",", 2)]
    if len(parts) != 3:
        raise BadInput(f'"{text}" is no question.', remedy="Write --promise ITEM,QUANTITY,DATE.")
    rows = np.flatnonzero(plant.items.names == parts[0])
    if not len(rows):
        raise BadInput(f'There is no item "{parts[0]}".', remedy="Write it as in items.csv.")
    try:
        quantity, wanted = float(parts[1]), np.datetime64(parts[2], "s")
    except ValueError:
        raise BadInput(f'"{text}" cannot be read.', remedy=f"Write ITEM,QUANTITY,DATE. {DATES}") from None
    seconds = (wanted - np.datetime64(plant.origin, "s")).astype(np.int64)
    return int(rows[0]), quantity, int(seconds)


def deployed(netting: Netting, rule: FairShare, out: Path | None) -> list[str]:
    """What can really be shipped between sites; all of it in shipments.csv."""
    made, plant = deploy(netting, rule=rule), netting.plant
    bills, shipments = plant.bills, made.shipments
    if out:
        header = ("from", "to", "quantity", "leaves", "arrives")
        source, target = bills.component[shipments.lane], bills.parent[shipments.lane]
        tables.write(
            out,
            "shipments.csv",
            header,
            zip(
                plant.items.names[source],
                plant.items.names[target],
                tables.amounts(shipments.quantity),
                moments(plant, shipments.leaves),
                moments(plant, shipments.arrives),
                strict=True,
            ),
        )
    lanes = int((plant.items.kind == Kind.MOVE).sum())
    short = int((made.owed_to_lanes > 0).sum())
    owed = float(made.owed_to_lanes.sum())
    return [f"{len(shipments.lane)} shipments on {lanes} lanes; {short} lanes are short of {owed:.6g} units."]
