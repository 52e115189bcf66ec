"""Points for purchases, points for returns, rebates and tiers."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.loyalty.earning import EarnRule, Step, earned, rebate, taken_back
from loomline.engines.loyalty.tiers import Earning, Scheme, Tier, standing

START = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
BRONZE, SILVER, GOLD = Tier("bronze", Decimal(0)), Tier("silver", Decimal(500)), Tier("gold", Decimal(2000))
SCHEME = Scheme((BRONZE, SILVER, GOLD), YEAR, timedelta(days=60))
STEPS = [
    Step(Decimal(10_000), Decimal("0.01")),
    Step(Decimal(50_000), Decimal("0.02")),
    Step(Decimal(100_000), Decimal("0.03")),
]


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def test_points_are_rounded_down_to_whole_steps() -> None:
    assert earned(Decimal("99.99"), EarnRule(Decimal(1))) == 99
    assert earned(Decimal("99.99"), EarnRule(Decimal(2), Decimal("1.5"))) == 299
    assert earned(Decimal("99.99"), EarnRule(Decimal(1), step=Decimal("0.1"))) == Decimal("99.9")
    assert earned(Decimal("-5"), EarnRule(Decimal(1))) == 0


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 10**6),
    st.integers(0, 10**5),
    st.lists(st.floats(0, 1), max_size=6),
)
def test_returns_in_parts_take_back_what_one_return_would(cents: int, points: int, cuts: list[float]) -> None:
    amount, given_points = Decimal(cents) / 100, Decimal(points)
    marks = sorted({0, cents, *(round(cut * cents) for cut in cuts)})
    parts = [Decimal(high - low) / 100 for low, high in itertools.pairwise(marks)]
    gone, back = Decimal(), Decimal()
    for part in parts:
        taken = taken_back(given_points, amount, before=gone, now=part)
        assert taken >= 0
        gone, back = gone + part, back + taken
        assert back == taken_back(given_points, amount, before=Decimal(), now=gone)
    assert back == given_points


def test_a_rebate_counts_all_turnover_or_each_step_on_its_part() -> None:
    turnover = Decimal("60000.00")
    assert rebate(turnover, STEPS, retroactive=True) == Decimal("1200.00")
    assert rebate(turnover, STEPS, retroactive=False) == Decimal("600.00")
    assert rebate(Decimal(150_000), STEPS, retroactive=False) == Decimal(400 + 1000 + 1500)
    assert rebate(Decimal("9999.99"), STEPS, retroactive=True) == Decimal("0.00")
    assert rebate(Decimal(10_000), STEPS, retroactive=True) == Decimal("100.00")


def test_the_tier_is_what_the_look_back_has_earned() -> None:
    known = [Earning(day(0), Decimal(400)), Earning(day(100), Decimal(150))]
    assert standing(SCHEME, known, day(50)).tier is BRONZE
    found = standing(SCHEME, known, day(100))
    assert (found.tier, found.points, found.on_grace) == (SILVER, 550, False)
    assert (found.next_tier, found.lacks) == (GOLD, 1450)


def test_a_tier_is_kept_for_the_grace_and_not_a_moment_longer() -> None:
    known = [Earning(day(0), Decimal(400)), Earning(day(100), Decimal(150))]
    # The first points leave the look-back on day 365.
    found = standing(SCHEME, known, day(365))
    assert (found.tier, found.points, found.on_grace) == (SILVER, 150, True)
    assert standing(SCHEME, known, day(425) - timedelta(microseconds=1)).tier is SILVER
    assert standing(SCHEME, known, day(425)).tier is BRONZE


def test_returned_goods_lower_what_counts() -> None:
    known = [Earning(day(0), Decimal(600)), Earning(day(5), Decimal(-200))]
    assert standing(Scheme(SCHEME.tiers, YEAR), known, day(6)).tier is BRONZE
    assert standing(SCHEME, known, day(6)).on_grace


def test_below_the_lowest_tier_there_is_none_and_above_the_highest_nothing_lacks() -> None:
    scheme = Scheme((SILVER, GOLD), YEAR)
    assert standing(scheme, [], day(0)).tier is None
    top = standing(scheme, [Earning(day(0), Decimal(9000))], day(1))
    assert (top.tier, top.next_tier, top.lacks) == (GOLD, None, 0)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(-300, 900)), max_size=8),
    st.integers(0, 100),
    st.integers(1, 30),
    st.integers(0, 20),
)
def test_the_tier_is_the_best_of_every_day_of_the_grace(
    known: list[tuple[int, int]], at: int, look_back: int, grace: int
) -> None:
    scheme = Scheme(SCHEME.tiers, timedelta(days=look_back), timedelta(days=grace))
    earnings = [Earning(day(n), Decimal(points)) for n, points in known]

    def points_on(number: int) -> int:
        return sum(points for n, points in known if number - look_back < n <= number)

    best = max(points_on(number) for number in range(at - grace, at + 1))
    names = [tier for tier in SCHEME.tiers if best >= tier.points]
    assert standing(scheme, earnings, day(at)).tier == (names[-1] if names else None)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Scheme((GOLD, SILVER), YEAR), "do not rise"),
        (lambda: Scheme((), YEAR), "do not rise"),
        (lambda: Scheme((GOLD,), timedelta(0)), "look-back or the grace"),
        (lambda: EarnRule(Decimal(-1)), "cannot be"),
        (lambda: rebate(Decimal(1), STEPS[::-1], retroactive=True), "steps of the rebate do not rise"),
        (
            lambda: rebate(Decimal(1), [Step(Decimal(0), Decimal(2))], retroactive=True),
            "A step of the rebate",
        ),
        (lambda: taken_back(Decimal(1), Decimal(10), before=Decimal(6), now=Decimal(5)), "worth 11 cannot"),
        (lambda: taken_back(Decimal(1), Decimal(0), before=Decimal(0), now=Decimal(0)), "cannot come back"),
    ],
)
def test_programmes_that_cannot_be_are_refused(make: Callable[[], object], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        make()
