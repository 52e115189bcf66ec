"""(r, Q), (s, S) and (R, S): exact results against enumeration, and everything against simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.stocking.counts import Empirical, Poisson
from loomline.engines.stocking.demand import Gamma, Normal
from loomline.engines.stocking.finite_horizon import Horizon, best_horizon_policy
from loomline.engines.stocking.item_policy import Item, plan_item
from loomline.engines.stocking.order_point import (
    Review,
    best_order_point,
    best_reorder_point,
    order_point_by_backorder_quantity,
    order_point_by_safety_stock,
    reorder_point_for_fill_rate,
)
from loomline.engines.stocking.order_up_to import (
    PeriodicReview,
    base_stock,
    best_order_up_to,
    order_up_to_cost,
    power_approximation,
)
from loomline.engines.stocking.policy_simulation import Policy, simulate
from loomline.engines.stocking.safety_stock import for_cycle_service, for_fill_rate, lead_time_demand
from loomline.engines.watch import Stopped, Watch

REVIEW = Review(Normal(1300 / 12, 150 / math.sqrt(12)), 1300, 8, 0.225, 7.5)


def test_safety_stock_with_a_varying_lead_time_is_the_published_one() -> None:
    demand = lead_time_demand(mean=100, sd=20, lead_time=9, lead_time_sd=2)
    made = for_cycle_service(demand, 0.95)
    assert round(made.safety_stock, 4) == 343.4555
    assert round(made.reorder_point, 4) == 1243.4555


def test_no_pair_near_the_best_order_point_is_cheaper() -> None:
    best = best_order_point(REVIEW)
    assert best.cost <= REVIEW.cost(126.8, 328.5) == pytest.approx(78.07116250928294)
    for r in np.linspace(-3, 3, 7):
        for q in np.linspace(-3, 3, 7):
            assert REVIEW.cost(best.reorder_point + r, best.quantity + q) >= best.cost - 1e-9


def test_approximations_cost_more_but_at_most_an_eighth_for_the_backorder_quantity() -> None:
    best = best_order_point(REVIEW).cost
    assert best <= order_point_by_backorder_quantity(REVIEW).cost <= best * 9 / 8
    assert best <= order_point_by_safety_stock(REVIEW).cost


@settings(max_examples=15, deadline=None)
@given(mean=st.floats(0.5, 8), setup=st.floats(0, 60), holding=st.floats(0.5, 5), shortage=st.floats(2, 60))
def test_no_whole_reorder_point_and_quantity_are_cheaper_for_poisson_demand(
    mean: float, setup: float, holding: float, shortage: float
) -> None:
    review = Review(Poisson(mean), 2.0, setup, holding, shortage)
    best = best_order_point(review)
    grid = min(review.cost(r, q) for r in range(-6, 25) for q in range(1, 30))
    assert best.cost <= grid + 1e-9
    assert best_reorder_point(review, 7) == min(range(-10, 25), key=lambda r: (review.cost(r, 7), -r)) or (
        review.cost(best_reorder_point(review, 7), 7)
        == pytest.approx(min(review.cost(r, 7) for r in range(-10, 25)))
    )


@settings(max_examples=15, deadline=None)
@given(
    mean=st.floats(1, 12),
    setup=st.integers(0, 60),
    holding=st.integers(1, 3),
    shortage=st.integers(3, 40),
    lead=st.integers(0, 2),
)
def test_no_whole_levels_are_cheaper_than_the_best_ones(
    mean: float, setup: int, holding: int, shortage: int, lead: int
) -> None:
    review = PeriodicReview(Poisson(mean), lead, setup, holding, shortage)
    best = best_order_up_to(review)
    s, top = int(best.reorder_point), int(best.order_up_to)
    around = [
        order_up_to_cost(review, low, high)
        for low in range(s - 6, s + 7)
        for high in range(max(low + 1, top - 8), top + 9)
    ]
    assert best.cost <= min(around) + 1e-9
    assert order_up_to_cost(review, s, top) == pytest.approx(best.cost)


def test_the_textbook_levels_for_poisson_demand() -> None:
    best = best_order_up_to(PeriodicReview(Poisson(6), 0, 5, 1, 4))
    assert (best.reorder_point, best.order_up_to) == (4, 10)
    assert best.cost == pytest.approx(8.034111561471642)


def test_the_power_approximation_comes_close() -> None:
    review = PeriodicReview(Normal(190, 48), 0, 60, 2, 36)
    near = power_approximation(review)
    cost = order_up_to_cost(review, round(near.reorder_point), round(near.order_up_to))
    assert cost <= best_order_up_to(review).cost * 1.03


def test_a_simulated_order_up_to_policy_costs_and_fills_what_the_formula_says() -> None:
    best = best_order_up_to(PeriodicReview(Poisson(6), 2, 20, 1, 9))
    seen = simulate(
        Policy(best.reorder_point, order_up_to=best.order_up_to),
        lambda chance, shape: chance.poisson(6, shape).astype(float),
        2,
        setup=20,
        holding=1,
        shortage=9,
        periods=2000,
        runs=100,
        seed=1,
    )
    assert seen.cost == pytest.approx(best.cost, abs=3 * seen.cost_error)
    assert seen.fill_rate == pytest.approx(best.fill_rate, abs=0.003)


def test_a_simulated_base_stock_costs_and_serves_what_the_formula_says() -> None:
    made = base_stock(Normal(50, 8), lead_time=4, holding=0.18, shortage=0.7)
    assert made.order_up_to == pytest.approx(264.76689437)
    seen = simulate(
        Policy(made.order_up_to, order_up_to=made.order_up_to),
        lambda chance, shape: chance.normal(50, 8, shape),
        4,
        holding=0.18,
        shortage=0.7,
        periods=1500,
        runs=100,
        seed=2,
    )
    assert seen.cost == pytest.approx(made.cost, abs=3 * seen.cost_error)
    assert seen.fill_rate == pytest.approx(made.fill_rate, abs=0.002)
    assert seen.cycle_service == pytest.approx(made.cycle_service, abs=0.01)


def test_a_simulated_order_quantity_fills_what_type_two_service_asks_for() -> None:
    # Single pieces in small steps of time: the policy all but watches all the time.
    made = for_fill_rate(Poisson(4), 0.9, quantity=5)
    seen = simulate(
        Policy(made.reorder_point, quantity=5),
        lambda chance, shape: chance.poisson(0.05, shape).astype(float),
        80,
        periods=4000,
        warm_up=400,
        runs=150,
        seed=3,
    )
    assert made.fill_rate is not None
    assert made.fill_rate >= 0.9
    assert seen.fill_rate == pytest.approx(made.fill_rate, abs=0.01)


@pytest.mark.parametrize("target", [0.9, 0.98])
def test_a_base_stock_for_a_fill_rate_fills_it_in_simulation(target: float) -> None:
    item = Item("i", 50, 20, 4, target=target, service="fill", kind="RS", interval=2)
    plan = plan_item(item)
    assert plan.order_up_to is not None
    assert plan.fill_rate == pytest.approx(target)
    seen = simulate(
        Policy(plan.order_up_to, order_up_to=plan.order_up_to, interval=2),
        lambda chance, shape: chance.normal(50, 20, shape),
        4,
        periods=1500,
        runs=100,
        seed=6,
    )
    assert seen.fill_rate == pytest.approx(target, abs=0.004)


def test_lead_times_that_vary_cost_service() -> None:
    def fill(lead_times: list[int]) -> float:
        return simulate(
            Policy(30, quantity=20),
            lambda chance, shape: chance.poisson(5, shape).astype(float),
            lead_times,
            runs=50,
            seed=4,
        ).fill_rate

    assert fill([2, 8]) < fill([5]) - 0.02


@settings(max_examples=40, deadline=None)
@given(target=st.floats(0.05, 0.999), quantity=st.integers(1, 300), shape=st.sampled_from("npge"))
def test_the_reorder_point_fills_the_target_and_one_piece_less_does_not(
    target: float, quantity: int, shape: str
) -> None:
    demand = {"n": Normal(90, 30), "p": Poisson(9), "g": Gamma.of(90, 60), "e": Empirical.of([0, 0, 7, 30])}[
        shape
    ]
    level = reorder_point_for_fill_rate(demand, quantity, target)

    def filled(r: float) -> float:
        return 1 - (demand.shortage(r) - demand.shortage(r + quantity)) / quantity

    assert filled(level) >= target - 1e-9
    assert filled(level - 1) < target


def test_the_horizon_policy_has_the_published_levels_and_its_simulated_cost() -> None:
    horizon = Horizon([Normal(100, 20)] * 5, 1, 20, 1, 20, 2, 50)
    made = best_horizon_policy(horizon)
    assert made.reorder_points == (110, 110, 110, 110, 111)
    assert made.order_up_to == (133, 133, 133, 133, 126)
    # The published cost cuts demand off at four deviations.
    assert made.cost == pytest.approx(1558.6946467384012, rel=2e-4)
    chance = np.random.default_rng(5)
    stock, cost = np.zeros(40_000), np.zeros(40_000)
    for s, top in zip(made.reorder_points, made.order_up_to, strict=True):
        lots = np.where(stock <= s, top - stock, 0)
        stock = stock + lots - np.round(chance.normal(100, 20, len(stock)))
        cost += 50 * (lots > 0) + 2 * lots + np.maximum(stock, 0) + 20 * np.maximum(-stock, 0)
    cost += np.maximum(stock, 0) + 20 * np.maximum(-stock, 0)
    assert made.cost == pytest.approx(cost.mean(), abs=4 * cost.std() / 200)


def test_a_lead_time_of_half_a_review_is_refused() -> None:
    with pytest.raises(BadInput, match="column lead_time"):
        PeriodicReview(Poisson(5), 0.5, 1, 1, 1)


def test_a_policy_with_both_a_level_and_a_quantity_is_refused() -> None:
    with pytest.raises(BadInput, match="either an order-up-to level or a quantity"):
        Policy(5, order_up_to=9, quantity=3)


def test_told_to_stop_a_simulation_stops() -> None:
    with pytest.raises(Stopped):
        simulate(
            Policy(5, quantity=5), lambda c, s: c.random(s), 1, seed=1, watch=Watch(is_stopped=lambda: True)
        )
