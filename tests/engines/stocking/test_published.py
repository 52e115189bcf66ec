"""Every published entry of the inventory data that concerns a method of the engine, by its module."""

from __future__ import annotations

import ast
import json
import math
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from loomline.engines.stocking import economic_order as eoq
from loomline.engines.stocking import newsvendor as single
from loomline.engines.stocking import order_point as rq
from loomline.engines.stocking import serial, supply_risk
from loomline.engines.stocking.counts import Empirical, Geometric, NegativeBinomial, Poisson
from loomline.engines.stocking.demand import Demand, Gamma, Lognormal, Normal, Uniform
from loomline.engines.stocking.finite_horizon import Horizon, best_horizon_policy, myopic_bounds
from loomline.engines.stocking.order_up_to import PeriodicReview, order_up_to_cost

Answer = Callable[[], Any]
DIGITS = 1e-9


def both(demand: Demand, level: float) -> tuple[float, float]:
    return demand.shortage(level), demand.surplus(level)


def both_second(demand: Demand, level: float) -> tuple[float, float]:
    return demand.second_shortage(level), demand.second_surplus(level)


def level_and_cost(made: single.Newsvendor) -> tuple[float, float]:
    return made.level, made.cost


def quantity_and_cost(made: eoq.Order) -> tuple[float, float]:
    return made.quantity, made.cost


YEARLY = rq.Review(Normal(1300 / 12, 150 / math.sqrt(12)), 1300, 8, 0.225, 7.5)
MYOPIC = single.Myopic(Normal(50, 8), 0.18, 0.70, 0.3, 0.35, 0.98)
HORIZON = Horizon([Normal(100, 20)] * 5, 1, 20, 1, 20, 2, 50)
SERIES = serial.Row([3, 2, 2], [1, 1, 2], 37.12, Normal(5, 1))
BREWERY = {
    "setup": 18500,
    "holding": 0.06,
    "demand": 75000,
    "yield_mean": 0.8333,
    "yield_sd": math.sqrt(0.0198),
}
DISRUPTED = {"setup": 8, "holding": 0.225, "shortage": 5, "demand": 1300, "failing": 1.5, "recovering": 14}
DARK = {"holding": 0.25, "shortage": 3, "demand": 2000, "failing": 0.04, "recovering": 0.25}
FLAT_YIELD = Uniform(-500000, 500000)

