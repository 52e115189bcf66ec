from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.sourcing.award import Bid, Price, Rules
from loomline.engines.sourcing.split import split_award
from loomline.engines.watch import Stopped, Watch


def bid(supplier: str, *prices: tuple[float, float], item: str = "yarn", **more: object) -> Bid:
    return Bid(supplier, item, tuple(Price(*one) for one in prices), **more)


def paid(one: Bid, quantity: int) -> float:
    """What so many pieces cost, unit by unit for incremental prices."""
    if quantity == 0:
        return 0.0
    each = [at(one, n if one.is_incremental else quantity) for n in range(quantity)]
    return sum(each) + one.landed * quantity


def at(one: Bid, quantity: float) -> float:
    """The price that holds at a quantity."""
    return [p.unit_price for p in one.prices if p.start <= quantity][-1]


def cheapest(demand: Mapping[str, int], bids: Sequence[Bid], rules: Rules) -> float:
    """Every split into whole pieces, one after the other."""
    best = math.inf
    ways = [
        [
            way
            for way in itertools.product(range(quantity + 1), repeat=sum(b.item == item for b in bids))
            if sum(way) == quantity
        ]
        for item, quantity in demand.items()
    ]
    ordered = [[b for b in bids if b.item == item] for item in demand]
    for choice in itertools.product(*ways):
        given = [
            (b, q)
            for some, qs in zip(ordered, choice, strict=True)
            for b, q in zip(some, qs, strict=True)
            if q
        ]
        if keeps(given, demand, rules):
            cost = sum(paid(b, q) for b, q in given)
            cost += sum(rules.fixed.get(s, 0) for s in {b.supplier for b, _ in given})
            cost += rules.switching * sum(not b.is_incumbent for b, _ in given)
            best = min(best, cost)
    return best


def keeps(given: list[tuple[Bid, int]], demand: Mapping[str, int], rules: Rules) -> bool:
    """True where an award breaks no rule."""
    suppliers = {b.supplier for b, _ in given}
    if not rules.suppliers[0] <= len(suppliers) <= rules.suppliers[1]:
        return False
    for s, capacity in rules.capacity.items():
        if sum(q for b, q in given if b.supplier == s) > capacity:
            return False
    for item, quantity in demand.items():
        own = [(b, q) for b, q in given if b.item == item]
        if not rules.suppliers_per_item[0] <= len(own) <= rules.suppliers_per_item[1]:
            return False
        low, high = (share * quantity for share in rules.share)
        if any(not max(b.least, low) - 1e-9 <= q <= min(b.most, high) + 1e-9 for b, q in own):
            return False
        if sum(q for b, q in own if b.is_incumbent) < rules.incumbent_share * quantity - 1e-9:
            return False
    return sum(b.co2e * q for b, q in given) <= rules.most_co2e + 1e-9


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_whole_split_is_cheaper_by_enumeration(data: st.DataObject) -> None:
    demand = {f"i{n}": data.draw(st.integers(1, 6)) for n in range(data.draw(st.integers(1, 2)))}
    suppliers = ["A", "B", "C"][: data.draw(st.integers(1, 3))]
    bids = []
    for item, supplier in itertools.product(demand, suppliers):
        prices = sorted(data.draw(st.lists(st.integers(1, 20), min_size=1, max_size=3)), reverse=True)
        starts = [
            0,
            *sorted(
                data.draw(st.sets(st.integers(1, 6), min_size=len(prices) - 1, max_size=len(prices) - 1))
            ),
        ]
        least = data.draw(st.integers(0, 2))
        bids.append(
            bid(
                supplier,
                *zip(starts, prices, strict=True),
                item=item,
                least=least,
                most=data.draw(st.integers(least, 8)),
                landed=data.draw(st.integers(0, 3)),
                co2e=data.draw(st.integers(0, 3)),
                is_incremental=data.draw(st.booleans()),
                is_incumbent=data.draw(st.booleans()),
            )
        )
    rules = Rules(
        fixed={s: data.draw(st.integers(0, 15)) for s in suppliers},
        capacity={s: data.draw(st.integers(3, 12)) for s in suppliers if data.draw(st.booleans())},
        switching=data.draw(st.integers(0, 5)),
        suppliers=(1, data.draw(st.integers(1, 3))),
        suppliers_per_item=(data.draw(st.integers(1, 2)), 3),
        share=(0.0, data.draw(st.sampled_from([0.7, 1.0]))),
        incumbent_share=data.draw(st.sampled_from([0.0, 0.3])),
        most_co2e=data.draw(st.sampled_from([math.inf, 12])),
        is_whole=True,
    )
    best = cheapest(demand, bids, rules)
    if math.isinf(best):
        with pytest.raises(BadInput):
            split_award(demand, bids, rules)
        return
    made = split_award(demand, bids, rules)
    assert made.cost == pytest.approx(best)
    assert made.is_proven
    assert keeps(
        [
            (b, round(a.quantity))
            for a in made.awards
            for b in bids
            if (b.supplier, b.item) == (a.supplier, a.item)
        ],
        demand,
        rules,
    )


