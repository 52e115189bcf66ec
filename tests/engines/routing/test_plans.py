"""Plans of a day: every rule kept, every stop that stays out explained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.routing.plan import Plan
from loomline.engines.routing.planning import plan
from loomline.engines.routing.problem import (
    Break,
    Call,
    Depot,
    DrivingRules,
    Problem,
    Shipment,
    Stop,
    Travel,
    UnderWay,
    Vehicle,
)
from loomline.engines.routing.search import Limits
from tests.engines.routing import plan_checker

HOUR = 3600.0
VAN = Vehicle("van", "depot", capacity=(10.0,), shift=(6 * HOUR, 20 * HOUR), fixed_cost=50.0, cost_per_km=0.5)


def _travel(points: list[tuple[float, float]]) -> Travel:
    """Kilometres as the crow flies, at 60 km/h."""
    at = np.array(points, dtype=float)
    metres = np.hypot(*np.moveaxis(at[:, None] - at[None, :], 2, 0)) * 1000
    return Travel(metres[None], (metres / (60 / 3.6))[None])


def _problem(
    stops: tuple[Stop, ...], *vehicles: Vehicle, points: list[tuple[float, float]] | None = None
) -> Problem:
    points = points or [(0, 0), (10, 0), (20, 0), (0, 10), (0, 20), (30, 30)]
    return Problem(stops, (Depot("depot", 0),), vehicles or (VAN,), _travel(points))


def _plan(problem: Problem, iterations: int = 150) -> Plan:
    made = plan(problem, limits=Limits(float("inf"), iterations), seed=1)
    assert plan_checker.judge(problem, made) == []
    return made


def _names(made: Plan) -> list[list[str]]:
    return [[visit.name for visit in tour.visits] for tour in made.tours]


def test_two_stops_on_one_road_are_one_tour_with_its_cost_and_length() -> None:
    made = _plan(_problem((Stop("a", Call(1)), Stop("b", Call(2)))))
    assert sorted(_names(made)[0]) == ["a", "b"]
    assert made.metres == pytest.approx(40_000)
    assert made.cost == pytest.approx(50 + 20)


def test_a_small_van_reloads_where_it_may() -> None:
    stops = tuple(Stop(f"s{i}", Call(1 + i), deliver=(6.0,)) for i in range(3))
    made = _plan(_problem(stops, replace(VAN, reload_at=("depot",))))
    (names,) = _names(made)
    assert names.count("depot") == 2


def test_the_cheaper_of_two_vehicles_is_used() -> None:
    dear = replace(VAN, name="dear", fixed_cost=500.0)
    made = _plan(_problem((Stop("a", Call(1)),), dear, VAN))
    assert [tour.vehicle.name for tour in made.tours] == ["van"]


def test_a_stop_goes_to_the_vehicle_with_its_skill_or_its_name() -> None:
    cold = replace(VAN, name="cold", fixed_cost=500.0, skills=frozenset({"fridge"}))
    stops = (
        Stop("a", Call(1), skills=frozenset({"fridge"})),
        Stop("b", Call(1), vehicle="cold"),
        Stop("c", Call(2)),
    )
    made = _plan(_problem(stops, VAN, cold))
    assert {tour.vehicle.name for tour in made.tours if {"a", "b"} & {v.name for v in tour.visits}} == {
        "cold"
    }


def test_a_shipment_is_picked_up_before_it_is_dropped_by_the_same_vehicle() -> None:
    one = Shipment("box", Call(2), Call(1), (4.0,))
    problem = replace(_problem((Stop("a", Call(3)),)), shipments=(one,))
    (names,) = [[v.kind for v in tour.visits if v.name == "box"] for tour in _plan(problem).tours]
    assert names == ["pick-up", "drop"]


@pytest.mark.parametrize(
    ("stop", "rule", "reason"),
    [
        (Stop("x", Call(1), deliver=(11.0,)), "load", "van: It carries 11 of 10 (dimension 1)."),
        (Stop("x", Call(1), skills=frozenset({"crane"})), "skill", "van: It lacks crane."),
        (
            Stop("x", Call(1, 0.0, ((0.0, HOUR),))),
            "window",
            "van: x is reached at 6:10; its last window closes at 1:00.",
        ),
        (
            Stop("x", Call(2), prize=3.0),
            "prize",
            "Every place in a tour where it fits costs more than its prize of 3.",
        ),
    ],
)
def test_what_stays_out_has_its_reason(stop: Stop, rule: str, reason: str) -> None:
    made = _plan(_problem((Stop("a", Call(3)), stop)))
    assert [(one.name, one.rule, one.reason) for one in made.unserved] == [("x", rule, reason)]


def test_a_stop_with_a_prize_above_its_cost_is_served() -> None:
    assert _plan(_problem((Stop("a", Call(3)), Stop("x", Call(2), prize=30.0)))).unserved == ()


def test_when_the_fleet_is_too_small_the_plan_says_what_stood_against_the_rest() -> None:
    stops = tuple(Stop(f"s{i}", Call(1 + i), deliver=(7.0,)) for i in range(3))
    made = _plan(_problem(stops))
    assert [one.rule for one in made.unserved] == ["fleet", "fleet"]
    assert "load" in made.unserved[0].reason


def test_every_stop_with_several_windows_is_served_in_one_of_them() -> None:
    spans = ((7 * HOUR, 7.5 * HOUR), (15 * HOUR, 15.5 * HOUR))
    stops = tuple(Stop(f"s{i}", Call(1 + i, 600.0, spans)) for i in range(4))
    assert _plan(_problem(stops)).unserved == ()


def test_long_tours_hold_the_breaks_of_the_driving_rules() -> None:
    points = [(0.0, 0.0), *((100.0 + 20 * i, 30.0 * (i % 3)) for i in range(6))]
    stops = tuple(Stop(f"s{i}", Call(1 + i, 900.0), deliver=(2.0,)) for i in range(6))
    vans = tuple(
        replace(VAN, name=f"van {i}", rules=DrivingRules(), breaks=(Break(12 * HOUR, 13 * HOUR, 1800.0),))
        for i in range(3)
    )
    made = _plan(_problem(stops, *vans, points=points))
    assert made.unserved == ()
    assert any(event.kind == "break" for tour in made.tours for event in tour.events)


def test_a_day_under_way_keeps_what_is_done_and_goes_on_from_where_the_vehicle_is() -> None:
    state = UnderWay(place=2, free_at=10 * HOUR, done=("a",), started_at=6 * HOUR, driven=2 * HOUR)
    stops = (
        Stop("a", Call(1), deliver=(2.0,)),
        Stop("b", Call(3), deliver=(2.0,), vehicle="van"),
        Stop("c", Call(4), deliver=(1.0,)),
    )
    other = replace(VAN, name="other")
    made = _plan(_problem(stops, replace(VAN, under_way=state), other))
    first, second = made.tours
    assert (first.done, [v.name for v in first.visits]) == (("a",), ["b"])
    assert (first.events[0].place, first.events[0].begins) == (2, 10 * HOUR)
    assert [v.name for v in second.visits] == ["c"]


def test_a_vehicle_under_way_with_nothing_left_drives_home() -> None:
    state = UnderWay(place=2, free_at=10 * HOUR, done=("a",), started_at=6 * HOUR)
    made = _plan(_problem((Stop("a", Call(1)),), replace(VAN, under_way=state)))
    assert [event.kind for event in made.tours[0].events] == ["start", "end"]
    assert made.metres == pytest.approx(20_000)


def test_locked_stops_come_first_and_in_their_order() -> None:
    stops = tuple(Stop(f"s{i}", Call(1 + i)) for i in range(4))
    made = _plan(_problem(stops, replace(VAN, order=("s3", "s0")), replace(VAN, name="other")))
    (locked,) = [[v.name for v in tour.visits] for tour in made.tours if tour.vehicle.name == "van"]
    assert locked[:2] == ["s3", "s0"]


def test_goods_that_are_ready_late_leave_late() -> None:
    made = _plan(_problem((Stop("a", Call(1), deliver=(1.0,), ready_at=9 * HOUR),)))
    assert made.tours[0].events[0].begins >= 9 * HOUR


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000))
def test_random_days_keep_every_rule(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = [(float(x), float(y)) for x, y in rng.uniform(0, 120, (16, 2))]
    stops = tuple(
        Stop(
            f"s{i}",
            Call(
                2 + i,
                float(rng.integers(0, 1800)),
                ((7 * HOUR, 11 * HOUR), (13 * HOUR, 17 * HOUR))[: int(rng.integers(0, 3))],
            ),
            deliver=(float(rng.integers(0, 4)), float(rng.uniform(0, 2))),
            pick_up=(float(rng.integers(0, 3)),),
            prize=float(rng.uniform(0, 80)) if rng.random() < 0.3 else None,
            skills=frozenset({"lift"}) if rng.random() < 0.2 else frozenset(),
        )
        for i in range(10)
    )
    vehicles = tuple(
        replace(
            VAN,
            name=f"van {i}",
            start="depot" if i % 2 else "other",
            end="depot",
            capacity=(10.0, 6.5),
            cost_per_hour=20.0,
            skills=frozenset({"lift"}) if i == 0 else frozenset(),
            rules=DrivingRules() if i < 2 else None,
            breaks=(Break(11 * HOUR, 13.5 * HOUR, 1800.0),) if i == 2 else (),
            max_distance=400_000,
        )
        for i in range(3)
    )
    shipments = tuple(Shipment(f"p{i}", Call(12 + i), Call(13 + i, 300.0), (2.0, 1.0)) for i in range(3))
    depots = (Depot("depot", 0), Depot("other", 1))
    _plan(Problem(stops, depots, vehicles, _travel(points), shipments, 2), iterations=40)


@pytest.mark.parametrize(
    ("change", "position", "column"),
    [
        ({"stops": (Stop("a", Call(1)), Stop("a", Call(2)))}, 1, "name"),
        ({"stops": (Stop("a", Call(99)),)}, 0, "place"),
        ({"stops": (Stop("a", Call(1, 0.0, ((5.0, 4.0),))),)}, 0, "windows"),
        ({"stops": (Stop("a", Call(1), deliver=(-1.0,)),)}, 0, "load"),
        ({"stops": (Stop("a", Call(1), vehicle="nobody"),)}, 0, "vehicle"),
        ({"vehicles": (replace(VAN, start="nowhere"),)}, 0, "start"),
        ({"vehicles": (replace(VAN, order=("ghost",)),)}, 0, "order"),
        ({"vehicles": (replace(VAN, shift=(5.0, 4.0)),)}, 0, "shift"),
    ],
)
def test_a_problem_that_contradicts_itself_is_refused(
    change: dict[str, object], position: int, column: str
) -> None:
    problem = replace(_problem((Stop("a", Call(1)),)), **change)
    with pytest.raises(BadInput) as refused:
        plan(problem, limits=Limits(1, 1))
    assert (refused.value.position, refused.value.column) == (position, column)
