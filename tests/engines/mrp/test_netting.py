"""Netting: the worked example, the slow reference, and what must hold for every plan."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings

from loomline.engines.bad_input import BadInput
from loomline.engines.mrp.calendars import Calendar
from loomline.engines.mrp.grid import Grid, grid_for
from loomline.engines.mrp.levels import low_level_codes
from loomline.engines.mrp.net_change import NetChange
from loomline.engines.mrp.netting import Netting
from loomline.engines.mrp.orders import planned_orders
from loomline.engines.mrp.plant import (
    Bills,
    Demands,
    Items,
    Kind,
    LotRule,
    Plant,
    Receipts,
    Substitutes,
)
from tests.engines.mrp.random_plants import plants
from tests.engines.mrp.reference import planned_by_hand

DAY, WEEK = 86_400, 7 * 86_400


def worked_example() -> Plant:
    """A takes 2 B and 1 C, B takes 3 C; from the specification."""
    return Plant(
        Items.of(
            names=["A", "B", "C"],
            on_hand=[10, 50, 100],
            lead_days=[7, 14, 7],
            multiple=[0, 0, 50],
            kind=[Kind.MAKE, Kind.MAKE, Kind.BUY],
        ),
        Bills.of(parent=[0, 0, 1], component=[1, 2, 2], quantity=[2, 1, 3]),
        Demands.of(names=["D6", "D8"], item=[0, 0], quantity=[60, 40], at=[6 * WEEK, 8 * WEEK]),
    )


def netted(plant: Plant, *, bucket_days: int | None = None, reschedule: bool = True) -> Netting:
    """A finished run."""
    netting = Netting(plant, grid_for(plant, bucket_days=bucket_days), reschedule=reschedule)
    netting.run()
    return netting


def releases(netting: Netting, item: int, unit: int = WEEK) -> list[tuple[float, int]]:
    """Quantity and start of the planned orders of an item."""
    orders = planned_orders(netting, np.array([item]))
    return [(float(q), int(s) // unit) for q, s in zip(orders.quantity, orders.start, strict=True)]


def one_item(demand: dict[int, float], **columns: float) -> Plant:
    """One bought item with demands by day."""
    days = sorted(demand)
    return Plant(
        Items.of(names=["X"], **{name: [value] for name, value in columns.items()}),
        demands=Demands.of(
            names=[f"D{day}" for day in days],
            item=[0] * len(days),
            quantity=[demand[day] for day in days],
            at=[day * DAY for day in days],
        ),
    )


def lots(demand: dict[int, float], **columns: float) -> dict[int, float]:
    """Planned receipts by day of one item."""
    netting = netted(one_item(demand, **columns))
    return {int(day): float(netting.planned[0, day]) for day in np.flatnonzero(netting.planned[0])}


@pytest.mark.parametrize("bucket_days", [1, 7])
def test_the_worked_example_gives_its_published_releases(bucket_days: int) -> None:
    netting = netted(worked_example(), bucket_days=bucket_days)
    assert netting.level.tolist() == [0, 1, 2]
    assert releases(netting, 0) == [(50, 5), (40, 7)]
    assert releases(netting, 1) == [(50, 3), (80, 5)]
    assert releases(netting, 2) == [(50, 2), (300, 4), (50, 6)]
    final = 100 + netting.planned[2].sum() - netting.gross[2].sum()
    assert final == 20


def test_a_kilogram_per_piece_with_four_percent_scrap_is_asked_to_the_gram() -> None:
    plant = Plant(
        Items.of(names=["sweater", "merino"], kind=[Kind.MAKE, Kind.BUY]),
        Bills.of(parent=[0], component=[1], quantity=[0.42], scrap_share=[0.04]),
        Demands.of(names=["S-1"], item=[0], quantity=[1200], at=[0]),
    )
    assert netted(plant).planned[1].sum() == pytest.approx(524.16, abs=1e-9)


def test_a_cycle_in_the_bills_is_refused_and_named() -> None:
    with pytest.raises(
        BadInput, match=r"B takes D takes C takes B|D takes C takes B takes D|C takes B takes D"
    ):
        low_level_codes(4, np.array([0, 1, 3, 2]), np.array([1, 3, 2, 1]), np.array(["A", "B", "C", "D"]))


def test_an_item_that_takes_itself_is_refused() -> None:
    with pytest.raises(BadInput, match="B takes B"):
        low_level_codes(2, np.array([1]), np.array([1]), np.array(["A", "B"]))


@given(plants())
@settings(max_examples=60, deadline=None)
def test_every_plan_equals_the_one_made_by_hand(plant: Plant) -> None:
    netting = Netting(plant, Grid(DAY, 20))
    netting.run()
    made = {
        (int(i), int(d)): float(netting.planned[i, d])
        for i, d in zip(*np.nonzero(netting.planned), strict=True)
    }
    wanted = planned_by_hand(plant, 20)
    assert made.keys() == wanted.keys()
    assert made == pytest.approx(wanted, abs=1e-5)


@given(plants())
@settings(max_examples=20, deadline=None)
def test_orders_that_stand_make_a_second_run_propose_nothing(plant: Plant) -> None:
    netting = Netting(plant, Grid(DAY, 20))
    netting.run()
    orders = planned_orders(netting)
    stands = Receipts.of(
        names=orders.names(), item=orders.item, quantity=orders.quantity, at=orders.need, is_frozen=True
    )
    # The needs of the orders that stand are demands of their components now.
    needs = netting.gross.copy()
    plain = plant.with_(
        receipts=plant.receipts.joined(stands),
        bills=Bills.of(),
        demands=Demands.of(
            names=np.array([f"N{n}" for n in range(needs.size)]),
            item=np.repeat(np.arange(len(plant.items)), 20),
            quantity=needs.reshape(-1),
            at=np.tile(np.arange(20) * DAY, len(plant.items)),
        ),
    )
    again = Netting(plain, Grid(DAY, 20))
    again.run()
    assert again.planned.max() < 1e-5


@given(plants(), plants())
@settings(max_examples=20, deadline=None)
def test_a_net_change_ends_where_a_full_run_ends(plant: Plant, other: Plant) -> None:
    netting = Netting(plant, Grid(DAY, 20))
    netting.run()
    change = NetChange(netting)
    change.change_demands({0: (17.0, 5 * DAY)})
    inside = other.demands.take(other.demands.item < len(plant.items))
    change.add_demands(inside)
    change.set_stock({0: 3.0})
    change.set_receipts(plant.receipts.take(np.arange(len(plant.receipts)) % 2 == 0))
    full = Netting(netting.plant, Grid(DAY, 20))
    full.run()
    assert netting.planned == pytest.approx(full.planned, abs=1e-5)
    assert netting.gross == pytest.approx(full.gross, abs=1e-5)


def test_a_net_change_tells_what_moved() -> None:
    netting = netted(worked_example(), bucket_days=7)
    changed = NetChange(netting).change_demands({1: (0.0, 8 * WEEK)})
    assert changed.items.tolist() == [0, 1, 2]
    assert changed.before.quantity.sum() > changed.after.quantity.sum()
    assert changed.after.quantity.tolist() == [50, 50, 50, 50]


def test_lot_for_lot_orders_each_need() -> None:
    assert lots({2: 5, 4: 7}) == {2: 5, 4: 7}


def test_a_fixed_quantity_is_ordered_in_whole_lots() -> None:
    assert lots({2: 5, 4: 70, 6: 30}, rule=LotRule.FIXED, fixed_quantity=50) == {2: 50, 4: 50, 6: 50}


def test_minimum_and_multiple_hold_together() -> None:
    assert lots({1: 3, 2: 1, 5: 30}, minimum=10, multiple=4) == {1: 12, 5: 24}


def test_a_period_order_covers_the_needs_of_its_days() -> None:
    assert lots({1: 3, 2: 1, 5: 30}, rule=LotRule.PERIOD, period_days=3) == {1: 4, 5: 30}


def test_an_economic_lot_is_the_square_root_of_demand_and_costs() -> None:
    demand = dict.fromkeys(range(1, 101), 10.0)
    # 1,000 units in 101 days are 3,613.86 a year: sqrt(2 x 3613.86 x 40 / 8) = 190.102...
    made = lots(demand, rule=LotRule.ECONOMIC, setup_cost=40, holding_cost=8)
    assert made[1] == pytest.approx((2 * 1000 * 365 / 101 * 40 / 8) ** 0.5, abs=1e-5)
    assert min(made.values()) == pytest.approx(made[1])


def test_wagner_whitin_orders_as_published() -> None:
    # The four-period example of Snyder and Shen: 90, 120, 80, 70 with set-up 500 and holding 2 a period.
    made = lots(
        {0: 90, 1: 120, 2: 80, 3: 70}, rule=LotRule.WAGNER_WHITIN, setup_cost=500, holding_cost=2 * 365
    )
    assert made == {0: 210, 2: 150}


def test_silver_meal_closes_a_lot_when_the_cost_per_day_rises() -> None:
    # 10 + 40 units: (100 + 40) / 2 = 70 a day; with the third day (140 + 2 x 90) / 3 = 107.
    made = lots({0: 10, 1: 40, 2: 90}, rule=LotRule.SILVER_MEAL, setup_cost=100, holding_cost=365)
    assert made == {0: 50, 2: 90}


def test_an_order_above_the_maximum_is_split() -> None:
    netting = netted(one_item({3: 25}, maximum=10))
    assert planned_orders(netting).quantity.tolist() == [10, 10, 5]


def test_yield_starts_more_than_it_delivers() -> None:
    netting = netted(one_item({3: 40}, yield_share=0.8))
    orders = planned_orders(netting)
    assert (orders.quantity.tolist(), orders.started.tolist()) == ([40], [50])


def test_safety_stock_and_safety_time_come_before_the_need() -> None:
    netting = netted(one_item({5: 10}, safety_stock=4, on_hand=4, safety_days=2, lead_days=1))
    orders = planned_orders(netting)
    assert [int(x[0]) // DAY for x in (orders.need, orders.due, orders.start)] == [5, 3, 2]
    assert orders.quantity.tolist() == [10]


def test_a_lead_time_passes_over_days_without_work() -> None:
    workdays = [(day * DAY, (day + 1) * DAY) for day in range(28) if day % 7 < 5]
    plant = one_item({7: 10}, lead_days=3).with_(calendars=(Calendar.of("week", workdays),))
    # Three working days before Monday of the second week is Wednesday of the first.
    assert planned_orders(netted(plant)).start.tolist() == [2 * DAY]


def test_no_order_is_due_within_the_planning_fence() -> None:
    assert lots({1: 5, 3: 5, 8: 5}, planning_fence=4) == {4: 10, 8: 5}


def test_forecasts_within_the_demand_fence_do_not_count() -> None:
    plant = one_item({1: 5, 8: 7}, demand_fence=5)
    plant = plant.with_(demands=plant.demands.but(is_forecast=[True, True]))
    assert {d: netted(plant).planned[0, d] for d in (1, 8)} == {1: 0, 8: 7}


def receiving(at: int, *, frozen: bool = False) -> Plant:
    """One need on day 5, one receipt."""
    receipts = Receipts.of(names=["R"], item=[0], quantity=[10], at=[at * DAY], is_frozen=[frozen])
    return one_item({5: 10}).with_(receipts=receipts)


def test_a_late_receipt_is_taken_to_be_moved_before_anything_is_ordered() -> None:
    assert netted(receiving(9)).planned.sum() == 0


def test_a_late_receipt_that_is_frozen_is_not_waited_for() -> None:
    assert netted(receiving(9, frozen=True)).planned.sum() == 10


def test_without_rescheduling_every_receipt_stays_where_it_is() -> None:
    assert netted(receiving(9), reschedule=False).planned.sum() == 10


def test_a_phantom_passes_its_needs_on_without_time() -> None:
    plant = Plant(
        Items.of(names=["A", "F", "C"], lead_days=[2, 5, 1], is_phantom=[0, 1, 0], minimum=[0, 99, 0]),
        Bills.of(parent=[0, 1], component=[1, 2], quantity=[2, 3]),
        Demands.of(names=["D"], item=[0], quantity=[4], at=[9 * DAY]),
    )
    assert releases(netted(plant), 2, DAY) == [(24, 6)]


def test_a_co_product_serves_its_own_demand() -> None:
    plant = Plant(
        Items.of(names=["A", "whey"]),
        Bills.of(parent=[0], component=[1], quantity=[2], is_output=[1]),
        Demands.of(names=["D", "W"], item=[0, 1], quantity=[10, 25], at=[3 * DAY, 5 * DAY]),
    )
    assert netted(plant).planned[1].sum() == 5


def test_a_bill_changes_on_its_date() -> None:
    plant = Plant(
        Items.of(names=["A", "old", "new"]),
        Bills.of(
            parent=[0, 0],
            component=[1, 2],
            quantity=[1, 1],
            valid_to=[5 * DAY, 2**53],
            valid_from=[0, 5 * DAY],
        ),
        Demands.of(names=["D", "E"], item=[0, 0], quantity=[3, 4], at=[4 * DAY, 5 * DAY]),
    )
    assert netted(plant).planned.sum(axis=1).tolist() == [7, 3, 4]


def substituted(needed: float) -> Netting:
    """X is short; Y may stand in two for one, but Z needs some of it later."""
    plant = Plant(
        Items.of(names=["Z", "X", "Y"], on_hand=[0, 5, 30]),
        Bills.of(parent=[0], component=[2], quantity=[1]),
        Demands.of(names=["D", "E"], item=[1, 0], quantity=[needed, 10], at=[3 * DAY, 8 * DAY]),
        substitutes=Substitutes.of(item=[1], by=[2], ratio=[2]),
    )
    return netted(plant)


def test_a_substitute_gives_only_what_nothing_else_needs() -> None:
    netting = substituted(20)
    assert netting.planned.sum(axis=1).tolist() == [10, 5, 0]
    assert netting.gross[2].sum() == 30


def test_a_pair_that_replaces_each_other_is_used_one_way() -> None:
    plant = substituted(20).plant.with_(substitutes=Substitutes.of(item=[1, 2], by=[2, 1], ratio=[2, 0.5]))
    assert netted(plant).planned.sum(axis=1).tolist() == [10, 5, 0]


def test_a_missing_number_is_refused_with_its_place() -> None:
    with pytest.raises(BadInput, match="position 1, column quantity"):
        Demands.of(names=["a", "b"], item=[0, 0], quantity=[1, np.nan], at=[0, 0])


def test_a_negative_demand_is_refused_with_its_place() -> None:
    with pytest.raises(BadInput, match="position 0, column quantity: -1 is below 0"):
        one_item({1: -1})


def test_a_yield_of_nothing_is_refused() -> None:
    with pytest.raises(BadInput, match="column yield_share: 0 is not above 0"):
        one_item({1: 1}, yield_share=0)


def test_an_endless_maximum_splits_nothing() -> None:
    assert planned_orders(netted(one_item({3: 25}, maximum=inf))).quantity.tolist() == [25]