def test_a_fixed_cost_makes_one_supplier_cheaper_than_two() -> None:
    bids = [bid("near", (0, 10.0), most=600), bid("far", (0, 9.0), most=600)]
    split = split_award({"yarn": 600}, bids, Rules(fixed={"near": 500, "far": 500}))
    assert [(a.supplier, a.quantity) for a in split.awards] == [("far", 600)]
    assert split.cost == pytest.approx(5900)


def test_a_greatest_share_splits_the_award_and_says_what_it_costs() -> None:
    bids = [bid("near", (0, 10.0)), bid("far", (0, 9.0))]
    split = split_award({"yarn": 1000}, bids, Rules(share=(0.0, 0.7)))
    assert {a.supplier: a.quantity for a in split.awards} == {"near": 300, "far": 700}
    assert split.cost == pytest.approx(9300)


def test_a_price_break_draws_the_award_together() -> None:
    bids = [bid("a", (0, 10.0), (800, 8.0)), bid("b", (0, 9.0), most=500)]
    assert [(a.supplier, a.quantity) for a in split_award({"yarn": 1000}, bids).awards] == [("a", 1000)]


def test_two_suppliers_at_least_are_awarded_when_asked_for() -> None:
    split = split_award(
        {"yarn": 100},
        [bid("a", (0, 10.0)), bid("b", (0, 90.0))],
        Rules(suppliers_per_item=(2, 9), share=(0.1, 1.0)),
    )
    assert {a.supplier: a.quantity for a in split.awards} == {"a": 90, "b": 10}


def test_too_little_capacity_is_refused_with_its_numbers() -> None:
    with pytest.raises(BadInput, match="together reach 70 of 100"):
        split_award({"yarn": 100}, [bid("a", (0, 1.0), most=30), bid("b", (0, 1.0), most=40)])


def test_rules_that_contradict_each_other_are_refused_with_the_one_that_would_have_to_give() -> None:
    bids = [bid("a", (0, 1.0), most=60), bid("b", (0, 1.0), most=60)]
    with pytest.raises(BadInput, match="without the number of suppliers"):
        split_award({"yarn": 100}, bids, Rules(suppliers=(1, 1)))


def test_a_bid_for_something_else_is_refused_with_its_position() -> None:
    with pytest.raises(BadInput, match="position 1, column item"):
        split_award({"yarn": 1}, [bid("a", (0, 1.0)), bid("a", (0, 1.0), item="dye")])


def test_a_price_that_rises_with_the_quantity_is_refused() -> None:
    with pytest.raises(BadInput, match="must not cost more per unit"):
        bid("a", (0, 1.0), (10, 2.0))


def test_told_to_stop_the_run_ends() -> None:
    with pytest.raises(Stopped):
        split_award({"yarn": 100}, [bid("a", (0, 1.0))], watch=Watch(is_stopped=lambda: True))
