"""The constraint model of a shop: proves bounds and finds what a tabu search does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loomline.engines.heavy import heavy
from loomline.engines.scheduling.shop import Shop, ShopSchedule

if TYPE_CHECKING:
    from ortools.sat.python import cp_model
else:
    cp_model = heavy("ortools.sat.python.cp_model")


@dataclass
class ShopModel:
    """A CP-SAT model (OR-tools) with the variables that a schedule is read from."""

    shop: Shop
    model: Any
    start: list[Any]
    chosen: list[list[Any]]
    makespan: Any

    def schedule(self, value: Callable[[Any], int]) -> ShopSchedule:
        """The schedule that these values of the variables mean."""
        way = tuple(
            next((w for w, literal in enumerate(literals) if value(literal)), 0) for literals in self.chosen
        )
        start = tuple(value(start) for start in self.start)
        ends = (s + self.shop.ways[i][w][1] for i, (s, w) in enumerate(zip(start, way, strict=True)))
        return ShopSchedule(way, start, max(ends, default=0))

    def hint(self, known: ShopSchedule) -> None:
        """Start the search from a schedule that is known."""
        for i, literals in enumerate(self.chosen):
            self.model.add_hint(self.start[i], known.start[i])
            for w, literal in enumerate(literals):
                self.model.add_hint(literal, w == known.way[i])


def build(shop: Shop, most: int, least: int = 0) -> ShopModel:
    """A model of all schedules whose makespan is from `least` to `most`."""
    model = cp_model.CpModel()
    makespan = model.new_int_var(least, most, "")
    start = [model.new_int_var(0, most, "") for _ in range(shop.operations)]
    busy: list[list[Any]] = [[] for _ in range(shop.machines)]
    chosen: list[list[Any]] = []
    end: list[Any] = []
    for i, ways in enumerate(shop.ways):
        if len(ways) == 1:
            machine, duration = ways[0]
            busy[machine].append(model.new_fixed_size_interval_var(start[i], duration, ""))
            chosen.append([])
            end.append(start[i] + duration)
            continue
        literals = [model.new_bool_var("") for _ in ways]
        model.add_exactly_one(literals)
        for literal, (machine, duration) in zip(literals, ways, strict=True):
            interval = model.new_optional_fixed_size_interval_var(start[i], duration, literal, "")
            busy[machine].append(interval)
        chosen.append(literals)
        end.append(start[i] + sum(d * x for x, (_, d) in zip(literals, ways, strict=True)))
    for intervals in busy:
        model.add_no_overlap(intervals)
    for span in shop.jobs:
        for i in span[1:]:
            model.add(start[i] >= end[i - 1])
        if span:
            model.add(makespan >= end[span[-1]])
    model.minimize(makespan)
    return ShopModel(shop, model, start, chosen, makespan)
