"""Classes, the exchange curve, joint orders and demand-driven buffers."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.stocking.buffers import buffer, execution_colour, qualified_demand, recommend
from loomline.engines.stocking.classes import abc, excess, fsn, xyz
from loomline.engines.stocking.exchange_curve import cycle_curve, safety_curve
from loomline.engines.stocking.joint_replenishment import joint_cost, joint_replenishment


def test_items_up_to_four_fifths_of_the_value_are_a_and_the_one_that_crosses_too() -> None:
    assert abc([50, 2, 25, 10, 8, 5, 0]) == ["A", "C", "A", "A", "B", "B", "C"]


def test_items_are_x_y_or_z_by_how_their_demand_varies() -> None:
    assert xyz([100, 100, 100, 0], [20, 80, 150, 0]) == ["X", "Y", "Z", "Z"]


def test_items_are_fast_slow_or_dead() -> None:
    assert fsn([0.9, 0.2, 0.6], [0, 3, 14]) == ["F", "S", "N"]


def test_excess_is_what_the_cover_does_not_use() -> None:
    assert excess([100, 10, 7], [5, 5, 0], cover=8).tolist() == [60, 0, 7]


def test_a_value_below_zero_is_refused_with_its_position() -> None:
    with pytest.raises(BadInput, match="position 1, column value"):
        abc([1, -1])


def test_along_the_cycle_curve_orders_times_stock_stay_the_same() -> None:
    curve = cycle_curve([100, 400], [2.0, 8.0], [1, 4, 9])
    # Q = sqrt(200 r / 2) and sqrt(800 r / 8): 10 and 10 for r = 1.
    assert (curve[0].orders, curve[0].cycle_stock) == (50, 50)
    assert [point.orders * point.cycle_stock for point in curve] == pytest.approx([2500] * 3)


def test_no_shift_of_safety_stock_between_items_is_short_of_less() -> None:
    demand, value, lots, spread = [100.0, 40, 10], [2.0, 10, 50], [25.0, 10, 5], [12.0, 6, 4]
    point = safety_curve(demand, value, lots, spread, budgets=[90])[0]
    assert point.safety_stock == pytest.approx(90)

    def short(stocks: np.ndarray) -> float:
        # Simulated shortages with the same random numbers for each choice.
        drawn = np.random.default_rng(0).standard_normal(400_000)
        return sum(
            d / q * v * float(np.maximum(s * drawn - k, 0).mean())
            for d, q, v, s, k in zip(demand, lots, value, spread, stocks, strict=True)
        )

    assert point.short == pytest.approx(short(point.stocks), rel=0.02)
    for one, other in itertools.permutations(range(3), 2):
        moved = point.stocks.copy()
        money = min(5.0, moved[one] * value[one])
        moved[one] -= money / value[one]
        moved[other] += money / value[other]
        assert short(moved) >= short(point.stocks) - 1e-6


def test_more_money_is_short_of_less() -> None:
    points = safety_curve([100, 40], [2, 10], [25, 10], [12, 6], budgets=[0, 20, 60, 150])
    short = [point.short for point in points]
    assert short == sorted(short, reverse=True)
    assert points[0].stocks.tolist() == [0, 0]


def test_the_worked_joint_order_comes_every_three_periods_with_the_second_item_in_each_third() -> None:
    made = joint_replenishment(shared=600, own=[120, 840, 300], holding=[160, 20, 50], demand=[1, 1, 1])
    assert made.multiples == (1, 3, 1)
    assert made.interval == pytest.approx(3.1031644)
    assert made.cost == pytest.approx(837.854403)


def test_every_published_joint_order_is_at_least_as_cheap_as_its_enumerated_neighbours(
    instances: dict[str, Any],
) -> None:
    for name in ("scmo_jrp_ex", "spp_jrp", "silver_jrp", "scmo_jrp_hw_1", "scmo_jrp_hw_2"):
        data = instances[name]
        given = {
            "shared": data["shared_fixed_cost"],
            "own": data["individual_fixed_costs"],
            "holding": data["holding_costs"],
            "demand": data["demand_rates"],
        }
        made = joint_replenishment(**given)
        assert joint_cost(made.interval, made.multiples, **given) == pytest.approx(made.cost)
        count = min(len(given["own"]), 4)
        for some in itertools.product(range(1, 6), repeat=count):
            multiples = [*some, *made.multiples[count:]]
            fixed = given["shared"] + sum(a / k for a, k in zip(given["own"], multiples, strict=True))
            held = sum(
                k * h * d for k, h, d in zip(multiples, given["holding"], given["demand"], strict=True)
            )
            assert made.cost <= (2 * fixed * held) ** 0.5 * (1 + 1e-12)


@settings(max_examples=40, deadline=None)
@given(
    shared=st.integers(1, 200),
    items=st.lists(
        st.tuples(st.integers(0, 90), st.integers(1, 9), st.integers(1, 99)), min_size=1, max_size=3
    ),
)
def test_no_joint_order_with_small_multiples_is_cheaper(
    shared: int, items: list[tuple[int, int, int]]
) -> None:
    own, holding, demand = (list(column) for column in zip(*items, strict=True))
    made = joint_replenishment(shared=shared, own=own, holding=holding, demand=demand)
    for multiples in itertools.product(range(1, 9), repeat=len(items)):
        fixed = shared + sum(a / k for a, k in zip(own, multiples, strict=True))
        held = sum(k * h * d for k, h, d in zip(multiples, holding, demand, strict=True))
        assert made.cost <= (2 * fixed * held) ** 0.5 * (1 + 1e-12)


def test_buffer_zones_follow_the_rules() -> None:
    zones = buffer(daily_usage=10, lead_time=12, lead_time_factor=0.5, variability_factor=0.5, least_order=50)
    assert (zones.red_base, zones.red_safety, zones.yellow, zones.green) == (60, 30, 120, 60)
    assert (zones.top_of_yellow, zones.top_of_green) == (210, 270)
    assert zones.average_on_hand == 120


def test_the_green_zone_is_the_largest_of_cycle_least_order_and_red_base() -> None:
    common = {"daily_usage": 10, "lead_time": 10, "lead_time_factor": 0.2, "variability_factor": 0.5}
    assert buffer(**common).green == 20
    assert buffer(**common, order_cycle=7).green == 70
    assert buffer(**common, order_cycle=7, least_order=100).green == 100


def test_an_order_fills_net_flow_to_the_top_of_green_in_whole_lots() -> None:
    zones = buffer(daily_usage=10, lead_time=12, lead_time_factor=0.5, variability_factor=0.5)
    due = recommend(zones, on_hand=100, on_order=80, demand=30, multiple=25)
    # Net flow 150, top of green 270: 120, in lots of 25.
    assert (due.net_flow, due.colour, due.quantity) == (150, "yellow", 125)
    assert due.priority == pytest.approx(150 / 270)
    assert recommend(zones, on_hand=50, on_order=40, demand=0).colour == "red"
    assert recommend(zones, on_hand=211, on_order=0, demand=0).quantity == 0
    assert recommend(zones, on_hand=300, on_order=0, demand=0).colour == "over"
    assert execution_colour(zones, 40) == "red"


def test_only_spikes_within_the_horizon_join_the_demand_of_today() -> None:
    assert qualified_demand([5, 30, 2, 45, 99], spike_horizon=3, spike_threshold=20) == 80
