"""Credit from paths, against an enumeration of permutations and a walk of the chain by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.attribution.paths import Path, markov, shapley
from loomline.engines.bad_input import BadInput
from loomline.engines.watch import Stopped, Watch

CHANNELS = ["call", "fair", "mail", "search"]
amounts = st.integers(-5000, 100_000).map(lambda cents: cents * Decimal("0.01"))
paths = st.lists(
    st.builds(
        Path,
        st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=5).map(tuple),
        st.integers(1, 5),
        amounts,
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=8,
)


def walked(known: list[Path], without: str, order: int) -> float:
    """The probability of an order, by sending a crowd through the chain until hardly any is left."""
    moves: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {}
    for path in known:
        states = [()] + [path.channels[max(0, n - order) : n] for n in range(1, len(path.channels) + 1)]
        for before, after in pairwise(states):
            to = moves.setdefault(before, {})
            to[after] = to.get(after, 0) + path.conversions + path.losses
        ends = moves.setdefault(states[-1], {})
        ends["order",] = ends.get(("order",), 0) + path.conversions
        ends["nothing",] = ends.get(("nothing",), 0) + path.losses
    crowd, bought = {(): 1.0}, 0.0
    for _step in range(4000):
        after: dict[tuple[str, ...], float] = {}
        for state, share in crowd.items():
            total = sum(moves[state].values())
            for to, times in moves[state].items():
                if to == ("order",):
                    bought += share * times / total
                elif to != ("nothing",) and without not in to:
                    after[to] = after.get(to, 0.0) + share * times / total
        crowd = after
        if sum(crowd.values()) < 1e-13:
            break
    return bought


@settings(max_examples=40, deadline=None)
@given(paths, st.integers(1, 3))
def test_removal_effects_are_those_of_a_crowd_that_walks_the_chain(known: list[Path], order: int) -> None:
    found = markov(known, order=order)
    whole = walked(known, "", order)
    for credit in found:
        assert credit.effect == pytest.approx(1 - walked(known, credit.channel, order) / whole, abs=1e-6)
    assert sum(credit.share for credit in found) == pytest.approx(1)
    assert sum(credit.amount for credit in found) == sum(path.amount for path in known)


@settings(max_examples=40, deadline=None)
@given(paths)
def test_shapley_values_are_the_mean_over_all_orders_of_arrival(known: list[Path]) -> None:
    def worth(coalition: set[str]) -> int:
        return sum(path.conversions for path in known if set(path.channels) <= coalition)

    present = sorted({channel for path in known for channel in path.channels})
    arrivals = list(permutations(present))
    for credit in shapley(known):
        gains = [
            worth({*who[: who.index(credit.channel) + 1]}) - worth({*who[: who.index(credit.channel)]})
            for who in arrivals
        ]
        assert credit.conversions == pytest.approx(float(Fraction(sum(gains), len(gains))))
    assert sum(credit.amount for credit in shapley(known)) == sum(path.amount for path in known)


def test_a_worked_chain() -> None:
    """Of four paths two convert: a-b and b; a-c and c do not."""
    known = [
        Path(("a", "b"), amount=Decimal("100.00")),
        Path(("a", "c"), 0, losses=1),
        Path(("b",), amount=Decimal("50.01")),
        Path(("c",), 0, losses=1),
    ]
    found = {credit.channel: credit for credit in markov(known)}
    assert {name: round(credit.effect, 6) for name, credit in found.items()} == {"a": 0.5, "b": 1, "c": 0}
    assert {name: credit.amount for name, credit in found.items()} == {
        "a": Decimal("50.00"),
        "b": Decimal("100.01"),
        "c": Decimal(0),
    }
    assert {credit.channel: credit.amount for credit in shapley(known)} == {
        "a": Decimal("50.00"),
        "b": Decimal("100.01"),
        "c": Decimal(0),
    }


def test_shapley_has_no_limit_to_the_number_of_channels() -> None:
    many = tuple(f"channel {n:03}" for n in range(300))
    found = shapley([Path(many, 3, Decimal("100.00"))])
    assert {credit.amount for credit in found} == {Decimal("0.33"), Decimal("0.34")}
    assert sum(credit.amount for credit in found) == 100


def test_the_order_of_the_paths_does_not_matter() -> None:
    known = [Path(("a", "b"), 3, Decimal(7), 5), Path(("b", "a", "b"), 1, Decimal(2), 8), Path(("c",), 2)]
    assert markov(known, order=2) == markov(known[::-1], order=2)


def test_a_stopped_run_stops() -> None:
    with pytest.raises(Stopped):
        markov([Path(("a",))], watch=Watch(is_stopped=lambda: True))


@pytest.mark.parametrize(
    ("known", "says"),
    [
        ([], "No path with a channel led to an order"),
        ([Path(())], "No path with a channel"),
        ([Path(("a",), 0, losses=4)], "No path with a channel"),
        ([Path(("a",)), Path(("a",), -1)], "position 1: A path counts less than 0"),
        ([Path(("a", ""))], "position 0: A channel has no name"),
        ([Path(("a",), amount=Decimal("0.001"))], "no multiple of 0.01"),
        ([Path(("a",), 0, Decimal(1), 1)], "amount but no order"),
    ],
)
def test_paths_that_say_nothing_are_refused(known: list[Path], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        markov(known)
    with pytest.raises(BadInput, match=says):
        shapley(known)


def test_a_chain_of_no_order_is_refused() -> None:
    with pytest.raises(BadInput, match="order 0 is not made"):
        markov([Path(("a",))], order=0)
