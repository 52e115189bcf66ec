"""Layers are used up in turn, and no cent is lost however small the uses."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.valuation import Layer, Queue, part

CENT = Decimal("0.01")
D = Decimal


def test_first_in_first_out_takes_ten_at_ten_and_five_at_twelve() -> None:
    queue = Queue([Layer(1, D(10), D(100)), Layer(2, D(10), D(120))])
    uses, missing = queue.take(D(15), CENT)
    assert [(use.layer.key, use.begins, use.quantity, use.value) for use in uses] == [
        (1, D(0), D(10), D(100)),
        (2, D(0), D(5), D(60)),
    ]
    assert missing == 0
    assert [use.value for use in queue.take_all(CENT)] == [D(60)]


def test_what_no_layer_covers_is_said() -> None:
    uses, missing = Queue([Layer(1, D(2), D(4))]).take(D(5), CENT)
    assert ([use.quantity for use in uses], missing) == ([D(2)], D(3))


def test_more_layers_are_fetched_when_those_at_hand_are_gone() -> None:
    asked = []

    def more() -> list[Layer]:
        asked.append(True)
        return [Layer(1, D(1), D(1)), Layer(2, D(9), D(18))]

    queue = Queue([Layer(1, D(1), D(1))], more)
    assert queue.take(D(1), CENT)[1] == 0
    assert not asked
    uses, missing = queue.take(D(4), CENT)
    assert ([use.layer.key for use in uses], missing, len(asked)) == ([2], D(0), 1)


def test_what_comes_in_later_waits_for_what_is_still_to_be_fetched() -> None:
    queue = Queue([Layer(1, D(1), D(1))], lambda: [Layer(2, D(1), D(1))])
    queue.append(Layer(-1, D(1), D(1)))
    assert [use.layer.key for use in queue.take_all(CENT)] == [1, 2, -1]


def test_a_screw_for_a_tenth_of_a_cent_costs_a_cent_every_tenth_time() -> None:
    layer = Layer(1, D(1000), D("1.00"))
    values = [layer.use(D(1), CENT).value for _n in range(1000)]
    assert sum(values) == D("1.00")
    assert sum(values[:500]) == D("0.50")
    assert set(values) == {D("0.00"), D("0.01")}


QUANTITY = st.decimals(min_value="0.000001", max_value="1000", places=6)


@settings(deadline=None)
@given(value=st.decimals(min_value=0, max_value=100000, places=2), uses=st.lists(QUANTITY, min_size=1))
def test_uses_add_up_to_the_layer(value: Decimal, uses: list[Decimal]) -> None:
    whole = sum(uses, D(0))
    layer = Layer(1, whole, value)
    taken = [layer.use(quantity, CENT) for quantity in uses]
    assert sum((use.value for use in taken), D(0)) == value
    assert layer.left == 0
    assert layer.left_value == 0
    assert all(use.value >= 0 for use in taken)


@settings(deadline=None)
@given(
    value=st.decimals(min_value=0, max_value=1000, places=2),
    more=st.decimals(min_value=0, max_value=1000, places=2),
    uses=st.lists(QUANTITY, min_size=1, max_size=8),
)
def test_a_use_is_worth_what_its_place_says_whenever_the_value_came(
    value: Decimal, more: Decimal, uses: list[Decimal]
) -> None:
    whole = sum(uses, D(0))
    known_at_once = Layer(1, whole, value + more)
    for quantity in uses:
        use = known_at_once.use(quantity, CENT)
        assert use.value == part(value + more, whole, use.begins, use.begins + quantity, CENT)
