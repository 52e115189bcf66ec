"""Checks a constrained plan from outside: stock, machines, working time, bills, pegs."""

from __future__ import annotations

from itertools import pairwise
from math import ceil

from loomline.engines.mrp.calendars import Calendar
from loomline.engines.mrp.finite import FinitePlan
from loomline.engines.mrp.pegging import Need, Supply
from loomline.engines.mrp.plant import LotRule, Plant

TINY = 1e-5
DAY = 86_400


def check(plant: Plant, plan: FinitePlan) -> None:
    """Every promise of a constrained plan, or an AssertionError that says which is broken."""
    _check_deliveries(plant, plan)
    _check_pegs(plan, _used_at(plant, plan))
    _check_bills(plant, plan)
    _check_orders(plant, plan)
    _check_machines(plant, plan)


def _used_at(plant: Plant, plan: FinitePlan) -> list[int]:
    """When each requirement takes its supplies: a demand when it is delivered last."""
    last: dict[int, int] = {}
    for demand, at in zip(plan.deliveries.demand.tolist(), plan.deliveries.at.tolist(), strict=True):
        last[demand] = max(at, last.get(demand, at))
    needs = plan.pegging.requirements
    rows = zip(needs.kind.tolist(), needs.ref.tolist(), needs.at.tolist(), strict=True)
    return [
        last.get(ref, at) if kind == Need.DEMAND else 2**53 if kind == Need.SAFETY else at
        for kind, ref, at in rows
    ]


def _check_deliveries(plant: Plant, plan: FinitePlan) -> None:
    got = [0.0] * len(plant.demands)
    for demand, quantity in zip(plan.deliveries.demand, plan.deliveries.quantity, strict=True):
        got[demand] += float(quantity)
    for row, quantity in enumerate(plant.demands.quantity.tolist()):
        assert abs(got[row] + float(plan.short[row]) - quantity) < TINY, f"demand {row} is not accounted for"


def _check_pegs(plan: FinitePlan, used_at: list[int]) -> None:
    pegging = plan.pegging
    given = [0.0] * len(pegging.supplies.item)
    served = [0.0] * len(pegging.requirements.item)
    for supply, need, quantity in zip(pegging.supply, pegging.need, pegging.quantity, strict=True):
        assert pegging.supplies.item[supply] == pegging.requirements.item[need], "a peg joins two items"
        assert pegging.supplies.at[supply] <= used_at[need], "a supply is used before it is there"
        given[supply] += float(quantity)
        served[need] += float(quantity)
    for row, quantity in enumerate(pegging.supplies.quantity.tolist()):
        assert given[row] <= quantity + TINY, "a supply is used twice"
    for row, quantity in enumerate(pegging.requirements.quantity.tolist()):
        kind = pegging.requirements.kind[row]
        wanted = quantity
        if kind == Need.DEMAND:
            wanted -= float(plan.short[pegging.requirements.ref[row]])
        if kind != Need.SAFETY:
            assert abs(served[row] - wanted) < TINY, "a requirement is not pegged in full"


def _check_bills(plant: Plant, plan: FinitePlan) -> None:
    pegging, bills, items = plan.pegging, plant.bills, plant.items
    taken: dict[tuple[int, int], float] = {}
    needs = pegging.requirements
    for row in range(len(needs.item)):
        if needs.kind[row] == Need.COMPONENT and pegging.supplies.kind[needs.ref[row]] == Supply.ORDER:
            key = int(needs.ref[row]), int(needs.item[row])
            taken[key] = taken.get(key, 0.0) + float(needs.quantity[row])
            assert needs.at[row] >= pegging.supplies.start[needs.ref[row]], "taken before the order starts"
    wanted: dict[tuple[int, int], float] = {}
    for order in _orders(plan):
        item = int(pegging.supplies.item[order])
        started = float(pegging.supplies.quantity[order]) / float(items.yield_share[item])
        for line in range(len(bills)):
            if bills.parent[line] == item and not bills.is_output[line]:
                rate = float(bills.quantity[line]) * (1 + float(bills.scrap_share[line]))
                key = order, int(bills.component[line])
                wanted[key] = wanted.get(key, 0.0) + (rate if bills.is_fixed[line] else rate * started)
    assert taken.keys() == wanted.keys(), "an order takes other components than its bill says"
    for key, quantity in wanted.items():
        assert abs(taken[key] - quantity) < TINY, "an order takes more or less than its bill says"


