"""Constrained plans: an outside checker on random workshops, and small cases that can be done by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from benchmarks._engine_mrp import busy_plant
from loomline.engines.bad_input import BadInput
from loomline.engines.mrp.calendars import Calendar
from loomline.engines.mrp.capable import capable_to_promise
from loomline.engines.mrp.finite import FinitePlan, FinitePlanner
from loomline.engines.mrp.finite_backward import Limits
from loomline.engines.mrp.lateness import Lateness
from loomline.engines.mrp.pegging import Supply
from loomline.engines.mrp.plant import (
    Bills,
    Blocks,
    Demands,
    Items,
    Kind,
    Operations,
    Plant,
    Receipts,
    Resources,
    Substitutes,
)
from loomline.engines.watch import Stopped, Watch
from tests.engines.mrp.checker import check
from tests.engines.mrp.random_plants import workshops

DAY, HOUR = 86_400, 3600


def planned(plant: Plant) -> FinitePlan:
    """A constrained plan that the checker has passed."""
    plan = FinitePlanner(plant).run()
    check(plant, plan)
    return plan


def shop(*, due: tuple[float, ...], hours: float = 24, **items: float) -> Plant:
    """One item made on one machine, ten pieces each time, by days."""
    return Plant(
        Items.of(names=["X"], kind=[Kind.MAKE], **{name: [value] for name, value in items.items()}),
        demands=Demands.of(
            names=[f"D{n}" for n in range(len(due))],
            item=[0] * len(due),
            quantity=[10] * len(due),
            at=[round(day * DAY) for day in due],
            priority=list(range(len(due))),
        ),
        operations=Operations.of(item=[0], resource=[0], setup_hours=[hours]),
        resources=Resources.of(names=["M"]),
    )


def spans_of(plan: FinitePlan) -> list[tuple[float, float]]:
    """When the machine works, in days."""
    return sorted(
        (float(a) / DAY, float(b) / DAY) for a, b in zip(plan.loads.start, plan.loads.end, strict=True)
    )


@given(workshops())
@settings(max_examples=40, deadline=None)
def test_every_constrained_plan_passes_the_checker(plant: Plant) -> None:
    planned(plant)


@given(workshops())
@settings(max_examples=12, deadline=None)
def test_the_causes_of_lateness_add_up_to_the_second(plant: Plant) -> None:
    plan = planned(plant)
    why = Lateness(plant, plan)
    for demand in np.flatnonzero(plan.late).tolist():
        assert sum(cause.seconds for cause in why.why(demand)) == plan.late[demand]


@given(workshops())
@settings(max_examples=12, deadline=None)
def test_the_same_plant_is_planned_the_same_way_twice(plant: Plant) -> None:
    first, second = FinitePlanner(plant).run(), FinitePlanner(plant).run()
    assert first.deliveries.at.tolist() == second.deliveries.at.tolist()
    assert first.pegging.supply.tolist() == second.pegging.supply.tolist()


def test_orders_for_one_machine_are_placed_before_each_other() -> None:
    plan = planned(shop(due=(4, 4)))
    assert spans_of(plan) == [(2, 3), (3, 4)]
    assert plan.late.tolist() == [0, 0]


def test_the_order_that_does_not_fit_is_late_and_goes_to_the_first_gap() -> None:
    plan = planned(shop(due=(2, 2, 2)))
    assert spans_of(plan) == [(0, 1), (1, 2), (2, 3)]
    assert plan.late.tolist() == [0, 0, DAY]


def test_lower_numbers_of_priority_are_served_first() -> None:
    plant = shop(due=(1, 1))
    plant = plant.with_(demands=plant.demands.but(priority=[2, 1]))
    assert planned(plant).late.tolist() == [DAY, 0]


def test_a_demand_that_may_not_be_so_late_is_short() -> None:
    plant = shop(due=(1, 1))
    plant = plant.with_(demands=plant.demands.but(late_days=[0, 0]))
    assert planned(plant).short.tolist() == [0, 10]


def test_what_is_on_the_shelf_goes_out_first_where_parts_may() -> None:
    plant = shop(due=(0.5,), on_hand=4)
    plant = plant.with_(demands=plant.demands.but(least=[1]))
    plan = planned(plant)
    assert (plan.deliveries.quantity.tolist(), plan.deliveries.at.tolist()) == ([4, 6], [DAY // 2, DAY])


def test_work_stands_still_between_shifts() -> None:
    shifts = [(day * DAY + 6 * HOUR, day * DAY + 14 * HOUR) for day in range(10)]
    plant = shop(due=(3,), hours=12).with_(calendars=(Calendar.of("day", shifts),))
    # Twelve hours that end with the shift of the third day begin at 10:00 of the second.
    assert spans_of(planned(plant)) == [(1 + 10 / 24, 2 + 14 / 24)]


def test_blocked_time_is_not_worked_in() -> None:
    plant = shop(due=(4,)).with_(blocks=Blocks.of(resource=[0], start=[round(3.5 * DAY)], end=[4 * DAY]))
    assert spans_of(planned(plant)) == [(2.5, 3.5)]


def test_more_blocks_than_machines_are_refused() -> None:
    plant = shop(due=(4,)).with_(blocks=Blocks.of(resource=[0, 0], start=[0, DAY], end=[2 * DAY, 3 * DAY]))
    with pytest.raises(BadInput, match="position 1, column start"):
        FinitePlanner(plant)


def test_the_second_machine_is_used_when_the_first_is_busy() -> None:
    plant = shop(due=(1, 1))
    plant = plant.with_(
        operations=Operations.of(item=[0, 0], resource=[0, 1], setup_hours=24, rank=[1, 2]),
        resources=Resources.of(names=["M", "N"]),
    )
    plan = planned(plant)
    assert (plan.late.tolist(), plan.loads.resource.tolist()) == ([0, 0], [0, 1])


def test_two_units_of_a_resource_are_taken_at_the_same_time() -> None:
    plant = shop(due=(3, 3))
    plant = plant.with_(
        operations=Operations.of(item=[0], resource=[0], setup_hours=24, units=2),
        resources=Resources.of(names=["crew"], capacity=[3]),
    )
    plan = planned(plant)
    assert sorted(plan.loads.start.tolist()) == [DAY, DAY, 2 * DAY, 2 * DAY]


def test_nothing_starts_within_the_release_fence() -> None:
    plan = planned(shop(due=(2,), release_fence=3))
    assert plan.late.tolist() == [2 * DAY]


def bought(**demand: float) -> Plant:
    """A takes 2 B at its second step; B is bought in five days."""
    return Plant(
        Items.of(names=["A", "B"], kind=[Kind.MAKE, Kind.BUY], lead_days=[0, 5], on_hand=[0, 3]),
        Bills.of(parent=[0], component=[1], quantity=[2], step=[2]),
        Demands.of(names=["D"], item=[0], quantity=[demand["quantity"]], at=[round(demand["due"] * DAY)]),
        operations=Operations.of(item=[0, 0], step=[1, 2], resource=[0, 0], setup_hours=[48, 24]),
        resources=Resources.of(names=["M"]),
    )


def test_a_component_is_wanted_by_the_step_that_takes_it() -> None:
    plan = planned(bought(quantity=10, due=6))
    assert spans_of(plan) == [(3, 5), (5, 6)]
    assert plan.late.tolist() == [0]


def test_material_that_comes_late_says_so_in_days() -> None:
    plant = bought(quantity=10, due=4)
    plan = planned(plant)
    causes = [(cause.says, cause.days) for cause in Lateness(plant, plan).why(0)]
    assert plan.late.tolist() == [2 * DAY]
    assert causes == [
        ("A runs on M", 1),
        ("lead time of B", 5),
        ("time from the start of the plan to the wished date", -4),
    ]


def test_a_receipt_is_used_when_it_comes_and_no_earlier() -> None:
    plant = shop(due=(2, 4)).with_(receipts=Receipts.of(names=["R"], item=[0], quantity=[10], at=[3 * DAY]))
    plan = planned(plant)
    assert spans_of(plan) == [(1, 2)]
    assert plan.late.tolist() == [0, 0]


def test_a_substitute_stands_in_before_anything_is_made() -> None:
    plant = shop(due=(4,))
    items = Items.of(names=["X", "Y"], kind=[Kind.MAKE, Kind.NONE], on_hand=[0, 12])
    plant = plant.with_(items=items, substitutes=Substitutes.of(item=[0], by=[1], ratio=[2]))
    plan = planned(plant)
    assert plan.pegging.supplies.quantity[plan.pegging.supplies.kind == Supply.ORDER].tolist() == [4]


def test_what_has_no_source_leaves_the_demand_short() -> None:
    plant = Plant(
        Items.of(names=["X"], kind=[Kind.NONE], on_hand=[4]),
        demands=Demands.of(names=["D"], item=[0], quantity=[10], at=[DAY]),
    )
    assert planned(plant).short.tolist() == [10]


def test_without_limits_everything_is_in_time_and_may_start_in_the_past() -> None:
    plan = FinitePlanner(shop(due=(1, 1, 1)), Limits(lead_times=False, capacity=False)).run()
    assert plan.late.tolist() == [0, 0, 0]
    assert plan.loads.start.tolist() == [0, 0, 0]


def test_a_safety_stock_is_refilled_after_all_demands() -> None:
    plan = planned(shop(due=(2,), safety_stock=10))
    assert spans_of(plan) == [(0, 1), (1, 2)]


def test_a_run_stops_when_it_is_told_to() -> None:
    with pytest.raises(Stopped):
        FinitePlanner(shop(due=(1,))).run(Watch(is_stopped=lambda: True))


def test_a_promise_is_the_earliest_date_that_breaks_no_other() -> None:
    planner = FinitePlanner(shop(due=(1, 3)))
    plan = planner.run()
    promise = capable_to_promise(planner, 0, 10, DAY)
    assert (promise.at, promise.is_kept, promise.by_wish) == (2 * DAY, False, 0)
    assert planner.plan().deliveries.at.tolist() == plan.deliveries.at.tolist()


def test_a_promise_that_is_committed_takes_its_share() -> None:
    planner = FinitePlanner(shop(due=(1,)))
    planner.run()
    assert capable_to_promise(planner, 0, 10, 2 * DAY, commit="Q-1").at == 2 * DAY
    assert capable_to_promise(planner, 0, 10, 2 * DAY).at == 3 * DAY
    check(planner.plant, planner.plan())


@given(workshops())
@settings(max_examples=12, deadline=None)
def test_promises_are_feasible_and_no_earlier_demand_becomes_late(plant: Plant) -> None:
    planner = FinitePlanner(plant)
    before = planner.run()
    for number in range(3):
        promise = capable_to_promise(planner, 0, 5.0 + number, 6 * DAY, commit=f"Q{number}")
        assert promise.at is not None
    after = planner.plan()
    check(planner.plant, after)
    assert after.late[: len(plant.demands)].tolist() == before.late.tolist()


def test_part_of_a_promise_may_be_there_in_time() -> None:
    planner = FinitePlanner(shop(due=(9,), on_hand=14))
    planner.run()
    assert capable_to_promise(planner, 0, 10, round(0.5 * DAY)).by_wish == 4


def test_a_promise_of_nothing_is_refused() -> None:
    with pytest.raises(BadInput, match="column quantity: 0 is not above 0"):
        capable_to_promise(FinitePlanner(shop(due=(1,))), 0, 0, DAY)


@pytest.mark.slow
def test_a_busy_plant_passes_the_checker_with_hardly_anything_late() -> None:
    plant = busy_plant(items=300, orders=1500, machines=6)
    plan = planned(plant)
    assert (plan.late > 0).mean() < 0.01
    assert not plan.short.any()
