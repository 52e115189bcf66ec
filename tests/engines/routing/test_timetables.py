"""Timetables of given tours, computed by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from loomline.engines.routing.problem import Break, Call, Depot, DrivingRules, Problem, Stop, Travel, Vehicle
from loomline.engines.routing.timetable import Fault, Timetable, Visit, timetable

HOUR = 3600.0
DEPOT = Depot("depot", 0)
TRUCK = Vehicle("truck", "depot", cost_per_km=1.0, cost_per_hour=30.0, fixed_cost=100.0)


def _line(*hours: float) -> Travel:
    """Places on one road, each at so many hours from the depot, at 80 km/h."""
    at = np.array([0.0, *hours])
    gaps = np.abs(at[:, None] - at[None, :])
    return Travel((gaps * 80_000.0)[None], (gaps * HOUR)[None])


def _timetable(vehicle: Vehicle, travel: Travel, *stops: Stop) -> Timetable | Fault:
    problem = Problem(stops, (DEPOT,), (vehicle,), travel)
    return timetable(problem, vehicle, [Visit("stop", stop) for stop in stops])


def _made(vehicle: Vehicle, travel: Travel, *stops: Stop) -> Timetable:
    made = _timetable(vehicle, travel, *stops)
    assert isinstance(made, Timetable)
    return made


def _breaks(made: Timetable) -> list[tuple[float, float]]:
    return [(event.begins / HOUR, event.ends / HOUR) for event in made.events if event.kind == "break"]


def test_eight_hours_at_the_wheel_hold_one_break_of_45_minutes_on_the_road() -> None:
    made = _made(replace(TRUCK, rules=DrivingRules()), _line(4.0), Stop("a", Call(1, 0.5 * HOUR)))
    assert made.duration == pytest.approx((4 + 0.5 + 4 + 0.75) * HOUR)
    assert made.driving == 8 * HOUR
    assert made.metres == 640_000
    assert made.cost == pytest.approx(100 + 640 + 30 * 9.25)


def test_without_rules_the_same_tour_takes_no_break() -> None:
    made = _made(TRUCK, _line(4.0), Stop("a", Call(1, 0.5 * HOUR)))
    assert (made.duration, _breaks(made)) == (8.5 * HOUR, [])


def test_a_break_is_taken_while_the_vehicle_waits() -> None:
    waits = (
        Stop("a", Call(1, 0.0, ((4 * HOUR, 4 * HOUR),))),
        Stop("b", Call(1, 0.5 * HOUR, ((5 * HOUR, 9 * HOUR),))),
    )
    made = _made(replace(TRUCK, rules=DrivingRules()), _line(4.0), *waits)
    assert made.duration == pytest.approx(9.5 * HOUR)
    assert len(_breaks(made)) == 1


def test_a_wait_of_a_quarter_of_an_hour_is_the_first_part_of_a_split_break() -> None:
    stops = (
        Stop("a", Call(1, 0.0, ((2 * HOUR, 2 * HOUR),))),
        Stop("b", Call(1, 0.0, ((2.25 * HOUR, 2.25 * HOUR),))),
        Stop("c", Call(2)),
    )
    split = _made(replace(TRUCK, rules=DrivingRules()), _line(2.0, 3.0), *stops)
    whole = _made(replace(TRUCK, rules=DrivingRules(may_split=False)), _line(2.0, 3.0), *stops)
    assert split.duration == pytest.approx((6 + 0.25 + 0.5) * HOUR)
    assert whole.duration == pytest.approx((6 + 0.25 + 0.75) * HOUR)


def test_more_than_nine_hours_at_the_wheel_are_refused() -> None:
    made = _timetable(replace(TRUCK, rules=DrivingRules()), _line(4.6), Stop("a", Call(1)))
    assert isinstance(made, Fault)
    assert (made.rule, made.says) == ("driving", "It needs 9:12 at the wheel of 9:00.")


def test_a_break_that_makes_the_tour_late_is_refused_for_its_window() -> None:
    stop = Stop("a", Call(1, 0.0, ((0.0, 5.2 * HOUR),)))
    truck = replace(TRUCK, rules=DrivingRules(max_driving=20 * HOUR))
    made = _timetable(truck, _line(5.0), stop)
    assert isinstance(made, Fault)
    assert (made.rule, made.says) == ("window", "a is reached at 5:45; its last window closes at 5:12.")


def test_a_lunch_break_falls_into_its_window_and_lengthens_the_tour() -> None:
    lunch = Break(11.5 * HOUR, 13 * HOUR, 0.5 * HOUR)
    truck = replace(TRUCK, shift=(8 * HOUR, 20 * HOUR), breaks=(lunch,))
    made = _made(truck, _line(2.0), Stop("a", Call(1, HOUR, ((11 * HOUR, 12 * HOUR),))))
    ((begins, _),) = _breaks(made)
    assert 11.5 <= begins <= 13.0
    assert made.duration == pytest.approx(5.5 * HOUR, abs=30)


def test_no_lunch_is_owed_when_the_tour_is_over_before() -> None:
    truck = replace(TRUCK, breaks=(Break(11.5 * HOUR, 13 * HOUR, 0.5 * HOUR),))
    assert _breaks(_made(truck, _line(2.0), Stop("a", Call(1)))) == []


def test_a_tour_starts_as_late_as_its_windows_allow() -> None:
    made = _made(TRUCK, _line(2.0), Stop("a", Call(1, 0.0, ((10 * HOUR, 12 * HOUR),))))
    assert made.events[0].begins == pytest.approx(8 * HOUR, abs=30)
    assert made.duration == pytest.approx(4 * HOUR, abs=30)


def test_the_second_window_is_used_when_the_first_has_closed() -> None:
    stop = Stop("a", Call(1, 0.0, ((HOUR, 1.5 * HOUR), (3 * HOUR, 4 * HOUR))))
    made = _made(TRUCK, _line(2.0), stop)
    assert made.events[1].begins == 3 * HOUR


def test_co2e_grows_with_the_load_aboard() -> None:
    truck = replace(TRUCK, capacity=(10.0,), co2e_per_km=0.5, co2e_per_km_full=1.0)
    made = _made(truck, _line(1.0), Stop("a", Call(1), deliver=(10.0,)))
    assert made.co2e == pytest.approx(80 * 1.0 + 80 * 0.5)


@pytest.mark.parametrize(
    ("vehicle", "stop", "rule", "says"),
    [
        (
            replace(TRUCK, capacity=(5.0,)),
            Stop("a", Call(1), deliver=(6.0,)),
            "load",
            "It carries 6 of 5 (dimension 1).",
        ),
        (replace(TRUCK, max_distance=100_000), Stop("a", Call(1)), "range", "It is 160.0 km of 100.0 km."),
        (replace(TRUCK, max_duration=HOUR), Stop("a", Call(1)), "shift", "It takes 2:00 of 1:00."),
        (replace(TRUCK, shift=(0.0, HOUR)), Stop("a", Call(1)), "shift", "It ends at 2:00, after 1:00."),
    ],
)
def test_an_impossible_tour_says_which_rule_it_breaks(
    vehicle: Vehicle, stop: Stop, rule: str, says: str
) -> None:
    assert _timetable(vehicle, _line(1.0), stop) == Fault(rule, says)