def _check_orders(plant: Plant, plan: FinitePlan) -> None:
    items, supplies = plant.items, plan.pegging.supplies
    routed = set(plant.operations.item.tolist())
    for order in _orders(plan):
        item, start, end = int(supplies.item[order]), int(supplies.start[order]), int(supplies.at[order])
        size = float(supplies.quantity[order])
        assert start >= 0, "an order starts in the past"
        assert size <= float(items.maximum[item]) + TINY, "an order is too large"
        if size < float(items.maximum[item]) - TINY:
            assert size >= float(items.minimum[item]) - TINY, "an order is too small"
            fixed = items.rule[item] == LotRule.FIXED
            multiple = float((items.fixed_quantity if fixed else items.multiple)[item])
            assert not multiple or abs(size / multiple - round(size / multiple)) < TINY, "no whole multiple"
        if item not in routed:
            days = plant.calendars[int(items.calendar[item])]
            worked = _worked(days, start, end, whole_days=True)
            assert worked >= float(items.lead_days[item]) * DAY - 1, "an order is quicker than its lead time"


def _check_machines(plant: Plant, plan: FinitePlan) -> None:
    loads, operations, supplies = plan.loads, plant.operations, plan.pegging.supplies
    busy: dict[tuple[int, int], list[tuple[int, int]]] = {}
    steps: dict[int, dict[int, tuple[int, int, int]]] = {}
    for row in range(len(loads.start)):
        order, operation = int(loads.supply[row]), int(loads.operation[row])
        start, end, resource = int(loads.start[row]), int(loads.end[row]), int(loads.resource[row])
        item = int(supplies.item[order])
        assert operations.item[operation] == item, "an operation of another item"
        assert operations.resource[operation] == resource, "another machine than the routing says"
        assert loads.lane[row] < plant.resources.capacity[resource], "there are not so many units"
        busy.setdefault((resource, int(loads.lane[row])), []).append((start, end))
        started = float(supplies.quantity[order]) / float(plant.items.yield_share[item])
        hours = float(operations.setup_hours[operation]) + float(operations.run_hours[operation]) * started
        calendar = plant.calendars[int(plant.resources.calendar[resource])]
        assert _worked(calendar, start, end) == ceil(hours * 3600 - 1e-6), "the work takes another time"
        wait = round(float(operations.wait_hours[operation]) * 3600)
        steps.setdefault(order, {})[int(operations.step[operation])] = start, end, wait
    for intervals in busy.values():
        intervals.sort()
        for (_, end), (start, _) in pairwise(intervals):
            assert end <= start, "a machine does two things at once"
    for order, done in steps.items():
        at = int(supplies.start[order])
        for step in sorted(done):
            start, end, wait = done[step]
            assert start >= at, "a step starts before the one before is over"
            at = end + wait
        assert at <= int(supplies.at[order]), "an order is done before its last step"


def _orders(plan: FinitePlan) -> list[int]:
    return [row for row, kind in enumerate(plan.pegging.supplies.kind.tolist()) if kind == Supply.ORDER]


def _worked(calendar: Calendar, start: int, end: int, *, whole_days: bool = False) -> int:
    """Seconds of working time between two times, interval by interval."""
    time = calendar.days if whole_days else calendar.hours
    if not len(time.starts):
        return end - start
    inside = sum(
        max(min(end, int(b)) - max(start, int(a)), 0) for a, b in zip(time.starts, time.ends, strict=True)
    )
    outside = max(min(end, int(time.starts[0])) - start, 0) + max(end - max(start, int(time.ends[-1])), 0)
    return inside + outside
