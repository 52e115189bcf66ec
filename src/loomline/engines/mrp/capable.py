"""Capable to promise: the earliest date from stock, receipts, materials and machine time that are left.

The question is planned like any demand, after all that are planned already: it takes only what they left, so
no promise breaks an earlier one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.bad_input import BadInput
from loomline.engines.mrp.calendars import FAR
from loomline.engines.mrp.lot_rules import LEAST
from loomline.engines.mrp.pegging import Need, Supply
from loomline.engines.mrp.plant import Demands

if TYPE_CHECKING:
    from loomline.engines.mrp.finite import FinitePlanner


@dataclass(frozen=True)
class Basis:
    """A supply that a promise rests on: stock, a receipt, or an order that would be placed."""

    kind: Supply
    item: str
    quantity: float
    start: int
    at: int


@dataclass(frozen=True)
class Promise:
    """When a quantity can be there (seconds; None: never), what of it by the wished date, and on what basis.

    `is_kept` says that the wished date holds.
    """

    at: int | None
    by_wish: float
    is_kept: bool
    basis: tuple[Basis, ...]


def capable_to_promise(
    planner: FinitePlanner, item: int, quantity: float, wanted: int, *, commit: str = ""
) -> Promise:
    """What could be promised of an item by a wished second, on the state of a planner.

    With `commit` (the name of the new demand) the promise is planned for good. Raises BadInput for an unknown
    item or a quantity of 0 or less.
    """
    if not 0 <= item < len(planner.plant.items):
        raise BadInput(f"There is no item {item}.", remedy="Name an item of the plan.", column="item")
    if not quantity > 0:
        raise BadInput(f"{quantity:g} is not above 0.", remedy="Ask for some.", column="quantity")
    before = planner.book.mark()
    row = len(planner.plant.demands)
    made = planner.attempt(row, item, quantity, wanted)
    at = made[-1][2] if made else None
    kept = at is not None and at <= max(wanted, 0)
    basis = _basis(planner, before[2])
    planner.book.back(before)
    partial = quantity if kept else _most_by(planner, item, quantity, wanted)
    if commit and at is not None:
        _plan(planner, commit, item, quantity, wanted)
    return Promise(at, partial, kept, basis)


def _most_by(planner: FinitePlanner, item: int, quantity: float, wanted: int) -> float:
    """The largest part of a quantity that can be there in time, to a thousandth of it; whole units if it is
    whole."""
    low, high = 0.0, quantity
    step = 1.0 if float(quantity).is_integer() else quantity / 1000
    while high - low > step + LEAST:
        middle = round((low + high) / 2 / step) * step
        if _is_possible(planner, item, middle, wanted):
            low = middle
        else:
            high = middle
    return low


def _is_possible(planner: FinitePlanner, item: int, quantity: float, wanted: int) -> bool:
    before = planner.book.mark()
    need = planner.book.need(Need.DEMAND, item, len(planner.plant.demands), quantity, wanted)
    possible = planner.cover(item, quantity, max(wanted, 0), need)
    planner.book.back(before)
    return possible


def _plan(planner: FinitePlanner, name: str, item: int, quantity: float, wanted: int) -> None:
    demand = Demands.of(names=[name], item=[item], quantity=[quantity], at=[wanted])
    row = len(planner.plant.demands)
    planner.plant = planner.plant.with_(demands=planner.plant.demands.joined(demand))
    planner.plan_demand(row, item, quantity, wanted, late=FAR)


def _basis(planner: FinitePlanner, first: int) -> tuple[Basis, ...]:
    """The supplies of the pegs since the mark; the same one only once."""
    names = planner.plant.items.names
    units: dict[int, float] = {}
    for supply, _, quantity in planner.book.pegs[first:]:
        units[supply] = units.get(supply, 0.0) + quantity
    made = []
    for supply, quantity in units.items():
        kind, item, _, _, start, at = planner.book.supplies[supply]
        made.append(Basis(Supply(int(kind)), str(names[int(item)]), quantity, int(start), int(at)))
    return tuple(sorted(made, key=lambda basis: (-basis.at, basis.item)))
