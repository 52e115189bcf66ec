"""A second, slow MRP, written without the engine: one item and one day at a time."""

from __future__ import annotations

from math import ceil

from loomline.engines.mrp.plant import LotRule, Plant

DAY = 86_400
TINY = 1e-6

Planned = dict[tuple[int, int], float]
"""Good quantity of the planned order of an item that is needed on a day."""


def planned_by_hand(plant: Plant, days: int) -> Planned:
    """Walk the items in their order (components have higher numbers) and the days."""
    gross = {(item, day): 0.0 for item in range(len(plant.items)) for day in range(days)}
    for item, quantity, at in zip(plant.demands.item, plant.demands.quantity, plant.demands.at, strict=True):
        if at // DAY < days:
            gross[int(item), max(int(at) // DAY, 0)] += float(quantity)
    made: Planned = {}
    for item in range(len(plant.items)):
        for day, quantity in _of_item(plant, item, days, gross).items():
            made[item, day] = quantity
            _explode(plant, item, day, quantity, days, gross)
    return made


def _of_item(plant: Plant, item: int, days: int, gross: dict[tuple[int, int], float]) -> dict[int, float]:
    items, receipts = plant.items, plant.receipts
    mine = [r for r in range(len(receipts)) if receipts.item[r] == item]
    movable = sum(float(receipts.quantity[r]) for r in mine if not receipts.is_frozen[r])
    frozen = {r: int(receipts.at[r]) // DAY for r in mine if receipts.is_frozen[r]}

    def short(until: int, planned: float) -> float:
        """The worst shortage on any day so far, when so much has been planned."""
        worst, stock = 0.0, float(items.on_hand[item]) - float(items.safety_stock[item])
        for day in range(until + 1):
            stock += sum(float(receipts.quantity[r]) for r, at in frozen.items() if at == day)
            stock -= gross[item, day]
            worst = max(worst, -stock)
        return max(worst - movable, 0.0) - planned

    orders: dict[int, float] = {}
    total = 0.0
    for day in range(days):
        if short(day, total) > TINY:
            ahead = int(items.period_days[item]) if items.rule[item] == LotRule.PERIOD else 1
            size = _lot(plant, item, short(min(day + ahead - 1, days - 1), total))
            orders[day] = size
            total += size
    return orders


def _lot(plant: Plant, item: int, needed: float) -> float:
    items = plant.items
    fixed = float(items.fixed_quantity[item]) if items.rule[item] == LotRule.FIXED else 0.0
    size = max(needed, float(items.minimum[item]), fixed)
    multiple = fixed or float(items.multiple[item])
    return ceil(size / multiple - TINY) * multiple if multiple else size


def _explode(
    plant: Plant, item: int, day: int, quantity: float, days: int, gross: dict[tuple[int, int], float]
) -> None:
    items, bills = plant.items, plant.bills
    start = day - int(items.safety_days[item]) - int(items.lead_days[item])
    for line in range(len(bills)):
        if bills.parent[line] != item:
            continue
        per = float(bills.quantity[line]) * (1 + float(bills.scrap_share[line]))
        need = per if bills.is_fixed[line] else per * quantity / float(items.yield_share[item])
        at = min(max(start + int(bills.offset_days[line]), 0), days - 1)
        gross[int(bills.component[line]), at] += need
