"""Every cent between two snapshots has a reason."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loomline.domains.forecasting.queries.bridge import LOST, OPEN, ORDER, WON, Deal, bridge

START, END = date(2026, 10, 1), date(2027, 1, 1)
IN, OUT = date(2026, 12, 10), date(2027, 2, 10)

deals = st.builds(
    Deal,
    state=st.sampled_from([OPEN, WON, LOST]),
    amount=st.decimals(min_value=0, max_value=10**9, places=2),
    closes_on=st.none() | st.dates(START - timedelta(days=60), END + timedelta(days=60)),
    is_elsewhere=st.booleans(),
)
books = st.dictionaries(st.integers(1, 9), deals, max_size=8)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(before=books, after=books)
def test_the_bridge_adds_up_exactly_whatever_happened(
    before: dict[int, Deal], after: dict[int, Deal]
) -> None:
    made = bridge(before=before, after=after, starts_on=START, ends_on=END)

    assert made.start + sum(step.amount for step in made.steps) == made.end
    assert sum(made.part(part) for part in ORDER) == made.end - made.start
    assert made.start == sum(deal.amount for deal in before.values() if deal.counts(START, END))
    assert made.end == sum(deal.amount for deal in after.values() if deal.counts(START, END))
    assert {step.part for step in made.steps} <= set(ORDER)
    assert made.part("new") >= 0
    assert made.part("pulled_in") >= 0
    assert made.part("taken_over") >= 0
    for part in ("won", "lost", "slipped", "handed_over"):
        assert made.part(part) <= 0


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(before=books)
def test_where_nothing_happened_nothing_moved(before: dict[int, Deal]) -> None:
    made = bridge(before=before, after=before, starts_on=START, ends_on=END)
    still = [step for step in made.steps if before[step.key].state == OPEN]
    assert (still, made.start) == ([], made.end)


def deal(state: str = OPEN, amount: int = 100, day: date | None = IN, *, is_elsewhere: bool = False) -> Deal:
    return Deal(state, Decimal(amount), day, is_elsewhere=is_elsewhere)


def theirs(state: str = OPEN, amount: int = 100, day: date | None = IN) -> Deal:
    return deal(state, amount, day, is_elsewhere=True)


@pytest.mark.parametrize(
    ("old", "new", "steps"),
    [
        (None, deal(), {"new": 100}),
        (deal(day=OUT), deal(), {"pulled_in": 100}),
        (deal(), deal(amount=130), {"changed": 30}),
        (deal(), deal(WON), {"won": -100}),
        (deal(), deal(WON, 90), {"changed": -10, "won": -90}),
        (None, deal(WON, 70), {"new": 70, "won": -70}),
        (deal(day=OUT), deal(WON), {"pulled_in": 100, "won": -100}),
        (deal(), deal(WON, 100, OUT), {"won": -100}),
        (deal(), deal(LOST), {"lost": -100}),
        (deal(), None, {"lost": -100}),
        (deal(), deal(day=OUT), {"slipped": -100}),
        (deal(), deal(day=None), {"slipped": -100}),
        (deal(day=OUT), deal(day=OUT), {}),
        (deal(WON), deal(WON), {"new": 100, "won": -100}),
        (deal(), theirs(amount=130), {"handed_over": -100}),
        (deal(), theirs(WON), {"handed_over": -100}),
        (deal(day=OUT), theirs(), {}),
        (theirs(), deal(amount=130), {"taken_over": 130}),
        (theirs(day=OUT), deal(WON, 70), {"taken_over": 70, "won": -70}),
        (theirs(), theirs(LOST), {}),
    ],
)
def test_what_happens_to_one_deal(old: Deal | None, new: Deal | None, steps: dict[str, int]) -> None:
    made = bridge(before={1: old} if old else {}, after={1: new} if new else {}, starts_on=START, ends_on=END)
    assert {step.part: int(step.amount) for step in made.steps} == steps
