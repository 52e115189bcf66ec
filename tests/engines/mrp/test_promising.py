"""Available to promise and fair shares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.mrp.allocation import FairShare, fair_share
from loomline.engines.mrp.distribution import deploy
from loomline.engines.mrp.plant import Bills, Demands, Items, Kind, Plant
from loomline.engines.mrp.promising import available_to_promise, earliest_promise, promise_of_plan
from tests.engines.mrp.test_netting import netted, worked_example

DAY = 86_400


def test_discrete_atp_counts_from_supply_to_supply() -> None:
    # Stock 50, a master schedule of 100 in periods 1 and 4, orders 30 20 40 60 10 0.
    atp = available_to_promise(50, [100, 0, 0, 100, 0, 0], [30, 20, 40, 60, 10, 0])
    assert atp.discrete[0].tolist() == [60, 0, 0, 30, 0, 0]
    assert atp.cumulative[0].tolist() == [120, 100, 60, 100, 90, 90]
    assert atp.look_ahead[0].tolist() == [60, 60, 60, 90, 90, 90]


def test_what_a_later_supply_is_short_of_is_kept_from_an_earlier_one() -> None:
    atp = available_to_promise(0, [50, 0, 20], [10, 0, 45])
    assert atp.discrete[0].tolist() == [15, 0, 0]
    assert atp.look_ahead[0].tolist() == [15, 15, 15]


def test_what_is_promised_beyond_all_supply_shows_as_less_than_nothing() -> None:
    atp = available_to_promise(5, [0, 0], [0, 8])
    assert atp.discrete[0].tolist() == [-3, 0]
    assert atp.look_ahead[0].tolist() == [0, 0]


numbers = st.lists(st.integers(0, 50), min_size=6, max_size=6)


@given(st.integers(0, 80), numbers, numbers)
@settings(max_examples=80, deadline=None)
def test_a_promise_within_look_ahead_breaks_no_other_and_one_unit_more_does(
    stock: int, supply: list[int], orders: list[int]
) -> None:
    atp = available_to_promise(stock, supply, orders)
    if (atp.cumulative < 0).any():
        return
    for bucket in range(6):
        free = atp.look_ahead[0, bucket]
        for more, breaks in ((0, False), (1, True)):
            again = np.array(orders, dtype=float)
            again[bucket] += free + more
            assert (available_to_promise(stock, supply, again).cumulative < 0).any() == breaks


@given(st.integers(0, 80), numbers, numbers)
@settings(max_examples=80, deadline=None)
def test_discrete_atp_adds_up_to_what_is_left_in_all(
    stock: int, supply: list[int], orders: list[int]
) -> None:
    atp = available_to_promise(stock, supply, orders)
    assert atp.discrete.sum() == stock + sum(supply) - sum(orders)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(BadInput, match="shapes"):
        available_to_promise(0, [1, 2], [1, 2, 3])


def test_a_plan_promises_what_its_lots_leave() -> None:
    atp = promise_of_plan(netted(worked_example(), bucket_days=7))
    assert atp.look_ahead[2, -1] == 20
    assert earliest_promise(atp, 2, 20) == 7
    assert earliest_promise(atp, 2, 21) is None


def test_a_shortage_is_shared_in_proportion() -> None:
    assert fair_share(60, [50, 100, 50]).tolist() == [15, 30, 15]


def test_equal_cover_raises_the_lowest_first() -> None:
    # 10 days, 0 days and 5 days of cover at rates 1, 2, 2: 30 units lift the last two to 8.75 and 8.75 days.
    share = fair_share(30, [100, 100, 100], rule=FairShare.COVER, stock=[10, 0, 10], rate=[1, 2, 2])
    assert share == pytest.approx([0, 20, 10])


def test_lower_priorities_are_served_in_full_first() -> None:
    share = fair_share(60, [50, 40, 40], rule=FairShare.PRIORITY, priority=[1, 2, 2])
    assert share.tolist() == [50, 5, 5]


def test_shares_are_whole_multiples_and_nothing_that_fits_is_left() -> None:
    assert fair_share(50, [40, 40, 40], multiple=10).tolist() == [20, 20, 10]


@given(
    st.integers(0, 200),
    st.lists(st.integers(0, 60), min_size=1, max_size=5),
    st.sampled_from(list(FairShare)),
    st.data(),
)
@settings(max_examples=120, deadline=None)
def test_shares_are_within_needs_and_use_everything(
    available: int, need: list[int], rule: FairShare, data: st.DataObject
) -> None:
    count = len(need)
    stock = data.draw(st.lists(st.integers(0, 30), min_size=count, max_size=count))
    rate = data.draw(st.lists(st.integers(1, 5), min_size=count, max_size=count))
    share = fair_share(available, need, rule=rule, stock=stock, rate=rate)
    assert (share >= -1e-9).all()
    assert (share <= np.array(need) + 1e-9).all()
    assert share.sum() == pytest.approx(min(available, sum(need)))


def test_a_need_below_nothing_is_refused() -> None:
    with pytest.raises(BadInput, match="column need"):
        fair_share(5, [1, -1])


def network(stock: float) -> Plant:
    """A factory stock that supplies two shops in two and three days; the factory makes in ten."""
    return Plant(
        Items.of(
            names=["X @ works", "X @ north", "X @ south"],
            kind=[Kind.MAKE, Kind.MOVE, Kind.MOVE],
            on_hand=[stock, 5, 0],
            lead_days=[10, 2, 3],
        ),
        Bills.of(parent=[1, 2], component=[0, 0]),
        Demands.of(names=["N", "S"], item=[1, 2], quantity=[35, 30], at=[5 * DAY, 6 * DAY]),
    )


def test_a_network_is_netted_like_bills() -> None:
    netting = netted(network(60))
    assert netting.gross[0, 3] == 60
    assert netting.planned[0].sum() == 0


def test_enough_at_the_source_ships_what_is_wanted_when_it_is_wanted() -> None:
    made = deploy(netted(network(60)))
    rows = zip(
        made.shipments.quantity, made.shipments.leaves // DAY, made.shipments.arrives // DAY, strict=True
    )
    assert sorted((float(q), int(a), int(b)) for q, a, b in rows) == [(30, 3, 5), (30, 3, 6)]


def test_a_short_source_is_shared_fairly_and_owes_the_rest() -> None:
    made = deploy(netted(network(24)))
    assert made.shipments.quantity.tolist() == [12, 12]
    assert made.owed_to_lanes.tolist() == [18, 18]
    assert made.stock.min() >= 0