# By the last line of the published call, what we answer.
ANSWERS: dict[str, Answer] = {
    "economic_order_quantity(8, 0.225, 1300)": lambda: quantity_and_cost(
        eoq.economic_order_quantity(setup=8, holding=0.225, demand=1300)
    ),
    "economic_order_quantity_with_incremental_discounts(fixed_cost, holding_cost_rate, "
    "demand_rate, breakpoints, unit_costs)": lambda: (lambda made: (made.quantity, made.tier, made.cost))(
        eoq.with_price_breaks(
            setup=150,
            demand=2400,
            breaks=[0, 300, 600],
            prices=[100, 90, 80],
            holding_rate=0.25,
            kind="incremental",
        )
    ),
    "economic_production_quantity(8, 0.225, 1300, 1700)": lambda: quantity_and_cost(
        eoq.production_quantity(setup=8, holding=0.225, demand=1300, production=1700)
    ),
    "standard_normal_second_loss(1.3)": lambda: both_second(Normal(0, 1), 1.3),
    "normal_loss(18.6, 15, 3)": lambda: both(Normal(15, 3), 18.6),
    "normal_second_loss(18.6, 15, 3)": lambda: both_second(Normal(15, 3), 18.6),
    "exponential_loss(1, 0.2)": lambda: both(Gamma(1, 5), 1),
    "exponential_second_loss(1, 0.2)": lambda: both_second(Gamma(1, 5), 1),
    "gamma_loss(4, 2, 3)": lambda: both(Gamma(2, 3), 4),
    "poisson_loss(18, 15)": lambda: both(Poisson(15), 18),
    "poisson_second_loss(18, 15)": lambda: both_second(Poisson(15), 18),
    "geometric_loss(7, 0.2)": lambda: both(Geometric(0.2), 7),
    "geometric_second_loss(7, 0.2)": lambda: both_second(Geometric(0.2), 7),
    "negative_binomial_second_loss(14, 4, 0.2)": lambda: both_second(NegativeBinomial(4, 0.2), 14),
    "negative_binomial_second_loss(14, mean=23, sd=8)": lambda: both_second(NegativeBinomial.of(23, 8), 14),
    "continuous_loss(0.2, my_dist)": lambda: both(Gamma(1, 0.1), 0.2),
    "continuous_second_loss(0.2, my_dist)": lambda: both_second(Gamma(1, 0.1), 0.2),
    "discrete_loss(4, my_dist)": lambda: both(Geometric(0.2), 4),
    "newsvendor_normal_cost(60, 0.18, 0.70, 50, 8)": lambda: (
        single.newsvendor(Normal(50, 8), holding=0.18, shortage=0.7, level=60).cost
    ),
    "newsvendor_continuous(0.18, 0.70, demand_distrib)": lambda: level_and_cost(
        single.newsvendor(Normal(50, 8), holding=0.18, shortage=0.7)
    ),
    "newsvendor_continuous(0.18, 0.70, demand_distrib, base_stock_level=40)": lambda: level_and_cost(
        single.newsvendor(Normal(50, 8), holding=0.18, shortage=0.7, level=40)
    ),
    "newsvendor_continuous(1, 0.1765, demand_distrib)": lambda: level_and_cost(
        single.newsvendor(Lognormal(6, 0.3), holding=1, shortage=0.1765)
    ),
    "myopic(0.18, 0.70, 0.3, 0.35, 50, 8, 0.98)": lambda: (MYOPIC.level(), MYOPIC.cost(MYOPIC.level())),
    "myopic(0.18, 0.70, 0.3, 0.35, 50, 8, 0.98, base_stock_level=62)": lambda: (62, MYOPIC.cost(62)),
    "myopic_cost(60, 0.18, 0.70, 0.3, 0.35, 50, 8, 0.98)": lambda: MYOPIC.cost(60),
    "set_myopic_cost_to(18, 0.18, 0.70, 0.3, 0.35, 50, 8, 0.98, left_half=True)": lambda: (
        MYOPIC.level_of_cost(18, side="below")
    ),
    "myopic_cost(49.394684658734164, 0.18, 0.70, 0.3, 0.35, 50, 8, 0.98)": lambda: MYOPIC.cost(
        49.394684658734164
    ),
    "set_myopic_cost_to(18, 0.18, 0.70, 0.3, 0.35, 50, 8, 0.98, left_half=False)": lambda: (
        MYOPIC.level_of_cost(18, side="above")
    ),
    "myopic_cost(71.84861989932769, 0.18, 0.70, 0.3, 0.35, 50, 8, 0.98)": lambda: MYOPIC.cost(
        71.84861989932769
    ),
    "newsvendor_poisson_explicit(1, 0.3, 0.12, 50)": lambda: (lambda made: (made.level, made.profit))(
        single.newsvendor_profit(Poisson(50), revenue=1, purchase=0.3, salvage=0.12)
    ),
    "r_q_cost(126.8, 328.5, 0.225, 7.5, 8, 1300, 150, 1/12)": lambda: YEARLY.cost(126.8, 328.5),
    "r_q_optimal_r_for_q(300, 0.225, 7.5, 1300, 150, 1/12)": lambda: rq.best_reorder_point(YEARLY, 300),
    "r_q_eoqb_approximation(0.225, 7.5, 8, 1300, 150, 1/12)": lambda: (
        lambda made: (made.reorder_point, made.quantity)
    )(rq.order_point_by_backorder_quantity(YEARLY)),
    "r_q_eoqss_approximation(0.225, 7.5, 8, 1300, 150, 1/12)": lambda: (
        lambda made: (made.reorder_point, made.quantity)
    )(rq.order_point_by_safety_stock(YEARLY)),
    "r_q_cost_poisson(3, 5, 20, 150, 100, 1.5, 2)": lambda: rq.Review(Poisson(3), 1.5, 100, 20, 150).cost(
        3, 5
    ),
    "s_s_cost_discrete(4, 10, 1, 4, 5, True, 6)": lambda: order_up_to_cost(
        PeriodicReview(Poisson(6), 0, 5, 1, 4), 4, 10
    ),
    "S_heur # (optimal is {3: 22.700237234889784, 2: 12.012332294949644, 1: 6.5144388073261155})": lambda: (
        dict(zip((1, 2, 3), serial.newsvendor_levels(SERIES), strict=True))
    ),
    "s": lambda: [0, *best_horizon_policy(HORIZON).reorder_points],
    "S": lambda: [0, *best_horizon_policy(HORIZON).order_up_to],
    "S_underbar[1], S_overbar[1], s_underbar[1], s_overbar[1]": lambda: myopic_bounds(HORIZON),
    "eoq_with_disruptions(8, 0.225, 5, 1300, 1.5, 14)": lambda: quantity_and_cost(
        supply_risk.order_quantity_with_disruptions(**DISRUPTED)
    ),
    "eoq_with_disruptions(8, 0.225, 5, 1300, 1.5, 14, approximate=True)": lambda: quantity_and_cost(
        supply_risk.order_quantity_with_disruptions(**DISRUPTED, is_approximate=True)
    ),
    "eoq_with_disruptions_cost(700, 8, 0.225, 5, 1300, 1.5, 14)": lambda: (
        supply_risk.order_quantity_with_disruptions(**DISRUPTED, quantity=700).cost
    ),
    "eoq_with_disruptions_cost(700, 8, 0.225, 5, 1300, 1.5, 14, approximate=True)": lambda: (
        supply_risk.order_quantity_with_disruptions(**DISRUPTED, quantity=700, is_approximate=True).cost
    ),
    "newsvendor_with_disruptions(0.25, 3, 2000, 0.04, 0.25)": lambda: supply_risk.level_with_disruptions(
        **DARK
    ),
    "newsvendor_with_disruptions(0.25, 3, 2000, 0.04, 0.25, base_stock_level=1200)": lambda: (
        supply_risk.level_with_disruptions(**DARK, level=1200)
    ),
    "eoq_with_multiplicative_yield_uncertainty(18500, 0.06, 75000, 0.8333, math.sqrt(0.0198))": lambda: (
        quantity_and_cost(supply_risk.order_quantity_with_yield(**BREWERY))
    ),
    "eoq_with_multiplicative_yield_uncertainty(18500, 0.06, 75000, 0.8333, math.sqrt(0.0198), "
    "order_quantity=300000)": lambda: quantity_and_cost(
        supply_risk.order_quantity_with_yield(**BREWERY, quantity=300000)
    ),
    "newsvendor_with_additive_yield_uncertainty(15, 75, 1.5e6, "
    "yield_distribution=uniform(-500000, 1000000))": lambda: supply_risk.level_with_additive_yield(
        holding=15, shortage=75, demand=1.5e6, gain=FLAT_YIELD
    ),
    "newsvendor_with_additive_yield_uncertainty(15, 75, 1.5e6, "
    "yield_distribution=uniform(-500000, 1000000), loss_function=loss_function)": lambda: (
        supply_risk.level_with_additive_yield(holding=15, shortage=75, demand=1.5e6, gain=FLAT_YIELD)
    ),
}

