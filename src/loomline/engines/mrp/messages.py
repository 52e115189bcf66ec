"""Action messages: what a planner should do to the orders that exist, and which proposals are due."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.mrp.calendars import DAY
from loomline.engines.mrp.lot_rules import LEAST
from loomline.engines.mrp.plan_pegs import receipt_turns
from loomline.engines.mrp.plant import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from loomline.engines.mrp.netting import Netting
    from loomline.engines.mrp.orders import PlannedOrders
else:
    np = heavy("numpy")

DIFFERENCE = 1e-6
"""What a plan that was rounded to seven places may differ by without anybody acting on it."""


class Action(StrEnum):
    """What to do."""

    EXPEDITE = "expedite"
    DEFER = "defer"
    CANCEL = "cancel"
    DECREASE = "decrease"
    INCREASE = "increase"
    RELEASE = "release"
    RELEASE_LATE = "release late"
    NO_SOURCE = "no source"


@dataclass(frozen=True)
class Message:
    """Do `action` to a receipt or planned order (by its number): move it to `to`, make it `quantity`.

    `at` is when it comes (a receipt) or starts (a planned order) as things stand, both in seconds.
    """

    action: Action
    item: int
    receipt: int | None
    order: int | None
    at: int
    to: int
    quantity: float


def action_messages(netting: Netting, orders: PlannedOrders, *, tolerance_days: float = 0.0) -> list[Message]:
    """All messages of a plan, receipts first.

    A receipt that may move is expedited or deferred to when its first unit is wanted, unless that is within
    the tolerance; it is decreased to what is wanted of it, or cancelled. Where a proposal would have to have
    started already, an open receipt that comes no later is increased, if there is one. Frozen receipts are
    left alone.
    """
    made = list(_of_receipts(netting, tolerance_days * DAY))
    made += _of_orders(netting, orders)
    return made


def _of_receipts(netting: Netting, tolerance: float) -> Iterator[Message]:
    receipts, grid = netting.plant.receipts, netting.grid
    mine, wanted, used = receipt_turns(netting, np.unique(receipts.item))
    for row, want, use in zip(mine.tolist(), wanted.tolist(), used.tolist(), strict=True):
        if use != use:
            continue
        item, at, quantity = int(receipts.item[row]), int(receipts.at[row]), float(receipts.quantity[row])
        if use <= DIFFERENCE:
            yield Message(Action.CANCEL, item, row, None, at, at, 0.0)
            continue
        now = int(grid.start(grid.bucket(at)))
        if abs(want - now) > tolerance:
            action = Action.EXPEDITE if want < now else Action.DEFER
            yield Message(action, item, row, None, at, want, quantity)
        if use < quantity - DIFFERENCE:
            yield Message(Action.DECREASE, item, row, None, at, want, use)


def _of_orders(netting: Netting, orders: PlannedOrders) -> Iterator[Message]:
    items = netting.plant.items
    window = items.open_days[orders.item] * DAY
    real = ~items.is_phantom[orders.item]
    sourceless = items.kind[orders.item] == Kind.NONE
    rows = np.flatnonzero(real & (sourceless | (orders.start < window)))
    open_receipts = _open_receipts(netting)
    for row in rows.tolist():
        item, start = int(orders.item[row]), int(orders.start[row])
        quantity = float(orders.quantity[row])
        if sourceless[row]:
            yield Message(Action.NO_SOURCE, item, None, row, start, start, quantity)
            continue
        action = Action.RELEASE_LATE if start < 0 else Action.RELEASE
        yield Message(action, item, None, row, start, max(start, 0), quantity)
        if start < 0:
            yield from _increase(netting, open_receipts, item, row, orders)


def _increase(
    netting: Netting, open_receipts: dict[int, list[int]], item: int, row: int, orders: PlannedOrders
) -> Iterator[Message]:
    """The last open receipt that comes no later than a proposal that should have started."""
    receipts = netting.plant.receipts
    early = [r for r in open_receipts.get(item, []) if receipts.at[r] <= orders.due[row]]
    if early:
        receipt = max(early, key=lambda r: (int(receipts.at[r]), r))
        at = int(receipts.at[receipt])
        more = float(receipts.quantity[receipt] + orders.quantity[row])
        yield Message(Action.INCREASE, item, receipt, row, at, at, more)


def _open_receipts(netting: Netting) -> dict[int, list[int]]:
    receipts = netting.plant.receipts
    made: dict[int, list[int]] = {}
    for row in np.flatnonzero(~receipts.is_frozen & (receipts.quantity > LEAST)).tolist():
        made.setdefault(int(receipts.item[row]), []).append(row)
    return made


def describe(netting: Netting, orders: PlannedOrders, message: Message) -> str:
    """A message as a sentence."""
    plant = netting.plant
    item = str(plant.items.names[message.item])
    name = str(plant.receipts.names[message.receipt]) if message.receipt is not None else ""
    late = -message.at / DAY
    return {
        Action.EXPEDITE: f"Expedite {name} ({item}) from {plant.moment(message.at)} "
        f"to {plant.moment(message.to)}.",
        Action.DEFER: f"Defer {name} ({item}) from {plant.moment(message.at)} to {plant.moment(message.to)}.",
        Action.CANCEL: f"Cancel {name} ({item}): nothing needs it.",
        Action.DECREASE: f"Decrease {name} ({item}) to {message.quantity:g}: more is not needed.",
        Action.INCREASE: f"Increase {name} ({item}) to {message.quantity:g}: "
        "a new order would have to have started already.",
        Action.RELEASE: f"Release {message.quantity:g} of {item} on {plant.moment(message.to)}.",
        Action.RELEASE_LATE: f"Release {message.quantity:g} of {item} now: "
        f"its start is overdue by {late:g} days.",
        Action.NO_SOURCE: f"Nothing makes or supplies {item}: {message.quantity:g} are missing.",
    }[message.action]
