from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loomline.engines.bad_input import BadInput
from loomline.engines.sourcing.weights import judgement_matrix, weights_of


def test_the_classic_three_by_three_matrix_has_its_published_weights_and_consistency() -> None:
    made = weights_of([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]])
    assert made.values.round(3).tolist() == [0.637, 0.258, 0.105]
    assert round(made.eigenvalue, 4) == 3.0385
    assert round(made.consistency_index, 4) == 0.0193
    assert round(made.consistency_ratio, 3) == 0.033
    assert made.is_consistent


def test_the_weights_solve_the_eigenvalue_equation_of_a_larger_matrix() -> None:
    matrix = np.array([[1, 2, 7, 9], [1 / 2, 1, 5, 3], [1 / 7, 1 / 5, 1, 2], [1 / 9, 1 / 3, 1 / 2, 1]])
    made = weights_of(matrix)
    start = np.ones(4)
    for _ in range(200):
        start = matrix @ start
        start /= start.sum()
    assert made.values == pytest.approx(start, abs=1e-12)
    assert matrix @ made.values == pytest.approx(made.eigenvalue * made.values)


@settings(max_examples=40, deadline=None)
@given(weights=st.lists(st.floats(1, 3), min_size=1, max_size=8))
def test_judgements_that_follow_from_weights_give_these_weights_back_without_contradiction(
    weights: list[float],
) -> None:
    true = np.array(weights) / sum(weights)
    made = weights_of(true[:, None] / true[None, :])
    assert made.values == pytest.approx(true, abs=1e-9)
    assert made.consistency_ratio == pytest.approx(0, abs=1e-9)


def test_a_contradiction_is_measured_and_its_judgement_named_with_what_would_fit() -> None:
    # All follows from weights 8 : 4 : 2 : 1, but for the first against the last, which is turned round.
    matrix = np.array([[1, 2, 4, 1 / 8], [1 / 2, 1, 2, 4], [1 / 4, 1 / 2, 1, 2], [8, 1 / 4, 1 / 2, 1]])
    made = weights_of(matrix)
    assert not made.is_consistent
    assert made.consistency_ratio > 0.5
    assert made.most_inconsistent == (0, 3)
    assert made.fitting == pytest.approx(made.values[0] / made.values[3])


def test_judgements_of_two_people_are_averaged_geometrically() -> None:
    matrix = judgement_matrix(["price", "quality"], [("price", "quality", 2), ("quality", "price", 1 / 8)])
    assert matrix[0, 1] == pytest.approx(4)
    assert matrix[1, 0] == pytest.approx(1 / 4)


def test_a_pair_that_nobody_judged_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match=r"Nobody has judged price against speed\. Add the judgement"):
        judgement_matrix(["price", "quality", "speed"], [("price", "quality", 2), ("quality", "speed", 2)])


def test_a_judgement_beyond_the_scale_is_refused_with_its_position() -> None:
    with pytest.raises(BadInput, match="position 1, column judgement"):
        judgement_matrix(["a", "b", "c"], [("a", "b", 2), ("b", "c", 12)])


def test_a_matrix_that_is_not_reciprocal_is_refused_with_row_and_column() -> None:
    with pytest.raises(BadInput, match="position 0, column 1"):
        weights_of([[1, 3], [3, 1]])