# Found on a grid or by numerical integration there: how far the published digits may lie from ours, and why.
LOOSER = {
    "set_myopic_cost_to(18, 0.18, 0.70, 0.3, 0.35, 50, 8, 0.98, left_half=True)": 1e-9,
    "r_q_optimal_r_for_q(300, 0.225, 7.5, 1300, 150, 1/12)": 1e-8,
    "r_q_eoqb_approximation(0.225, 7.5, 8, 1300, 150, 1/12)": 1e-8,
    "continuous_loss(0.2, my_dist)": 1e-7,
    "continuous_second_loss(0.2, my_dist)": 1e-6,
    "newsvendor_continuous(0.18, 0.70, demand_distrib)": 1e-7,
    "newsvendor_continuous(0.18, 0.70, demand_distrib, base_stock_level=40)": 1e-7,
    "newsvendor_continuous(1, 0.1765, demand_distrib)": 1e-7,
    "eoq_with_disruptions(8, 0.225, 5, 1300, 1.5, 14)": 1e-7,
    "newsvendor_with_disruptions(0.25, 3, 2000, 0.04, 0.25)": 1e-7,
    "newsvendor_with_disruptions(0.25, 3, 2000, 0.04, 0.25, base_stock_level=1200)": 1e-7,
    "newsvendor_with_additive_yield_uncertainty(15, 75, 1.5e6, "
    "yield_distribution=uniform(-500000, 1000000))": 1e-7,
    "S_underbar[1], S_overbar[1], s_underbar[1], s_overbar[1]": 1e-7,
}
# Tested elsewhere (the network, row and horizon tests), or not a method of the engine.
ELSEWHERE = {
    "gsm_helpers": 4,
    "gsm_tree": 2,
    "gsm_serial": 1,  # its instance, example 6.3, is not in the data
    "ssm_serial": 4,  # optimum and costs on a coarse grid: test_serial
    "finite_horizon": 1,  # the cost: test_finite_horizon
    "loss_functions": 3,  # distributions given as code, which are the exponential and the geometric
}


