"""Each planned order explains itself: why this quantity, why this date, for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loomline.engines.heavy import heavy
from loomline.engines.mrp.calendars import DAY
from loomline.engines.mrp.lot_rules import LEAST
from loomline.engines.mrp.pegging import Need, Pegging
from loomline.engines.mrp.plant import LotRule
from loomline.engines.mrp.timing import lead_days

if TYPE_CHECKING:
    import numpy as np

    from loomline.engines.mrp.netting import Netting
    from loomline.engines.mrp.orders import PlannedOrders
else:
    np = heavy("numpy")

RULES = {
    LotRule.LOT_FOR_LOT: "lot for lot",
    LotRule.FIXED: "lots of {fixed:g}",
    LotRule.PERIOD: "the needs of {period:g} days in one order",
    LotRule.ECONOMIC: "the economic lot",
    LotRule.SILVER_MEAL: "Silver-Meal",
    LotRule.WAGNER_WHITIN: "Wagner-Whitin",
}


@dataclass(frozen=True)
class Explanation:
    """Sentences for one order: `quantity`, `date` and `whom` stand alone; `whom` may be long."""

    quantity: str
    date: str
    whom: str

    def __str__(self) -> str:
        return " ".join((self.quantity, self.date, self.whom))


def explain(
    netting: Netting, pegging: Pegging, orders: PlannedOrders, row: int, *, most: int = 5
) -> Explanation:
    """Explain the planned order in row `row` of `orders`, which the pegging was made with.

    `most` users are named, the largest first. For one order of a large plan, peg the `cone` of its item.
    """
    return Explanation(
        _why_so_much(netting, pegging, orders, row, most),
        _why_then(netting, orders, row),
        _for_whom(netting, pegging, row, most),
    )


def _why_so_much(netting: Netting, pegging: Pegging, orders: PlannedOrders, row: int, most: int) -> str:
    size, needs = float(orders.quantity[row]), pegging.requirements
    until = int(orders.need[row]) + netting.grid.length
    pegs = pegging.pegs_of_supply(row)
    now = (needs.at[pegging.need[pegs]] < until) | (needs.kind[pegging.need[pegs]] == Need.SAFETY)
    served = [(float(pegging.quantity[p]), int(pegging.need[p])) for p in pegs[now].tolist()]
    needed, ahead = sum(quantity for quantity, _ in served), float(pegging.quantity[pegs[~now]].sum())
    named = sorted(served, key=lambda pair: -pair[0])[:most]
    users = ", ".join(f"{quantity:.6g} for {_user(netting, pegging, need)}" for quantity, need in named)
    more = f" and {len(served) - most} more" if len(served) > most else ""
    said = f"{size:.6g} because {needed:.6g} are missing after stock and receipts ({users}{more})"
    if size - needed > LEAST * 10:
        said += f", and {size - needed:.6g} more by the lot rule: {_rule(netting, int(orders.item[row]))}"
        said += f" ({ahead:.6g} of them for later needs)" if ahead > LEAST * 10 else ""
    started = float(orders.started[row])
    if started - size > LEAST:
        share = float(netting.plant.items.yield_share[orders.item[row]])
        said += f"; {started:.6g} are started, since {share:.4g} of them turn out well"
    return said + "."


def _user(netting: Netting, pegging: Pegging, need: int) -> str:
    plant, needs = netting.plant, pegging.requirements
    if needs.kind[need] == Need.SAFETY:
        return "safety stock"
    if needs.kind[need] == Need.DEMAND:
        return str(plant.demands.names[needs.ref[need]])
    taker = int(pegging.supplies.item[needs.ref[need]])
    return f"{plant.items.names[taker]} on {plant.moment(float(needs.at[need]))}"


def _rule(netting: Netting, item: int) -> str:
    items = netting.plant.items
    rule = LotRule(int(items.rule[item]))
    words = [RULES[rule].format(fixed=items.fixed_quantity[item], period=items.period_days[item])]
    if items.minimum[item] > 0:
        words.append(f"at least {items.minimum[item]:g}")
    if items.multiple[item] > 0:
        words.append(f"multiples of {items.multiple[item]:g}")
    return ", ".join(words)


def _why_then(netting: Netting, orders: PlannedOrders, row: int) -> str:
    plant, item = netting.plant, orders.item[row : row + 1]
    need, due, start = (int(times[row]) for times in (orders.need, orders.due, orders.start))
    lead = float(lead_days(plant, item, orders.quantity[row : row + 1])[0])
    safety = float(plant.items.safety_days[item[0]])
    calendar = plant.calendars[int(plant.items.calendar[item[0]])]
    days = "days" if calendar.days.is_always else f"working days of {calendar.name}"
    said = f"Needed {plant.moment(need)}"
    if safety > 0:
        said += f", due {plant.moment(due)} ({safety:g} {days} of safety)"
    said += f", started {plant.moment(start)} ({lead:.6g} {days} of lead time)"
    fence = float(plant.items.planning_fence[item[0]])
    if fence > 0 and need // netting.grid.length == -(-fence * DAY // netting.grid.length):
        said += f"; nothing is planned earlier, within the fence of {fence:g} days"
    return said + (f"; that is {-start / DAY:.6g} days ago." if start < 0 else ".")


def _for_whom(netting: Netting, pegging: Pegging, row: int, most: int) -> str:
    ends = sorted(pegging.demands_of(row).items(), key=lambda pair: (-pair[1], pair[0]))
    if not ends:
        return "For nobody: stock is left."
    plant, needs = netting.plant, pegging.requirements
    words = []
    for need, units in ends[:most]:
        if needs.kind[need] == Need.SAFETY:
            words.append(f"safety stock of {plant.items.names[needs.item[need]]} ({units:.6g})")
            continue
        demand = int(needs.ref[need])
        due = plant.moment(float(plant.demands.at[demand]))
        item = plant.items.names[needs.item[need]]
        words.append(
            f"{plant.demands.names[demand]} ({plant.demands.quantity[demand]:g} {item} on {due}: {units:.6g})"
        )
    more = f" and {len(ends) - most} more" if len(ends) > most else ""
    return f"For {', '.join(words)}{more}."
