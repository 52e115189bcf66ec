"""Credit by rule: K12 of the specification, and sums that are exact to the cent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.attribution.apportion import apportion
from loomline.engines.attribution.returns import Campaign, payback_months, return_of, value_to_cost
from loomline.engines.attribution.rules import (
    Conversion,
    Credit,
    Rule,
    Stage,
    Terms,
    Touch,
    by_channel,
    compared,
    credits,
)
from loomline.engines.bad_input import BadInput

ORDERED = datetime(2026, 5, 20, 12, tzinfo=UTC)
CENT = Decimal("0.01")


def touch(channel: str, days: float, stage: Stage = Stage.NONE, *, is_suspect: bool = False) -> Touch:
    """A touch so many days before the order."""
    return Touch(channel, ORDERED - timedelta(days=days), stage, is_suspect=is_suspect)


def order(*touches: Touch, amount: str = "100.00") -> Conversion:
    return Conversion("S-1", ORDERED, Decimal(amount), touches)


def shares(found: list[Credit]) -> dict[str, Fraction]:
    return {credit.channel: credit.share for credit in found}


FIVE = (
    touch("fair", 40),
    touch("search", 30, Stage.LEAD),
    touch("mail", 20),
    touch("call", 10, Stage.OPPORTUNITY),
    touch("direct", 1),
)

channels = st.sampled_from(["fair", "search", "mail", "direct", "call"])
touches = st.builds(
    touch, channels, st.floats(-5, 900), st.sampled_from(list(Stage)), is_suspect=st.booleans()
)
cents = st.integers(-(10**9), 10**9).map(lambda n: n * CENT)


def test_time_decay_halves_with_each_week() -> None:
    found = credits(order(touch("a", 14), touch("b", 7), touch("c", 0)), Rule.TIME_DECAY)
    assert [credit.share for credit in found] == [Fraction(1, 7), Fraction(2, 7), Fraction(4, 7)]
    assert [credit.amount for credit in found] == [Decimal("14.29"), Decimal("28.57"), Decimal("57.14")]


@pytest.mark.parametrize(
    ("rule", "percent"),
    [
        (Rule.FIRST, (100, 0, 0, 0, 0)),
        (Rule.LAST, (0, 0, 0, 0, 100)),
        (Rule.LAST_NON_DIRECT, (0, 0, 0, 100, 0)),
        (Rule.LINEAR, (20, 20, 20, 20, 20)),
        (Rule.U_SHAPED, (40, Fraction(20, 3), Fraction(20, 3), Fraction(20, 3), 40)),
        (Rule.W_SHAPED, (30, 30, 5, 30, 5)),
    ],
)
def test_each_rule_shares_as_its_name_says(rule: Rule, percent: tuple[Fraction, ...]) -> None:
    found = credits(order(*reversed(FIVE)), rule)
    assert [credit.channel for credit in found] == ["fair", "search", "mail", "call", "direct"]
    assert [credit.share * 100 for credit in found] == list(percent)


@pytest.mark.parametrize(
    ("rule", "given_touches", "percent"),
    [
        (Rule.U_SHAPED, FIVE[:1], {"fair": 100}),
        (Rule.U_SHAPED, FIVE[:2], {"fair": 50, "search": 50}),
        (Rule.W_SHAPED, FIVE[:2], {"fair": 50, "search": 50}),
        (Rule.W_SHAPED, (FIVE[0], FIVE[1], FIVE[3]), {"fair": 33.33, "search": 33.33, "call": 33.33}),
        (Rule.W_SHAPED, (FIVE[1], FIVE[3], FIVE[4]), {"search": 60, "call": 30, "direct": 10}),
        (Rule.W_SHAPED, (FIVE[0], FIVE[2]), {"fair": 30, "mail": 70}),
        (Rule.LAST_NON_DIRECT, FIVE[4:], {"direct": 100}),
    ],
)
def test_short_paths_share_the_whole(
    rule: Rule, given_touches: tuple[Touch, ...], percent: dict[str, float]
) -> None:
    found = shares(credits(order(*given_touches), rule))
    assert {name: float(share * 100) for name, share in found.items()} == pytest.approx(percent, abs=0.01)


@settings(max_examples=150, deadline=None)
@given(st.lists(touches, max_size=9), cents, st.sampled_from(list(Rule)))
def test_shares_add_up_to_one_and_credits_to_the_amount(
    given_touches: list[Touch], amount: Decimal, rule: Rule
) -> None:
    found = credits(Conversion("S-1", ORDERED, amount, tuple(given_touches)), rule)
    assert sum(credit.share for credit in found) == 1
    assert sum(credit.amount for credit in found) == amount
    assert all(abs(Fraction(credit.amount) - credit.share * Fraction(amount)) < CENT for credit in found)
    assert all(credit.share >= 0 for credit in found)


@settings(max_examples=150, deadline=None)
@given(cents, st.lists(st.floats(0, 1e12), min_size=1, max_size=30).filter(any))
def test_parts_add_up_and_are_less_than_a_cent_off(amount: Decimal, weights: list[float]) -> None:
    parts = apportion(amount, weights)
    assert sum(parts) == amount
    total = sum(map(Fraction, weights))
    for part, weight in zip(parts, weights, strict=True):
        assert abs(Fraction(part) - Fraction(amount) * Fraction(weight) / total) < CENT
    assert apportion(-amount, weights) == [-part for part in parts]


def test_the_cents_that_are_left_go_to_the_largest_remainders_and_then_to_the_first() -> None:
    assert apportion(Decimal("0.05"), [1, 1, 1]) == [Decimal("0.02"), Decimal("0.02"), Decimal("0.01")]
    assert apportion(Decimal("1.00"), [Fraction(1, 3), Fraction(2, 3)]) == [Decimal("0.33"), Decimal("0.67")]
    assert apportion(Decimal(7), [3, 1], unit=Decimal(1)) == [5, 2]


def test_what_nobody_brought_stands_without_a_channel() -> None:
    found = credits(order(touch("late", -1), touch("robot", 3, is_suspect=True)), Rule.LINEAR)
    assert [(credit.channel, credit.share, credit.amount) for credit in found] == [("", 1, Decimal("100.00"))]


def test_touches_older_than_the_look_back_get_nothing() -> None:
    found = credits(order(*FIVE), Rule.FIRST, Terms(look_back=timedelta(days=20)))
    assert shares(found) == {"mail": 1, "call": 0, "direct": 0}


def test_channels_are_compared_over_all_rules() -> None:
    orders = [order(*FIVE, amount="90.01"), order(*FIVE[2:], amount="9.99"), order(amount="5.00")]
    found = compared(orders)
    assert set(found) == set(Rule)
    assert all(sum(sums.values()) == Decimal("105.00") for sums in found.values())
    assert found[Rule.FIRST] == {
        "": Decimal("5.00"),
        "call": Decimal(0),
        "direct": Decimal(0),
        "fair": Decimal("90.01"),
        "mail": Decimal("9.99"),
        "search": Decimal(0),
    }


def test_a_very_long_chain_keeps_its_newest_touch() -> None:
    found = credits(order(touch("old", 40_000), touch("older", 50_000)), Rule.TIME_DECAY)
    assert by_channel(found) == {"old": Decimal("100.00"), "older": Decimal("0.00")}


@pytest.mark.parametrize(
    ("amount", "weights", "says"),
    [
        ("1.00", [], "add up to 0"),
        ("1.00", [0, 0], "add up to 0"),
        ("1.00", [1, -1], "position 1: The weight -1"),
        ("1.00", [float("nan")], "position 0: The weight nan"),
        ("1.005", [1], "no multiple of 0.01"),
    ],
)
def test_what_cannot_be_split_is_refused(amount: str, weights: list[float], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        apportion(Decimal(amount), weights)


def test_times_with_and_without_a_zone_are_refused_together() -> None:
    naive = Touch("mail", datetime.fromisoformat("2026-05-01"))
    with pytest.raises(BadInput, match="S-1 say their time zone and some do not"):
        credits(order(naive), Rule.LAST)
    with pytest.raises(BadInput, match="half-life is not positive"):
        credits(order(*FIVE), Rule.LAST, Terms(half_life=timedelta(0)))


def test_returns_of_a_campaign() -> None:
    found = return_of(Campaign("spring", margin=Decimal(1500), cost=Decimal(1000), new_customers=8))
    assert (found.roi, found.cac) == (Decimal("0.5"), Decimal(125))
    free = return_of(Campaign("word of mouth", margin=Decimal(1), cost=Decimal(0)))
    assert (free.roi, free.cac) == (None, None)
    assert value_to_cost(Decimal(375), Decimal(125)) == 3
    assert payback_months(Decimal(125), [Decimal(50)] * 4) == 3
    assert payback_months(Decimal(125), [Decimal(50)] * 2) is None
    assert payback_months(Decimal(0), []) == 0
    with pytest.raises(BadInput, match="below 0"):
        return_of(Campaign("wrong", margin=Decimal(1), cost=Decimal(-1)))
    with pytest.raises(BadInput, match="cost of a customer is 0"):
        value_to_cost(Decimal(1), Decimal(0))
