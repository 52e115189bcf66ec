"""Bills, routings and lots of a plant as plain rows, quick to walk one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from loomline.engines.heavy import heavy
from loomline.engines.mrp.plant import Kind, LotRule, seconds_of

if TYPE_CHECKING:
    import numpy as np

    from loomline.engines.mrp.calendars import WorkingTime
    from loomline.engines.mrp.plant import Plant
else:
    np = heavy("numpy")

HOUR = 3600


class Line(NamedTuple):
    """A row of a bill; `step` is the position of the operation that takes it."""

    item: int
    rate: float
    is_fixed: bool
    offset: int
    valid_from: int
    valid_to: int
    step: int
    group: int


class Way(NamedTuple):
    """One way to do a step: row of the routing, resource, seconds."""

    row: int
    resource: int
    setup: float
    run: float
    wait: int
    units: int


class Lot(NamedTuple):
    """How much an order may be."""

    minimum: float
    multiple: float
    maximum: float


class Swap(NamedTuple):
    """An item that may stand in, and how much of it for one."""

    item: int
    ratio: float
    group: int


@dataclass(frozen=True)
class Recipes:
    """All lists run over the items."""

    takes: list[tuple[Line, ...]]
    gives: list[tuple[Line, ...]]
    steps: list[tuple[tuple[Way, ...], ...]]
    lots: list[Lot]
    swaps: list[tuple[Swap, ...]]
    lead: list[int]
    lead_per_unit: list[float]
    safety: list[int]
    fence: list[int]
    yields: list[float]
    days: list[WorkingTime]
    has_source: list[bool]


def recipes_of(plant: Plant) -> Recipes:
    """Rows for the constrained planner. FIXED and ECONOMIC rules become multiples and minima; rules that
    look ahead over periods cannot be kept order by order and plan what is needed."""
    items, count = plant.items, len(plant.items)
    steps = _steps(plant)
    takes, gives = _lines(plant, steps)
    fixed = np.where(items.rule == LotRule.FIXED, items.fixed_quantity, 0.0)
    multiple = np.where(fixed > 0, fixed, items.multiple)
    minimum = np.maximum(items.minimum, fixed)
    lots = [
        Lot(*row) for row in zip(minimum.tolist(), multiple.tolist(), items.maximum.tolist(), strict=True)
    ]
    calendars = [calendar.days for calendar in plant.calendars]
    swaps: list[list[Swap]] = [[] for _ in range(count)]
    subs = plant.substitutes
    for row in np.argsort(subs.rank, kind="stable").tolist():
        swaps[int(subs.item[row])].append(
            Swap(int(subs.by[row]), float(subs.ratio[row]), int(subs.group[row]))
        )
    return Recipes(
        takes,
        gives,
        steps,
        lots,
        [tuple(row) for row in swaps],
        seconds_of(items.lead_days).tolist(),
        (items.lead_days_per_unit * 86_400).tolist(),
        seconds_of(items.safety_days).tolist(),
        seconds_of(items.release_fence).tolist(),
        items.yield_share.tolist(),
        [calendars[number] for number in items.calendar.tolist()],
        (items.kind != Kind.NONE).tolist(),
    )


def _steps(plant: Plant) -> list[tuple[tuple[Way, ...], ...]]:
    operations = plant.operations
    found: list[dict[int, list[Way]]] = [{} for _ in range(len(plant.items))]
    for row in np.lexsort((operations.rank, operations.step)).tolist():
        way = Way(
            row,
            int(operations.resource[row]),
            float(operations.setup_hours[row]) * HOUR,
            float(operations.run_hours[row]) * HOUR,
            round(float(operations.wait_hours[row]) * HOUR),
            int(operations.units[row]),
        )
        found[int(operations.item[row])].setdefault(int(operations.step[row]), []).append(way)
    return [tuple(tuple(ways) for ways in steps.values()) for steps in found]


def _lines(
    plant: Plant, steps: list[tuple[tuple[Way, ...], ...]]
) -> tuple[list[tuple[Line, ...]], list[tuple[Line, ...]]]:
    bills, numbers = plant.bills, plant.operations.step
    takes: list[list[Line]] = [[] for _ in steps]
    gives: list[list[Line]] = [[] for _ in steps]
    rate = (bills.quantity * (1 + bills.scrap_share)).tolist()
    offset = seconds_of(bills.offset_days).tolist()
    for row, parent in enumerate(bills.parent.tolist()):
        known = [int(numbers[ways[0].row]) for ways in steps[parent]]
        wanted = int(bills.step[row])
        line = Line(
            int(bills.component[row]),
            rate[row],
            bool(bills.is_fixed[row]),
            offset[row],
            int(bills.valid_from[row]),
            int(bills.valid_to[row]),
            known.index(wanted) if wanted in known else 0,
            int(bills.group[row]),
        )
        (gives if bills.is_output[row] else takes)[parent].append(line)
    return [tuple(lines) for lines in takes], [tuple(lines) for lines in gives]
