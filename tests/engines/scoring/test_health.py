"""Health of customers (K16) and answers of surveys (K9)."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.scoring.health import Driver, health
from loomline.engines.scoring.surveys import ces, csat, nps

DRIVERS = (
    Driver("days since order against own rhythm", 1.0, 0.5, weight=2, more_is_better=False),
    Driver("spend trend", 0.0, 0.1),
    Driver("on time in full", 0.95, 0.03),
    Driver("open complaints", 0.4, 0.8, more_is_better=False),
)
drivers = st.lists(
    st.builds(
        Driver,
        st.text(min_size=1),
        st.floats(-100, 100),
        st.floats(0, 50),
        st.floats(0.1, 9),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda driver: driver.name,
)


def test_a_customer_who_is_usual_in_everything_scores_fifty() -> None:
    found = health(DRIVERS, {driver.name: driver.mean for driver in DRIVERS})
    assert (found.score, found.top) == (50, ())


def test_the_reasons_say_what_moved_the_score_and_by_how_much() -> None:
    found = health(
        DRIVERS,
        {
            "days since order against own rhythm": 2.0,
            "spend trend": -0.05,
            "on time in full": 0.95,
            "open complaints": 0.0,
        },
    )
    assert [(reason.driver, reason.z, reason.points) for reason in found.top] == [
        ("days since order against own rhythm", -2.0, pytest.approx(50 / 3 * 2 / 5 * -2)),
        ("open complaints", 0.5, pytest.approx(50 / 3 / 5 * 0.5)),
        ("spend trend", -0.5, pytest.approx(50 / 3 / 5 * -0.5)),
    ]
    assert found.score == pytest.approx(50 - 40 / 3)


def test_what_is_not_known_adds_nothing_and_hands_its_weight_to_the_others() -> None:
    some = health(DRIVERS, {"spend trend": 0.2, "on time in full": None})
    assert some.score == pytest.approx(50 + 50 / 3 * 2)
    assert [reason.z for reason in some.reasons] == [2.0, None, None, None]


def test_an_odd_one_among_customers_who_are_all_alike_is_at_the_end_of_the_range() -> None:
    alike = [Driver("overdue", 0, 0, more_is_better=False)]
    assert health(alike, {"overdue": 1}).score == 0
    assert health(alike, {"overdue": 0}).score == 50


@settings(max_examples=100, deadline=None)
@given(drivers, st.data())
def test_the_reasons_add_up_to_the_score_and_the_score_stays_in_its_range(
    known: list[Driver], data: st.DataObject
) -> None:
    values = {driver.name: data.draw(st.floats(-500, 500)) for driver in known}
    found = health(known, values)
    assert 0 <= found.score <= 100
    assert found.score == pytest.approx(50 + math.fsum(reason.points for reason in found.reasons), abs=1e-9)
    better = {d.name: values[d.name] + (1 if d.more_is_better else -1) for d in known}
    assert health(known, better).score >= found.score - 1e-9


def test_promoters_less_detractors() -> None:
    found = nps([9] * 10 + [10] * 8 + [7] * 5 + [8] * 6 + [0, 6])
    assert (round(found.value, 1), round(found.margin, 1), found.count) == (51.6, 21.7, 31)


def test_the_two_best_boxes_with_an_interval_that_stays_within_zero_and_one() -> None:
    found = csat([5, 4, 4, 3, 1])
    assert (found.value, found.count) == (0.6, 5)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2307, 0.8824)
    perfect = csat([5, 5])
    assert perfect.low < perfect.value == perfect.high == 1


def test_effort_is_a_mean_of_seven() -> None:
    found = ces([7, 5, 6])
    assert (found.value, found.count) == (6, 3)
    assert found.margin == pytest.approx(1.96 * math.sqrt(2 / 3 / 3), abs=1e-3)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: nps([]), "There are no answers"),
        (lambda: nps([5, 11]), "position 1: The answer 11 is not from 0 to 10"),
        (lambda: csat([0]), "position 0: The answer 0 is not from 1 to 5"),
        (lambda: ces([8]), "not from 1 to 7"),
        (lambda: health(DRIVERS, {}), "Nothing is known"),
        (lambda: health(DRIVERS, {"rain": 1.0}), "There is no driver rain"),
        (lambda: health(DRIVERS, {"spend trend": math.nan}), "spend trend is nan"),
        (lambda: Driver("d", 0, -1), "cannot be weighed"),
        (lambda: Driver("d", 0, 1, weight=0), "cannot be weighed"),
    ],
)
def test_what_cannot_be_judged_is_refused(make: Callable[[], object], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        make()
