from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.stocking.guaranteed_service import place_safety_stock, placement
from loomline.engines.stocking.network import Link, Network, Stage
from loomline.engines.watch import Stopped, Watch
from tests.engines.stocking.least_cost import least_cost_by_programme

Read = Callable[[str], Network]


def test_the_tree_of_the_textbook_has_its_published_service_times_and_cost(chain: Read) -> None:
    made = place_safety_stock(chain("example_6_5"))
    assert made.service_times == {"1": 0, "3": 0, "2": 0, "4": 1}
    assert made.cost == pytest.approx(8.277916867529369, abs=1e-12)
    assert made.is_proven
    stocks = {stage.name: stage.safety_stock for stage in made.stages}
    published = {"1": 2.4494897427831783, "3": 1.4142135623730951, "2": 1.0, "4": 0.0}
    assert stocks == pytest.approx(published, abs=1e-12)


def test_the_serial_chain_holds_all_stock_at_its_cheap_stages(chain: Read) -> None:
    made = place_safety_stock(chain("problem_6_7"))
    assert made.service_times == {"3": 2, "2": 3, "1": 0}
    assert made.cost == pytest.approx(357.77087639996637, rel=1e-12)


def test_the_camera_chain_decouples_where_the_published_solution_does(chain: Read) -> None:
    made = place_safety_stock(chain("figure_6_14"))
    assert {stage.name for stage in made.stages if stage.safety_stock > 0} == {"1", "6", "7", "8", "9"}
    assert made.cost == pytest.approx(18.824004472592172, rel=1e-12)


@st.composite
def networks(draw: st.DrawFn, *, rings: bool) -> Network:
    size = draw(st.integers(2, 6))
    links = [Link(f"n{draw(st.integers(0, at - 1))}", f"n{at}") for at in range(1, size)]
    links = [Link(one.customer, one.supplier) if not rings and draw(st.booleans()) else one for one in links]
    links = [Link(one.supplier, one.customer, draw(st.sampled_from([1, 2]))) for one in links]
    if rings:
        pairs = [(a, b) for a in range(size) for b in range(a + 1, size)]
        for a, b in draw(st.lists(st.sampled_from(pairs), max_size=4, unique=True)):
            if not any((one.supplier, one.customer) == (f"n{a}", f"n{b}") for one in links):
                links.append(Link(f"n{a}", f"n{b}"))
    ends = {f"n{at}" for at in range(size)} - {one.supplier for one in links}
    stages = [
        Stage(
            f"n{at}",
            time=draw(st.integers(0, 5)),
            holding=draw(st.integers(1, 9)),
            inbound=draw(st.integers(0, 2)),
            promise=draw(st.integers(0, 3)) if f"n{at}" in ends else None,
            sd=draw(st.integers(1, 5)) if f"n{at}" in ends else 0,
        )
        for at in range(size)
    ]
    return Network.of(stages, links)


@settings(max_examples=40, deadline=None)
@given(network=networks(rings=False))
def test_no_placement_on_a_tree_is_cheaper_by_integer_programming(network: Network) -> None:
    assert place_safety_stock(network).cost == pytest.approx(least_cost_by_programme(network), abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(network=networks(rings=True))
def test_no_placement_on_a_network_with_rings_is_cheaper_by_integer_programming(network: Network) -> None:
    made = place_safety_stock(network)
    assert made.is_proven
    assert made.cost == pytest.approx(least_cost_by_programme(network), abs=1e-6)
    assert made.cost == pytest.approx(placement(network, made.service_times).cost)


def test_times_of_half_a_day_are_as_good_as_whole_numbers() -> None:
    def cost(scale: float) -> float:
        stages = [Stage("a", 3 * scale, 1), Stage("b", 2 * scale, 4, promise=1 * scale, sd=5)]
        return place_safety_stock(Network.of(stages, [Link("a", "b")])).cost

    assert cost(0.5) == pytest.approx(cost(1) * math.sqrt(0.5))


def test_a_promise_that_cannot_be_kept_is_refused_with_what_can() -> None:
    network = Network.of([Stage("a", 3, 1, sd=1, promise=9)], [])
    with pytest.raises(BadInput, match=r"Stage a cannot promise 5.*at most 3"):
        placement(network, {"a": 5})


def test_a_circle_is_refused_and_named() -> None:
    with pytest.raises(BadInput, match="Goods go in circles among a, b"):
        Network.of([Stage("a", 1, 1), Stage("b", 1, 1)], [Link("a", "b"), Link("b", "a")])


def test_a_link_to_nowhere_is_refused_with_its_position() -> None:
    with pytest.raises(BadInput, match=r"position 0, column customer: b is no stage"):
        Network.of([Stage("a", 1, 1)], [Link("a", "b")])


def test_told_to_stop_the_tree_programme_stops() -> None:
    with pytest.raises(Stopped):
        place_safety_stock(
            Network.of([Stage("a", 1, 1, sd=1, promise=0)], []), watch=Watch(is_stopped=lambda: True)
        )


def test_told_to_stop_the_search_gives_a_plan_that_can_be_kept_and_an_honest_bound() -> None:
    stages = [Stage(f"n{at}", time=at % 4 + 1, holding=1 + at, sd=2, promise=0) for at in range(9)]
    links = [Link(f"n{a}", f"n{b}") for a in range(9) for b in range(a + 1, 9) if (a + b) % 3 != 0]
    network = Network.of(stages, links)
    made = place_safety_stock(network, watch=Watch(is_stopped=lambda: True))
    assert made.bound <= place_safety_stock(network).cost <= made.cost
