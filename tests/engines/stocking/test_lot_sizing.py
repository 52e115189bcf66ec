from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.stocking import lot_sizing

AMOUNTS = st.lists(st.integers(0, 60), min_size=1, max_size=8)


def cheapest(
    demand: Sequence[float], setup: Sequence[float], holding: Sequence[float], price: Sequence[float]
) -> float:
    """Every choice of order periods, each serving the periods up to the next one."""
    best = float("inf")
    for chosen in itertools.product((False, True), repeat=len(demand)):
        cost, source = 0.0, -1
        for period, amount in enumerate(demand):
            if chosen[period]:
                source = period
                cost += setup[period]
            if amount and source < 0:
                cost = float("inf")
                break
            cost += amount * (price[source] + sum(holding[source:period])) if amount else 0.0
        best = min(best, cost)
    return best


def test_wagner_whitin_gives_the_published_plan() -> None:
    plan = lot_sizing.wagner_whitin([90, 120, 80, 70], setup=500, holding=2)
    assert plan.tolist() == [210, 0, 150, 0]
    assert lot_sizing.lot_cost([90, 120, 80, 70], plan, setup=500, holding=2) == 1380


def test_silver_meal_stops_where_the_cost_per_period_rises() -> None:
    # Per period: 500, (500 + 2*120)/2 = 370, (740 + 4*80)/3 = 353.33, (1060 + 6*70)/4 = 370.
    plan = lot_sizing.silver_meal([90, 120, 80, 70], setup=500, holding=2)
    assert plan.tolist() == [290, 0, 0, 70]


def test_least_unit_cost_stops_where_the_cost_per_unit_rises() -> None:
    # 500/90 = 5.56, 740/210 = 3.52, 1060/290 = 3.66.
    plan = lot_sizing.least_unit_cost([90, 120, 80, 70], setup=500, holding=2)
    assert plan.tolist() == [210, 0, 150, 0]


def test_part_period_balancing_stops_nearest_to_one_set_up() -> None:
    # Holding 240 after two periods, 560 after three: 560 is nearer to 500.
    plan = lot_sizing.part_period_balancing([90, 120, 80, 70], setup=500, holding=2)
    assert plan.tolist() == [290, 0, 0, 70]


@settings(max_examples=150, deadline=None)
@given(demand=AMOUNTS, data=st.data())
def test_no_choice_of_order_periods_is_cheaper_even_when_costs_change(
    demand: list[int], data: st.DataObject
) -> None:
    costs = [
        data.draw(st.lists(st.integers(0, top), min_size=len(demand), max_size=len(demand)))
        for top in (90, 3, 6)
    ]
    plan = lot_sizing.wagner_whitin(demand, setup=costs[0], holding=costs[1], unit_cost=costs[2])
    found = lot_sizing.lot_cost(demand, plan, setup=costs[0], holding=costs[1], unit_cost=costs[2])
    assert found == pytest.approx(cheapest(demand, *costs))


@settings(max_examples=60, deadline=None)
@given(demand=AMOUNTS, setup=st.integers(0, 200))
@pytest.mark.parametrize(
    "rule", [lot_sizing.silver_meal, lot_sizing.least_unit_cost, lot_sizing.part_period_balancing]
)
def test_quick_rules_order_exactly_what_is_needed_and_are_never_cheaper_than_the_best(
    rule: lot_sizing.Rule, demand: list[int], setup: int
) -> None:
    plan = rule(demand, setup=setup, holding=1)
    assert plan.sum() == sum(demand)
    assert np.all(plan[np.asarray(demand) == 0] == 0)
    best = lot_sizing.wagner_whitin(demand, setup=setup, holding=1)
    assert lot_sizing.lot_cost(demand, plan, setup=setup, holding=1) >= lot_sizing.lot_cost(
        demand, best, setup=setup, holding=1
    )


def test_no_demand_means_no_order() -> None:
    assert lot_sizing.wagner_whitin([0, 0, 0], setup=5, holding=1).tolist() == [0, 0, 0]
    assert lot_sizing.wagner_whitin([], setup=5, holding=1).tolist() == []


@pytest.mark.parametrize("wrong", [[3, -1], [3, float("nan")], [3, float("inf")]])
def test_a_demand_that_is_no_amount_is_refused_with_its_position(wrong: list[float]) -> None:
    with pytest.raises(BadInput, match="position 1, column demand"):
        lot_sizing.wagner_whitin(wrong, setup=1, holding=1)


def test_costs_for_another_number_of_periods_are_refused() -> None:
    with pytest.raises(BadInput, match="one for each of 3 periods"):
        lot_sizing.wagner_whitin([1, 2, 3], setup=[1, 2], holding=1)


def test_the_cost_of_a_plan_that_comes_too_late_is_refused() -> None:
    with pytest.raises(BadInput, match=r"short by 5\..*Order before"):
        lot_sizing.lot_cost([5, 5], [0, 10], setup=1, holding=1)
