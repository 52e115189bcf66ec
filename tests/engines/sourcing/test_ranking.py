from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.sourcing.ranking import rank

# The fighter aircraft of Hwang and Yoon (1981): speed, range, payload, cost, reliability, agility.
AIRCRAFT = [
    [2.0, 1500, 20000, 5.5, 5, 9],
    [2.5, 2700, 18000, 6.5, 3, 5],
    [1.8, 2000, 21000, 4.5, 7, 7],
    [2.2, 1800, 20000, 5.0, 5, 5],
]
WEIGHTS = [0.2, 0.1, 0.1, 0.1, 0.2, 0.3]
BENEFIT = [True, True, True, False, True, True]


def closeness(scores: list[list[float]], weights: list[float], benefit: list[bool]) -> list[float]:
    """The textbook's steps one by one, without arrays."""
    lengths = [math.sqrt(sum(row[k] ** 2 for row in scores)) or 1.0 for k in range(len(weights))]
    table = [[w * x / n for w, x, n in zip(weights, row, lengths, strict=True)] for row in scores]
    columns = list(zip(*table, strict=True))
    best = [max(c) if b else min(c) for c, b in zip(columns, benefit, strict=True)]
    worst = [min(c) if b else max(c) for c, b in zip(columns, benefit, strict=True)]
    made = []
    for row in table:
        to_best, to_worst = math.dist(row, best), math.dist(row, worst)
        made.append(to_worst / (to_best + to_worst) if to_best + to_worst else 1.0)
    return made


def test_the_aircraft_of_hwang_and_yoon_rank_as_published() -> None:
    made = rank(AIRCRAFT, weights=WEIGHTS, is_benefit=BENEFIT)
    # The book rounds on the way: 0.613 is 0.6135.
    assert made.closeness == pytest.approx([0.643, 0.268, 0.613, 0.312], abs=1e-3)
    assert made.order.tolist() == [0, 2, 3, 1]


def test_the_winner_stays_inside_each_range_of_weights_and_not_beyond() -> None:
    made = rank(AIRCRAFT, weights=WEIGHTS, is_benefit=BENEFIT)
    for k, (low, high) in enumerate(made.stays):
        for weight, inside in (
            (low - 1e-4, False),
            (low + 1e-4, True),
            (high - 1e-4, True),
            (high + 1e-4, False),
        ):
            if 0 < weight < 1:
                others = [w * (1 - weight) / (1 - WEIGHTS[k]) for w in WEIGHTS]
                others[k] = weight
                found = closeness(AIRCRAFT, others, BENEFIT)
                assert (found.index(max(found)) == made.winner) == inside, (k, weight)


def test_agility_may_not_lose_much_weight_before_the_third_aircraft_wins() -> None:
    made = rank(AIRCRAFT, weights=WEIGHTS, is_benefit=BENEFIT)
    assert 0.2 < made.stays[5][0] < 0.3
    assert made.stays[5][1] == 1.0


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_closeness_is_that_of_the_textbook_and_ranges_hold_the_present_weight(data: st.DataObject) -> None:
    rows, columns = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 4))
    scores = data.draw(
        st.lists(
            st.lists(st.integers(0, 20), min_size=columns, max_size=columns), min_size=rows, max_size=rows
        )
    )
    weights = data.draw(st.lists(st.integers(1, 9), min_size=columns, max_size=columns))
    benefit = data.draw(st.lists(st.booleans(), min_size=columns, max_size=columns))
    made = rank(scores, weights=weights, is_benefit=benefit, draws=50)
    shares = [w / sum(weights) for w in weights]
    assert made.closeness == pytest.approx(closeness(scores, shares, benefit), abs=1e-9)
    if columns > 1:
        assert np.all(made.stays[:, 0] <= np.array(shares) + 1e-9)
        assert np.all(made.stays[:, 1] >= np.array(shares) - 1e-9)
    assert made.wins.sum() == pytest.approx(1)


def test_an_alternative_that_is_best_in_everything_wins_by_any_weights() -> None:
    made = rank([[9, 1], [5, 3], [4, 4]], weights=[1, 3], is_benefit=[True, False])
    assert made.closeness[0] == 1
    assert made.stays.tolist() == [[0, 1], [0, 1]]
    assert made.wins.tolist() == [1, 0, 0]


def test_a_missing_score_is_refused_with_row_and_column() -> None:
    with pytest.raises(BadInput, match="position 1, column 0"):
        rank([[1, 2], [float("nan"), 2]], weights=[1, 1], is_benefit=[True, True])


def test_weights_that_are_all_zero_are_refused() -> None:
    with pytest.raises(BadInput, match="one above 0"):
        rank([[1, 2]], weights=[0, 0], is_benefit=[True, True])
