"""The season of Halden Knitwear, a chapter a file.

A chapter may have any of these, each given the company and called in the order of the chapters:
`opens(halden)` on the first day, `runs(halden, day)` on every working day after what people do daily,
`ends(halden)` on the last day, and `proves(halden)` when all is told.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from loomline_demo.chapters import (
    agreements,
    checks,
    costs,
    floor,
    forecasts,
    goods,
    hall,
    house,
    needs,
    orders,
    papers,
    plan,
    promises,
    reminders,
    returns,
    rules,
    scenarios,
    schedule,
    shelves,
    sourcing,
    storeroom,
    straight,
    thread,
    troubles,
)

CHAPTERS: tuple[ModuleType, ...] = (
    *(house, goods, orders, shelves, troubles),
    *(storeroom, hall, sourcing, needs, agreements, floor, checks, costs, straight, papers, reminders),
    *(returns, rules, thread, forecasts, plan, schedule, scenarios, promises),
)


def tell(part: str, *given: Any) -> None:
    """One part of every chapter that has it."""
    for chapter in CHAPTERS:
        told = getattr(chapter, part, None)
        if told is not None:
            told(*given)
