"""Amounts, quantities and periods keep their promises whatever the numbers are."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loomline.domains.catalog.queries import Converter
from loomline.engines.freight.rating import allocate
from loomline.kernel.money import CurrencyMismatch, Money, minor_unit
from loomline.kernel.period import Period
from loomline.kernel.quantity import Quantity, UnitMismatch

AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=4)
CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))
ENDS = st.none() | st.integers(min_value=0, max_value=400)


@st.composite
def periods(draw: st.DrawFn) -> Period:
    start, length = draw(DAYS), draw(ENDS)
    return Period(start, None if length is None else start + timedelta(days=length))


@given(AMOUNTS, CURRENCIES)
def test_rounding_moves_an_amount_by_half_a_coin_at_most_and_only_once(
    amount: Decimal, currency: str
) -> None:
    coin, rounded = minor_unit(currency), Money(amount, currency).rounded()
    assert rounded.amount % coin == 0
    assert abs(rounded.amount - amount) * 2 <= coin
    assert rounded.rounded() == rounded
    # Half a coin goes away from nothing, the same way for a debt as for a claim.
    assert Money(-amount, currency).rounded().amount == -rounded.amount


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("0.125", "EUR", "0.13"),
        ("-0.125", "EUR", "-0.13"),
        ("0.5", "JPY", "1"),
        ("0.1245", "KWD", "0.125"),
    ],
)
def test_half_a_coin_is_rounded_up(amount: str, currency: str, rounded: str) -> None:
    assert Money(Decimal(amount), currency).rounded().amount == Decimal(rounded)


@given(st.lists(AMOUNTS, max_size=20), CURRENCIES)
def test_amounts_add_up_in_any_order(amounts: list[Decimal], currency: str) -> None:
    nothing = Money(Decimal(0), currency)
    forth = sum((Money(a, currency) for a in amounts), nothing)
    back = sum((Money(a, currency) for a in reversed(amounts)), nothing)
    assert forth == back == Money(sum(amounts, Decimal(0)), currency)
    assert forth - back == nothing


@given(AMOUNTS)
def test_different_currencies_and_units_never_mix(amount: Decimal) -> None:
    with pytest.raises(CurrencyMismatch):
        Money(amount, "EUR") + Money(amount, "USD")
    with pytest.raises(CurrencyMismatch):
        assert Money(amount, "EUR") < Money(amount, "USD")
    with pytest.raises(UnitMismatch):
        Quantity(amount, "kg") + Quantity(amount, "pcs")
    with pytest.raises(TypeError):
        Money(amount, "EUR") * 0.5  # type: ignore[operator]


@given(
    st.decimals(min_value=0, max_value=10**9, places=2),
    st.lists(st.decimals(min_value=0, max_value=1000, places=3), min_size=1, max_size=12).filter(any),
)
def test_shares_are_together_the_whole(total: Decimal, weights: list[Decimal]) -> None:
    shares = allocate(total, weights)
    assert (len(shares), sum(shares)) == (len(weights), total)
    exact = [total * weight / sum(weights) for weight in weights]
    assert all(abs(share - part) < Decimal("0.01") for share, part in zip(shares, exact, strict=True))


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 999), st.integers(1, 999))
def test_units_convert_there_and_back_exactly(over: int, under: int, more: int, less: int) -> None:
    general = {"cone": {"kg": Fraction(over, under)}, "kg": {"cone": Fraction(under, over)}}
    own = {"kg": {"m": Fraction(more, less)}, "m": {"kg": Fraction(less, more)}}
    units = Converter(general, {7: own})
    there, back = units.factor(unit="cone", to="m", item_id=7), units.factor(unit="m", to="cone", item_id=7)
    assert there == Fraction(over, under) * Fraction(more, less)
    assert there * back == 1


@given(periods(), periods())
def test_periods_overlap_where_a_day_lies_in_both(one: Period, other: Period) -> None:
    later = max(one.start, other.start)
    assert one.overlaps(other) == other.overlaps(one) == (later in one and later in other)


@given(DAYS, st.integers(min_value=1, max_value=400))
def test_weeks_follow_each_other_and_hold_every_day(start: date, length: int) -> None:
    period = Period(start, start + timedelta(days=length))
    weeks = list(period.weeks())
    assert all(week.start.weekday() == 0 for week in weeks)
    assert all(one.end == after.start for one, after in pairwise(weeks))
    last = period.start + timedelta(days=length - 1)
    assert period.start in weeks[0]
    assert last in weeks[-1]