def published(folder: Path) -> list[dict[str, Any]]:
    return json.loads((folder / "planning/inventory/stockpyl-expected.json").read_text())


def numbers(given: object) -> list[float]:
    if isinstance(given, dict):
        return [given[key] for key in sorted(given)]
    return [*given] if isinstance(given, Sequence) else [given]


def test_every_published_entry_of_our_methods_is_met_and_the_others_are_named(public_data: Path) -> None:
    left_out: Counter[str] = Counter()
    met = 0
    for entry in published(public_data):
        call = entry["call"][-1]
        if call not in ANSWERS or "class my_" in "".join(entry["call"]):
            left_out[entry["module"]] += 1
            continue
        expected = numbers(ast.literal_eval(entry["result"]))
        assert numbers(ANSWERS[call]()) == pytest.approx(expected, rel=LOOSER.get(call, DIGITS)), call
        met += 1
    assert left_out == ELSEWHERE
    assert met == len(published(public_data)) - sum(ELSEWHERE.values())


def test_the_worked_problems_of_the_data_are_solved(instances: dict[str, Any]) -> None:
    def data(name: str) -> dict[str, Any]:
        return instances[name]

    one = data("example_3_5")
    made = eoq.with_price_breaks(
        setup=one["fixed_cost"],
        demand=one["demand_rate"],
        breaks=one["breakpoints"],
        prices=one["unit_costs"],
        holding_rate=one["holding_cost_rate"],
    )
    assert (made.quantity, made.tier) == (800, 2)
    assert made.cost == pytest.approx(978.6)
    two = data("problem_3_12")
    made = eoq.with_price_breaks(
        setup=two["fixed_cost"],
        demand=two["demand_rate"],
        breaks=two["breakpoints"],
        prices=two["unit_costs"],
        holding_rate=two["holding_cost_rate"],
    )
    assert (made.quantity, made.tier) == (2400, 2)
    three = data("problem_4_1")
    level = single.newsvendor(
        Normal(three["demand_mean"], three["demand_sd"]),
        holding=three["holding_cost"],
        shortage=three["stockout_cost"],
    ).level
    assert Normal(900, 60).cover(level) == pytest.approx(79 / 122)
    four = Empirical.of([3, 5, 5, 7])
    assert single.newsvendor(four, holding=1, shortage=3).level == 5
